"""The terms of eq. 1.8 against the formulas they come from, and against matrices."""

import numpy as np
import pytest
import sympy

from oqnn import symbolic
from oqnn.phase_space.surroundings.open_terms import (
    CaldeiraLeggett,
    Damping,
    Diffusion,
    Friction,
    LinearJump,
    Localisation,
)

HBAR, MASS, OMEGA = 0.7, 1.3, 0.6
EVERY = [
    Diffusion(0.1, 0.2, -0.05),
    LinearJump(0.6 - 0.3j, 0.2 + 0.5j),
    Damping(0.3, 0.4, MASS, OMEGA),
    Friction(0.25),
    CaldeiraLeggett(0.25, 0.8, MASS),
    CaldeiraLeggett(0.25, 0.8, MASS, completely_positive=True),
    Localisation(0.9, 0.45),
]


def assert_drifts_and_diffuses(channel, equation):
    """Compare with the drift and diffusion of ∂W/∂t as a formula, ħ put in."""
    found = symbolic.fokker_planck(equation)
    drift = np.array(found.drift_matrix, dtype=float)
    diffusion = np.array(found.diffusion, dtype=float) / 2
    np.testing.assert_allclose(channel.drift(HBAR), drift, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(
        channel.diffusion(HBAR), diffusion, rtol=1e-13, atol=1e-15
    )


def formula(jumps):
    """∂W/∂t of jumps alone with all numbers put in."""
    m, omega = (sympy.Symbol(name, positive=True) for name in ("m", "omega"))
    hbar = symbolic.symbols()[2]
    equation = symbolic.phase_space_lindblad(0, jumps)
    return equation.subs({m: MASS, omega: OMEGA, hbar: HBAR})


def test_eq_1_8_measured_position():
    X, _ = symbolic.operators()
    rate = 0.4
    equation = formula([sympy.sqrt(rate) * X])
    assert_drifts_and_diffuses(LinearJump(x=rate**0.5), equation)
    assert_drifts_and_diffuses(Diffusion(D_pp=rate * HBAR**2 / 2), equation)


def test_eq_1_8_measured_momentum():
    _, P = symbolic.operators()
    rate = 0.4
    equation = formula([sympy.sqrt(rate) * P])
    assert_drifts_and_diffuses(LinearJump(p=rate**0.5), equation)
    assert_drifts_and_diffuses(Diffusion(D_xx=rate * HBAR**2 / 2), equation)


def test_any_linear_jump():
    X, P = symbolic.operators()
    i = sympy.I
    jump = (0.6 - 0.3 * i) * X + (0.2 + 0.5 * i) * P
    assert_drifts_and_diffuses(LinearJump(0.6 - 0.3j, 0.2 + 0.5j), formula([jump]))


@pytest.mark.parametrize("nbar", [0.0, 0.4])
def test_eq_1_8_loss_and_gain_of_quanta(nbar):
    a, ad = symbolic.ladder_operators()
    rate = 0.3
    jumps = [sympy.sqrt(rate * (nbar + 1)) * a, sympy.sqrt(rate * nbar) * ad]
    channel = Damping(rate, nbar, MASS, OMEGA)
    assert_drifts_and_diffuses(channel, formula(jumps))


@pytest.mark.parametrize("completely_positive", [False, True])
def test_eq_1_8_friction_and_a_warm_bath(completely_positive):
    """D_pp = 2mγkT, and D_xx = (ħγ/2)²/D_pp, the least that there may be."""
    hbar = symbolic.symbols()[2]
    gamma, temperature = 0.25, 0.8
    D_pp = 2 * MASS * gamma * temperature
    D_xx = (HBAR * gamma / 2) ** 2 / D_pp if completely_positive else 0
    equation = symbolic.caldeira_leggett(0, gamma, D_pp, D_xx).subs(hbar, HBAR)
    channel = CaldeiraLeggett(
        gamma, temperature, MASS, completely_positive=completely_positive
    )
    assert_drifts_and_diffuses(channel, equation)
    friction = symbolic.caldeira_leggett(0, gamma, 0).subs(hbar, HBAR)
    assert_drifts_and_diffuses(Friction(gamma), friction)


def matrices(levels=30):
    """x and p on the lowest levels of the oscillator, a state on the lowest four."""
    lower = np.diag(np.sqrt(np.arange(1, levels)), 1)
    x = np.sqrt(HBAR / (2 * MASS * OMEGA)) * (lower + lower.T)
    p = 1j * np.sqrt(HBAR * MASS * OMEGA / 2) * (lower.T - lower)
    rng = np.random.default_rng(7)
    root = np.zeros((levels, levels), complex)
    root[:4, :4] = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    rho = root @ root.conj().T
    return x, p, lower, rho / np.trace(rho).real


def dissipator(L, rho):
    """D[L]ρ."""
    loss = L.conj().T @ L
    return L @ rho @ L.conj().T - (loss @ rho + rho @ loss) / 2


def commutator(a, b):
    return a @ b - b @ a


@pytest.mark.parametrize("channel", EVERY[:-1], ids=repr)
def test_moments_of_a_complex_state_change_as_its_matrix_does(channel):
    """d⟨z⟩ = A⟨z⟩ dt and dΣ₂ = (AΣ₂ + Σ₂Aᵀ + 2D) dt for the second moments Σ₂."""
    x, p, a, rho = matrices()
    match channel:
        case Diffusion(xx, pp, px):
            change = -xx * commutator(p, commutator(p, rho))
            change -= pp * commutator(x, commutator(x, rho))
            change += 2 * px * commutator(x, commutator(p, rho))
            change /= HBAR**2
        case LinearJump(in_x, in_p):
            change = dissipator(in_x * x + in_p * p, rho)
        case Damping(rate, nbar):
            change = rate * (nbar + 1) * dissipator(a, rho)
            change += rate * nbar * dissipator(a.T, rho)
        case Friction(gamma) | CaldeiraLeggett(gamma):
            D = channel.diffusion(HBAR)
            change = -1j * gamma / HBAR * commutator(x, p @ rho + rho @ p)
            change -= D[1, 1] / HBAR**2 * commutator(x, commutator(x, rho))
            change -= D[0, 0] / HBAR**2 * commutator(p, commutator(p, rho))

    def moments(matrix):
        first = np.array([np.trace(z @ matrix) for z in (x, p)])
        xp = np.trace((x @ p + p @ x) @ matrix) / 2
        second = [[np.trace(x @ x @ matrix), xp], [xp, np.trace(p @ p @ matrix)]]
        return first.real, np.array(second).real

    (mean, second), (mean_rate, second_rate) = moments(rho), moments(change)
    A, D = channel.drift(HBAR), channel.diffusion(HBAR)
    np.testing.assert_allclose(mean_rate, A @ mean, rtol=1e-12, atol=1e-13)
    expected = A @ second + second @ A.T + 2 * D
    np.testing.assert_allclose(second_rate, expected, rtol=1e-12, atol=1e-13)


def test_localisation_is_an_average_of_momentum_kicks():
    """r ∫P(q) D[e^{iqx̂}]dq multiplies ρ(x, x′) by r∫P(q)(e^{iqy} − 1)dq, where P is
    a Gaussian of variance 1/2ℓ²: of kicks ħq of variance ħ²/2ℓ².
    """
    rate, length = 0.9, 0.45
    x, y = np.array([[-2.0], [0.3], [1.0]]), np.linspace(-3, 2, 7)[None]
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    kicks = nodes / (np.sqrt(2) * length)
    average = np.exp(1j * y[..., None] * kicks) @ weights / weights.sum()
    expected = np.broadcast_to(rate * (1 - average), (3, 7))
    found = Localisation(rate, length).decay(x, y, HBAR)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_eq_1_8_localisation_of_long_waves_is_diffusion():
    """Λ = r/4ℓ² and D_pp = Λħ², to the next order, y²/8ℓ²."""
    y = np.array([[1e-4, 2e-4]])
    found = Localisation(3.0, 2.0).decay(np.zeros((1, 1)), y, HBAR)
    np.testing.assert_allclose(found, 3 / 16 * y**2, rtol=3e-9)


@pytest.mark.parametrize("channel", EVERY, ids=repr)
def test_slopes_are_those_of_the_decay(channel):
    x, y = np.array([[-2.0], [0.3]]), np.linspace(-1, 2, 5)[None]
    h = 1e-5
    in_x, in_y = channel.decay_slopes(x, y, HBAR)
    assert in_x.shape == in_y.shape == channel.decay(x, y, HBAR).shape == (2, 5)
    up, down = channel.decay(x + h, y, HBAR), channel.decay(x - h, y, HBAR)
    np.testing.assert_allclose(in_x, (up - down) / (2 * h), atol=1e-9)
    up, down = channel.decay(x, y + h, HBAR), channel.decay(x, y - h, HBAR)
    np.testing.assert_allclose(in_y, (up - down) / (2 * h), atol=1e-9)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Diffusion(D_px=0.1j), r"`D_px` must be a real number, but is 0\.1j"),
        (lambda: Damping(None), r"`rate` must be a real number, but is None"),
        (lambda: LinearJump(x=[1, 2]), r"`x` must be a complex number, but is \[1, 2"),
    ],
)
def test_what_is_no_number_is_refused(make, message):
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Diffusion(D_xx=-0.1), r"`D_xx` must not be negative, but is -0\.1"),
        (lambda: Diffusion(D_pp=-0.1), r"`D_pp` must not be negative"),
        (lambda: Diffusion(D_px=np.inf), r"`D_px` must be finite"),
        (lambda: LinearJump(p=np.nan), r"`p` must be finite"),
        (lambda: Damping(-1), r"`rate` must not be negative"),
        (lambda: Damping(1, nbar=-1), r"`nbar` must not be negative"),
        (lambda: Damping(1, mass=0), r"`mass` must be positive"),
        (lambda: Damping(1, omega=-2), r"`omega` must be positive"),
        (lambda: Friction(-1), r"`gamma` must not be negative"),
        (lambda: CaldeiraLeggett(-1, 1), r"`gamma` must not be negative"),
        (lambda: CaldeiraLeggett(1, 0), r"`temperature` must be positive"),
        (lambda: CaldeiraLeggett(1, 1, mass=-1), r"`mass` must be positive"),
        (lambda: Localisation(-1, 1), r"`rate` must not be negative"),
        (lambda: Localisation(1, 0), r"`length` must be positive"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=message):
        make()
