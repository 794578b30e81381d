"""The generalized Lindblad generator on register blocks."""

import numpy as np
import pytest
import qutip
from dynamics.generators import (
    random_blocks,
    random_generator,
    random_matrices,
    random_parts,
    slow_apply,
)
from scipy.linalg import expm

from oqnn._core.bases import from_coordinates, hermitian_basis, to_coordinates
from oqnn._core.stacking import vec
from oqnn.dynamics import ControlledGenerator, RegisterGenerator

SIZES = [(1, 2), (3, 2), (2, 3)]
RNG = np.random.default_rng(20)


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_apply_is_the_equation_written_as_loops(n, d):
    """Operators without any symmetry, so that a lost adjoint or index shows."""
    H, jumps = random_parts(n, d, seed=1)
    blocks = random_matrices(RNG, 4, n, d, d)
    found = RegisterGenerator(H, jumps).apply(blocks)
    expected = [slow_apply(H, jumps, b) for b in blocks]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_matrices_act_as_apply_does(n, d):
    generator = random_generator(n, d)
    blocks = random_matrices(RNG, n, d, d)
    matrix, sparse = generator.matrix(), generator.sparse_matrix()
    assert matrix.shape == (generator.dimension,) * 2 == (n * d * d,) * 2
    assert matrix.dtype == float
    np.testing.assert_array_equal(sparse.toarray(), matrix)
    moved = matrix @ to_coordinates(blocks).reshape(-1)
    moved = from_coordinates(moved.reshape(n, d * d))
    np.testing.assert_allclose(moved, generator.apply(blocks), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_adjoint_is_dual_to_apply(n, d):
    """Σ Tr Λ_i K_i(ρ) = Σ Tr K_i†(Λ) ρ_i for any operators, and K†(1) = 0."""
    generator = random_generator(n, d)
    blocks, Lambda = random_matrices(RNG, 2, n, d, d)
    left = np.einsum("aij,aji->", Lambda, generator.apply(blocks))
    right = np.einsum("aij,aji->", generator.adjoint(Lambda), blocks)
    assert abs(left) > 1
    np.testing.assert_allclose(left, right, rtol=1e-12)
    unit = np.broadcast_to(np.eye(d), (n, d, d))
    np.testing.assert_allclose(generator.adjoint(unit), 0, atol=1e-13)
    derivative = np.trace(generator.apply(blocks).sum(0))
    np.testing.assert_allclose(derivative, 0, atol=1e-12)


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_positive_blocks_stay_positive(n, d):
    """A pure, rank-one start touches the boundary of the positive cone."""
    generator = random_generator(n, d)
    ket = random_matrices(RNG, d)
    blocks = np.zeros((n, d, d), dtype=complex)
    blocks[-1] = np.outer(ket, ket.conj()) / np.vdot(ket, ket)
    for time in (1e-3, 0.1, 1.0, 10.0):
        moved = expm(generator.matrix() * time) @ to_coordinates(blocks).reshape(-1)
        moved = from_coordinates(moved.reshape(n, d * d))
        assert np.linalg.eigvalsh(moved).min() > -1e-13
        np.testing.assert_allclose(np.trace(moved.sum(0)), 1, rtol=1e-12)


def test_one_level_is_qutips_liouvillian():
    """𝓛 = −i 1⊗H + i Hᵀ⊗1 + …: only a complex H tells Hᵀ from H."""
    H, jumps = random_parts(1, 3, seed=4)
    assert np.abs(H[0] - H[0].T).max() > 1
    columns = vec(hermitian_basis(3)).T  # one basis element a column; unitary
    matrix = RegisterGenerator(H, jumps).matrix()
    found = columns @ matrix @ columns.conj().T
    c_ops = [qutip.Qobj(R) for R in jumps[0, 0]]
    expected = qutip.liouvillian(qutip.Qobj(H[0]), c_ops).full()
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def block_diagonal(state, n, d):
    """Blocks ⟨i|ρ|i⟩ of a state on S ⊗ C^n."""
    return np.einsum("aibi->iab", np.asarray(state).reshape(d, n, d, n))


@pytest.mark.parametrize(("n", "d"), [(3, 2), (2, 3)])
def test_embedding_is_the_same_dynamics_in_qutip(n, d):
    generator = random_generator(n, d)
    blocks, time = random_blocks(n, d), 0.4
    H, jumps = generator.embedding()
    start = sum(np.kron(b, np.diag(e)) for b, e in zip(blocks, np.eye(n), strict=True))
    result = qutip.mesolve(
        qutip.Qobj(H),
        qutip.Qobj(start),
        [0, time],
        [qutip.Qobj(J) for J in jumps],
        options={"atol": 1e-12, "rtol": 1e-11},
    )
    end = result.states[-1].full()
    moved = expm(generator.matrix() * time) @ to_coordinates(blocks).reshape(-1)
    moved = from_coordinates(moved.reshape(n, d * d))
    np.testing.assert_allclose(moved, block_diagonal(end, n, d), atol=1e-9)


def test_jumps_summed_into_one_operator_are_another_equation():
    """One jump a triple (λ, i, j): summed over pairs they make register coherence."""
    n, d = 3, 2
    generator = random_generator(n, d)
    H, jumps = generator.embedding()
    one_each = RegisterGenerator(H, {(0, 0): np.array(jumps)})
    summed = RegisterGenerator(H, {(0, 0): sum(jumps)})
    blocks = random_blocks(n, d)
    start = sum(np.kron(b, np.diag(e)) for b, e in zip(blocks, np.eye(n), strict=True))
    right = block_diagonal(one_each.apply(start[None])[0], n, d)
    wrong = block_diagonal(summed.apply(start[None])[0], n, d)
    np.testing.assert_allclose(right, generator.apply(blocks), atol=1e-12)
    assert np.abs(wrong - right).max() > 0.1


def test_qutip_operators_and_arrays_are_the_same():
    H = [qutip.sigmax(), 0.3 * qutip.sigmay() + qutip.sigmaz()]
    jumps = {(0, 1): qutip.sigmam(), (1, 1): [qutip.sigmaz(), qutip.sigmap()]}
    plain = {
        (0, 1): qutip.sigmam().full(),
        (1, 1): np.array([qutip.sigmaz().full(), qutip.sigmap().full()]),
    }
    from_qutip = RegisterGenerator(H, jumps)
    from_arrays = RegisterGenerator(np.array([h.full() for h in H]), plain)
    np.testing.assert_array_equal(from_qutip.matrix(), from_arrays.matrix())


def test_arguments_are_copied_and_stay_writable():
    H, R = np.zeros((2, 2, 2), dtype=complex), np.eye(2, dtype=complex)
    generator = RegisterGenerator(H, {(0, 1): R})
    before = generator.matrix()
    H[0, 0, 0], R[0, 1] = 5, 5
    np.testing.assert_array_equal(generator.matrix(), before)
    with pytest.raises(ValueError, match="read-only"):
        generator.hamiltonians[0, 0, 0] = 1


@pytest.mark.parametrize(
    ("hamiltonians", "jumps", "error", "message"),
    [
        (np.zeros((2, 3)), {}, ValueError, r"`hamiltonians` must have shape \(n, d, d"),
        (
            [[0, 1], [0, 0]],
            {},
            ValueError,
            r"`hamiltonians` must be Hermitian.* by 1\.",
        ),
        (np.zeros((0, 2, 2)), {}, ValueError, r"at least one level .* \(0, 2, 2\)"),
        (np.zeros((1, 0, 0)), {}, ValueError, r"at least one level .* \(1, 0, 0\)"),
        (np.eye(2), [np.eye(2)], TypeError, r"`jumps` must be a mapping .* is a list"),
        (np.full((2, 2), np.nan), {}, ValueError, "`hamiltonians` must be finite"),
        ("xx", {}, TypeError, "`hamiltonians` must be a qutip.Qobj or an array"),
        (np.eye(2), {(0, 1): np.eye(2)}, ValueError, r"`jumps` .* j < 1, .*\(0, 1\)"),
        (np.eye(2), {0: np.eye(2)}, ValueError, "`jumps` must have keys .* has 0"),
        (np.eye(2), {(0.0, 0): np.eye(2)}, ValueError, "`jumps` must have keys"),
        (np.eye(2), {(0, -1): np.eye(2)}, ValueError, "`jumps` must have keys"),
        (np.eye(2), {(0, 0): np.eye(3)}, ValueError, r"`jumps\[\(0, 0\)\]` .* \(l, 2"),
        (np.eye(2), {(0, 0): [[np.inf, 0], [0, 0]]}, ValueError, "must be finite"),
        (np.eye(2), {(0, 0): qutip.basis(2, 0)}, TypeError, "an operator.* is a ket"),
    ],
)
def test_no_generator_is_refused(hamiltonians, jumps, error, message):
    with pytest.raises(error, match=message):
        RegisterGenerator(hamiltonians, jumps)


def test_blocks_of_another_shape_are_refused():
    generator = random_generator(3, 2)
    with pytest.raises(
        ValueError, match=r"`blocks` .*\(\.\.\., 3, 2, 2\).*\(2, 2, 2\)"
    ):
        generator.apply(np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="`u` must be absent"):
        generator.matrix([0.1])
    with pytest.raises(ValueError, match="`u` must be absent"):
        generator.adjoint(np.zeros((3, 2, 2)), [0.1])


def test_controlled_generator_is_affine():
    """With any signs: L₀ + Σ u_k L_k by apply, adjoint and matrix."""
    parts = [random_generator(2, 3, seed) for seed in range(3)]
    generator = ControlledGenerator(parts[0], parts[1:])
    u = np.array([0.7, -1.3])
    blocks = random_matrices(RNG, 2, 3, 3)
    for name in ("apply", "adjoint"):
        one, *rest = (getattr(part, name)(blocks) for part in parts)
        expected = one + u[0] * rest[0] + u[1] * rest[1]
        found = getattr(generator, name)(blocks, u)
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)
    batch = generator.matrix(np.array([u, [0, 0], 2 * u]))
    assert batch.shape == (3, 18, 18)
    np.testing.assert_array_equal(batch[1], parts[0].matrix())
    np.testing.assert_allclose(batch[0], generator.matrix(u), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(batch[0] * 2 - batch[2], batch[1], atol=1e-12)
    moved = batch[0] @ to_coordinates(blocks).reshape(-1)
    moved = from_coordinates(moved.reshape(2, 9))
    np.testing.assert_allclose(moved, generator.apply(blocks, u), atol=1e-12)


def test_controls_that_do_not_fit_a_generator_are_refused():
    drift, other = random_generator(2, 2), random_generator(2, 3)
    with pytest.raises(ValueError, match=r"`channels` must hold at least one"):
        ControlledGenerator(drift, [])
    with pytest.raises(ValueError, match=r"channels\[1\] acts on \(2, 3\)"):
        ControlledGenerator(drift, [drift, other])
    generator, blocks = ControlledGenerator(drift, [drift] * 2), np.zeros((2, 2, 2))
    with pytest.raises(ValueError, match="`u` must hold 2 controls, but is absent"):
        generator.apply(blocks)
    with pytest.raises(ValueError, match=r"`u` must have shape \(\.\.\., 2\)"):
        generator.matrix(np.zeros(3))
    # as many rows as controls: a sum over rows would be taken for one over controls
    with pytest.raises(ValueError, match=r"`u` must have shape \(2,\)"):
        generator.apply(blocks, np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"`u` must have shape \(2,\)"):
        generator.adjoint(blocks, np.ones((2, 2)))
