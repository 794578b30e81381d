"""The generalized Lindblad equation: embedding, trace, adjoint, numbers."""

import numpy as np
import pytest
import sympy
from sympy import I, Matrix, Symbol

from oqnn.dynamics import RegisterGenerator
from oqnn.symbolic import (
    derive_register,
    lindblad_rate,
    register_adjoint,
    register_embedding,
    register_rate,
)
from oqnn.symbolic.projection.traces import OperatorTrace, dagger


def undetermined(name):
    return Matrix(2, 2, lambda i, j: Symbol(f"{name}_{i}{j}"))


def hermitian(name):
    a, d = sympy.symbols(f"{name}_a {name}_d", real=True)
    b = Symbol(f"{name}_b")
    return Matrix([[a, b], [b.conjugate(), d]])


H = [hermitian("H0"), hermitian("H1")]
RHO = [hermitian("r0"), hermitian("r1")]
R = {
    (0, 1): [undetermined("R01"), undetermined("S01")],
    (1, 0): undetermined("R10"),
    (1, 1): [undetermined("R11")],
}


def blocks_of(whole):
    """The blocks ⟨i|X|j⟩ of a matrix on S ⊗ C²."""
    return [[whole[i::2, j::2] for j in (0, 1)] for i in (0, 1)]


def test_eq_2_2_trace_is_preserved_for_undetermined_entries():
    rates = register_rate(H, R, RHO)
    assert sympy.expand(rates[0].trace() + rates[1].trace()) == 0
    assert sympy.expand(rates[0].trace()) != 0


def test_eq_2_2_the_jumps_into_a_block_do_not_keep_the_trace():
    """½{R_ij†R_ij, ρ_i}, as printed: Σ tr R_ij†R_ij(ρ_j − ρ_i) remains."""
    printed = derive_register()[
        "Trace with the jumps into a block in its anticommutator"
    ].rhs
    r, s = sympy.symbols("rho_1 rho_2", commutative=False, hermitian=True)
    into, out = sympy.symbols("R_12 R_21", commutative=False)
    expected = dagger(into) * into * (s - r) + dagger(out) * out * (r - s)
    assert printed == OperatorTrace(expected)


def test_eq_2_2_one_jump_for_each_triple():
    """The Lindblad equation of the embedding moves the blocks as K does."""
    energy, jumps = register_embedding(H, R)
    assert len(jumps) == 4
    whole = sum(
        (
            sympy.kronecker_product(rho, sympy.diag(*e))
            for rho, e in zip(RHO, [(1, 0), (0, 1)], strict=True)
        ),
        sympy.zeros(4, 4),
    )
    entries = set().union(*(A.free_symbols for A in [energy, whole, *jumps]))
    numbers = {
        symbol: (k + 2) if symbol.is_real else 2 - k * I
        for k, symbol in enumerate(sorted(entries, key=lambda entry: entry.name))
    }
    energy, whole = energy.subs(numbers), whole.subs(numbers)
    jumps = [jump.subs(numbers) for jump in jumps]
    rates = register_rate(H, R, RHO)
    found = blocks_of(lindblad_rate(energy, jumps, whole))
    for i in (0, 1):
        assert found[i][i] == rates[i].subs(numbers).applyfunc(sympy.expand)
    assert found[0][1] == sympy.zeros(2, 2)
    merged = lindblad_rate(energy, [sum(jumps, sympy.zeros(4, 4))], whole)
    assert blocks_of(merged)[0][1] != sympy.zeros(2, 2)


def test_eq_2_2_the_adjoint_of_the_unit_vanishes():
    one = sympy.eye(2)
    assert register_adjoint(H, R, [one, one]) == [sympy.zeros(2, 2)] * 2


