"""Which neurons of a machine move when, and the random words that move them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .machine import BoltzmannMachine

__all__ = ["Group", "in_groups", "random_words"]

CHUNK_BYTES = 2**22  # random words drawn at a time; a core's cache holds them
ALIGNMENT = 64  # bytes
MOST_BLOCKS = 16  # beyond which compiling a step for each takes longer than it saves


class Group(NamedTuple):
    """A range of neurons and the range that holds all their neighbours, ends out."""

    first: int
    end: int
    first_neighbour: int
    end_neighbour: int
    at_once: bool  # all move together, else one after another


def in_groups(
    machine: BoltzmannMachine, blocks: Sequence[np.ndarray]
) -> tuple[np.ndarray, tuple[Group, ...]]:
    """Return the neurons block after block, and the groups in which they move.

    A block of several moves at once, unless there are too many; neighbouring blocks of
    one share a group.
    """
    wide = sum(len(block) > 1 for block in blocks) <= MOST_BLOCKS
    runs: list[tuple[int, bool]] = []  # neurons, and whether they move at once
    for block in blocks:
        at_once = wide and len(block) > 1
        if runs and not at_once and not runs[-1][1]:
            runs[-1] = (runs[-1][0] + len(block), False)
        else:
            runs.append((len(block), at_once))

    order = np.concatenate(blocks)
    mask = machine.mask[np.ix_(order, order)]
    groups, end = [], 0
    for size, at_once in runs:
        first, end = end, end + size
        near = np.flatnonzero(mask[first:end].any(axis=0))
        low, high = (int(near[0]), int(near[-1]) + 1) if len(near) else (0, 0)
        groups.append(Group(first, end, low, high, at_once))
    return order, tuple(groups)


def random_words(
    seed: int, shape: tuple[int, ...], times: int
) -> Iterator[tuple[np.ndarray, int]]:
    """Yield 32-bit random words, (most, *shape), and how many rows of them are new.

    As many rows as `times` in all, the same ones whatever `CHUNK_BYTES`. The next
    words overwrite the last.
    """
    raw = np.random.Generator(np.random.SFC64(seed))
    size = int(np.prod(shape))
    pairs = -(-size // 2)
    most = max(1, CHUNK_BYTES // (8 * pairs))
    # aligned as JAX wants it, which then need not copy them
    room = np.zeros(most * pairs + ALIGNMENT // 8, np.uint64)
    start = -room.ctypes.data % ALIGNMENT // 8
    words = room[start : start + most * pairs].reshape(most, pairs)
    for first in range(0, times, most):
        now = min(most, times - first)
        words[:now] = raw.integers(0, 2**64, (now, pairs), dtype=np.uint64)
        yield words.view(np.uint32)[:, :size].reshape(most, *shape), now
