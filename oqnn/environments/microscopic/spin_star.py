"""A central spin that exchanges excitations with a star of spins."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom

from ..._core.bases import pauli_basis
from ..._core.checks import check_finite, check_integer
from ...dynamics import (
    ControlledGenerator,
    Evolution,
    FiniteEnvironment,
    Projection,
    RegisterGenerator,
    SmoothControls,
)
from ...dynamics.solvers.memory_limit import check_memory
from ...dynamics.solvers.starts import as_times
from .exchange import (
    ExchangeMap,
    elapsed_times,
    exchange_evolution,
    start_blocks,
)
from .spin_star_parts import collective_map, phase_integral, sinc, total_spin

__all__ = ["SpinStar"]

LARGE = 400  # spins, more than fit in any memory: 4^N is still a float


@dataclass(frozen=True, init=False)
class SpinStar:
    r"""A central spin coupled to N spins alike, by Heisenberg exchange [1]_.

    .. math:: H = \tfrac{\omega}{2}\sigma_z
        + \alpha\sum_{k=1}^N \boldsymbol\sigma\cdot\boldsymbol\sigma^k
        = \tfrac{\omega}{2}\sigma_z + 2\alpha\,\boldsymbol\sigma\cdot\mathbf J

    J_z of the star is a register of N + 1 levels m: an exchange takes (e, m) to
    (g, m + 1). The star starts fully mixed. Exact for any N by the total spin of the
    star; in second order on the levels of J_z, or on a product state, in closed form.
    None of it is Markovian: the memory of a star does not fade.

    Parameters
    ----------
    N : int
        Number of spins of the star.
    coupling : float, optional, angular frequency
        α; 1/(2√N) by default, which keeps the field of the star the same for all N.
    frequency : float, optional, angular frequency
        ω of the central spin.

    Raises
    ------
    TypeError
        If `N` is no integer.
    ValueError
        If `N` is below one, or `coupling` or `frequency` not finite.

    References
    ----------
    .. [1] J. Fischer, H.-P. Breuer, Phys. Rev. A 76, 052119 (2007).

    Examples
    --------
    >>> star = SpinStar(20)
    >>> times = np.linspace(0, 10, 101)
    >>> exact, second = star.population(times), star.tcl2_population(times)
    >>> gaps = [exact - second, exact - star.product_population(times)]
    >>> [round(float(np.abs(gap).max()), 2) for gap in gaps]
    [0.1, 0.18]
    """

    N: int
    coupling: float
    frequency: float

    def __init__(
        self, N: int, coupling: float | None = None, frequency: float = 0.0
    ) -> None:
        check_integer(N, "N")
        alpha = 1 / (2 * np.sqrt(N)) if coupling is None else coupling
        for name, value in (("coupling", alpha), ("frequency", frequency)):
            check_finite(np.asarray(value, dtype=float), name)
            object.__setattr__(self, name, float(value))
        object.__setattr__(self, "N", int(N))

    @property
    def H(self) -> np.ndarray:
        """Hamiltonian (ω/2)σ_z of the central spin, shape (2, 2)."""
        return self.frequency / 2 * pauli_basis(1)[3]

    @property
    def magnetizations(self) -> np.ndarray:
        """Values m = −N/2 … N/2 of J_z, the levels of the register, shape (N + 1,)."""
        return np.arange(self.N + 1) - self.N / 2

    @property
    def register_law(self) -> np.ndarray:
        """Law 2⁻ᴺ C(N, N/2 + m) of the fully mixed star, shape (N + 1,)."""
        return np.asarray(binom.pmf(np.arange(self.N + 1), self.N, 0.5))

    @property
    def detunings(self) -> np.ndarray:
        """Δ_m = ω + 2α(2m + 1) between (e, m) and (g, m + 1), shape (N,)."""
        return self._detuning(self.magnetizations[:-1])

    def _detuning(self, m: np.ndarray) -> np.ndarray:
        return self.frequency + 2 * self.coupling * (2 * m + 1)

    def population(self, times: ArrayLike) -> np.ndarray:
        """Return the exact p_e from e and the fully mixed star, shape (t,), t ≥ 0."""
        return self._exact_map(elapsed_times(times)).kept_e @ self.register_law

    def tcl2_population(self, times: ArrayLike) -> np.ndarray:
        r"""Return p_e of second order on the levels of J_z, shape (t,).

        .. math:: p_e = \sum_m 2^{-N}\binom{N}{N/2+m}
            \frac{(N/2+m+1) + (N/2-m)\,e^{-G_m}}{N+1}, \qquad
            G_m = 8\alpha^2(N+1)\frac{1 - \cos\Delta_m t}{\Delta_m^2}
        """
        return self._tcl2_map(elapsed_times(times)).kept_e @ self.register_law

    def product_population(self, times: ArrayLike) -> np.ndarray:
        r"""Return p_e of second order on a product with the mixed star, shape (t,).

        .. math:: p_e = \tfrac12\Bigl[1
            + \exp\Bigl(-8\alpha^2 N\frac{1 - \cos\omega t}{\omega^2}\Bigr)\Bigr]
        """
        t = elapsed_times(times)
        fall = 4 * self.N * (self.coupling * t * sinc(self.frequency * t / 2)) ** 2
        return (1 + np.exp(-fall)) / 2

    def tcl2_rates(self, times: ArrayLike) -> np.ndarray:
        r"""Return the rates of one spin, shape (t, N).

        .. math:: 8\alpha^2\,\frac{\sin\Delta_mt}{\Delta_m}

        N/2 − m spins can take the excitation of (e, m), and N/2 + m + 1 give it back to
        (g, m + 1). The rates have either sign.
        """
        t = elapsed_times(times)[:, None]
        return 8 * self.coupling**2 * t * sinc(self.detunings * t)

    def tcl2_shifts(self, times: ArrayLike) -> np.ndarray:
        r"""Return the shifts of one spin, shape (t, N).

        .. math:: 4\alpha^2\,\frac{1 - \cos\Delta_mt}{\Delta_m}

        They raise (e, m) N/2 − m times, and lower (g, m + 1) N/2 + m + 1 times.
        """
        t, delta = elapsed_times(times)[:, None], self.detunings
        return 2 * self.coupling**2 * delta * (t * sinc(delta * t / 2)) ** 2

    def generator(self) -> ControlledGenerator:
        """Return the generator of second order on the N + 1 blocks.

        Its 2N controls are the rates and the shifts, which `controls` gives; the drift
        turns the central spin in the mean field of each level. Its matrices take
        256 N³ bytes.
        """
        n, m = self.N + 1, self.magnetizations
        raising = np.array([[0, 1], [0, 0]], dtype=complex)
        up, down = np.arange(1, n), self.N - np.arange(self.N)
        still = np.zeros((n, 2, 2))
        hops, shifts = [], []
        for i in range(self.N):
            jumps = {
                (i + 1, i): np.sqrt(down[i]) * raising.T,
                (i, i + 1): np.sqrt(up[i]) * raising,
            }
            hops.append(RegisterGenerator(still, jumps))
            shifted = still.copy()
            shifted[i, 0, 0], shifted[i + 1, 1, 1] = down[i], -up[i]
            shifts.append(RegisterGenerator(shifted))
        fields = self.frequency / 2 + 2 * self.coupling * m
        drift = RegisterGenerator(fields[:, None, None] * pauli_basis(1)[3])
        return ControlledGenerator(drift, [*hops, *shifts])

    def controls(self) -> SmoothControls:
        """Return `tcl2_rates` and `tcl2_shifts`, the controls of `generator`.

        Times count from the start, where spin and star are uncorrelated.
        """
        return SmoothControls(
            lambda t: np.concatenate([self.tcl2_rates(t), self.tcl2_shifts(t)], axis=1),
            2 * self.N,
        )

    def projection(self) -> Projection:
        """Return the projection on the levels of J_z, for small N."""
        check_memory(
            48.0 * (self.N + 1) ** 2 * 4.0 ** min(self.N, LARGE),
            f"`N` = {self.N} asks for projectors of size 2^{self.N}, which",
            "`exact` and `tcl2` need none.",
        )
        m = np.diag(total_spin(self.N)[2]).real
        levels = np.isclose(m, self.magnetizations[:, None])
        return Projection.sectors([np.diag(level.astype(float)) for level in levels])

    def product_projection(self) -> Projection:
        """Return Pρ = tr_E ρ ⊗ 1/2ᴺ, for small N."""
        self._check_size()
        return Projection.product(np.eye(2**self.N) / 2**self.N)

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
        self._check_size()
        pairs = zip(pauli_basis(1)[1:], total_spin(self.N), strict=True)
        exchange = np.sum([np.kron(sigma, J) for sigma, J in pairs], axis=0)
        return FiniteEnvironment(
            np.zeros((2**self.N, 2**self.N)),
            2 * self.coupling * exchange,
            self.projection() if projection is None else projection,
        )

    def transfer(self, times: ArrayLike) -> np.ndarray:
        """Return the exact maps in the basis (1, X, Y, Z)/√2, (t, 4, 4), mixed star."""
        return self._exact_map(elapsed_times(times)).transfer(self.register_law)

    def exact(
        self, rho0: Any, tlist: ArrayLike, *, register_law: ArrayLike | None = None
    ) -> Evolution:
        """Evolve exactly, by the total spin j of the star.

        For every j and m a two-level problem; j has the law that it has among the
        states of one m. N²/4 terms a time.

        Parameters
        ----------
        rho0 : Qobj, or shape (2k, 2k), (2k,) or (N + 1, 2k, 2k)
            State at ``tlist[0]`` of the central spin, perhaps with a partner behind it;
            or the blocks of all levels.
        tlist : shape (t,)
            Strictly increasing.
        register_law : shape (N + 1,), optional
            Probabilities of the levels, evenly mixed each; `register_law` by default.

        Raises
        ------
        ValueError
            If `rho0` is no state, `register_law` no law, or times do not increase.
        """
        tlist = as_times(tlist)
        blocks = start_blocks(rho0, register_law, self.register_law)
        moved = self._exact_map(tlist - tlist[0])
        return exchange_evolution(
            moved, blocks, tlist, "exact, by the total spin of the star"
        )

    def tcl2(
        self, rho0: Any, tlist: ArrayLike, *, register_law: ArrayLike | None = None
    ) -> Evolution:
        """Evolve by the equation of second order on the levels of J_z.

        The expansion is in the exchange σ₊J₋ + σ₋J₊; σ_zJ_z is kept whole. Arguments
        and errors are those of `exact`.
        """
        tlist = as_times(tlist)
        blocks = start_blocks(rho0, register_law, self.register_law)
        moved = self._tcl2_map(tlist - tlist[0])
        return exchange_evolution(moved, blocks, tlist, "TCL2 on the levels of J_z")

    def _exact_map(self, times: np.ndarray) -> ExchangeMap:
        return collective_map(self.N, self.coupling, self.frequency, times)

    def _tcl2_map(self, times: np.ndarray) -> ExchangeMap:
        """Return the solution of the equation of second order, level by level."""
        N, alpha, t = self.N, self.coupling, times[:, None]
        up = np.arange(1, N + 1) / (N + 1)  # share of e among (e, m) and (g, m + 1)
        fall = 4 * alpha**2 * (N + 1) * (t * sinc(self.detunings * t / 2)) ** 2
        gone, one = -np.expm1(-fall), np.ones((len(times), 1))
        spins_down, spins_up = N - np.arange(N + 1), np.arange(N + 1)
        m = self.magnetizations
        kernel = spins_down * phase_integral(self._detuning(m), t)
        kernel = kernel + spins_up * phase_integral(self._detuning(m - 1), t)
        turn = np.exp(-1j * (self.frequency + 4 * alpha * m) * t)
        return ExchangeMap(
            kept_e=np.hstack([1 - (1 - up) * gone, one]),
            kept_g=np.hstack([one, 1 - up * gone]),
            coherence=turn * np.exp(-4 * alpha**2 * kernel),
        )

    def _check_size(self) -> None:
        check_memory(
            256.0 * 4.0 ** min(self.N, LARGE),
            f"`N` = {self.N} asks for matrices of size 2^{self.N + 1}, which",
            "`exact` and `tcl2` need none.",
        )
