"""Operators that depend on time, in all the forms that QuTiP takes."""

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import Parameter, signature
from numbers import Number
from typing import Any, TypeAlias

import numpy as np
import scipy.sparse as sp
from scipy.interpolate import make_interp_spline

from .._core.bases import hermitian_basis, to_coordinates
from .._core.checks import check_finite, check_shapes
from .._core.qobj import as_operator, is_qobj
from .solvers.memory_limit import check_memory

__all__ = [
    "TimeOperator",
    "as_constant",
    "depends_on_time",
    "read_operator",
    "subsystems",
]

Function: TypeAlias = Callable[[np.ndarray], np.ndarray]  # times (s,) → (s, k)


@dataclass(frozen=True, kw_only=True, eq=False)
class TimeOperator:
    """The operator A + Σ_k f_k(t) A_k with complex coefficients."""

    name: str
    constant: np.ndarray  # (*batch, d, d)
    terms: tuple[np.ndarray, ...]  # A_k, each (*batch, d, d)
    functions: tuple[Function, ...]  # together they give all f_k, in order
    knots: np.ndarray  # where an interpolated f is not smooth
    is_step: bool  # every f is constant between knots

    @property
    def d(self) -> int:
        """Size of the matrices."""
        return self.constant.shape[-1]

    @property
    def batch(self) -> tuple[int, ...]:
        """Shape of the batch axes of all terms together."""
        return np.broadcast_shapes(
            *(A.shape[:-2] for A in (self.constant, *self.terms))
        )

    def at(self, point: int, given: tuple[int, ...]) -> "TimeOperator":
        """Return the operator at one point, counted along batch axes `given`."""

        def chosen(A: np.ndarray) -> np.ndarray:
            whole = np.broadcast_to(A, (*given, self.d, self.d))
            return whole[np.unravel_index(point, given)]

        return replace(
            self, constant=chosen(self.constant), terms=tuple(map(chosen, self.terms))
        )

    def values(self, times: np.ndarray) -> np.ndarray:
        """Return all f_k at times (s,), complex and finite, shape (s, k)."""
        parts = [function(times) for function in self.functions]
        values = np.concatenate([np.empty((len(times), 0)), *parts], axis=1)
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            s, k = bad[0]
            raise ValueError(
                f"`{self.name}` must have finite coefficients, but one is "
                f"{values[s, k]} at t = {times[s]:.6g}."
            )
        return values


def depends_on_time(value: Any) -> bool:
    """Tell whether a value is a QobjEvo, a function, or a list with coefficients."""
    if is_qobj(value):
        return False
    if _is_qobjevo(value):
        return not value.isconstant
    if isinstance(value, list | tuple):
        return _is_pair(value) or any(map(_is_moving, value))
    return callable(value)


def as_constant(value: Any) -> Any:
    """Return a QobjEvo that does not depend on time as a Qobj, and lists as arrays."""
    if _is_qobjevo(value):
        return value(0.0)
    return value if hasattr(value, "shape") else np.asarray(value)


def read_operator(
    value: Any, name: str, tlist: np.ndarray, args: Mapping[str, Any] | None
) -> TimeOperator:
    """Bring an operator of any form into arrays and functions of time.

    Parameters
    ----------
    value : Qobj, array (*batch, d, d), SciPy sparse, QobjEvo, function or list
        A list is ``[A, [B, f], ...]`` or ``[B, f]``, with f a function of t, a string,
        an array over `tlist` or a QuTiP coefficient. A function of t that returns the
        whole operator, or a QobjEvo made of one, becomes d² terms.
    name : str
        For messages.
    tlist : shape (t,)
        Times of coefficients given as arrays; between them they are cubic splines.
    args : mapping or None
        Arguments of functions and strings.

    Raises
    ------
    TypeError
        If a part is none of these, or `value` is a list of constant Qobj.
    ValueError
        If matrices are not square, of unequal sizes or not finite, or an array of
        coefficients has another length than `tlist`.
    """
    constants, terms, functions, knots = [], [], [], [np.empty(0)]
    is_step = True
    for operator, coefficient in _parts(value, name, args):
        if coefficient is not None:
            function, at, step = _read_coefficient(coefficient, name, tlist, args)
            terms.append(_read_matrix(operator, name))
        elif callable(operator) and not is_qobj(operator):
            function, d = _coordinates_of(operator, name, tlist[0], args)
            at, step = np.empty(0), False
            terms += list(hermitian_basis(d))
        else:
            constants.append(_read_matrix(operator, name))
            continue
        functions.append(function)
        knots.append(at)
        is_step &= step
    d = (constants or terms)[0].shape[-1]
    for matrix in (*constants, *terms):
        first = matrix[(0,) * (matrix.ndim - 2)]
        check_shapes(**{name: (first, f"{d} {d}")})
    return TimeOperator(
        name=name,
        constant=np.asarray(sum(constants)) if constants else np.zeros((d, d)),
        terms=tuple(terms),
        functions=tuple(functions),
        knots=np.unique(np.concatenate(knots)),
        is_step=is_step,
    )


