"""What classical spins cannot carry, as a derivation of proven numbers."""

import sympy
from sympy import Abs, Eq, Expr, Indexed, Le, Max, Mul, Sum, Symbol, cos, pi, sin

from .bell_certificates import (
    BellCertificate,
    DistanceProof,
    FidelityProof,
    VisibilityProof,
)
from .correlation_map import (
    extended_visibility,
    ghz_contradiction,
    ghz_distance,
    ghz_fidelity,
    ghz_visibility,
    pair_distance,
    pair_fidelity,
    pair_visibility,
)
from .derivation import Derivation, Step
from .spin_laws import spins_of

__all__ = ["derive_correlation_map"]

PHASE = Symbol("phi", real=True)
WHOLE = Abs(cos(PHASE)) + Abs(sin(PHASE))


def derive_correlation_map(order: int | None = None) -> Derivation:
    """Derive what the correlation map cannot carry, all numbers proven from both sides.

    Parameters
    ----------
    order : None
        Must be left out: nothing is expanded.

    Returns
    -------
    Derivation
        Steps "map"; "GHZ, product", "GHZ, inequality", "GHZ, value", "GHZ, visibility",
        "GHZ, distance", "GHZ, fidelity"; the same from "pair, inequality" for two
        qubits at φ = π/4, with "…, any phase"; "extended, inequality", "extended,
        value", "extended, visibility" and "extended, without phase".

    Raises
    ------
    ValueError
        If `order` is given.
    """
    if order is not None:
        raise ValueError(
            f"`order` must be None for the correlation map, but is {order}: its "
            "numbers are exact."
        )
    return Derivation(
        "What classical spins can carry",
        (_map(), *_ghz(), *_pair(), *_extended()),
    )


def _map() -> Step:
    mu, nu = sympy.symbols("mu nu", integer=True)
    chi, generators = Indexed("chi", mu, nu), Indexed("L", mu, nu)
    return Step(
        "map",
        Eq(Symbol("rho"), Sum(chi * generators, (mu, 0, 3), (nu, 0, 3)) / 4),
        "χ holds the means of products of spins, L_μν = τ_μ⊗τ_ν; two qubits are shown.",
    )


def _ghz() -> tuple[Step, ...]:
    parity = ghz_contradiction()
    parity.verify()
    factors = (
        Mul(*map(Symbol, spins_of(word, parity.parties) or ())) for word in parity.signs
    )
    return (
        Step(
            "GHZ, product",
            Eq(Mul(*factors, evaluate=False), parity.expression, evaluate=False),
            "The right side is 1 for every configuration. The state has the four "
            "factors 1, −1, −1 and −1, so no law has all of them.",
        ),
        *_both_sides("GHZ", ghz_visibility(), ghz_distance(), ghz_fidelity()),
    )


def _pair() -> tuple[Step, ...]:
    phase = pi / 4
    numbers = pair_visibility(phase), pair_distance(phase), pair_fidelity(phase)
    between = 2 * sympy.atan(1 / (1 + Symbol("k", positive=True)))
    pair_visibility(between).verify()
    pair_distance(between).verify()
    return (
        *_both_sides("pair", *numbers),
        Step(
            "pair, visibility, any phase",
            1 / WHOLE,
            "Proven for all φ between 0 and π/2; signs of spins give the others.",
        ),
        Step("pair, distance, any phase", (WHOLE - 1) ** 2 / 4),
        Step(
            "pair, fidelity, any phase",
            (1 + Max(Abs(cos(PHASE)), Abs(sin(PHASE)))) / 2,
        ),
    )


def _extended() -> tuple[Step, ...]:
    proof, plain = extended_visibility(pi / 4), extended_visibility(0)
    for each in (proof, plain):
        each.verify()
    inequality = _bound_of(proof)
    return (
        Step(
            "extended, inequality",
            Le(inequality.expression, inequality.bound),
            "Pair spins of qubits 1 and 2 and single spins of qubit 3.",
        ),
        Step(
            "extended, value",
            inequality.value(proof.target),
            "For (|000⟩ + ε|111⟩)/√2 with ε = exp(iπ/4).",
        ),
        Step("extended, visibility", proof.visibility, "The same in all components."),
        Step(
            "extended, without phase",
            plain.visibility,
            "At ε = 1 there is a law, so this state did not show the obstruction.",
        ),
    )


def _both_sides(
    name: str, v: VisibilityProof, d: DistanceProof, f: FidelityProof
) -> tuple[Step, ...]:
    """Verify three proofs and state what they prove."""
    for proof in (v, d, f):
        proof.verify()
    inequality = _bound_of(v)
    return (
        Step(
            f"{name}, inequality",
            Le(inequality.expression, inequality.bound),
            "Found by looking at every configuration of signs.",
        ),
        Step(f"{name}, value", _value(inequality, v), "What the state has."),
        Step(
            f"{name}, visibility",
            v.visibility,
            "The bound over the value; a law with these correlators reaches it.",
        ),
        Step(
            f"{name}, distance",
            d.distance,
            "Least squared Frobenius norm. The nearest law touches the inequality.",
        ),
        Step(f"{name}, fidelity", f.fidelity, "The largest squared fidelity."),
    )


def _bound_of(proof: VisibilityProof) -> BellCertificate:
    assert proof.inequality is not None
    return proof.inequality


def _value(inequality: BellCertificate, proof: VisibilityProof) -> Expr:
    return sympy.expand(inequality.value(proof.target))
