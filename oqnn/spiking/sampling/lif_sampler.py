"""Sampling by leaky integrate-and-fire neurons under Poisson noise."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ..._core.checks import check_choice, check_integer, check_positive
from ..._core.seeds import rng_from
from .lif_calibration import calibrate
from .lif_noise import membrane_response, noise_spread
from .lif_run import StepConstants, run_chains
from .machine import BoltzmannMachine
from .physical import PhysicalNetwork, translate
from .sampler import Chains
from .samples import Samples

__all__ = ["Hardware", "LIFSampler"]

CALIBRATION_CHAINS = 128
LEAST_EVENTS = 1e-3  # a step, whose probability is rounded to 2**-16: to one per cent


class Hardware(Protocol):
    """What changes the parameters of a physical network before each draw."""

    def apply(
        self, physical: PhysicalNetwork, *, chains: int, seed: int, draws: int
    ) -> PhysicalNetwork:
        """Return the network as it is on the hardware in the draw numbered `draws`."""
        ...


@dataclass(frozen=True, kw_only=True)
class LIFSampler:
    r"""Sample with LIF neurons in the high-conductance state [1]_, [2]_.

    .. math:: \tau_m \dot V_i &= V_{l,i} - V_i + \sum_j w_{ij} s_j + \xi_i, \\
              \tau_s \dot s_j &= -s_j, \qquad \tau_s \dot \xi_i = -\xi_i,

    with jumps of s by one at the sender's spikes and of ξ at events of an excitatory
    and an inhibitory Poisson source. When V reaches the threshold 0 the neuron spikes
    and has z = 1 for its refractory time, with V held at `reset`. Noise makes the
    spikes random; for :math:`\tau_m \ll \tau_\mathrm{ref} \approx \tau_s` the law of z
    is near a Boltzmann machine's, whose parameters are translated by a calibration
    (`calibrate`, `translate`).

    V and the currents take exact steps. Events of a step arrive at its start, the
    threshold is looked at at its end, and spikes arrive in the next. The membrane
    is let go one step before the refractory time ends, so that a neuron driven hard
    has z = 1 throughout: `tau_ref_ms` is the effective refractory time, clamp and
    return [2]_, app. A. Times are those of a slow circuit; on the chip of [2]_ all are
    a thousand times shorter.

    All of a draw's randomness follows from the chains' seed and their number of draws.
    The first reads of a draw do not depend on how many follow.

    Parameters
    ----------
    chains : int
        Independent copies of the network, each with its own noise.
    dt_ms : float
        Step.
    tau_ref_ms, tau_syn_ms, tau_mem_ms : float
        Refractory time and time constants of synapses, those of noise too, and of the
        membrane, which must be the fastest. Laws are nearest to the machine's with
        synapses as slow as the refractory time, or up to twice as slow; far from it
        with synapses twice as fast.
    noise_rate_khz : float
        Rate of the excitatory and of the inhibitory noise that a neuron receives.
    reset : float
        Voltage while refractory, in standard deviations of the noise on a free membrane
        below the threshold 0.
    read_every_ms : float
        Time between reads, a multiple of `dt_ms`: a fifth of the refractory time as in
        [2]_; up to half of it loses nothing but samples.
    synapses : {"additive", "renewing"}
        Whether the effects of a sender's spikes add up, or a spike lifts its current to
        one again as full short-term depression does [1]_.
    hardware : Hardware, optional
        Changes the physical network before each draw.

    Raises
    ------
    TypeError
        If a number is of the wrong kind, or the hardware has no `apply`.
    ValueError
        If it is not positive, times do not fit each other, noise comes less often than
        every thousandth step, or `synapses` is unknown.

    References
    ----------
    .. [1] Petrovici et al., Phys. Rev. E 94, 042312 (2016).
    .. [2] Czischek et al., SciPost Phys. 12, 039 (2022).

    Examples
    --------
    >>> from oqnn.spiking.sampling.machine import two_layer
    >>> machine = two_layer(4, 20)
    >>> sampler = LIFSampler(chains=16)
    >>> chains = sampler.start(machine, seed=1)
    >>> samples, chains = sampler.draw(machine, chains, 1000)
    >>> samples.states.shape
    (63, 16, 24)
    """

    chains: int = 128
    dt_ms: float = 1.0
    tau_ref_ms: float = 10.0
    tau_syn_ms: float = 10.0
    tau_mem_ms: float = 1.0
    noise_rate_khz: float = 1.0
    reset: float = -0.1
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
        if not self.tau_ref_ms >= self.dt_ms:
            raise ValueError(
                f"`tau_ref_ms` must be at least `dt_ms` = {self.dt_ms}, but is "
                f"{self.tau_ref_ms}. Take a shorter step."
            )
        if not self.tau_mem_ms < self.tau_syn_ms:
            raise ValueError(
                f"`tau_mem_ms` must be below `tau_syn_ms` = {self.tau_syn_ms}, as in "
                f"a high-conductance state, but is {self.tau_mem_ms}."
            )
        _check_reset(self.reset)
        _check_events(self.noise_rate_khz * self.dt_ms)
        if self.hardware is not None and not hasattr(self.hardware, "apply"):
            raise TypeError(
                "`hardware` must be a HardwareModel or another object with `apply`, "
                f"but is {self.hardware!r}."
            )

    @property
    def refractory_steps(self) -> float:
        """Refractory time in steps, not necessarily whole."""
        return self.tau_ref_ms / self.dt_ms

    @property
    def mean_response(self) -> float:
        """Membrane's response to a unit synapse, summed over steps' ends.

        In units of the refractory time. All of it for additive synapses, what falls
        into a refractory time for renewing ones: these do not add up in the next.
        """
        longest = np.ceil(self.refractory_steps)
        if self.synapses == "additive":
            longest = np.ceil(40 * self.tau_syn_ms / self.dt_ms)
        steps = np.arange(1, longest + 1)
        response = membrane_response(
            steps * self.dt_ms, self.tau_syn_ms, self.tau_mem_ms
        )
        if self.synapses == "renewing":
            response[-1] *= 1 - (longest - self.refractory_steps)
        return float(response.sum() / self.refractory_steps)

    def start(self, machine: BoltzmannMachine, *, seed: int) -> Chains:
        """Return chains at random states, before any burn-in."""
        return Chains(arrays=self.random_arrays(machine.n, seed), seed=seed)

    def draw(
        self, machine: BoltzmannMachine, chains: Chains, n_samples: int
    ) -> tuple[Samples, Chains]:
        """Read at least `n_samples` states, and return where the chains stand.

        The first call in a process with new settings calibrates them, which takes
        about as long as two million samples of 24 neurons.

        Raises
        ------
        TypeError
            If `n_samples` is no integer.
        ValueError
            If it is not positive, or the chains are not this sampler's or another
            machine's.
        """
        check_integer(n_samples, "n_samples")
        physical = translate(machine, calibrate(self))
        if self.hardware is not None:
            physical = self.hardware.apply(
                physical, chains=self.chains, seed=chains.seed, draws=chains.draws
            )
        reads = -(-n_samples // self.chains)
        states, arrays = self.run(physical, chains.arrays, reads, chains.next_seed())
        samples = Samples(states=states, n_visible=machine.n_visible)
        return samples, replace(chains, arrays=arrays, draws=chains.draws + 1)

    def for_calibration(self) -> "LIFSampler":
        """Return the same neurons without hardware, in a fixed number of chains."""
        return replace(
            self, chains=CALIBRATION_CHAINS, hardware=None, read_every_ms=self.dt_ms
        )

    def random_arrays(self, n: int, seed: int) -> dict[str, np.ndarray]:
        """Return n neurons in every chain, half of them within a refractory time."""
        shape = (self.chains, n)
        rng = rng_from(seed, "start")
        left = np.ceil(rng.uniform(size=shape) * self.refractory_steps)
        left *= rng.integers(0, 2, shape)
        age = self.tau_ref_ms - left * self.dt_ms
        kept = np.exp(-2 * self.dt_ms / self.tau_syn_ms)
        spread = np.sqrt(2 * self.noise_rate_khz * self.dt_ms * kept / (1 - kept))
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
        """Run a physical network as it is.

        Two halves of the chains run side by side, on two cores if there are.

        Parameters
        ----------
        physical : PhysicalNetwork
        arrays : dict of arrays
            Of `Chains.arrays` or `random_arrays`, each (chains, n).
        reads : int
        seed : int
            Of the noise.

        Returns
        -------
        ndarray, dict of arrays
            z of shape (reads, chains, n), uint8, and where the neurons stand.

        Raises
        ------
        ValueError
            If the arrays are not of these chains and neurons.
        """
        shape = (self.chains, physical.n)
        found = {name: value.shape for name, value in arrays.items()}
        if found != dict.fromkeys(("voltage", "trace", "noise", "left"), shape):
            raise ValueError(
                f"`chains` must hold the arrays of a LIFSampler, of shape {shape}, but "
                f"holds {found}. Start them with this sampler and machine."
            )
        for name in ("leaks", "gains", "refractory"):
            value = getattr(physical, name)
            if value is not None and value.ndim == 2 and len(value) != self.chains:
                raise ValueError(
                    f"`{name}` must be the same for all or given for each of "
                    f"{self.chains} chains, but is of {len(value)} chains."
                )
        step, rate = np.array(self.dt_ms), self.noise_rate_khz * self.dt_ms
        spread = noise_spread(
            2 * rate, self.tau_syn_ms / self.dt_ms, self.tau_mem_ms / self.dt_ms
        )
        taken = float(membrane_response(step, self.tau_syn_ms, self.tau_mem_ms))
        constants = StepConstants(
            steps_per_read=round(self.read_every_ms / self.dt_ms),
            event_rate=rate,
            reset=self.reset,
            voltage_kept=float(np.exp(-step / self.tau_mem_ms)),
            current_kept=float(np.exp(-step / self.tau_syn_ms)),
            trace_taken=taken,
            noise_taken=taken / spread,
            renewing=self.synapses == "renewing",
        )
        return run_chains(physical, constants, arrays, reads, seed)


def _check_reset(reset: float) -> None:
    """Check that a voltage is one real number below the threshold."""
    if not isinstance(reset, int | float | np.integer | np.floating):
        raise TypeError(f"`reset` must be one real number, but is {reset!r}.")
    if not (np.isfinite(reset) and reset < 0):
        raise ValueError(f"`reset` must be below the threshold 0, but is {reset}.")


def _check_events(events: float) -> None:
    """Check that random words of 16 bits can tell how often noise comes in a step."""
    if events < LEAST_EVENTS:
        raise ValueError(
            f"`noise_rate_khz` must give at least {LEAST_EVENTS:g} events in a step, "
            f"but gives {events:.3g}. Take a higher rate or a longer `dt_ms`."
        )
