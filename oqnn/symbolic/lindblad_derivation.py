"""The terms of open systems on phase space, each derived by star products."""

from sympy import (
    Derivative,
    Eq,
    Expr,
    Function,
    I,
    Symbol,
    adjoint,
    diag,
    exp,
)

from .canonical import HBAR, MASS, OMEGA, ladder_operators, operators, pair
from .complete_positivity import (
    caldeira_leggett,
    complete_positivity,
    kossakowski_matrix,
    purity_rate,
)
from .derivation import Derivation, Step
from .fokker_planck import fokker_planck
from .moyal import undetermined_state
from .phase_space_lindblad import RHO, phase_space_lindblad, phase_space_superoperator

__all__ = ["derive_lindblad_phase_space"]

x, p = pair(0)
X, P = operators()
GAMMA, LAMBDA = Symbol("gamma", real=True), Symbol("Lambda", real=True)
D_PP, D_XX, D_PX = (Symbol(f"D_{name}", real=True) for name in ("pp", "xx", "px"))
SPREAD = Symbol("s", positive=True)


def derive_lindblad_phase_space(order: int | None = None) -> Derivation:
    """Derive the Wigner transform of Lindblad terms, eq. 1.8.

    Parameters
    ----------
    order : None
        Must be left out: nothing is expanded.

    Returns
    -------
    Derivation
        Steps "Lindblad equation", "product from the left", "product from the right",
        "jump x̂", "jump p̂", "jump â", "jump â†â", "localisation", "friction", "drift",
        "diffusion", "Kossakowski matrix", "condition" and "rate of purity".

    Raises
    ------
    ValueError
        If `order` is given.

    Examples
    --------
    >>> derive_lindblad_phase_space()["jump x̂"]
    hbar**2*Derivative(W(x, p, t), (p, 2))/2
    """
    if order is not None:
        raise ValueError(
            "`order` must be None for polynomial Lindblad operators, whose equations "
            f"are exact, but is {order}. phase_space_lindblad takes an order."
        )
    return Derivation(
        "Lindblad operators on phase space",
        (*_products(), *_jumps(), *_maps(), *_conditions()),
    )


def _products() -> tuple[Step, ...]:
    H, L = (Symbol(name, commutative=False) for name in ("H", "L"))
    loss = adjoint(L) * L
    dissipator = L * RHO * adjoint(L) - (loss * RHO + RHO * loss) / 2
    A, star = Function("A"), Function("star")
    k, q = (Symbol(name, real=True) for name in ("k", "q"))
    wave, half = exp(k * x + q * p), I * HBAR / 2
    return (
        Step(
            "Lindblad equation",
            -I / HBAR * (H * RHO - RHO * H) + dissipator,
            "The right side of dρ/dt, with ħ in the Hamiltonian part only.",
        ),
        Step(
            "product from the left",
            Eq(star(A(x, p), wave), A(x + half * q, p - half * k) * wave),
            "Products with ρ become star products with W. On a plane wave they are "
            "shifts, and k and q stand for ∂/∂x and ∂/∂p of W.",
        ),
        Step(
            "product from the right",
            Eq(star(wave, A(x, p)), A(x - half * q, p + half * k) * wave),
            "The shift is the opposite one.",
        ),
    )


def _jumps() -> tuple[Step, ...]:
    a, _ = ladder_operators()
    return (
        Step(
            "jump x̂",
            phase_space_lindblad(0, [X]),
            "Watching the position makes the momentum diffuse.",
        ),
        Step("jump p̂", phase_space_lindblad(0, [P])),
        Step(
            "jump â",
            phase_space_lindblad(0, [a]),
            "Half of the flow goes inward in every direction, and diffusion keeps the "
            "area of a vacuum.",
        ),
        Step(
            "jump â†â",
            (_turned(_turned(undetermined_state()))) / 2,
            "Diffusion along the orbits of the oscillator: its phase is lost, its "
            "energy is not.",
        ),
    )


def _maps() -> tuple[Step, ...]:
    localised = LAMBDA * _commutator(X, _commutator(X, RHO))
    rubbed = I * GAMMA / HBAR * _commutator(X, P * RHO + RHO * P)
    return (
        Step(
            "localisation",
            phase_space_superoperator(-localised),
            "From −Λ[x̂,[x̂,ρ]], which is the jump √(2Λ) x̂.",
        ),
        Step(
            "friction",
            phase_space_superoperator(-rubbed),
            "From −iγ[x̂,{p̂,ρ}]/ħ, which alone is no Lindblad equation.",
        ),
    )


def _conditions() -> tuple[Step, ...]:
    H = P**2 / (2 * MASS) + MASS * OMEGA**2 * X**2 / 2
    whole = caldeira_leggett(H, GAMMA, D_PP, D_XX, D_PX)
    found = fokker_planck(whole)
    momentum_only = caldeira_leggett(H, GAMMA, D_PP)
    pure = diag(SPREAD, HBAR**2 / (4 * SPREAD))
    return (
        Step("drift", found.drift, "Of an oscillator with friction γ."),
        Step(
            "diffusion",
            found.diffusion,
            "Twice the coefficients of the second derivatives.",
        ),
        Step(
            "Kossakowski matrix",
            kossakowski_matrix(whole),
            "Coefficients of r_j ρ r_k with r = (x̂, p̂). Friction is off the diagonal.",
        ),
        Step(
            "condition",
            complete_positivity(whole)[-1],
            "The determinant times ħ⁴/4. With friction both diffusions are needed.",
        ),
        Step(
            "rate of purity",
            purity_rate(momentum_only, pure),
            "d ln Tr ρ²/dt of a pure Gaussian of variance s in x, without diffusion of "
            "x. For small s it is positive: the purity passes 1.",
        ),
    )


def _commutator(A: Expr, B: Expr) -> Expr:
    return A * B - B * A


def _turned(f: Expr) -> Expr:
    """Return (p/mω ∂_x − mωx ∂_p) f, not carried out."""
    return p / (MASS * OMEGA) * Derivative(f, x) - MASS * OMEGA * x * Derivative(f, p)
