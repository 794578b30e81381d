"""The smallest networks that carry a Bell state: three noisy neurons and six spins."""

import numpy as np

from ..._core.checks import check_integer
from ...spiking import LIFNetwork, LIFParameters, simulate
from .compiling_wiring import synaptic_tail

__all__ = ["compile_bell_state"]

NOISE = 0.5  # s.d. of a generator's current, in units of what fires it from reset
CHAINS = 200
BISECTIONS = 14
NOISY_PART = 0.6  # of an inverter's steady current; more than 1/2, or it may not start
LEAST_DISTANCE = 6.0  # of an inverter's threshold, in standard deviations


def compile_bell_state(
    signs: tuple[int, int, int] = (1, -1, 1),
    *,
    parameters: LIFParameters | None = None,
    n_sources: int = 128,
    source_rate_hz: float = 700.0,
    source_law: str = "bernoulli",
    calibration_steps: int = 200_000,
    seed: int = 0,
) -> LIFNetwork:
    r"""Build nine neurons that carry one of the four Bell states, by noise and copying.

    Three *generators* are driven by private sources with weights of alternating sign
    and fire on half of the steps. Spin k of the first qubit copies generator k a step
    late; that of the second copies it or inverts it, so that ⟨XX⟩, ⟨YY⟩ and ⟨ZZ⟩ are
    the signs given at every step. In units where a current of 1 fires a neuron from
    reset in one step, with s = 1 − dt/τ_syn and g, c the spikes of generator and copy,

    .. math:: i_{copy} = 2 g, \qquad i_{inverter} = 2 - 2 g,

    where own spikes, and those of the copy, cancel what is left of earlier currents.
    Of the inverter's steady current two fifths come from its copy and itself, of which
    one fires at every step, and the rest, with noise, from all sources: with less of it
    a silent inverter might stay silent.

    Single spins and correlators of different directions vanish within the tuning of the
    generators and sampling. Generators remember a little; `compile_law` builds networks
    that do not, for every law.

    Parameters
    ----------
    signs : tuple of three of −1, +1
        ⟨XX⟩, ⟨YY⟩, ⟨ZZ⟩, of product −1: (1, −1, 1) is Φ⁺ = (|00⟩ + |11⟩)/√2, and
        (−1, −1, −1) the singlet.
    parameters : LIFParameters, optional
        Constants of the neurons, which must be refractory for one step and leak to the
        reset potential.
    n_sources : int
        Number of sources, at least 6; a third of them, down to an even number, drive
        each generator.
    source_rate_hz, source_law
        See `LIFNetwork`.
    calibration_steps : int
        Simulated steps for each of 14 bisections of the generators' rate; a spin's mean
        is off by twice the inverse root of this number or so.
    seed : int
        Seed of the sources of the calibration.

    Returns
    -------
    LIFNetwork
        Six spins and three generators, in this order. The steady current takes some
        τ_syn to build up: burn in.

    Raises
    ------
    TypeError, ValueError
        If the signs are not those of a Bell state, the neurons are refractory for
        longer or leak elsewhere, a count is too small, or the sources do not vary or
        are too few for a steady current.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), Sec. V, whose trained
       networks have 64 neurons.
    """
    parameters = parameters or LIFParameters()
    _check_bell(signs, parameters)
    check_integer(n_sources, "n_sources", least=6)
    check_integer(calibration_steps, "calibration_steps", least=CHAINS)
    blank = LIFNetwork(
        input_weights=np.zeros((9, n_sources)),
        recurrent_weights=np.zeros((9, 9)),
        parameters=parameters,
        source_rate_hz=source_rate_hz,
        source_law=source_law,
    )
    _check_steadiness(blank)

    private = n_sources // 3 // 2 * 2
    s = synaptic_tail(parameters)
    V, W = np.zeros((9, n_sources)), np.zeros((9, 9))
    weights = _generator(blank, private, calibration_steps, seed)
    for k, sign in enumerate(signs):
        copy, other, generator = k, 3 + k, 6 + k
        V[generator, k * private : (k + 1) * private] = weights
        W[copy, generator], W[copy, copy] = 2, -2 * s
        if sign > 0:
            W[other, generator], W[other, other] = 2, -2 * s
        else:
            steady = 2 * (1 - s)
            W[other, generator], W[other, copy] = -2, 2 * s
            W[other, [copy, other]] += (1 - NOISY_PART) * steady
            V[other] = NOISY_PART * steady / (n_sources * blank.source_mean)
    unit = _unit(parameters)
    return blank.with_weights(unit * V, unit * W)


