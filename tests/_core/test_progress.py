"""Progress lines: silent at first, shown on terminals, silenced on request."""

import io
from types import SimpleNamespace

import pytest

from oqnn._core import progress
from oqnn._core.progress import ProgressLine, report


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch):
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")


def run(stream: io.StringIO, show: bool | None) -> str:
    with ProgressLine("epochs", 3, show=show, stream=stream) as line:
        for epoch in range(3):
            line.advance(text=f"cost 0.{epoch}")
    return stream.getvalue()


def test_short_work_shows_nothing():
    assert run(Terminal(), None) == ""


def test_work_past_the_delay_is_shown_on_a_terminal(monkeypatch):
    monkeypatch.setattr(progress, "DELAY_S", 0.0)
    shown = run(Terminal(), None)
    assert "epochs" in shown
    assert "3/3" in shown
    assert "cost 0.2" in shown


def test_the_delay_is_two_seconds(monkeypatch):
    """By a made-up clock: silent at 1.9 s, shown at 2.1 s."""
    now = 10.0
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now))
    stream = Terminal()
    with ProgressLine("epochs", 5, stream=stream) as line:
        now = 11.9
        line.advance()
        assert stream.getvalue() == ""
        now = 12.1
        line.advance()
    assert "2/5" in stream.getvalue()


def test_a_file_gets_nothing_unless_asked_for(monkeypatch):
    monkeypatch.setattr(progress, "DELAY_S", 0.0)
    assert run(io.StringIO(), None) == ""
    assert "epochs" in run(io.StringIO(), True)


def test_colours_that_are_forced_make_no_terminal(monkeypatch):
    monkeypatch.setattr(progress, "DELAY_S", 0.0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run(io.StringIO(), None) == ""
    monkeypatch.delenv("FORCE_COLOR")
    monkeypatch.setenv("TTY_COMPATIBLE", "0")
    assert "epochs" in run(Terminal(), None)


@pytest.mark.parametrize(
    ("stream", "show", "said"),
    [
        (Terminal, None, "bare 1.4 s\n"),
        (Terminal, False, ""),
        (io.StringIO, None, ""),
        (io.StringIO, True, "bare 1.4 s\n"),
    ],
)
def test_reports_are_for_terminals_unless_asked_for(stream, show, said):
    stream = stream()
    report("bare 1.4 s", show=show, stream=stream)
    assert stream.getvalue() == said


def test_false_silences_it(monkeypatch):
    monkeypatch.setattr(progress, "DELAY_S", 0.0)
    assert run(Terminal(), False) == ""


def test_an_interruption_passes_through_and_leaves_the_line():
    stream = Terminal()

    def interrupted():
        with ProgressLine("epochs", 3, show=True, stream=stream) as line:
            line.advance(2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "2/3" in stream.getvalue()
    assert stream.getvalue().endswith("\x1b[?25h")  # the cursor is shown again


def test_a_bar_that_opens_late_counts_from_the_start():
    stream = io.StringIO()
    stream.isatty = lambda: True
    with ProgressLine("steps", 2, stream=stream) as line:
        line._start -= 65
        line.advance()
    assert "0:01:05" in stream.getvalue()
