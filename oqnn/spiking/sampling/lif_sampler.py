"""Sampling by leaky integrate-and-fire neurons under Poisson noise."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.stats import poisson, skellam

from ..._core.checks import check_choice, check_integer, check_positive
from ..._core.seeds import rng_from
from .lif_calibration import calibrate
from .machine import BoltzmannMachine
from .physical import PhysicalNetwork, translate
from .sampler import Chains
from .samples import Samples

if TYPE_CHECKING:
    from ..kernels.lif_sampling_jax import Neurons, Sources

__all__ = ["Hardware", "LIFSampler"]

CHUNK_WORDS = 2**19  # random words of one kernel call, 2 MiB


class Hardware(Protocol):
    """What changes the parameters of a physical network before each draw."""

    def apply(
        self, physical: PhysicalNetwork, *, chains: int, seed: int, draws: int
    ) -> PhysicalNetwork:
        """Return the network as it is on the hardware at the draw numbered `draws`."""
        ...


@dataclass(frozen=True, kw_only=True)
class LIFSampler:
    """LIF neurons in the high-conductance state, driven by Poisson noise."""

    chains: int = 128
    dt_ms: float = 1.0
    tau_ref_ms: float = 10.0
    tau_syn_ms: float = 10.0
    tau_mem_ms: float = 0.5
    tau_noise_ms: float = 10.0
    noise_rate_khz: float = 1.0
    reset: float = -1.0
    read_every_ms: float = 2.0
    synapses: str = "additive"
    hardware: Hardware | None = None

    def __post_init__(self) -> None:
        check_integer(self.chains, "chains")
        for name in (
            "dt_ms",
            "tau_ref_ms",
            "tau_syn_ms",
            "tau_mem_ms",
            "tau_noise_ms",
            "noise_rate_khz",
            "read_every_ms",
        ):
            check_positive(getattr(self, name), name)
        check_choice(self.synapses, "synapses", ("additive", "renewing"))
        steps = self.read_every_ms / self.dt_ms
        if not (round(steps) >= 1 and abs(steps - round(steps)) < 1e-9):
            raise ValueError(
                "`read_every_ms` must be a multiple of `dt_ms`, but is "
                f"{self.read_every_ms} beside {self.dt_ms}."
            )
        if self.tau_ref_ms < self.dt_ms:
            raise ValueError(
                f"`tau_ref_ms` must be at least `dt_ms` = {self.dt_ms}, but is "
                f"{self.tau_ref_ms}."
            )
        shortest = min(self.tau_syn_ms, self.tau_noise_ms)
        if not self.tau_mem_ms < shortest:
            raise ValueError(
                "`tau_mem_ms` must be shorter than the synapses' time constants (a "
                f"high-conductance state), but is {self.tau_mem_ms} beside {shortest}."
            )
        if not self.reset < 0:
            raise ValueError(
                f"`reset` must lie below the threshold 0, but is {self.reset}."
            )

    @property
    def refractory_steps(self) -> float:
        """Refractory time in steps, not necessarily whole."""
        return self.tau_ref_ms / self.dt_ms

    @property
    def mean_response(self) -> float:
        """Membrane's response to a unit synapse, averaged over a refractory time.

        Over the ends of the steps in it, where the threshold is looked at.
        """
        times = self.dt_ms * np.arange(1, max(1, round(self.refractory_steps)) + 1)
        return float(self._response(times, self.tau_syn_ms).mean())

    def start(self, machine: BoltzmannMachine, *, seed: int) -> Chains:
        """Return chains at random states, before any burn-in."""
        return Chains(arrays=self.random_arrays(machine.n, seed), seed=seed)

    def draw(
        self, machine: BoltzmannMachine, chains: Chains, n_samples: int
    ) -> tuple[Samples, Chains]:
        """Read at least `n_samples` states, and return where the chains stand."""
        check_integer(n_samples, "n_samples")
        physical = translate(machine, calibrate(replace(self, hardware=None)))
        if self.hardware is not None:
            physical = self.hardware.apply(
                physical, chains=self.chains, seed=chains.seed, draws=chains.draws
            )
        reads = -(-n_samples // self.chains)
        states, arrays = self.run(physical, chains.arrays, reads, chains.next_seed())
        return (
            Samples(states=states, n_visible=machine.n_visible),
            replace(chains, arrays=arrays, draws=chains.draws + 1),
        )

    def random_arrays(self, n: int, seed: int) -> dict[str, np.ndarray]:
        """Return n neurons in every chain, half of them within a refractory time."""
        shape = (self.chains, n)
        rng = rng_from(seed, "start")
        left = np.ceil(rng.uniform(size=shape) * self.refractory_steps)
        left *= rng.integers(0, 2, shape)
        age = (self.refractory_steps - left) * self.dt_ms
        spread = np.sqrt(self._variance_of_counts() / -np.expm1(-2 * self._rates()[2]))
        arrays = {
            "voltage": np.full(shape, self.reset),
            "trace": np.where(left > 0, np.exp(-age / self.tau_syn_ms), 0.0),
            "noise": rng.normal(size=shape) * spread,
            "left": left,
        }
        return {name: value.astype(np.float32) for name, value in arrays.items()}

    def run(
        self,
        physical: PhysicalNetwork,
        arrays: dict[str, np.ndarray],
        reads: int,
        seed: int,
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Run a physical network and return reads of z, (reads, chains, n) uint8.

        The random words follow from `seed` alone.
        """
        from ..kernels.lif_sampling_jax import State, run_reads

        shape = (self.chains, physical.n)
        if arrays["voltage"].shape != shape:
            raise ValueError(
                f"`chains` must hold states of shape {shape}, but holds "
                f"{arrays['voltage'].shape}. Start chains with this sampler."
            )
        neurons, sources = self._neurons(physical), self._sources(physical)
        states = np.empty((reads, *shape), np.uint8)
        state = State(**arrays)
        done = 0
        for words, count in self._words(physical, reads, seed):
            state, z = run_reads(
                neurons,
                state,
                words,
                np.int32(count),
                sources=sources,
                renewing=self.synapses == "renewing",
            )
            states[done : done + count] = z[:count]
            done += count
        return states, {k: np.asarray(v) for k, v in state._asdict().items()}

    def lone_shares(self, leaks: np.ndarray, reads: int, seed: int) -> np.ndarray:
        """Return how often neurons without synapses are refractory, (chains, n).

        The first tenth of the reads is left out.
        """
        n = len(leaks)
        lone = PhysicalNetwork(
            weights=np.zeros((n, n)),
            leaks=leaks,
            refractory=np.full(n, self.refractory_steps),
            leak_at_zero=0.0,
            leak_unit=1.0,
            weight_unit=1.0,
        )
        states, _ = self.run(lone, self.random_arrays(n, seed), reads, seed)
        return states[reads // 10 :].mean(axis=0, dtype=float)

    def _words(
        self, physical: PhysicalNetwork, reads: int, seed: int
    ) -> Iterator[tuple[np.ndarray, int]]:
        """Yield chunks of words, all of one shape, and how many reads each is for."""
        n = physical.n if physical.wiring is None else physical.wiring.shape[1]
        read = (round(self.read_every_ms / self.dt_ms), self.chains, n)
        chunk = max(1, CHUNK_WORDS // int(np.prod(read)))
        chunk += chunk * int(np.prod(read)) % 2  # whole 64-bit words
        source = np.random.SFC64(seed)
        for done in range(0, reads, chunk):
            words = source.random_raw(chunk * int(np.prod(read)) // 2)
            yield words.view(np.int32).reshape(chunk, *read), min(chunk, reads - done)

    def _rates(self) -> np.ndarray:
        """Decay per step of voltage, trace and noise, (3,)."""
        return self.dt_ms / np.array(
            [self.tau_mem_ms, self.tau_syn_ms, self.tau_noise_ms]
        )

    def _response(self, times: np.ndarray, tau_ms: float) -> np.ndarray:
        """Return the free membrane's response to a unit jump of an input."""
        slow, fast = np.exp(-times / tau_ms), np.exp(-times / self.tau_mem_ms)
        return tau_ms / (tau_ms - self.tau_mem_ms) * (slow - fast)

    def _variance_of_counts(self) -> float:
        """Variance of the events, excitatory minus inhibitory, of one step."""
        return 2 * self.noise_rate_khz * self.dt_ms

    def _spread(self) -> float:
        """Return the free membrane's standard deviation for unit jumps of noise."""
        fast, _, slow = np.exp(-self._rates())
        sums = [x / (1 - x) for x in (slow**2, slow * fast, fast**2)]
        amplitude = self.tau_noise_ms / (self.tau_noise_ms - self.tau_mem_ms)
        squares = amplitude**2 * (sums[0] - 2 * sums[1] + sums[2])
        return float(np.sqrt(self._variance_of_counts() * squares))

    def _neurons(self, physical: PhysicalNetwork) -> "Neurons":
        """Return the kernel's parameters."""
        from ..kernels.lif_sampling_jax import Neurons

        dt = np.array(self.dt_ms)
        taken = [
            self._response(dt, self.tau_syn_ms),
            self._response(dt, self.tau_noise_ms) / self._spread(),
        ]
        single = {
            "weights": physical.weights.T,
            "leaks": np.atleast_2d(physical.leaks),
            "gains": np.atleast_2d(physical.gains),
            "refractory": np.atleast_2d(physical.refractory),
            "reset": np.array(self.reset),
            "kept": np.exp(-self._rates()),
            "taken": np.array(taken),
        }
        wiring = None if physical.wiring is None else np.float32(physical.wiring.T)
        return Neurons(**{k: np.float32(v) for k, v in single.items()}, wiring=wiring)

    def _sources(self, physical: PhysicalNetwork) -> "Sources":
        """Return the law of the counts that one word decides."""
        rate = self.noise_rate_khz * self.dt_ms
        if physical.wiring is None:
            return _thresholds(rate, signed=True)
        return _thresholds(2 * rate / (physical.wiring != 0).sum(1).mean(), False)


@lru_cache
def _thresholds(rate: float, signed: bool) -> "Sources":
    """Return the inverse cdf of Poisson counts, or of the difference of two."""
    from ..kernels.lif_sampling_jax import Sources

    law = skellam(rate, rate) if signed else poisson(rate)
    reach = int(20 + 10 * rate)
    counts = np.arange(-reach if signed else 0, reach)
    edges = np.rint(law.cdf(counts) * 2.0**32).astype(np.int64)
    inside = (edges > 0) & (edges < 2**32)
    lowest = int(counts[inside][0])
    return Sources(lowest, tuple(int(e) - 2**31 for e in edges[inside]))
