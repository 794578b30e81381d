"""Randomness: every result follows from one integer."""

import zlib

import numpy as np

from .checks import check_integer

__all__ = ["derive_seed", "rng_from"]


def derive_seed(seed: int, *path: int | str) -> int:
    """Return a 63-bit seed for one use of a study's seed.

    The same seed and path give the same number on every machine; other paths give
    independent streams.

    Examples
    --------
    >>> derive_seed(1, "noise", 0) == derive_seed(1, "noise", 0)
    True
    >>> derive_seed(1, "noise", 0) == derive_seed(1, "noise", 1)
    False
    """
    check_integer(seed, "seed", least=0)
    words = [zlib.crc32(p.encode()) if isinstance(p, str) else p for p in path]
    for word in words:
        check_integer(word, "path", least=0)
    # a spawn key, unlike more entropy, tells (seed,) from (seed, 0)
    sequence = np.random.SeedSequence(int(seed), spawn_key=[int(w) for w in words])
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))


def rng_from(seed: int, *path: int | str) -> np.random.Generator:
    """Return a NumPy generator for one use of a seed; see `derive_seed`."""
    return np.random.default_rng(derive_seed(seed, *path))
