"""Classical wave functions: amplitudes whose squares are the law of the spins."""

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_law
from .correlation import CorrelationMap
from .real_arrays import as_real

__all__ = ["law_from_wave", "state_from_wave", "wave_from_law"]


def law_from_wave(q: ArrayLike) -> np.ndarray:
    r"""Return the law of a classical wave function, whatever its norm.

    .. math:: h: q \mapsto p = q^2 / |q|^2.

    Every q but zero has a law, so that q needs no constraint; p is positive and
    normalised by construction [1]_.

    Parameters
    ----------
    q : shape (..., k)
        Real amplitudes of the configurations.

    Returns
    -------
    np.ndarray
        Probabilities, shape (..., k).

    Raises
    ------
    TypeError, ValueError
        If `q` is not real, not finite, or zero.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), eqs. (12)-(13).

    Examples
    --------
    >>> law_from_wave([3, -4, 0])
    array([0.36, 0.64, 0.  ])
    """
    q = _as_wave(q)
    largest = np.abs(q).max(axis=-1, keepdims=True)
    squares = (q / largest) ** 2  # q² of q alone may overflow
    return squares / squares.sum(axis=-1, keepdims=True)


def wave_from_law(p: ArrayLike, *, signs: ArrayLike | None = None) -> np.ndarray:
    r"""Return a wave function :math:`q = \pm\sqrt p` of norm one.

    The law does not fix the signs, one for each configuration: it has as many wave
    functions as there are choices of them.

    Parameters
    ----------
    p : shape (..., k)
        Probabilities. Ones below zero by rounding, to −1e-12, have amplitude zero.
    signs : shape (..., k), optional
        −1 or +1 for each configuration; all +1 if not given.

    Returns
    -------
    np.ndarray
        Shape (..., k).

    Raises
    ------
    TypeError, ValueError
        If `p` is not real or no law, or `signs` are not −1 and +1 of the same shape.

    Examples
    --------
    >>> wave_from_law([0.36, 0.64, 0], signs=[1, -1, 1])
    array([ 0.6, -0.8,  0. ])
    """
    p = as_real(p, "p")
    if p.ndim < 1 or p.shape[-1] == 0:
        raise ValueError(f"`p` must have shape (..., k), but has shape {p.shape}.")
    for law in p.reshape(-1, p.shape[-1]):
        check_law(law, "p")
    chosen = np.ones(p.shape) if signs is None else as_real(signs, "signs")
    if chosen.shape != p.shape or not (np.abs(chosen) == 1).all():
        raise ValueError(
            f"`signs` must be −1 and +1 in shape {p.shape}, one for each probability, "
            f"but are not, in shape {chosen.shape}."
        )
    return chosen * np.sqrt(np.maximum(p, 0.0))


def state_from_wave(q: ArrayLike) -> np.ndarray:
    r"""Return the matrix ρ that a classical wave function stands for.

    .. math:: (b \circ h)(q), \qquad b = f \circ g: \; p \mapsto \chi \mapsto \rho.

    The map is not invertible: beside the signs of q, laws that differ only in
    correlators within a qubit have the same ρ [1]_.

    Parameters
    ----------
    q : shape (..., 8**n)
        Real amplitudes, in the order of ``CorrelationMap(n).configurations``.

    Returns
    -------
    np.ndarray
        Shape (..., 2**n, 2**n), Hermitian with trace one. It is positive only if the
        correlators obey the quantum constraints, which most q do not.

    Raises
    ------
    TypeError, ValueError
        If `q` is not real, not finite, zero, or not of size 8**n.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), eqs. (10)-(14).
    """
    q = _as_wave(q)
    n_qubits = (q.shape[-1].bit_length() - 1) // 3
    if n_qubits < 1 or q.shape[-1] != 8**n_qubits:
        raise ValueError(
            "`q` must have shape (..., 8**n), one amplitude for each configuration of "
            f"3n spins, but has shape {q.shape}."
        )
    correlation_map = CorrelationMap(n_qubits)
    return correlation_map.state_from_chi(
        correlation_map.chi_from_law(law_from_wave(q))
    )


def _as_wave(q: ArrayLike) -> np.ndarray:
    """Convert and check amplitudes, (..., k)."""
    q = np.asarray(q)
    if q.dtype.kind not in "iuf":
        raise TypeError(f"`q` must be real, but has type {q.dtype}.")
    if q.ndim < 1 or q.shape[-1] == 0:
        raise ValueError(f"`q` must have shape (..., k), but has shape {q.shape}.")
    q = q.astype(float)
    check_finite(q, "q")
    if not np.abs(q).max(axis=-1).all():
        raise ValueError("`q` must not be zero, but is: it has no law.")
    return q
