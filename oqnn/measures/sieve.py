"""The predictability sieve: which pure states stay pure the longest."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.bases import from_coordinates, to_coordinates
from .._core.checks import check_integer, check_shapes
from .._core.errors import ConvergenceError
from .._core.seeds import rng_from
from ._inputs import as_kets, as_trace_preserving, as_transfer

__all__ = ["Sieve", "most_predictable_state", "predictability_sieve", "purity_rate"]

SETTLED = 1e-13
MOST_STEPS = 10_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Sieve:
    """Pure states ranked by how pure they stay."""

    order: np.ndarray  # (n,) indices of the states, the most predictable first
    purities: np.ndarray  # (n, t), in the order of the input
    mean_purity: np.ndarray  # (n,), over the times


def predictability_sieve(kets: Any, transfer: ArrayLike) -> Sieve:
    """Rank pure states by the purity Tr Λ(|ψ⟩⟨ψ|)² that maps leave them.

    With several maps the mean over them counts, such as over one period of the system.
    Ties keep the order of the input.

    Parameters
    ----------
    kets : shape (n, d), or list of Qobj
        Normalised states to compare.
    transfer : shape (t, d², d²) or (d², d²)
        Real matrices of trace-preserving maps in ``hermitian_basis(d)``.

    Returns
    -------
    Sieve
        Ranking and purities.

    Raises
    ------
    TypeError
        If `transfer` is complex or a Qobj is no ket.
    ValueError
        If a ket is not normalised, a map changes the trace, or the sizes differ.

    References
    ----------
    .. [1] Zurek, Habib, Paz, Phys. Rev. Lett. 70, 1187 (1993).

    Examples
    --------
    Dephasing leaves |0⟩ alone:

    >>> plus = np.array([1, 1]) / np.sqrt(2)
    >>> predictability_sieve([plus, [1, 0]], np.diag([1, 0.5, 0.5, 1])).order
    array([1, 0])
    """
    transfer, d = as_trace_preserving(transfer, "transfer")
    maps = transfer[None] if transfer.ndim == 2 else transfer
    kets = as_kets(kets, "kets")
    check_shapes(transfer=(maps, f"t {d * d} {d * d}"), kets=(kets, f"n {d}"))

    images = np.einsum("tab,nb->nta", maps, _coordinates(kets), optimize=True)
    purities = (images**2).sum(axis=-1)
    mean = purities.mean(axis=1)
    order = np.argsort(-mean, kind="stable")
    return Sieve(order=order, purities=purities, mean_purity=mean)


def purity_rate(kets: Any, generator: ArrayLike) -> np.ndarray:
    r"""Return the rate d Tr ρ²/dt at which pure states gain purity.

    It is not above zero for a positive evolution. Under a Hermitian jump L it is
    −2 Var(L), under any jumps
    :math:`-2\sum_k(\langle L_k^\dagger L_k\rangle - |\langle L_k\rangle|^2)`; the
    Hamiltonian does not matter at first.

    Parameters
    ----------
    kets : shape (..., d), or list of Qobj
        Normalised states.
    generator : shape (d², d²), 1/time
        Real matrix of the generator in ``hermitian_basis(d)``.

    Returns
    -------
    np.ndarray
        Shape (...), 1/time.

    Raises
    ------
    TypeError
        If `generator` is complex or a Qobj is no ket.
    ValueError
        If a ket is not normalised or the sizes differ.

    Examples
    --------
    Dephasing 0.5 D[σ_z]: −2 · 0.5 · Var(σ_z).

    >>> plus = np.array([1, 1]) / np.sqrt(2)
    >>> rates = purity_rate([plus, [1, 0]], np.diag([0, -1.0, -1.0, 0]))
    >>> rates.round(12) + 0.0
    array([-1.,  0.])
    """
    generator, d = as_transfer(generator, "generator")
    kets = as_kets(kets, "kets")
    check_shapes(generator=(generator, f"{d * d} {d * d}"))
    check_shapes(kets=(kets.reshape(-1, kets.shape[-1]), f"n {d}"))
    points = _coordinates(kets)
    return 2 * np.einsum("...a,ab,...b->...", points, generator, points, optimize=True)


def most_predictable_state(
    transfer: ArrayLike, *, starts: int = 16, seed: int = 0
) -> tuple[np.ndarray, float]:
    r"""Return the pure state that a map leaves the purest, and its purity.

    The purity Tr Λ(ρ)² is convex in ρ, so the greatest eigenvector of Λ†Λ(|ψ⟩⟨ψ|) is
    never worse than ψ. Steps of this kind climb from random starts to local maxima; the
    best one is returned. For a qubit it is exact with one start or more, up to
    degeneracies.

    Parameters
    ----------
    transfer : shape (d², d²)
        Real matrix of a trace-preserving map in ``hermitian_basis(d)``.
    starts : int, optional
        Random starts, beside the standard basis.
    seed : int, optional
        For the random starts.

    Returns
    -------
    ket : np.ndarray
        Complex, shape (d,).
    purity : float
        Tr Λ(|ψ⟩⟨ψ|)².

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` is no single map, or it changes the trace.
    ConvergenceError
        If a climb does not settle.

    Examples
    --------
    >>> ket, purity = most_predictable_state(np.diag([1, 0.5, 0.5, 0.9]))
    >>> float(np.abs(ket).max().round(9)), round(purity, 9)
    (1.0, 0.905)
    """
    transfer, d = as_trace_preserving(transfer, "transfer")
    check_shapes(transfer=(transfer, f"{d * d} {d * d}"))
    check_integer(starts, "starts")
    rng = rng_from(seed, "sieve")
    raw = rng.normal(size=(starts, d)) + 1j * rng.normal(size=(starts, d))
    kets = np.concatenate([np.eye(d), raw / np.linalg.norm(raw, axis=1)[:, None]])

    square = transfer.T @ transfer  # Λ†Λ
    value = np.full(len(kets), -np.inf)
    for _ in range(MOST_STEPS):
        slopes = _coordinates(kets) @ square
        previous, value = value, (slopes * _coordinates(kets)).sum(axis=-1)
        if (value - previous <= SETTLED).all():
            best = int(value.argmax())
            return kets[best], float(value[best])
        kets = np.linalg.eigh(from_coordinates(slopes))[1][..., -1]
    raise ConvergenceError(
        f"The search for the most predictable state did not settle in {MOST_STEPS} "
        "steps. The map may leave many states almost equally pure."
    )


def _coordinates(kets: np.ndarray) -> np.ndarray:
    """Return the real coordinates of |ψ⟩⟨ψ|, shape (..., d²)."""
    return to_coordinates(kets[..., :, None] * kets[..., None, :].conj()).real
