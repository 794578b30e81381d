"""The equation of a register, derived from one Lindblad equation."""

from typing import Any

import sympy
from sympy import Add, Eq, Expr, I, Matrix, Rational, Symbol

from ..derivation import Derivation, Step
from .register_blocks import (
    lindblad_rate,
    register_adjoint,
    register_embedding,
    register_rate,
)
from .traces import OperatorTrace, Tensor, dagger

__all__ = ["derive_register"]

HALF = Rational(1, 2)


def derive_register(order: int | None = None) -> Derivation:
    """Derive the generalized Lindblad equation of two blocks from its embedding.

    Operators are symbols that do not commute, so that every step holds for systems of
    any dimension.

    Parameters
    ----------
    order : None
        Nothing is expanded.

    Returns
    -------
    Derivation

    Raises
    ------
    ValueError
        If `order` is given.

    Examples
    --------
    >>> derive_register()["Trace"].rhs
    0
    """
    if order is not None:
        raise ValueError(
            f"`order` must be None for the register, but is {order}: its equation is "
            "exact, and nothing is expanded."
        )
    H, R, rho = _two_levels()
    whole = sympy.diag(*rho)
    energy, operators = register_embedding(H, R)
    rates = register_rate(H, R, rho)
    assert lindblad_rate(energy, operators, whole) == sympy.diag(*rates)
    steps = [
        *_embedding_steps(energy, operators, whole),
        *_block_steps(H, R, rho, rates),
        *_trace_steps(R, rho, rates),
        _coherence_step(energy, operators, whole),
        *_adjoint_steps(H, R),
    ]
    return Derivation("The equation of a register", tuple(steps))


def _two_levels() -> tuple[list[Symbol], dict[tuple[int, int], Symbol], list[Symbol]]:
    hermitian = {"commutative": False, "hermitian": True}
    H = [Symbol(f"H_{i}", **hermitian) for i in (1, 2)]
    rho = [Symbol(f"rho_{i}", **hermitian) for i in (1, 2)]
    pairs = [(i, j) for i in (0, 1) for j in (0, 1)]
    R = {(i, j): Symbol(f"R_{i + 1}{j + 1}", commutative=False) for i, j in pairs}
    return H, R, rho


def _written(
    H: list[Symbol], R: dict[tuple[int, int], Symbol], rho: list[Symbol]
) -> list[Expr]:
    """Return the rates with commutators and anticommutators, as textbooks do."""
    from sympy.physics.quantum import AntiCommutator, Commutator  # slow to import

    rates = [-I * Commutator(h, block) for h, block in zip(H, rho, strict=True)]
    for (i, j), X in R.items():
        rates[i] += X * rho[j] * dagger(X)
        rates[j] -= HALF * AntiCommutator(dagger(X) * X, rho[j])
    return rates


def _embedding_steps(
    energy: Matrix, operators: list[Matrix], whole: Matrix
) -> list[Step]:
    ket_bra = Symbol("E_12", commutative=False)
    names = sympy.symbols("rho H L_12", commutative=False)
    return [
        Step(
            "State of system and register",
            Eq(names[0], whole, evaluate=False),
            "Blocks by the level of the register.",
        ),
        Step("Hamiltonian", Eq(names[1], energy, evaluate=False)),
        Step(
            "One jump for each pair of levels",
            Eq(names[2], Tensor(Symbol("R_12", commutative=False), ket_bra)),
            "E₁₂ = |1⟩⟨2| is the step of the register.",
        ),
        Step("The same as a matrix", Eq(names[2], operators[1], evaluate=False)),
    ]


def _block_steps(H: Any, R: Any, rho: Any, rates: list[Expr]) -> list[Step]:
    written = _written(H, R, rho)
    assert [formula.doit().expand() for formula in written] == rates
    first, second = (
        Eq(name, formula, evaluate=False)
        for name, formula in zip(_rate_names(""), written, strict=True)
    )
    return [
        Step("Equation of the first block", first),
        Step("Equation of the second block", second),
    ]


def _rate_names(prime: str) -> list[Symbol]:
    return [Symbol(f"K{prime}_{i}", commutative=False) for i in (1, 2)]


def _trace_steps(R: Any, rho: Any, rates: list[Expr]) -> list[Step]:
    total = Add(*map(OperatorTrace, rates))
    drift = _trace_as_printed(R, rho)
    assert total == 0
    assert drift != 0
    right, wrong = (Add(*map(OperatorTrace, _rate_names(p))) for p in ("", "'"))
    return [
        Step(
            "Trace",
            Eq(right, total, evaluate=False),
            "What one block loses another gains, whatever the dimension.",
        ),
        Step(
            "Trace with the jumps into a block in its anticommutator",
            Eq(wrong, drift, evaluate=False),
            "Not zero: a block loses by what jumps out of it, not by what jumps in.",
        ),
    ]


def _coherence_step(energy: Matrix, operators: list[Matrix], whole: Matrix) -> Step:
    merged = operators[0]
    for operator in operators[1:]:
        merged += operator
    coherence = lindblad_rate(energy, [merged], whole)[0, 1]
    assert lindblad_rate(energy, operators, whole)[0, 1] == 0
    assert coherence != 0
    return Step(
        "Coherence from a single jump for all pairs",
        Eq(Symbol("d_12", commutative=False), coherence, evaluate=False),
        "The rate of the off-diagonal block, were all pairs merged into one jump: "
        "another equation.",
    )


def _adjoint_steps(H: list[Symbol], R: dict[tuple[int, int], Symbol]) -> list[Step]:
    observables = [
        Symbol(f"Lambda_{i}", commutative=False, hermitian=True) for i in (1, 2)
    ]
    first = register_adjoint(H, R, observables)[0]
    name = sympy.adjoint(Symbol("K_1", commutative=False))
    return [
        Step("Adjoint of the first block", Eq(name, first, evaluate=False)),
        Step(
            "Adjoint of the unit",
            Eq(name, register_adjoint(H, R, [1, 1])[0], evaluate=False),
            "At Λ₁ = Λ₂ = 1: probability is conserved.",
        ),
    ]


def _trace_as_printed(R: dict[tuple[int, int], Symbol], rho: list[Symbol]) -> Expr:
    """Return the total trace of the rates with {R_ij†R_ij, ρ_i} for what is lost."""
    gained = (OperatorTrace(X * rho[j] * dagger(X)) for (_, j), X in R.items())
    lost = (OperatorTrace(dagger(X) * X * rho[i]) for (i, _), X in R.items())
    return Add(*gained) - Add(*lost)
