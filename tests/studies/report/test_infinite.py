"""Infinite numbers on a page: shown as such, winners and losers as they should be."""

import numpy as np
import pytest
from studies.report import served
from studies.report.browser import launched, opened

from oqnn.studies.report.write import report

TIME = "entanglement_breaking_time"  # high is better
MAP = "document.getElementById('map-plot').data[0]"
GRID = "document.getElementById('grid-plot').data"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A page on which plain never loses entanglement at h = 4, bare at h = 2."""
    folder = tmp_path_factory.mktemp("sweep")
    whole = served.block

    def block(points, *, failed=()):
        times = [
            np.inf
            if p.coordinates["environment.h"] == (4.0 if p.material == "plain" else 2.0)
            else 10.0 + p.member
            for p in points
        ]
        made = whole(points, failed=failed)
        return made.assign({TIME: ("point", np.array(times), {"units": "1/xi"})})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(served, "block", block)
        served.fill(folder)
    return report(folder, figures=False, tables=False).as_uri()


def test_who_never_loses_leads(address):
    with launched() as browser, opened(browser, address) as page:
        options = page.locator("#map-measure option").all_inner_texts()
        measure = options.index(TIME.replace("_", " "))
        page.select_option("#map-measure", index=measure)
        labels = page.evaluate(f"[{MAP}.x, {MAP}.y]")
        text = page.evaluate(f"{MAP}.text")
        for column, h in enumerate(labels[0]):
            names = {row[column] for row in text}
            expected = {"4": "plain", "2": "bare", "0.5": "plain"}[h]
            assert {name.rstrip("?") for name in names} == {expected}
        page.select_option("#grid-measure", index=measure)
        for trace in page.evaluate(f"{GRID}"):
            shown = dict(zip(trace["x"], trace["customdata"], strict=True))
            where = 4 if trace["name"] == "plain" else 2
            assert [x for x, said in shown.items() if said == "∞"] == [where]
            assert all(y is not None for y in trace["y"])
