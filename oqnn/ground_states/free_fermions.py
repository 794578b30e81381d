"""The Ising chain in a transverse field, exactly and at any length."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigvalsh_tridiagonal

from .._core.checks import check_integer
from .ising import check_real

__all__ = ["FreeFermionObservables", "free_fermion_energy", "free_fermion_observables"]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class FreeFermionObservables:
    """Ground-state averages of the Ising chain."""

    energy: float
    sigma_x: float  # mean over the sites
    correlations: np.ndarray  # (d + 1,): mean of <sz_i sz_i+r> over i, r = 0 to d


def free_fermion_energy(n: int, J: float, h: float, *, periodic: bool = True) -> float:
    r"""Return the ground-state energy of `TransverseIsing(n, J, h)`, exactly.

    Fermions with parity :math:`P = \prod_i \sigma^x_i` [1]_ [2]_. On the ring those
    with P = 1 are antiperiodic, k = (2m + 1)π/n, and those with P = −1 periodic,
    k = 2πm/n. In each sector

    .. math:: E = -\tfrac12 \sum_k \epsilon_k + \delta, \qquad
              \epsilon_k = 2\sqrt{J^2 + h^2 - 2Jh\cos k},

    where δ = 0 if the vacuum has the parity of its sector and min ε if not. The
    vacuum's parity is odd if an odd number of the unpaired momenta 0 and π have
    h − J cos k < 0. The lower sector is taken. At h = J > 0 this is
    −2J / sin(π/2n). On the open chain E is minus the sum of singular values of the
    bidiagonal matrix with h on and −J beside the diagonal; cost n², memory n.

    Parameters
    ----------
    n : int
        Number of spins.
    J, h : float
        Coupling and field, of either sign. Units of energy.
    periodic : bool
        As in `TransverseIsing`: two bonds join the ring of two spins, none is there
        with one.

    Raises
    ------
    TypeError
        If `n` is no integer, or J or h no number.
    ValueError
        If `n` is not positive, or J or h is not finite.

    References
    ----------
    .. [1] Lieb, Schultz and Mattis, Ann. Phys. 16, 407 (1961).
    .. [2] Pfeuty, Ann. Phys. 57, 79 (1970).

    Examples
    --------
    >>> [round(free_fermion_energy(n, 1.0, 1.0) / n, 6) for n in (8, 10, 1000)]
    [-1.281458, -1.278491, -1.27324]
    """
    _check_chain(n, J, h)
    if not periodic or n == 1:
        return _open_energy(n, J, h)
    return min(_sector_energy(n, J, h, parity) for parity in (1, -1))


def free_fermion_observables(
    n: int,
    J: float,
    h: float,
    *,
    periodic: bool = True,
    max_distance: int | None = None,
) -> FreeFermionObservables:
    r"""Return averages in the ground state of `TransverseIsing(n, J, h)`, exactly.

    With Majorana operators :math:`A = c^\dagger + c`, :math:`B = c^\dagger - c` and
    :math:`G_{lm} = \langle B_l A_m\rangle`, [1]_ [2]_

    .. math:: \langle\sigma^x_l\rangle = -G_{ll}, \qquad
              \langle\sigma^z_i\sigma^z_{i+r}\rangle
              = \det\,(G_{l,m+1})_{l,m = i \ldots i+r-1}.

    By the theorem of Perron and Frobenius the ground state for h > 0 is the one with
    P = 1, and h < 0 turns the sign of σx alone. On the ring G is a Toeplitz matrix,
    :math:`G_r = n^{-1}\sum_k e^{ikr} (Je^{-ik} - h)/|Je^{-ik} - h|`, with −1 for the
    empty mode k = π of odd rings. At h = 0, of several ground states it is the even
    one.

    Cost is that of d determinants on the ring and of n d on the open chain.

    Parameters
    ----------
    n, J, h, periodic
        See `free_fermion_energy`.
    max_distance : int, optional
        Greatest distance d, at most n - 1; by default n // 2.

    Returns
    -------
    FreeFermionObservables
        Correlations are averages over all pairs at a distance; on an open chain over
        the n − r pairs there are.

    Raises
    ------
    TypeError
        If `n` or `max_distance` is no integer, or J or h no number.
    ValueError
        If `n` is not positive, J or h is not finite, `max_distance` is not below n,
        or the ground state is not determined: at h = 0 without coupling, or on an
        odd antiferromagnetic ring.

    References
    ----------
    .. [1] Lieb, Schultz and Mattis, Ann. Phys. 16, 407 (1961).
    .. [2] Pfeuty, Ann. Phys. 57, 79 (1970).

    Examples
    --------
    >>> free_fermion_observables(8, 1.0, 1.0).correlations.round(4)
    array([1.    , 0.6407, 0.5547, 0.5198, 0.5098])
    """
    _check_chain(n, J, h)
    if max_distance is None:
        max_distance = n // 2
    check_integer(max_distance, "max_distance", least=0)
    if max_distance >= n:
        raise ValueError(
            f"`max_distance` must be below n = {n}, but is {max_distance}."
        )
    ring = periodic and n > 1
    if h == 0 and (J == 0 or n == 1 or (ring and J < 0 and n % 2)):
        raise ValueError(
            "`h` must not vanish without a coupling or on an odd antiferromagnetic "
            "ring, where ground states differ in these averages. Take a small field."
        )

    matrix = (
        _ring_averages(n, J, abs(h), max_distance + 1)
        if ring
        else _open_averages(n, J, abs(h))
    )
    starts = [1 if ring else n - r for r in range(max_distance + 1)]
    correlations = [
        np.mean([np.linalg.det(matrix[i : i + r, i + 1 : i + r + 1]) for i in range(k)])
        for r, k in enumerate(starts)
    ]
    return FreeFermionObservables(
        energy=free_fermion_energy(n, J, h, periodic=periodic),
        sigma_x=float(-np.sign(h) * np.diag(matrix).mean()),
        correlations=np.array(correlations),
    )


def _sector_energy(n: int, J: float, h: float, parity: int) -> float:
    """Lowest energy of a ring's states with P = parity."""
    k = np.pi * (2 * np.arange(n) + (parity == 1)) / n
    energies = 2 * np.abs(J * np.exp(-1j * k) - h)
    unpaired = [h - J] if parity == -1 else []  # k = 0
    if (n % 2 == 1) == (parity == 1):  # k = pi
        unpaired.append(h + J)
    vacuum = (-1) ** sum(value < 0 for value in unpaired)
    excitation = 0.0 if vacuum == parity else energies.min()
    return float(-energies.sum() / 2 + excitation)


