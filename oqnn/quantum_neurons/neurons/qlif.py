"""Quantum leaky integrate-and-fire neurons: repeated shots and a classical memory."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from ..._core.checks import check_choice, check_integer, check_positive
from .control import as_number, as_parameters
from .escape_rate import check_fraction
from .inputs import check_fits
from .single import draw_record, log_likelihood, record_law

if TYPE_CHECKING:
    import jax

    from .model import NeuronKernel

__all__ = ["QLIFNeuron"]

COPIES = 3  # of the chances from count to count that a step holds at a time


@final
@dataclass(frozen=True, kw_only=True)
class QLIFNeuron:
    r"""A qubit that integrates currents by rotations and leaks by relaxing.

    Measured and prepared anew every step [1]_, eq. 7.4 of our equations. The memory
    is a number, the estimate :math:`\hat\alpha` of the excitation. A step prepares
    :math:`R_X(\varphi)|0\rangle` with :math:`\varphi = 2\arcsin\sqrt{\hat\alpha}` and

    .. math:: \alpha_t = \begin{cases}
              \sin^2\bigl((\varphi_{t-1} + \pi z_t + \theta_{\rm in})/2\bigr)
              & z_t > 0 \text{ (a rotation)}\\
              \hat\alpha_{t-1}\, e^{-\Delta t/T_1} & z_t \le 0
              \text{ (a step of relaxation),}
              \end{cases}

    then measures. The neuron spikes where the estimate exceeds the threshold, and
    forgets it: :math:`\hat\alpha_t = 0` after a spike.

    With ``shots=None`` the estimate is exact and spikes follow from the currents.
    Otherwise :math:`\hat\alpha = K/\mathrm{shots}`, K binomial; the hidden counts are a
    Markov chain of shots + 1 states, and likelihoods sum over them exactly. The
    estimate has no bias, but what is made of it has: near the threshold its spread
    alone decides, and the angle :math:`2\arcsin\sqrt{\hat\alpha}` is too small on
    average where the excitation is weak, so that weak currents are forgotten and
    spikes come later.

    What a step costs a neuron of finite shots: (shots + 1)² numbers where `counts` are
    ``"summed"``, so that spikes have a law; shots + 1 where they are ``"drawn"``, with
    the same law of records and no likelihood in networks. The three methods below sum
    for likelihoods and draw for samples, whatever `counts` is.

    Three parameters a neuron are learned, (θ_in, logit ϑ, logit leak), as many as the
    two-qubit neuron has. Derivatives by the threshold take the arctan surrogate of
    width w, whose slope is :math:`1/w` at the threshold; derivatives by the excitation
    pass through drawn counts as if they were exact.

    Parameters
    ----------
    theta_in : float, rad
        Angle that every input adds.
    threshold : float
        ϑ in (0, 1). Between two values of K/shots where shots are finite.
    leak : float
        :math:`e^{-\Delta t/T_1}` in (0, 1).
    shots : int or None
        Measurements that estimate the excitation; None for infinitely many.
    counts : "summed" or "drawn"
        What `kernel`, and so a network, does with the hidden counts of finite shots.
    surrogate_width : float
        w > 0, a range of excitations.

    Raises
    ------
    TypeError
        If a number is not one real number, or `shots` is not an integer.
    ValueError
        If a number is not finite or outside of its range, `shots` is below 1,
        `counts` is another word, or the threshold lies on a value of K/shots, where
        rounding would decide.

    References
    ----------
    .. [1] Brand and Petruccione, npj Quantum Information 10, 125 (2024). There an
           input is a rotation by the weight of a synapse; here by π z, as in the other
           quantum neurons.

    Examples
    --------
    >>> neuron = QLIFNeuron(theta_in=0.0, threshold=0.7, leak=0.9)
    >>> neuron.sample([[0.4], [0.0], [0.4], [0.4]], 1)[:, 0]
    array([0, 0, 1, 0], dtype=uint8)
    """

    theta_in: float
    threshold: float
    leak: float
    shots: int | None = None
    counts: str = "summed"
    surrogate_width: float = 0.5

    def __post_init__(self) -> None:
        for name in ("theta_in", "threshold", "leak"):
            object.__setattr__(self, name, as_number(getattr(self, name), name))
        check_fraction(self.threshold, "threshold")
        check_fraction(self.leak, "leak")
        check_positive(self.surrogate_width, "surrogate_width")
        object.__setattr__(self, "surrogate_width", float(self.surrogate_width))
        check_choice(self.counts, "counts", ("summed", "drawn"))
        if self.shots is None:
            return
        check_integer(self.shots, "shots")
        steps = self.threshold * self.shots
        if abs(steps - round(steps)) <= 1e-9 * self.shots:
            raise ValueError(
                f"`threshold` must lie between two estimates, but {self.threshold} is "
                f"{round(steps)} of {self.shots} shots, where rounding would decide. "
                f"Try {(round(steps) + 0.5) / self.shots:.6g}."
            )

    @property
    def n_io(self) -> int:
        """One wire."""
        return 1

    @property
    def parameters(self) -> np.ndarray:
        """What learning changes, (θ_in, logit ϑ, logit leak), shape (3,)."""
        return np.array([self.theta_in, logit(self.threshold), logit(self.leak)])

    def with_parameters(self, parameters: ArrayLike) -> "QLIFNeuron":
        """Return a neuron with other (θ_in, logit ϑ, logit leak), shape (3,)."""
        theta_in, threshold, leak = as_parameters(parameters)
        return replace(
            self,
            theta_in=theta_in,
            threshold=float(expit(threshold)),
            leak=float(expit(leak)),
        )

    def random_parameters(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Return (size, 3): uniform θ_in on ±π/4, ϑ on (0.2, 0.8), leak on (½, .95)."""
        theta_in = rng.uniform(-np.pi / 4, np.pi / 4, size)
        threshold = rng.uniform(0.2, 0.8, size)
        leak = rng.uniform(0.5, 0.95, size)
        return np.stack([theta_in, logit(threshold), logit(leak)], axis=-1)

    @property
    def kernel(self) -> "NeuronKernel":
        """Its step, compiled."""
        return self._drawing_kernel if self.counts == "drawn" else self.law_kernel

    @property
    def law_kernel(self) -> "NeuronKernel":
        """The step whose law is of spikes alone: of finite shots, a sum over counts."""
        from .qlif_jax import InfiniteShotsKernel, SummedCountsKernel

        if self.shots is None:
            return InfiniteShotsKernel(self.surrogate_width)
        return SummedCountsKernel(self.shots, self.surrogate_width)

    @property
    def _drawing_kernel(self) -> "NeuronKernel":
        """The step that draws counts."""
        from .qlif_jax import DrawnCountsKernel, InfiniteShotsKernel

        if self.shots is None:
            return InfiniteShotsKernel(self.surrogate_width)
        return DrawnCountsKernel(self.shots, self.surrogate_width)

    @property
    def _rounding(self) -> float:
        """Probability up to which a spike counts as impossible: only zero itself."""
        return 0.0

    def spike_probabilities(self, currents: ArrayLike, record: ArrayLike) -> np.ndarray:
        """Return the law of the spike at every step, given the record before it.

        Parameters
        ----------
        currents : shape (..., T, 1)
            z; where it is not positive the qubit relaxes.
        record : shape (..., T, 1)
            Spikes 0 or 1. Leading axes broadcast against those of `currents`.

        Returns
        -------
        shape (..., T, 2)
            Probabilities of no spike and of a spike; 0 or 1 for infinitely many shots.

        Raises
        ------
        ValueError
            If shapes disagree, currents are not finite, spikes are not 0 or 1, a spike
            of the record has no probability, or (shots + 1)² numbers a row do not fit
            into memory.
        """
        self._check_rows(2, np.shape(currents), np.shape(record))
        return record_law(
            self.law_kernel, self.parameters, currents, record, self._rounding
        )

    def log_likelihood(self, currents: ArrayLike, record: ArrayLike) -> np.ndarray:
        """Return log p(record | currents), shape (...); see `spike_probabilities`."""
        self._check_rows(2, np.shape(currents), np.shape(record))
        return log_likelihood(
            self.law_kernel, self.parameters, currents, record, self._rounding
        )

    def sample(self, currents: ArrayLike, key: "int | jax.Array") -> np.ndarray:
        """Draw one record a row of currents (..., T, 1), as uint8; a key repeats it."""
        self._check_rows(1, np.shape(currents))
        return draw_record(self._drawing_kernel, self.parameters, currents, key)

    def _check_rows(self, power: int, *shapes: tuple[int, ...]) -> None:
        """Check that (shots + 1)**power numbers for each row fit into memory."""
        try:
            rows = math.prod(np.broadcast_shapes(*(shape[:-2] for shape in shapes)))
        except ValueError:
            return  # what does not broadcast is refused with the records
        check_fits(
            COPIES * 8.0 * rows * float((self.shots or 0) + 1) ** power,
            f"Counts of {self.shots} shots in {rows} rows",
            "Pass the rows in parts, or take fewer shots.",
        )