def subsystems(*values: Any) -> list[int] | None:
    """Return the subsystems of the first Qobj or QobjEvo among values that has several.

    One subsystem stands for nothing known.

    Raises
    ------
    ValueError
        If two differ though their products agree, as 2 × 3 and 3 × 2.
    """
    found: list[int] | None = None
    for value in values:
        while isinstance(value, list | tuple) and value:
            value = value[0]
        if not (is_qobj(value) or _is_qobjevo(value)):
            continue
        parts = value.dims[0]
        if not all(isinstance(part, int) for part in parts):
            continue
        if found is None or len(found) == 1:
            found = list(parts)
        elif len(parts) > 1 and parts != found and math.prod(parts) == math.prod(found):
            raise ValueError(
                f"`dims` of all Qobj must agree, but are {found} and {parts}. "
                "Are the factors of a tensor product in the same order?"
            )
    return found


def _is_qobjevo(value: Any) -> bool:
    return hasattr(value, "to_list") and hasattr(value, "isconstant")


def _is_moving(value: Any) -> bool:
    """Tell whether an element of a list depends on time."""
    moving = _is_qobjevo(value) or (callable(value) and not is_qobj(value))
    return moving or _is_pair(value)


def _is_pair(value: Any) -> bool:
    """Tell whether a value is [operator, coefficient], and no 2 × 2 matrix."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return False
    operator, f = value
    is_function = isinstance(f, str) or (callable(f) and not is_qobj(f))
    return _is_matrix(operator) and (is_function or _is_samples(f))


def _is_matrix(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and isinstance(value[0], list | tuple | np.ndarray)
    return is_qobj(value) or sp.issparse(value) or getattr(value, "ndim", 0) > 1


def _is_samples(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(x, Number) for x in value)
    return getattr(value, "ndim", 0) == 1


def _parts(
    value: Any, name: str, args: Mapping[str, Any] | None
) -> list[tuple[Any, Any]]:
    """Split a value into operators and coefficients; None is the coefficient 1."""
    if _is_qobjevo(value):
        if args:
            value = type(value)(value, args=dict(args))
        elements = value.to_list()
        pairs = [e for e in elements if isinstance(e, list)]
        if not all(is_qobj(operator) for operator, _ in pairs):
            return [(_Called(value), None)]
        return [tuple(e) if isinstance(e, list) else (e, None) for e in elements]
    if isinstance(value, list | tuple):
        if _is_pair(value):
            return [(value[0], value[1])]
        if any(map(_is_moving, value)):
            return [part for element in value for part in _parts(element, name, args)]
        if any(map(is_qobj, value)):
            raise TypeError(
                f"`{name}` must be one operator, but is a list of Qobj. Add them up, "
                "or pass an array of shape (batch, d, d) for a batch."
            )
    return [(value, None)]


class _Called:
    """A QobjEvo as a plain function of time."""

    def __init__(self, evo: Any) -> None:
        self._evo = evo

    def __call__(self, t: float, **_: Any) -> Any:
        return self._evo(t)


def _read_matrix(value: Any, name: str) -> np.ndarray:
    matrix = as_operator(value.toarray() if hasattr(value, "toarray") else value, name)
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2] or matrix.size == 0:
        raise ValueError(
            f"`{name}` must have shape (..., d, d), but has shape {matrix.shape}."
        )
    check_finite(matrix, name)
    return matrix


def _coordinates_of(
    operator: Callable[..., Any],
    name: str,
    start: float,
    args: Mapping[str, Any] | None,
) -> tuple[Function, int]:
    """Return an operator-valued function in the Hermitian basis, and its size."""
    keywords = _accepted(operator, args)

    def at(t: float) -> np.ndarray:
        value = as_operator(operator(float(t), **keywords), name)
        check_shapes(**{f"{name}(t)": (value, "d d")})
        return value

    d = len(at(start))
    check_memory(
        4 * 16 * d**4,
        f"`{name}`, a function of time of size {d} × {d},",
        "Write it as a list [A, [B, f], ...] of few terms.",
    )
    return lambda times: to_coordinates(np.array([at(t) for t in times])), d


def _accepted(
    function: Callable[..., Any], args: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return those of the arguments that a function takes, as QuTiP does."""
    if not args:
        return {}
    parameters = signature(function).parameters
    if any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values()):
        return dict(args)
    return {name: value for name, value in args.items() if name in parameters}


