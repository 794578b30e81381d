"""``oqnn report``, ``serve`` and ``export``: what is made of a finished study."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .sentences import VALUES, sentences

if TYPE_CHECKING:
    from ..studies.study_tables import StudyTables
    from ..studies.sweeps.result.sweep import Sweep

__all__ = ["export", "report", "serve"]

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Results of a study.")]


def report(
    context: typer.Context,
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the page; FOLDER/report by default.")
    ] = None,
) -> None:
    """Write a page with tables, plots and downloads, which opens offline."""
    with sentences(debug=context.obj, refused=VALUES):
        from ..studies.report.write import report as write_report

        typer.echo(f"report   {write_report(folder, out)}")


def serve(
    context: typer.Context,
    folder: Folder,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="By default any that is free.")
    ] = 0,
) -> None:
    """Show a study in a browser on this machine, read-only, until Ctrl-C."""
    ended = "The page is no longer served, and nothing was changed"
    with sentences(debug=context.obj, interrupted=ended, refused=VALUES):
        from ..studies.report.serve import serve as serve_report

        serve_report(folder, port)


def export(
    context: typer.Context,
    folder: Folder,
    netcdf: Annotated[
        Path | None, typer.Option("--netcdf", help="File to write, such as study.nc.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Folder of tables to write.")
    ] = None,
) -> None:
    """Write the numbers of a study as NetCDF, as CSV, or both."""
    with sentences(debug=context.obj, refused=VALUES):
        if netcdf is None and csv is None:
            raise ValueError(
                "`oqnn export` must be told what to write, but is not. Add "
                "--netcdf FILE or --csv FOLDER."
            )
        for path in _exported(folder, netcdf, csv):
            typer.echo(f"saved    {path}")


def _exported(folder: Path, netcdf: Path | None, csv: Path | None) -> list[Path]:
    found = _opened(folder)
    _say_unfinished(found)
    paths = [] if netcdf is None else [found.to_netcdf(netcdf)]
    return paths + ([] if csv is None else found.to_csv(csv))


def _say_unfinished(found: "Sweep | StudyTables") -> None:
    """Say how many points are there, where some are still to come."""
    from ..studies.sweeps.result.sweep import Sweep

    if isinstance(found, Sweep) and not found.is_finished:
        done = sum(found.points(shape).sizes["point"] for shape in found.shapes)
        typer.echo(
            f"oqnn: {done} of {len(found.plan.points)} points are finished, and only "
            "these are written. `oqnn compare` goes on with the others.",
            err=True,
        )


def _opened(folder: Path) -> "Sweep | StudyTables":
    from ..studies.layout import read_settings
    from ..studies.study_tables import StudyTables
    from ..studies.sweeps.result.sweep import Sweep

    swept = "sweep" in read_settings(folder)
    return Sweep.open(folder) if swept else StudyTables.open(folder)