def _open_energy(n: int, J: float, h: float) -> float:
    """Minus the sum of singular values of K, which are ± the eigenvalues of a chain."""
    links = np.full(2 * n - 1, float(h))
    links[1::2] = -J
    return -float(eigvalsh_tridiagonal(np.zeros(2 * n), links)[n:].sum())


def _ring_averages(n: int, J: float, h: float, size: int) -> np.ndarray:
    """Matrix G of a ring's first sites in the sector P = 1, h >= 0, (size, size)."""
    k = np.pi * (2 * np.arange(n) + 1) / n
    amplitudes = J * np.exp(-1j * k) - h
    # J = -h leaves nothing at k = pi, which the next line sets
    sizes = np.abs(amplitudes)
    phases = amplitudes / np.where(sizes > 0, sizes, 1.0)
    if n % 2:
        phases[n // 2] = -1.0
    distances = np.arange(1 - size, size)
    values = (np.exp(1j * np.outer(distances, k)) @ phases).real / n
    sites = np.arange(size)
    return values[sites - sites[:, None] + size - 1]


def _open_averages(n: int, J: float, h: float) -> np.ndarray:
    """Matrix G of an open chain with P = 1, h >= 0, shape (n, n)."""
    # det K = h**n > 0, so that P = det(-G) = 1; a mode whose energy is lost in rounding
    # may have either sign, but joins the two ends alone and is in no average
    left, _, right = np.linalg.svd(_open_couplings(n, J, h))
    return -left @ right


def _open_couplings(n: int, J: float, h: float) -> np.ndarray:
    """Matrix K of H = sum B_l K_lm A_m on an open chain, shape (n, n)."""
    return h * np.eye(n) - J * np.eye(n, k=1)


def _check_chain(n: int, J: float, h: float) -> None:
    """Check the arguments of a chain."""
    check_integer(n, "n")
    check_real(J, "J")
    check_real(h, "h")
