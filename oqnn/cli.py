"""The ``oqnn`` command. Everything heavy is imported inside the commands.

Exit codes: 0 done, 1 failed or no space, 2 bad input, 130 interrupted. Bad input is
what is wrong with settings, files and folders; a `ValueError` from within a
computation is a failure.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from . import __version__

if TYPE_CHECKING:
    import numpy as np

    from .studies import Study, StudySettings

__all__ = ["app", "main"]

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
PLACES = (
    FileNotFoundError,
    FileExistsError,
    PermissionError,
    NotADirectoryError,
    IsADirectoryError,
    BlockingIOError,  # another run holds the folder
)
VALUES = (ValueError, TypeError)
PAPER_SIZE = {"spikes.neurons": 64, "spikes.sources": 128}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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


@app.command()
def compare(
    context: typer.Context,
    settings_file: Annotated[
        Path | None, typer.Argument(metavar="[STUDY.TOML]", help="Settings to read.")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder of the results; the same one resumes.")
    ] = Path("results/study"),
    quick: Annotated[bool, typer.Option("--quick", help="A minute's version.")] = False,
    paper_size: Annotated[
        bool, typer.Option("--paper-size", help="64 spiking neurons, 128 sources.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(help="Seed of all that has no seed of its own.")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(help="Number of learning materials.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs of learning.")] = None,
    progress: Annotated[
        bool | None, typer.Option(help="Show progress; by default on a terminal.")
    ] = None,
) -> None:
    """Compare materials: evolve, measure, carry by spikes, draw, summarise."""
    with _sentences(debug=context.obj, refused=VALUES):
        settings = _settings(settings_file, quick, paper_size, seed, seeds, epochs)
        from .studies.compare import run
        from .studies.store import StudyMismatch

    kept = f"The finished blocks in {out} are kept: the same command goes on from there"
    with _sentences(debug=context.obj, interrupted=kept, refused=(StudyMismatch,)):
        study = run(settings, out, progress=progress)
        _print_study(study)
        for path in study.save_figures(out / "figures"):
            typer.echo(f"figure   {path}")
        typer.echo(f"dataset  {out / 'study.zarr'}")


@app.command()
def realize(
    context: typer.Context,
    state: Annotated[
        Path, typer.Argument(help="A .npy file with a ket or density matrix.")
    ],
    extended: Annotated[
        bool, typer.Option("--extended", help="With spins for pairs of axes as well.")
    ] = False,
    nearest: Annotated[
        bool, typer.Option("--nearest", help="Also find the nearest realizable matrix.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Save the answer there, such as law.zarr.")
    ] = None,
) -> None:
    """Find the law of spins that carries a state, or the inequality that forbids it."""
    with _sentences(debug=context.obj, refused=VALUES):
        _check_free(out)
        if extended and nearest:
            raise ValueError("`--nearest` must go without `--extended`. Ask twice.")
        array = _load_array(state)
        from .encoding import ExtendedMap
        from .encoding import realize as realize_state

        if extended:
            levels = len(array) if array.ndim else 1
            if levels == 2:
                raise ValueError("`--extended` must be for two or three qubits.")
            found = realize_state(array, ExtendedMap(max(2, levels.bit_length() - 1)))
        else:
            found = realize_state(array)
        more = _nearest_text(array) if nearest and found.law is None else None
        typer.echo("realizable" if found.law is not None else "not realizable")
        typer.echo(f"visibility {found.visibility:.9f}")
        typer.echo(str(found.inequality if found.law is None else found.law))
        if more is not None:
            typer.echo(more)
        if out is not None:
            from .studies import save

            typer.echo(f"saved {save(found, out)}")


@app.command()
def derive(
    context: typer.Context,
    topic: Annotated[
        str | None,
        typer.Argument(metavar="TOPIC", help="What to derive; without it, a list."),
    ] = None,
    order: Annotated[
        int | None, typer.Option(help="Where an expansion ends, in topics with one.")
    ] = None,
    latex: Annotated[
        bool, typer.Option("--latex", help="A document for LaTeX instead of text.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write it there, such as moyal.tex.")
    ] = None,
) -> None:
    """Derive the equations of a topic, step by step."""
    with _sentences(debug=context.obj, refused=VALUES):
        _check_free(out)
        from .symbolic.derive import TOPICS
        from .symbolic.derive import derive as derive_topic

        if topic is None:
            typer.echo("\n".join(TOPICS))
            return
        derivation = derive_topic(topic, order)
        if latex:
            text = derivation.latex_document().rstrip("\n")
        else:
            text = derivation.text(**_page(out))
        if out is None:
            typer.echo(text)
        else:
            out.write_text(f"{text}\n", encoding="utf-8")
            typer.echo(f"saved {out}")


@app.command()
def info(context: typer.Context) -> None:
    """Show versions, threads and devices, for a bug report."""
    with _sentences(debug=context.obj):
        import os
        import platform

        import jax
        import numpy  # noqa: F401  (its BLAS shows up among the thread pools)
        from threadpoolctl import threadpool_info

        from .studies.provenance import commit, versions

        for name, version in versions().items():
            typer.echo(f"{name:<10} {version}")
        typer.echo(f"{'commit':<10} {commit() or 'no checkout'}")
        typer.echo(f"{'system':<10} {platform.platform()}")
        typer.echo(f"{'cores':<10} {os.cpu_count()}")
        for pool in threadpool_info():
            typer.echo(
                f"{'threads':<10} {pool['internal_api']} {pool['version']}: "
                f"{pool['num_threads']}"
            )
        for device in jax.devices():
            typer.echo(f"{'device':<10} {device.platform} {device.device_kind}")


@contextmanager
def _sentences(
    *,
    debug: bool,
    interrupted: str = "Nothing was changed",
    refused: tuple[type[Exception], ...] = (),
) -> Iterator[None]:
    """Turn errors into a sentence and an exit code.

    Wrong places and errors that are `refused` are bad input; the rest is failure.
    """
    from ._core.errors import ConvergenceError
    from ._core.interrupts import remembered

    try:
        with remembered():
            yield
    except KeyboardInterrupt:
        typer.echo(f"\noqnn: interrupted. {interrupted}.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except MemoryError as error:
        if debug:
            raise
        reason = f" ({error})" if str(error) else ""
        typer.echo(
            f"oqnn: The memory does not suffice{reason}. Ask for fewer times, epochs "
            "or neurons.",
            err=True,
        )
        raise typer.Exit(FAILED) from None
    except (*VALUES, OSError, ConvergenceError) as error:
        if debug or isinstance(error, BrokenPipeError):
            raise
        typer.echo(f"oqnn: {error}", err=True)
        bad = isinstance(error, (*PLACES, *refused)) and not _is_linear_algebra(error)
        raise typer.Exit(BAD_INPUT if bad else FAILED) from None


def _is_linear_algebra(error: Exception) -> bool:
    """Tell NumPy's failures, which are of the kind of wrong values, from these."""
    from numpy.linalg import LinAlgError

    return isinstance(error, LinAlgError)


