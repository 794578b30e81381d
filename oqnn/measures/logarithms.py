"""Real logarithms of many small maps at once."""

import numpy as np

__all__ = ["real_logarithms"]

NEAR = 0.25  # distance from the identity at which the quadrature is exact to rounding
NODES = 12


def real_logarithms(maps: np.ndarray) -> np.ndarray:
    r"""Return the principal logarithms of real matrices near the identity.

    Inverse scaling and squaring: square roots until a matrix is near the identity,
    then the quadrature of :math:`\int_0^1 X(1+xX)^{-1}dx = \ln(1+X)`.

    Parameters
    ----------
    maps : shape (..., m, m)
        Real.

    Returns
    -------
    np.ndarray
        Shape (..., m, m), real; NaN where an eigenvalue is zero or negative, so that
        there is no real principal logarithm.
    """
    values = np.linalg.eigvals(maps)
    along = np.abs(values.imag) <= 1e-12 * np.abs(values)
    bad = ((values.real <= 0) & along).any(axis=-1)[..., None, None]
    one = np.eye(maps.shape[-1])
    root, doublings = np.where(bad, one, maps), 0
    while np.linalg.norm(root - one, axis=(-2, -1)).max() > NEAR:
        root, doublings = _square_roots(root), doublings + 1
    points, weights = np.polynomial.legendre.leggauss(NODES)
    X = root - one
    found = sum(
        w / 2 * np.linalg.solve(one + (1 + x) / 2 * X, X)
        for x, w in zip(points, weights, strict=True)
    )
    return np.where(bad, np.nan, 2**doublings * found)


def _square_roots(matrices: np.ndarray) -> np.ndarray:
    """Return principal square roots by the iteration of Denman and Beavers."""
    Y, Z = matrices, np.broadcast_to(np.eye(matrices.shape[-1]), matrices.shape)
    for _ in range(60):
        previous = Y
        Y, Z = (Y + np.linalg.inv(Z)) / 2, (Z + np.linalg.inv(Y)) / 2
        if np.abs(Y - previous).max() <= 1e-15 * np.abs(Y).max():
            break
    return Y
