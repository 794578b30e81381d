"""Potentials given as plain functions of arrays."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_positive
from ..._core.jax64 import in_double_precision
from .checks import check_order, check_values

__all__ = ["FunctionPotential", "takes_time"]

# Central differences of order 8: weights of f(x + kh) − f(x − kh), over h.
DIFFERENCES = (4 / 5, -1 / 5, 4 / 105, -1 / 280)
STEP = 1 / 50  # of the length over which U varies


@dataclass(frozen=True, eq=False)
class FunctionPotential:
    r"""A potential given by a function U(x) or U(x, t).

    The second argument of the function counts as time if it has no default, or is
    named ``t`` or ``time``. Derivatives are those in `derivatives` if there are any.
    Otherwise JAX differentiates the function, to any order and to rounding, if it is
    written in arithmetic and ``jax.numpy`` (in double precision, so that arrays inside
    must be NumPy's or Python's numbers). It takes the pieces of functions with kinks
    one by one: the step of a step has derivative zero.

    A function of time is called anew in every step. Where all that depends on time is
    a uniform force, `Driven` of the rest is several times faster.

    Of other functions only the first derivative is to be had, all that exact
    propagation to fourth order needs: by central differences of eighth order at the
    step h = length/50, with the error :math:`h^8 U^{(9)}/630` and rounding near
    :math:`10^{-16} |U|/h`. For tanh(x) and length 1 that makes 1e-12.

    Parameters
    ----------
    function : callable (x,) or (x, t) → array
        x has any shape, and each value must depend on its own x only (not checked).
    derivatives : sequence of such callables, optional
        U′, U″, … with the arguments of `function`.
    length : float, optional
        Length over which U varies, for differences alone.

    Raises
    ------
    TypeError
        If a function cannot be called so.
    ValueError
        If `length` is not positive, or the function holds 32-bit arrays of JAX.

    Examples
    --------
    >>> U = FunctionPotential(lambda x, t: x**2 * np.cos(t))
    >>> U.depends_on_time, float(U(3.0, np.pi)), float(U.derivative(3.0, 1, np.pi))
    (True, -9.0, -6.0)
    """

    function: Callable[..., ArrayLike]
    derivatives: Sequence[Callable[..., ArrayLike]] = ()
    length: float = 1.0
    depends_on_time: bool = field(init=False)
    _compiled: dict[int, Callable] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        timed = takes_time(self.function, "function")
        for n, derivative in enumerate(self.derivatives):
            if takes_time(derivative, f"derivatives[{n}]") != timed:
                raise TypeError(
                    f"`derivatives[{n}]` must take the arguments of `function`, "
                    f"{'(x, t)' if timed else '(x,)'}, but takes others."
                )
        check_positive(self.length, "length")
        _check_precision(self.function, timed)
        object.__setattr__(self, "derivatives", tuple(self.derivatives))
        object.__setattr__(self, "depends_on_time", timed)

    def __call__(self, x: ArrayLike, t: float = 0.0) -> np.ndarray:
        """Return U(x, t), in the shape of `x`."""
        return self._value(self.function, np.asarray(x, dtype=float), t, "potential")

    def derivative(self, x: ArrayLike, order: int, t: float = 0.0) -> np.ndarray:
        """Return the derivative of an order ≥ 1, in the shape of `x`.

        Raises
        ------
        ValueError
            If `order` exceeds the number of `derivatives` given, or is above one and
            the function cannot be differentiated by JAX.
        """
        check_order(order)
        points = np.asarray(x, dtype=float)
        if self.derivatives:
            if order > len(self.derivatives):
                raise ValueError(
                    f"`derivatives` must hold {order} functions for this order, but "
                    f"holds {len(self.derivatives)}. Add them, or leave them all to "
                    "JAX."
                )
            name = f"derivatives[{order - 1}]"
            return self._value(self.derivatives[order - 1], points, t, name)
        try:
            return self._by_jax(points, order, t)
        except Exception as error:  # what is not written for JAX fails in many ways
            if order == 1:
                return self._by_differences(points, t)
            raise ValueError(
                f"`potential` must have an exact derivative of order {order}, but its "
                f"function cannot be differentiated by JAX ({_first_line(error)}). "
                "Write it in jax.numpy, or pass FunctionPotential(U, "
                "derivatives=[U1, U2, ...])."
            ) from error

    def kicks(self, t0: float, t1: float) -> tuple[()]:
        """Return no kicks."""
        return ()

    def _value(
        self, function: Callable, x: np.ndarray, t: float, name: str
    ) -> np.ndarray:
        """Call in double precision, which functions in jax.numpy need to be told."""
        call, rest = in_double_precision(function), (t,) if self.depends_on_time else ()
        try:
            values = call(x, *rest)
        except (TypeError, ValueError) as error:  # as `if x > 0` and math.sin raise
            if x.size < 2 or not _takes(call, float(x.flat[0]), *rest):
                raise
            raise TypeError(
                f"`{name}` must take whole arrays of x, but takes single numbers only "
                f"({_first_line(error)}). Write it with np.where, np.sin and the like, "
                "or wrap it in np.vectorize, which is slow."
            ) from error
        return check_values(values, x.shape, name)

    @in_double_precision
    def _by_jax(self, x: np.ndarray, order: int, t: float) -> np.ndarray:
        """Differentiate along x, compiled once for each order."""
        import jax
        import jax.numpy as jnp

        from .derivatives_jax import derivative_of, trace_of

        points = jnp.asarray(x)
        arguments = (points, t) if self.depends_on_time else (points,)
        if order not in self._compiled:
            slope = derivative_of(self.function, order)
            # Uncompiled, time stays a number, as math.cos and np.cos want it.
            traces = trace_of(slope, *arguments) is not None
            self._compiled[order] = jax.jit(slope) if traces else slope
        return np.array(self._compiled[order](*arguments))

    def _by_differences(self, x: np.ndarray, t: float) -> np.ndarray:
        """Central differences of eighth order."""
        h = STEP * self.length
        return sum(
            weight * (self(x + k * h, t) - self(x - k * h, t)) / h
            for k, weight in enumerate(DIFFERENCES, start=1)
        )


def takes_time(function: Callable, name: str) -> bool:
    """Whether a function is U(x, t) rather than U(x)."""
    if not callable(function):
        raise TypeError(
            f"`{name}` must be a function U(x) or U(x, t), but is a "
            f"{type(function).__name__}."
        )
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # functions in C may have no signature
        return False
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    places = [p for p in parameters if p.kind in kinds]
    needed = [p for p in parameters if p.default is p.empty and p.kind in kinds]
    starred = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    named = any(p.kind is p.KEYWORD_ONLY and p.default is p.empty for p in parameters)
    if len(needed) > 2 or named or not (places or starred):
        raise TypeError(
            f"`{name}` must be a function U(x) or U(x, t), but takes "
            f"({', '.join(p.name for p in parameters)}). functools.partial fixes the "
            "others."
        )
    return len(needed) == 2 or (len(places) > 1 and places[1].name in ("t", "time"))


@in_double_precision
def _check_precision(function: Callable, timed: bool) -> None:
    """Refuse functions for JAX that hold 32-bit arrays, as its default makes them."""
    from .derivatives_jax import trace_of

    trace = trace_of(function, np.ones(2), *((0.5,) if timed else ()))
    if trace is not None and "f32[" in trace:
        raise ValueError(
            "`function` must compute in double precision, but holds 32-bit numbers, "
            "as jax.numpy makes them by default. Make its constants with numpy."
        )


def _takes(function: Callable, *arguments: float) -> bool:
    """Whether a function can be called so."""
    try:
        function(*arguments)
    except Exception:  # the first error is the one to show then
        return False
    return True


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
