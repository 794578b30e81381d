"""The conditions on correlated projections, derived."""

import sympy
from sympy import Add, Eq, Expr, KroneckerDelta, Matrix, MatrixSymbol, Symbol

from ..derivation import Derivation, Step
from .algebra import Relevant
from .families import apply_projection, projection_conditions, turned_families
from .traces import OperatorTrace, Tensor

__all__ = ["derive_projections"]

LEVELS = (1, 2)


def derive_projections(order: int | None = None) -> Derivation:
    """Derive the conditions on two families of two operators each.

    The formulas hold for operators of any size: traces are those of symbols that do not
    commute. The equivalence of families is proved from undetermined coefficients.

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
    >>> derive_projections()["The same projection"]
    Eq(u.T*v, I)
    """
    if order is not None:
        raise ValueError(
            f"`order` must be None for projections, but is {order}: nothing is "
            "expanded."
        )
    A, B, rho = (
        [Symbol(f"{name}_{i}", commutative=False) for i in LEVELS]
        for name in ("A", "B", "rho")
    )
    kept = Add(*(Tensor(r, b) for r, b in zip(rho, B, strict=True)))
    name = Relevant() * Symbol("rho", commutative=False)
    return Derivation(
        "Correlated projections",
        (
            Step(
                "Projection",
                Eq(name, kept, evaluate=False),
                "ρᵢ is the trace of Aᵢρ over the environment.",
            ),
            *_condition_steps(A, B, rho),
            *_family_steps(B, rho),
            *_observable_steps(A, B, rho),
        ),
    )


def _condition_steps(A: list[Symbol], B: list[Symbol], rho: list[Symbol]) -> list[Step]:
    """Conditions on trace, square and positivity."""
    twice = Add(
        *(
            OperatorTrace(a * B[i]) * Tensor(rho[i], b)
            for i in range(len(rho))
            for a, b in zip(A, B, strict=True)
        )
    )
    unit = Add(*(OperatorTrace(b) * a for a, b in zip(A, B, strict=True)))
    transposed = [Symbol(f"{a.name}__T", commutative=False) for a in A]
    choi = Add(*(Tensor(a, b) for a, b in zip(transposed, B, strict=True)))
    i, j = sympy.symbols("i j", integer=True)
    overlap = OperatorTrace(_member("B", i) * _member("A", j))
    state = Symbol("rho", commutative=False)
    _check_conditions()
    return [
        Step(
            "Trace preserved",
            Eq(unit, 1, evaluate=False),
            "The trace of Pρ is that of this operator times ρ.",
        ),
        Step("Applied twice", Eq(Relevant() ** 2 * state, twice, evaluate=False)),
        Step(
            "A projection",
            Eq(overlap, KroneckerDelta(i, j), evaluate=False),
            "The operators of each family are linearly independent.",
        ),
        Step(
            "Complete positivity",
            Eq(Symbol("C", commutative=False), choi, evaluate=False),
            "P is completely positive if, and only if, C ≥ 0.",
        ),
    ]


def _family_steps(B: list[Symbol], rho: list[Symbol]) -> list[Step]:
    """Compare the families u A and v B with A and B."""
    u, v = (Matrix(2, 2, lambda i, j, n=n: Symbol(f"{n}_{i + 1}{j + 1}")) for n in "uv")
    mixed = u.T * v
    whole = Add(
        *(
            mixed[j, k] * Tensor(rho[j], B[k])
            for j in range(len(rho))
            for k in range(len(B))
        )
    )
    _check_families(u, v, mixed)
    U, V = (MatrixSymbol(name, 2, 2) for name in "uv")
    state = Symbol("rho", commutative=False)
    return [
        Step(
            "Families A′ = uA and B′ = vB",
            Eq(Symbol("P'", commutative=False) * state, whole, evaluate=False),
        ),
        Step(
            "The same projection",
            Eq(U.T * V, sympy.Identity(2)),
            "Enough, as P′ has the coefficients uᵀv; and needed: a relevant state has "
            "any blocks ρᵢ, and the Bᵢ are independent.",
        ),
    ]


def _observable_steps(
    A: list[Symbol], B: list[Symbol], rho: list[Symbol]
) -> list[Step]:
    """Find the observables that the relevant part gives in full."""
    O = [Symbol(f"O_{i}", commutative=False) for i in LEVELS]  # noqa: E741
    observable = Add(*(Tensor(o, a) for o, a in zip(O, A, strict=True)))
    mean = Add(
        *(
            OperatorTrace(O[i] * rho[j]) * OperatorTrace(A[i] * B[j])
            for i in range(len(O))
            for j in range(len(rho))
        )
    )
    overlaps = {
        OperatorTrace(A[i] * B[j]): int(i == j)
        for i in range(len(A))
        for j in range(len(B))
    }
    name, state = sympy.symbols("O rho", commutative=False)
    return [
        Step("Relevant observables", Eq(name, observable, evaluate=False)),
        Step(
            "Their mean in the relevant part",
            Eq(OperatorTrace(name * Relevant() * state), mean, evaluate=False),
        ),
        Step(
            "Their mean",
            Eq(OperatorTrace(name * state), mean.subs(overlaps), evaluate=False),
            "By tr(BᵢAⱼ) = δᵢⱼ the two are the same.",
        ),
    ]


def _member(name: str, index: Expr) -> Symbol:
    return Symbol(f"{name}_{index}", commutative=False)


def _undetermined(name: str, size: int = 2) -> Matrix:
    """Return a matrix of symbols."""
    return Matrix(size, size, lambda i, j: Symbol(f"{name}_{i + 1}{j + 1}"))


def _undetermined_families() -> tuple[list[Matrix], list[Matrix], Matrix]:
    A, B = ([_undetermined(f"{name}{i}") for i in LEVELS] for name in "ab")
    return A, B, _undetermined("r")


def _check_conditions() -> None:
    """Check trace and square of Pρ by undetermined matrices of an environment alone."""
    A, B, rho = _undetermined_families()
    conditions = projection_conditions(A, B)
    once = apply_projection(rho, A, B)
    gained = sympy.expand(once.trace() - rho.trace() - (conditions.trace * rho).trace())
    means = Matrix([(a * rho).trace() for a in A])
    change = conditions.idempotence.T * means
    expected = sum((c * b for c, b in zip(change, B, strict=True)), sympy.zeros(2, 2))
    left = apply_projection(once, A, B) - once - expected
    assert gained == 0
    assert left.applyfunc(sympy.expand) == sympy.zeros(2, 2)


def _check_families(u: Matrix, v: Matrix, mixed: Matrix) -> None:
    """Check P′ by undetermined matrices."""
    A, B, rho = _undetermined_families()
    expected = sympy.zeros(2, 2)
    for j, a in enumerate(A):
        for k, b in enumerate(B):
            expected += mixed[j, k] * (a * rho).trace() * b
    left = apply_projection(rho, *turned_families(A, B, u, v)) - expected
    assert left.applyfunc(sympy.expand) == sympy.zeros(2, 2)
