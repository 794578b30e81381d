"""Hamiltonians of qubits as sums of Pauli strings, evaluated on neurons' states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from .._core.checks import check_finite, check_shapes
from ..spiking.sampling.samples import codes_of, states_of
from .sign_polynomials import extremes

if TYPE_CHECKING:
    import qutip

__all__ = ["FlipGroup", "PauliHamiltonian", "as_states"]

BLOCK = 2**14  # states whose sums stay in a processor's cache
MOST_BYTES = 8 * 2**30  # of a matrix
PHASES = np.array([1, -1j, -1, 1j])  # (-i)**k, exactly
ROUNDING = 1e-12  # times the sum of |coefficients| of a group


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class FlipGroup:
    r"""All terms that flip the same qubits.

    They connect a state v to one other v' alone, with the element

    .. math:: \langle v|H|v'\rangle = \sum_t w_t \prod_{i \in t} s_i(v).
    """

    flips: np.ndarray  # (n,) bool: where the strings have X or Y
    masks: np.ndarray  # (t, n) bool: where string t has Y or Z
    weights: np.ndarray  # (t,) complex: the coefficient times (-i)**(number of Y)


@final
@dataclass(frozen=True, eq=False)  # eq on arrays is ambiguous
class PauliHamiltonian:
    r"""A sum of Pauli strings, :math:`H = \sum_t c_t P_t`, on any number of qubits.

    Neuron i is qubit i and letter i of every string. An active neuron, z = 1, is spin
    up, the +1 eigenstate of σ_z, which QuTiP calls ``basis(2, 0)``. Vectors and
    matrices are in the order of `codes_of`, where all spins up come last. QuTiP's
    order is the reverse: see `ket_from_amplitudes`.

    Matrix elements are evaluated state by state, so n is not bounded by memory.

    Parameters
    ----------
    strings : sequence of str, or dict
        Letters I, X, Y, Z, one a qubit. A dict holds the coefficients as values.
    coefficients : shape (t,), real
        c; omitted for a dict. Strings that occur more than once are added up.

    Raises
    ------
    TypeError
        If `strings` holds something else than words, or `coefficients` is given
        twice or not at all.
    ValueError
        If a string has other letters or another length than the first one, or
        coefficients are not real, not finite, or not as many as the strings.

    Examples
    --------
    >>> H = PauliHamiltonian({"ZZI": -1.0, "IXI": -0.5, "XIZ": 0.25})
    >>> H.n, H.is_stoquastic
    (3, False)
    >>> H.diagonal(np.array([[1, 1, 0], [1, 0, 0]]))
    array([-1.,  1.])
    """

    strings: tuple[str, ...]
    coefficients: np.ndarray  # (t,)

    def __init__(
        self,
        strings: Mapping[str, float] | Sequence[str],
        coefficients: ArrayLike | None = None,
    ) -> None:
        if isinstance(strings, Mapping) == (coefficients is not None):
            raise TypeError(
                "`coefficients` must be given with a sequence of strings, and left out "
                "with a dict of strings and coefficients."
            )
        if isinstance(strings, str):
            raise TypeError(
                f"`strings` must be several strings, but is one, {strings!r}. Put it "
                "into a list."
            )
        if isinstance(strings, Mapping):
            coefficients = list(strings.values())
        words = tuple(strings)
        _check_strings(words)
        values = np.asarray(coefficients)
        if np.iscomplexobj(values):
            raise ValueError(
                "`coefficients` must be real, or H is not Hermitian, but are complex."
            )
        values = values.astype(float)
        check_shapes(coefficients=(values, f"{len(words)}"))
        check_finite(values, "coefficients")

        total: dict[str, float] = {}
        for word, value in zip(words, values, strict=True):
            total[word] = total.get(word, 0.0) + float(value)
        object.__setattr__(self, "strings", tuple(total))
        object.__setattr__(self, "coefficients", np.array(list(total.values())))

    @property
    def n(self) -> int:
        """Number of qubits."""
        return len(self.strings[0])

    @property
    def terms(self) -> dict[str, float]:
        """Strings and their coefficients."""
        return dict(zip(self.strings, self.coefficients.tolist(), strict=True))

    @cached_property
    def groups(self) -> tuple[FlipGroup, ...]:
        """Terms off the diagonal, one group for every set of qubits that is flipped."""
        return tuple(g for g in self._all_groups if g.flips.any())

    @cached_property
    def flips(self) -> np.ndarray:
        """Which qubits each group flips, shape (g, n), bool."""
        return np.array([g.flips for g in self.groups], bool).reshape(-1, self.n)

    @property
    def is_real(self) -> bool:
        """Whether all matrix elements are real: strings have even numbers of Y."""
        return not any(g.weights.imag.any() for g in self.groups)

    @property
    def has_constant_elements(self) -> bool:
        """Whether elements off the diagonal are the same for all states."""
        return not any(g.masks.any() for g in self.groups)

    @cached_property
    def is_stoquastic(self) -> bool:
        """Whether no element off the diagonal is complex or positive; exact.

        Raises ValueError where this cannot be decided: see `check_stoquastic`.
        """
        return all(
            np.abs(g.weights.imag).sum() <= ROUNDING * np.abs(g.weights).sum()
            and extremes(g.masks, g.weights.real).greatest
            <= ROUNDING * np.abs(g.weights).sum()
            for g in self.groups
        )

    def diagonal(self, states: ArrayLike) -> np.ndarray:
        """Return ⟨v|H|v⟩ of states of neurons.

        Parameters
        ----------
        states : shape (..., n)
            0 and 1.

        Returns
        -------
        ndarray, shape (...)

        Raises
        ------
        ValueError
            If the last axis is not of size n, or entries are not 0 and 1.
        """
        states = as_states(states, self.n)
        diagonal = [g for g in self._all_groups if not g.flips.any()]
        if not diagonal:
            return np.zeros(states.shape[:-1])
        return _elements(diagonal[0], _packed(states == 0)).real

    def elements(self, states: ArrayLike) -> np.ndarray:
        """Return ⟨v|H|v'⟩ for every v' that H connects v to; see `flips`.

        Where `has_constant_elements`, a read-only view of g numbers.

        Parameters
        ----------
        states : shape (..., n)
            The states v, 0 and 1.

        Returns
        -------
        ndarray, shape (..., g)
            Real where `is_real`.

        Raises
        ------
        ValueError
            As `diagonal`.
        """
        states = as_states(states, self.n)
        shape = (*states.shape[:-1], len(self.groups))
        if self.has_constant_elements:
            return np.broadcast_to([g.weights.real.sum() for g in self.groups], shape)
        down = _packed(states == 0)
        elements = np.empty(shape, dtype=float if self.is_real else complex)
        for k, group in enumerate(self.groups):
            values = _elements(group, down)
            elements[..., k] = values.real if self.is_real else values
        return elements

    def connected(self, states: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Return the states v' that H connects v to, and ⟨v|H|v'⟩.

        Parameters
        ----------
        states : shape (..., n)
            The states v, 0 and 1.

        Returns
        -------
        connected : shape (..., g, n), uint8
        elements : shape (..., g)

        Raises
        ------
        ValueError
            As `diagonal`.
        """
        states = as_states(states, self.n)
        return states[..., None, :] ^ self.flips.astype(np.uint8), self.elements(states)

    def to_sparse(self) -> csr_array:
        """Return the matrix, shape (2**n, 2**n), in the order of `codes_of`.

        Raises
        ------
        ValueError
            If it would take more than 8 GiB to build.
        """
        size = 32 if self.is_real else 48  # bytes an element, while it is built
        n_bytes = 2.0 ** min(self.n, 1000) * (1 + len(self.groups)) * size
        if n_bytes > MOST_BYTES:
            raise ValueError(
                "`hamiltonian` must have a matrix that takes less than 8 GiB, but that "
                f"of {self.n} qubits would take {n_bytes / 2**30:.3g} GiB."
            )
        codes = np.arange(2**self.n)
        states = states_of(codes, self.n)
        connected = codes[:, None] ^ np.append(codes_of(self.flips), 0)
        values = np.column_stack([self.elements(states), self.diagonal(states)])
        starts = np.arange(len(codes) + 1) * values.shape[1]
        matrix = csr_array(
            (values.ravel(), connected.ravel(), starts), shape=(len(codes),) * 2
        )
        matrix.eliminate_zeros()
        matrix.sort_indices()
        return matrix

    def to_qobj(self) -> "qutip.Qobj":
        """Return the operator in QuTiP's order, on n qubits; see `to_sparse`."""
        import qutip

        matrix = self.to_sparse()[::-1, ::-1].tocsr()
        dims = [[2] * self.n] * 2
        return qutip.Qobj(matrix.astype(complex), dims=dims)

    @cached_property
    def _all_groups(self) -> tuple[FlipGroup, ...]:
        """Terms that flip the same qubits, the diagonal ones included."""
        letters = np.array([list(string) for string in self.strings])
        flips, ys = (letters == "X") | (letters == "Y"), letters == "Y"
        weights = self.coefficients * PHASES[ys.sum(axis=1) % 4]
        kinds, labels = np.unique(flips, axis=0, return_inverse=True)
        return tuple(
            FlipGroup(
                flips=kind,
                masks=(ys | (letters == "Z"))[labels == k],
                weights=weights[labels == k],
            )
            for k, kind in enumerate(kinds)
        )


