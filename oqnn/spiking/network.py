"""Leaky integrate-and-fire neurons, their connections and their noisy sources."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import (
    check_choice,
    check_finite,
    check_integer,
    check_positive,
    check_shapes,
)

__all__ = ["LIFNetwork", "LIFParameters"]

SOURCE_LAWS = ("bernoulli", "at_least_one", "poisson")


@dataclass(frozen=True, kw_only=True)
class LIFParameters:
    r"""Constants of the neurons, the same for all; the defaults are the paper's.

    Between spikes :math:`\tau_{mem}\dot v = v_{leak} - v + RI` and
    :math:`\tau_{syn}\dot I = -I` [1]_, eqs. (20)-(21).

    Parameters
    ----------
    v_threshold, v_leak, v_reset : float
        Potentials. The reset must lie below the threshold.
    tau_mem_ms, tau_syn_ms, dt_ms : float, ms
        Membrane and synaptic time constants, and the step; the step must not exceed
        either.
    refractory_steps : int
        Steps for which a neuron is active after it fires: t_ref/dt.
    resistance : float
        R, voltage per current.

    Raises
    ------
    ValueError
        If a value is out of range.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022).
    """

    v_threshold: float = 1.0
    v_leak: float = 0.0
    v_reset: float = 0.0
    tau_mem_ms: float = 10.0
    tau_syn_ms: float = 5.0
    dt_ms: float = 1.0
    refractory_steps: int = 1
    resistance: float = 1.0

    def __post_init__(self) -> None:
        for name in ("tau_mem_ms", "tau_syn_ms", "dt_ms", "resistance"):
            check_positive(getattr(self, name), name)
        check_integer(self.refractory_steps, "refractory_steps")
        potentials = np.array([self.v_threshold, self.v_leak, self.v_reset])
        check_finite(potentials, "v_threshold, v_leak, v_reset")
        if not self.v_reset < self.v_threshold:
            raise ValueError(
                f"`v_reset` must lie below `v_threshold` = {self.v_threshold:g}, "
                f"but is {self.v_reset:g}."
            )
        shortest = min(self.tau_mem_ms, self.tau_syn_ms)
        if self.dt_ms > shortest:
            raise ValueError(
                f"`dt_ms` must not exceed the time constants, but is {self.dt_ms:g} "
                f"and the shorter of them is {shortest:g}."
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class LIFNetwork:
    """Neurons, their connections and the sources that drive them.

    Parameters
    ----------
    input_weights : shape (n, m)
        Jump of each neuron's current at a spike of each source.
    recurrent_weights : shape (n, n)
        ``recurrent_weights[i, j]`` is the jump of current i when neuron j fires.
    parameters : LIFParameters
        Constants of the neurons.
    source_rate_hz : float, Hz
        Rate λ of each of the m independent sources.
    source_law : {"bernoulli", "at_least_one", "poisson"}
        What a source sends in a step: one spike with probability λ dt; one spike with
        probability 1 - exp(-λ dt), that is, if a Poisson process fires at all; or
        the number of its spikes.
    input_mask, recurrent_mask : shapes (n, m) and (n, n) of bool, optional
        Which connections there are; all by default. The others have weight zero, and
        stay there if gradients are multiplied by the masks.

    Raises
    ------
    ValueError
        If shapes disagree, a weight is not finite or not zero where there is no
        connection, or λ dt is no probability where
        the law needs one.
    """

    input_weights: np.ndarray
    recurrent_weights: np.ndarray
    parameters: LIFParameters = field(default_factory=LIFParameters)
    source_rate_hz: float = 700.0
    source_law: str = "bernoulli"
    input_mask: np.ndarray | None = None
    recurrent_mask: np.ndarray | None = None

    def __post_init__(self) -> None:
        for name in ("input_weights", "recurrent_weights"):
            value = np.array(getattr(self, name), dtype=float)
            value.setflags(write=False)
            object.__setattr__(self, name, value)
            check_finite(value, name)
        check_shapes(
            input_weights=(self.input_weights, "n m"),
            recurrent_weights=(self.recurrent_weights, "n n"),
        )
        self._set_mask("input_mask", self.input_weights)
        self._set_mask("recurrent_mask", self.recurrent_weights)
        check_positive(self.source_rate_hz, "source_rate_hz")
        check_choice(self.source_law, "source_law", SOURCE_LAWS)
        largest = 1.0 if self.source_law == "bernoulli" else 100.0
        if self.source_mean > largest:
            raise ValueError(
                f"`source_rate_hz` must give at most {largest:g} spikes a step with "
                f"source_law={self.source_law!r}, but gives {self.source_mean:g}."
            )

    @property
    def n_neurons(self) -> int:
        """Number n of neurons."""
        return self.input_weights.shape[0]

    @property
    def n_sources(self) -> int:
        """Number m of sources."""
        return self.input_weights.shape[1]

    @property
    def source_mean(self) -> float:
        """Expected number λ dt of spikes of a source in a step."""
        return self.source_rate_hz * self.parameters.dt_ms / 1000

    @property
    def source_probability(self) -> float:
        """Probability that a source fires in a step."""
        if self.source_law == "bernoulli":
            return self.source_mean
        return float(-np.expm1(-self.source_mean))

    @property
    def source_variance(self) -> float:
        """Variance of the number of spikes of a source in a step."""
        if self.source_law == "poisson":
            return self.source_mean
        return self.source_probability * (1 - self.source_probability)

    def _set_mask(self, name: str, weights: np.ndarray) -> None:
        """Check a mask against its weights and keep it as booleans."""
        if getattr(self, name) is None:
            return
        mask = np.array(getattr(self, name))
        if mask.dtype != bool or mask.shape != weights.shape:
            raise ValueError(
                f"`{name}` must be boolean with shape {weights.shape}, "
                f"but is {mask.dtype} with shape {mask.shape}."
            )
        stray = int(np.count_nonzero(weights[~mask]))
        if stray:
            raise ValueError(
                f"`{name}` must be True wherever a weight is not zero, but {stray} "
                "such weights are masked. Multiply the weights by the mask."
            )
        mask.setflags(write=False)
        object.__setattr__(self, name, mask)

    def with_weights(
        self, input_weights: ArrayLike, recurrent_weights: ArrayLike
    ) -> "LIFNetwork":
        """Return a network that differs in its weights alone."""
        return replace(
            self,
            input_weights=np.asarray(input_weights, dtype=float),
            recurrent_weights=np.asarray(recurrent_weights, dtype=float),
        )

    def draw_sources(
        self, rng: np.random.Generator, shape: tuple[int, ...]
    ) -> np.ndarray:
        """Draw spikes of sources as bytes, by default 0 or 1."""
        if self.source_law == "poisson":
            return rng.poisson(self.source_mean, shape).astype(np.uint8)
        return (rng.random(shape) < self.source_probability).astype(np.uint8)
