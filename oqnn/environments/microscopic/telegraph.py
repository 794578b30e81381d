"""Random telegraph noise, and its Gaussian limit, as a classical register."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom

from ..._core.bases import pauli_basis
from ..._core.checks import (
    check_between,
    check_finite,
    check_hermitian,
    check_integer,
    check_positive,
    check_shapes,
)
from ..._core.qobj import as_operator
from ...dynamics import RegisterGenerator
from ...dynamics.frozen import frozen_copy

__all__ = ["Telegraph"]


@dataclass(frozen=True, init=False, eq=False)
class Telegraph:
    r"""A field that jumps between values: :math:`H^i = H + \tfrac{x_i}{2} O`.

    Two levels are random telegraph noise, x = ±a. More levels count how many of
    n − 1 equal and independent telegraphs are in their second state,
    :math:`x_i = a(n - 1 - 2i)`; with growing n the field becomes Gaussian, see
    `ornstein_uhlenbeck`. The register carries the whole memory: its generator is exact.

    Parameters
    ----------
    splitting : float, angular frequency
        a, of one telegraph.
    rates : float or pair of floats, 1/time
        Rate of leaving either state, or (k₀, k₁): k₀ from x = +a, k₁ from x = −a.
    levels : int, optional
        n.
    operator : Qobj or shape (d, d), optional
        Hermitian O; σ_z by default.

    Raises
    ------
    ValueError
        If a rate is not positive, the splitting is not finite, or O not Hermitian.

    Examples
    --------
    >>> noise = Telegraph(3.0, 0.4)
    >>> generator = noise.generator()
    >>> generator.n, noise.register_law
    (2, array([0.5, 0.5]))
    """

    splitting: float
    rates: tuple[float, float]
    levels: int
    operator: np.ndarray  # (d, d)

    def __init__(
        self,
        splitting: float,
        rates: float | tuple[float, float],
        levels: int = 2,
        *,
        operator: Any = None,
    ) -> None:
        pair = np.asarray(rates, dtype=float)
        pair = np.full(2, pair) if pair.ndim == 0 else pair
        check_shapes(rates=(pair, "2"))
        for rate in pair.tolist():
            check_positive(rate, "rates")
        check_finite(np.array([splitting], dtype=float), "splitting")
        check_integer(levels, "levels", least=2)
        default = pauli_basis(1)[3]
        A = default if operator is None else as_operator(operator, "operator")
        check_shapes(operator=(A, "d d"))
        check_hermitian(A, "operator")
        for name, value in {
            "splitting": float(splitting),
            "rates": (float(pair[0]), float(pair[1])),
            "levels": int(levels),
            "operator": frozen_copy(A, complex),
        }.items():
            object.__setattr__(self, name, value)

    @classmethod
    def ornstein_uhlenbeck(
        cls, strength: float, rate: float, levels: int, *, operator: Any = None
    ) -> "Telegraph":
        r"""Return a field with correlation σ² e^{−κ|t|} and nearly Gaussian values.

        n − 1 telegraphs of splitting σ/√(n − 1) and flip rate κ/2. The correlation
        function is exact for any n, the fourth cumulant −2σ⁴/(n − 1): states approach
        those of the Ornstein-Uhlenbeck process as 1/n.

        Parameters
        ----------
        strength : float, angular frequency
            σ, standard deviation of the field.
        rate : float, 1/time
            κ, inverse correlation time.
        levels : int
            n.
        operator : Qobj or shape (d, d), optional
            Hermitian O; σ_z by default.
        """
        check_integer(levels, "levels", least=2)
        splitting = strength / np.sqrt(levels - 1)
        return cls(splitting, rate / 2, levels, operator=operator)

    @property
    def fields(self) -> np.ndarray:
        """Values x_i of the field, shape (n,)."""
        return self.splitting * (self.levels - 1 - 2 * np.arange(self.levels))

    @property
    def register_law(self) -> np.ndarray:
        """Stationary law of the register, binomial, shape (n,)."""
        n = np.arange(self.levels)
        second = self.rates[0] / sum(self.rates)
        return np.asarray(binom.pmf(n, self.levels - 1, second))

    def generator(self, H: Any = None) -> RegisterGenerator:
        """Return the generator on n blocks for a system with its own Hamiltonian.

        Parameters
        ----------
        H : Qobj or shape (d, d), angular frequency, optional
            Hermitian, the same in every level; zero by default.

        Raises
        ------
        ValueError
            If H has another size than the operator or is not Hermitian.
        """
        d, n = len(self.operator), self.levels
        own = np.zeros((d, d)) if H is None else as_operator(H, "H")
        check_shapes(H=(own, f"{d} {d}"))
        check_hermitian(own, "H")
        one, (k0, k1) = np.eye(d), self.rates
        up = {(i + 1, i): np.sqrt((n - 1 - i) * k0) * one for i in range(n - 1)}
        down = {(i - 1, i): np.sqrt(i * k1) * one for i in range(1, n)}
        noise = self.fields[:, None, None] / 2 * self.operator
        return RegisterGenerator(own + noise, up | down)

    def correlation(self, times: ArrayLike) -> np.ndarray:
        r"""Return ⟨x(t)x(0)⟩ − ⟨x⟩² of the stationary field, shape (t,).

        .. math:: (n - 1)\,\frac{4a^2k_0k_1}{(k_0 + k_1)^2}\,e^{-(k_0+k_1)|t|}
        """
        times = np.asarray(times, dtype=float)
        check_shapes(times=(times, "t"))
        k0, k1 = self.rates
        variance = (self.levels - 1) * 4 * self.splitting**2 * k0 * k1 / (k0 + k1) ** 2
        return variance * np.exp(-(k0 + k1) * np.abs(times))

    def coherence(
        self, times: ArrayLike, *, difference: float = 2.0, law: float | None = None
    ) -> np.ndarray:
        r"""Return the factor of a coherence of O, exactly, shape (t,), t ≥ 0.

        For H that commutes with O, b = a(s − s′)/2 with eigenvalues s, s′ of O. With
        :math:`\delta = ib + (k_0 - k_1)/2` and :math:`\kappa^2 = \delta^2 + k_0k_1` the
        factor of one telegraph, to be raised to the power n − 1, is

        .. math:: e^{-(k_0+k_1)t/2}\Bigl\{\cosh\kappa t + [(k_0-\delta)p
            + (k_1+\delta)(1-p)]\frac{\sinh\kappa t}{\kappa}\Bigr\}.

        Parameters
        ----------
        times : shape (t,)
            Not negative.
        difference : float, optional
            s − s′; 2 for ρ₀₁ under σ_z.
        law : float, optional
            p, the probability that a telegraph starts at x = +a; the stationary
            k₁/(k₀ + k₁) by default.

        Raises
        ------
        ValueError
            If a time is negative or `law` is no probability.
        """
        t = np.asarray(times, dtype=float)
        check_shapes(times=(t, "t"))
        check_finite(t, "times")
        if t.size and not t.min() >= 0:
            raise ValueError(f"`times` must not be negative, but has {t.min():.6g}.")
        k0, k1 = self.rates
        p = k1 / (k0 + k1) if law is None else law
        check_between(p, "law", 0, 1)

        delta = 0.5j * self.splitting * difference + (k0 - k1) / 2
        kappa = np.sqrt(delta**2 + k0 * k1)
        slope = (k0 - delta) * p + (k1 + delta) * (1 - p)
        x = 2 * kappa * t  # Re ≥ 0, so e^{−x} does not overflow
        gone = -np.expm1(-x)
        ratio = np.divide(gone, x, out=np.ones_like(x), where=x != 0)
        turn = 1 - gone / 2 + slope * t * ratio
        one = np.exp((kappa - (k0 + k1) / 2) * t) * turn
        return one ** (self.levels - 1)
