"""Large generators: sparse operators, real forms of Hermitian blocks, Krylov steps."""

from functools import reduce
from importlib import import_module

import numpy as np
import pytest
import qutip
import scipy.sparse as sp
from dynamics.generators import random_blocks, random_matrices, random_parts, slow_apply
from scipy.linalg import expm
from scipy.sparse.linalg import expm_multiply
from systems import LOWERING, SIGMA_X, SIGMA_Z

from oqnn import ConvergenceError
from oqnn._core.stacking import unvec, vec
from oqnn.dynamics import (
    ConstantControls,
    ControlledGenerator,
    PiecewiseControls,
    RegisterGenerator,
    SmoothControls,
    evolve,
)
from oqnn.dynamics.combined import CombinedGenerator
from oqnn.dynamics.solvers.krylov import krylov_states
from oqnn.dynamics.solvers.sparse_action import compile_action, from_real, to_real

RNG = np.random.default_rng(50)
TIMES = np.array([0.0, 0.3, 0.31, 1.7, 4.0])


def dissipative(size, seed=1):
    """A random real matrix whose flow never increases the 2-norm."""
    rng = np.random.default_rng(seed)
    turn, decay = rng.normal(size=(2, size, size))
    return 2 * (turn - turn.T) - decay @ decay.T / size


@pytest.mark.parametrize("tol", [1e-3, 1e-7, 1e-11])
def test_bound_holds_and_is_close(tol):
    """Against dense exponentials, in several steps, at times inside of them."""
    A, start = dissipative(80), RNG.normal(size=80)
    states = list(krylov_states(lambda x: A @ x, start, TIMES, tol))
    assert len(states) == 4
    for time, (x, bound) in zip(TIMES[1:], states, strict=True):
        true = np.linalg.norm(x - expm(A * time) @ start)
        assert true < bound + 1e-13 < tol + 2e-13
    assert bound < 30 * true + 1e-12


def test_invariant_spaces_end_early():
    """A start in a small invariant space needs few products, zero none."""
    A = np.zeros((30, 30))
    A[:3, :3] = dissipative(3) - dissipative(3).T
    start = np.eye(30)[0]
    calls = []
    ((x, bound),) = krylov_states(
        lambda v: calls.append(1) or A @ v, start, np.array([1.0, 51.0]), 1e-12
    )
    np.testing.assert_allclose(x, expm(50 * A)[:, 0], atol=1e-13)
    assert len(calls) <= 4
    assert bound < 1e-14
    ((x, bound),) = krylov_states(lambda v: A @ v, 0 * start, np.array([0.0, 1]), 1e-9)
    np.testing.assert_array_equal(x, 0 * start)


def test_generators_that_are_not_finite_are_refused():
    with pytest.raises(ConvergenceError, match="must give finite derivatives"):
        list(krylov_states(lambda x: x * np.nan, np.ones(9), np.array([0.0, 1]), 1e-9))


def mixed_parts(n, d, seed):
    """Dense, sparse, diagonal, real and imaginary operators in one generator."""
    H, jumps = random_parts(n, d, seed)
    rng = np.random.default_rng(seed + 1)
    lone = np.zeros((d, d), dtype=complex)
    lone[1, d - 1], lone[2, 0], lone[0, 0] = 0.7 - 0.2j, 0.4j, 0.3
    extra = [np.diag(random_matrices(rng, d)), lone, lone.real, 1j * lone.real]
    extra += [np.eye(d) * 0.4, 0.3 * rng.normal(size=(d, d)), np.zeros((d, d))]
    jumps[n - 1, 0] = np.array([*jumps.get((n - 1, 0), []), *extra])
    H[0] = H[0].real
    return H, jumps


@pytest.mark.parametrize(("n", "d"), [(1, 5), (3, 4)])
def test_action_is_the_equation_written_as_loops(n, d):
    """With complex operators of every kind; the adjoint by duality."""
    H, jumps = mixed_parts(n, d, seed=3)
    blocks, other = random_matrices(RNG, 2, n, d, d)
    action = compile_action(H, jumps)
    expected = slow_apply(H, jumps, blocks)
    np.testing.assert_allclose(action.general(blocks), expected, atol=1e-12)
    hermitian = blocks + blocks.conj().mT
    found = from_real(action.real(to_real(hermitian)))
    expected = slow_apply(H, jumps, hermitian)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    dual = compile_action(H, jumps, dual=True).general(other)
    left = np.einsum("aij,aji->", other, action.general(blocks))
    right = np.einsum("aij,aji->", dual, blocks)
    np.testing.assert_allclose(left, right, rtol=1e-12)


