"""Spin Wigner functions: closed forms, norm, overlap, covariance, QuTiP, refusals."""

import numpy as np
import pytest
import qutip
from scipy.linalg import expm
from sympy.physics.quantum.cg import CG

from oqnn._core.bases import pauli_basis
from oqnn.measures import (
    equal_angle_wigner,
    sphere_points,
    spin_kernel,
    spin_wigner,
    wigner_negativity,
)

RNG = np.random.default_rng(60)
THETA, PHI = RNG.uniform(0, np.pi, 5), RNG.uniform(-4, 9, 5)
MEASURE = 4 * np.pi


def random_state(d, count=None):
    shape = (d, d) if count is None else (count, d, d)
    a = RNG.normal(size=shape) + 1j * RNG.normal(size=shape)
    rho = a @ a.conj().mT
    return rho / np.trace(rho, axis1=-2, axis2=-1)[..., None, None]


def directions(theta, phi):
    sine = np.sin(theta)
    return np.stack([sine * np.cos(phi), sine * np.sin(phi), np.cos(theta)], axis=-1)


def test_a_qubit_has_the_kernel_of_its_bloch_vector():
    """W(n) = (1 + √3 r·n)/2."""
    rho = random_state(2)
    r = np.einsum("aij,ji->a", pauli_basis(1)[1:], rho).real
    expected = (1 + np.sqrt(3) * directions(THETA, PHI) @ r) / 2
    np.testing.assert_allclose(spin_wigner(rho, THETA, PHI), expected, atol=1e-14)


@pytest.mark.parametrize("d", [2, 3, 6])
def test_the_kernel_is_made_of_clebsch_gordan_coefficients(d):
    """Δ(z)_mm = Σ_k (2k+1)/(2j+1) ⟨jm; k0|jm⟩."""
    import sympy

    j = sympy.Rational(d - 1, 2)
    expected = [
        sum((2 * k + 1) * float(CG(j, m, k, 0, j, m).doit()) for k in range(d)) / d
        for m in [j - i for i in range(d)]
    ]
    kernel = spin_kernel(d, 0.0, 0.7)
    np.testing.assert_allclose(kernel, np.diag(expected), atol=1e-13)


@pytest.mark.parametrize("d", [2, 3, 5])
def test_qutip_agrees_up_to_its_norm(d):
    rho = random_state(d)
    theta, phi = np.array([0.2, 1.1, 2.9]), np.array([0.0, 0.9, 4.0, 5.5])
    theirs = qutip.spin_wigner(qutip.Qobj(rho), theta, phi)[0]  # [phi, theta]
    grid = np.meshgrid(theta, phi, indexing="ij")
    ours = spin_wigner(rho, *map(np.ravel, grid)).reshape(3, 4)
    np.testing.assert_allclose(np.sqrt(d / MEASURE) * ours, theirs.T, atol=1e-13)


@pytest.mark.parametrize("dims", [(2,), (5,), (2, 3), (3, 2, 2)])
def test_norm_and_overlap(dims):
    """∫ W = 1 and ∫ W_ρ W_σ = Tr ρσ, in the measure Π (d/4π) dΩ."""
    rho, sigma = random_state(int(np.prod(dims)), 2)
    theta, phi, weights = sphere_points(max(dims))
    W = spin_wigner(np.array([rho, sigma]), theta, phi, dims=dims)
    total, overlap = W[0], W[0] * W[1]
    for d in reversed(dims):
        total = total @ weights * d / MEASURE
        overlap = overlap @ weights * d / MEASURE
    assert total == pytest.approx(1, abs=1e-12)
    assert overlap == pytest.approx(np.trace(rho @ sigma).real, abs=1e-12)


