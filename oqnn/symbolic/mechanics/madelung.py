r"""Madelung's split of Schrödinger's equation into a phase and an amplitude."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Add, Eq, Expr, Function, I, Mul, Pow, Symbol, exp

from ..._core.checks import check_integer
from ..canonical import HBAR, MASS, TIME, symbols
from .hamilton_jacobi import HamiltonJacobi, hamilton_jacobi

__all__ = ["Madelung", "madelung", "polar_form", "schrodinger_residual"]


@dataclass(frozen=True, kw_only=True)
class Madelung:
    r"""A wave function ψ = R e^{iS/ħ}, and Schrödinger's equation in R and S."""

    system: HamiltonJacobi
    """The classical Hamiltonian and its variables."""
    amplitude: Expr
    """R."""
    phase: Expr
    """S, an action."""
    hbar: Expr = HBAR

    @property
    def wave_function(self) -> Expr:
        """The ψ = R e^{iS/ħ}."""
        return self.amplitude * exp(I * self.phase / self.hbar)

    @property
    def quantum_potential(self) -> Expr:
        """The Q = −(ħ²/2R) Σ_ij (∂²H/∂p_i∂p_j) ∂²R/∂q_i∂q_j: −(ħ²/2m)∇²R/R."""
        masses, _, _ = _parts(self.system)
        R, q = self.amplitude, self.system.coordinates
        terms = (
            masses[i, j] * R.diff(a, b)
            for i, a in enumerate(q)
            for j, b in enumerate(q)
        )
        return -(self.hbar**2) / (2 * R) * Add(*terms)

    @property
    def velocity(self) -> tuple[Expr, ...]:
        """The field ∂H/∂p at p = ∇S: ∇S/m."""
        q, p = self.system.coordinates, self.system.momenta
        slopes = {b: self.phase.diff(a) for a, b in zip(q, p, strict=True)}
        return tuple(v.subs(slopes, simultaneous=True) for v in self.system.velocities)

    @property
    def quantum_hamilton_jacobi(self) -> Expr:
        """The left side of ∂S/∂t + H(q, ∇S, t) + Q = 0."""
        return self.system.residual(self.phase) + self.quantum_potential

    @property
    def continuity(self) -> Expr:
        """The left side of ∂R²/∂t + ∇·(R²v) = 0."""
        density = self.amplitude**2
        flows = zip(self.system.coordinates, self.velocity, strict=True)
        return density.diff(self.system.time) + Add(
            *((density * v).diff(q) for q, v in flows)
        )

    @property
    def equations(self) -> tuple[Eq, Eq]:
        """The quantum Hamilton-Jacobi equation and the continuity equation."""
        return (
            Eq(self.quantum_hamilton_jacobi, 0, evaluate=False),
            Eq(self.continuity, 0, evaluate=False),
        )

    @property
    def residual(self) -> Expr:
        r"""Return (iħ∂_t − Ĥ)ψ e^{−iS/ħ}, from ψ itself.

        It is −R times the quantum Hamilton-Jacobi equation plus iħ/2R times the
        continuity equation, for any R and S.
        """
        wave = _residual(self.system, self.wave_function, self.hbar)
        return sympy.expand(wave * exp(-I * self.phase / self.hbar))


def madelung(
    H: Any = None,
    psi: Any = None,
    q: Sequence[Symbol] | Symbol | None = None,
    p: Sequence[Symbol] | Symbol | None = None,
    *,
    modes: int = 1,
    t: Symbol = TIME,
    hbar: Expr = HBAR,
) -> Madelung:
    r"""Split Schrödinger's equation by ψ = R e^{iS/ħ}.

    .. math:: e^{-iS/\hbar}\,(i\hbar\partial_t - \hat H)\,\psi
        = -R \Big[\frac{\partial S}{\partial t} + \frac{(\nabla S)^2}{2m} + U
        - \frac{\hbar^2}{2m}\frac{\nabla^2 R}{R}\Big]
        + \frac{i\hbar}{2R} \Big[\frac{\partial R^2}{\partial t}
        + \nabla\Big(R^2 \frac{\nabla S}{m}\Big)\Big],

    the two brackets of [1]_. Exact.

    Parameters
    ----------
    H : Expr, optional
        Quadratic in the momenta, with masses that do not depend on the coordinates; a
        part linear in the momenta, as of a magnetic field, may. It is quantised by
        Weyl's rule. By default Σ p²/2m + U(x), U undetermined.
    psi : Expr, optional
        A wave function, real symbols only. By default R and S are undetermined.
    q, p : Symbol or sequence of Symbol, optional
        As for :func:`hamilton_jacobi`.
    modes : int
        Dimension, where `H` is left out.
    t, hbar : Symbol, Expr
        The time, and ħ.

    Returns
    -------
    Madelung
        With `quantum_hamilton_jacobi`, `continuity`, `quantum_potential`, `residual`.

    Raises
    ------
    TypeError, ValueError
        As :func:`hamilton_jacobi` and :func:`polar_form` do; if `H` has another form,
        or `modes` is given beside `H`.

    References
    ----------
    .. [1] Madelung, Z. Phys. 40, 322 (1927), eqs. (3') and (4').

    Examples
    --------
    >>> split = madelung()
    >>> split.quantum_potential
    -hbar**2*Derivative(R(x, t), (x, 2))/(2*m*R(x, t))
    >>> split.velocity
    (Derivative(S(x, t), x)/m,)
    """
    check_integer(modes, "modes")
    if H is None:
        H, q, p = _standard_hamiltonian(q, p, modes)
    elif modes != 1:
        raise ValueError(
            "`modes` must be left out beside `H`, which decides the dimension, but is "
            f"{modes}."
        )
    system = hamilton_jacobi(H, q, p, t=t)
    _parts(system)
    hbar = sympy.sympify(hbar)
    if psi is None:
        place = (*system.coordinates, t)
        R, S = (Function(name, real=True)(*place) for name in "RS")
    else:
        R, S = polar_form(psi, hbar=hbar)
    return Madelung(system=system, amplitude=R, phase=S, hbar=hbar)


