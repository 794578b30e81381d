"""What fragments of an environment know about the system (quantum Darwinism)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from .._core.checks import check_between, check_integer
from .._core.qobj import as_operator, is_qobj
from .._core.seeds import rng_from
from ._inputs import as_density_matrices, as_kets
from .entropies import entropy_of_law
from .parties import as_dims, partial_trace

__all__ = ["FragmentInformation", "fragment_information"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FragmentInformation:
    """Mutual information of a system with fragments of its environment, by size."""

    sizes: np.ndarray  # (N + 1,) numbers 0 … N of subsystems in the fragment
    mean: np.ndarray  # (N + 1,), in nats, over fragments of a size
    deviation: np.ndarray  # (N + 1,), standard deviation over them
    counts: np.ndarray  # (N + 1,) fragments that were looked at
    exhaustive: np.ndarray  # (N + 1,), whether those were all
    entropy: float  # of the system

    def redundancy(self, deficit: float = 0.1) -> float:
        """Return how many separate fragments know the system up to a deficit.

        N/m with the smallest size m whose mean information reaches (1 − deficit) S, the
        entropy S of the system; zero if none does, or if S is zero up to 1e-12.
        """
        check_between(deficit, "deficit", 0, 1)
        enough = self.mean[1:] >= (1 - deficit) * self.entropy - 1e-12
        if not enough.any() or self.entropy <= 1e-12:
            return 0.0
        return float(self.sizes[-1] / self.sizes[1:][enough.argmax()])


def fragment_information(
    state: Any,
    dims: Sequence[int],
    *,
    system: int = 0,
    samples: int = 100,
    seed: int = 0,
) -> FragmentInformation:
    r"""Return what fragments F of an environment know about a system S, by their size.

    .. math:: I(S:F) = S_S + S_F - S_{SF}

    is averaged over the fragments of each size: over all of them where there are no
    more than `samples`, else over as many different random ones. Pure states of the
    whole are taken as kets and cost 2^N·2^{N/2} for N qubits instead of 8^N.

    Parameters
    ----------
    state : Qobj, or shape (D,) or (D, D)
        Normalised ket, or state, of system and environment in Kronecker order.
    dims : sequence of int
        Sizes of the subsystems, with product D.
    system : int, optional
        Which of them is the system; the N others are the environment.
    samples : int, optional
        Most fragments of one size to look at.
    seed : int, optional
        For the random fragments.

    Returns
    -------
    FragmentInformation
        Mean and deviation for every size, and the redundancy.

    Raises
    ------
    TypeError
        If a size, `system`, `samples` or `seed` is no integer.
    ValueError
        If `state` is no state, `dims` does not multiply to D or holds fewer than two,
        or `system` names none of them.

    References
    ----------
    .. [1] Blume-Kohout, Zurek, Phys. Rev. A 73, 062310 (2006), secs. II and III.

    Examples
    --------
    A GHZ state of four qubits: any single one of three tells all.

    >>> ghz = np.eye(16)[0] / np.sqrt(2) + np.eye(16)[15] / np.sqrt(2)
    >>> found = fragment_information(ghz, [2] * 4)
    >>> (found.mean / np.log(2)).round(9) + 0.0
    array([0., 1., 1., 2.])
    >>> found.redundancy()
    3.0
    """
    array = _ket_or_state(state)
    sizes = as_dims(dims, len(array))
    if len(sizes) < 2:
        raise ValueError(
            f"`dims` must hold the system and its environment, but is {sizes}."
        )
    check_integer(system, "system", least=0)
    check_integer(samples, "samples")
    if system >= len(sizes):
        raise ValueError(
            f"`system` must be below {len(sizes)}, the number of subsystems, but is "
            f"{system}."
        )

    environment = [k for k in range(len(sizes)) if k != system]
    own = _entropy(array, sizes, (system,))
    rng, found, exhaustive = rng_from(seed, "fragments"), [], []
    for size in range(len(environment) + 1):
        fragments = _fragments(environment, size, samples, rng)
        found.append(
            [_information(array, sizes, system, part, own) for part in fragments]
        )
        exhaustive.append(len(fragments) == math.comb(len(environment), size))
    return FragmentInformation(
        sizes=np.arange(len(environment) + 1),
        mean=np.array([np.mean(values) for values in found]),
        deviation=np.array([np.std(values) for values in found]),
        counts=np.array([len(values) for values in found]),
        exhaustive=np.array(exhaustive),
        entropy=own,
    )


def _ket_or_state(state: Any) -> np.ndarray:
    """Return a checked ket (D,) or density matrix (D, D)."""
    if is_qobj(state):
        state = state.full()[:, 0] if state.isket else state.full()
    array = as_operator(state, "state")
    if array.ndim == 1:
        return as_kets(array, "state")
    if array.ndim != 2:
        raise ValueError(
            "`state` must be one ket or one density matrix, but has shape "
            f"{array.shape}."
        )
    return as_density_matrices(array, "state")


def _fragments(
    environment: list[int], size: int, samples: int, rng: np.random.Generator
) -> list[tuple[int, ...]]:
    """Return all fragments of a size, or as many different random ones as asked for."""
    if math.comb(len(environment), size) <= samples:
        return list(combinations(environment, size))
    chosen: dict[tuple[int, ...], None] = {}  # a set in order of appearance
    while len(chosen) < samples:
        part = rng.choice(environment, size, replace=False)
        chosen[tuple(sorted(int(k) for k in part))] = None
    return list(chosen)


def _information(
    array: np.ndarray,
    sizes: tuple[int, ...],
    system: int,
    fragment: tuple[int, ...],
    own: float,
) -> float:
    """Return S_S + S_F − S_SF."""
    both = tuple(sorted((system, *fragment)))
    return own + _entropy(array, sizes, fragment) - _entropy(array, sizes, both)


def _entropy(array: np.ndarray, sizes: tuple[int, ...], kept: tuple[int, ...]) -> float:
    """Return the entropy of some subsystems of a ket or a state."""
    if not kept:
        return 0.0
    if array.ndim == 2:
        part = partial_trace(array, sizes, kept)
        return float(entropy_of_law(np.linalg.eigvalsh(part)))
    rest = [k for k in range(len(sizes)) if k not in kept]
    split = array.reshape(sizes).transpose(*kept, *rest)
    schmidt = split.reshape(math.prod(sizes[k] for k in kept), -1)
    values = np.linalg.svd(schmidt, compute_uv=False)
    return float(entropy_of_law(values**2))
