"""Derivations: Hamilton-Jacobi theory of learning networks, and Madelung's split."""

import sympy
from sympy import Add, Eq, Function, I, Order, Symbol, cos, sin

from ..._core.checks import check_integer
from ..canonical import HBAR, MASS, OMEGA, TIME, symbols
from ..derivation import Derivation, Step
from .constraints import momentum_hessian, null_vectors, primary_constraints
from .epochs import FRICTION, RATE, epoch_map, epoch_recursion, update_operator
from .hamilton_jacobi import hamilton_jacobi
from .learning_network import LearningNetwork, learning_network
from .madelung import madelung
from .semiclassical import START, semiclassical_wave, wkb_equations
from .shifts import PERIOD, Shift

__all__ = ["derive_hamilton_jacobi", "derive_madelung"]


def derive_hamilton_jacobi(order: int | None = None) -> Derivation:
    r"""Derive the Hamilton-Jacobi theory of a learning network.

    One neuron with one weight stands for all. What integrals decide is shown on the
    oscillator and on two free particles.

    Parameters
    ----------
    order : int, from 0
        The epoch n up to which the sum over shifted gradients is written; 2 by default.

    Returns
    -------
    Derivation

    Raises
    ------
    TypeError, ValueError
        If `order` is not an integer from 0.

    Examples
    --------
    >>> print(derive_hamilton_jacobi()["incomplete determinant"])
    Eq(det, 0)
    """
    epoch = 2 if order is None else order
    check_integer(epoch, "order", least=0)
    network = learning_network()
    steps = (
        *_equation_steps(network),
        *_constraint_steps(network),
        *_integral_steps(),
        *_epoch_steps(epoch),
    )
    return Derivation("Hamilton-Jacobi theory of a learning network", steps)


def derive_madelung(order: int | None = None) -> Derivation:
    r"""Derive Madelung's split, and what a classical action leaves of it.

    Parameters
    ----------
    order : int, from 0
        The last power of ħ of the equations of ψ = exp[(i/ħ) Σ (−iħ)^k J_k]; 2 by
        default.

    Returns
    -------
    Derivation

    Raises
    ------
    TypeError, ValueError
        If `order` is not an integer from 0.

    Examples
    --------
    >>> derive_madelung()["difference"]
    0
    """
    last = 2 if order is None else order
    check_integer(last, "order", least=0)
    split = madelung()
    R, residual = split.amplitude, split.residual
    sides = -R * split.quantum_hamilton_jacobi + I * HBAR / (2 * R) * split.continuity
    steps = [
        Step("wave function", Eq(Function("psi")(*R.args), split.wave_function)),
        Step(
            "residual",
            residual,
            "This is what (iħ∂_t − Ĥ)ψ leaves, times the inverse phase factor.",
        ),
        Step("quantum Hamilton-Jacobi equation", split.equations[0]),
        Step("continuity equation", split.equations[1]),
        Step(
            "difference",
            sympy.expand((residual - sides).doit()),
            "The residual is −R times the first left side plus iħ/2R times the second.",
        ),
        Step("quantum potential", split.quantum_potential),
        *_wave_steps(),
        *_power_steps(last),
    ]
    return Derivation("Madelung's split of Schrödinger's equation", tuple(steps))


def _power_steps(last: int) -> list[Step]:
    x, _, _ = symbols()
    J = [Function(f"J{k}", real=True)(x, TIME) for k in range(last + 1)]
    series = Add(*((-I * HBAR) ** k * part for k, part in enumerate(J)))
    return [
        Step(
            "phase in powers of hbar",
            Eq(Symbol("S"), series + Order(HBAR ** (last + 1)), evaluate=False),
            "Now ψ = e^{iS/ħ} without R, and S complex. Every power of ħ must vanish.",
        ),
        *(
            Step(f"power {power} of hbar", Eq(equation, 0, evaluate=False))
            for power, equation in enumerate(wkb_equations(last))
        ),
    ]


def _equation_steps(network: LearningNetwork) -> list[Step]:
    system, H = network.hamilton_jacobi, network.hamiltonian
    names = ("neuron", "weight", "weight in use")
    equations = [
        *(f"{name}" for name in names),
        "costate",
        "momentum",
        "momentum of the weight in use",
    ]
    remarks = {
        "neuron": "W(t − T) is the weight that the last epoch left behind.",
        "momentum": "The slides omit the equations of momenta.",
        "momentum of the weight in use": "This force is −g: only the weight in use "
        "feels the neuron.",
    }
    return [
        Step(
            "Hamiltonian",
            Eq(Symbol("H"), network.in_time(H), evaluate=False),
            "Linear in the costate, quadratic in the momenta of two epochs.",
        ),
        Step("Hamilton-Jacobi equation", system.equation),
        *(
            Step(name, equation, remarks.get(name, ""))
            for name, equation in zip(equations, network.equations, strict=True)
        ),
        Step(
            "rate of the action",
            Eq(Symbol("dJ/dt"), system.action_rate, evaluate=False),
            "This is −H + Σ p ∂H/∂p: the neurons drop out.",
        ),
    ]


