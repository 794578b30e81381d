"""Classical stochastic leaky integrate-and-fire neurons."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from ..._core.checks import check_choice
from .control import as_number, as_parameters
from .single import draw_record, log_likelihood, record_law

if TYPE_CHECKING:
    import jax

    from .escape_rate_jax import EscapeRateKernel

__all__ = ["EscapeRateNeuron"]


@final
@dataclass(frozen=True, kw_only=True)
class EscapeRateNeuron:
    r"""A leaky integrate-and-fire neuron that fires with a sigmoid escape rate.

    .. math:: v_t = \beta u_{t-1} + z_t, \qquad
              p(s_t = 1 \mid \mathrm{past}) = \sigma\bigl(k (v_t - \vartheta)\bigr),
              \qquad u_0 = 0,

    with :math:`u_t = v_t - \vartheta s_t` after a soft reset and
    :math:`u_t = (1 - s_t) v_t` after a hard one [1]_. The membrane is known from
    currents and spikes, so likelihoods are exact. Currents may have either sign.

    Three parameters a neuron are learned, as many as the two-qubit quantum neuron has:
    (logit β, ϑ, log k). So β stays in (0, 1) and k positive; ϑ is free, and a soft
    reset with a negative one charges the membrane.

    Parameters
    ----------
    leak : float
        β in (0, 1), what a step leaves of the membrane.
    threshold : float, unit of the currents
        ϑ, where a spike and no spike are equally probable.
    steepness : float, 1 over the unit of the currents
        k > 0; the neuron is deterministic where k is infinite.
    reset : "soft" or "hard"
        Whether a spike takes ϑ from the membrane or empties it.

    Raises
    ------
    TypeError
        If a number is not one real number.
    ValueError
        If a number is not finite or outside of its range, or `reset` is another word.

    References
    ----------
    .. [1] Gerstner, Kistler, Naud and Paninski, *Neuronal dynamics* (2014), ch. 9.

    Examples
    --------
    >>> neuron = EscapeRateNeuron(leak=0.5, threshold=1.0, steepness=4.0)
    >>> neuron.spike_probabilities([[1.0], [0.5]], [[0], [0]])[:, 1]
    array([0.5, 0.5])
    """

    leak: float
    threshold: float
    steepness: float
    reset: str = "soft"

    def __post_init__(self) -> None:
        for name in ("leak", "threshold", "steepness"):
            object.__setattr__(self, name, as_number(getattr(self, name), name))
        check_fraction(self.leak, "leak")
        if not self.steepness > 0:
            raise ValueError(f"`steepness` must be positive, but is {self.steepness}.")
        check_choice(self.reset, "reset", ("soft", "hard"))

    @property
    def n_io(self) -> int:
        """One wire."""
        return 1

    @property
    def parameters(self) -> np.ndarray:
        """What learning changes, (logit β, ϑ, log k), shape (3,)."""
        return np.array([logit(self.leak), self.threshold, np.log(self.steepness)])

    def with_parameters(self, parameters: ArrayLike) -> "EscapeRateNeuron":
        """Return a neuron with other (logit β, ϑ, log k), shape (3,)."""
        leak, threshold, steepness = as_parameters(parameters)
        return replace(
            self,
            leak=float(expit(leak)),
            threshold=threshold,
            steepness=float(np.exp(steepness)),
        )

    def random_parameters(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Return (size, 3): β, ϑ and k uniform on (0.2, 0.9), (0.25, 1), (2, 6)."""
        leak = rng.uniform(0.2, 0.9, size)
        threshold = rng.uniform(0.25, 1, size)
        steepness = rng.uniform(2, 6, size)
        return np.stack([logit(leak), threshold, np.log(steepness)], axis=-1)

    @property
    def kernel(self) -> "EscapeRateKernel":
        """Its step, compiled."""
        from .escape_rate_jax import EscapeRateKernel

        return EscapeRateKernel(self.reset == "hard")

    @property
    def _rounding(self) -> float:
        """Probability up to which a spike counts as impossible: only zero itself."""
        return 0.0

    def spike_probabilities(self, currents: ArrayLike, record: ArrayLike) -> np.ndarray:
        """Return the law of the spike at every step, given the record before it.

        Parameters
        ----------
        currents : shape (..., T, 1)
            z, of either sign.
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
            spike of the record is so improbable that its probability underflows.
        """
        return record_law(
            self.kernel, self.parameters, currents, record, self._rounding
        )

    def log_likelihood(self, currents: ArrayLike, record: ArrayLike) -> np.ndarray:
        """Return log p(record | currents), shape (...); see `spike_probabilities`."""
        return log_likelihood(
            self.kernel, self.parameters, currents, record, self._rounding
        )

    def sample(self, currents: ArrayLike, key: "int | jax.Array") -> np.ndarray:
        """Draw one record a row of currents (..., T, 1), as uint8; a key repeats it."""
        return draw_record(self.kernel, self.parameters, currents, key)


def check_fraction(value: float, name: str) -> None:
    """Check that a number lies between 0 and 1, both left out."""
    if not 0 < value < 1:
        raise ValueError(f"`{name}` must lie between 0 and 1, but is {value}.")
