"""Column-stacked maps, their real form, and matrices as generators."""

import numpy as np
import pytest
import qutip
from dynamics.generators import (
    random_blocks,
    random_generator,
    random_matrices,
    random_parts,
    random_state,
)
from scipy.linalg import expm

from oqnn._core.stacking import unvec, vec
from oqnn.dynamics import (
    MatrixGenerator,
    evolve,
    from_transfer,
    liouvillian,
    to_transfer,
)

RNG = np.random.default_rng(51)


@pytest.mark.parametrize("d", [2, 3, 5])
def test_liouvillian_is_that_of_qutip(d):
    """Complex H without symmetry, so that a missing transpose shows."""
    (H,), jumps = random_parts(1, d, seed=4)
    L = random_matrices(RNG, 2, d, d)
    expected = qutip.liouvillian(qutip.Qobj(H), [qutip.Qobj(x) for x in L])
    np.testing.assert_allclose(liouvillian(H, L), expected.full(), atol=1e-12)
    found = liouvillian(qutip.Qobj(H), [qutip.Qobj(x) for x in L])
    np.testing.assert_allclose(found, expected.full(), atol=1e-12)
    assert jumps


def test_liouvillian_acts_as_the_commutator_and_the_dissipators():
    """−i[H, ρ] + Σ (LρL† − ½{L†L, ρ}) on any matrix; batch axes broadcast."""
    H, rho = random_matrices(RNG, 4, 1, 3, 3), random_matrices(RNG, 3, 3)
    H = H + H.conj().mT
    L = random_matrices(RNG, 2, 3, 3)
    found = unvec(liouvillian(H, [L]) @ vec(rho), 3)
    assert found.shape == (4, 2, 3, 3)
    LL = L.conj().mT @ L
    expected = -1j * (H @ rho - rho @ H) + L @ rho @ L.conj().mT
    expected = expected - (LL @ rho + rho @ LL) / 2
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_real_form_is_that_of_the_register():
    generator = random_generator(1, 3)
    H, jumps = generator.hamiltonians[0], generator.jumps[0, 0]
    column = liouvillian(H, jumps)
    np.testing.assert_allclose(to_transfer(column), generator.matrix(), atol=1e-12)
    np.testing.assert_allclose(from_transfer(generator.matrix()), column, atol=1e-12)
    stacked = to_transfer(np.array([[column, 2 * column]]))
    assert stacked.shape == (1, 2, 9, 9)
    assert stacked.dtype == float
    np.testing.assert_allclose(stacked[0, 1], 2 * generator.matrix(), atol=1e-12)
    superoperator = qutip.liouvillian(qutip.Qobj(H), [qutip.Qobj(x) for x in jumps])
    np.testing.assert_allclose(
        to_transfer(superoperator), generator.matrix(), atol=1e-12
    )


def test_any_matrix_is_a_generator():
    """Against its action in coordinates, and ⟨Λ, Kρ⟩ = ⟨K†Λ, ρ⟩."""
    n, d = 2, 3
    matrix = RNG.normal(size=(18, 18))
    generator = MatrixGenerator(matrix, n)
    assert (generator.n, generator.d, generator.dimension) == (n, d, 18)
    rho, observable = random_blocks(n, d), random_matrices(RNG, 4, n, d, d)
    found = np.vdot(observable[1], generator.apply(rho))
    dual = np.vdot(generator.adjoint(observable)[1], rho)
    np.testing.assert_allclose(found, dual, rtol=1e-12)
    result = evolve(generator, rho, [0.0, 0.3])
    propagated = MatrixGenerator(expm(0.3 * matrix), n).apply(rho)
    np.testing.assert_allclose(result.blocks[1], propagated, atol=1e-12)
    np.testing.assert_array_equal(generator.sparse_matrix().toarray(), matrix)


def test_the_transposition_is_a_generator_that_is_not_of_lindblad_form():
    """ρ̇ = ρᵀ − ρ: the antisymmetric part decays at rate 2, the symmetric one stays."""
    d = 3
    swap = np.eye(d * d).reshape(d, d, d, d).transpose(0, 1, 3, 2).reshape(d * d, d * d)
    generator = MatrixGenerator(to_transfer(swap) - np.eye(d * d))
    rho = random_state(d)
    result = evolve(generator, rho, [0.0, 0.7, 1.1])
    for t, found in zip(result.times, result.states, strict=True):
        expected = (rho + rho.T) / 2 + np.exp(-2 * t) * (rho - rho.T) / 2
        np.testing.assert_allclose(found, expected, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: to_transfer(np.kron(np.eye(2), [[0, 1], [0, 0]])),
            ValueError,
            r"must take Hermitian operators to Hermitian ones.* imaginary part of",
        ),
        (
            lambda: to_transfer(np.eye(3)),
            ValueError,
            r"shape \(\.\.\., d², d²\).*\(3, 3",
        ),
        (lambda: to_transfer(np.full((4, 4), np.inf)), ValueError, "must be finite"),
        (
            lambda: to_transfer(qutip.sigmax()),
            ValueError,
            r"`superoperator` must have shape",
        ),
        (lambda: MatrixGenerator(np.eye(5)), ValueError, "size n d² with n = 1.* 5"),
        (lambda: MatrixGenerator(np.eye(4), 2), ValueError, "size n d² with n = 2"),
        (
            lambda: MatrixGenerator(1j * np.eye(4)),
            TypeError,
            "must be real.*to_transfer",
        ),
        (lambda: MatrixGenerator(np.eye(4), 1.0), TypeError, "`n` must be an integer"),
        (lambda: MatrixGenerator(np.eye(4) * np.nan), ValueError, "must be finite"),
        (
            lambda: MatrixGenerator(np.eye(4)).apply(np.eye(2)),
            ValueError,
            r"`blocks` must have shape \(\.\.\., 1, 2, 2\)",
        ),
        (
            lambda: MatrixGenerator(np.eye(4)).matrix([1.0]),
            ValueError,
            "`u` must be absent",
        ),
        (lambda: liouvillian([[0, 1], [0, 0]]), ValueError, "`H` must be Hermitian"),
        (
            lambda: liouvillian(np.eye(2), [np.eye(2), np.eye(3)]),
            ValueError,
            r"`c_ops\[1\]` must have shape \(batch, 2, 2\)",
        ),
    ],
)
def test_what_is_no_map_or_generator_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
