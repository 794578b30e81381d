"""A browser without a window that looks at pages, and what it can measure of them."""

import shutil
from contextlib import contextmanager

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def launched():
    """Start the browser of this machine; skip where there is none."""
    api = pytest.importorskip("playwright.sync_api")
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip(f"No browser is installed: none of {', '.join(NAMES)} is there.")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@contextmanager
def opened(browser, address, *, offline=True, **settings):
    """Open a page; fail if it says an error or asks for what is not beside it."""
    context = browser.new_context(**settings)
    context.set_default_timeout(8000)
    context.set_offline(offline)
    beside = address.rpartition("/")[0]
    wrong = []

    def route(asked):
        if asked.request.url.startswith(beside):
            asked.continue_()
        else:
            wrong.append(f"asks for {asked.request.url}")
            asked.abort()

    context.route("**/*", route)
    page = context.new_page()
    page.on(
        "console", lambda m: m.type in ("error", "warning") and wrong.append(m.text)
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(f"lacks {request.url}"))
    page.goto(address)
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    yield page
    context.close()
    assert wrong == []


def until(page, expression):
    """Wait until something is so; pages that forbid `eval` can be asked as well."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(25)
    pytest.fail(f"Never becomes true: {expression}.")


def focused(page):
    """Return the tag, the identity and the words of what the keyboard is at."""
    return page.evaluate(
        "[document.activeElement.tagName, document.activeElement.id,"
        " document.activeElement.textContent.trim()]"
    )


def low_contrast(page, least=4.5):
    """Return the texts whose contrast with what is behind them is too low."""
    return page.evaluate(CONTRAST, least)


# Relative luminance and contrast as in WCAG 2.2; text on heat maps is drawn over
# rectangles or pictures that style sheets know nothing of.
CONTRAST = """(least) => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const rgba = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) =>
    [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const behind = (element) => {
    if (!element) return [255, 255, 255, 1];
    const own = rgba(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(element.parentElement));
  };
  const luminance = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => v / 255).map((v) =>
      v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const element of document.body.querySelectorAll("*")) {
    const words = [...element.childNodes].filter((n) => n.nodeType === 3)
      .map((n) => n.textContent.trim()).join("");
    if (!words || ["SCRIPT", "NOSCRIPT"].includes(element.tagName)) continue;
    if (element.closest(".heatmaplayer, .textpoint")) continue;
    if (!element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    if (style.visibility === "hidden") continue;
    const back = behind(element);
    const ink = rgba(element.closest("svg") ? style.fill : style.color);
    const pair = [over(ink, back), back].map(luminance).sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < least) found.push(`${element.tagName} ${words}: ${ratio.toFixed(2)}`);
  }
  return found;
}"""

# Form controls, links and buttons that have no name, and pictures without words.
NAMELESS = """() => {
  const all = (names) => [...document.querySelectorAll(names)];
  const named = (e) => e.labels?.length || e.getAttribute("aria-label")?.trim() ||
    (e.tagName !== "SELECT" && e.textContent.trim());
  const controls = all("select, input, button, a[href], summary");
  const pictures = all("img, [role=img]");
  const said = (e) => (e.getAttribute("alt") ?? e.getAttribute("aria-label"))?.trim();
  const lost = all("[aria-labelledby]").filter((e) =>
    !document.getElementById(e.getAttribute("aria-labelledby"))?.textContent.trim());
  const dumb = pictures.filter((e) => !said(e));
  const nameless = [...controls.filter((e) => !named(e)), ...dumb];
  return [...nameless, ...lost].map((e) => e.outerHTML.slice(0, 200));
}"""
