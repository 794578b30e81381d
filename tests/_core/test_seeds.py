"""Seeds: the same path gives the same stream, another path another one."""

import subprocess
import sys

import numpy as np
import pytest

from oqnn._core.seeds import derive_seed, rng_from


def test_a_seed_is_the_same_in_another_process():
    """Words are not hashed with Python's salted hash."""
    script = "from oqnn._core.seeds import derive_seed; print(derive_seed(3, 'a', 4))"
    other = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert int(other.stdout) == derive_seed(3, "a", 4)


def test_paths_have_seeds_of_their_own():
    paths = [
        (seed, word, *rest)
        for seed in range(6)
        for word in ("noise", "train", "measure")
        for rest in [(1,), (2,), (1, 2), (2, 1)]
    ]
    seeds = {derive_seed(*path) for path in paths}
    assert len(seeds) == len(paths)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_generators_repeat():
    first, again = rng_from(5, "noise"), rng_from(5, "noise")
    np.testing.assert_array_equal(first.normal(size=9), again.normal(size=9))
    assert first.normal() != rng_from(5, "other").normal()


def test_neighbouring_streams_are_uncorrelated():
    """Mean product of 20000 normal pairs, within five standard errors 1/√20000."""
    a, b = (rng_from(1, "noise", k).normal(size=20_000) for k in (1, 2))
    assert abs((a * b).mean()) < 5 / np.sqrt(20_000)


def test_what_is_no_seed_is_refused():
    with pytest.raises(ValueError, match=r"`seed` must be at least 0, but is -1"):
        derive_seed(-1)
    with pytest.raises(TypeError, match=r"`seed` must be an integer, but is 1\.5"):
        rng_from(1.5)


def test_a_stream_differs_from_its_first_branch():
    assert derive_seed(1, "a") != derive_seed(1, "a", 0)
    assert derive_seed(1) != derive_seed(1, 0)
    assert derive_seed(5, 7) != derive_seed(5 + 7 * 2**32)
    assert derive_seed(1, np.int64(3)) == derive_seed(1, 3)
    with pytest.raises(ValueError, match="`path` must be at least 0, but is -1"):
        derive_seed(1, -1)
