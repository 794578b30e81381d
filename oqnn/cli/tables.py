"""Results on a terminal or as text."""

import sys
from typing import TYPE_CHECKING, Any, TextIO

import typer

if TYPE_CHECKING:
    from ..studies import Study
    from ..studies.sweeps.result.sweep import Sweep

__all__ = ["print_study", "print_sweep", "print_table", "say_failed"]

MOST_ROWS = 40
MOST_FAILURES = 5


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


def print_sweep(sweep: "Sweep") -> None:
    """Print one row a material and combination, up to forty."""
    rows = sweep.summary()
    print_table(
        rows[:MOST_ROWS], columns=sweep.summary_columns, last_time=_last_time(sweep)
    )
    if rows[MOST_ROWS:]:
        typer.echo(
            f"The first {MOST_ROWS} of {len(rows)} rows; the page that `oqnn report` "
            "makes sums all of them up."
        )
    typer.echo()


def _last_time(sweep: "Sweep") -> float | None:
    """Return the last time of all, beyond which infinite times lie."""
    shapes = [sweep.points(shape) for shape in sweep.shapes]
    return max(
        (float(at.time[-1]) for at in shapes if "time" in at.coords), default=None
    )


def say_failed(sweep: "Sweep") -> None:
    """Say which points failed, and how to compute them again."""
    failures = sweep.failed
    for failure in failures[:MOST_FAILURES]:
        at = [f"{name} = {_short(v)}" for name, v in failure.coordinates.items()]
        seed = [f"seed {failure.seed}"] if failure.seed >= 0 else []
        where = ", ".join([failure.material, *seed, *at])
        typer.echo(f"failed   {where}: {failure.error}", err=True)
    if failures:
        points = "point" if len(failures) == 1 else "points"
        typer.echo(
            f"oqnn: {len(failures)} {points} failed. The others are saved; "
            "the same command with --retry-failed computes these again.",
            err=True,
        )


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


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
