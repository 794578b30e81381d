"""Compilation of formulas into functions of arrays that broadcast."""

import dis
import math
from collections.abc import Callable, Iterator, Sequence
from inspect import Parameter, Signature
from types import CodeType
from typing import Any

import numpy as np
import sympy
from sympy import And, Expr, Float, Integer, Or, Symbol
from sympy.printing.codeprinter import PrintMethodNotImplementedError

__all__ = ["jax_function", "numpy_function"]

LARGEST_EXACT = 2**53  # beyond it JAX would overflow on integers
Shape = tuple[int, ...]


def numpy_function(
    entries: list[Expr], symbols: Sequence[Symbol], shape: Shape
) -> Callable[..., np.ndarray]:
    """Return a function of arrays for the entries of an array of the given shape."""
    compiled = _compiled(symbols, entries, ["scipy", "numpy"], "NumPy or SciPy")
    return _broadcasting(compiled, entries, symbols, shape, np)


def jax_function(
    entries: list[Expr], symbols: Sequence[Symbol], shape: Shape
) -> Callable[..., Any]:
    """Return such a function for JAX; it computes in double precision."""
    import jax.numpy as jnp

    from .._core.jax64 import in_double_precision

    compiled = _compiled(symbols, entries, [_special_functions(), "jax"], "JAX")
    return in_double_precision(_broadcasting(compiled, entries, symbols, shape, jnp))


def _compiled(
    symbols: Sequence[Symbol], entries: list[Expr], modules: list, library: str
) -> Callable:
    """Compile formulas, and check that their functions exist for arrays."""
    large = {n for e in entries for n in e.atoms(Integer) if abs(n) > LARGEST_EXACT}
    entries = [entry.xreplace({n: Float(n) for n in large}) for entry in entries]
    try:
        compiled = sympy.lambdify(symbols, entries, modules, cse=True)
    except PrintMethodNotImplementedError as error:
        raise _unknown(str(error).rsplit(": ")[1].split("\n")[0], library) from error
    for name in _names(compiled.__code__):
        found = compiled.__globals__.get(name)
        if found is None or found is getattr(math, name, None):
            raise _unknown(name, library)
    return compiled


def _unknown(name: str, library: str) -> ValueError:
    return ValueError(
        f"`expr` must be made of functions that {library} has, but holds {name}. "
        "Rewrite it, as with .rewrite(…), or as a series."
    )


def _names(code: CodeType) -> Iterator[str]:
    """Yield the global names that code uses, functions within it included."""
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL":
            yield step.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _special_functions() -> dict[str, Callable]:
    """Return functions of JAX that SymPy's printer does not know."""
    import jax.numpy as jnp
    from jax.scipy import special

    return {
        "abs": jnp.abs,
        "erf": special.erf,
        "erfc": special.erfc,
        "gamma": special.gamma,
        "loggamma": special.gammaln,
    }


def _broadcasting(
    compiled: Callable,
    entries: list[Expr],
    symbols: Sequence[Symbol],
    shape: Shape,
    xp: Any,
) -> Callable[..., Any]:
    """Wrap a compiled list of entries; `xp` is NumPy or its like in JAX."""
    signature = _signature(symbols)
    spread = any(entry.has(And, Or) for entry in entries)  # they stack their arguments

    def function(*args: Any, **kwargs: Any) -> Any:
        values = signature.bind(*args, **kwargs).args
        arrays = [_array(v, s.name, xp) for v, s in zip(values, symbols, strict=True)]
        try:
            grid = np.broadcast_shapes(*(a.shape for a in arrays))
        except ValueError as error:
            names = ", ".join(f"`{symbol}`" for symbol in symbols)
            shapes = ", ".join(str(array.shape) for array in arrays)
            raise ValueError(
                f"{names} must broadcast against each other, but have the shapes "
                f"{shapes}."
            ) from error
        if spread:
            arrays = [xp.broadcast_to(array, grid) for array in arrays]
        found = [
            xp.broadcast_to(_floating(xp.asarray(e), xp), grid)
            for e in compiled(*arrays)
        ]
        return xp.stack(found, axis=-1).reshape(grid + shape)[()]

    function.__signature__ = signature  # type: ignore[attr-defined]
    return function


def _signature(symbols: Sequence[Symbol]) -> Signature:
    """Return a signature with the names of the symbols, where Python allows them."""
    try:
        return Signature(
            [Parameter(s.name, Parameter.POSITIONAL_OR_KEYWORD) for s in symbols]
        )
    except ValueError:
        kind = Parameter.POSITIONAL_ONLY
        return Signature([Parameter(f"_{k}", kind) for k in range(len(symbols))])


def _array(value: Any, name: str, xp: Any) -> Any:
    array = value if hasattr(value, "dtype") else np.asarray(value)
    if array.dtype.kind not in "biufc":
        raise TypeError(
            f"`{name}` must be a number or an array of numbers, but is {value!r}."
        )
    return _floating(xp.asarray(array), xp)


def _floating(array: Any, xp: Any) -> Any:
    """Return an array in double precision, complex if it was."""
    return array.astype(xp.promote_types(array.dtype, np.float64))
