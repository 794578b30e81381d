"""Write the page of a study: one folder that opens from disk."""

import shutil
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from ... import __version__
from ..layout import disk_errors, read_settings
from ..study import Study
from ..sweeps.result.sweep import Sweep
from .data import Cell, Heading, ReportData, Table
from .downloads import (
    Download,
    FigureFiles,
    save_figures,
    save_settings,
    save_summary,
    save_tables,
)
from .payload import as_json, payload
from .reference import report_of_study
from .sweeps import report_of_sweep

__all__ = ["report", "report_data", "write_page"]

MARK = b'<meta name="generator" content="oqnn report">'
PACKAGE = "oqnn.studies.report"


def report(
    folder: str | Path,
    out: str | Path | None = None,
    *,
    figures: bool = True,
    tables: bool = True,
) -> Path:
    """Write the page of the study in a folder.

    Parameters
    ----------
    folder : path
        Of a finished comparison, or of a sweep, finished or not.
    out : path, optional
        Folder of the page, by default ``report`` in that of the study. A page that it
        holds is replaced.
    figures : bool, optional
        Whether to save the figures too.
    tables : bool, optional
        Whether to save all numbers too, as CSV and NetCDF.

    Returns
    -------
    Path
        The page, ``index.html`` in its folder.

    Raises
    ------
    StudyMismatch
        If the folder holds no study.
    ValueError
        If the study is a comparison that is not finished, or `out` holds something else
        than a page.
    ModuleNotFoundError
        If plotly or jinja2 is not installed.
    NoSpaceError
        If the disk is full.
    """
    folder = Path(folder)
    target = folder / "report" if out is None else Path(out)
    check_target(target)
    data = report_data(folder)
    aside = target.with_name(f".{target.name}.partial")
    with disk_errors(target, "The report"):
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        try:
            drawings = data.drawings if figures else {}
            shown = save_figures(aside, drawings)
            saved = [save_settings(aside, data), save_summary(aside, data)]
            saved += save_tables(aside, data) if tables else []
            write_page(aside, data, figures=shown, downloads=saved)
            _put(aside, target)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
    return target / "index.html"


def _put(aside: Path, target: Path) -> None:
    """Put a page in place of another; a kill leaves one of the two, whole."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    aside.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def report_data(folder: Path) -> ReportData:
    """Return what the page of a study shows, whichever kind it is of."""
    if "sweep" in read_settings(folder):
        return report_of_sweep(folder, Sweep.open(folder))
    return report_of_study(folder, Study.open(folder))


def check_target(target: Path) -> None:
    """Refuse a folder that holds something else than a page."""
    if not target.exists():
        return
    page = target / "index.html"
    ours = target.is_dir() and page.is_file() and MARK in page.read_bytes()[:2000]
    if not ours and not (target.is_dir() and not any(target.iterdir())):
        raise ValueError(
            f"`out` must be a new or empty folder or one with an earlier report, but "
            f"{target} holds something else. Choose another folder."
        )


def write_page(
    root: Path,
    data: ReportData,
    *,
    figures: Sequence[FigureFiles] = (),
    downloads: Sequence[Download] = (),
    served: bool = False,
) -> None:
    """Write ``index.html`` and ``static/`` into a folder."""
    page = _template().render(
        data=data,
        served=served,
        sections=_sections(data, bool(figures)),
        failures=_failures(data),
        meanings=_meanings(data),
        figures=figures,
        downloads=downloads,
        payload=as_json(payload(data, served=served)),
        version=__version__,
    )
    (root / "index.html").write_text(page, encoding="utf-8")
    (root / "static").mkdir()
    for source in files(PACKAGE).joinpath("static").iterdir():
        if source.name.endswith((".js", ".css")):
            (root / "static" / source.name).write_bytes(source.read_bytes())
    (root / "static" / "plotly.min.js").write_text(_plotly(), encoding="utf-8")


def _template():  # type: ignore[no-untyped-def]
    try:
        import jinja2
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "A report needs jinja2: install it with pip install 'oqnn[report]'.",
            name="jinja2",
        ) from error
    folder = files(PACKAGE).joinpath("templates")
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(
            lambda name: folder.joinpath(name).read_text(encoding="utf-8")
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")


def _plotly() -> str:
    try:
        from plotly.offline import get_plotlyjs  # type: ignore[import-untyped]
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "A report needs plotly: install it with pip install 'oqnn[report]'.",
            name="plotly",
        ) from error
    return get_plotlyjs()


def _sections(data: ReportData, figures: bool) -> list[tuple[str, str]]:
    return [
        ("summary", "Summary"),
        *([("grid", "Against the parameters")] if data.axes else []),
        ("time", "Against time"),
        ("state", "Density matrix"),
        *((plot.key, plot.title) for plot in data.plots),
        *([("failures", "Failed points")] if data.failures else []),
        ("method", "Method and parameters"),
        *([("figures", "Figures")] if figures else []),
        ("provenance", "Provenance"),
        ("downloads", "Downloads"),
    ]


def _failures(data: ReportData) -> Table | None:
    if not data.failures:
        return None
    return Table(
        headings=(Heading("point"), Heading("error")),
        rows=tuple((Cell(f.point), Cell(f.error)) for f in data.failures),
    )


def _meanings(data: ReportData) -> list[tuple[str, str]]:
    found = {}
    for measured in data.measures:
        units = f", in units of {measured.units}" if measured.units else ""
        name = measured.name.replace("_", " ")
        found[name] = f"{measured.meaning}{units}; {measured.spread}."
    return list(found.items())
