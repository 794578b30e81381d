"""The Lindblad equation with QuTiP's arguments."""

from importlib import import_module

import numpy as np
import pytest
import qutip
import scipy.sparse as sp
from dynamics.generators import random_blocks, random_generator, random_matrices
from scipy.linalg import expm
from systems import LOWERING, RHO0, SIGMA_X, SIGMA_Y, SIGMA_Z, SYSTEMS

from oqnn._core.stacking import unvec, vec
from oqnn.dynamics import evolve, evolve_lindblad, liouvillian

lindblad_module = import_module("oqnn.dynamics.lindblad")
RNG = np.random.default_rng(61)
UNEVEN = np.array([0.3, 0.35, 1.0, 2.7, 2.7001, 6.0])
SINGLE = [system for system in SYSTEMS if len(system.register_law) == 1]
EXACTLY = {"atol": 1e-13, "rtol": 1e-12, "nsteps": 100_000, "method": "dop853"}


def hermitian(rng, *shape):
    a = random_matrices(rng, *shape)
    return a + a.conj().mT


def exact_states(H, jumps, rho, times):
    """exp(𝓛t) with the column-stacked matrix, one exponential a time."""
    L = liouvillian(H, jumps)
    return np.array([unvec(expm(L * t) @ vec(rho), len(rho)) for t in times])


@pytest.mark.parametrize("system", SINGLE, ids=str)
@pytest.mark.parametrize("copies", [(), (3,)])
def test_solvable_systems(system, copies):
    """Closed forms of tests/systems.py; every point of a batch the same."""
    H = np.broadcast_to(system.hamiltonians[0], (*copies, *system.rho0.shape))
    times = UNEVEN - UNEVEN[0]
    result = evolve_lindblad(H, system.rho0, times, system.jumps[0, 0])
    expected = np.broadcast_to(system.exact(times), result.states.shape)
    assert result.states.shape == (*copies, 6, *system.rho0.shape)
    np.testing.assert_allclose(result.states, expected, atol=1e-12)
    assert result.trace_drift < 1e-13
    assert result.least_eigenvalue > -1e-13
    assert result.error is None
    assert "exact" in result.method


def test_hundreds_of_couplings_at_once():
    """Damped Rabi through the critical coupling, where eigenvectors merge.

    z = e^{−gt}(cos Wt + (g/W) sin Wt), W = √(D² − g²), from e; at even times.
    """
    rate, times = 0.5, np.linspace(0, 15, 101)
    drives = np.concatenate([np.linspace(0.1, 4, 60), [0.5, 0.5 + 1e-9]])
    H = drives[:, None, None] / 2 * SIGMA_X
    result = evolve_lindblad(
        H, [1, 0], times, [np.sqrt(rate) * SIGMA_Z], e_ops={"z": SIGMA_Z}
    )
    W = np.sqrt(drives[:, None] ** 2 - rate**2 + 0j)
    with np.errstate(invalid="ignore"):
        slope = np.where(W == 0, times, np.sin(W * times) / W)
    exact = np.exp(-rate * times) * (np.cos(W * times) + rate * slope).real
    np.testing.assert_allclose(result.expect["z"], exact, atol=1e-12)
    assert result.controls is None


def test_batches_of_hamiltonians_jumps_and_starts_broadcast():
    """Axes (2, 3, 4, 2): two of operators, one between, one of both; not Hermitian."""
    d = 3
    H = hermitian(RNG, 3, 1, 2, d, d)
    L = [random_matrices(RNG, 2, 1, 1, 1, d, d), random_matrices(RNG, d, d)]
    rho = random_matrices(RNG, 4, 1, d, d)
    times = [0.0, 0.2, 0.9]
    result = evolve_lindblad(H, rho, times, L, e_ops=[np.diag([1.0, 2, 5])])
    assert result.states.shape == (2, 3, 4, 2, 3, d, d)
    assert result.expect["0"].shape == (2, 3, 4, 2, 3)
    for i, j, k, m in ((0, 2, 1, 0), (1, 0, 3, 1), (1, 1, 0, 0)):
        jumps = [L[0][i, 0, 0, 0], L[1]]
        expected = exact_states(H[j, 0, m], jumps, rho[k, 0], times)
        np.testing.assert_allclose(result.states[i, j, k, m], expected, atol=1e-12)
    together = evolve_lindblad(H[0, 0, 0], rho, times, [L[1]])
    assert together.states.shape == (4, 1, 3, d, d)
    expected = exact_states(H[0, 0, 0], [L[1]], rho[2, 0], times)
    np.testing.assert_allclose(together.states[2, 0], expected, atol=1e-12)


