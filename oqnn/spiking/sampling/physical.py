"""Physical networks: a Boltzmann machine as leaks and synapses of LIF neurons."""

from dataclasses import dataclass

import numpy as np

from ..._core.checks import check_finite, check_positive, check_shapes
from .activation import Calibration
from .machine import BoltzmannMachine

__all__ = ["PhysicalNetwork", "translate"]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class PhysicalNetwork:
    r"""LIF neurons that sample, in physical units.

    Voltages are in units of the standard deviation that the noise gives a free
    membrane, the threshold is 0 and times are in steps. A hardware model changes these
    numbers and nothing else.

    Parameters
    ----------
    weights : shape (n, n)
        Synaptic weights [receiver, sender]; need not be symmetric.
    leaks : shape (n,) or (chains, n)
        Leak potentials.
    refractory : shape (n,) or (chains, n), steps
        Refractory times, at least one step, need not be whole: the remainder
        is carried to the next spike.
    leak_at_zero, leak_unit, weight_unit : float
        What bias 0 is as a leak, bias 1 more as a change of leak, and weight 1 as a
        synaptic weight; here for those who quantise abstract parameters.
    gains : shape (n,) or (chains, n), optional
        Strength of the noise that each neuron receives, 1 by default; it scales the
        activation function's slope and offset.
    wiring : shape (n, sources), optional
        Signed strengths of common noise sources; None gives every neuron sources of
        its own. Every source fires so often that the mean rate that a neuron
        receives is that of private sources.

    Raises
    ------
    ValueError
        If shapes disagree, a number is not finite, a refractory time is below one
        step or no source reaches any neuron.
    """

    weights: np.ndarray  # (n, n)
    leaks: np.ndarray  # (n,) or (chains, n)
    refractory: np.ndarray  # (n,) or (chains, n)
    leak_at_zero: float
    leak_unit: float
    weight_unit: float
    gains: np.ndarray | None = None  # (n,) or (chains, n)
    wiring: np.ndarray | None = None  # (n, sources)

    def __post_init__(self) -> None:
        n = len(self.weights)
        for name in ("weights", "leaks", "refractory", "gains", "wiring"):
            if getattr(self, name) is not None:
                value = np.asarray(getattr(self, name), dtype=float)
                check_finite(value, name)
                object.__setattr__(self, name, value)
        check_shapes(weights=(self.weights, "n n"))
        for name in ("leaks", "refractory", "gains"):
            value = getattr(self, name)
            if value is not None:
                axes = f"chains {n}" if value.ndim == 2 else f"{n}"
                check_shapes(**{name: (value, axes)})
        check_positive(self.leak_unit, "leak_unit")
        check_positive(self.weight_unit, "weight_unit")
        if not self.refractory.min() >= 1:
            raise ValueError(
                "`refractory` must be at least one step, but its least entry is "
                f"{self.refractory.min():.3g}. Take a shorter step."
            )
        if self.wiring is not None:
            check_shapes(wiring=(self.wiring, f"{n} sources"))
            if not self.wiring.any():
                raise ValueError(
                    "`wiring` must connect some source to some neuron, but is zero. "
                    "None gives every neuron sources of its own."
                )

    @property
    def n(self) -> int:
        """Number of neurons."""
        return len(self.weights)


def translate(machine: BoltzmannMachine, calibration: Calibration) -> PhysicalNetwork:
    r"""Turn abstract weights and biases into synapses and leak potentials.

    With the activation function :math:`p(z=1) = 1/(1 + e^{-(V - u_0)/\alpha})`, a bias
    is a leak :math:`u_0 + \alpha b`. A weight W would be a rectangle of height
    :math:`\alpha W` on the membrane for as long as the sender is refractory; a synapse
    w gives a difference of exponentials of the same area [1]_,

    .. math:: g\, w \int_0^T \frac{\tau_s}{\tau_s - \tau_m}
              \bigl(e^{-t/\tau_s} - e^{-t/\tau_m}\bigr)\, dt
              = \alpha W \tau_\mathrm{ref},

    the integral taken as the sum over the steps at whose end the threshold is looked
    at. Renewing synapses do not add up, and T is the refractory time as in [1]_;
    additive ones do, T is infinite, and the mean drive is :math:`\alpha W` times the
    sender's p(z = 1). The gain g is measured (`calibrate`). What stays approximate is
    the shape: `Calibration.pair_residuals` shows what it does to pairs.

    Parameters
    ----------
    machine : BoltzmannMachine
    calibration : Calibration
        See `calibrate`.

    Returns
    -------
    PhysicalNetwork

    References
    ----------
    .. [1] Petrovici et al., Phys. Rev. E 94, 042312 (2016).
    """
    response = calibration.mean_response * calibration.weight_gain
    return PhysicalNetwork(
        weights=calibration.alpha / response * machine.weights,
        leaks=calibration.u0 + calibration.alpha * machine.biases,
        refractory=np.full(machine.n, calibration.refractory),
        leak_at_zero=calibration.u0,
        leak_unit=calibration.alpha,
        weight_unit=calibration.alpha / response,
    )
