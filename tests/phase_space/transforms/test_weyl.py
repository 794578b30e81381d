"""Operators in the Fock basis and their Weyl symbols, both ways."""

import numpy as np
import pytest
import qutip
from scipy.integrate import quad

from oqnn import symbolic
from oqnn.phase_space import PhaseSpaceGrid
from oqnn.phase_space.transforms.fock import fock_grid, wigner_from_fock
from oqnn.phase_space.transforms.hermite import oscillator_wavefunctions
from oqnn.phase_space.transforms.weyl import weyl_quantize, weyl_transform

HBAR, MASS, OMEGA = 0.6, 1.7, 0.8
LENGTH = np.sqrt(HBAR / (MASS * OMEGA))
OSCILLATOR = {"mass": MASS, "omega": OMEGA}
UNEVEN = PhaseSpaceGrid([-2.0, -0.3, 0.1, 1.7], [-1.2, 0.4, 0.9], HBAR)
RNG = np.random.default_rng(11)


def cut_off(levels):
    """â, x̂, p̂ on the lowest levels: products are wrong in the last corner."""
    a = np.diag(np.sqrt(np.arange(1.0, levels)), 1)
    x = LENGTH * (a + a.T) / np.sqrt(2)
    return a, x, HBAR / LENGTH * (a - a.T) / np.sqrt(2) / 1j


def jump(levels, size):
    """A complex operator between the first `levels` of `size` levels."""
    matrix = np.zeros((size, size), dtype=complex)
    inner = RNG.normal(size=(2, levels, levels))
    matrix[:levels, :levels] = inner[0] + 1j * inner[1]
    return matrix


WORDS = {
    "x p": (2, lambda a, x, p: x * p, lambda a, x, p: x @ p),
    "x² p": (3, lambda a, x, p: x**2 * p, lambda a, x, p: x @ x @ p),
    "p x p²": (4, lambda a, x, p: p * x * p**2, lambda a, x, p: p @ x @ p @ p),
    "a†a": (2, lambda a, x, p: a[1] * a[0], lambda a, x, p: a.T @ a),
    "a†²a": (3, lambda a, x, p: a[1] ** 2 * a[0], lambda a, x, p: a.T @ a.T @ a),
    "(a†a)²": (
        4,
        lambda a, x, p: (a[1] * a[0]) ** 2,
        lambda a, x, p: a.T @ a @ a.T @ a,
    ),
    "i a³": (5, lambda a, x, p: 1j * a[0] ** 3, lambda a, x, p: 1j * a @ a @ a),
}


