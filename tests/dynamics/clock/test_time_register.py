"""The clock construction: a circuit as the steady state of a Lindblad equation."""

from functools import reduce

import numpy as np
import pytest
import qutip
from dynamics.generators import random_blocks, random_matrices, random_state
from scipy.linalg import expm

from oqnn._core.bases import from_coordinates, to_coordinates
from oqnn.dynamics import RegisterGenerator, evolve, time_register

RNG = np.random.default_rng(70)
UNEVEN = np.array([0.2, 0.3, 1.0, 4.0, 25.0])
H = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
CNOT = np.eye(4)[[0, 1, 3, 2]]
PHASE = np.diag([1, np.exp(0.7j)])


def unitary(d, seed):
    """A Haar-random unitary: complex, asymmetric."""
    q, r = np.linalg.qr(random_matrices(np.random.default_rng(seed), d, d))
    return q * (np.diag(r) / np.abs(np.diag(r)))


def circuit(q, T, seed=71):
    return time_register([unitary(2**q, seed + t) for t in range(T)])


def full_generator(register):
    """The equation on S ⊗ C^{T+1}, as one block."""
    size = register.n * 2**register.n_qubits
    jumps = {(0, 0): np.array(register.jumps())}
    return RegisterGenerator(np.zeros((size, size)), jumps)


def full_state(blocks):
    """Σ ρ_t ⊗ |t⟩⟨t|."""
    clock = np.eye(len(blocks))
    return sum(np.kron(b, np.diag(t)) for b, t in zip(blocks, clock, strict=True))


def least_rates(matrix, count):
    return np.sort(-np.linalg.eigvals(matrix).real)[:count]


def test_jumps_are_the_printed_operators():
    """L_i = |0⟩⟨1|_i⊗|0⟩⟨0|, L_t = U_t⊗|t+1⟩⟨t| + U_t†⊗|t⟩⟨t+1|, clock last."""
    U = [unitary(4, 1), unitary(4, 2)]
    register = time_register(U)
    zero, one, two = np.eye(3)
    lower = np.array([[0, 1], [0, 0]])
    expected = [
        reduce(np.kron, [lower, np.eye(2), np.outer(zero, zero)]),
        reduce(np.kron, [np.eye(2), lower, np.outer(zero, zero)]),
        np.kron(U[0], np.outer(one, zero))
        + np.kron(U[0].conj().T, np.outer(zero, one)),
        np.kron(U[1], np.outer(two, one)) + np.kron(U[1].conj().T, np.outer(one, two)),
    ]
    np.testing.assert_allclose(register.jumps(), expected, atol=1e-15)


@pytest.mark.parametrize(("q", "T"), [(1, 2), (1, 3), (1, 5), (2, 2), (2, 3)])
def test_the_steady_state_is_the_computation_and_unique(q, T):
    """ρ = (1/(T+1)) Σ|ψ_t⟩⟨ψ_t|⊗|t⟩⟨t|, with ψ_t made by hand; a null space of one.

    The least rate of the *full* equation, coherences of the register included, is the
    least eigenvalue of path Laplacian + ½|0⟩⟨0| whatever the gates.
    """
    register = circuit(q, T)
    ket = np.eye(2**q)[0].astype(complex)
    steady = [np.outer(ket, ket.conj())]
    for t in range(T):
        ket = unitary(2**q, 71 + t) @ ket
        steady.append(np.outer(ket, ket.conj()))
    steady = np.array(steady) / (T + 1)
    np.testing.assert_allclose(register.steady_blocks, steady, atol=1e-14)
    np.testing.assert_allclose(register.history[-1], ket, atol=1e-14)

    full = full_generator(register)
    assert np.abs(full.apply(full_state(steady)[None])).max() < 1e-14
    laplacian = 2 * np.eye(T + 1) - np.eye(T + 1, k=1) - np.eye(T + 1, k=-1)
    laplacian[0, 0], laplacian[T, T] = 1.5, 1
    rates = least_rates(full.matrix(), 2)
    assert abs(rates[0]) < 1e-11
    assert rates[1] == pytest.approx(np.linalg.eigvalsh(laplacian)[0], rel=1e-9)
    assert register.gap == pytest.approx(rates[1], rel=1e-9)
    assert register.is_unique


def test_one_gate_leaves_two_steady_states():
    """T = 1: |0⟩⟨φ|⊗|0⟩⟨1| + h.c. with φ = U|0⟩ persists, up to its phase."""
    register = circuit(1, 1)
    assert not register.is_unique
    full = full_generator(register)
    rates = least_rates(full.matrix(), 3)
    assert np.abs(rates[:2]).max() < 1e-12
    assert rates[2] > 0.1
    phi = register.history[1]
    start = np.zeros((2, 2, 2, 2), dtype=complex)  # row, clock, column, clock
    start[0, 0, :, 1] = phi.conj()
    start = start.reshape(4, 4) + start.reshape(4, 4).conj().T
    assert np.abs(full.apply(start[None])).max() < 1e-15
    blocks = register.generator().matrix()
    assert (least_rates(blocks, 2) > 1e-6).tolist() == [False, True]


