"""Column stacking, QuTiP's convention: vec(A X B) = (Bᵀ ⊗ A) vec X."""

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["unvec", "vec"]


def vec(matrices: ArrayLike) -> np.ndarray:
    """Stack the columns of matrices, (..., d, e) → (..., d e)."""
    matrices = np.asarray(matrices)
    return matrices.mT.reshape(*matrices.shape[:-2], -1)


def unvec(vectors: ArrayLike, rows: int) -> np.ndarray:
    """Undo `vec`, (..., d e) → (..., d, e) with ``d = rows``."""
    vectors = np.asarray(vectors)
    return vectors.reshape(*vectors.shape[:-1], -1, rows).mT