def schrodinger_residual(
    H: Any,
    psi: Any,
    q: Sequence[Symbol] | Symbol | None = None,
    p: Sequence[Symbol] | Symbol | None = None,
    *,
    t: Symbol = TIME,
    hbar: Expr = HBAR,
) -> Expr:
    r"""Return (iħ∂_t − Ĥ)ψ with Ĥ from Weyl's rule.

    For :math:`H = \frac12 a_{ij} p_i p_j + b_i p_i + U` this rule means :math:`\hat H =
    -\frac{\hbar^2}{2} a_{ij} \partial_i \partial_j - i\hbar b_i \partial_i
    - \frac{i\hbar}{2} (\partial_i b_i) + U`.

    Parameters
    ----------
    H, q, p, t, hbar
        As for :func:`madelung`.
    psi : Expr
        Any wave function, undetermined ones too.

    Returns
    -------
    Expr
        Not simplified; zero for a solution.

    Raises
    ------
    TypeError, ValueError
        As :func:`hamilton_jacobi` does, or if `H` has another form.

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, hbar = symbols()
    >>> sympy.expand(schrodinger_residual(p**2 / 2, exp(I * (x - hbar * TIME / 2))))
    0
    """
    system = hamilton_jacobi(H, q, p, t=t)
    return _residual(system, sympy.sympify(psi), sympy.sympify(hbar))


def polar_form(psi: Any, *, hbar: Expr = HBAR) -> tuple[Expr, Expr]:
    """Return R = |ψ| and S = ħ arg ψ, factor by factor.

    S is one branch: exponents keep their imaginary part as it is, so that it does not
    jump by 2πħ.

    Parameters
    ----------
    psi : Expr
        A product of exponentials, real powers and other factors.
    hbar : Expr
        ħ.

    Returns
    -------
    R, S : Expr

    Raises
    ------
    ValueError
        If `psi` is zero or holds symbols that are not real.

    Examples
    --------
    >>> x, k = sympy.symbols("x k", real=True)
    >>> polar_form(exp(-(x**2) + I * k * x))
    (exp(-x**2), hbar*k*x)
    """
    psi = sympy.sympify(psi)
    unknown = sorted(map(str, (s for s in psi.free_symbols if not s.is_real)))
    if unknown or psi == 0:
        raise ValueError(
            "`psi` must be a wave function of real symbols, but "
            + (f"{', '.join(unknown)} need real=True." if unknown else "is zero.")
        )
    sizes, angles = [], []
    for factor in Mul.make_args(psi):
        size, angle = _polar(factor)
        sizes.append(size)
        angles.append(angle)
    return Mul(*sizes), sympy.expand(hbar * Add(*angles))


def _polar(factor: Expr) -> tuple[Expr, Expr]:
    """Return modulus and argument of one factor."""
    if isinstance(factor, exp):
        real, imaginary = sympy.expand(factor.exp).as_real_imag()
        return exp(real), imaginary
    if isinstance(factor, Pow) and factor.exp.is_real:
        size, angle = _polar(factor.base)
        if not (factor.exp.is_integer or size.is_nonnegative):
            size, angle = sympy.Abs(size), angle + sympy.pi * sympy.Heaviside(-size)
        return size**factor.exp, factor.exp * angle
    if factor.is_nonnegative:
        return factor, sympy.S.Zero
    real, imaginary = factor.as_real_imag()
    if imaginary == 0:
        return real, sympy.S.Zero  # its sign stays in R, so that R has no kink
    return sympy.sqrt(real**2 + imaginary**2), sympy.atan2(imaginary, real)


def _standard_hamiltonian(q: Any, p: Any, modes: int) -> tuple[Expr, Any, Any]:
    if q is not None or p is not None:
        raise ValueError("`q` and `p` must come with `H`, but `H` is left out.")
    q, p, _ = symbols(modes)
    q, p = (q, p) if modes > 1 else ((q,), (p,))
    U = Function("U", real=True)(*q)
    return Add(*(momentum**2 for momentum in p)) / (2 * MASS) + U, q, p


def _parts(system: HamiltonJacobi) -> tuple[Any, tuple[Expr, ...], Expr]:
    """Return a, b, U of H = a p p/2 + b p + U."""
    H, p = system.hamiltonian, system.momenta
    a = sympy.hessian(H, p)
    if a.has(*p, *system.coordinates):
        raise ValueError(
            "`H` must be quadratic in the momenta with masses free of the coordinates, "
            f"but ∂²H/∂p∂p = {a.tolist()}. Other operators: see weyl_operator."
        )
    at_rest = dict.fromkeys(p, 0)
    return a, tuple(H.diff(k).subs(at_rest) for k in p), H.subs(at_rest)


def _residual(system: HamiltonJacobi, psi: Expr, hbar: Expr) -> Expr:
    a, b, U = _parts(system)
    q = system.coordinates
    kinetic = (
        -(hbar**2) / 2 * a[i, j] * psi.diff(u, v)
        for i, u in enumerate(q)
        for j, v in enumerate(q)
    )
    drift = (
        -I * hbar * (b_i * psi.diff(u) + b_i.diff(u) * psi / 2)
        for b_i, u in zip(b, q, strict=True)
    )
    return I * hbar * psi.diff(system.time) - Add(*kinetic, *drift, U * psi)
