"""The extended correlation map: spins of their own for pairs of qubits.

Beside the spins s_k of single qubits there is a spin s_kl for every product of axes of
every pair of qubits. Correlators of one or two axes are means of spins. Those of more
are means of products, of which there are several for the same χ:

    χ[a, b, c] = ⟨s⁽¹²⁾_ab s⁽³⁾_c⟩ = ⟨s⁽¹³⁾_ac s⁽²⁾_b⟩ = ⟨s⁽²³⁾_bc s⁽¹⁾_a⟩.
"""

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_integer, check_law
from .correlation import CorrelationMap
from .parties import Component, Qubits, all_splittings, first_spins, label, splittings
from .real_arrays import as_real
from .samples import as_samples, mean_products

if TYPE_CHECKING:
    import qutip

__all__ = ["ExtendedMap"]

MOST_QUBITS = 6


@final
@dataclass(frozen=True)
class ExtendedMap:
    r"""The extended correlation map of n qubits, from single and pair spins to a state.

    Correlators with one or two indices that are not zero are means of a single or a
    pair spin; those with more are means of products of pair spins and at most one
    single spin, the same for every way to split the qubits into pairs [1]_. The map
    from χ to ρ is that of `CorrelationMap`.

    Parameters
    ----------
    n_qubits : int
        Number n of qubits, two to six: 15, 36, 66, 105 or 153 spins.

    Raises
    ------
    TypeError, ValueError
        If `n_qubits` is not an integer from 2 to 6.

    Notes
    -----
    The first 3n spins are those of `CorrelationMap`. Spin 3n + 9 p + 3 k + l belongs to
    the p-th of the pairs (0, 1), (0, 2), …, (1, 2), …, to direction k of its first
    qubit and l of its second.

    For two qubits the map is complete: its spins only have means. It is not for three
    qubits, which the authors leave open; see `components`.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), eqs. (52)-(53) and the
       end of sec. VI. In their eq. (52) the second σ must have the index k₃, not k₂.

    Examples
    --------
    >>> extended = ExtendedMap(3)
    >>> extended.n_spins, extended.names[:4], extended.names[9:12]
    (36, ('X1', 'Y1', 'Z1', 'X2'), ('XX12', 'XY12', 'XZ12'))
    >>> print(*extended.components)
    (12|3) (13|2) (23|1)
    >>> for spins in extended.expressions((1, 2, 3)):
    ...     print(" ".join(extended.names[s] for s in spins))
    XY12 Z3
    XZ13 Y2
    YZ23 X1
    """

    n_qubits: int

    def __post_init__(self) -> None:
        check_integer(self.n_qubits, "n_qubits", least=2)
        object.__setattr__(self, "n_qubits", int(self.n_qubits))
        if self.n_qubits > MOST_QUBITS:
            raise ValueError(
                f"`n_qubits` must be at most {MOST_QUBITS}, but is {self.n_qubits}."
            )

    @property
    def n_spins(self) -> int:
        """Number of spins, (9n² − 3n)/2."""
        return (9 * self.n_qubits**2 - 3 * self.n_qubits) // 2

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the spins in order, as ``"X1"`` and ``"XY12"``; qubits from 1."""
        return tuple(
            "".join(letters) + label(party)
            for party in first_spins(self.n_qubits)
            for letters in product("XYZ", repeat=len(party))
        )

    def spins_of(self, *qubits: int) -> tuple[int, ...]:
        """Return the indices of the spins of one qubit, or of a pair in order."""
        firsts = first_spins(self.n_qubits)
        if qubits not in firsts:
            raise ValueError(
                f"`qubits` must be one of 0 to {self.n_qubits - 1} or two of them in "
                f"increasing order, but are {qubits}."
            )
        return tuple(range(firsts[qubits], firsts[qubits] + 3 ** len(qubits)))

    def expressions(self, word: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
        """Return every product of spins whose mean is χ[word]; the first is *the* one.

        Parameters
        ----------
        word : tuple of n integers from 0 to 3
            Index into χ, not all zero.

        Raises
        ------
        TypeError, ValueError
            If `word` is no index of a correlator.
        """
        word = self._as_word(word)
        support = tuple(q for q, mu in enumerate(word) if mu)
        return tuple(
            tuple(self._spin(party, word) for party in parties)
            for parties in splittings(support)
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """The parts that share no spin: a state is realizable if each of them is.

        For two qubits there are three, all of single spins; for three (12|3), (13|2)
        and (23|1). From four on all spins hang together in one component. Laws of the
        components may be taken as independent.
        """
        groups: list[set[Qubits]] = []
        for parties in all_splittings(self.n_qubits):
            touching = [g for g in groups if g & set(parties)]
            groups = [g for g in groups if g not in touching]
            groups.append(set(parties).union(*touching))
        return tuple(self._component(group) for group in groups)

    @property
    def contexts(self) -> tuple[Component, ...]:
        """The parties that are multiplied with each other, with all their products.

        Each must have a law, which is enough where contexts share no party (two and
        three qubits) and only necessary where they do: for four qubits these are the
        12 of the kind (12|3) and (12|34), (13|24), (14|23).
        """
        sets = [set(parties) for parties in all_splittings(self.n_qubits)]
        most = [s for s in sets if not any(s < other for other in sets)]
        return tuple(self._component(parties) for parties in most)

    def chi_from_state(self, rho: "qutip.Qobj | ArrayLike") -> np.ndarray:
        """Return the correlators of a state, as `CorrelationMap.chi_from_state`."""
        return CorrelationMap(self.n_qubits).chi_from_state(rho)

    def state_from_chi(self, chi: ArrayLike) -> np.ndarray:
        """Return the matrix of correlators, as `CorrelationMap.state_from_chi`."""
        return CorrelationMap(self.n_qubits).state_from_chi(chi)

    def chi_from_law(
        self, configurations: ArrayLike, probabilities: ArrayLike
    ) -> np.ndarray:
        """Return the correlators of a law, shape (4, …, 4), by the first expressions.

        Parameters
        ----------
        configurations : shape (k, n_spins)
            Spins, −1 or +1.
        probabilities : shape (k,)
            Not negative, summing to one.

        Raises
        ------
        TypeError, ValueError
            If the shapes disagree, a spin is neither −1 nor +1, or the probabilities
            are no law.

        See Also
        --------
        inconsistency : Whether the other expressions of the same χ agree.
        """
        spins, p = self._as_law(configurations, probabilities)
        return self._assemble(spins, p)[0]

    def chi_from_samples(self, spins: ArrayLike) -> np.ndarray:
        """Return the correlators of recorded spins, by the first expressions.

        Of several ways to split the qubits of a correlator, pairs of the first qubits
        and the last one alone are taken: (12|3), (12|34). Nothing is averaged over the
        others; `inconsistency` says how far they are off.

        Parameters
        ----------
        spins : shape (..., T, n_spins)
            T samples, each −1 or +1.

        Returns
        -------
        np.ndarray
            Shape (..., 4, …, 4).

        Raises
        ------
        TypeError, ValueError
            As `CorrelationMap.chi_from_samples`.
        """
        return self._assemble(as_samples(spins, self.n_spins))[0]

    def inconsistency(
        self, spins: ArrayLike, probabilities: ArrayLike | None = None
    ) -> np.ndarray:
        """Return how far the expressions of the same χ differ at most, shape (...).

        Zero is the quantum constraint, eq. (53) of the paper. Sampling noise alone
        leaves a few 1/√T.

        Parameters
        ----------
        spins : shape (..., T, n_spins), or (k, n_spins) with `probabilities`
            Samples, or the configurations of a law.
        probabilities : shape (k,), optional
            Of the configurations.

        Raises
        ------
        TypeError, ValueError
            As `chi_from_samples` and `chi_from_law`.
        """
        if probabilities is None:
            return self._assemble(as_samples(spins, self.n_spins))[1]
        return self._assemble(*self._as_law(spins, probabilities))[1]

    def _as_word(self, word: Any) -> tuple[int, ...]:
        """Convert and check an index into χ."""
        text = f"`word` must hold {self.n_qubits} integers from 0 to 3, not all zero"
        integers = np.asarray(word)
        if integers.dtype.kind not in "iu" or integers.ndim != 1:
            raise TypeError(f"{text}, but is {word!r}.")
        entries = tuple(integers.tolist())
        wrong = len(entries) != self.n_qubits or not set(entries) <= {0, 1, 2, 3}
        if wrong or not any(entries):
            raise ValueError(f"{text}, but is {word!r}.")
        return entries

    def _spin(self, party: Qubits, word: tuple[int, ...]) -> int:
        """Index of a party's spin in the direction that a word has there."""
        place = 0
        for q in party:
            place = 3 * place + word[q] - 1
        return first_spins(self.n_qubits)[party] + place

    def _component(self, group: set[Qubits]) -> Component:
        """Collect all products of parties in a group."""
        parties = sorted(group, key=lambda party: (-len(party), party))
        products, targets = [], []
        for split in all_splittings(self.n_qubits):
            if not set(split) <= group:
                continue
            support = sorted(q for party in split for q in party)
            for letters in product((1, 2, 3), repeat=len(support)):
                word = [0] * self.n_qubits
                for q, mu in zip(support, letters, strict=True):
                    word[q] = mu
                targets.append(tuple(word))
                products.append(
                    tuple(self._spin(party, tuple(word)) for party in split)
                )
        return Component(
            names=tuple(label(party) for party in parties),
            parties=tuple(self.spins_of(*party) for party in parties),
            products=tuple(products),
            targets=tuple(targets),
        )

    def _as_law(
        self, configurations: ArrayLike, probabilities: ArrayLike
    ) -> tuple[np.ndarray, np.ndarray]:
        """Convert and check a law given on some configurations."""
        spins = as_samples(configurations, self.n_spins, "configurations")
        p = as_real(probabilities, "probabilities")
        if spins.ndim != 2 or p.shape != spins.shape[:1]:
            raise ValueError(
                "`configurations` and `probabilities` must have shapes "
                f"(k, {self.n_spins}) and (k,), but have shapes {spins.shape} and "
                f"{p.shape}."
            )
        check_law(p, "probabilities")
        return spins, p

    def _assemble(
        self, spins: np.ndarray, weights: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return χ by the first expressions, and the greatest gap to the others."""
        batch, n = spins.shape[:-2], self.n_qubits
        chi = np.ones((*batch, *(4,) * n))
        known: set[Qubits] = set()
        gap = np.zeros(batch)
        for split in all_splittings(self.n_qubits):
            order = [q for party in split for q in party]
            means = mean_products(spins, [self.spins_of(*p) for p in split], weights)
            means = means.reshape(*batch, *(3 ** len(p) + 1 for p in split))
            none_missing: Any = (..., *(slice(1, None),) * len(split))
            means = means[none_missing]
            means = means.reshape(*batch, *(3,) * len(order))
            axes = [len(batch) + i for i in np.argsort(order)]
            means = means.transpose(*range(len(batch)), *axes)
            where = (..., *(slice(1, None) if q in order else 0 for q in range(n)))
            if (support := tuple(sorted(order))) not in known:
                known.add(support)
                chi[where] = means
            else:
                off = np.abs(means - chi[where]).reshape(*batch, -1)
                gap = np.maximum(gap, off.max(axis=-1))
        return chi, gap
