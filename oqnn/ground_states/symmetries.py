"""Permutations of sites and the flip of all spins, and averages over them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.special import logsumexp

from .._core.checks import check_integer, check_shapes
from .._core.seeds import rng_from
from .hamiltonians import PauliHamiltonian, as_states
from .ising import TransverseIsing, as_pauli_hamiltonian

__all__ = [
    "SymmetryGroup",
    "check_symmetry",
    "lattice_symmetries",
    "reflections",
    "translations",
]

MOST_GIB = 8.0  # of memory for the orbits of all states
BYTES_AN_IMAGE = 32  # of a state, while orbits are found
MOST_ELEMENTS = 100_000
MOST_ENTRIES = 2**26  # of images held at a time
ROUNDING = 1e-12  # of the greatest coefficient


@final
@dataclass(frozen=True, eq=False)  # eq on arrays is ambiguous
class SymmetryGroup:
    r"""A group of permutations of spins, with the flip of all of them if so wished.

    An element takes the state v to gv with :math:`(gv)_i = v_{g(i)}`, or to that with
    all spins flipped. The average of a law over the group is

    .. math:: \bar p(v) = \frac{1}{|G|} \sum_{g \in G} p(gv).

    Parameters
    ----------
    n : int
        Number of spins.
    generators : shape (g, n), int
        Permutations of 0 … n − 1 from which all others are composed; there may be
        none.
    flip : bool
        Whether the flip of all spins belongs to the group.

    Raises
    ------
    TypeError
        If `n` is no integer, or the generators are none.
    ValueError
        If a generator is no permutation of the n spins.

    Examples
    --------
    >>> group = SymmetryGroup(3, [[1, 2, 0]], flip=True)
    >>> group.order
    6
    >>> group.average([0, 1, 0, 0, 0, 0, 0, 0]) * 6
    array([0., 1., 1., 1., 1., 1., 1., 0.])
    """

    n: int
    generators: np.ndarray  # (g, n)
    flip: bool

    def __init__(self, n: int, generators: ArrayLike = (), *, flip: bool = False):
        check_integer(n, "n")
        array = np.asarray(generators)
        if array.size and not np.issubdtype(array.dtype, np.integer):
            raise TypeError(
                f"`generators` must be permutations of integers, but are {array.dtype}."
            )
        array = (array if array.size else array.reshape(0, n)).astype(int)
        check_shapes(generators=(array, f"g {n}"))
        bad = np.flatnonzero((np.sort(array, axis=1) != np.arange(n)).any(axis=1))
        if len(bad):
            raise ValueError(
                f"`generators` must hold permutations of 0 to {n - 1}, but row "
                f"{bad[0]} is {array[bad[0]].tolist()}."
            )
        object.__setattr__(self, "n", int(n))
        object.__setattr__(self, "generators", array)
        object.__setattr__(self, "flip", bool(flip))

    @property
    def order(self) -> int:
        """Number of elements; `permutations`, twice if all spins can be flipped."""
        return len(self.permutations) * (1 + self.flip)

    @cached_property
    def permutations(self) -> np.ndarray:
        """All permutations that the generators compose, shape (k, n).

        Raises ValueError where there are more than 100 000.
        """
        found = {tuple(range(self.n))}
        fresh = list(found)
        while fresh:
            products = np.array(fresh)[:, self.generators].reshape(-1, self.n)
            fresh = [p for p in map(tuple, products.tolist()) if p not in found]
            found.update(fresh)
            fresh = list(dict.fromkeys(fresh))
            if len(found) > MOST_ELEMENTS:
                raise ValueError(
                    f"`generators` must compose at most {MOST_ELEMENTS} permutations, "
                    "but compose more. Averages of laws do without them all."
                )
        return np.array(sorted(found))

    @cached_property
    def orbits(self) -> np.ndarray:
        """Number of the orbit of every state, in the order of codes, shape (2**n,).

        Found by the generators alone, so that the size of the group does not matter.
        Raises ValueError where that takes more than 8 GiB.
        """
        n_images = max(len(self.generators) + self.flip, 1)
        gib = BYTES_AN_IMAGE * n_images * 2.0 ** min(self.n, 900) / 2**30
        if gib > MOST_GIB:
            raise ValueError(
                "`n` must be small enough for averages of a law of all 2**n states, "
                f"but orbits of 2^{self.n} states take {gib:.2g} GiB, more than "
                f"{MOST_GIB:g}. Average samples: see `random_images`."
            )
        codes = np.arange(2**self.n, dtype=np.int32)
        images = [
            codes.reshape((2,) * self.n).transpose(generator).ravel()
            for generator in self.generators
        ]
        images += [codes[::-1]] * self.flip
        ends = np.stack(images or [codes], axis=1).ravel()
        del images
        starts = np.arange(0, len(ends) + 1, n_images, dtype=np.int32)
        edges = csr_array((np.ones(len(ends)), ends, starts), shape=(len(codes),) * 2)
        return connected_components(edges, directed=False)[1]

    def average(self, law: ArrayLike) -> np.ndarray:
        """Return the average over the group of a vector in the order of codes.

        Parameters
        ----------
        law : shape (2**n,)
            Probabilities, counts, or amplitudes.

        Returns
        -------
        ndarray, shape (2**n,)

        Raises
        ------
        ValueError
            If the shape is another one, or the orbits take more than 8 GiB.
        """
        law = np.asarray(law, dtype=float)
        check_shapes(law=(law, f"{2**self.n}"))
        means = np.bincount(self.orbits, weights=law) / np.bincount(self.orbits)
        return means[self.orbits]

    def images(self, states: ArrayLike) -> np.ndarray:
        """Return all gv of states v, shape (order, ..., n): a sample made larger.

        Parameters
        ----------
        states : shape (..., n)
            0 and 1.

        Raises
        ------
        ValueError
            If the last axis is not of size n, or entries are not 0 and 1.
        """
        states = as_states(states, self.n)
        images = np.moveaxis(states[..., self.permutations], -2, 0)
        return np.concatenate([images, 1 - images]) if self.flip else images

    def random_images(self, states: ArrayLike, *, seed: int) -> np.ndarray:
        """Return one gv of every state v, g at random: a sample of the averaged law.

        Parameters
        ----------
        states : shape (..., n)
            0 and 1.
        seed : int

        Raises
        ------
        ValueError
            If the last axis is not of size n, or entries are not 0 and 1.
        """
        states = as_states(states, self.n)
        flat = states.reshape(-1, self.n)
        rng = rng_from(seed, "images")
        chosen = rng.integers(len(self.permutations), size=len(flat))
        images = np.empty_like(flat)
        size = max(1, MOST_ENTRIES // (8 * self.n))  # indices take eight bytes
        for start in range(0, len(flat), size):
            part = slice(start, start + size)
            sites = self.permutations[chosen[part]]
            images[part] = np.take_along_axis(flat[part], sites, axis=1)
        if self.flip:
            images ^= rng.integers(2, size=(len(flat), 1), dtype=np.uint8)
        return images.reshape(states.shape)

    def representatives(self, states: ArrayLike) -> np.ndarray:
        """Return the same state for all of an orbit, that of least code.

        Parameters
        ----------
        states : shape (..., n)
            0 and 1; any number of spins.

        Returns
        -------
        ndarray, shape (..., n), uint8

        Raises
        ------
        ValueError
            If the last axis is not of size n, or entries are not 0 and 1.
        """
        states = as_states(states, self.n)
        flat = np.unique(states.reshape(-1, self.n), axis=0, return_inverse=True)
        least = flat[0]
        for permutation in self.permutations:
            for change in (0, 1) if self.flip else (0,):
                image = flat[0][:, permutation] ^ np.uint8(change)
                differs = image != least
                first = differs.argmax(axis=1)
                rows = np.arange(len(image))
                lower = differs[rows, first] & (image[rows, first] == 0)
                least = np.where(lower[:, None], image, least)
        return least[flat[1].ravel()].reshape(states.shape)

    def log_average(
        self, log_law: Callable[[np.ndarray], np.ndarray], states: ArrayLike
    ) -> np.ndarray:
        """Return the logarithm of the averaged law at states, at any number of spins.

        Parameters
        ----------
        log_law : callable
            The logarithm of a law, up to a constant, of states of shape (m, n).
        states : shape (..., n)
            0 and 1.

        Returns
        -------
        ndarray, shape (...)
            Up to the same constant.

        Raises
        ------
        ValueError
            If the last axis is not of size n, or entries are not 0 and 1.
        """
        states = as_states(states, self.n)
        flat = states.reshape(-1, self.n)
        size = max(1, MOST_ENTRIES // (self.order * self.n))
        logarithms = np.empty(len(flat))
        for start in range(0, len(flat), size):
            images = self.images(flat[start : start + size])  # (order, m, n)
            values = np.asarray(log_law(images.reshape(-1, self.n)))
            values = values.reshape(images.shape[:2])
            logarithms[start : start + size] = logsumexp(values, axis=0)
        return logarithms.reshape(states.shape[:-1]) - np.log(self.order)


def translations(model: TransverseIsing) -> np.ndarray:
    """Return one step along each axis of a periodic lattice, shape (axes, n).

    Raises
    ------
    ValueError
        If the lattice is not periodic.
    """
    if not model.periodic:
        raise ValueError("`model` must be periodic to have translations, but is open.")
    axes = range(model.sites.ndim)
    return np.array([np.roll(model.sites, -1, axis).ravel() for axis in axes])


def reflections(model: TransverseIsing) -> np.ndarray:
    """Return the reflections that generate a lattice's point group, shape (g, n).

    One an axis, and on a lattice as long as wide also that at the diagonal, which makes
    them rotations by 90°.
    """
    sites = model.sites
    found = [np.flip(sites, axis).ravel() for axis in range(sites.ndim)]
    if sites.ndim == 2 and sites.shape[0] == sites.shape[1]:
        found.append(sites.T.ravel())
    return np.array(found)


def lattice_symmetries(model: TransverseIsing, *, flip: bool = True) -> SymmetryGroup:
    """Return all symmetries of a model's lattice, and the flip of all spins.

    Translations where it is periodic, reflections, and on a square rotations. Of the
    ring of n > 2 spins they are 2n permutations. Take a `SymmetryGroup` of
    `translations` or `reflections` for less.

    Parameters
    ----------
    model : TransverseIsing
    flip : bool
        Whether to take the flip too.

    Examples
    --------
    >>> lattice_symmetries(TransverseIsing(10, 1.0, 0.5)).order
    40
    """
    generators = [reflections(model)]
    if model.periodic:
        generators.append(translations(model))
    return SymmetryGroup(model.n, np.concatenate(generators), flip=flip)


def check_symmetry(
    hamiltonian: PauliHamiltonian | TransverseIsing, symmetry: SymmetryGroup
) -> None:
    """Raise unless a Hamiltonian commutes with every element of a group.

    Parameters
    ----------
    hamiltonian : PauliHamiltonian or TransverseIsing
    symmetry : SymmetryGroup

    Raises
    ------
    TypeError
        If `hamiltonian` is of another kind.
    ValueError
        If sizes disagree, or a term is changed, which is named.

    Examples
    --------
    >>> ring = TransverseIsing(4, 1.0, 0.5)
    >>> check_symmetry(ring, lattice_symmetries(ring))
    >>> check_symmetry(PauliHamiltonian({"ZI": 1.0}), SymmetryGroup(2, flip=True))
    Traceback (most recent call last):
        ...
    ValueError: `hamiltonian` must not change ..., but the flip turns the sign of 1 ZI.
    """
    hamiltonian = as_pauli_hamiltonian(hamiltonian)
    if hamiltonian.n != symmetry.n:
        raise ValueError(
            f"`symmetry` must act on {hamiltonian.n} spins as the Hamiltonian does, "
            f"but acts on {symmetry.n}."
        )
    terms = hamiltonian.terms
    rounding = ROUNDING * max(map(abs, terms.values()))
    for string, value in terms.items():
        if symmetry.flip and sum(c in "YZ" for c in string) % 2 and value:
            raise ValueError(
                "`hamiltonian` must not change under the symmetry, but the flip turns "
                f"the sign of {value:.6g} {string}."
            )
        for generator in symmetry.generators:
            image = "".join(string[i] for i in generator)
            if not abs(terms.get(image, 0.0) - value) <= rounding:
                raise ValueError(
                    "`hamiltonian` must not change under the symmetry, but the "
                    f"permutation {generator.tolist()} takes {value:.6g} {string} to "
                    f"{image}, whose coefficient is {terms.get(image, 0.0):.6g}."
                )
