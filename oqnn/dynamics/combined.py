"""Real linear combinations of generators."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_shapes
from .frozen import frozen_copy
from .protocol import Generator

__all__ = ["Channel", "CombinedGenerator"]


class Channel(Generator, Protocol):
    """A generator without controls that also knows its adjoint."""

    def adjoint(self, blocks: ArrayLike, u: ArrayLike | None = None) -> np.ndarray:
        """Return the Heisenberg-picture generator applied to (..., n, d, d) blocks."""


class CombinedGenerator:
    r"""The generator :math:`\sum_k c_k L_k` with real coefficients of either sign.

    Negative rates are negative coefficients; a difference of Lindblad generators need
    not be one. Positivity is not checked.

    Parameters
    ----------
    coefficients : shape (k,)
        Real :math:`c_k`.
    generators : sequence of k generators
        :math:`L_k` without controls, all on blocks of the same n and d:
        RegisterGenerator, MatrixGenerator, CombinedGenerator, or your own.

    Raises
    ------
    ValueError
        If there is no generator, their number is not that of the coefficients, a
        coefficient is not finite, or a generator has controls or other blocks.

    Examples
    --------
    Dephasing at rate −0.2 makes coherence grow.

    >>> import numpy as np
    >>> from oqnn.dynamics.register import RegisterGenerator
    >>> dephasing = RegisterGenerator(np.zeros((2, 2)), {(0, 0): np.diag([1, -1])})
    >>> revival = CombinedGenerator([-0.2], [dephasing])
    >>> revival.apply(np.full((1, 2, 2), 0.5))[0].real
    array([[0. , 0.2],
           [0.2, 0. ]])
    """

    n_controls = 0

    def __init__(self, coefficients: ArrayLike, generators: Sequence[Channel]) -> None:
        self.generators = tuple(generators)
        self.coefficients = frozen_copy(coefficients)
        _check_same_blocks(self.generators)
        check_shapes(coefficients=(self.coefficients, f"{len(self.generators)}"))
        check_finite(self.coefficients, "coefficients")
        self.n, self.d = self.generators[0].n, self.generators[0].d

    @property
    def dimension(self) -> int:
        """Number n d² of real coordinates of the blocks."""
        return self.n * self.d**2

    def apply(self, blocks: ArrayLike, u: ArrayLike | None = None) -> np.ndarray:
        """Return dρ/dt for blocks of shape (..., n, d, d)."""
        parts = zip(self.coefficients, self.generators, strict=True)
        return np.asarray(sum(c * g.apply(blocks, u) for c, g in parts))

    def adjoint(self, blocks: ArrayLike, u: ArrayLike | None = None) -> np.ndarray:
        """Return the Heisenberg-picture generator applied to (..., n, d, d) blocks."""
        parts = zip(self.coefficients, self.generators, strict=True)
        return np.asarray(sum(c * g.adjoint(blocks, u) for c, g in parts))

    def matrix(self, u: ArrayLike | None = None) -> np.ndarray:
        """Return the real matrix of shape (n d², n d²) in the Hermitian basis."""
        parts = zip(self.coefficients, self.generators, strict=True)
        return np.asarray(sum(c * g.matrix(u) for c, g in parts))

    def sparse_matrix(self, u: ArrayLike | None = None) -> sp.csr_array:
        """Return `matrix` as a SciPy sparse array."""
        total = sp.csr_array((self.dimension, self.dimension))
        for c, g in zip(self.coefficients, self.generators, strict=True):
            part = g.sparse_matrix(u) if hasattr(g, "sparse_matrix") else g.matrix(u)
            total = total + c * sp.csr_array(part)
        return total


def _check_same_blocks(generators: Sequence[Generator]) -> None:
    """Check that generators have no controls and act on the same blocks."""
    if not generators:
        raise ValueError("`generators` must hold at least one generator, but is empty.")
    first = generators[0].n, generators[0].d
    for k, generator in enumerate(generators):
        shape = generator.n, generator.d
        if shape != first:
            raise ValueError(
                f"`generators` must act on blocks of one (n, d), but the first acts on "
                f"{first} and generators[{k}] on {shape}."
            )
        if generator.n_controls:
            raise ValueError(
                "`generators` must have no controls of their own, but generators"
                f"[{k}] has {generator.n_controls}."
            )
