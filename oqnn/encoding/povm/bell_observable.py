"""The Bell observable B(θ) of two qubits, and what it cannot exceed."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite
from ..maps.real_arrays import as_real
from .measured import Measured, as_measured
from .povm import Povm

if TYPE_CHECKING:
    import qutip

__all__ = [
    "CONNECTED_LOCAL_BOUND",
    "LOCAL_BOUND",
    "QUANTUM_BOUND",
    "BellObservable",
    "bell_bounds",
    "bell_observable",
]

LOCAL_BOUND = 2.0
CONNECTED_LOCAL_BOUND = 16 / 7
QUANTUM_BOUND = 2 * math.sqrt(2)


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class BellObservable:
    """B(θ) with its errors and bounds.

    Parameters
    ----------
    theta : shape (...)
        Angles θ.
    value : shape (*batch, ...)
        B at each of them, for each state.
    standard_error : same shape, or None
        None where the number of samples is not known.
    connected : bool
        Whether the products of single means were taken off.
    """

    theta: np.ndarray
    value: np.ndarray
    standard_error: np.ndarray | None
    connected: bool

    @property
    def local_bound(self) -> float:
        """What |B| is at most in local models: 2, or 16/7 if connected."""
        return CONNECTED_LOCAL_BOUND if self.connected else LOCAL_BOUND

    @property
    def quantum_bound(self) -> np.ndarray:
        """What |B| is at most for any state, at each θ; see `bell_bounds`."""
        return bell_bounds(self.theta)[1]

    @property
    def excess(self) -> np.ndarray:
        """|B| less the local bound; above zero no local model has it."""
        return np.abs(self.value) - self.local_bound

    @property
    def significance(self) -> np.ndarray | None:
        """The excess in standard errors, or None without them."""
        if self.standard_error is None:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.excess / self.standard_error


def bell_observable(
    P_or_rho: "qutip.Qobj | ArrayLike",
    theta: ArrayLike,
    connected: bool = False,
    *,
    povm: Povm | None = None,
    n_samples: int | None = None,
) -> BellObservable:
    r"""Return the Bell observable of a law of outcomes, or of a state.

    .. math:: B(\theta) = E(0, \theta) + E(0, -\theta) + E(2\theta, \theta)
              - E(2\theta, -\theta), \qquad E(x, y) = \langle A(x) \otimes A(y)\rangle,

    with the first party's angle first and
    :math:`A(x) = \cos x\,\sigma_z + \sin x\,\sigma_x` [1]_. Of Φ⁺ it is
    3 cos θ − cos 3θ, at π/4 2√2; of a Werner state r times that. Connected correlators
    E − ⟨A(x)⟩⟨A(y)⟩ are no linear function of the law, and local models reach 16/7 with
    them [2]_; the published figure has them.

    Parameters
    ----------
    P_or_rho : shape (..., n_outcomes), or Qobj, or shape (..., 4, 4)
        Laws of the outcomes, or shares of samples; or states or their raw estimates,
        Hermitian with trace one. 16 numbers are a law of ``Povm.tetrahedral(2)``.
    theta : any shape
        Angles θ.
    connected : bool
        Whether to take off the products of single means.
    povm : Povm, optional
        Measurement of the laws.
    n_samples : int, optional
        Independent samples behind each law, for the standard error. Of connected
        correlators it is that of first order.

    Returns
    -------
    BellObservable
        Values for every law and angle, the axes of `theta` last.

    Raises
    ------
    TypeError, ValueError
        If `P_or_rho` holds neither laws nor states of two qubits, `theta` is not
        finite, or `n_samples` is given without a law.

    References
    ----------
    .. [1] Czischek et al., SciPost Phys. 12, 039 (2022), Fig. 2.
    .. [2] Pozsgay, Hirsch, Branciard and Brunner, Phys. Rev. A 96, 062128 (2017).

    Examples
    --------
    >>> P = Povm.tetrahedral(2).probabilities(np.array([1, 0, 0, 1]) / np.sqrt(2))
    >>> bell_observable(P, [0, np.pi / 4]).value.round(6)
    array([2.      , 2.828427])
    """
    theta = as_real(theta, "theta")
    check_finite(theta, "theta")
    if povm is None and np.shape(P_or_rho)[-1:] == (16,):
        povm = Povm.tetrahedral(2)
    found = as_measured(P_or_rho, povm, n_samples, name="P_or_rho", n_qubits=2)

    K = _coefficients(theta.ravel())  # (t, 4, 4)
    value, slopes = (_connected if connected else _full)(found, K)
    error = found.error(slopes)
    shape = found.chi.shape[:-2] + theta.shape
    return BellObservable(
        theta=theta,
        value=value.reshape(shape),
        standard_error=None if error is None else error.reshape(shape),
        connected=connected,
    )


def bell_bounds(
    theta: ArrayLike, connected: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return what |B(θ)| is at most for local models and for quantum states.

    The local bound is 2 at every θ, or 16/7 if connected. The quantum one is the
    greatest eigenvalue of the Bell operator,
    :math:`2\sqrt{1 + \sin^2 2\theta} \le 2\sqrt2`. Its states have no single means, and
    no covariance exceeds one, so it bounds connected correlators too.

    Parameters
    ----------
    theta : any shape
        Angles θ.
    connected : bool
        Whether B is made of connected correlators.

    Returns
    -------
    local, quantum : np.ndarray
        Of the shape of `theta`.

    Raises
    ------
    TypeError, ValueError
        If `theta` is not real and finite.
    """
    theta = as_real(theta, "theta")
    check_finite(theta, "theta")
    quantum = 2 * np.sqrt(1 + np.sin(2 * theta) ** 2)
    local = CONNECTED_LOCAL_BOUND if connected else LOCAL_BOUND
    return np.full(theta.shape, local), quantum


def _coefficients(theta: np.ndarray) -> np.ndarray:
    """Return B(θ) in Pauli products, shape (t, 4, 4)."""

    def E(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.einsum("ti,tj->tij", _axis(x), _axis(y))

    zero = np.zeros_like(theta)
    K: np.ndarray = E(zero, theta) + E(zero, -theta)
    return K + E(2 * theta, theta) - E(2 * theta, -theta)


def _axis(x: np.ndarray) -> np.ndarray:
    """Return A(x) in the basis 1, X, Y, Z, shape (t, 4)."""
    zero = np.zeros_like(x)
    return np.stack([zero, np.sin(x), zero, np.cos(x)], axis=-1)


def _full(found: Measured, K: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Σ K χ, shape (..., t), and its slopes K."""
    return np.einsum("...ij,tij->...t", found.chi, K), K


def _connected(found: Measured, K: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Σ K (χ − product of single means) and its slopes, (..., t, 4, 4)."""
    first, second = found.chi[..., :, 0], found.chi[..., 0, :]
    means = first[..., :, None] * second[..., None, :]
    value = np.einsum("...ij,tij->...t", found.chi - means, K)
    slopes: np.ndarray = np.broadcast_to(K, (*value.shape, 4, 4)).copy()
    slopes[..., :, 0] -= np.einsum("tij,...j->...ti", K, second)
    slopes[..., 0, :] -= np.einsum("tij,...i->...tj", K, first)
    return value, slopes
