r"""The most likely state, by projected gradients with momentum and a certificate.

The logarithm of the likelihood per sample, :math:`\ell(\rho) = \sum_a f_a \ln p_a`, is
concave, and its slope is :math:`R = \sum_a (f_a/p_a) M_a` with Tr ρR = 1. So no state σ
can be better than

.. math:: \ell(\sigma) - \ell(\rho) \le \mathrm{Tr}\,R(\sigma - \rho)
          \le \lambda_\mathrm{max}(R) - 1,

which is zero at the maximum: R ≤ 1, Hradil's condition.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..._core.errors import ConvergenceError
from ...measures import nearest_state
from .contractions import apply_factors, matrix_from_coefficients, pauli_coefficients

__all__ = ["Likelihood", "most_likely_state"]

GROWTH = 1.1  # of the step, after each iteration
LEAST_STEP = 1e-15


@dataclass(frozen=True, kw_only=True, eq=False)
class Likelihood:
    """Shares of outcomes, and how likely states make them.

    Parameters
    ----------
    shares : shape (n_outcomes,)
        f, of sum one.
    factors : n arrays of shape (m, 4)
        Bloch coefficients of the elements of each qubit.
    """

    shares: np.ndarray
    factors: Sequence[np.ndarray]

    def probabilities(self, rho: np.ndarray) -> np.ndarray:
        """Return p_a = Tr ρ M_a."""
        n = len(self.factors)
        return apply_factors(2**n * pauli_coefficients(rho, n), self.factors).ravel()

    def value(self, p: np.ndarray) -> float:
        """Return ℓ, or −∞ where an outcome that came has no probability."""
        came = self.shares > 0
        if not p[came].min() > 0:
            return -np.inf
        return float(self.shares[came] @ np.log(p[came]))

    def slope(self, p: np.ndarray) -> np.ndarray:
        """Return R = Σ (f_a/p_a) M_a, shape (2**n, 2**n)."""
        n, came = len(self.factors), self.shares > 0
        ratio = np.zeros_like(self.shares)
        ratio[came] = self.shares[came] / p[came]
        tensor = ratio.reshape([len(B) for B in self.factors])
        return matrix_from_coefficients(
            apply_factors(tensor, [B.T for B in self.factors]), n
        )

    def gap(self, p: np.ndarray) -> float:
        """Return λ_max(R) − 1: ℓ of no state exceeds this one's by more."""
        if self.value(p) == -np.inf:
            return np.inf
        return float(np.linalg.eigvalsh(self.slope(p))[-1] - 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Climb:
    """The best state so far, and where its momentum carries it."""

    rho: np.ndarray
    p: np.ndarray
    ahead: np.ndarray  # (2**n, 2**n), may be no state
    p_ahead: np.ndarray
    momentum: float
    step: float


def most_likely_state(
    likelihood: Likelihood, *, tol: float, most_iterations: int
) -> tuple[np.ndarray, int]:
    """Return the most likely state, and how many iterations it took.

    From the maximally mixed state steps along R are projected on states; momentum
    makes them quick and is dropped where it leads downhill [1]_.

    Parameters
    ----------
    likelihood : Likelihood
    tol : float
        Greatest gap of ℓ, per sample; see `Likelihood.gap`.
    most_iterations : int

    Raises
    ------
    ConvergenceError
        If the gap is not reached.

    References
    ----------
    .. [1] Shang, Zhang and Ng, Phys. Rev. A 95, 062336 (2017).
    """
    d = 2 ** len(likelihood.factors)
    mixed = np.eye(d, dtype=complex) / d
    p = likelihood.probabilities(mixed)
    climb = _Climb(rho=mixed, p=p, ahead=mixed, p_ahead=p, momentum=1.0, step=1.0)
    for iteration in range(most_iterations):
        if (gap := likelihood.gap(climb.p)) <= tol:
            return climb.rho, iteration
        climb = _step(likelihood, climb)
        if climb.step < LEAST_STEP:
            break
    gap = likelihood.gap(climb.p)
    if gap <= tol:
        return climb.rho, iteration + 1
    raise ConvergenceError(
        f"The most likely state was not found: after {iteration + 1} iterations "
        f"another may be likelier by {gap:.3g} per sample in ln L, above the {tol:.3g} "
        "asked for. Raise `tol` or `most_iterations`.",
        reached=climb.rho,
    )


def _step(likelihood: Likelihood, climb: _Climb) -> _Climb:
    """Take one projected step from the point ahead."""
    slope = likelihood.slope(climb.p_ahead)
    d = len(slope)
    # the projection forgets multiples of the identity; with this one the trace stays
    ascent = slope - np.eye(d) * (np.trace(slope).real / d)
    step = GROWTH * climb.step
    while True:
        rho = nearest_state(climb.ahead + step * ascent)
        p = likelihood.probabilities(rho)
        move = rho - climb.ahead
        if step < LEAST_STEP or _is_short(likelihood, p, slope, move, step):
            break
        step /= 2
    if climb.momentum > 1 and np.vdot(ascent, rho - climb.rho).real < 0:
        return replace(climb, ahead=climb.rho, p_ahead=climb.p, momentum=1.0, step=step)
    momentum = (1 + np.sqrt(1 + 4 * climb.momentum**2)) / 2
    share = (climb.momentum - 1) / momentum
    ahead, p_ahead = rho + share * (rho - climb.rho), p + share * (p - climb.p)
    if likelihood.value(p_ahead) == -np.inf:
        ahead, p_ahead, momentum = rho, p, 1.0
    return _Climb(
        rho=rho, p=p, ahead=ahead, p_ahead=p_ahead, momentum=momentum, step=step
    )


def _is_short(
    likelihood: Likelihood,
    p: np.ndarray,
    slope: np.ndarray,
    move: np.ndarray,
    step: float,
) -> bool:
    """Tell whether ℓ is curved by less than 1/step along a move.

    From the change of R: near the maximum that of ℓ drowns in rounding.
    """
    if likelihood.value(p) == -np.inf:
        return False
    curvature = np.vdot(slope - likelihood.slope(p), move).real
    return bool(curvature <= np.vdot(move, move).real / step)
