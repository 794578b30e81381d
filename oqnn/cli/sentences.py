"""Errors as a sentence and an exit code.

0 done, 1 failed or no space, 2 bad input, 130 interrupted. Bad input is what is wrong
with settings, files and folders; a `ValueError` from within a computation is a failure.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

__all__ = ["BAD_INPUT", "FAILED", "INTERRUPTED", "VALUES", "check_free", "sentences"]

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


@contextmanager
def sentences(
    *,
    debug: bool,
    interrupted: str = "Nothing was changed",
    refused: tuple[type[Exception], ...] = (),
) -> Iterator[None]:
    """Turn errors into a sentence and an exit code.

    Wrong places and errors that are `refused` are bad input; the rest is failure, a
    package that is not installed included.
    """
    from .._core.errors import ConvergenceError
    from .._core.interrupts import remembered

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
    except (*VALUES, OSError, ImportError, ConvergenceError) as error:
        ours = isinstance(error, ImportError) and "pip install" not in str(error)
        if debug or ours or isinstance(error, BrokenPipeError):
            raise
        typer.echo(f"oqnn: {error}", err=True)
        bad = isinstance(error, (*PLACES, *refused)) and not _is_linear_algebra(error)
        raise typer.Exit(BAD_INPUT if bad else FAILED) from None


def _is_linear_algebra(error: Exception) -> bool:
    """Tell NumPy's failures, which are of the kind of wrong values, from these."""
    from numpy.linalg import LinAlgError

    return isinstance(error, LinAlgError)


def check_free(out: Path | None) -> None:
    """Refuse a path that is taken."""
    if out is not None and out.exists():
        raise FileExistsError(
            f"`--out` must be free, but {out} exists. Choose another path."
        )
