"""The summary table: medians and spreads, in a fixed width."""

import io
import re

import numpy as np
import pytest
from rich.console import Console

from oqnn.studies.table import COLUMNS, Column, Estimate, summary_table, summary_text

ROWS = [
    {"material": "bare", "readout_infidelity": 0.4391, "breaking_time": 1.8},
    {
        "material": "learning",
        "seeds": 8,
        "epochs": 2000,
        "readout_infidelity": np.array([0.09, 0.035, 0.041, 0.038]),
        "final_fidelity": [0.946],
        "breaking_time": [71.0, np.inf, 77.0],
        "coherence_time": float("nan"),
        "spike_distance": Estimate(0.0204, 0.0041),
    },
]


def cells(text):
    return [[c.strip() for c in line.split("  ") if c.strip()] for line in text]


def test_entries_are_medians_over_spreads():
    distance = Column(key="spike_distance", title="distance")
    text = summary_text(ROWS, columns=[*COLUMNS[:3], distance])
    lines = text.splitlines()
    rule = next(k for k, line in enumerate(lines) if set(line) == {"─"})
    bare, median, spread, *caption = cells(lines[rule + 1 :])
    assert bare == ["bare", *"––", "0.439", "–", "1.8", "–"]
    assert median[:4] == ["learning", "8", "2000", "0.040"]
    assert median[4:] == ["0.946", "77.0", "0.020 ± 0.004"]
    assert spread == ["0.035–0.090", "71.0–>160"]
    caption = " ".join(line for (line,) in caption)
    assert caption.startswith("Over seeds: the median, and below it the least to")
    assert "one standard error" in caption


def test_text_fits_its_width_whatever_the_output(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    full = [{**ROWS[1], "coherence_time": [0.9, 0.8], "material": "engineered"}]
    text = summary_text(full * 3)
    assert max(map(len, text.splitlines())) <= 100
    assert "…" not in text
    assert "\x1b" not in text


def test_the_table_prints_on_a_terminal():
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=30, color_system=None)
    console.print(summary_table(ROWS, width=30), crop=False)
    lines = stream.getvalue().splitlines()
    assert any(re.search("learning .* 0.040 .* 0.946 +77.0", line) for line in lines)


def test_infinite_times_lie_beyond_the_last_time_of_their_column():
    """A column knows its own; the common one is for columns that know none."""
    columns = [
        Column(key="a", title="first", last=160),
        Column(key="b", title="second"),
        Column(key="c", title="third", last=0.5),
    ]
    row = {"material": "bare", **dict.fromkeys("abc", np.inf)}
    text = summary_text([row], columns=columns, last_time=80)
    assert text.splitlines()[-1].split() == ["bare", ">160", ">80", ">0.5"]
    text = summary_text([row], columns=columns)
    assert text.splitlines()[-1].split() == ["bare", ">160", "∞", ">0.5"]
    row = {"material": "bare", "a": -np.inf, "b": np.nan}
    text = summary_text([row], columns=columns[:2])
    assert text.splitlines()[-1].split() == ["bare", "−∞", "–"]


def test_numbers_are_shown_in_the_unit_of_their_column():
    columns = [Column(key="a", title="gap", digits=1, unit=1e-4)]

    def shown(value):
        text = summary_text([{"material": "bare", "a": value}], columns=columns)
        return text.splitlines()[2].removeprefix("bare").strip()

    assert shown(Estimate(0.000123, 0.0000412)) == "1.2 ± 0.4"
    assert shown(0.0123) == "123.0"


@pytest.mark.parametrize("width", [20, 40, 80, 100, 200])
def test_no_number_is_cut_at_any_width(width):
    """Titles break first, then errors go below; at last the table is wider."""
    full = [{**ROWS[1], "coherence_time": [0.9, 19.0], "material": "engineered"}]
    spikes = [
        {"material": "learning"}
        | {t: Estimate(0.0123, 0.0045) for t in ("0", "5", "20", "45", "80")}
    ]
    times = [Column(key=t, title=f"t={t}", digits=4) for t in spikes[0] if t.isdigit()]
    one, other = (
        summary_text(rows, columns=columns, width=width)
        for rows, columns in ((full, COLUMNS), (spikes, times))
    )
    assert "…" not in one + other
    for entry in ("0.040", "0.035–0.090", "71.0–>160", "9.9–", "0.9–19.0"):
        assert (entry in one) == (entry != "9.9–")
    assert other.count("0.0123") == other.count("± 0.0045") == 5
    for text in (one, other):
        longest = max(map(len, text.splitlines()))
        assert longest <= max(width, 80)


def test_columns_that_no_row_has_are_left_out():
    text = summary_text([{"material": "bare", "final_fidelity": 0.5}])
    assert "fidelity at T" in text
    assert "infidelity" not in text
    assert "seeds" not in text
    assert "standard error" not in text


def test_other_columns_can_be_asked_for():
    columns = (Column(key="gap", title="gap, 1/time", digits=5), *COLUMNS)
    assert "0.12346" in summary_text(
        [{"material": "bare", "gap": 0.123456}], columns=columns
    )


def test_markup_in_names_is_printed_as_it_is():
    assert "[red]x[/red]" in summary_text([{"material": "[red]x[/red]"}])


def test_wrong_rows_are_refused():
    with pytest.raises(ValueError, match=r"`rows\[1\]` must name its material"):
        summary_text([{"material": "bare"}, {"seeds": 3}])
    with pytest.raises(ValueError, match="`final_fidelity` must be a number, an Esti"):
        summary_text([{"material": "bare", "final_fidelity": "good"}])
    with pytest.raises(ValueError, match="but is array"):
        summary_text([{"material": "bare", "final_fidelity": np.eye(2)}])