@pytest.mark.parametrize("T", [2, 5, 20, 200, 1000])
def test_the_gap_approaches_its_formula(T):
    """π²/[4(T+5/2)²]: the relative error falls as T⁻², or faster."""
    register = time_register([np.eye(2)] * T)
    formula = np.pi**2 / (4 * (T + 2.5) ** 2)
    assert abs(register.gap / formula - 1) < 0.4 / T**2


@pytest.mark.parametrize(("q", "T"), [(1, 1), (1, 4), (2, 2)])
def test_the_whole_spectrum_is_that_of_weighted_walks(q, T):
    register = circuit(q, T)
    rates, multiplicities = register.spectrum()
    assert multiplicities.sum() == 4**q
    expected = np.sort(np.repeat(rates, multiplicities, axis=0).ravel())
    found = np.linalg.eigvals(register.generator().matrix())
    np.testing.assert_allclose(np.sort(-found.real), expected, atol=1e-6)
    assert np.abs(found.imag).max() < 1e-6


@pytest.mark.parametrize(("q", "T"), [(1, 3), (2, 2)])
def test_diagonal_blocks_evolve_by_themselves(q, T):
    """The full equation, from a state with every register coherence, against `evolve`
    of the block generator and against the register's own way.
    """
    register, d = circuit(q, T), 2**q
    whole = random_state(d * (T + 1))
    full = full_generator(register)
    start = register.diagonal_blocks(whole)
    assert np.abs(whole - full_state(start)).max() > 0.01
    by_blocks = evolve(register.generator(), start, UNEVEN)
    own = register.evolve(start, UNEVEN)
    for k, t in enumerate(UNEVEN - UNEVEN[0]):
        moved = expm(full.matrix() * t) @ to_coordinates(whole)
        blocks = register.diagonal_blocks(from_coordinates(moved))
        np.testing.assert_allclose(by_blocks.blocks[k], blocks, atol=1e-12)
        np.testing.assert_allclose(own.blocks[k], blocks, atol=1e-12)
    assert own.dims == (2,) * q


def test_non_hermitian_starts_and_other_bits():
    """Reset to 10: |1⟩⟨0| on the first qubit; blocks of any kind."""
    gates = [unitary(4, s) for s in (3, 4, 5)]
    register = time_register(gates, initial=[1, 0])
    start = random_matrices(RNG, 4, 4, 4)
    own = register.evolve(start, UNEVEN, e_ops={"a": np.diag([1, 2, 3, 4j])})
    by_blocks = evolve(register.generator(), start, UNEVEN)
    np.testing.assert_allclose(own.blocks, by_blocks.blocks, atol=1e-12)
    np.testing.assert_allclose(
        own.expect["a"],
        np.einsum("tnii,i->t", by_blocks.blocks, [1, 2, 3, 4j]),
        atol=1e-12,
    )
    np.testing.assert_array_equal(register.history[0], np.eye(4)[2])
    flow = register.generator().apply(register.steady_blocks)
    np.testing.assert_allclose(flow, 0, atol=1e-15)


def test_qutip_solves_the_full_equation_to_the_same_blocks():
    register = time_register([H, PHASE, H])
    jumps = [qutip.Qobj(L, dims=[[2, 4], [2, 4]]) for L in register.jumps()]
    rho = random_state(2)
    start = qutip.Qobj(np.kron(rho, np.diag([1, 0, 0, 0])), dims=[[2, 4], [2, 4]])
    options = {"atol": 1e-12, "rtol": 1e-10}
    peer = qutip.mesolve(0 * start, start, UNEVEN[:4], jumps, options=options)
    own = register.evolve(qutip.Qobj(rho), UNEVEN[:4])
    for state, blocks in zip(peer.states, own.blocks, strict=True):
        found = register.diagonal_blocks(state)
        np.testing.assert_allclose(found, blocks, atol=1e-8)
    assert abs(np.trace(own.states[-1]) - 1) < 1e-13


