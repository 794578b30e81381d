"""One oscillator among qubits and other oscillators."""

import numpy as np
import pytest
import qutip

from oqnn.phase_space import GaussianPacket, PhaseSpaceGrid, wigner_from_fock
from oqnn.phase_space.transforms.modes import reduced_mode, wigner_of_mode
from oqnn.phase_space.transforms.packets import superposition

HBAR = 0.6
GRID = PhaseSpaceGrid.centered(5, 6, (72, 80), hbar=HBAR)
UNEVEN = PhaseSpaceGrid([-2.0, -0.3, 0.1, 1.7], [-1.2, 0.4, 0.9], HBAR)
OSCILLATOR = {"mass": 1.7, "omega": 0.8}
DIMS = (2, 5, 3)
LEVELS = 40


def random_register(seed):
    return qutip.rand_dm([*DIMS], seed=seed)


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_partial_trace_is_that_of_qutip(mode):
    rho, ket = random_register(1), qutip.rand_ket([*DIMS], seed=2)
    for state in (rho, ket):
        exact = state.ptrace(mode).full()
        np.testing.assert_allclose(reduced_mode(state, mode), exact, atol=1e-14)
        array = state.full() if state.isoper else state.full()[:, 0]
        for data in (array, state.full()):
            found = reduced_mode(data, mode, dims=DIMS)
            np.testing.assert_allclose(found, exact, atol=1e-14)


def test_wigner_function_of_the_reduced_oscillator():
    rho = random_register(3)
    W = wigner_of_mode(rho, 1, UNEVEN, **OSCILLATOR)
    exact = wigner_from_fock(rho.ptrace(1), UNEVEN, **OSCILLATOR)
    np.testing.assert_allclose(W.values, exact.values, rtol=0, atol=1e-14)


def test_eq_1_3_cat_whose_qubit_knows_the_side():
    """(|0⟩|α⟩ + r|1⟩|β⟩)/√(1 + r²): a mixture of packets in phase space, no fringes.

    |α⟩ is the packet of width √(ħ/mω) at x₀ + ip₀/mω = α √(2ħ/mω). Projecting the
    qubit on (|0⟩ + |1⟩)/√2 instead brings the fringes back.
    """
    alpha, beta, r = 1.3 + 0.4j, -0.9 - 0.7j, 0.5
    zero, one = qutip.basis(2, 0), qutip.basis(2, 1)
    sides = [qutip.coherent(LEVELS, z, method="analytic") for z in (alpha, beta)]
    state = qutip.tensor(sides[0], zero) + r * qutip.tensor(sides[1], one)
    W = wigner_of_mode(state.unit(), 0, GRID, **OSCILLATOR)

    length = np.sqrt(HBAR / (OSCILLATOR["mass"] * OSCILLATOR["omega"]))
    packets = [
        GaussianPacket(
            np.sqrt(2) * length * z.real, np.sqrt(2) * HBAR / length * z.imag, length
        )
        for z in (alpha, beta)
    ]
    own = [superposition([packet], GRID).values for packet in packets]
    exact = (own[0] + r**2 * own[1]) / (1 + r**2)
    np.testing.assert_allclose(W.values, exact, rtol=0, atol=1e-9)
    assert W.negativity == pytest.approx(0, abs=1e-9)

    plus = qutip.tensor(qutip.qeye(LEVELS), (zero + one).unit().dag())
    cat = wigner_from_fock((plus @ state).unit().full(), GRID, **OSCILLATOR)
    exact = superposition(packets, GRID, amplitudes=[1, r])
    np.testing.assert_allclose(cat.values, exact.values, rtol=0, atol=1e-9)


def test_two_mode_squeezing_leaves_a_thermal_mode():
    """Σ tⁿ|nn⟩: each mode is thermal, of purity (1 − t²)/(1 + t²), W = Gaussian."""
    t, levels = 0.4, 25
    psi = np.diag(t ** np.arange(levels)).ravel() * np.sqrt(1 - t**2)
    W = wigner_of_mode(psi, 1, GRID, dims=(levels, levels))
    purity = (1 - t**2) / (1 + t**2)
    r2 = GRID.x[:, None] ** 2 + GRID.p**2
    exact = purity / (np.pi * HBAR) * np.exp(-purity * r2 / HBAR)
    np.testing.assert_allclose(W.values, exact, rtol=0, atol=1e-12)
    assert W.purity == pytest.approx(purity, abs=1e-8)


def test_batches_are_their_single_states():
    states = [random_register(seed) for seed in range(3)]
    array = np.stack([state.full() for state in states])[:, None]
    W = wigner_of_mode(array, 1, UNEVEN, dims=DIMS)
    assert W.batch == (3, 1)
    listed = wigner_of_mode(states, 1, UNEVEN)
    np.testing.assert_allclose(W.values[:, 0], listed.values, rtol=0, atol=1e-15)
    alone = wigner_of_mode(states[2], 1, UNEVEN)
    np.testing.assert_allclose(listed.values[2], alone.values, rtol=0, atol=1e-15)


def test_refusals():
    rho = random_register(1)
    with pytest.raises(ValueError, match="`mode` must be one of the 3 parts"):
        wigner_of_mode(rho, 3, UNEVEN)
    with pytest.raises(TypeError, match="`mode` must be an integer"):
        wigner_of_mode(rho, 1.0, UNEVEN)
    with pytest.raises(ValueError, match="`mode` must be at least 0"):
        wigner_of_mode(rho, -1, UNEVEN)
    with pytest.raises(TypeError, match="`dims` must name the levels of every part"):
        wigner_of_mode(rho.full(), 1, UNEVEN)
    with pytest.raises(ValueError, match=r"`rho` must be a ket \(20,\) or a matrix"):
        wigner_of_mode(rho.full(), 1, UNEVEN, dims=(2, 5, 2))
    with pytest.raises(ValueError, match=r"`dims` must be those of `rho`, \[2, 5, 3\]"):
        wigner_of_mode(rho, 1, UNEVEN, dims=(5, 2, 3))
    with pytest.raises(ValueError, match="`dims` must be at least 1"):
        wigner_of_mode(rho.full(), 1, UNEVEN, dims=(2, 0, 3))
    with pytest.raises(TypeError, match="must be a ket or an operator, but is a super"):
        wigner_of_mode(qutip.to_super(rho), 1, UNEVEN)
    with pytest.raises(TypeError, match="must be a ket or an operator, but is a bra"):
        wigner_of_mode(qutip.rand_ket([*DIMS], seed=2).dag(), 1, UNEVEN, dims=DIMS)
    with pytest.raises(ValueError, match="`rho` must be finite"):
        reduced_mode(np.full((4, 4), np.nan), 1, dims=(2, 2))