def test_high_powers_keep_their_digits():
    """p¹⁰ has the symbol p¹⁰, by 66 coefficients of normal order."""
    _, _, p = cut_off(17)
    found = weyl_transform(
        np.linalg.matrix_power(p, 10), UNEVEN, degree=10, **OSCILLATOR
    )
    exact = np.broadcast_to(UNEVEN.p**10, UNEVEN.shape)
    np.testing.assert_allclose(found, exact, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("word", WORDS)
def test_eq_1_1_polynomials_against_the_symbolic_room(word):
    """The matrix elements of a word on seven or more levels give its exact symbol."""
    degree, exact, numeric = WORDS[word]
    X, P = symbolic.operators()
    ladder = symbolic.ladder_operators(mass=MASS, frequency=OMEGA)
    x, p, hbar = symbolic.symbols()
    formula = symbolic.weyl_symbol(exact(ladder, X, P))
    expected = symbolic.to_function(formula, [x, p, hbar])(
        UNEVEN.x[:, None], UNEVEN.p, HBAR
    )
    matrix = numeric(*cut_off(degree + 5))
    found = weyl_transform(matrix, UNEVEN, degree=degree, **OSCILLATOR)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_eq_1_1_jump_by_the_integral_over_y():
    """Both parts of the symbol of a non-Hermitian operator, by adaptive quadrature."""
    matrix = jump(4, 6)
    found = weyl_transform(matrix, UNEVEN, **OSCILLATOR)

    def integrand(y, x, p):
        ends = oscillator_wavefunctions(
            6, np.array([x + y / 2, x - y / 2]), hbar=HBAR, **OSCILLATOR
        )
        return np.exp(-1j * p * y / HBAR) * (ends[:, 0] @ matrix @ ends[:, 1])

    for i, j in [(0, 1), (3, 2)]:
        value = quad(
            integrand,
            -20 * LENGTH,
            20 * LENGTH,
            args=(UNEVEN.x[i], UNEVEN.p[j]),
            complex_func=True,
            epsabs=1e-11,
            limit=400,
        )[0]
        assert found[i, j] == pytest.approx(value, abs=1e-10)


def test_symbol_of_a_state_is_h_times_its_wigner_function():
    state = qutip.coherent_dm(30, 0.8 - 0.5j)
    symbol = weyl_transform(state, UNEVEN, **OSCILLATOR)
    W = wigner_from_fock(state, UNEVEN, **OSCILLATOR)
    exact = 2 * np.pi * HBAR * W.values
    np.testing.assert_allclose(symbol, exact, rtol=0, atol=1e-13)


def test_symbol_of_the_adjoint_is_the_conjugate():
    matrix = jump(5, 7)
    symbol = weyl_transform(matrix, UNEVEN, **OSCILLATOR)
    adjoint = weyl_transform(matrix.conj().T, UNEVEN, **OSCILLATOR)
    np.testing.assert_allclose(adjoint, symbol.conj(), rtol=0, atol=1e-13)
    assert np.abs(symbol.imag).max() > 0.1


def test_eq_1_1_trace_of_a_product():
    """Tr[AB] = (1/h) ∬ÃB̃ dx dp, for A, B without any symmetry."""
    A, B = jump(5, 9), jump(7, 9)
    grid = fock_grid(9, hbar=HBAR, **OSCILLATOR)
    product = weyl_transform(A, grid, **OSCILLATOR) * weyl_transform(
        B, grid, **OSCILLATOR
    )
    trace = grid.weights_x @ product @ grid.weights_p / (2 * np.pi * HBAR)
    assert trace == pytest.approx(np.trace(A @ B), abs=1e-11)


def test_average_of_a_polynomial_is_that_of_its_symbol():
    """⟨A⟩ = ∬WÃ for a word that is unbounded, in a state of few levels."""
    grid = fock_grid(12, hbar=HBAR, **OSCILLATOR)
    _, x, p = cut_off(12)
    state = np.zeros(12, dtype=complex)
    state[:5] = RNG.normal(size=5) + 1j * RNG.normal(size=5)
    word = p @ x @ p @ p
    W = wigner_from_fock(state, grid, **OSCILLATOR)
    average = W.expect(weyl_transform(word, grid, degree=4, **OSCILLATOR))
    assert average == pytest.approx(np.vdot(state, word @ state), abs=1e-10)


def test_there_and_back():
    grid = fock_grid(8, hbar=HBAR, **OSCILLATOR)
    batch = np.stack([jump(6, 8), jump(3, 8), 1j * jump(6, 8)])[:, None]
    symbols = weyl_transform(batch, grid, **OSCILLATOR)
    assert symbols.shape == (3, 1, *grid.shape)
    single = weyl_transform(batch[1, 0], grid, **OSCILLATOR)
    np.testing.assert_array_equal(symbols[1, 0], single)
    found = weyl_quantize(symbols, grid, 8, **OSCILLATOR)
    np.testing.assert_allclose(found, batch, rtol=0, atol=1e-12)
    # Fewer levels are a corner of more.
    found = weyl_quantize(symbols, grid, 3, **OSCILLATOR)
    np.testing.assert_allclose(found, batch[..., :3, :3], rtol=0, atol=1e-12)


def test_polynomials_there_and_back():
    """x²p + i(p³ − x): its elements are those of the whole operator, corner and all."""
    _, x, p = cut_off(14)
    whole = (x @ x @ p + 1j * (p @ p @ p - x))[:10, :10]
    grid = fock_grid(10, hbar=HBAR, **OSCILLATOR)
    symbol = weyl_transform(whole, grid, degree=3, **OSCILLATOR)
    found = weyl_quantize(symbol, grid, 10, **OSCILLATOR)
    np.testing.assert_allclose(found, whole, rtol=0, atol=1e-11)
    u, v = grid.x[:, None], grid.p
    exact = u**2 * v + 1j * HBAR * u + 1j * (v**3 - u)
    np.testing.assert_allclose(symbol, exact, rtol=1e-11, atol=1e-11)


def test_quantized_hamiltonian_of_a_network_potential():
    """p²/2m + tanh(2x − 1): the kinetic part in closed form, the rest by quadrature."""
    levels = 7
    grid = PhaseSpaceGrid.centered(9 * LENGTH, 9 * HBAR / LENGTH, (256, 128), hbar=HBAR)
    H = weyl_quantize(
        lambda x, p: p**2 / (2 * MASS) + np.tanh(2 * x - 1),
        grid,
        levels,
        **OSCILLATOR,
    )
    _, _, p = cut_off(levels + 2)
    x = np.linspace(-9, 9, 4001) * LENGTH
    phi = oscillator_wavefunctions(levels, x, hbar=HBAR, **OSCILLATOR)
    U = np.trapezoid(phi[:, None] * phi * np.tanh(2 * x - 1), x)
    exact = (p @ p)[:levels, :levels] / (2 * MASS) + U
    np.testing.assert_allclose(H, exact, rtol=0, atol=1e-10)


def test_parity_is_twice_the_alternating_sum():
    """The symbol πħδ(x)δ(p) of parity, cut off: why the identity is refused."""
    levels = 8
    ones = np.diag([1.0] * levels + [0.0, 0.0])
    at_origin = PhaseSpaceGrid([0.0, 1.0], [0.0, 1.0], HBAR)
    value = weyl_transform(ones, at_origin, **OSCILLATOR)[0, 0]
    assert value == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="must fall off before its last two levels"):
        weyl_transform(np.eye(levels), at_origin, **OSCILLATOR)
    value = weyl_transform(np.eye(levels), at_origin, degree=0, **OSCILLATOR)[0, 0]
    assert value == pytest.approx(1, abs=1e-12)


