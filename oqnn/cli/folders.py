"""``oqnn report``, ``serve`` and ``export``: what is made of a finished study."""

from pathlib import Path
from typing import Annotated

import typer

from .sentences import VALUES, sentences

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
    with sentences(debug=context.obj, refused=VALUES):
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
    """Write the numbers of a sweep as NetCDF, as CSV, or both."""
    with sentences(debug=context.obj, refused=VALUES):
        if netcdf is None and csv is None:
            raise ValueError(
                "`oqnn export` must be told what to write, but is not. Add "
                "--netcdf FILE or --csv FOLDER."
            )
        from ..studies.sweeps.sweep import Sweep

        found = Sweep.open(folder)
        if netcdf is not None:
            typer.echo(f"saved    {found.to_netcdf(netcdf)}")
        if csv is not None:
            for path in found.to_csv(csv):
                typer.echo(f"saved    {path}")
