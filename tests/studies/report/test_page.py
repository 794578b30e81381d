"""The page of a sweep as a browser shows it, from disk and with no network."""

import threading

import numpy as np
import pytest
from studies.report import served
from studies.report.browser import (
    NAMELESS,
    focused,
    launched,
    low_contrast,
    opened,
    until,
)

from oqnn.studies.report.serve import Server
from oqnn.studies.report.write import report

pytest.importorskip("jinja2")
pytest.importorskip("plotly")


@pytest.fixture(scope="module")
def browser():
    """One browser for all tests."""
    with launched() as started:
        yield started


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A sweep with a point that failed, and where it is."""
    folder = tmp_path_factory.mktemp("sweep")
    return folder, served.fill(folder, failed=(2,))


@pytest.fixture(scope="module")
def address(study):
    """Where the page of the sweep lies on the disk."""
    return report(study[0], figures=False).as_uri()


@pytest.fixture(scope="module")
def shown(browser, address):
    """The page, opened once for the tests that leave it as it was."""
    with opened(browser, address, viewport={"width": 1280, "height": 900}) as page:
        yield page


@pytest.fixture
def fresh(shown, address):
    """The page, loaded anew."""
    shown.goto(address)
    shown.wait_for_selector("html[data-ready=yes]", state="attached")
    return shown


def matrix(page):
    """Return the density matrix that the page shows."""
    words = page.locator("#matrix tbody td span").all_inner_texts()
    flat = [
        complex(w.replace("−", "-").replace(" ", "").replace("i", "j")) for w in words
    ]
    d = round(len(flat) ** 0.5)
    return np.reshape(flat, (d, d))


def point_at(plan, indices, material, seed):
    """Return the point of a plan at a place of the grid, by its numbers."""
    h, kappa = served.H[indices[0]], served.KAPPA[indices[1]]
    return next(
        p
        for p in plan.points
        if (p.material, p.member) == (material, seed)
        and p.coordinates["environment.h"] == h
        and p.coordinates["environment.kappa"] == kappa
    )


def pick(page, name, *words):
    """Choose the one entry of a list that says all these words."""
    entries = page.locator(f"#{name} option").all_text_contents()
    found = [i for i, entry in enumerate(entries) if all(w in entry for w in words)]
    assert len(found) == 1, entries
    page.select_option(f"#{name}", index=found[0])


# The density matrix


def test_the_slider_moves_the_matrix_from_the_first_state_to_the_last(study, fresh):
    plan = study[1]
    pick(fresh, "place-0", "4")
    pick(fresh, "state-material", "bare")
    pick(fresh, "state-member", "laboratory")
    expected = served.state(point_at(plan, (2, 0), "bare", -1))
    assert abs(expected[0] - expected[1]).max() > 0.1
    np.testing.assert_allclose(matrix(fresh), expected[0], atol=6e-4)
    fresh.focus("#state-time")
    fresh.keyboard.press("ArrowRight")
    np.testing.assert_allclose(matrix(fresh), expected[1], atol=6e-4)
    assert fresh.inner_text("#state-now") == "t = 2"
    assert fresh.get_attribute("#state-time", "aria-valuetext") == "t = 2"
    fresh.keyboard.press("Home")
    np.testing.assert_allclose(matrix(fresh), expected[0], atol=6e-4)


def test_places_materials_and_members_choose_the_matrix(study, fresh):
    plan = study[1]
    pick(fresh, "place-0", "0.5")
    pick(fresh, "place-1", "0.7")
    pick(fresh, "state-material", "plain")
    pick(fresh, "state-member", "2", "laboratory")
    expected = served.state(point_at(plan, (1, 1), "plain", 2))[0]
    np.testing.assert_allclose(matrix(fresh), expected, atol=6e-4)
    assert "plain" in fresh.inner_text("#matrix caption")
    pick(fresh, "state-member", "2", "control")
    np.testing.assert_allclose(matrix(fresh), expected.conj(), atol=6e-4)


# Plots


@pytest.mark.parametrize("plot", ["grid-plot", "map-plot", "series-plot"])
def test_hovering_over_a_plot_shows_its_numbers(shown, plot):
    frame = shown.locator(f"#{plot}")
    frame.scroll_into_view_if_needed()
    box = frame.locator(".nsewdrag").first.bounding_box()
    x, y = box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"]
    shown.mouse.move(x - 5, y)
    shown.mouse.move(x, y, steps=3)
    words = frame.locator(".hoverlayer text")
    words.first.wait_for(state="attached")
    said = " ".join(words.all_text_contents())
    assert any(letter.isdigit() for letter in said), said
    assert "bare" in said or "plain" in said or plot == "map-plot"


def test_a_plot_opens_as_a_table(shown):
    shown.locator("details[data-plot=series-plot] summary").click()
    rows = shown.locator("details[data-plot=series-plot] tbody tr")
    rows.first.wait_for()
    assert rows.count() == served.TIMES.size
    shown.locator("details[data-plot=series-plot] summary").click()


# The keyboard


def test_the_skip_link_is_the_first_stop_and_leads_to_the_results(fresh):
    fresh.keyboard.press("Tab")
    assert focused(fresh)[2] == "Skip to the results"
    box = fresh.locator(".skip").bounding_box()
    assert min(box["x"], box["y"]) >= 0
    fresh.keyboard.press("Enter")
    assert focused(fresh)[:2] == ["MAIN", "main"]


def test_the_summary_sorts_by_keyboard(fresh):
    button = fresh.locator("#summary-table thead button")
    titles = [words.strip() for words in button.all_text_contents()]
    column = next(i for i, title in enumerate(titles) if "readout" in title)
    for _ in range(60):
        fresh.keyboard.press("Tab")
        if focused(fresh)[2] == titles[column]:
            break
    else:
        pytest.fail(f"Tab never comes to {titles[column]!r}.")
    cells = fresh.locator(f"#summary-table tbody tr > :nth-child({column + 1})")

    def values():
        return [
            float(v)
            for v in cells.evaluate_all("cells => cells.map(c => c.dataset.value)")
            if v is not None
        ]

    before = values()
    assert len(set(before)) > 2
    assert before != sorted(before)
    head = fresh.locator("#summary-table thead th").nth(column)
    assert head.get_attribute("aria-sort") is None
    fresh.keyboard.press("Enter")
    assert values() == sorted(before)
    assert head.get_attribute("aria-sort") == "ascending"
    fresh.keyboard.press("Space")
    assert values() == sorted(before, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    assert "falling" in fresh.inner_text("#sorted")


def test_all_controls_and_pictures_have_names(shown):
    assert shown.evaluate(NAMELESS) == []
    assert shown.locator("h1").count() == 1
    for landmark in ("main", "header", "nav", "footer"):
        assert shown.locator(landmark).count() == 1
    links = shown.locator("nav a").evaluate_all(
        "links => links.filter(a => !document.querySelector(a.hash)).map(a => a.hash)"
    )
    assert links == []


def test_the_place_is_chosen_above_the_plots_that_it_governs(shown):
    tops = {
        name: shown.locator(f"#{name}").bounding_box()["y"]
        for name in ("place", "grid-plot", "map-plot", "series-plot", "matrix")
    }
    assert min(tops, key=tops.get) == "place"


# Sight


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(shown, scheme):
    shown.emulate_media(color_scheme=scheme)
    paper = {"light": "255, 255, 255", "dark": "20, 24, 28"}[scheme]
    drawn = "document.querySelector('.main-svg').style.background"
    until(shown, f"{drawn}.includes('{paper}')")
    faults = low_contrast(shown)
    shown.emulate_media(color_scheme="light")
    assert faults == []


def test_faint_words_would_be_noticed(shown):
    style = shown.add_style_tag(content=":root { --soft: #999999; }")
    faults = low_contrast(shown)
    style.evaluate("style => style.remove()")
    assert any("P " in fault for fault in faults)


def test_a_phone_needs_no_scrolling_sideways(browser, address):
    view = {"width": 390, "height": 844}
    with opened(browser, address, viewport=view, has_touch=True) as page:
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= view["width"]
        pairs = page.evaluate(
            "[...document.querySelectorAll('select, input')].filter(c =>"
            " c.getClientRects().length).map(c => [c.id,"
            " c.labels[0].getBoundingClientRect().bottom,"
            " c.getBoundingClientRect().top, c.getBoundingClientRect().height])"
        )
        assert len(pairs) > 5
        for name, label, control, height in pairs:
            assert -height <= control - label < 12, f"{name} is far from its label"


def test_on_paper_tables_are_whole_and_nothing_sticks(shown):
    shown.emulate_media(media="print")
    shown.set_viewport_size({"width": 700, "height": 900})
    right = "document.getElementById('summary-table').getBoundingClientRect().right"
    wide = shown.evaluate(right)
    shown.set_viewport_size({"width": 1280, "height": 900})
    table = shown.locator(".scroll:has(#summary-table)")
    whole = table.evaluate("e => getComputedStyle(e).overflow")
    place = shown.locator("#place").evaluate("e => getComputedStyle(e).position")
    shown.emulate_media(media="screen")
    assert (whole, place) == ("visible", "static")
    assert wide <= 700


# From a server


def test_a_served_page_reads_another_place(browser, study):
    folder, plan = study
    with Server(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            with opened(browser, server.url, offline=False) as page:
                page.wait_for_selector("#matrix tbody td")
                before = matrix(page)
                with page.expect_response("**/place/*.json") as answer:
                    page.select_option("#place-0", "1")
                assert answer.value.ok
                until(page, "report.holds(report.place())")
                pick(page, "state-material", "bare")
                pick(page, "state-member", "laboratory")
                expected = served.state(point_at(plan, (1, 0), "bare", -1))[0]
                np.testing.assert_allclose(matrix(page), expected, atol=6e-4)
                assert abs(before - expected).max() > 0.01
        finally:
            server.shutdown()
            thread.join()
