"""The jumps of a register generator, one by one, as Monte Carlo needs them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..register import RegisterGenerator

__all__ = ["Channels", "channels_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Channels:
    """Operators R_c that take level ``sources[c]`` to ``targets[c]``; none is zero."""

    hamiltonians: np.ndarray  # (n, d, d)
    operators: np.ndarray  # (c, d, d)
    sources: np.ndarray  # (c,)
    targets: np.ndarray  # (c,)
    pairs: tuple[tuple[int, int, int], ...]  # (i, j, λ) of each
    are_unitary: bool  # whether every R_c is a multiple of a unitary

    @property
    def rates(self) -> np.ndarray:
        """tr R†R / d, the rate of each channel if it is a multiple of a unitary."""
        d = self.hamiltonians.shape[-1]
        return (np.abs(self.operators) ** 2).sum(axis=(1, 2)) / d

    @property
    def decay(self) -> np.ndarray:
        """Σ R†R over the channels that leave each level, shape (n, d, d)."""
        out = np.zeros_like(self.hamiltonians)
        np.add.at(out, self.sources, self.operators.conj().mT @ self.operators)
        return out


def channels_of(generator: RegisterGenerator) -> Channels:
    """List the jumps of a generator that are not zero."""
    n, d = generator.n, generator.d
    hamiltonians = np.array([_dense(H) for H in generator.hamiltonians])
    rows = [
        (i, j, number, _dense(R))
        for (i, j), operators in generator.jumps.items()
        for number, R in enumerate(operators)
    ]
    rows = [row for row in rows if np.abs(row[3]).max() > 0]
    operators = np.array([row[3] for row in rows]).reshape(-1, d, d)
    squares = operators.conj().mT @ operators
    scale = np.trace(squares, axis1=1, axis2=2).real / d
    gaps = np.abs(squares - scale[:, None, None] * np.eye(d)).max(axis=(1, 2))
    return Channels(
        hamiltonians=hamiltonians.reshape(n, d, d),
        operators=operators,
        sources=np.array([row[1] for row in rows], dtype=int),
        targets=np.array([row[0] for row in rows], dtype=int),
        pairs=tuple((int(row[0]), int(row[1]), row[2]) for row in rows),
        are_unitary=bool((gaps <= 1e-12 * scale).all()),
    )


def _dense(operator: Any) -> np.ndarray:
    """Return a dense or sparse matrix as a complex array."""
    dense = operator.toarray() if hasattr(operator, "toarray") else operator
    return np.asarray(dense, dtype=complex)
