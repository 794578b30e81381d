"""The feeding terms Σ R ρ R† of a register, by their nonzero entries alone."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from ..dynamics import RegisterGenerator

__all__ = ["Entries", "JumpEntries", "jump_entries"]

AT_ONCE = 8  # entries of a row that are gathered together


class Entries(NamedTuple):
    """Nonzero entries of some maps on m numbers, row by row, zeros added.

    Row r of map k is Σ values[k, :, r] x[indices[:, r]].
    """

    indices: Any  # (chunks, m, AT_ONCE)
    values: Any  # (maps, chunks, m, AT_ONCE), complex


class JumpEntries(NamedTuple):
    """Feeding terms of L₀ and of the controls that change rates, and transposes."""

    forward: Entries
    transposed: Entries


def jump_entries(
    parts: Sequence[RegisterGenerator], operators: Any
) -> tuple[JumpEntries, tuple[int, ...]]:
    """Return the entries of Σ R ρ R† on stacks (n, D, D), and which controls have some.

    Parameters
    ----------
    parts : sequence of RegisterGenerator
        L₀, L₁, …
    operators : callable
        Makes a dense array (l, D, D) of the operators of a pair.
    """
    maps = [_feeding(part, operators) for part in parts]
    active = tuple(k for k, fed in enumerate(maps[1:]) if fed.nnz)
    kept = [maps[0], *(maps[1 + k] for k in active)]
    forward = _entries(kept)
    return JumpEntries(forward, _entries([fed.T for fed in kept])), active


def _feeding(part: RegisterGenerator, operators: Any) -> sp.coo_array:
    """ρ → Σ R ρ R† on row-stacked blocks, shape (n D², n D²)."""
    m, size = part.n * part.d**2, part.d**2
    total = sp.csr_array((m, m), dtype=complex)
    for (i, j), given in part.jumps.items():
        for R in operators(given):
            fed = sp.coo_array(sp.kron(sp.coo_array(R), sp.coo_array(R.conj())))
            where = (fed.row + i * size, fed.col + j * size)
            total = total + sp.coo_array((fed.data, where), shape=(m, m)).tocsr()
    total.eliminate_zeros()
    return total.tocoo()


def _entries(maps: Sequence[Any]) -> Entries:
    """Lay out maps side by side on the union of their nonzero places."""
    m = maps[0].shape[0]
    maps = [sp.coo_array(fed) for fed in maps]
    places = [fed.row.astype(np.int64) * m + fed.col for fed in maps]
    union = np.unique(np.concatenate(places))
    rows, columns = np.divmod(union, m)
    counts = np.bincount(rows, minlength=m)
    chunks = -(-int(counts.max(initial=0)) // AT_ONCE)
    slot = np.arange(len(union)) - (np.cumsum(counts) - counts)[rows]
    indices = np.zeros((m, chunks * AT_ONCE), dtype=np.int32)
    indices[rows, slot] = columns
    values = np.zeros((len(maps), m, chunks * AT_ONCE), dtype=complex)
    for k, (fed, place) in enumerate(zip(maps, places, strict=True)):
        found = np.searchsorted(union, place)
        values[k, rows[found], slot[found]] = fed.data
    shape = (m, chunks, AT_ONCE)
    return Entries(
        np.ascontiguousarray(np.moveaxis(indices.reshape(shape), 1, 0)),
        np.ascontiguousarray(np.moveaxis(values.reshape(-1, *shape), 2, 1)),
    )