@pytest.mark.parametrize("save", ["all", "last"])
def test_large_points_of_a_batch_go_one_by_one(save, monkeypatch):
    """The Krylov route at d = 3 against the dense one."""
    H, L = hermitian(RNG, 2, 3, 3, 3), random_matrices(RNG, 3, 3) / 2
    rho = random_matrices(RNG, 4, 1, 1, 3, 3)
    options = {"e_ops": {"a": L}, "save": save, "tol": 1e-12}
    dense = evolve_lindblad(H, rho, UNEVEN, [L], **options)
    for name in ("lindblad", "evolve"):
        module = import_module(f"oqnn.dynamics.{name}")
        monkeypatch.setattr(module, "DENSE_LIMIT", 4)
    krylov = evolve_lindblad(H, rho, UNEVEN, [L], **options)
    assert krylov.states.shape == (4, 2, 3, 6 if save == "all" else 1, 3, 3)
    expected = exact_states(H[1, 2], [L], rho[3, 0, 0], [UNEVEN[-1] - UNEVEN[0]])
    np.testing.assert_allclose(dense.states[3, 1, 2, -1:], expected, atol=1e-12)
    assert "Krylov" in krylov.method
    np.testing.assert_allclose(krylov.states, dense.states, atol=1e-10)
    np.testing.assert_allclose(krylov.expect["a"], dense.expect["a"], atol=1e-10)
    assert 0 < krylov.error < 1e-10
    assert krylov.trace_drift < 1e-10


@pytest.mark.parametrize("form", ["dense", "Qobj", "sparse"])
def test_large_single_systems_take_krylov_steps(form):
    """A spin chain of five, d² = 1024, against mesolve."""
    n = 5

    def at(operator, site):
        return qutip.tensor(
            [operator if i == site else qutip.qeye(2) for i in range(n)]
        )

    H = sum(at(qutip.sigmaz(), i) * at(qutip.sigmaz(), i + 1) for i in range(n - 1))
    H = H + 0.7 * sum(at(qutip.sigmax() + 0.3 * qutip.sigmay(), i) for i in range(n))
    jumps = [np.sqrt(0.1 * (i + 1)) * at(qutip.destroy(2), i) for i in range(n)]
    start = qutip.tensor([qutip.basis(2, 0)] * n)
    times = [0.0, 0.4]
    given = {
        "dense": lambda A: A.full(),
        "Qobj": lambda A: A,
        "sparse": lambda A: sp.csr_array(A.full()),
    }[form]
    result = evolve_lindblad(given(H), start, times, list(map(given, jumps)), tol=1e-11)
    expected = qutip.mesolve(H, start, times, jumps, options=EXACTLY).states[-1]
    np.testing.assert_allclose(result.states[-1], expected.full(), atol=1e-10)
    assert "Krylov" in result.method
    assert result.dims == (2,) * n
    assert result.to_qutip()[-1].dims == expected.dims


@pytest.mark.parametrize("d", [3, 5])
def test_random_constant_systems_against_mesolve(d):
    H, L = hermitian(RNG, d, d), random_matrices(RNG, 3, d, d) / 2
    rho = random_blocks(1, d)[0]
    jumps = [qutip.Qobj(x) for x in L]
    found = evolve_lindblad(qutip.Qobj(H), qutip.Qobj(rho), UNEVEN, jumps)
    expected = qutip.mesolve(
        qutip.Qobj(H), qutip.Qobj(rho), UNEVEN, jumps, options=EXACTLY
    )
    expected = np.array([state.full() for state in expected.states])
    np.testing.assert_allclose(found.states, expected, atol=1e-9)


