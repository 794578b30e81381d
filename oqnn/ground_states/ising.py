"""The Ising model in a transverse field, on chains and square lattices."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, final

import numpy as np
from scipy.sparse import csr_array

from .._core.checks import check_choice, check_finite, check_integer
from .hamiltonians import PauliHamiltonian

if TYPE_CHECKING:
    import qutip

__all__ = ["TransverseIsing", "as_pauli_hamiltonian", "check_real"]


@final
@dataclass(frozen=True)
class TransverseIsing:
    r"""Spins on a lattice in a transverse field.

    .. math:: H = -J \sum_{\langle ij \rangle} \sigma^z_i \sigma^z_j
                  - h \sum_i \sigma^x_i

    with one term a bond [1]_, eq. (11). On a periodic lattice every site has a bond to
    its right neighbour in every direction, so that *two* bonds join the sites where a
    periodic direction has length two: the chain of two is
    :math:`-2J\sigma^z_0\sigma^z_1 - h(\sigma^x_0 + \sigma^x_1)`. A direction of length
    one has no bonds. Stoquastic for h ≥ 0.

    Parameters
    ----------
    n : int
        Number of spins.
    J, h : float
        Coupling, ferromagnetic where positive, and field. Units of energy.
    lattice : {"chain", "square"}
    shape : (int, int), optional
        (Lx, Ly) of a square lattice, n = Lx Ly. Site x Ly + y is at (x, y).
    periodic : bool
        Whether the ends are joined, in both directions.

    Raises
    ------
    TypeError
        If `n` is no integer or J or h no number.
    ValueError
        If `n` is not positive, J or h is not finite, `lattice` is unknown, or `shape`
        does not fit it.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).

    Examples
    --------
    >>> TransverseIsing(3, 1.0, 0.5).pauli.terms
    {'ZZI': -1.0, 'IZZ': -1.0, 'ZIZ': -1.0, 'XII': -0.5, 'IXI': -0.5, 'IIX': -0.5}
    >>> len(TransverseIsing(12, 1, 1, lattice="square", shape=(3, 4)).bonds)
    24
    """

    n: int
    J: float
    h: float
    lattice: str = "chain"
    shape: tuple[int, int] | None = None
    periodic: bool = True

    def __post_init__(self) -> None:
        check_integer(self.n, "n")
        for name in ("J", "h"):
            check_real(getattr(self, name), name)
        check_choice(self.lattice, "lattice", ("chain", "square"))
        if (self.shape is None) != (self.lattice == "chain"):
            raise ValueError(
                "`shape` must be (Lx, Ly) of a square lattice and is not for chains, "
                f"but is {self.shape} for a {self.lattice}."
            )
        if self.shape is not None:
            object.__setattr__(self, "shape", tuple(self.shape))
            if len(self.shape) != 2:
                raise ValueError(f"`shape` must be (Lx, Ly), but is {self.shape}.")
            for size in self.shape:
                check_integer(size, "shape")
            if self.shape[0] * self.shape[1] != self.n:
                raise ValueError(
                    f"`shape` must hold n = {self.n} sites, but {self.shape} holds "
                    f"{self.shape[0] * self.shape[1]}."
                )

    @cached_property
    def sites(self) -> np.ndarray:
        """Sites in their places, shape (n,) of a chain and (Lx, Ly) of a square."""
        return np.arange(self.n).reshape(self.shape or (self.n,))

    @cached_property
    def bonds(self) -> np.ndarray:
        """Pairs of neighbours, shape (b, 2); twice where two bonds join them."""
        bonds = []
        for axis, size in enumerate(self.sites.shape):
            right = np.roll(self.sites, -1, axis)
            last = size if self.periodic and size > 1 else size - 1
            pairs = np.stack([self.sites, right], axis=-1).take(range(last), axis)
            bonds.append(pairs.reshape(-1, 2))
        return np.sort(np.concatenate(bonds), axis=1)

    @cached_property
    def pauli(self) -> PauliHamiltonian:
        """The model as Pauli strings."""
        fields = [{i: "X"} for i in range(self.n)]
        couplings = [{int(i): "Z", int(j): "Z"} for i, j in self.bonds]
        strings = [
            "".join(letters.get(i, "I") for i in range(self.n))
            for letters in couplings + fields
        ]
        values = [-float(self.J)] * len(couplings) + [-float(self.h)] * self.n
        return PauliHamiltonian(strings, values)

    def to_sparse(self) -> csr_array:
        """Return the matrix; see `PauliHamiltonian.to_sparse`."""
        return self.pauli.to_sparse()

    def to_qobj(self) -> "qutip.Qobj":
        """Return the operator in QuTiP's order; see `PauliHamiltonian.to_qobj`."""
        return self.pauli.to_qobj()


def check_real(value: float, name: str) -> None:
    """Check that a value is one real number, and finite."""
    if isinstance(value, str | bool) or np.ndim(value) or np.iscomplexobj(value):
        raise TypeError(f"`{name}` must be one real number, but is {value!r}.")
    check_finite(np.asarray(value, dtype=float), name)


def as_pauli_hamiltonian(
    hamiltonian: PauliHamiltonian | TransverseIsing,
) -> PauliHamiltonian:
    """Return a Hamiltonian as Pauli strings.

    Raises
    ------
    TypeError
        If it is neither a `PauliHamiltonian` nor a `TransverseIsing`.
    """
    if isinstance(hamiltonian, TransverseIsing):
        return hamiltonian.pauli
    if not isinstance(hamiltonian, PauliHamiltonian):
        raise TypeError(
            "`hamiltonian` must be a PauliHamiltonian or a TransverseIsing, but is a "
            f"{type(hamiltonian).__name__}."
        )
    return hamiltonian