@pytest.mark.parametrize("d", [2, 4])
def test_a_rotation_of_the_state_is_one_of_the_sphere(d):
    """W of e^{−iαJz} ρ e^{iαJz} at φ is W of ρ at φ − α; about y the pole moves."""
    rho, alpha = random_state(d), 0.7
    Jz, Jy = (qutip.jmat((d - 1) / 2, axis).full() for axis in "zy")
    U = expm(-1j * alpha * Jz)
    turned = spin_wigner(U @ rho @ U.conj().T, THETA, PHI)
    np.testing.assert_allclose(turned, spin_wigner(rho, THETA, PHI - alpha), atol=1e-13)
    V = expm(-1j * alpha * Jy)
    at_pole = spin_wigner(rho, [0.0], [0.0])
    moved = spin_wigner(V @ rho @ V.conj().T, [alpha], [0.0])
    np.testing.assert_allclose(moved, at_pole, atol=1e-13)


def test_products_have_products_of_wigner_functions():
    first, second = random_state(2), random_state(3)
    joint = spin_wigner(np.kron(first, second), THETA, PHI, dims=(2, 3))
    alone = spin_wigner(first, THETA, PHI), spin_wigner(second, THETA, PHI)
    np.testing.assert_allclose(joint, np.outer(*alone), atol=1e-13)


def test_the_slice_of_equal_angles_is_the_diagonal():
    rho = random_state(8, 2)
    whole = spin_wigner(rho, THETA, PHI, dims=(2, 2, 2))
    diagonal = np.einsum("bggg->bg", whole)
    grid = equal_angle_wigner(rho, THETA[:, None], PHI[None], (2, 2, 2))
    assert grid.shape == (2, 5, 5)
    np.testing.assert_allclose(np.einsum("bgg->bg", grid), diagonal, atol=1e-13)


@pytest.mark.parametrize("r", [0.3, 0.8, 1.0])
def test_negativity_of_a_qubit(r):
    """(1 − a)²/(4a) with a = 1/(√3 r), and nothing for r ≤ 1/√3."""
    n = np.array([0.36, -0.48, 0.8])
    rho = (np.eye(2) + r * np.einsum("a,aij->ij", n, pauli_basis(1)[1:])) / 2
    a = 1 / (np.sqrt(3) * r)
    exact = (1 - a) ** 2 / (4 * a) if a < 1 else 0.0
    assert wigner_negativity(rho, resolution=60) == pytest.approx(exact, abs=5e-5)


def test_negativity_of_a_bell_pair():
    """W = (1 + 3u)/4, u = n₁·n₂' uniform in [−1, 1] with n₂' = (x, −y, z) of n₂.

    (4π)⁻² 4 ∫∫ max(−W, 0) = ½ ∫_{1/3}^{1} (3u − 1) du = 1/3.
    """
    bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    found = [wigner_negativity(bell, dims=(2, 2), resolution=n) for n in (8, 16)]
    errors = np.abs(np.array(found) - 1 / 3)
    assert errors[1] < 2e-3
    assert errors[1] < errors[0]


def test_negativity_keeps_leading_axes():
    states = random_state(3, 4).reshape(2, 2, 3, 3)
    found = wigner_negativity(states, resolution=10)
    assert found.shape == (2, 2)
    assert found[1, 0] == wigner_negativity(states[1, 0], resolution=10)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: spin_wigner(np.eye(3) / 3, [0], [0], dims=(2, 2)), r"multiply to 3"),
        (lambda: spin_wigner([[0, 1], [0, 0]], [0], [0]), "must be Hermitian"),
        (lambda: spin_wigner([1, 0], [0, 1], [0, 1, 2]), "`phi` must have a shape"),
        (lambda: spin_wigner([1, 0], [[0.1]], [[1]]), "vectors of one length"),
        (lambda: spin_wigner([1, 0], [np.nan], [0]), "`theta` must be finite"),
        (
            lambda: spin_wigner(np.eye(8) / 8, *np.zeros((2, 999)), dims=(2, 2, 2)),
            "Use fewer, or equal_angle_wigner",
        ),
        (lambda: sphere_points(0), "`resolution` must be at least 1"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
