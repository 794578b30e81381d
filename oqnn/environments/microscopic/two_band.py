"""A qubit that moves excitations between two bands of levels."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import sici

from ..._core.bases import pauli_basis
from ..._core.checks import (
    check_finite,
    check_integer,
    check_positive,
)
from ..._core.seeds import rng_from
from ..._core.threads import one_blas_thread
from ...dynamics import Evolution, FiniteEnvironment, Projection, RegisterGenerator
from ...dynamics.solvers.memory_limit import check_memory
from ...dynamics.solvers.starts import as_times
from .disorder import DisorderAverage, average_realizations
from .exchange import (
    ExchangeMap,
    elapsed_times,
    exchange_evolution,
    start_blocks,
)
from .two_band_parts import cosine_integral, two_band_map

__all__ = ["TwoBand"]

SMALL = 1024  # size up to which BLAS threads cost more than they save


@dataclass(frozen=True)
class TwoBand:
    r"""A qubit on resonance with two bands, coupled at random [1]_.

    .. math:: H = \tfrac{\omega}{2}\sigma_z + \sum_{n_1} \epsilon_{n_1}
        |n_1\rangle\langle n_1| + \sum_{n_2} (\omega + \epsilon_{n_2})
        |n_2\rangle\langle n_2| + \lambda \sum_{n_1 n_2} \bigl(c_{n_1 n_2}\,
        \sigma_+ |n_1\rangle\langle n_2| + \text{h.c.}\bigr)

    Levels lie at the middles of N_i equal intervals of a band of width δε; the c are
    independent complex Gaussians with ⟨\|c\|²⟩ = 1. The environment starts evenly mixed
    in a band. Which band it is in is a register of two levels: projected on that, the
    equation of second order is good. Projected on a product, whose bath never changes,
    it fails at any strength.

    The equations of second order want weak coupling, γ_i ≪ δε, and bands that look
    continuous, λ²N₁N₂ ≳ δε²/4 and times well below 2πN_i/δε.

    Parameters
    ----------
    N1, N2 : int
        Number of levels of the bands; e goes with band 1 and g with band 2.
    width : float, angular frequency
        δε.
    coupling : float, angular frequency
        λ.
    frequency : float, optional, angular frequency
        ω; zero is the frame that turns with qubit and bands.

    Raises
    ------
    TypeError
        If N1 or N2 is no integer.
    ValueError
        If N1 or N2 is below one, `width` or `coupling` not positive, or `frequency` not
        finite.

    References
    ----------
    .. [1] H.-P. Breuer, J. Gemmer, M. Michel, Phys. Rev. E 73, 016139 (2006). Levels
       there lie at the upper ends of the intervals, which shifts bands of unequal N.

    Examples
    --------
    >>> model = TwoBand(200, 100, width=0.5, coupling=0.002)
    >>> model.rates
    array([0.0100531 , 0.00502655])
    >>> model.tcl2_population([1e6]), model.product_population([1e6])
    (array([0.66666667]), array([0.]))
    """

    N1: int
    N2: int
    width: float
    coupling: float
    frequency: float = 0.0

    def __post_init__(self) -> None:
        check_integer(self.N1, "N1")
        check_integer(self.N2, "N2")
        check_positive(self.width, "width")
        check_positive(self.coupling, "coupling")
        check_finite(np.asarray(self.frequency, dtype=float), "frequency")

    @property
    def H(self) -> np.ndarray:
        """Hamiltonian (ω/2)σ_z of the qubit, shape (2, 2)."""
        return self.frequency / 2 * pauli_basis(1)[3]

    @property
    def rates(self) -> np.ndarray:
        """Rates γ_i = 2πλ²N_i/δε of the golden rule, into band i, shape (2,)."""
        N = np.array([self.N1, self.N2])
        return 2 * np.pi * self.coupling**2 * N / self.width

    @property
    def levels(self) -> np.ndarray:
        """Energies of the environment, band 1 first, shape (N1 + N2,)."""
        first, second = self._bands()
        return np.r_[first, self.frequency + second]

    def memory(self, times: ArrayLike) -> np.ndarray:
        r"""Return h(s), whose multiple γ_i h is the memory kernel, shape (t,).

        .. math:: h(s) = \frac{\delta\varepsilon}{2\pi}
            \Bigl[\frac{\sin(\delta\varepsilon s/2)}{\delta\varepsilon s/2}\Bigr]^2,
            \qquad \int_0^\infty h\,ds = \tfrac12

        For continuous bands: λ² times the mean of e^{i(ε−ε′)s} over both bands and the
        number of levels.
        """
        x = self.width * elapsed_times(times)
        return self.width / (2 * np.pi) * np.sinc(x / (2 * np.pi)) ** 2

    def effective_time(self, times: ArrayLike) -> np.ndarray:
        r"""Return 2F(t), the time for which the rates have acted, shape (t,), t ≥ 0.

        .. math:: F(t) = \int_0^t (t - s)\,h(s)\,ds = \frac{X\,\mathrm{Si}(X)
            - (1 - \cos X) - \mathrm{Cin}(X)}{\pi\,\delta\varepsilon},
            \qquad X = \delta\varepsilon\,t

        It starts as δε t²/2π and then lags behind t by
        2(1 + γ_E + ln X)/(π δε), without end: h falls as 1/s² only.
        """
        x = self.width * elapsed_times(times)
        area = x * sici(x)[0] - 2 * np.sin(x / 2) ** 2 - cosine_integral(x)
        return 2 * area / (np.pi * self.width)

    def tcl2_rates(self, times: ArrayLike) -> np.ndarray:
        r"""Return the rates of second order, :math:`2\gamma_i\int_0^t h\,ds`, (t, 2).

        The second column is that of e → g, into band 2. Never negative.
        """
        x = self.width * elapsed_times(times)
        area = sici(x)[0] - x / 2 * np.sinc(x / (2 * np.pi)) ** 2
        return 2 / np.pi * area[:, None] * self.rates

    def tcl2_population(self, times: ArrayLike) -> np.ndarray:
        r"""Return p_e of second order on the two bands, shape (t,).

        .. math:: p_e = \frac{\gamma_1 + \gamma_2 e^{-2(\gamma_1+\gamma_2)F}}
            {\gamma_1 + \gamma_2}

        From e and band 1, as for the two methods that follow.
        """
        return self._tcl2_map(self.effective_time(times), np.zeros(1)).kept_e[:, 0]

    def markov_population(self, times: ArrayLike) -> np.ndarray:
        """Return `tcl2_population` with F → t/2: what `generator` gives."""
        return self._tcl2_map(elapsed_times(times), np.zeros(1)).kept_e[:, 0]

    def product_population(self, times: ArrayLike) -> np.ndarray:
        """Return p_e = e^{−2γ₂F} of second order on a product state, shape (t,).

        Its band 2 stays empty, so nothing ever comes back.
        """
        return np.exp(-self.rates[1] * self.effective_time(times))

    def coherence(self, times: ArrayLike) -> np.ndarray:
        r"""Return the factors of ρ_eg in bands 1 and 2 at weak coupling, shape (t, 2).

        .. math:: \frac{x}{e^x - 1} = e^{-x/2}
            \int_0^1 \Bigl(\frac{u}{1 - u}\Bigr)^{-ix/2\pi} du,
            \qquad x = 2\gamma_2 F \text{ in band 1, } 2\gamma_1 F \text{ in band 2}

        A level at height u δε in its band is shifted by (γ/2π) ln(u/(1 − u)); the mean
        over the band is what remains of the coherence. The equation of second order
        averages the shift first, and keeps e^{−x/2}: up to 0.066 more.
        """
        x = self.effective_time(times)[:, None] * self.rates[::-1]
        return np.divide(x, np.expm1(x), out=np.ones_like(x), where=x > 0)

    def generator(self) -> RegisterGenerator:
        r"""Return the generator on the blocks of the two bands, for F → t/2.

        .. math:: \dot\rho_1 &= \gamma_1\sigma_+\rho_2\sigma_-
            - \tfrac{\gamma_2}{2}\{\sigma_+\sigma_-, \rho_1\} \\
            \dot\rho_2 &= \gamma_2\sigma_-\rho_1\sigma_+
            - \tfrac{\gamma_1}{2}\{\sigma_-\sigma_+, \rho_2\}
        """
        raising = np.array([[0, 1], [0, 0]], dtype=complex)
        up, down = np.sqrt(self.rates)
        jumps = {(0, 1): up * raising, (1, 0): down * raising.T}
        return RegisterGenerator([self.H, self.H], jumps)

    def projection(self) -> Projection:
        """Return the projection on the bands: A_i = Π_i, B_i = Π_i/N_i."""
        return Projection.sectors(self._projectors())

    def product_projection(self) -> Projection:
        """Return Pρ = tr_E ρ ⊗ Π₁/N₁."""
        return Projection.product(self._projectors()[0] / self.N1)

    def environment(
        self,
        seed: int,
        *,
        realization: int = 0,
        projection: Projection | None = None,
    ) -> FiniteEnvironment:
        """Return one realization of the couplings as a finite environment.

        Parameters
        ----------
        seed : int
            As for `exact`.
        realization : int, optional
            Which one of the average that `exact` takes.
        projection : Projection, optional
            `projection` by default.

        Raises
        ------
        ValueError
            If a matrix of size 2(N1 + N2) does not fit in memory.
        """
        size = 2 * (self.N1 + self.N2)
        check_memory(
            64.0 * size**2,
            f"`N1` and `N2` ask for matrices of size {size}, which",
            "Take fewer levels; `exact` needs half the size.",
        )
        H_int = np.zeros((2, size // 2, 2, size // 2), dtype=complex)
        V = self._draw(seed, realization)
        H_int[0, : self.N1, 1, self.N1 :] = V
        H_int[1, self.N1 :, 0, : self.N1] = V.conj().T
        return FiniteEnvironment(
            np.diag(self.levels),
            H_int.reshape(size, size),
            self.projection() if projection is None else projection,
        )

    def tcl2(
        self, rho0: Any, tlist: ArrayLike, *, register_law: ArrayLike | None = None
    ) -> Evolution:
        """Evolve by the equation of second order on the bands, with finite F.

        Good for populations. For coherences see `coherence`.

        Parameters
        ----------
        rho0 : Qobj, or shape (2k, 2k), (2k,) or (2, 2k, 2k)
            State at ``tlist[0]`` of the qubit, perhaps with a partner behind it; or the
            blocks of both bands.
        tlist : shape (t,)
            Strictly increasing.
        register_law : shape (2,), optional
            Probabilities of the bands, evenly mixed each; band 1 by default.

        Raises
        ------
        ValueError
            If `rho0` is no state, `register_law` no law, or times do not increase.
        """
        blocks, tlist = self._start(rho0, register_law), as_times(tlist)
        times = tlist - tlist[0]
        moved = self._tcl2_map(self.effective_time(times), times)
        method = "TCL2 on the two bands, in closed form"
        return exchange_evolution(moved, blocks, tlist, method)

    def exact(
        self,
        rho0: Any,
        tlist: ArrayLike,
        *,
        register_law: ArrayLike | None = None,
        seed: int,
        realizations: int,
        progress: bool | None = None,
    ) -> DisorderAverage:
        """Average the exact evolution over realizations of the couplings.

        Only (e, band 1) and (g, band 2) are coupled, so each realization is one
        diagonalisation of a matrix of size N1 + N2, for all times and starts.

        Parameters
        ----------
        rho0, tlist, register_law
            As for `tcl2`.
        seed : int
            Everything follows from it.
        realizations : int
            At least two.
        progress : bool, optional
            Show (True), hide (False), or show after two seconds on a terminal.

        Returns
        -------
        DisorderAverage
            Means of blocks and states, and their standard errors.

        Raises
        ------
        ValueError
            As for `tcl2`; also if `realizations` is below two, or a matrix of size
            N1 + N2 does not fit in memory.
        """
        blocks, tlist = self._start(rho0, register_law), as_times(tlist)
        check_integer(realizations, "realizations", least=2)
        size = self.N1 + self.N2
        check_memory(
            80.0 * size**2,
            f"`N1` and `N2` ask for matrices of size {size}, which",
            "Take fewer levels.",
        )
        times = tlist - tlist[0]
        maps = (
            two_band_map(
                self._bands(), self._draw(seed, r), times, frequency=self.frequency
            )
            for r in range(realizations)
        )
        with one_blas_thread() if size <= SMALL else nullcontext():
            return average_realizations(maps, blocks, tlist, realizations, progress)

    def _tcl2_map(self, elapsed: np.ndarray, times: np.ndarray) -> ExchangeMap:
        """Return the map of the generator run for a time 2F, turned for a time t."""
        total = self.rates.sum()
        gone = -np.expm1(-total * elapsed) / total  # (t,)
        one = np.ones_like(gone)
        decay = np.exp(-elapsed[:, None] * self.rates[::-1] / 2)
        return ExchangeMap(
            kept_e=np.stack([1 - self.rates[1] * gone, one], axis=1),
            kept_g=np.stack([one, 1 - self.rates[0] * gone], axis=1),
            coherence=np.exp(-1j * self.frequency * times)[:, None] * decay,
        )

    def _draw(self, seed: int, realization: int) -> np.ndarray:
        """Return λc of one realization, shape (N1, N2)."""
        rng = rng_from(seed, "two-band", realization)
        real, imaginary = rng.normal(scale=np.sqrt(0.5), size=(2, self.N1, self.N2))
        return self.coupling * (real + 1j * imaginary)

    def _bands(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the energies within each band, shapes (N1,) and (N2,)."""
        first, second = (
            (np.arange(N) + 0.5) * self.width / N for N in (self.N1, self.N2)
        )
        return first, second

    def _projectors(self) -> np.ndarray:
        """Return Π₁ and Π₂, shape (2, N1 + N2, N1 + N2)."""
        first = np.arange(self.N1 + self.N2) < self.N1
        return np.array([np.diag(first), np.diag(~first)], dtype=float)

    @staticmethod
    def _start(rho0: Any, register_law: ArrayLike | None) -> np.ndarray:
        return start_blocks(rho0, register_law, np.array([1.0, 0.0]))
