"""Boltzmann machines: the laws that sampling networks of neurons draw from."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_finite,
    check_integer,
    check_positive,
    check_shapes,
    check_symmetric,
)
from ..._core.seeds import rng_from

__all__ = ["BoltzmannMachine", "from_graph", "three_layer", "two_layer"]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class BoltzmannMachine:
    r"""Binary neurons on a graph, the first of them visible.

    .. math:: p(z) \propto \exp\bigl(\tfrac12 z^T W z + b^T z\bigr), \qquad
              z \in \{0, 1\}^n,

    so that every pair counts once [1]_, eq. (3). The visible neurons' law is the
    marginal over all others.

    Parameters
    ----------
    weights : shape (n, n)
        Symmetric W, zero on the diagonal and wherever `mask` is False.
    biases : shape (n,)
        b, visible neurons first.
    n_visible : int
        Number of visible neurons, at most n.
    mask : shape (n, n), bool
        Symmetric; which pairs may be connected.

    Raises
    ------
    ValueError
        If shapes disagree, values are not finite, W or the mask is not symmetric,
        or W does not vanish outside of the mask or on the diagonal.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """

    weights: np.ndarray  # (n, n)
    biases: np.ndarray  # (n,)
    n_visible: int
    mask: np.ndarray  # (n, n)

    def __post_init__(self) -> None:
        for name in ("weights", "biases"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), float))
        object.__setattr__(self, "mask", np.asarray(self.mask, dtype=bool))
        check_shapes(
            weights=(self.weights, "n n"),
            biases=(self.biases, "n"),
            mask=(self.mask, "n n"),
        )
        check_integer(self.n_visible, "n_visible")
        if self.n_visible > len(self.biases):
            raise ValueError(
                f"`n_visible` must be at most the {len(self.biases)} neurons, "
                f"but is {self.n_visible}."
            )
        check_finite(self.weights, "weights")
        check_finite(self.biases, "biases")
        if (self.mask != self.mask.T).any() or self.mask.diagonal().any():
            raise ValueError(
                "`mask` must be symmetric and False on its diagonal: a neuron is not "
                "connected to itself, and p(z) knows one weight a pair."
            )
        check_symmetric(self.weights, "weights")
        if self.weights[~self.mask].any():
            raise ValueError(
                "`weights` must vanish where `mask` is False, but do not. "
                "Multiply them by the mask if that is meant."
            )

    @property
    def n(self) -> int:
        """Number of neurons."""
        return len(self.biases)

    @cached_property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Connected pairs, each once: two index arrays of shape (e,), i < j."""
        first, second = np.nonzero(np.triu(self.mask))
        return first, second

    @property
    def edge_weights(self) -> np.ndarray:
        """Weights of `edges`, shape (e,)."""
        return self.weights[self.edges]

    @cached_property
    def blocks(self) -> tuple[np.ndarray, ...]:
        """Groups of neurons without connections inside, which may move at once.

        A greedy colouring: one group a layer where the graph is layered.
        """
        colours = np.full(self.n, -1)
        for i in range(self.n):
            used = set(colours[self.mask[i]])
            colours[i] = next(c for c in range(self.n) if c not in used)
        return tuple(np.flatnonzero(colours == c) for c in range(colours.max() + 1))

    def with_parameters(
        self, edge_weights: ArrayLike, biases: ArrayLike
    ) -> "BoltzmannMachine":
        """Return the same graph with other parameters.

        Parameters
        ----------
        edge_weights : shape (e,)
            One weight a pair, in the order of `edges`.
        biases : shape (n,)
        """
        edge_weights = np.asarray(edge_weights, dtype=float)
        check_shapes(edge_weights=(edge_weights, f"{len(self.edges[0])}"))
        weights = np.zeros_like(self.weights)
        weights[self.edges] = edge_weights
        return replace(self, weights=weights + weights.T, biases=np.asarray(biases))


def from_graph(
    mask: ArrayLike, n_visible: int, *, scale: float = 0.1, seed: int = 0
) -> BoltzmannMachine:
    """Return a machine on any symmetric graph, with small random weights.

    Parameters
    ----------
    mask : shape (n, n), bool
        Which pairs are connected; symmetric, False on the diagonal.
    n_visible : int
        The first so many neurons are visible.
    scale : float
        Standard deviation of the weights; biases start at minus half the sum of a
        neuron's weights, where z = 0 and 1 are equally likely.
    seed : int
        Of the weights.
    """
    mask = np.asarray(mask, dtype=bool)
    check_shapes(mask=(mask, "n n"))
    check_positive(scale, "scale")
    upper = np.triu(rng_from(seed, "weights").normal(scale=scale, size=mask.shape), 1)
    weights = (upper + upper.T) * mask
    return BoltzmannMachine(
        weights=weights,
        biases=-weights.sum(axis=1) / 2,
        n_visible=n_visible,
        mask=mask,
    )


def two_layer(
    n_visible: int,
    n_hidden: int,
    *,
    dense_visible: bool = False,
    scale: float = 0.1,
    seed: int = 0,
) -> BoltzmannMachine:
    """Return visible and hidden neurons, each pair of unlike ones connected.

    Parameters
    ----------
    n_visible, n_hidden : int
        Sizes of the layers.
    dense_visible : bool
        Whether the visible neurons are connected with each other too.
    scale, seed
        See `from_graph`.

    Examples
    --------
    >>> two_layer(4, 20).weights.shape
    (24, 24)
    """
    check_integer(n_visible, "n_visible")
    check_integer(n_hidden, "n_hidden", least=0)
    layers = np.repeat([0, 1], [n_visible, n_hidden])
    mask = layers[:, None] != layers
    if dense_visible:
        mask[:n_visible, :n_visible] = ~np.eye(n_visible, dtype=bool)
    return from_graph(mask, n_visible, scale=scale, seed=seed)


def three_layer(
    n_visible: int, n_hidden: int, n_deep: int, *, scale: float = 0.1, seed: int = 0
) -> BoltzmannMachine:
    """Return visible, hidden and deep neurons, neighbouring layers connected.

    Parameters
    ----------
    n_visible, n_hidden, n_deep : int
        Sizes of the layers.
    scale, seed
        See `from_graph`.

    Examples
    --------
    >>> [len(block) for block in three_layer(4, 20, 5).blocks]
    [9, 20]
    """
    for name, size in (("n_visible", n_visible), ("n_hidden", n_hidden)):
        check_integer(size, name)
    check_integer(n_deep, "n_deep")
    layers = np.repeat([0, 1, 2], [n_visible, n_hidden, n_deep])
    mask = np.abs(layers[:, None] - layers) == 1
    return from_graph(mask, n_visible, scale=scale, seed=seed)
