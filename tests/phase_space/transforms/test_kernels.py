"""Kernels A(x, x′) without symmetry and their Weyl symbols."""

import numpy as np
import pytest

from oqnn.phase_space import (
    GaussianPacket,
    PhaseSpaceGrid,
    superposition_wavefunction,
    wigner_from_density,
)
from oqnn.phase_space.transforms.hermite import oscillator_wavefunctions
from oqnn.phase_space.transforms.kernels import kernel_from_symbol, symbol_from_kernel
from oqnn.phase_space.transforms.weyl import weyl_transform

HBAR = 0.6
X = np.linspace(-8, 8.3, 130)
ROOMY = PhaseSpaceGrid(np.linspace(-8, 8.3, 121), np.linspace(-10, 9.5, 182), HBAR)
WINDOW = PhaseSpaceGrid([-9.0, -0.4, 0.3, 2.0], [-3.0, 0.1, 40.0], HBAR)
KET, BRA = (
    superposition_wavefunction([packet], X, hbar=HBAR)
    for packet in (GaussianPacket(0.8, -1.1, 0.5, 0.9), GaussianPacket(-1.2, 0.7, 0.9))
)
KERNEL = np.outer(KET, BRA.conj())


def test_eq_1_1_outer_product_by_the_sum_over_y():
    """Ã of |ψ⟩⟨φ|, from the formulas of ψ and φ, far from the centre too."""
    y = np.linspace(-20, 20, 4001)
    found = symbol_from_kernel(KERNEL, X, WINDOW)
    for i, x in enumerate(WINDOW.x):
        ket = superposition_wavefunction(
            [GaussianPacket(0.8, -1.1, 0.5, 0.9)], x + y / 2, hbar=HBAR
        )
        bra = superposition_wavefunction(
            [GaussianPacket(-1.2, 0.7, 0.9)], x - y / 2, hbar=HBAR
        )
        for j, p in enumerate(WINDOW.p):
            turn = np.exp(-1j * p * y / HBAR)
            exact = np.trapezoid(turn * ket * bra.conj(), y)
            assert found[i, j] == pytest.approx(exact, abs=1e-11)


def test_kernel_and_matrix_of_one_operator_have_one_symbol():
    mass, omega, levels = 1.7, 0.8, 6
    rng = np.random.default_rng(3)
    matrix = np.zeros((levels + 2, levels + 2), dtype=complex)
    inner = rng.normal(size=(2, levels, levels))
    matrix[:levels, :levels] = inner[0] + 1j * inner[1]
    phi = oscillator_wavefunctions(levels + 2, X, mass=mass, omega=omega, hbar=HBAR)
    kernel = phi.T @ matrix @ phi
    np.testing.assert_allclose(
        symbol_from_kernel(kernel, X, WINDOW),
        weyl_transform(matrix, WINDOW, mass=mass, omega=omega),
        rtol=0,
        atol=1e-11,
    )


def test_symbol_of_a_density_is_h_times_its_wigner_function():
    rho = np.outer(KET, KET.conj())
    symbol = symbol_from_kernel(rho, X, WINDOW)
    W = wigner_from_density(rho, X, WINDOW)
    exact = 2 * np.pi * HBAR * W.values
    np.testing.assert_allclose(symbol, exact, rtol=0, atol=1e-13)


def test_eq_1_1_trace_of_a_product():
    """Tr[AB] = (1/h)∬ÃB̃ = ⟨φ|B|ψ⟩ for A = |ψ⟩⟨φ|."""
    B = 1j * np.outer(BRA, BRA.conj()) + 0.3 * np.outer(BRA, KET.conj())
    product = symbol_from_kernel(KERNEL, X, ROOMY) * symbol_from_kernel(B, X, ROOMY)
    trace = product.sum() * ROOMY.dx * ROOMY.dp / (2 * np.pi * HBAR)
    exact = (BRA.conj() @ B @ KET) * (X[1] - X[0]) ** 2
    assert trace == pytest.approx(exact, abs=1e-11)


def test_there_and_back():
    kernels = np.stack([KERNEL, 1j * KERNEL.T + KERNEL])[:, None]
    symbols = symbol_from_kernel(kernels, X, ROOMY)
    assert symbols.shape == (2, 1, *ROOMY.shape)
    found, x = kernel_from_symbol(symbols, ROOMY, X)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_allclose(found, kernels, rtol=0, atol=1e-10)
    own, x = kernel_from_symbol(symbols[0, 0], ROOMY)
    again = symbol_from_kernel(own, x, ROOMY)
    np.testing.assert_allclose(again, symbols[0, 0], rtol=0, atol=1e-9)


def test_refusals():
    symbol = symbol_from_kernel(KERNEL, X, ROOMY)
    with pytest.raises(ValueError, match=r"`kernel` must have shape \(\.\.\., 130"):
        symbol_from_kernel(KERNEL[1:], X, ROOMY)
    with pytest.raises(ValueError, match="`kernel` must be resolved by its axes"):
        symbol_from_kernel(np.diag(np.exp(-(X**2))), X, ROOMY)
    with pytest.raises(ValueError, match="`kernel` must fit its axes"):
        symbol_from_kernel(np.ones((130, 130)), X, ROOMY)
    far, fine = np.exp(-((X - 8) ** 2)), KET * np.exp(23j * X)
    for bad, message in ((far, "fit its axes"), (fine, "be resolved by its axes")):
        for kernel in (np.outer(bad, BRA), np.outer(KET, bad)):
            with pytest.raises(ValueError, match=f"`kernel` must {message}"):
                symbol_from_kernel(kernel, X, ROOMY)
    with pytest.raises(
        ValueError, match=r"`symbol` must have shape \(\.\.\., 121, 182"
    ):
        kernel_from_symbol(symbol.T, ROOMY)
    with pytest.raises(ValueError, match="`symbol` must be finite"):
        kernel_from_symbol(symbol + np.inf, ROOMY)
    with pytest.raises(ValueError, match="`symbol` must fit its axes"):
        kernel_from_symbol(symbol + ROOMY.p, ROOMY)
    with pytest.raises(ValueError, match="`grid` must have evenly spaced axes"):
        kernel_from_symbol(symbol[:4, :3], WINDOW)