def test_real_form_is_an_isometry():
    blocks = random_blocks(2, 3)
    S = to_real(blocks)
    np.testing.assert_allclose(from_real(S), blocks, atol=1e-16)
    np.testing.assert_allclose(np.linalg.norm(S), np.linalg.norm(blocks), rtol=1e-14)


def site(operator, k, n_spins):
    """An operator on spin k of a chain, sparse."""
    parts = [sp.csr_array(operator if i == k else np.eye(2)) for i in range(n_spins)]
    return sp.csr_array(reduce(sp.kron, parts))


def ising(n_spins):
    """H = −Σ σz σz − 0.8 Σ σx with √0.1 σ₋ and √0.05 σz on every spin, sparse."""
    H = sum(
        -(site(SIGMA_Z, k, n_spins) @ site(SIGMA_Z, k + 1, n_spins))
        for k in range(n_spins - 1)
    )
    H = H - 0.8 * sum(site(SIGMA_X, k, n_spins) for k in range(n_spins))
    jumps = [np.sqrt(0.1) * site(LOWERING, k, n_spins) for k in range(n_spins)]
    jumps += [np.sqrt(0.05) * site(SIGMA_Z, k, n_spins) for k in range(n_spins)]
    return H, jumps


def slow_reference(H, jumps, rho, time):
    """Column-stacked superoperator and SciPy's action of its exponential."""
    unit = sp.eye_array(len(rho))
    L = -1j * (sp.kron(unit, H) - sp.kron(H.T, unit))
    for R in jumps:
        RR = R.conj().T @ R
        L = L + sp.kron(R.conj(), R) - (sp.kron(unit, RR) + sp.kron(RR.T, unit)) / 2
    return unvec(expm_multiply(sp.csr_array(L) * time, vec(rho)), len(rho))


def test_spin_chain_of_sparse_operators(monkeypatch):
    """Five spins, from a state and from an operator that is not Hermitian."""
    H, jumps = ising(5)
    generator = RegisterGenerator(H, {(0, 0): jumps})
    assert generator.is_sparse
    bases = import_module("oqnn._core.bases")
    monkeypatch.setattr(bases, "hermitian_basis", lambda d: 1 / 0)
    ket = random_matrices(RNG, 32)
    starts = [
        np.outer(ket, ket.conj()) / np.vdot(ket, ket),
        random_matrices(RNG, 32, 32),
    ]
    for start, tol in zip(starts, [1e-6, 1e-10], strict=True):
        result = evolve(generator, start, [0, 0.3, 1.5], tol=tol)
        exact = slow_reference(H, jumps, start, 1.5)
        true = np.linalg.norm(result.states[-1] - exact)
        assert true < result.error < tol * np.linalg.norm(start)
        assert result.error < 30 * true
        assert "Krylov" in result.method


def test_qutip_operators_stay_sparse():
    H, jumps = ising(5)
    from_scipy = RegisterGenerator(H, {(0, 0): jumps})
    from_qutip = RegisterGenerator(
        qutip.Qobj(H), {(0, 0): [qutip.Qobj(R) for R in jumps]}
    )
    assert all(sp.issparse(R) for R in from_qutip.jumps[0, 0])
    blocks = random_matrices(RNG, 1, 32, 32)
    found = from_qutip.apply(blocks)
    np.testing.assert_allclose(found, from_scipy.apply(blocks), atol=1e-13)
    dense = [R.toarray() for R in jumps]
    expected = slow_apply([H.toarray()], {(0, 0): dense}, blocks)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_partner_of_large_blocks_is_carried_along():
    H, jumps = ising(5)
    generator = RegisterGenerator(H, {(0, 0): jumps})
    left, right = random_matrices(RNG, 32, 32), random_matrices(RNG, 2, 2)
    start = np.kron(left, right)
    result = evolve(generator, start[None], [0, 0.4], tol=1e-10)
    alone = evolve(generator, left, [0, 0.4], tol=1e-10).states[-1]
    np.testing.assert_allclose(result.states[-1], np.kron(alone, right), atol=1e-7)
    assert result.dims == (32, 2)