def test_reading_out_gives_the_circuits_output():
    """Late, with probability 1/(T+1); with idle steps (k+1)/(T+k+1)."""
    gates = [(H, 0), (CNOT, [0, 2]), (PHASE, 2), (CNOT, (2, 1))]
    for idle in (0, 3):
        register = time_register(gates, n_qubits=3, idle=idle)
        blocks = register.evolve(random_state(8), [0, 5, 900.0]).blocks
        found = register.read_out(blocks[1:])
        assert found.fidelity[0] < 0.999
        assert found.fidelity[1] == pytest.approx(1, abs=1e-12)
        assert found.probability[1] == pytest.approx((idle + 1) / (5 + idle), abs=1e-12)
        output = np.zeros(8, dtype=complex)  # (|000⟩ + e^{0.7i}|111⟩)/√2
        output[0], output[7] = 1 / np.sqrt(2), np.exp(0.7j) / np.sqrt(2)
        np.testing.assert_allclose(
            found.states[1], np.outer(output, output.conj()), atol=1e-12
        )
        traces = np.trace(found.states, axis1=1, axis2=2)
        np.testing.assert_allclose(traces, 1, atol=1e-13)


def test_the_clock_starts_with_a_law():
    register, rho = circuit(1, 2), random_state(2)
    law = [0.5, 0.2, 0.3]
    one = register.evolve(rho, [0, 1.0], register_law=law)
    other = register.evolve(np.multiply.outer(law, rho), [0, 1.0])
    np.testing.assert_array_equal(one.blocks, other.blocks)
    first = register.evolve([0.6, 0.8j], [0, 1.0]).blocks[0]
    np.testing.assert_allclose(first[0], [[0.36, -0.48j], [0.48j, 0.64]], atol=1e-15)
    np.testing.assert_allclose(first[1:], 0, atol=1e-15)


@pytest.mark.parametrize(("q", "T"), [(1, 2), (1, 9), (2, 4), (3, 3)])
def test_no_start_is_farther_than_promised_after_the_mixing_time(q, T):
    """Random pure and coherent product starts at both ends of the clock; the bound is
    not far above what the worst of them needs.
    """
    register, accuracy = circuit(q, T), 0.02
    time = register.mixing_time(accuracy)
    plus = reduce(np.kron, [np.array([1, 1]) / np.sqrt(2)] * q)
    worst = 0.0
    for site in (0, T):
        V = register.frames[site]
        for ket in [V @ plus, V[:, -1], V @ random_matrices(RNG, 2**q)]:
            ket = ket / np.linalg.norm(ket)
            law = np.eye(T + 1)[site]
            blocks = register.evolve(ket, [0, time], register_law=law).blocks
            distances = register.distance(blocks)
            assert distances[0] > 0.2
            worst = max(worst, distances[1])
    assert 0.2 * accuracy < worst <= accuracy


def test_mixing_takes_the_square_of_the_length():
    """Doubling T + 5/2 quadruples the time; qubits enter by their logarithm."""
    short, long = (time_register([np.eye(2)] * T).mixing_time(1e-6) for T in (30, 60))
    ratio = (62.5 / 32.5) ** 2
    assert long / short == pytest.approx(ratio, rel=0.02)
    one, four = (time_register([np.eye(2**q)] * 2) for q in (1, 4))
    extra = four.mixing_time(1e-9) - one.mixing_time(1e-9)
    assert extra == pytest.approx(np.log(4) / one.gap, rel=1e-3)


def test_gates_find_their_qubits():
    """Pairs against Kronecker products and QuTiP's permutations, in any order."""
    U = unitary(4, 9)
    gates = [(U, (2, 0)), (qutip.sigmax(), 1), np.eye(8), (U, [1, 2])]
    register = time_register(gates)
    swapped = U.reshape(2, 2, 2, 2).transpose(1, 0, 3, 2).reshape(4, 4)
    wide = np.kron(swapped, np.eye(2)).reshape((2,) * 6)  # on 0, 2; then 1
    by_hand = wide.transpose(0, 2, 1, 3, 5, 4).reshape(8, 8)
    np.testing.assert_allclose(register.unitaries[0], by_hand, atol=1e-15)
    flip = np.array([[0, 1], [1, 0]])
    expected = reduce(np.kron, [np.eye(2), flip, np.eye(2)])
    np.testing.assert_array_equal(register.unitaries[1], expected)
    np.testing.assert_array_equal(register.unitaries[3], np.kron(np.eye(2), U))
    peer = qutip.tensor(qutip.Qobj(U, dims=[[2, 2]] * 2), qutip.qeye(2))
    np.testing.assert_allclose(
        register.unitaries[0], peer.permute([1, 2, 0]).full(), atol=1e-15
    )
    rows = time_register([((0, 1), (1, 0))])  # a matrix written as tuples
    np.testing.assert_array_equal(rows.unitaries[0], flip)


def test_the_circuit_is_copied():
    U = unitary(2, 3)
    register = time_register([U, U])
    U[:] = 0
    assert np.abs(register.unitaries).max() > 0.1
    with pytest.raises(ValueError, match="read-only"):
        register.unitaries[0, 0, 0] = 1


