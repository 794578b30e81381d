"""``oqnn check``: what a study would compute, before it does."""

from pathlib import Path
from typing import Annotated

import typer

from .reading import read_settings
from .sentences import VALUES, sentences

__all__ = ["check"]


def check(
    context: typer.Context,
    settings_file: Annotated[
        Path | None, typer.Argument(metavar="[STUDY.TOML]", help="Settings to read.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Of the minute's version.")
    ] = False,
) -> None:
    """Say what a study will compute: points, trainings, time and disk."""
    with sentences(debug=context.obj, refused=VALUES):
        settings = read_settings(settings_file, quick=quick)
    with sentences(debug=context.obj):
        from ..studies.sweeps.forecast.check import check as check_study

        typer.echo(str(check_study(settings)))
