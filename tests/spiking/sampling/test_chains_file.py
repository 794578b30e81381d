"""Chains go into a file's arrays and come back."""

import numpy as np
from sameness import check_same

from oqnn.spiking import Chains
from oqnn.spiking.sampling.chains_file import arrays_of_chains, chains_of_arrays


def test_chains_return_from_among_other_arrays():
    rng = np.random.default_rng(1)
    held = {"states": rng.integers(0, 2, (3, 5)), "left": rng.normal(size=(3, 2))}
    chains = Chains(arrays=held, seed=2**60 + 1, draws=7)
    arrays = arrays_of_chains(chains) | {"laws": np.zeros(2)}
    back = chains_of_arrays(arrays)
    assert (back.seed, back.draws) == (2**60 + 1, 7)
    assert back.next_seed() == chains.next_seed()
    assert back.arrays.keys() == held.keys()
    for name, array in held.items():
        check_same(back.arrays[name], array)


def test_no_chains_are_none():
    assert arrays_of_chains(None) == {}
    assert chains_of_arrays({"laws": np.zeros(2)}) is None
