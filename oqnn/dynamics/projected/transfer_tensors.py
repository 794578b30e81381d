"""Transfer tensors: memory read off dynamical maps on an even grid of times."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_integer, check_positive, check_shapes
from ..evolution import DynamicalMaps

__all__ = ["kernel_from_tensors", "propagate_tensors", "transfer_tensors"]


def transfer_tensors(maps: DynamicalMaps | ArrayLike) -> np.ndarray:
    r"""Return the transfer tensors of maps at even times, by forward substitution.

    .. math:: E_n = \sum_{m=1}^{n} T_m E_{n-m}, \qquad E_0 = 1.

    Exact, in O(N²) products. A semigroup has T₁ = E₁ and no others; tensors that die
    out after n steps say that the memory does.

    Parameters
    ----------
    maps : DynamicalMaps or shape (N + 1, m, m)
        Matrices E₀ … E_N of maps from the first time to evenly spaced ones, in any
        basis, real or complex.

    Returns
    -------
    np.ndarray
        T₁ … T_N, shape (N, m, m).

    Raises
    ------
    ValueError
        If there are fewer than two maps, they are not square or finite, the first is
        not the identity, or the times of a DynamicalMaps are not even.

    References
    ----------
    .. [1] J. Cerrillo and J. Cao, Phys. Rev. Lett. 112, 110401 (2014), eq. (3).

    Examples
    --------
    >>> import numpy as np
    >>> decay = 0.5 ** np.arange(4.0).reshape(-1, 1, 1)
    >>> transfer_tensors(decay).ravel()
    array([0.5, 0. , 0. ])
    """
    E = _matrices(maps)
    T = np.empty_like(E[1:])
    for n in range(1, len(E)):
        known = np.einsum("mab,mbc->ac", T[: n - 1], E[n - 1 : 0 : -1], optimize=True)
        T[n - 1] = E[n] - known
    return T


def propagate_tensors(
    tensors: ArrayLike, n_steps: int, *, cutoff: int | None = None
) -> np.ndarray:
    """Return maps E₀ … at n_steps + 1 even times, from the memory in the tensors.

    Beyond the tensors given, or beyond a shorter `cutoff`, the memory is taken to be
    over. How good that is shows in the size of the last tensors.

    Parameters
    ----------
    tensors : shape (N, m, m)
        T₁ … T_N.
    n_steps : int
        Number of steps, smaller or larger than N.
    cutoff : int, optional
        Number of tensors to keep; all by default.

    Returns
    -------
    np.ndarray
        Shape (n_steps + 1, m, m).

    Raises
    ------
    ValueError
        If a shape is wrong, an entry is not finite, or a number is below one.

    Examples
    --------
    >>> propagate_tensors([[[0.5]], [[0.1]]], 3).ravel()
    array([1.   , 0.5  , 0.35 , 0.225])
    """
    T = np.asarray(tensors)
    check_shapes(tensors=(T, "n m m"))
    check_finite(T, "tensors")
    check_integer(n_steps, "n_steps")
    if cutoff is not None:
        check_integer(cutoff, "cutoff")
        T = T[:cutoff]
    E = np.empty((n_steps + 1, *T.shape[1:]), dtype=np.result_type(T, float))
    E[0] = np.eye(T.shape[1])
    for n in range(1, n_steps + 1):
        m = min(n, len(T))
        past = E[n - m : n][::-1]
        E[n] = np.einsum("mab,mbc->ac", T[:m], past, optimize=True)
    return E


def kernel_from_tensors(tensors: ArrayLike, step: float) -> np.ndarray:
    r"""Return estimates :math:`T_n/h^2` of the memory kernel at τ = (n − 1)h, n ≥ 2.

    The error is of first order in the step. T₁ = 1 + Mh + … holds the drift and gives
    no estimate.

    Parameters
    ----------
    tensors : shape (N, m, m)
        T₁ … T_N.
    step : float
        h, the distance of the times.

    Returns
    -------
    np.ndarray
        K at h, 2h, …, shape (N − 1, m, m).

    Raises
    ------
    ValueError
        If a shape is wrong or `step` is not positive.
    """
    T = np.asarray(tensors)
    check_shapes(tensors=(T, "n m m"))
    check_positive(step, "step")
    return T[1:] / step**2


def _matrices(maps: Any) -> np.ndarray:
    """Return maps as an array, checked."""
    if isinstance(maps, DynamicalMaps):
        steps = np.diff(maps.times)
        if np.ptp(steps) > 1e-9 * steps[0]:
            raise ValueError(
                "`maps` must be at evenly spaced times, but the steps go from "
                f"{steps.min():.6g} to {steps.max():.6g}."
            )
        maps = maps.matrices
    E = np.asarray(maps)
    check_shapes(maps=(E, "n m m"))
    check_finite(E, "maps")
    if len(E) < 2:
        raise ValueError(f"`maps` must hold two maps or more, but holds {len(E)}.")
    gap = np.abs(E[0] - np.eye(E.shape[1])).max()
    if not gap <= 1e-9:
        raise ValueError(
            f"`maps` must begin with the identity, but maps[0] differs by {gap:.3g}. "
            "Put the map of the first time to itself first."
        )
    return np.asarray(E, dtype=np.result_type(E, float))