def as_states(states: ArrayLike, n: int) -> np.ndarray:
    """Return states of n neurons as uint8, checked.

    Raises
    ------
    ValueError
        If the last axis is not of size n, or entries are not 0 and 1.
    """
    array = np.asarray(states)
    if array.ndim == 0 or array.shape[-1] != n:
        raise ValueError(
            f"`states` must have {n} neurons in the last axis, but has shape "
            f"{array.shape}."
        )
    if array.dtype != bool and not ((array == 0) | (array == 1)).all():
        raise ValueError("`states` must hold 0 and 1 alone, but does not.")
    return array.astype(np.uint8, copy=False)


def _check_strings(strings: tuple[str, ...]) -> None:
    """Check that there are Pauli strings, all of one length."""
    if not strings:
        raise ValueError("`strings` must hold at least one string, but is empty.")
    for string in strings:
        if not isinstance(string, str):
            raise TypeError(f"`strings` must hold words, but one is {string!r}.")
        if not string or set(string) - set("IXYZ"):
            raise ValueError(
                f"`strings` must have letters I, X, Y, Z, but one is {string!r}."
            )
        if len(string) != len(strings[0]):
            raise ValueError(
                f"`strings` must be of one length, but {strings[0]!r} has "
                f"{len(strings[0])} letters and {string!r} has {len(string)}."
            )


def _packed(bits: np.ndarray) -> np.ndarray:
    """Pack the last axis into 64-bit words, shape (..., words)."""
    octets = np.packbits(bits, axis=-1)
    rest = -octets.shape[-1] % 8
    octets = np.pad(octets, [(0, 0)] * (octets.ndim - 1) + [(0, rest)])
    return octets.view(np.uint64)


def _elements(group: FlipGroup, down: np.ndarray) -> np.ndarray:
    """Sum a group's terms in states given by which spins are down, shape (...)."""
    weights = group.weights if group.weights.imag.any() else group.weights.real
    masks = _packed(group.masks)
    flat = down.reshape(-1, down.shape[-1])
    elements = np.full(len(flat), weights.sum())
    for start in range(0, len(flat), BLOCK):
        words, part = flat[start : start + BLOCK], elements[start : start + BLOCK]
        for mask, weight in zip(masks, weights, strict=True):
            parity = np.bitwise_count(words[:, 0] & mask[0])
            for k in range(1, len(mask)):
                parity ^= np.bitwise_count(words[:, k] & mask[k])
            part -= 2 * weight * (parity & 1)
    return elements.reshape(down.shape[:-1])