def _settings(
    path: Path | None,
    quick: bool,
    paper_size: bool,
    seed: int | None,
    seeds: int | None,
    epochs: int | None,
) -> "StudySettings":
    """Read the settings; what the command line names comes last."""
    from .studies.settings import StudySettings

    settings = StudySettings() if path is None else StudySettings.from_toml(path)
    if quick:
        settings = settings.quickened()
    named = {"seed": seed, "learning.seeds": seeds, "learning.epochs": epochs}
    changes = {k: v for k, v in named.items() if v is not None}
    return settings.replaced({**(PAPER_SIZE if paper_size else {}), **changes})


def _check_free(out: Path | None) -> None:
    if out is not None and out.exists():
        raise FileExistsError(
            f"`--out` must be free, but {out} exists. Choose another path."
        )


def _page(out: Path | None) -> dict[str, Any]:
    """Return the width of the terminal, and whether it knows more than ASCII."""
    from shutil import get_terminal_size

    wide = out is None and sys.stdout.isatty()
    try:
        "ħ∂⌠".encode("utf-8" if out else sys.stdout.encoding or "ascii")
        unicode = True
    except UnicodeEncodeError:
        unicode = False
    return {"width": get_terminal_size().columns if wide else 80, "unicode": unicode}


def _load_array(path: Path) -> "np.ndarray":
    import numpy as np

    if not path.exists():
        raise FileNotFoundError(f"The file {path} does not exist.")
    if path.is_dir():
        raise IsADirectoryError(f"`{path}` must be a .npy file, but is a folder.")
    try:
        with path.open("rb") as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(
            f"`{path}` must hold one array of numbers in NumPy's .npy format, but "
            "does not. Write it with numpy.save."
        ) from error


def _nearest_text(state: "np.ndarray") -> str:
    """Say how near spins come to a state that they cannot carry."""
    from .encoding import nearest_realizable
    from .measures import fidelity, least_eigenvalue, nearest_state

    found = nearest_realizable(state)
    physical = fidelity(state, nearest_state(found.state))
    return (
        f"nearest realizable matrix: squared distance {found.squared_distance:.6f}\n"
        f"fidelity {fidelity(state, found.state):.6f}, of the state nearest to it "
        f"{physical:.6f}; least eigenvalue "
        f"{round(float(least_eigenvalue(found.state)), 6) + 0.0:.6f}"
    )


def _print_study(study: "Study") -> None:
    """Print the tables of a study, and which states no spins can carry."""
    from .studies.table import Column

    _print_table(study.summary())
    rows = study.spike_summary()
    if not rows:
        return
    times = [key for key in rows[0] if key != "material"]
    typer.echo("\nSquared distance of the states rebuilt from spikes, in 10⁻⁴:")
    columns = [Column(key=t, title=f"t={t}", digits=1, unit=1e-4) for t in times]
    _print_table(rows, columns=columns)
    for sentence in study.not_realizable():
        typer.echo(f"not realizable: {sentence}")
    typer.echo()


def _print_table(rows: list[dict[str, Any]], **options: Any) -> None:
    """Print in colour on a terminal, else as text; no number is ever cut."""
    from rich.console import Console

    from .studies.table import summary_table, summary_text

    output: TextIO = sys.stdout
    if output.isatty():
        console = Console(file=output)
        table = summary_table(rows, width=console.width, **options)
        console.print(table, crop=False)
    else:
        typer.echo(summary_text(rows, **options))
