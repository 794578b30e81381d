"""A propagation that JAX differentiates, checked at its edge."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._core.checks import check_finite, check_integer, check_positive
from ..._core.jax64 import in_double_precision
from ..guards import check_fits
from ..potentials.checks import check_potential
from ..potentials.function import takes_time
from ..wigner_function import Bandwidth, EdgeMass, WignerFunction
from .arguments import check_time_order
from .splitting import TimeOrder

if TYPE_CHECKING:
    from .propagation_jax import Motion, Scheme

__all__ = ["DifferentiableProblem"]

MOST_ERROR = 0.05  # beyond it the estimate itself means nothing


@dataclass(frozen=True, eq=False)
class DifferentiableProblem:
    """What is propagated, and how; made by `checked`."""

    potential: Callable[..., Any]
    parameters: Any
    W: WignerFunction
    motion: "Motion"
    scheme: "Scheme"
    steps: int

    @classmethod
    def checked(
        cls,
        potential: Callable[..., Any],
        parameters: Any,
        W: WignerFunction,
        time: float,
        *,
        start: float,
        mass: float,
        steps: int,
        order_hbar: int | None,
        time_order: TimeOrder,
    ) -> "DifferentiableProblem":
        """Return the problem, having checked all of its arguments."""
        from .propagation_jax import Motion, Scheme

        if not isinstance(W, WignerFunction):
            raise TypeError(
                f"`W` must be a WignerFunction, but is a {type(W).__name__}. "
                "WignerFunction(values, grid) makes one of an array."
            )
        grid = W.grid
        grid.check_even("W.grid")
        check_fits(W.edge_mass, grid)
        check_positive(time, "time")
        check_finite(np.asarray(start), "start")
        check_positive(mass, "mass")
        check_integer(steps, "steps", least=2)
        if order_hbar is not None:
            check_integer(order_hbar, "order_hbar", least=0)
        check_time_order(time_order)
        parameters = _convert(parameters)
        if not callable(potential):
            raise TypeError(
                "`potential` must be a function U(parameters, x) or U(parameters, x, "
                f"t), but is a {type(potential).__name__}."
            )
        timed = takes_time(partial(potential, parameters), "potential")
        motion = Motion(
            x=grid.x[:, None],
            p=grid.p,
            k=grid.k[:, None],
            theta=grid.theta,
            hbar=grid.hbar,
            mass=float(mass),
            start=float(start),
            duration=float(time),
        )
        scheme = Scheme(order_hbar, time_order, timed)
        problem = cls(potential, parameters, W, motion, scheme, steps)
        problem._check_potential()
        return problem

    def check_cost(self, cost: Callable[[Any], Any]) -> None:
        """Refuse a cost that is no real number in double precision."""
        import jax

        if not callable(cost):
            raise TypeError(
                "`cost` must be a function of the values of W, but is a "
                f"{type(cost).__name__}."
            )
        _check_written_for_jax(cost, "cost", self.W.values)
        found = in_double_precision(jax.eval_shape)(cost, self.W.values)
        shape, dtype = getattr(found, "shape", None), getattr(found, "dtype", None)
        if shape != () or dtype != np.float64:
            raise TypeError(
                "`cost` must return one real number that depends on W, but returns "
                f"shape {shape} of {dtype}. Sum over batches and take the real part "
                "inside."
            )
        check_finite(np.asarray(in_double_precision(cost)(self.W.values)), "cost")

    @in_double_precision
    def gradient(self, cost: Callable[[Any], Any]) -> tuple[float, np.ndarray, Any]:
        """Return the cost of the final W, its values, and the gradient."""
        import jax

        from .propagation_jax import gradient_of

        (value, values), gradient = gradient_of(
            cost, self.potential, self.parameters, self.W.values, *self._how
        )
        check_finite(np.asarray(value), "cost")
        gradient = jax.tree.map(np.array, gradient)
        for leaf in jax.tree.leaves(gradient):
            check_finite(leaf, "gradient of the cost")
        return float(value), np.array(values), gradient

    @in_double_precision
    def sensitivities(self) -> tuple[np.ndarray, Any]:
        """Return the values of the final W, and their derivatives."""
        import jax

        from .propagation_jax import sensitivities_of

        values, derivatives = sensitivities_of(
            self.potential, self.parameters, self.W.values, *self._how
        )
        derivatives = jax.tree.map(np.array, derivatives)
        for leaf in jax.tree.leaves(derivatives):
            check_finite(leaf, "derivatives")
        return np.array(values), derivatives

    @in_double_precision
    def error(self, values: np.ndarray) -> float:
        """Estimate max|δW|/max|W| of the final values, from about half the steps."""
        from .propagation_jax import final_of

        fewer = (self.steps + 1) // 2
        coarse = final_of(
            self.potential,
            self.parameters,
            self.W.values,
            self.motion,
            self.scheme,
            fewer,
        )
        apart = np.abs(values - np.array(coarse)).max() / np.abs(values).max()
        error = apart / ((self.steps / fewer) ** self.scheme.time_order - 1)
        if not error <= MOST_ERROR:
            raise ValueError(
                f"`steps` must be more, but are {self.steps}, which leave W uncertain "
                f"by {error:.2g} of its maximum. propagate(...).steps tells how many "
                "a tolerance needs."
            )
        return float(error)

    def guards(
        self, final: WignerFunction
    ) -> tuple[np.ndarray, EdgeMass, Bandwidth, Any]:
        """Return times, edge masses, bandwidths and grid, before and after."""
        both = WignerFunction(np.stack([self.W.values, final.values]), self.W.grid)
        start, duration = self.motion.start, self.motion.duration
        times = np.array([start, start + duration])
        return times, both.edge_mass, both.bandwidth, self.W.grid

    @property
    def _how(self) -> tuple["Motion", "Scheme", int]:
        return self.motion, self.scheme, self.steps

    def _check_potential(self) -> None:
        """Check U on all points in use: that JAX sees it, and that it is finite."""
        start, grid = self.motion.start, self.W.grid
        time = (start,) if self.scheme.timed else ()
        _check_written_for_jax(
            self.potential, "potential", self.parameters, grid.x, *time
        )

        def U(x: np.ndarray, t: float) -> Any:
            arguments = (x, t) if self.scheme.timed else (x,)
            return in_double_precision(self.potential)(self.parameters, *arguments)

        half = 0.0 if self.scheme.order_hbar is not None else grid.hbar / 2
        reach = half * grid.theta[-1]
        points = np.linspace(grid.x[0] - reach, grid.x[-1] + reach, 4 * grid.x.size)
        check_potential(U, points, start)


def _convert(parameters: Any) -> Any:
    """Return parameters as 64-bit arrays, in the structure they came in."""
    import jax

    leaves, tree = jax.tree.flatten(parameters)
    arrays = [np.asarray(leaf) for leaf in leaves]
    if not sum(array.size for array in arrays):
        raise TypeError("`parameters` must hold at least one number, but hold none.")
    for array in arrays:
        if array.dtype.kind not in "fiu":
            raise TypeError(
                "`parameters` must be real numbers, arrays of them, or dicts, lists "
                f"and tuples of these, but hold {array.dtype}."
            )
        if array.dtype.kind == "f" and array.dtype.itemsize < 8:
            raise ValueError(
                f"`parameters` must be in double precision, but hold {array.dtype}, as "
                "jax.numpy makes it by default. Make them with numpy."
            )
        check_finite(array, "parameters")
    return jax.tree.unflatten(tree, [array.astype(float) for array in arrays])


@in_double_precision
def _check_written_for_jax(function: Callable, name: str, *arguments: Any) -> None:
    """Refuse what JAX cannot trace, and what holds 32-bit numbers."""
    import jax

    try:
        trace = str(jax.make_jaxpr(function)(*arguments))
    except Exception as error:  # what is not written for JAX fails in many ways
        raise TypeError(
            f"`{name}` must be written in jax.numpy, but fails with "
            f"{type(error).__name__}: {(str(error) or '-').splitlines()[0]}"
        ) from error
    if "f32[" in trace:
        raise ValueError(
            f"`{name}` must compute in double precision, but holds 32-bit numbers, as "
            "jax.numpy makes them by default. Make its constants with numpy."
        )