@pytest.mark.parametrize("basis_up_to", [0, 24])
def test_controls_of_large_generators(basis_up_to, monkeypatch):
    """Pieces, many points and a smooth drive, against the dense ways."""
    parts = [RegisterGenerator(*random_parts(2, 2, seed)) for seed in range(3)]
    generator = ControlledGenerator(parts[0], parts[1:])
    start = random_blocks(2, 4)
    pieces = PiecewiseControls([0, 0.2, 0.7, 1.0], RNG.normal(size=(3, 2)) / 4)
    points = ConstantControls(RNG.normal(size=(3, 2)) / 4)
    smooth = SmoothControls(lambda t: [0.2 * np.cos(t), 0.1 * t], 2)
    tlist = [0.0, 0.1, 0.7, 0.9]
    for controls, tol in ((pieces, 1e-8), (points, 1e-8), (smooth, 1e-4)):
        dense = evolve(generator, start, tlist, controls=controls)
        with monkeypatch.context() as patch:
            for limit in ("DENSE_LIMIT", "SMOOTH_LIMIT"):
                patch.setattr(import_module("oqnn.dynamics.evolve"), limit, 0)
            module = import_module("oqnn.dynamics.solvers.routes")
            patch.setattr(module, "BASIS_UP_TO", basis_up_to)
            large = evolve(generator, start, tlist, controls=controls, tol=tol)
        assert "Krylov" in large.method
        np.testing.assert_allclose(large.blocks, dense.blocks, atol=tol)


def test_any_generator_takes_krylov_steps(monkeypatch):
    """One that offers no more than the names of `Generator`."""
    inner = RegisterGenerator(*random_parts(2, 3, 5))

    class Plain:
        n, d, dimension, n_controls = 2, 3, 18, 0

        def apply(self, blocks, u=None):
            return inner.apply(blocks)

        def matrix(self, u=None):
            return inner.matrix()

    start = random_blocks(2, 3)
    expected = evolve(inner, start, TIMES)
    dense = evolve(Plain(), start, TIMES)
    np.testing.assert_allclose(dense.blocks, expected.blocks, atol=1e-14)
    monkeypatch.setattr(import_module("oqnn.dynamics.evolve"), "DENSE_LIMIT", 0)
    monkeypatch.setattr(import_module("oqnn.dynamics.solvers.routes"), "BASIS_UP_TO", 0)
    halves = CombinedGenerator([0.75, 0.25], [inner, Plain()])
    for generator in (Plain(), halves):
        large = evolve(generator, start, TIMES, tol=1e-11)
        np.testing.assert_allclose(large.blocks, expected.blocks, atol=1e-10)


@pytest.mark.parametrize(
    ("hamiltonian", "jumps", "message"),
    [
        (sp.eye_array(30) * 1j, [], r"`hamiltonians\[0\]` must be Hermitian.* by 2"),
        (sp.csr_array((30, 31)), [], r"`hamiltonians\[0\]` must have shape"),
        (sp.eye_array(30), [sp.eye_array(31)], r"`jumps\[\(0, 0\)\]\[0\]` must have"),
        (sp.eye_array(30) * np.inf, [], r"`hamiltonians\[0\].data` must be finite"),
    ],
)
def test_wrong_sparse_operators_are_refused(hamiltonian, jumps, message):
    with pytest.raises(ValueError, match=message):
        RegisterGenerator(hamiltonian, {(0, 0): jumps} if jumps else None)


def test_small_sparse_operators_become_dense():
    generator = RegisterGenerator(
        [sp.csr_array(SIGMA_Z), SIGMA_X], {(0, 1): sp.csr_array(LOWERING)}
    )
    plain = RegisterGenerator([SIGMA_Z, SIGMA_X], {(0, 1): LOWERING})
    assert not generator.is_sparse
    np.testing.assert_array_equal(generator.matrix(), plain.matrix())


def test_matrices_that_do_not_fit_are_refused():
    generator = RegisterGenerator(sp.eye_array(4096))
    with pytest.raises(ValueError, match=r"must fit in memory.* GiB .*Use `apply`"):
        generator.matrix()
