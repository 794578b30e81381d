"""Checks of user input, called once at the public edge.

Every message follows one pattern: what the argument must be, what it was, and what
to try where that is not plain.
"""

from collections.abc import Collection

import numpy as np

__all__ = [
    "check_between",
    "check_choice",
    "check_density_matrix",
    "check_finite",
    "check_hermitian",
    "check_increasing",
    "check_integer",
    "check_law",
    "check_positive",
    "check_shapes",
    "check_symmetric",
]

HERMITIAN_TOLERANCE = 1e-10
STATE_TOLERANCE = 1e-8


def check_shapes(**arguments: tuple[np.ndarray, str]) -> None:
    """Check arrays against named axes, as in ``check_shapes(cov=(cov, "d d"))``.

    An axis name keeps the size of its first use, across all the arguments; a
    number stands for itself.
    """
    sizes: dict[str, int] = {}
    for name, (value, spec) in arguments.items():
        axes = spec.split()
        if value.ndim == len(axes) and all(
            size == (int(axis) if axis.isdigit() else sizes.setdefault(axis, size))
            for axis, size in zip(axes, value.shape, strict=True)
        ):
            continue
        shape = f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"
        known = ", ".join(f"{a}={sizes[a]}" for a in dict.fromkeys(axes) if a in sizes)
        raise ValueError(
            f"`{name}` must have shape {shape}{f' with {known}' if known else ''}, "
            f"but has shape {value.shape}."
        )


def check_finite(value: np.ndarray, name: str) -> None:
    """Check that no entry is infinite or not a number."""
    bad = np.argwhere(~np.isfinite(value))
    if len(bad):
        where = ", ".join(map(str, bad[0]))
        raise ValueError(
            f"`{name}` must be finite, but {name}[{where}] = {value[tuple(bad[0])]}."
        )


def check_increasing(value: np.ndarray, name: str) -> None:
    """Check that a one-dimensional array is not empty and increases strictly."""
    if value.size == 0:
        raise ValueError(f"`{name}` must hold at least one value, but is empty.")
    check_finite(value, name)
    falls = np.flatnonzero(~(np.diff(value) > 0))
    if falls.size:
        i = falls[0]
        raise ValueError(
            f"`{name}` must increase strictly, but "
            f"{name}[{i}] = {value[i]:.6g} and {name}[{i + 1}] = {value[i + 1]:.6g}."
        )


def check_symmetric(value: np.ndarray, name: str) -> None:
    """Check that a square matrix is symmetric, up to rounding."""
    gap = np.abs(value - value.T).max()
    if not gap <= 1e-12 * max(1.0, np.abs(value).max()):
        raise ValueError(
            f"`{name}` must be symmetric, but differs from its transpose by {gap:.3g}."
        )


def check_hermitian(value: np.ndarray, name: str) -> None:
    """Check that matrices, in the last two axes, are Hermitian up to rounding."""
    check_finite(value, name)
    gap = np.abs(value - value.conj().mT).max()
    if not gap <= HERMITIAN_TOLERANCE * max(1.0, np.abs(value).max()):
        raise ValueError(
            f"`{name}` must be Hermitian, but differs from its adjoint by {gap:.3g}."
        )


def check_density_matrix(value: np.ndarray, name: str) -> None:
    """Check that matrices, in the last two axes, are states: ρ ≥ 0 with trace one."""
    check_hermitian(value, name)
    traces = np.trace(value, axis1=-2, axis2=-1).real
    worst = np.ravel(traces)[np.abs(np.ravel(traces) - 1).argmax()]
    if not abs(worst - 1) <= STATE_TOLERANCE:
        raise ValueError(
            f"`{name}` must have trace 1, but has trace {worst:.6g}. "
            "Divide it by its trace if that is meant."
        )
    least = np.linalg.eigvalsh(value).min()
    if not least >= -STATE_TOLERANCE:
        raise ValueError(
            f"`{name}` must be positive, but its least eigenvalue is {least:.3g}."
        )


def check_law(value: np.ndarray, name: str) -> None:
    """Check that an array holds the probabilities of one law."""
    check_finite(value, name)
    if not value.min() >= -1e-12:
        raise ValueError(
            f"`{name}` must hold probabilities, but its least entry is "
            f"{value.min():.3g}."
        )
    if not abs(value.sum() - 1) <= 1e-9:
        raise ValueError(f"`{name}` must sum to 1, but sums to {value.sum():.6g}.")


def check_positive(value: float, name: str) -> None:
    """Check that a value is one real number, finite and above zero."""
    if isinstance(value, str) or np.ndim(value) or np.iscomplexobj(value):
        raise TypeError(f"`{name}` must be one real number, but is {value!r}.")
    try:
        number = float(value)
    except TypeError:
        raise TypeError(
            f"`{name}` must be one real number, but is {value!r}."
        ) from None
    if not (np.isfinite(number) and number > 0):
        raise ValueError(f"`{name}` must be positive, but is {value}.")


def check_between(value: float, name: str, low: float, high: float) -> None:
    """Check that a number lies in the closed interval [low, high]."""
    if not low <= value <= high:
        raise ValueError(f"`{name}` must lie in [{low}, {high}], but is {value}.")


def check_integer(value: int, name: str, *, least: int = 1) -> None:
    """Check that a value is an integer not below `least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(
            f"`{name}` must be an integer, but is {value!r} ({type(value).__name__})."
        )
    if value < least:
        raise ValueError(f"`{name}` must be at least {least}, but is {value}.")


def check_choice(value: str, name: str, choices: Collection[str]) -> None:
    """Check that a word is one of the known ones."""
    if value not in choices:
        known = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"`{name}` must be one of {known}, but is {value!r}.")
