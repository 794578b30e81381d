"""A central spin that only loses its phase to a star of spins."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.bases import pauli_basis
from ..._core.checks import check_density_matrix, check_finite, check_shapes
from ..._core.qobj import as_state
from ...dynamics import (
    Evolution,
    FiniteEnvironment,
    Projection,
    RegisterGenerator,
    apply_transfer,
)
from ...dynamics.frozen import frozen_copy
from ...dynamics.solvers.memory_limit import check_memory
from ...dynamics.solvers.starts import as_times
from .exchange import elapsed_times

__all__ = ["IsingStar"]

LARGE = 400  # spins, more than fit in any memory: 4^N is still a float


@dataclass(frozen=True, init=False, eq=False)
class IsingStar:
    r"""A central spin that turns in the field of N spins which never move.

    .. math:: H = \tfrac{\omega}{2}\sigma_z
        + \tfrac12\sigma_z \otimes \sum_{k=1}^N A_k \sigma_z^k

    The spins start independent of one another, with polarizations p_k = ⟨σ_z^k⟩. Their
    configuration is a register that never hops: it dephases the central spin all the
    same, and with commensurate couplings gives the coherence back.

    Parameters
    ----------
    couplings : shape (N,), angular frequency
        A_k.
    polarizations : shape (N,) or float, optional
        p_k in [−1, 1]; zero, fully mixed, by default.
    frequency : float, optional, angular frequency
        ω of the central spin.

    Raises
    ------
    ValueError
        If there is no coupling, a number is not finite, or a polarization is not in
        [−1, 1].

    Examples
    --------
    >>> star = IsingStar([1.0, 1.0, 1.0])
    >>> star.coherence([0.0, np.pi / 3, np.pi]).real
    array([ 1.   ,  0.125, -1.   ])
    """

    couplings: np.ndarray  # (N,)
    polarizations: np.ndarray  # (N,)
    frequency: float

    def __init__(
        self,
        couplings: ArrayLike,
        *,
        polarizations: ArrayLike = 0.0,
        frequency: float = 0.0,
    ) -> None:
        A, p = frozen_copy(couplings), np.asarray(polarizations, dtype=float)
        p = frozen_copy(np.broadcast_to(p, A.shape) if p.ndim == 0 else p)
        check_shapes(couplings=(A, "N"), polarizations=(p, "N"))
        if A.size == 0:
            raise ValueError("`couplings` must hold at least one value, but is empty.")
        for name, value in (("couplings", A), ("polarizations", p)):
            check_finite(value, name)
        check_finite(np.asarray(frequency, dtype=float), "frequency")
        if np.abs(p).max() > 1:
            raise ValueError(
                "`polarizations` must lie in [-1, 1], but the farthest is "
                f"{p[np.abs(p).argmax()]:.6g}."
            )
        object.__setattr__(self, "couplings", A)
        object.__setattr__(self, "polarizations", p)
        object.__setattr__(self, "frequency", float(frequency))

    @property
    def N(self) -> int:
        """Number of spins of the star."""
        return len(self.couplings)

    @property
    def H(self) -> np.ndarray:
        """Hamiltonian (ω/2)σ_z of the central spin, shape (2, 2)."""
        return self.frequency / 2 * pauli_basis(1)[3]

    @property
    def fields(self) -> np.ndarray:
        """Field Σ ±A_k of each configuration, all + first, shape (2^N,)."""
        self._check_size(1)
        fields = np.zeros(1)
        for A in self.couplings:
            fields = np.add.outer(fields, [A, -A]).ravel()
        return fields

    @property
    def register_law(self) -> np.ndarray:
        """Law Π (1 ± p_k)/2 of the configurations, shape (2^N,)."""
        self._check_size(1)
        law = np.ones(1)
        for p in self.polarizations:
            law = np.multiply.outer(law, [(1 + p) / 2, (1 - p) / 2]).ravel()
        return law

    def coherence(self, times: ArrayLike) -> np.ndarray:
        r"""Return the exact factor of ρ₀₁, complex, shape (t,), t ≥ 0.

        .. math:: e^{-i\omega t} \prod_k (\cos A_kt - i p_k \sin A_kt)
        """
        t = elapsed_times(times)
        turns = t[:, None] * self.couplings
        factors = np.cos(turns) - 1j * self.polarizations * np.sin(turns)
        return np.exp(-1j * self.frequency * t) * factors.prod(axis=1)

    def tcl2_coherence(self, times: ArrayLike) -> np.ndarray:
        r"""Return the factor of second order on a product state, shape (t,).

        .. math:: \exp\Bigl[-i\Bigl(\omega + \sum_k p_kA_k\Bigr)t
            - \tfrac12\sum_k (1 - p_k^2)A_k^2t^2\Bigr]

        The limit of many spins, and good for short times: it never comes back.
        """
        t, A, p = elapsed_times(times), self.couplings, self.polarizations
        spread = ((1 - p**2) * A**2).sum()
        return np.exp(-1j * (self.frequency + p @ A) * t - spread * t**2 / 2)

    def transfer(self, times: ArrayLike) -> np.ndarray:
        """Return the exact maps in the basis (1, X, Y, Z)/√2, shape (t, 4, 4)."""
        factor = self.coherence(times)
        out = np.zeros((len(factor), 4, 4))
        out[:, 0, 0] = out[:, 3, 3] = 1
        out[:, 1, 1] = out[:, 2, 2] = factor.real
        out[:, 1, 2], out[:, 2, 1] = factor.imag, -factor.imag
        return out

    def exact(self, rho0: Any, tlist: ArrayLike) -> Evolution:
        """Evolve exactly from a product of the central spin and the star.

        Parameters
        ----------
        rho0 : Qobj or shape (2k, 2k) or (2k,)
            State at ``tlist[0]`` of the central spin, perhaps with a partner behind it.
        tlist : shape (t,)
            Strictly increasing.

        Raises
        ------
        ValueError
            If `rho0` is no state of a qubit and a partner, or times do not increase.
        """
        rho, tlist = as_state(rho0, "rho0"), as_times(tlist)
        check_shapes(rho0=(rho, "D D"))
        check_density_matrix(rho, "rho0")
        states = apply_transfer(self.transfer(tlist - tlist[0]), rho)
        return Evolution(
            times=tlist,
            blocks=states[:, None],
            method="exact product over the spins of the star",
            dims=(2,) if len(rho) == 2 else (2, len(rho) // 2),
        )

    def generator(self) -> RegisterGenerator:
        """Return H^i = (ω + x_i)/2 σ_z with the `fields` x, and no jumps; exact."""
        x = self.fields[:, None, None]
        return RegisterGenerator((self.frequency + x) / 2 * pauli_basis(1)[3])

    def projection(self) -> Projection:
        """Return Pρ = tr_E ρ ⊗ ρ_E on the product state of the star, for small N."""
        self._check_size(2)
        return Projection.product(np.diag(self.register_law))

    def environment(self, projection: Projection | None = None) -> FiniteEnvironment:
        """Return the star as a finite environment, spin by spin, for small N.

        Parameters
        ----------
        projection : Projection, optional
            `projection` by default.

        Raises
        ------
        ValueError
            If a matrix of size 2^{N+1} does not fit in memory.
        """
        self._check_size(2)
        return FiniteEnvironment(
            np.zeros((2**self.N, 2**self.N)),
            np.kron(pauli_basis(1)[3] / 2, np.diag(self.fields)),
            self.projection() if projection is None else projection,
        )

    def _check_size(self, axes: int) -> None:
        check_memory(
            256.0 * 2.0 ** (axes * min(self.N, LARGE)),
            f"`couplings` has {self.N} spins, whose 2^{self.N} configurations",
            "`coherence` and `exact` need none of them.",
        )