@pytest.mark.parametrize(
    ("gates", "options", "error", "message"),
    [
        ([], {}, ValueError, "`gates` must hold at least one"),
        (qutip.sigmax(), {}, TypeError, "`gates` must be a sequence"),
        (3, {}, TypeError, "`gates` must be a sequence"),
        ([2 * np.eye(2)], {}, ValueError, r"`gates\[0\]` must be unitary.* by 3"),
        ([H, np.eye(3)], {}, ValueError, r"`gates\[1\]` must be a square matrix"),
        ([np.ones(2)], {}, ValueError, r"`gates\[0\]` must be a square matrix"),
        ([[[np.nan, 0], [0, 1]]], {}, ValueError, r"`gates\[0\]` must be finite"),
        (
            [H, np.eye(4)],
            {},
            ValueError,
            r"`gates\[1\]` must act on different ones of 1",
        ),
        (["X"], {}, TypeError, r"`gates\[0\]` must be a qutip.Qobj"),
        ([(H, 0)], {}, ValueError, "`n_qubits` must be given"),
        ([(H, 1)], {"n_qubits": 1}, ValueError, "must act on different ones of 1 qub"),
        ([(CNOT, (0, 0))], {"n_qubits": 2}, ValueError, "must act on different ones"),
        ([(CNOT, 0)], {"n_qubits": 2}, ValueError, r"has size 4 and qubits \[0\]"),
        ([(H, ())], {"n_qubits": 2}, ValueError, r"has size 2 and qubits \[\]"),
        ([(H, -1)], {"n_qubits": 2}, ValueError, r"`gates\[0\]` must be at least 0"),
        ([(H, 0.5)], {"n_qubits": 2}, TypeError, r"`gates\[0\]` must be an integer"),
        ([(H, 0)], {"n_qubits": 0}, ValueError, "`n_qubits` must be at least 1"),
        ([(H, 0)], {"n_qubits": 30}, ValueError, r"`gates` asks for 1 .* GiB"),
        ([H], {"initial": [0, 1]}, ValueError, "`initial` must hold 1 bits"),
        ([H], {"initial": [2]}, ValueError, "`initial` must hold 1 bits"),
        ([H], {"idle": -1}, ValueError, "`idle` must be at least 0"),
        ([H], {"idle": 0.5}, TypeError, "`idle` must be an integer"),
    ],
)
def test_bad_circuits_are_refused(gates, options, error, message):
    with pytest.raises(error, match=message):
        time_register(gates, **options)


TWO, WIDE = circuit(1, 2), time_register([np.eye(32)] * 40)
RHO = random_state(2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TWO.evolve(random_state(3), [0]), r"`rho0` must have shape \(2, 2\)"),
        (
            lambda: TWO.evolve(random_blocks(2, 2), [0]),
            r"`rho0` must have shape \(..., 3",
        ),
        (lambda: TWO.evolve(np.nan * RHO, [0]), "`rho0` must be finite"),
        (lambda: TWO.evolve(RHO, [0, 0]), "`tlist` must increase"),
        (lambda: TWO.evolve(RHO, 0.0), "`tlist` must have shape"),
        (
            lambda: WIDE.evolve(WIDE.history[0], np.arange(1e6)),
            "`tlist` asks for .* GiB",
        ),
        (lambda: TWO.evolve(RHO, [0], register_law=[1, 0]), "`register_law` must have"),
        (
            lambda: TWO.evolve(RHO, [0], register_law=[1, 1, 1]),
            "`register_law` must sum",
        ),
        (
            lambda: TWO.evolve(TWO.steady_blocks, [0], register_law=[1, 0, 0]),
            "`register_law` must be absent",
        ),
        (lambda: TWO.evolve(RHO, [0], e_ops=[np.eye(3)]), "`e_ops` must have shape"),
        (lambda: TWO.read_out(RHO), r"`blocks` must have shape \(..., 3, 2, 2\)"),
        (
            lambda: TWO.read_out(TWO.evolve(RHO, [0, 1]).blocks),
            "a probability above 1e-12",
        ),
        (
            lambda: TWO.distance(np.triu(np.ones((3, 2, 2)))),
            "`blocks` must be Hermitian",
        ),
        (lambda: TWO.diagonal_blocks(RHO), r"`state` must have shape \(6, 6\)"),
        (lambda: TWO.mixing_time(0.0), "`accuracy` must lie in"),
        (lambda: TWO.mixing_time(np.nan), "`accuracy` must lie in"),
        (
            lambda: time_register([np.eye(64)] * 150).jumps(),
            "`jumps` makes 156 .* GiB",
        ),
    ],
)
def test_bad_calls_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
