"""Calibration of sampling LIF neurons: activation functions, then pairs of neurons."""

from functools import lru_cache
from typing import Protocol

import numpy as np
from scipy.optimize import minimize_scalar

from ..._core.seeds import derive_seed
from .activation import Calibration, fit_logistic
from .machine import BoltzmannMachine
from .physical import PhysicalNetwork

__all__ = ["Calibrated", "Calibration", "calibrate"]

LEAKS = np.linspace(-4, 4, 48)
PAIRS = np.array([-3.0, -2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 3.0])  # abstract weights
COPIES = 3  # of each pair
READS = 4000
SETTLING = 100  # reads left out
GROUPS = 8  # of chains, whose scatter gives errors


class Calibrated(Protocol):
    """Settings of neurons, hashable, that can run physical networks."""

    def __hash__(self) -> int:
        """Return the same for the same settings."""
        ...

    @property
    def mean_response(self) -> float:
        """Membrane's response to a unit synapse, over a refractory time."""
        ...

    @property
    def refractory_steps(self) -> float:
        """Refractory time in steps."""
        ...

    def for_calibration(self) -> "Calibrated":
        """Return the same neurons without hardware, in a fixed number of chains."""
        ...

    def random_arrays(self, n: int, seed: int) -> dict[str, np.ndarray]:
        """Return random states of n neurons in every chain."""
        ...

    def run(
        self,
        physical: PhysicalNetwork,
        arrays: dict[str, np.ndarray],
        reads: int,
        seed: int,
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Return reads of z, (reads, chains, n), and where the neurons stand."""
        ...


def calibrate(sampler: Calibrated) -> Calibration:
    r"""Measure how a sampler's neurons answer, and fit what translates a machine.

    Lone neurons at 48 leak potentials give the activation function. Pairs with equal
    weights both ways and biases -W/2, translated with it, correct the strength of
    synapses, which their response alone gives only to some per cent: the gain g is
    the one whose exact laws, with weights gW, have the least divergence from the
    sampled ones. (Odds ratios alone would not do: they overlook that synapses too
    strong or too weak also shift the mean activity.) Always the same seed: a
    calibration is a function of the settings, and kept as long as the process.

    Parameters
    ----------
    sampler : LIFSampler
        Its hardware model, number of chains and reads play no part.

    Returns
    -------
    Calibration

    Raises
    ------
    ConvergenceError
        If the neurons cannot be driven from z = 0 to z = 1.

    Examples
    --------
    >>> from oqnn.spiking import LIFSampler
    >>> calibration = calibrate(LIFSampler())
    >>> calibration.rms_residual < 0.01
    True
    """
    return _calibrate(sampler.for_calibration())


@lru_cache(maxsize=64)
def _calibrate(sampler: Calibrated) -> Calibration:
    """Measure lone neurons, then pairs."""
    lone = PhysicalNetwork(
        weights=np.zeros((len(LEAKS), len(LEAKS))),
        leaks=LEAKS,
        refractory=np.full(len(LEAKS), sampler.refractory_steps),
        leak_at_zero=0.0,
        leak_unit=1.0,
        weight_unit=1.0,
    )
    by_chain = _settled_states(sampler, lone, "lone").mean(axis=0, dtype=float)
    shares = by_chain.mean(axis=0)
    u0, alpha, u0_error, alpha_error = fit_logistic(LEAKS, shares)

    unit = alpha / sampler.mean_response
    machine = _pairs()
    pairs = PhysicalNetwork(
        weights=unit * machine.weights,
        leaks=u0 + alpha * machine.biases,
        refractory=np.full(machine.n, sampler.refractory_steps),
        leak_at_zero=u0,
        leak_unit=alpha,
        weight_unit=unit,
    )
    counts = _pair_counts(_settled_states(sampler, pairs, "pairs"))
    gain = _weight_gain(counts.sum(axis=1))
    odds = np.tensordot([1, -1, -1, 1], np.log(counts), 1)  # (groups, pairs)
    return Calibration(
        leaks=LEAKS,
        shares=shares,
        errors=by_chain.std(axis=0, ddof=1) / np.sqrt(len(by_chain)),
        u0=u0,
        alpha=alpha,
        u0_error=u0_error,
        alpha_error=alpha_error,
        mean_response=sampler.mean_response,
        refractory=sampler.refractory_steps,
        weight_gain=gain,
        pair_weights=gain * PAIRS,
        pair_log_odds=odds.mean(axis=0),
        pair_errors=odds.std(axis=0, ddof=1) / np.sqrt(len(odds)),
    )


def _settled_states(
    sampler: Calibrated, physical: PhysicalNetwork, what: str
) -> np.ndarray:
    """Run a network from random states; (READS, chains, n)."""
    seed = derive_seed(0, "calibration", what)
    arrays = sampler.random_arrays(physical.n, seed)
    states, _ = sampler.run(physical, arrays, SETTLING + READS, seed)
    return states[SETTLING:]


def _pairs() -> BoltzmannMachine:
    """Return copies of pairs; neuron i is connected with neuron i + n/2."""
    half = np.diag(np.repeat(PAIRS, COPIES))
    zeros = np.zeros_like(half)
    weights = np.block([[zeros, half], [half, zeros]])
    return BoltzmannMachine(
        weights=weights,
        biases=-weights.sum(axis=1) / 2,
        n_visible=len(weights),
        mask=weights != 0,
    )


def _pair_counts(states: np.ndarray) -> np.ndarray:
    """Count the states 00, 01, 10, 11 of pairs, (4, GROUPS, len(PAIRS))."""
    first, second = np.split(states, 2, axis=-1)  # (READS, chains, pairs * copies)
    counts = [((first == a) & (second == b)).sum(axis=0) for a, b in np.ndindex(2, 2)]
    return np.reshape(counts, (4, GROUPS, -1, len(PAIRS), COPIES)).sum(axis=(2, 4))


def _weight_gain(counts: np.ndarray) -> float:
    """Return g at which laws with weights gW and biases -W/2 are nearest to counts."""
    shares = counts / counts.sum(axis=0)  # (4, pairs)

    def divergence(gain: float) -> float:
        exponents = np.outer([0.0, -0.5, -0.5, gain - 1], PAIRS)
        norms = np.log(np.exp(exponents).sum(axis=0))
        return float((shares * (np.log(shares) - exponents + norms)).sum())

    return float(minimize_scalar(divergence, bounds=(0.2, 5), method="bounded").x)
