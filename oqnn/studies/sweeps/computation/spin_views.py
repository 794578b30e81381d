"""States as classical spins and as outcomes of measurements."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import product

import numpy as np

from ...._core.seeds import rng_from
from ....encoding import CorrelationMap, Povm
from ...realizability import pair_margin
from ...views_inputs import HARD_PAIR
from ..description.point import PointSettings
from .trajectories import Trajectories, moved_states
from .viewed import Variables, Viewed

__all__ = ["povm_view", "spins_view"]

SEEN = ("point", "view_time")


def spins_view(
    seen: Trajectories, point: PointSettings, seeds: Sequence[int]
) -> Viewed:
    """Return how far inside a law of three spins a qubit an entangled pair is.

    The pair is the system of two qubits, or the qubit with its kept one; for a qubit
    alone, `HARD_PAIR` whose first half evolves, which no spins can carry by the largest
    factor.
    """
    states = seen.states
    if states.shape[-1] == 2:
        pair = np.outer(HARD_PAIR, HARD_PAIR.conj())
        start = np.broadcast_to(pair, (len(seen), 4, 4))
        states = moved_states(seen.transfer, start)
    chi = CorrelationMap(2).chi_from_state(states)
    margin = pair_margin(chi)
    visibility = 1 / np.maximum(1, 1 - margin)
    axes = (*SEEN, "first_spin", "second_spin")
    names = ["1", "x", "y", "z"]
    return Viewed(
        variables={
            "spins_margin": (SEEN, margin),
            "spins_visibility": (SEEN, visibility),
            "spins_correlator": (axes, chi),
        },
        coords={"first_spin": names, "second_spin": names},
    )


def povm_view(seen: Trajectories, point: PointSettings, seeds: Sequence[int]) -> Viewed:
    r"""Return laws of tetrahedral outcomes, and states reconstructed from samples.

    An estimate :math:`\hat\rho = \sum_a f_a Q_a` from N outcomes has elements of the
    variance :math:`(\sum_a p_a |Q_a|^2 - |\rho|^2)/N`, and as many numbers drawn as
    each point's own seed gives, time after time.
    """
    povm = _tetrahedral(seen.states.shape[-1])
    # each point by itself, so that no bit depends on how many there are
    law = np.array([povm.probabilities(own) for own in seen.states])  # (p, v, outcomes)
    axes = (*SEEN, "outcome")
    variables: Variables = {"povm_law": (axes, law)}
    if point.views.samples:
        variables |= _sampled(seen.states, law, povm, point.views.samples, seeds)
    names = ["".join(map(str, a)) for a in product(*map(range, povm.shape))]
    levels = [format(i, f"0{povm.n_qubits}b") for i in range(2**povm.n_qubits)]
    matrices = {"row": levels, "col": levels} if point.views.samples else {}
    return Viewed(variables=variables, coords={"outcome": names} | matrices)


def _sampled(
    states: np.ndarray,
    law: np.ndarray,
    povm: Povm,
    samples: int,
    seeds: Sequence[int],
) -> Variables:
    """Return counts, reconstructed states, their errors and distances."""
    counts = np.array(
        [_drawn(own, samples, seed) for own, seed in zip(law, seeds, strict=True)]
    )
    duals = _duals(povm)  # (outcomes, D, D)
    flat = duals.reshape(len(duals), -1)
    found = (counts / samples @ flat).reshape(states.shape)
    squares = (law @ np.abs(flat) ** 2).reshape(states.shape)
    variance = np.maximum(squares - np.abs(states) ** 2, 0) / samples  # rounding
    matrix = (*SEEN, "row", "col")
    return {
        "povm_counts": ((*SEEN, "outcome"), counts.astype(float)),
        "povm_state": (matrix, found),
        "povm_state_error": (matrix, np.sqrt(variance)),
        "povm_distance": (SEEN, (np.abs(found - states) ** 2).sum(axis=(-2, -1))),
        "povm_distance_expected": (SEEN, variance.sum(axis=(-2, -1))),
    }


def _drawn(law: np.ndarray, samples: int, seed: int) -> np.ndarray:
    """Draw outcomes at every time, from one point's own stream."""
    p = np.maximum(law, 0)  # within the tolerance of a state
    p = p / p.sum(axis=-1, keepdims=True)
    return rng_from(seed, "outcomes").multinomial(samples, p)


@lru_cache(maxsize=8)
def _tetrahedral(size: int) -> Povm:
    return Povm.tetrahedral(size.bit_length() - 1)


@lru_cache(maxsize=8)
def _duals(povm: Povm) -> np.ndarray:
    """Return the dual operators of all outcomes, shape (outcomes, D, D)."""
    out = np.ones((1, 1, 1), dtype=complex)
    for own in povm.dual:
        size = out.shape[-1] * own.shape[-1]
        out = np.einsum("aij,bkl->abikjl", out, own).reshape(-1, size, size)
    return out