def _check_bell(signs: tuple[int, int, int], p: LIFParameters) -> None:
    """Check the signs and the neurons."""
    if len(signs) != 3 or any(sign not in (-1, 1) for sign in signs):
        raise ValueError(f"`signs` must be three of -1 and 1, but are {signs}.")
    if np.prod(signs) != -1:
        raise ValueError(
            f"`signs` must have product -1, but are {signs}. No state has ⟨XX⟩, ⟨YY⟩, "
            "⟨ZZ⟩ of product 1, as XX · YY = -ZZ."
        )
    if p.refractory_steps != 1:
        raise ValueError(
            "`parameters` must have a refractory period of one step, but it has "
            f"{p.refractory_steps}. A copy must be able to fire in consecutive steps."
        )
    if p.v_leak != p.v_reset:
        raise ValueError(
            f"`parameters` must have v_leak = v_reset, but they are {p.v_leak:g} and "
            f"{p.v_reset:g}. compile_law takes any."
        )


def _check_steadiness(network: LIFNetwork) -> None:
    """Check that the noise of a steady current hardly ever fires a held neuron."""
    p = network.parameters
    if network.source_variance <= 0:
        raise ValueError(
            "`source_rate_hz` must leave a source silent in some steps, but it fires "
            "in all of them. Lower it, or use source_law='at_least_one'."
        )
    # x of a neuron that never fires is the current filtered by s and by 1 - m.
    s, keep = synaptic_tail(p), 1 - p.dt_ms / p.tau_mem_ms
    step = NOISY_PART * 2 * (1 - s) / (network.n_sources * network.source_mean)
    variance = step**2 * network.n_sources * network.source_variance
    variance *= (1 + s * keep) / ((1 - s * keep) * (1 - s**2) * (1 - keep**2))
    distance = 1 / np.sqrt(variance)
    if distance < LEAST_DISTANCE:
        raise ValueError(
            f"`n_sources` must give a steady current, but with {network.n_sources} an "
            f"inverter's threshold is {distance:.1f} standard deviations away, less "
            f"than {LEAST_DISTANCE:g}. Take more sources, or compile_law."
        )


def _unit(p: LIFParameters) -> float:
    """Return the current that brings a neuron from reset to threshold in one step."""
    return (p.v_threshold - p.v_reset) * p.tau_mem_ms / (p.dt_ms * p.resistance)


def _generator(network: LIFNetwork, private: int, steps: int, seed: int) -> np.ndarray:
    """Return weights of private sources that make a neuron fire on half the steps."""
    s = synaptic_tail(network.parameters)
    # Sizes differ, or currents would be on a lattice and the rate would jump.
    signed = np.linspace(0.5, 1.5, private) * (-1.0) ** np.arange(private)
    noise = NOISE * np.sqrt((1 - s**2) / network.source_variance)
    alternating = noise * signed / np.linalg.norm(signed)
    steady = (1 - s) / (private * network.source_mean)
    low, high = -1.0, 4.0  # mean currents
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        trial = LIFNetwork(
            input_weights=_unit(network.parameters)
            * (alternating + steady * middle)[None],
            recurrent_weights=np.zeros((1, 1)),
            parameters=network.parameters,
            source_rate_hz=network.source_rate_hz,
            source_law=network.source_law,
        )
        z = simulate(trial, -(-steps // CHAINS), chains=CHAINS, burn_in=100, seed=seed)
        low, high = (low, middle) if z.mean() > 0.5 else (middle, high)
    return alternating + steady * (low + high) / 2
