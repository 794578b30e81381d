"""The ``oqnn`` command. Everything heavy is imported inside the commands."""

import sys
from typing import Annotated

import typer

from .. import __version__
from .check import check
from .compare import compare
from .derive import derive
from .folders import export, report, serve
from .info import info
from .realize import realize

__all__ = ["app", "main"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (check, compare, report, serve, export, realize, derive, info):
    app.command()(command)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without Greek is no failure
            stream.reconfigure(errors="replace")
    app()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"oqnn {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_show_version, help="Show the version."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error was raised.")
    ] = False,
) -> None:
    """Quantum states in plain, engineered and learning environments."""
    context.obj = debug