def _constraint_steps(network: LearningNetwork) -> list[Step]:
    system = network.hamilton_jacobi
    hessian = momentum_hessian(system)
    velocities = [Symbol(f"v_{q}", real=True) for q in system.coordinates]
    L = network.lagrangian((velocities[0],), velocities[1:])
    q = (*system.coordinates, *network.costates)
    momenta = [Symbol(f"pi_{k}", real=True) for k in q]
    slopes = [*velocities, Symbol("v_Delta1", real=True)]
    first, second = primary_constraints(L, q, slopes, momenta)
    return [
        Step("Hessian", hessian, "By (Δ, M): no velocity tells the costate."),
        Step("null vector", null_vectors(hessian)[0]),
        Step("first primary constraint", Eq(first, 0, evaluate=False)),
        Step(
            "second primary constraint",
            Eq(second, 0, evaluate=False),
            "Their Poisson bracket is −1: they are of second class.",
        ),
    ]


def _integral_steps() -> list[Step]:
    x, p, _ = symbols()
    (x1, x2), (p1, p2), _ = symbols(2)
    first, ratio = sympy.symbols("alpha1 k", real=True)
    m, w, t, a = MASS, OMEGA, TIME, START
    J = m * w * ((x**2 + a**2) * cos(w * t) - 2 * a * x) / (2 * sin(w * t))
    oscillator = hamilton_jacobi(p**2 / (2 * m) + m * w**2 * x**2 / 2)
    free = hamilton_jacobi((p1**2 + p2**2) / (2 * m))
    poor = first * (x1 + ratio * x2) - first**2 * (1 + ratio**2) * t / (2 * m)
    second = Symbol("alpha2", real=True)
    hessian = free.mixed_hessian(poor, (first, second))
    name, det = Symbol("J"), Symbol("det")
    return [
        Step("oscillator", Eq(name, J)),
        Step(
            "oscillator determinant",
            Eq(det, sympy.expand(oscillator.mixed_hessian(J, [a]).determinant)),
            "Not zero: x(t) follows from a and ∂J/∂a.",
        ),
        Step(
            "incomplete integral",
            Eq(name, poor, evaluate=False),
            "Two free particles with α₂ = kα₁.",
        ),
        Step(
            "incomplete residual",
            sympy.expand(free.residual(poor)),
            "It solves the Hamilton-Jacobi equation all the same.",
        ),
        Step("incomplete determinant", Eq(det, hessian.determinant, evaluate=False)),
        Step(
            "undetermined motion",
            hessian.undetermined[0],
            "Along this direction J says nothing of x1 and x2.",
        ),
    ]


def _epoch_steps(epoch: int) -> list[Step]:
    S, mu = Shift(PERIOD), FRICTION
    n = Symbol("n", integer=True, nonnegative=True)
    v = Symbol("v", integer=True, nonnegative=True)
    total = sympy.Sum(mu**v * S**v, (v, 0, n))
    end = 1 - mu ** (n + 1) * S ** (n + 1)
    W, before = epoch_recursion(epoch + 1)[-1][0], Function("W", real=True)
    weights = epoch_map(1)
    old = before(TIME + (epoch - 1) * PERIOD)
    start = epoch_recursion(epoch)[-1][0] if epoch else before(TIME - PERIOD)
    return [
        Step(
            "epoch update", Eq(Symbol("Delta_W"), update_operator(epoch) * Symbol("g"))
        ),
        Step(
            "telescoping",
            Eq((1 - mu * S) * total, end, evaluate=False),
            "Multiplied out, neighbours cancel; before the first epoch g is zero.",
        ),
        Step(
            "weights",
            Eq(before(TIME + epoch * PERIOD), old + sympy.expand(W - start)),
            "The same by running the epochs one after the other.",
        ),
        Step(
            "determinant of an epoch",
            Eq(Symbol("det"), weights.determinant),
            "With N weights μ^N: with friction learning cannot be run backward.",
        ),
        Step(
            "energy of learning",
            _energy(),
            "At μ = 1, less ηg²/4ω, it changes by the error of a trapezoidal rule "
            "alone, which is zero for a quadratic cost.",
        ),
    ]


def _energy() -> sympy.Expr:
    J, old, new = sympy.symbols("J_n M_{n-1} M_n", real=True)
    return J + (old**2 + new**2) / (4 * OMEGA * RATE)


def _wave_steps() -> list[Step]:
    x, p, _ = symbols()
    m, a, t = MASS, START, TIME
    J = Function("J", real=True)(x, t)
    U = Function("U", real=True)(x)
    wave = semiclassical_wave(p**2 / (2 * m) + U, J)
    laplacian = sympy.expand(wave.residual + wave.system.residual(J))
    free = m * (x - a) ** 2 / (2 * t)
    exact = semiclassical_wave(p**2 / (2 * m), free, [a])
    return [
        Step(
            "wave of a classical action",
            laplacian,
            "What e^{iJ/ħ} leaves where J solves the Hamilton-Jacobi equation.",
        ),
        Step("free action", Eq(Symbol("J"), free)),
        Step("Van Vleck determinant", exact.amplitude**2),
        Step(
            "residual with Van Vleck's factor",
            sympy.simplify(exact.residual),
            "For a free particle nothing is left.",
        ),
    ]
