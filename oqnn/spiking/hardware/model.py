"""Imperfections of an analog neuromorphic chip, each of which can be switched off."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..._core.checks import check_between, check_integer, check_positive
from ..._core.seeds import rng_from
from ..sampling.physical import PhysicalNetwork
from .drift import wandering
from .rounding import hold
from .wiring import wire_noise

__all__ = ["HardwareModel"]

MOST_BITS = 24  # beyond which single precision, in which neurons run, is coarser


@dataclass(frozen=True, kw_only=True)
class HardwareModel:
    r"""What a chip does to the parameters and to the noise of its neurons.

    Everything is off by default; `brainscales2` is a chip with all of it. Weights,
    biases, offsets, drift and jitter are in units of the abstract network
    :math:`p(z) \propto \exp(\frac12 z^T W z + b^T z)`, whose neurons are active with
    probability :math:`\sigma(u)`, u = b + W z; a chip's neuron i is so with
    :math:`\sigma(g_i u + o_i)`.

    Parameters
    ----------
    weight_bits : int, optional
        Bits of a weight's size; the sign comes from a pair of synapses, so that 6 bits
        give the levels -63, ..., 63; at most 24. None for weights of full precision.
    weight_range : float
        The weight of the largest level.
    bias_bits : int, optional
        Bits of a bias with its sign, 10 for the levels -511, ..., 511. None for biases
        of full precision.
    bias_range : float
        The bias of the largest level. With 10 bits over ±24 about 8 bits cover the
        biases that matter, ±6, where a lone neuron is active 0.2 to 99.8 % of the
        time, as on the chip; a converter that loses a bit is `bias_bits` of 9.
    saturates : bool
        Whether parameters beyond their range take the largest level, as a register
        does (`saturation` counts them), or are refused.
    refractory_spread : float
        Relative standard deviation of the refractory times over the neurons.
    offset_spread : float
        Standard deviation of the offsets o over the neurons.
    slope_spread : float
        Standard deviation of log g over the neurons.
    drift : float
        Standard deviation of the offsets' walk within a run long after its start, an
        Ornstein-Uhlenbeck process from zero. The chains are consecutive pieces of
        one run.
    drift_time : float
        Its correlation time, in runs (draws).
    jitter : float
        Standard deviation of the offsets' changes at each reconfiguration, which is
        before each draw.
    noise_sources : int, optional
        Number of excitatory noise sources, and of inhibitory ones, that the neurons
        share. None for private noise.
    sources_per_neuron : int
        How many of each kind reach a neuron, chosen at random.
    chip_seed : int
        Of the spreads and of the wiring: which specimen of the chip.

    Raises
    ------
    TypeError, ValueError
        If a number of bits, of sources or a seed is no integer or too small, there
        are more than 24 bits, a range or a time is not positive, a spread is negative,
        `saturates` is no truth value, or a neuron is to be wired to more sources than
        there are.
    """

    weight_bits: int | None = None
    weight_range: float = 4.0
    bias_bits: int | None = None
    bias_range: float = 24.0
    saturates: bool = False
    refractory_spread: float = 0.0
    offset_spread: float = 0.0
    slope_spread: float = 0.0
    drift: float = 0.0
    drift_time: float = 1.0
    jitter: float = 0.0
    noise_sources: int | None = None
    sources_per_neuron: int = 5
    chip_seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("weight_bits", 1), ("bias_bits", 2)):
            bits = getattr(self, name)
            if bits is not None:
                check_integer(bits, name, least=least)
                check_between(bits, name, least, MOST_BITS)
        if not isinstance(self.saturates, bool | np.bool_):
            raise TypeError(
                f"`saturates` must be True or False, but is {self.saturates!r}."
            )
        for name in ("weight_range", "bias_range", "drift_time"):
            check_positive(getattr(self, name), name)
        for name in SPREADS:
            value = getattr(self, name)
            if value != 0:  # zero is off
                check_positive(value, name)
        check_integer(self.sources_per_neuron, "sources_per_neuron")
        if self.noise_sources is not None:
            check_integer(self.noise_sources, "noise_sources")
            if self.sources_per_neuron > self.noise_sources:
                raise ValueError(
                    "`sources_per_neuron` must be at most the "
                    f"{self.noise_sources} sources of a kind, but is "
                    f"{self.sources_per_neuron}."
                )
        check_integer(self.chip_seed, "chip_seed", least=0)

    @classmethod
    def six_bit(cls, *, weight_range: float = 4.0) -> "HardwareModel":
        """Return a chip with 6-bit weights and 10-bit biases, perfect otherwise.

        Parameters
        ----------
        weight_range : float
            The weight of level 63; larger ones saturate.

        Examples
        --------
        >>> round(HardwareModel.six_bit().weight_step, 4)
        0.0635
        """
        return cls(
            weight_bits=6, weight_range=weight_range, bias_bits=10, saturates=True
        )

    @classmethod
    def brainscales2(cls, *, chip_seed: int = 0) -> "HardwareModel":
        """Return a model of the BrainScaleS-2 chip, a specimen of it for each seed.

        Resolution, refractory times, 10.5 ± 0.12 µs, and wiring are the published ones
        [1]_, App. A, Fig. 5f; [2]_, Methods A. The spreads of calibrated activation
        functions, drift and jitter are not published as numbers and are assumptions
        here. With this jitter and drift, repeated runs of a network of 8 visible and 20
        hidden neurons differ by a divergence of 1e-3, for random weights up to 0.7, to
        3e-4, up to 4: about as much as 10⁵ independent samples differ from their law.
        [2]_, Fig. 5F, levels off after that many, 0.2 s.

        References
        ----------
        .. [1] Czischek et al., SciPost Phys. 12, 039 (2022).
        .. [2] Klassert et al., iScience 25, 104707 (2022).

        Examples
        --------
        >>> HardwareModel.brainscales2().largest_weight_level
        63
        """
        return cls(
            weight_bits=6,
            bias_bits=10,
            saturates=True,
            refractory_spread=0.12 / 10.5,
            offset_spread=0.1,
            slope_spread=0.05,
            drift=0.03,
            drift_time=1.0,
            jitter=0.03,
            noise_sources=32,
            chip_seed=chip_seed,
        )

    @property
    def largest_weight_level(self) -> int | None:
        """Largest integer of a weight; None for weights of full precision."""
        return None if self.weight_bits is None else 2**self.weight_bits - 1

    @property
    def largest_bias_level(self) -> int | None:
        """Largest integer of a bias; None for biases of full precision."""
        return None if self.bias_bits is None else 2 ** (self.bias_bits - 1) - 1

    @property
    def weight_step(self) -> float | None:
        """Weight of one level, or None."""
        largest = self.largest_weight_level
        return None if largest is None else self.weight_range / largest

    @property
    def bias_step(self) -> float | None:
        """Bias of one level, or None."""
        largest = self.largest_bias_level
        return None if largest is None else self.bias_range / largest

    def apply(
        self, physical: PhysicalNetwork, *, chains: int, seed: int, draws: int
    ) -> PhysicalNetwork:
        r"""Return the network that a chip makes of one, for one run.

        Weights and biases are rounded, then neuron i's synapses and its leak above
        that of bias 0 are multiplied by g, and o added in units of bias, so
        that its activation function is :math:`\sigma(g_i u + o_i)`.

        Parameters
        ----------
        physical : PhysicalNetwork
            What calibration made of weights and biases.
        chains : int
            Number of chains, which are consecutive pieces of the run.
        seed : int
            Of the chains; drift and jitter follow from it and from `draws`.
        draws : int
            Number of runs before.

        Returns
        -------
        PhysicalNetwork
            The same object if every effect is off. Leaks have shape (chains, n) if
            there is drift.

        Raises
        ------
        ValueError
            If parameters lie beyond their range and `saturates` is False.
        """
        changes: dict[str, Any] = {}
        if self._changes_weights:
            changes["weights"] = self._weights(physical)
        if self._changes_leaks:
            changes["leaks"] = self._leaks(physical, chains, seed, draws)
        if self.refractory_spread:
            spread = self._spread("refractory", physical.n, self.refractory_spread)
            changes["refractory"] = physical.refractory * np.exp(spread)
        if self.noise_sources is not None:
            rng = rng_from(self.chip_seed, "wiring")
            wires = wire_noise(
                physical.n, self.noise_sources, self.sources_per_neuron, rng
            )
            changes["wiring"] = wires * np.repeat([1.0, -1.0], self.noise_sources)
        return replace(physical, **changes) if changes else physical

    @property
    def _changes_weights(self) -> bool:
        return self.weight_bits is not None or self.slope_spread > 0

    @property
    def _changes_leaks(self) -> bool:
        offsets = self.offset_spread, self.slope_spread, self.drift, self.jitter
        return self.bias_bits is not None or any(offsets)

    def _weights(self, physical: PhysicalNetwork) -> np.ndarray:
        """Return rounded weights, times the slope of the receiver."""
        i, j = np.nonzero(physical.weights)
        weights = np.zeros_like(physical.weights)
        weights[i, j] = physical.weight_unit * hold(
            physical.weights[i, j] / physical.weight_unit,
            self.weight_range,
            self.largest_weight_level,
            name="weights",
            saturates=self.saturates,
        )
        slopes = np.exp(self._spread("slopes", physical.n, self.slope_spread))
        return slopes[:, None] * weights

    def _leaks(
        self, physical: PhysicalNetwork, chains: int, seed: int, draws: int
    ) -> np.ndarray:
        """Return leaks of rounded biases, spread and, if there is drift, wandering."""
        n = physical.n
        biases = hold(
            (physical.leaks - physical.leak_at_zero) / physical.leak_unit,
            self.bias_range,
            self.largest_bias_level,
            name="biases",
            saturates=self.saturates,
        )
        biases = np.exp(self._spread("slopes", n, self.slope_spread)) * biases
        biases = biases + self._spread("offsets", n, self.offset_spread)
        biases += self.jitter * rng_from(seed, "jitter", draws).standard_normal(n)
        if self.drift:
            rng = rng_from(seed, "drift", draws)
            biases = biases + wandering(chains, n, self.drift, self.drift_time, rng)
        return physical.leak_at_zero + physical.leak_unit * biases

    def _spread(self, what: str, n: int, size: float) -> np.ndarray:
        """Return fixed deviations of this specimen's neurons, normal, shape (n,)."""
        return size * rng_from(self.chip_seed, what).standard_normal(n)


SPREADS = (
    "refractory_spread",
    "offset_spread",
    "slope_spread",
    "drift",
    "jitter",
)
