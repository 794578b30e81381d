"""The classical control: what the two-qubit neuron is without its quantum memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_shapes
from .single import draw_record, log_likelihood, record_law

if TYPE_CHECKING:
    import jax

    from .control_jax import ControlKernel

__all__ = ["ClassicalControl"]


@final
@dataclass(frozen=True)
class ClassicalControl:
    r"""A neuron with the angles of `two_qubit_circuit` and one classical bit of memory.

    .. math:: p(s_t = 1 \mid \mathrm{past}) = \sin^2\bigl((\pi\,\mathrm{relu}(z_t) +
              \theta_{\rm mem} + \theta_{\rm in} + \theta_{\rm ent} s_{t-1})/2\bigr),
              \qquad s_0 = 0,

    eq. 7.3 of our equations: all three rotations act on the input-output qubit, and
    the last spike stands where the memory qubit would. It is the law that a simulation
    of the two-qubit neuron [1]_ comes down to when its memory is measured or reset
    every step, and so it shows what the memory's coherence is worth.

    The spike train is a Markov chain given the currents. The two laws are equal for
    all currents where θ_mem and θ_ent are multiples of 2π, and hardly anywhere else.

    Parameters
    ----------
    theta_mem, theta_in, theta_ent : float, rad
        Only θ_mem + θ_in matters; both are kept so that numbers of parameters are
        equal.

    Raises
    ------
    TypeError
        If an angle is not one real number.
    ValueError
        If an angle is not finite.

    References
    ----------
    .. [1] Chen, Rajendran and Simeone, *Stochastic quantum spiking neural networks
           with quantum memory and local learning* (2025).

    Examples
    --------
    >>> control = ClassicalControl(0.5, 0.4, 1.3)
    >>> control.spike_probabilities(np.zeros((2, 1)), [[1], [0]])[:, 1].round(3)
    array([0.189, 0.794])
    """

    theta_mem: float
    theta_in: float
    theta_ent: float

    def __post_init__(self) -> None:
        for name in ("theta_mem", "theta_in", "theta_ent"):
            object.__setattr__(self, name, as_number(getattr(self, name), name))

    @property
    def n_io(self) -> int:
        """One wire."""
        return 1

    @property
    def parameters(self) -> np.ndarray:
        """Angles θ_mem, θ_in, θ_ent, shape (3,)."""
        return np.array([self.theta_mem, self.theta_in, self.theta_ent])

    def with_parameters(self, parameters: ArrayLike) -> "ClassicalControl":
        """Return a control with other angles, shape (3,)."""
        return ClassicalControl(*as_parameters(parameters))

    def random_parameters(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Return angles (size, 3), uniform on [−π, π)."""
        return rng.uniform(-np.pi, np.pi, (size, 3))

    @property
    def kernel(self) -> "ControlKernel":
        """Its step, compiled."""
        from .control_jax import ControlKernel

        return ControlKernel()

    def spike_probabilities(self, currents: ArrayLike, record: ArrayLike) -> np.ndarray:
        """Return the law of the spike at every step, given the record before it.

        Parameters
        ----------
        currents : shape (..., T, 1)
            z; negative ones act as zero.
        record : shape (..., T, 1)
            Spikes 0 or 1. Leading axes broadcast against those of `currents`.

        Returns
        -------
        shape (..., T, 2)
            Probabilities of no spike and of a spike.

        Raises
        ------
        ValueError
            If shapes disagree, currents are not finite, spikes are not 0 or 1, or a
            spike of the record has no probability.
        """
        return record_law(self.kernel, self.parameters, currents, record)

    def log_likelihood(self, currents: ArrayLike, record: ArrayLike) -> np.ndarray:
        """Return log p(record | currents), shape (...); see `spike_probabilities`."""
        return log_likelihood(self.kernel, self.parameters, currents, record)

    def sample(self, currents: ArrayLike, key: "int | jax.Array") -> np.ndarray:
        """Draw one record a row of currents (..., T, 1), as uint8; a key repeats it."""
        return draw_record(self.kernel, self.parameters, currents, key)


def as_number(value: float, name: str) -> float:
    """Return one finite real number as a float."""
    if isinstance(value, bool | str) or np.ndim(value) or np.iscomplexobj(value):
        raise TypeError(f"`{name}` must be one real number, but is {value!r}.")
    try:
        number = float(value)
    except TypeError:
        raise TypeError(
            f"`{name}` must be one real number, but is {value!r}."
        ) from None
    check_finite(np.array([number]), name)
    return number


def as_parameters(parameters: ArrayLike) -> list[float]:
    """Return three finite trainable parameters of a neuron."""
    parameters = np.asarray(parameters, dtype=float)
    check_shapes(parameters=(parameters, "3"))
    check_finite(parameters, "parameters")
    return [float(p) for p in parameters]
