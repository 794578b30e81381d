r"""Exact logic gates of leaky integrate-and-fire neurons, and how they are wired.

Write x for a neuron's voltage above its reset, in units of the way from there to the
threshold, and i for the current that moves x by i in one step, so that in a step

    x ← (1 − dt/τ_mem) x + i;  where x ≥ 1 a spike and x ← 0;  i ← s i + weighted spikes

with s = 1 − dt/τ_syn. Two memories stand between such a neuron and a logic gate.

- The synapse. A weight w from a neuron comes with −s w from a second neuron that
  repeats the first a step late: then i = Σ w z(t), and the past is gone. A *copy* of
  a source, i = 2 z, is its own repetition. A *bias* pair fires at every step, and a
  *clock* pair, i = 2 − 2 z, at every second one.
- The membrane. Copies have x = 0 or fire. *Threshold* neurons read a number, and a
  clock makes them fire at every second step, so that x = 0 wherever they decide. Of
  two banks of them one decides while the other is reset.

The L binary sources are the digits of a number R in [0, 1), fresh at every step.
Threshold k has i = 1 + R − θ_k and fires if R > θ_k, with θ_k between two values of R.
Configuration k is chosen where k thresholds fire. Its bit of spin j,

    z_j(k) = z_j(0) + Σ_{l=1..k} [z_j(l) − z_j(l − 1)],

is a weighted sum of thresholds, so the current i = 2 z_j is forgotten by the spin's own
spike. All spins read the same k in the same step: their joint law is that of k.

Digital neurons decide by a margin of 1 in x, threshold neurons by 2⁻⁽ᴸ⁺¹⁾. At rest x is
0 where the leak potential is that of reset; elsewhere a current of the bias pair holds
it there.
"""

import math

import numpy as np

from ...spiking import LIFParameters

__all__ = [
    "leak_above_reset",
    "neuron_roles",
    "rounding_error",
    "steps_to_forget",
    "synaptic_tail",
    "wire",
]


def neuron_roles(
    n_spins: int, n_digits: int, n_thresholds: int, n_neurons: int | None = None
) -> dict[str, slice]:
    """Return the neurons of each kind, in order."""
    sizes = {
        "spins": n_spins,
        "bias": 2,
        "clock": 2,
        "digits": n_digits,
        "first_bank": n_thresholds,
        "second_bank": n_thresholds,
    }
    sizes["spare"] = 0 if n_neurons is None else n_neurons - sum(sizes.values())
    ends = np.cumsum(list(sizes.values())).tolist()
    return {
        role: slice(end - size, end)
        for (role, size), end in zip(sizes.items(), ends, strict=True)
    }


def synaptic_tail(p: LIFParameters) -> float:
    """Return the part s of a current that is left after a step."""
    return 1 - p.dt_ms / p.tau_syn_ms


def leak_above_reset(p: LIFParameters) -> float:
    """Return x at the leak potential."""
    return (p.v_leak - p.v_reset) / (p.v_threshold - p.v_reset)


def _force(p: LIFParameters) -> float:
    """Return the i that makes a threshold neuron fire, as x > -|leak| at any time."""
    return 2 + abs(leak_above_reset(p))


def rounding_error(n_digits: int, p: LIFParameters) -> float:
    """Return a bound of the rounding error of x in a threshold neuron."""
    size = 2 * (3 + _force(p))  # sum of the weights that act at a time, and their tails
    terms = 2 * n_digits + 8
    return float(np.finfo(float).eps) * size * terms * p.tau_syn_ms / p.dt_ms


def steps_to_forget(error: float, p: LIFParameters) -> int:
    """Return the steps after which errors of x and i, of this size ≥ 1, are below one.

    An error of i goes on into x: after T steps x is off by Σ s^j m^(T-1-j), which is
    at most T max(s, m)^(T-1), and, where m = 1 - dt/τ_mem is not s, 1/|s - m| of that.
    """
    s, m = synaptic_tail(p), 1 - p.dt_ms / p.tau_mem_ms
    if max(s, m) == 0:
        return 2
    rate = -math.log1p(-p.dt_ms / max(p.tau_mem_ms, p.tau_syn_ms))
    terms = 1 / abs(s - m) if s != m else math.inf
    steps = 0.0
    for _ in range(100):  # grows towards the fixed point
        size = error * (1 + min(steps, terms) / max(s, m))
        steps = max(0.0, math.log(size) / rate)
    return math.ceil(steps) + 1


def wire(
    bits: np.ndarray,
    thresholds: np.ndarray,
    n_digits: int,
    p: LIFParameters,
    n_neurons: int,
    n_sources: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return input and recurrent weights; see the head of the module."""
    at = neuron_roles(bits.shape[1], n_digits, len(thresholds), n_neurons)
    (bias, late_bias), (clock, late_clock) = (
        range(n_neurons)[at[role]] for role in ("bias", "clock")
    )
    spins, digits = at["spins"], at["digits"]
    s, leak, force = synaptic_tail(p), leak_above_reset(p), _force(p)
    W, V = np.zeros((n_neurons, n_neurons)), np.zeros((n_neurons, n_sources))

    def forget(
        neurons: slice | int, fired: int, late: int, weight: float | np.ndarray
    ) -> None:
        W[neurons, fired] += weight
        W[neurons, late] -= s * weight

    # Bias: i = 0 must hold x at reset. It fires for ever once a source has fired.
    forget(slice(None), bias, late_bias, -leak * p.dt_ms / p.tau_mem_ms)
    V[bias], W[bias], W[bias, bias] = 2 + abs(leak), 0, 2 + abs(leak)
    forget(late_bias, bias, late_bias, 2)
    forget(clock, bias, late_bias, 2)
    forget(clock, clock, late_clock, -2)
    forget(late_clock, clock, late_clock, 2)

    copies = np.r_[digits, at["spare"]]
    V[copies, np.arange(len(copies)) % n_sources] = 2
    W[copies, copies] = -2 * s

    places = 0.5 ** np.arange(1, n_digits + 1)
    first, second = at["first_bank"], at["second_bank"]
    for bank in (first, second):
        V[bank, :n_digits] = places
        W[bank, digits] = -s * places
        forget(bank, bias, late_bias, 1 - thresholds)
        W[spins, bank] = 2 * np.diff(bits.astype(float), axis=0).T
    forget(first, clock, late_clock, force)
    forget(second, bias, late_bias, force)
    forget(second, clock, late_clock, -force)

    # At every step one bank is all ones, which counts the last bit less the first one
    # too many. The late bias starts with the first of these.
    W[spins, late_bias] += 2 * (2.0 * bits[0] - bits[-1])
    W[range(bits.shape[1]), range(bits.shape[1])] = -2 * s

    unit = (p.v_threshold - p.v_reset) * p.tau_mem_ms / (p.dt_ms * p.resistance)
    return unit * V, unit * W