@pytest.mark.parametrize("d", [3, 5])
def test_random_driven_systems_against_mesolve(d):
    """H₀ + f a + f* a† + g H₁ and jumps A + f B, h C and D, all complex."""
    H = [qutip.Qobj(x) for x in hermitian(RNG, 2, d, d)]
    a, A, B, C, D = (qutip.Qobj(x) / 3 for x in random_matrices(RNG, 5, d, d))

    def f(t):
        return np.exp(1.3j * t) * (1 + 0.2 * t)

    def g(t):
        return np.cos(2 * t) ** 2

    H = [H[0] / 2, [a, f], [a.dag(), lambda t: np.conj(f(t))], [H[1] / 2, g]]
    jumps = [[A, [B, f]], [[C, lambda t: 1j * t]], D]
    rho = qutip.Qobj(random_blocks(1, d)[0])
    times = np.array([0.0, 0.3, 1.1, 1.5])
    found = evolve_lindblad(H, rho, times, jumps, tol=1e-11)
    evos = [qutip.QobjEvo(jump) for jump in jumps]
    expected = qutip.mesolve(H, rho, times, evos, options=EXACTLY)
    expected = np.array([state.full() for state in expected.states])
    np.testing.assert_allclose(found.states, expected, atol=2e-10)
    assert found.error < 1e-10
    assert found.trace_drift < 1e-13
    again = evolve_lindblad(qutip.QobjEvo(H), rho, times, evos, tol=1e-11)
    np.testing.assert_allclose(again.states, found.states, atol=1e-10)


def test_cavity_with_a_loss_that_dies_out():
    """√(k e^{−t}) a: n = n₀ exp(−k(1 − e^{−t})), α = α₀ e^{−iDt} √(n/n₀)."""
    d, detuning, rate = 5, 0.7, 1.3
    a = qutip.destroy(d)
    rho = qutip.Qobj(random_blocks(1, d)[0])
    times = np.array([0.0, 0.4, 1.0, 4.0])
    result = evolve_lindblad(
        detuning * a.dag() * a,
        rho,
        times,
        [[a, lambda t: np.sqrt(rate) * np.exp(-t / 2)]],
        e_ops={"n": a.dag() * a, "a": a},
        tol=1e-12,
    )
    kept = np.exp(-rate * (1 - np.exp(-times)))
    n, alpha = result.expect["n"], result.expect["a"]
    np.testing.assert_allclose(n, n[0] * kept, atol=1e-10)
    expected = alpha[0] * np.exp(-1j * detuning * times) * np.sqrt(kept)
    np.testing.assert_allclose(alpha, expected, atol=1e-10)


def test_jump_that_turns_on_over_a_constant_one():
    """√g(1 + f(t)) σ₋: p_e = exp(−g∫(1 + f)²), f = e^{−t}."""
    rate, times = 0.4, np.array([0.0, 0.5, 2.0])
    A = np.sqrt(rate) * LOWERING
    result = evolve_lindblad(
        np.zeros((2, 2)), [1, 0], times, [[A, [A, lambda t: np.exp(-t)]]], tol=1e-12
    )
    area = times + 2 * (1 - np.exp(-times)) + (1 - np.exp(-2 * times)) / 2
    np.testing.assert_allclose(result.states[:, 0, 0], np.exp(-rate * area), atol=1e-11)


