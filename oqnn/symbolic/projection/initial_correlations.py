r"""The state of a system that met its environment before the start, derived.

.. math:: \rho_A(t) = \sum_{\mu\nu} M_{\mu\nu}\rho_A M_{\mu\nu}^\dagger + \xi(t), \qquad
          \dot\rho_A = X\rho_A + (\dot\xi - X\xi), \qquad X = \dot T T^{-1} .
"""

import sympy
from sympy import (
    Add,
    Derivative,
    Eq,
    Function,
    Matrix,
    Symbol,
    sqrt,
    tan,
)

from ..canonical import TIME
from ..derivation import Derivation, Step
from .correlated_qubits import (
    STRENGTH,
    bloch_symbols,
    bloch_vector,
    correlated_state,
    correlation_excess,
    coupling_propagator,
    inhomogeneous_part,
    kraus_operators,
    kraus_part,
    trace_distance_of_qubits,
)
from .traces import OperatorTrace, Tensor

__all__ = ["derive_initial_correlations"]

t, g = TIME, STRENGTH
SIGMA_I, TAU_J = sympy.symbols("sigma_i tau_j", commutative=False)
BELL = sympy.diag(1, -1, 1)


def derive_initial_correlations(order: int | None = None) -> Derivation:
    """Derive what one of two qubits sees of the correlations at the start.

    For Bloch vectors and correlators that are symbols; then for the coupling
    (g/2) σ_x ⊗ τ_z, and at last for a Bell pair.

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
    >>> derive_initial_correlations()["Trace distance from the product"].rhs
    Abs(sin(g*t))/2
    """
    if order is not None:
        raise ValueError(
            f"`order` must be None for initial correlations, but is {order}: the "
            "result is exact, and nothing is expanded."
        )
    steps = [*_start(), *_two_parts(), *_motion(), *_coupling(), *_bell_pair()]
    return Derivation("Initial correlations", tuple(steps))


def _operator(name: str) -> Symbol:
    return Symbol(name, commutative=False)


def _start() -> list[Step]:
    """Split the state into the product of its marginals and the rest."""
    alpha, beta, gamma, primed = sympy.symbols("alpha_i beta_j gamma_ij gammaprime_ij")
    whole = Add(
        1,
        alpha * Tensor(SIGMA_I, 1),
        beta * Tensor(1, TAU_J),
        gamma * Tensor(SIGMA_I, TAU_J),
    )
    excess = primed * Tensor(SIGMA_I, TAU_J)
    rho_AB, rho_A, rho_B = map(_operator, ("rho_AB", "rho_A", "rho_B"))
    _check_start()
    return [
        Step(
            "Start",
            Eq(rho_AB, whole / 4, evaluate=False),
            "Summed over indices that appear twice, here and below.",
        ),
        Step("Marginal of A", Eq(rho_A, (1 + alpha * SIGMA_I) / 2, evaluate=False)),
        Step(
            "What the marginals do not say",
            Eq(rho_AB - Tensor(rho_A, rho_B), excess / 4, evaluate=False),
        ),
        Step(
            "Its coefficients",
            Eq(primed, gamma - alpha * beta, evaluate=False),
        ),
    ]


def _check_start() -> None:
    """Check the split by undetermined Bloch vectors and correlators."""
    alpha, beta, gamma = bloch_symbols()
    zero = sympy.zeros(3, 1)
    product = correlated_state(alpha, beta, alpha * beta.T)
    rest = correlated_state(zero, zero, correlation_excess(alpha, beta, gamma))
    rest -= correlated_state(zero, zero, sympy.zeros(3, 3))
    difference = correlated_state(alpha, beta, gamma) - product - rest
    assert difference.applyfunc(sympy.expand) == sympy.zeros(4, 4)
    assert rest.trace() == 0


def _two_parts() -> list[Step]:
    """State the Kraus operators and the inhomogeneous part."""
    from sympy.physics.quantum import Bra, Ket, Operator  # slow to import

    U, rho_A, xi = Operator("U"), _operator("rho_A"), _operator("xi")
    weight, primed, M = Symbol("p_n"), Symbol("gammaprime_ij"), _operator("M_mn")
    moved = Bra("m") * U * Tensor(SIGMA_I, TAU_J) * sympy.adjoint(U) * Ket("m")
    _check_trace()
    _check_kraus()
    return [
        Step(
            "Kraus operators",
            Eq(M, sqrt(weight) * Bra("m") * U * Ket("n"), evaluate=False),
            "|n⟩ and pₙ are the eigenstates and eigenvalues of the marginal of B.",
        ),
        Step(
            "Map",
            Eq(
                _operator("T") * rho_A,
                M * rho_A * sympy.adjoint(M),
                evaluate=False,
            ),
            "What the product of the marginals would become.",
        ),
        Step("Inhomogeneous part", Eq(xi, primed * moved / 4, evaluate=False)),
        Step(
            "Its trace",
            Eq(OperatorTrace(xi), 0, evaluate=False),
            "U†U = 1, and σᵢ and τⱼ have no trace.",
        ),
    ]