def test_refusals_of_operators():
    a, x, p = cut_off(6)
    with pytest.raises(
        ValueError, match=r"`operator` must have shape \(\.\.\., N, N\)"
    ):
        weyl_transform(a[:-1], UNEVEN)
    with pytest.raises(ValueError, match="`operator` must be finite"):
        weyl_transform(a + np.nan, UNEVEN)
    with pytest.raises(TypeError, match="`operator` must be an operator, but is a ket"):
        weyl_transform(qutip.basis(4, 1), UNEVEN)
    with pytest.raises(ValueError, match="`operator` must be of one mode"):
        weyl_transform(qutip.tensor(qutip.qeye(2), qutip.qeye(3)), UNEVEN)
    with pytest.raises(ValueError, match="`operator` must not vanish"):
        weyl_transform(0 * a, UNEVEN)
    with pytest.raises(ValueError, match="must have at least 7 levels"):
        weyl_transform(x, UNEVEN, degree=5)
    with pytest.raises(ValueError, match="must be a polynomial of degree 1 in x and p"):
        weyl_transform(x @ p, UNEVEN, degree=1)
    with pytest.raises(ValueError, match="must be a polynomial of degree 2 in x and p"):
        weyl_transform(np.diag([1.0, 1, 1, 0, 0, 0]), UNEVEN, degree=2)
    with pytest.raises(ValueError, match=r"`degree` must lie in \[0, 16\]"):
        weyl_transform(x, UNEVEN, degree=17)
    with pytest.raises(TypeError, match="`degree` must be an integer"):
        weyl_transform(x, UNEVEN, degree=1.0)
    with pytest.raises(ValueError, match="`omega` must be positive"):
        weyl_transform(x, UNEVEN, degree=1, omega=0)


def test_refusals_of_symbols():
    grid = fock_grid(4)
    with pytest.raises(ValueError, match="`symbol` must broadcast to the grid's shape"):
        weyl_quantize(np.ones(grid.shape[1] - 1), grid, 4)
    with pytest.raises(ValueError, match="`symbol` must be finite"):
        weyl_quantize(lambda x, p: np.where(p > 1, np.inf, x), grid, 4)
    with pytest.raises(ValueError, match="`grid` must hold 5 levels, with x from"):
        weyl_quantize(lambda x, p: x, PhaseSpaceGrid.centered(5, 9, (64, 64)), 5)
    for low, high in ((-9, 4), (-4, 9)):
        window = PhaseSpaceGrid(np.linspace(low, high, 96), grid.p)
        with pytest.raises(ValueError, match="`grid` must hold 4 levels, with x from"):
            weyl_quantize(lambda x, p: x, window, 4)
    with pytest.raises(ValueError, match="`grid` must hold 5 levels, with p from"):
        weyl_quantize(lambda x, p: x, PhaseSpaceGrid.centered(9, 9, (96, 16)), 5)
    with pytest.raises(ValueError, match="`grid` must have evenly spaced axes"):
        weyl_quantize(lambda x, p: x, UNEVEN, 2)
    with pytest.raises(TypeError, match="`levels` must be an integer"):
        weyl_quantize(lambda x, p: x, grid, 4.0)
