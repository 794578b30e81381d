"""Results on a terminal or as text."""

import sys
from typing import TYPE_CHECKING, Any, TextIO

import typer

if TYPE_CHECKING:
    from ..studies import Study

__all__ = ["print_study", "print_table"]


def print_study(study: "Study") -> None:
    """Print the tables of a study, and which states no spins can carry."""
    from ..studies.table import Column

    print_table(study.summary())
    rows = study.spike_summary()
    if not rows:
        return
    times = [key for key in rows[0] if key != "material"]
    typer.echo("\nSquared distance of the states rebuilt from spikes, in 10⁻⁴:")
    columns = [Column(key=t, title=f"t={t}", digits=1, unit=1e-4) for t in times]
    print_table(rows, columns=columns)
    for sentence in study.not_realizable():
        typer.echo(f"not realizable: {sentence}")
    typer.echo()


def print_table(rows: list[dict[str, Any]], **options: Any) -> None:
    """Print in colour on a terminal, else as text; no number is ever cut."""
    from rich.console import Console

    from ..studies.table import summary_table, summary_text

    output: TextIO = sys.stdout
    if output.isatty():
        console = Console(file=output)
        table = summary_table(rows, width=console.width, **options)
        console.print(table, crop=False)
    else:
        typer.echo(summary_text(rows, **options))