def _check_trace() -> None:
    """Check tr UCU† = tr CU†U for any operators, and that it is 0 at U†U = 1."""
    U, C = _operator("U"), _operator("C")
    moved = OperatorTrace(U * C * sympy.adjoint(U))
    assert moved == OperatorTrace(C * sympy.adjoint(U) * U)
    zero = sympy.zeros(3, 1)
    _, _, excess = bloch_symbols()
    correlation = correlated_state(zero, zero, excess) - sympy.eye(4) / 4
    assert correlation.trace() == 0


def _check_kraus() -> None:
    """Check ΣMρM† by an undetermined U, the axis of B along its Bloch vector."""
    U = Matrix(4, 4, lambda k, m: Symbol(f"U_{k + 1}{m + 1}"))
    (x, y, z), (*_, p), _ = bloch_symbols()
    alpha, beta = Matrix([x, y, z]), Matrix([0, 0, p])
    rho_A = correlated_state(alpha, beta, alpha * beta.T)
    first = Matrix(2, 2, lambda k, m: rho_A[2 * k, 2 * m] + rho_A[2 * k + 1, 2 * m + 1])
    weights = 1 + p, 1 + p, 1 - p, 1 - p
    total = sympy.zeros(2, 2)
    for M, weight in zip(kraus_operators(U, beta), weights, strict=True):
        bare = (M / sqrt(weight / 2)).applyfunc(sympy.expand)
        total += weight / 2 * bare * first * bare.H
    difference = (total - kraus_part(U, alpha, beta)).applyfunc(sympy.expand)
    assert difference == sympy.zeros(2, 2)


def _motion() -> list[Step]:
    """Derive the equation that is local in time."""
    T, xi, rho = (Function(name, commutative=False)(t) for name in ("T", "xi", "rho_A"))
    start = _operator("rho_A0")
    solution = T * start + xi
    X = T.diff(t) * T**-1
    equation = X * rho + xi.diff(t) - X * xi
    residual = solution.diff(t) - equation.xreplace({rho: solution})
    assert sympy.expand(residual) == 0
    name = _operator("X")
    written = name * rho + (xi.diff(t) - name * xi)
    assert sympy.expand(written.xreplace({name: X}) - equation) == 0
    return [
        Step("State of A", Eq(rho, solution, evaluate=False)),
        Step("Generator", Eq(name, X), "Where T can be inverted."),
        Step("Equation of motion", Eq(Derivative(rho, t), written, evaluate=False)),
    ]


def _coupling() -> list[Step]:
    """Carry all out for H = (g/2) σ_x ⊗ τ_z and any start."""
    alpha, beta, _ = bloch_symbols()
    primed = Matrix(3, 3, lambda k, m: Symbol(f"gammaprime_{k + 1}{m + 1}", real=True))
    U = coupling_propagator(g, t)
    kept = bloch_vector(kraus_part(U, alpha, beta))
    added = bloch_vector(inhomogeneous_part(U, primed))
    H = g / 2 * Tensor(Symbol("sigma_x"), Symbol("tau_z"))
    return [
        Step("A coupling", Eq(_operator("H"), H, evaluate=False)),
        Step("Bloch vector of the map", Eq(Symbol("r_T"), kept, evaluate=False)),
        Step(
            "Bloch vector of the inhomogeneous part",
            Eq(Symbol("r_I"), added, evaluate=False),
        ),
    ]


def _bell_pair() -> list[Step]:
    zero = sympy.zeros(3, 1)
    U = coupling_propagator(g, t)
    excess = correlation_excess(zero, zero, BELL)
    xi = inhomogeneous_part(U, excess)
    alpha, _, _ = bloch_symbols()
    T = bloch_vector(kraus_part(U, alpha, zero)).jacobian(alpha)
    X = (T.diff(t) * T.inv()).applyfunc(lambda entry: entry.rewrite(tan))
    X = X.applyfunc(sympy.simplify)
    product = correlated_state(zero, zero, zero * zero.T)
    distance = trace_distance_of_qubits(xi, sympy.zeros(2, 2))
    assert product == sympy.eye(4) / 4
    return [
        Step(
            "A Bell pair",
            Eq(Symbol("gammaprime"), excess, evaluate=False),
            "(|00⟩ + |11⟩)/√2: its marginals say nothing.",
        ),
        Step("Its inhomogeneous part", Eq(_operator("xi"), xi, evaluate=False)),
        Step(
            "Its generator on Bloch vectors",
            Eq(_operator("X"), X, evaluate=False),
            "It ends where cos gt = 0.",
        ),
        Step(
            "Trace distance from the product",
            Eq(Symbol("D"), distance, evaluate=False),
            "It grows from zero, which no map of A alone can do.",
        ),
    ]