def test_eq_2_2_adjoint_and_generator_have_the_same_means():
    """Σ tr Λ_iK_i(ρ) = Σ tr K_i†(Λ)ρ_i, for operators of any dimension."""
    h, r, o = (
        sympy.symbols(f"{n}_0 {n}_1", commutative=False, hermitian=True)
        for n in ("h", "r", "o")
    )
    jumps = {
        (i, j): Symbol(f"R_{i}{j}", commutative=False) for i in (0, 1) for j in (0, 1)
    }
    rates, adjoint = register_rate(h, jumps, r), register_adjoint(h, jumps, o)
    left = sum(OperatorTrace(a * b) for a, b in zip(o, rates, strict=True))
    right = sum(OperatorTrace(a * b) for a, b in zip(adjoint, r, strict=True))
    assert sympy.expand(left - right) == 0
    assert left != 0


def test_rates_are_those_of_the_numerical_generator():
    rng = np.random.default_rng(4)
    draw = rng.normal(size=(9, 2, 2)) + 1j * rng.normal(size=(9, 2, 2))
    energies, blocks = draw[:2] + draw[:2].conj().mT, draw[2:4]
    jumps = {(0, 1): draw[4:6], (1, 0): draw[6:7], (1, 1): draw[7:8]}
    generator = RegisterGenerator(energies, jumps)
    found = register_rate(
        [Matrix(a) for a in energies],
        {pair: [Matrix(a) for a in several] for pair, several in jumps.items()},
        [Matrix(a) for a in blocks],
    )
    expected = generator.apply(blocks)
    for rate, block in zip(found, expected, strict=True):
        np.testing.assert_allclose(np.array(rate, complex), block, atol=1e-13)
    assert len(generator.embedding()[1]) == 4


def test_eq_2_9_the_register_of_two_bands():
    """dρ₁ = γ₁σ₊ρ₂σ₋ − (γ₂/2){σ₊σ₋, ρ₁}, |0⟩ = e."""
    first, second = sympy.symbols("gamma_1 gamma_2", positive=True)
    raise_, lower = Matrix([[0, 1], [0, 0]]), Matrix([[0, 0], [1, 0]])
    jumps = {(0, 1): sympy.sqrt(first) * raise_, (1, 0): sympy.sqrt(second) * lower}
    none = sympy.zeros(2, 2)
    rates = register_rate([none, none], jumps, RHO)
    excited = raise_ * lower
    expected = first * raise_ * RHO[1] * lower
    expected -= second / 2 * (excited * RHO[0] + RHO[0] * excited)
    assert rates[0] == expected.applyfunc(sympy.expand)
    # p_e from e in band 1 solves the pair of equations of its populations
    t = Symbol("t", positive=True)
    decay = sympy.exp(-(first + second) * t)
    p = (first + second * decay) / (first + second)
    start = {entry: 0 for rho in RHO for entry in rho.free_symbols}
    start |= {RHO[0][0, 0]: p, RHO[1][1, 1]: 1 - p}
    rate = rates[0][0, 0].subs(start)
    assert sympy.expand(sympy.simplify(p.diff(t) - rate)) == 0


@pytest.mark.parametrize(
    ("energies", "jumps", "blocks", "message"),
    [
        (H[:1], R, RHO, "`hamiltonians` must be one for each of the 2 blocks"),
        (H, {(0, 2): RHO[0]}, RHO, r"`jumps` must be between blocks 0 to 1.*\(0, 2\)"),
        (H, {(0, 1): sympy.eye(3)}, RHO, r"of one size, .*\(2, 2\), \(3, 3\)"),
    ],
)
def test_registers_that_do_not_fit_are_refused(energies, jumps, blocks, message):
    with pytest.raises(ValueError, match=message):
        register_rate(energies, jumps, blocks)


def test_an_order_is_refused():
    with pytest.raises(ValueError, match="`order` must be None for the register"):
        derive_register(2)


def test_traces_of_words_turn():
    a, b = sympy.symbols("a b", commutative=False)
    assert OperatorTrace(a**2 * b) == OperatorTrace(a * b * a)
    assert OperatorTrace(0) == 0
    assert OperatorTrace(a * b * a * b) != OperatorTrace(a**2 * b**2)
    assert sympy.latex(OperatorTrace(a * b)) == r"\operatorname{tr}\{a b\}"