@pytest.mark.parametrize("form", ["list", "function", "QobjEvo", "array"])
def test_rotating_drive_in_every_form(form):
    """σ₊e^{−iωt}Ω/2 + h.c. at ω₀ = ω is a constant drive in the frame of ω."""
    omega, drive = 3.0, 0.8
    times = np.linspace(0, 2, 401 if form == "array" else 5)
    up = drive / 2 * np.array([[0, 1], [0, 0]])

    def whole(t):
        turning = up * np.exp(-1j * omega * t)
        return omega / 2 * SIGMA_Z + turning + turning.conj().T

    f, conjugate = (lambda t, s=s: np.exp(s * 1j * omega * t) for s in (-1, 1))
    H = {
        "list": [omega / 2 * SIGMA_Z, [up, f], [up.T, conjugate]],
        "function": whole,
        "QobjEvo": qutip.QobjEvo(lambda t: qutip.Qobj(whole(t))),
        "array": [omega / 2 * SIGMA_Z, [up, f(times)], [up.T, conjugate(times)]],
    }[form]
    result = evolve_lindblad(H, RHO0, times, tol=1e-11)
    frame = np.exp(-0.5j * omega * times[:, None] * np.array([1, -1]))  # (t, 2)
    angle = drive / 2 * times[:, None, None]
    turn = np.cos(angle) * np.eye(2) - 1j * np.sin(angle) * SIGMA_X
    expected = turn @ RHO0 @ turn.conj().mT
    expected = frame[:, :, None] * expected * frame[:, None].conj()
    atol = 1e-8 if form == "array" else 1e-10  # of the spline
    np.testing.assert_allclose(result.states, expected, atol=atol)


def test_step_functions_are_exact():
    """QuTiP's coefficients of order 0, between whose knots everything is constant."""
    knots = np.array([0.0, 0.7, 1.1, 3.0])
    heights = np.array([1.0, -2.0, 0.3, 9.0])
    f = qutip.coefficient(heights, tlist=knots, order=0)
    H = [0.3 * qutip.sigmaz(), [qutip.sigmax(), f]]
    jumps = [[qutip.sigmam(), f * qutip.coefficient(0.5)]]
    result = evolve_lindblad(H, qutip.basis(2, 0), [0.2, 0.9, 2.0], jumps)
    assert "every slice" in result.method
    assert result.error is None
    rho, now = np.diag([1.0 + 0j, 0]), 0.2
    pieces = [(0.7, 1.0), (0.9, -2.0), (1.1, -2.0), (2.0, 0.3)]
    for stop, height in pieces:
        L = liouvillian(0.3 * SIGMA_Z + height * SIGMA_X, [0.5 * height * LOWERING])
        rho, now = unvec(expm(L * (stop - now)) @ vec(rho), 2), stop
        if stop in result.times:
            index = list(result.times).index(stop)
            np.testing.assert_allclose(result.states[index], rho, atol=1e-13)


def test_weak_terms_with_strong_coefficients_count():
    """Rabi oscillation by sin t, beside an offset of all energies."""
    H = [1e8 * np.eye(2), [1e-7 * SIGMA_X, lambda t: 1e7 * np.cos(t)]]
    times = np.array([0.0, 0.4, 1.7])
    result = evolve_lindblad(H, [1, 0], times)
    expected = np.cos(np.sin(times)) ** 2
    np.testing.assert_allclose(result.states[:, 0, 0], expected, rtol=0, atol=1e-8)


def test_short_pulses_with_edges_are_not_missed():
    """A π pulse of length 1e-5 within [0, 100], without anything else to see."""

    def pulse(t):
        return np.pi / 1e-5 * ((t >= 31) & (t < 31.00001))

    H = [np.zeros((2, 2)), [SIGMA_X / 2, pulse]]
    edges = [31, 31.00001]
    result = evolve_lindblad(H, [1, 0], [0, 100], edges=edges)
    np.testing.assert_allclose(result.states[-1], np.diag([0, 1]), atol=1e-9)


def test_batches_with_time_dependence():
    """Detunings and starts in a batch under one drive."""
    detunings = np.array([0.0, 0.4, -1.0])
    H0 = detunings[:, None, None] / 2 * SIGMA_Z
    starts = np.array([RHO0, np.diag([0, 1])])[:, None]
    H = [H0, [SIGMA_X, lambda t: np.sin(t)]]
    jumps = [[0.3 * SIGMA_Y, lambda t: 1 / (1 + t)], LOWERING / 2]
    times = [0.0, 0.5, 1.2]
    result = evolve_lindblad(H, starts, times, jumps, e_ops=[SIGMA_Z])
    assert result.states.shape == (2, 3, 3, 2, 2)
    assert result.expect["0"].shape == (2, 3, 3)
    one = evolve_lindblad([H0[2], H[1]], RHO0, times, jumps, e_ops=[SIGMA_Z])
    np.testing.assert_allclose(result.states[0, 2], one.states, atol=1e-13)
    np.testing.assert_allclose(result.expect["0"][0, 2], one.expect["0"], atol=1e-13)
    assert result.error >= one.error


