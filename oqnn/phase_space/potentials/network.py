"""Potentials of networks: sums of neurons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_choice,
    check_finite,
    check_integer,
    check_positive,
    check_shapes,
)
from ..._core.seeds import rng_from
from .activations import ACTIVATIONS
from .checks import check_order
from .polynomial import Polynomial

__all__ = ["NetworkPotential"]


@dataclass(frozen=True, eq=False)
class NetworkPotential:
    r"""The potential :math:`U(x) = \sum_j A_j u(w_j x + b_j) + V(x)` of neurons.

    Evaluated without overflow at any x. Exact propagation takes it as it is. Its
    Moyal series does not converge on states that reach further across than
    `pole_distance`, for any ħ (eq. 1.5); truncations are what they are there.

    Parameters
    ----------
    weights : shape (neurons,), 1/length
        :math:`w_j`.
    biases : shape (neurons,)
        :math:`b_j`.
    amplitudes : shape (neurons,), energy
        :math:`A_j`.
    activation : {"tanh", "logcosh", "sigmoid", "softplus", "relu"}
        u. Derivatives of "relu" beyond the first are distributions, and refused. Its
        kinks scatter W to momenta where it falls off as a power only, so that grids
        are hardly ever fine enough for small errors.
    confinement : Polynomial, optional
        V, such as x²/2: neurons that saturate hold no particle by themselves.

    Raises
    ------
    TypeError
        If `confinement` is no Polynomial.
    ValueError
        If the vectors differ in length or are not finite, or the activation is
        unknown.

    Examples
    --------
    >>> U = NetworkPotential([1.0, 2.0], [0.0, -1.0], [0.5, 0.3])
    >>> float(U(0.5) - 0.5 * np.tanh(0.5))
    0.0
    >>> float(U.pole_distance(0.5) / np.pi)
    0.25
    """

    weights: np.ndarray
    biases: np.ndarray
    amplitudes: np.ndarray
    activation: str = "tanh"
    confinement: Polynomial | None = None

    def __post_init__(self) -> None:
        vectors = {}
        for name in ("weights", "biases", "amplitudes"):
            vectors[name] = np.array(getattr(self, name), dtype=float)
            vectors[name].flags.writeable = False
            object.__setattr__(self, name, vectors[name])
        check_shapes(**{name: (value, "neurons") for name, value in vectors.items()})
        for name, value in vectors.items():
            check_finite(value, name)
        check_choice(self.activation, "activation", ACTIVATIONS)
        if not isinstance(self.confinement, Polynomial | None):
            raise TypeError(
                "`confinement` must be a Polynomial or None, but is a "
                f"{type(self.confinement).__name__}."
            )

    @classmethod
    def random(
        cls,
        neurons: int,
        *,
        seed: int,
        activation: str = "tanh",
        weight: float = 1.0,
        bias: float = 1.0,
        amplitude: float = 1.0,
        confinement: Polynomial | None = None,
    ) -> Self:
        """Draw a network: independent normal weights, biases and amplitudes.

        Parameters
        ----------
        neurons : int
            Number of neurons.
        seed : int
            Everything follows from it.
        activation : str, optional
            As above.
        weight, bias : float, optional
            Standard deviations.
        amplitude : float, optional
            That of the root of the sum of squares: each amplitude has it over √neurons,
            so that U has the same size for any number.
        confinement : Polynomial, optional
            As above.

        Raises
        ------
        ValueError
            If `neurons`, `weight` or `amplitude` is not positive, or `bias` negative.
        """
        check_integer(neurons, "neurons")
        check_positive(weight, "weight")
        check_positive(amplitude, "amplitude")
        if not 0 <= bias < np.inf:
            raise ValueError(f"`bias` must not be negative, but is {bias}.")
        w, b, A = rng_from(seed).standard_normal((3, neurons))
        return cls(
            weight * w,
            bias * b,
            amplitude * A / np.sqrt(neurons),
            activation,
            confinement,
        )

    @property
    def depends_on_time(self) -> bool:
        """Never."""
        return False

    def __call__(self, x: ArrayLike, t: float = 0.0) -> np.ndarray:
        """Return U(x), in the shape of `x`."""
        x = np.asarray(x, dtype=float)
        u = ACTIVATIONS[self.activation].value
        total = np.zeros(x.shape) if self.confinement is None else self.confinement(x)
        for w, b, A in self._neurons():  # one by one: x may be large
            total = total + A * u(w * x + b)
        return total

    def derivative(self, x: ArrayLike, order: int, t: float = 0.0) -> np.ndarray:
        """Return the derivative of an order ≥ 1, in the shape of `x`.

        By recurrences that keep 13 digits of the largest value at order 15, and the
        tails to rounding.

        Raises
        ------
        ValueError
            If the activation is "relu" and `order` is above one.
        """
        check_order(order)
        x = np.asarray(x, dtype=float)
        slope = ACTIVATIONS[self.activation].derivative
        total = np.zeros(x.shape)
        if self.confinement is not None:
            total = self.confinement.derivative(x, order)
        for w, b, A in self._neurons():
            total = total + A * w**order * slope(w * x + b, order)
        return total

    def differentiable(
        self,
    ) -> tuple[Callable[[dict[str, Any], Any], Any], dict[str, np.ndarray]]:
        """Return U(parameters, x) in ``jax.numpy``, and the parameters of this network.

        As `wigner_gradient` takes them: a dict of ``weights``, ``biases``,
        ``amplitudes`` and, if there is one, the coefficients of the ``confinement``.
        The function is the same for all networks of one activation, and compiled once.

        Raises
        ------
        ValueError
            If the activation is "relu", whose kinks JAX does not see.

        Examples
        --------
        >>> U = NetworkPotential([1.0, 2.0], [0.0, -1.0], [0.5, 0.3])
        >>> function, parameters = U.differentiable()
        >>> sorted(parameters)
        ['amplitudes', 'biases', 'weights']
        """
        from .network_jax import network_energy

        if self.activation == "relu":
            raise ValueError(
                "`activation` must be smooth for derivatives by parameters, but is "
                "'relu'. Take 'softplus' with larger weights and smaller amplitudes."
            )
        parameters = {
            "weights": self.weights,
            "biases": self.biases,
            "amplitudes": self.amplitudes,
        }
        if self.confinement is not None:
            parameters["confinement"] = self.confinement.coefficients
        return network_energy(self.activation), parameters

    def kicks(self, t0: float, t1: float) -> tuple[()]:
        """Return no kicks."""
        return ()

    def pole_distance(self, x: ArrayLike) -> np.ndarray:
        r"""Return the distance of real points from the nearest singularity of U.

        Singularities lie at :math:`w_j x + b_j = \pm i s, \pm 3 i s, …` with s = π/2
        for tanh and log cosh, π for the logistic function and softplus, and s = 0,
        the kink, for ReLU. The Taylor series of U(x + y) converges for |y| below this
        distance: so far does the Moyal series reach on coherences between x ± y.

        Parameters
        ----------
        x : shape (...), length
            Real points.

        Returns
        -------
        np.ndarray
            Shape (...), infinite without neurons that bend.
        """
        x = np.asarray(x, dtype=float)
        s = ACTIVATIONS[self.activation].singularity
        distance = np.full(x.shape, np.inf)
        for w, b, A in self._neurons():
            if w and A:
                distance = np.minimum(distance, np.hypot(x + b / w, s / w))
        return distance

    def _neurons(self) -> zip:
        return zip(self.weights, self.biases, self.amplitudes, strict=True)
