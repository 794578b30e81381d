"""Chains as named arrays, for the files of trainings that go on."""

import numpy as np

from .sampler import Chains

__all__ = ["arrays_of_chains", "chains_of_arrays"]


def arrays_of_chains(chains: Chains | None) -> dict[str, np.ndarray]:
    """Return what `chains_of_arrays` makes the same chains of; empty without chains."""
    if chains is None:
        return {}
    held = {f"chains_{name}": np.asarray(a) for name, a in chains.arrays.items()}
    return {"chains": np.array([chains.seed, chains.draws])} | held


def chains_of_arrays(arrays: dict[str, np.ndarray]) -> Chains | None:
    """Return the chains among a file's arrays, or None if it holds none."""
    if "chains" not in arrays:
        return None
    seed, draws = map(int, arrays["chains"])
    names = [name for name in arrays if name.startswith("chains_")]
    held = {name.removeprefix("chains_"): arrays[name] for name in names}
    return Chains(arrays=held, seed=seed, draws=draws)