def test_register_is_its_embedding():
    """Random d = 3, n = 4: blocks, and evolve_lindblad on S ⊗ C⁴, at 1e-12."""
    generator, blocks = random_generator(4, 3), random_blocks(4, 3)
    times = [0.0, 0.1, 0.7]
    found = evolve(generator, blocks, times)
    start = sum(
        np.kron(b, np.diag(row)) for b, row in zip(blocks, np.eye(4), strict=True)
    )
    H, jumps = generator.embedding()
    whole = evolve_lindblad(H, start, times, jumps).states.reshape(3, 3, 4, 3, 4)
    expected = np.einsum("tinkn->tnik", whole)
    np.testing.assert_allclose(found.blocks, expected, rtol=0, atol=1e-12)


def test_states_in_every_form():
    ket = qutip.Qobj([[0.6], [0.8j]])
    forms = [ket, ket.full()[:, 0], ket.full(), ket.proj(), ket.proj().full()]
    results = [evolve_lindblad(SIGMA_X, rho, [0, 1.0]).states for rho in forms]
    for states in results[1:]:
        np.testing.assert_array_equal(states, results[0])
    both = evolve_lindblad(SIGMA_X, [ket, qutip.basis(2, 1)], [0, 1.0])
    assert both.states.shape == (2, 2, 2, 2)
    np.testing.assert_allclose(both.states[0], results[0], atol=1e-15)


def test_one_jump_may_stand_for_itself():
    expected = evolve_lindblad(SIGMA_X, RHO0, [0, 1.0], [LOWERING]).states
    for c_ops in (
        LOWERING,
        qutip.Qobj(LOWERING),
        qutip.QobjEvo(qutip.Qobj(LOWERING)),
        sp.csr_array(LOWERING),
        LOWERING[None],
        (LOWERING,),
    ):
        states = evolve_lindblad(SIGMA_X, RHO0, [0, 1.0], c_ops).states
        np.testing.assert_allclose(states, expected, atol=1e-15)
    closed = evolve_lindblad(SIGMA_X, RHO0, [0, 1.0], None).states[-1]
    turn = expm(-1j * SIGMA_X)
    np.testing.assert_allclose(closed, turn @ RHO0 @ turn.conj().T, atol=1e-14)


def test_terms_that_move_nothing_leave_a_constant_equation():
    result = evolve_lindblad(
        [SIGMA_X, [np.eye(2), np.sin], [np.zeros((2, 2)), np.cos]], RHO0, [0, 1.0]
    )
    expected = evolve_lindblad(SIGMA_X, RHO0, [0, 1.0])
    np.testing.assert_array_equal(result.states, expected.states)
    assert result.controls is None