def _read_coefficient(
    f: Any, name: str, tlist: np.ndarray, args: Mapping[str, Any] | None
) -> tuple[Function, np.ndarray, bool]:
    """Return a function of many times, its knots, and whether it is a step function."""
    if isinstance(f, str) or (callable(f) and args):
        f = _as_qutip_coefficient(f, args)
    if hasattr(f, "replace_arguments"):  # a QuTiP coefficient
        knots, is_step = _knots(f)
        return _of_many(f, vectorised=False), knots, is_step
    if callable(f):
        return _of_many(f, vectorised=True), np.empty(0), False
    samples = np.asarray(f)
    if samples.shape != tlist.shape:
        raise ValueError(
            f"`{name}` must have coefficients of length {len(tlist)}, that of `tlist`, "
            f"but one has length {len(samples)}."
        )
    check_finite(samples, f"coefficient of {name}")
    if len(samples) == 1:
        return lambda times: np.full((len(times), 1), samples[0]), tlist, True
    spline = make_interp_spline(tlist, samples, k=min(3, len(tlist) - 1))
    return lambda times: spline(times)[:, None], tlist, False


def _as_qutip_coefficient(f: Any, args: Mapping[str, Any] | None) -> Any:
    import qutip

    with warnings.catch_warnings():
        # without Cython it falls back on Python, to the same numbers
        warnings.filterwarnings("ignore", message=".*are required for compilation")
        if hasattr(f, "replace_arguments"):
            return f.replace_arguments(**(args or {}))
        return qutip.coefficient(f, args=dict(args or {}))


def _of_many(f: Callable[[Any], Any], *, vectorised: bool) -> Function:
    """Return a coefficient as a function of many times, called once if that works."""

    def values(times: np.ndarray) -> np.ndarray:
        if vectorised:
            try:
                found = np.asarray(f(times), dtype=complex)
            except (TypeError, ValueError, AttributeError, IndexError):
                found = np.empty(0)
            if found.shape == times.shape:
                return found[:, None]
        return np.array([complex(f(float(t))) for t in times]).reshape(-1, 1)

    return values


def _knots(f: Any) -> tuple[np.ndarray, bool]:
    """Return the knots of a QuTiP coefficient and whether it is constant between them.

    Sums, products and conjugates keep their parts where pickle finds them.
    """
    if type(f).__name__ == "ConstantCoefficient":
        return np.empty(0), True
    state = f.__reduce__()
    if hasattr(f, "from_PPoly"):
        times, polynomials = state[1][:2]
        return np.asarray(times, dtype=float), len(polynomials) == 1
    inner = [x for x in _flat(state[1:]) if hasattr(x, "replace_arguments")]
    known = [_knots(x) for x in inner if not isinstance(x, type)]
    if not known:
        return np.empty(0), False
    return np.concatenate([k for k, _ in known]), all(step for _, step in known)


def _flat(state: Sequence[Any]) -> list[Any]:
    return [y for x in state for y in (_flat(x) if isinstance(x, tuple) else [x])]