def skewed(t):
    """Hermitian at t = 0 only."""
    return np.array([[0, 1], [1 + t * t, 0]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0, 1], [0, 0]], RHO0), "`H` must be Hermitian"),
        ((np.zeros((2, 3)), RHO0), r"`H` must have shape \(\.\.\., d, d\)"),
        ((SIGMA_Z, np.eye(3)), r"`rho0` must have shape \(\.\.\., 2, 2\)"),
        ((SIGMA_Z, np.eye(2) * np.nan), "`rho0` must be finite"),
        ((SIGMA_Z, RHO0, [LOWERING, np.eye(3)]), r"`c_ops\[1\]` must have shape.*3\."),
        ((SIGMA_Z, RHO0, [np.full((2, 2), np.inf)]), r"`c_ops\[0\]` must be finite"),
        (
            (np.zeros((3, 2, 2)), RHO0, [np.zeros((4, 2, 2))]),
            r"must have batch axes that broadcast, but they are \(3,\), \(4,\), \(\)",
        ),
        ((np.zeros((0, 2, 2)), RHO0), "`H` must have shape"),
        (
            ([SIGMA_Z, [1j * SIGMA_X, lambda t: t]], RHO0),
            r"Hermitian at all times, but at t = .* differs from its adjoint by",
        ),
        (
            ([SIGMA_Z, [SIGMA_X, lambda t: 1j * t]], RHO0),
            r"`H` must be Hermitian at all times, but at t = ",
        ),
        ((skewed, RHO0), r"`H` must be Hermitian at all times, but at t = "),
        (
            ([SIGMA_Z, [SIGMA_X, lambda t: np.nan * t]], RHO0),
            "`H` must have finite coefficients, but one is .*nan.* at t = ",
        ),
        (
            (SIGMA_Z, RHO0, [[LOWERING, np.ones(7)]]),
            r"`c_ops\[0\]` must have coefficients of length 2, that of `tlist`",
        ),
        (([SIGMA_Z, [np.eye(3), np.sin]], RHO0), r"`H` must have shape \(2, 2\).*3, 3"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    H, rho, *c_ops = arguments
    with pytest.raises(ValueError, match=message):
        evolve_lindblad(H, rho, [0.0, 1.0], *c_ops)


@pytest.mark.parametrize(
    ("H", "message"),
    [
        ([qutip.sigmaz(), qutip.sigmax()], "`H` must be one operator, but is a list"),
        ("sigmaz", "`H` must be a qutip.Qobj or an array"),
        (qutip.liouvillian(qutip.sigmaz()), "`H` must be an operator, but is a super"),
        (qutip.basis(2, 0), "`H` must be an operator, but is a ket"),
    ],
)
def test_what_is_no_hamiltonian_is_refused(H, message):
    with pytest.raises(TypeError, match=message):
        evolve_lindblad(H, RHO0, [0.0, 1.0])


def test_large_systems_name_their_arguments():
    H = np.diag(np.arange(30.0))
    with pytest.raises(ValueError, match="`H` must be Hermitian"):
        evolve_lindblad(H + np.eye(30, k=1), H, [0, 1])
    with pytest.raises(ValueError, match=r"`c_ops\[1\]`"):
        evolve_lindblad(H, H, [0, 1], [H, np.eye(29)])


def test_factors_in_another_order_are_refused():
    """A qubit and a qutrit are not a qutrit and a qubit."""
    H = qutip.tensor(qutip.sigmaz(), qutip.qeye(3))
    start = qutip.tensor(qutip.basis(2, 0), qutip.basis(3, 1))
    swapped = start.permute([1, 0])
    message = r"must agree, but are \[2, 3\] and \[3, 2\]"
    with pytest.raises(ValueError, match=message):
        evolve_lindblad(H, swapped, [0, 1])
    for e_ops in (swapped.proj(), [swapped.proj()], {"a": swapped.proj()}):
        with pytest.raises(ValueError, match=message):
            evolve_lindblad(H, start, [0, 1], e_ops=e_ops)


def test_density_matrices_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"`H` acts on size 1000000.* GiB"):
        evolve_lindblad(sp.eye_array(10**6, format="csr"), np.ones(10**6), [0, 1])


def test_one_time_of_a_driven_system_returns_the_start():
    steps = qutip.coefficient(np.ones(2), tlist=np.array([0.0, 1]), order=0)
    for f in (np.cos, [1.0], steps):
        result = evolve_lindblad([SIGMA_Z, [SIGMA_X, f]], RHO0, [0.5], e_ops=SIGMA_Z)
        np.testing.assert_allclose(result.states, [RHO0], atol=1e-15)
        assert result.expect["0"].shape == (1,)


def test_other_arguments_are_refused():
    with pytest.raises(ValueError, match="`tlist` must increase"):
        evolve_lindblad(SIGMA_Z, RHO0, [1.0, 1.0])
    with pytest.raises(ValueError, match="`edges` must be finite"):
        evolve_lindblad(SIGMA_Z, RHO0, [0, 1], edges=[np.nan])
    with pytest.raises(ValueError, match="`dims` must have the product 2"):
        evolve_lindblad(SIGMA_Z, RHO0, [0, 1], dims=[2, 2])
    with pytest.raises(ValueError, match=r"`H`, a function of time.* fit in memory"):
        evolve_lindblad(lambda t: np.eye(900), np.eye(900), [0, 1])
