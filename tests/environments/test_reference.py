"""The reference environment, and the numbers of its materials without learning.

The reference numbers come from an independent prototype of the same setting: a qubit,
four levels with tetrahedral fields, ξ = 1, κ = 0.2, ε = 0.1, b = 0.5, γ₁ = γ_φ = 0.004,
h = 8, T = 8. Readout infidelity: mean of ½ − tr M/6 over t = T/4, T/2, 3T/4, T.
Fidelity at T: with the best unitary. Entanglement-breaking time: the first time on a
grid of 0.2 (XY8: 2) at which the partially transposed Choi state is positive.
"""

import numpy as np
import pytest
import qutip
from dynamics.generators import random_matrices, slow_apply
from environments.problems import ENVIRONMENT, H

from oqnn._core.bases import pauli_basis
from oqnn.dynamics import ConstantControls
from oqnn.environments import (
    TETRAHEDRON,
    Material,
    ReferenceEnvironment,
    bare_material,
    engineered_material,
    plain_material,
    xy8_material,
)

READOUTS = np.array([0.0, 2.0, 4.0, 6.0, 8.0])
REFERENCE = ReferenceEnvironment()


def slow_generator(environment, y, H, blocks):
    """The equations of the class, term by term, with every operator written out.

    H^i = (ξ/2) n_i·σ + (h/2) y₁₋₃·σ + H, R^{ij} = √(κ(1 + b y₄)/(n − 1))
    (1 + ε(n_i − n_j)·σ) from j to i, √γ₁|1⟩⟨0| and √(γ_φ/2) σ_z in every level.
    """
    e = environment
    n = np.array(e.directions) / np.linalg.norm(e.directions, axis=1)[:, None]
    x, s_y, z = qutip.sigmax().full(), qutip.sigmay().full(), qutip.sigmaz().full()

    def along(v):
        return v[0] * x + v[1] * s_y + v[2] * z

    hamiltonians = [e.xi / 2 * along(v) + e.h / 2 * along(y) + H for v in n]
    jumps = {}
    for i in range(len(n)):
        lowering = (qutip.basis(2, 1) * qutip.basis(2, 0).dag()).full()
        jumps[i, i] = [np.sqrt(e.gamma_1) * lowering, np.sqrt(e.gamma_phi / 2) * z]
        for j in range(len(n)):
            if i != j:
                rate = e.kappa * (1 + e.b * y[3]) / (len(n) - 1)
                back_action = np.eye(2) + e.epsilon * along(n[i] - n[j])
                jumps[i, j] = [np.sqrt(rate) * back_action]
    return slow_apply(hamiltonians, jumps, blocks)


@pytest.mark.parametrize("environment", [ENVIRONMENT, REFERENCE], ids=["odd", "set"])
def test_generator_is_the_formula_and_affine(environment):
    """At random controls: the jumps hold √(1 + b y₄), the generator 1 + b y₄."""
    rng = np.random.default_rng(60)
    blocks = random_matrices(rng, environment.n_levels, 2, 2)
    generator = environment.generator(H)
    for y in [*rng.uniform(-1, 1, (4, 4)), np.array([0, 0, 0, -1.0])]:
        expected = slow_generator(environment, y, H, blocks)
        np.testing.assert_allclose(generator.apply(blocks, y), expected, atol=1e-13)
    still = environment.generator().apply(blocks, np.zeros(4))
    expected = slow_generator(environment, np.zeros(4), np.zeros((2, 2)), blocks)
    np.testing.assert_allclose(still, expected, atol=1e-13)
    from_qutip = environment.generator(qutip.Qobj(H)).matrices()
    np.testing.assert_array_equal(from_qutip, generator.matrices())


def test_back_action_goes_from_j_to_i():
    """A hop 1 → 0 multiplies by 1 + ε(n₀ − n₁)·σ: two levels along ±z, no field.

    Started in level 1, the population that arrives in level 0 with spin up grows at
    (κ/1)(1 + 2ε)² and with spin down at κ(1 − 2ε)².
    """
    environment = ReferenceEnvironment(
        directions=((0, 0, 2), (0, 0, -1)), xi=0, gamma_1=0, gamma_phi=0
    )
    blocks = np.array([np.zeros((2, 2)), np.eye(2) / 2])
    rates = environment.generator().apply(blocks, np.zeros(4))[0]
    np.testing.assert_allclose(rates, np.diag([0.1 * 1.2**2, 0.1 * 0.8**2]), atol=1e-15)


def test_single_level_does_not_hop():
    environment = ReferenceEnvironment(directions=((0, 0, 1),), gamma_1=0, gamma_phi=0)
    transfer = bare_material(environment).transfer([0, 0.7])
    np.testing.assert_allclose(np.linalg.det(transfer), 1, rtol=1e-13)
    np.testing.assert_allclose(transfer[1, 1, 1], np.cos(0.7), rtol=1e-13)


def readout_infidelity(material):
    """½ − tr M/6 = 1 − F averaged over pure states, for r → M r + c."""
    M = material.transfer(READOUTS)[1:, 1:, 1:]
    return np.mean(0.5 - np.trace(M, axis1=1, axis2=2) / 6)


def best_fidelity(material):
    """½ + (s₁ + s₂ + sgn(det M) s₃)/6 at T."""
    M = material.transfer(READOUTS)[-1, 1:, 1:]
    s = np.linalg.svd(M, compute_uv=False)
    return 0.5 + (s[0] + s[1] + np.sign(np.linalg.det(M)) * s[2]) / 6


def breaking_time(material, stop, step):
    """First grid time at which Σ_ab T_ab τ_a ⊗ τ_bᵀᵀ/4 has no negative eigenvalue.

    The Choi state is Σ_ab T_ab τ_a ⊗ τ_bᵀ/4; its partial transpose drops the
    transposition of the second factor.
    """
    times = np.arange(0, stop + step / 2, step)
    tau = pauli_basis(1)
    for time, transfer in zip(times, material.transfer(times), strict=True):
        turned = np.einsum("ab,aij,bkl->ikjl", transfer, tau, tau).reshape(4, 4) / 4
        if np.linalg.eigvalsh(turned)[0] >= -1e-9:
            return time
    return np.inf


def test_bare():
    material = bare_material(REFERENCE)
    assert readout_infidelity(material) == pytest.approx(0.439, abs=5e-4)
    assert best_fidelity(material) == pytest.approx(0.558, abs=5e-4)
    assert breaking_time(material, 4, 0.2) == pytest.approx(1.8, abs=0.21)


def test_noise_field_removed():
    """The floor: ξ = 0 and y = (0, 0, 0, −1)."""
    material = Material(
        kind="floor",
        environment=ReferenceEnvironment(xi=0),
        drive=ConstantControls([0, 0, 0, -1]),
    )
    assert readout_infidelity(material) == pytest.approx(0.022, abs=5e-4)
    assert best_fidelity(material) == pytest.approx(0.966, abs=5e-4)
    assert breaking_time(material, 150, 0.2) == pytest.approx(137, abs=0.51)


def test_xy8():
    material = xy8_material(REFERENCE)
    assert readout_infidelity(material) == pytest.approx(0.065, abs=5e-4)
    assert best_fidelity(material) == pytest.approx(0.916, abs=5e-4)
    assert breaking_time(material, 60, 2) == pytest.approx(48, abs=2.1)


@pytest.mark.slow
def test_engineered():
    """The optimum has |y₁| = |y₂| = |y₃| = 0.881 and y₄ = −1, infidelity 0.1472."""
    material = engineered_material(REFERENCE, starts=6, progress=False)
    assert readout_infidelity(material) == pytest.approx(0.1472, abs=5e-5)
    assert best_fidelity(material) == pytest.approx(0.828, abs=5e-4)
    assert breaking_time(material, 50, 0.2) == pytest.approx(38.6, abs=0.21)
    np.testing.assert_allclose(np.abs(material.drive.values[:3]), 0.881, atol=1e-3)
    assert material.drive.values[3] == -1
    again = engineered_material(REFERENCE, starts=6, progress=False)
    np.testing.assert_array_equal(again.drive.values, material.drive.values)


@pytest.mark.slow
def test_plain_mean_of_forty():
    """Seeds 1000 … 1039; the median time over 24 time units."""
    materials = [plain_material(REFERENCE, seed) for seed in range(1000, 1040)]
    infidelities = [readout_infidelity(m) for m in materials]
    assert np.mean(infidelities) == pytest.approx(0.352, abs=5e-4)
    fidelities = [best_fidelity(m) for m in materials]
    assert np.mean(fidelities) == pytest.approx(0.725, abs=5e-4)
    times = [breaking_time(m, 24, 0.2) for m in materials]
    assert np.median(times) == pytest.approx(14.4, abs=0.21)
    assert {m.kind for m in materials} == {"plain"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"directions": ((1, 0),)}, r"`directions` must have shape \(n, 3\)"),
        ({"directions": ((0, 0, 0), (0, 0, 1))}, "`directions` .* nonzero length"),
        ({"directions": ((np.nan, 0, 0),)}, "`directions` must be finite"),
        ({"b": 1.5}, r"`b` must lie in \[0, 1\], but is 1\.5"),
        ({"kappa": -0.1}, "`kappa` must be finite and not negative, but is -0.1"),
        ({"gamma_1": np.nan}, "`gamma_1` must be finite and not"),
        ({"gamma_phi": np.inf}, "`gamma_phi` must be finite and not"),
        ({"xi": np.inf}, "`xi` must be finite, but is inf"),
        ({"h": np.nan}, "`h` must be finite"),
    ],
)
def test_no_environment_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        ReferenceEnvironment(**changes)


def test_no_hamiltonian_is_refused():
    with pytest.raises(ValueError, match=r"`H` must have shape \(2, 2\)"):
        REFERENCE.generator(np.zeros((4, 2, 2)))
    with pytest.raises(ValueError, match="`H` must be Hermitian"):
        REFERENCE.generator([[0, 1], [0, 0]])
    assert REFERENCE.directions == TETRAHEDRON


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": 0}, "`points` must be at least 1"),
        ({"starts": 0}, "`starts` must be at least 1"),
        ({"period": -8.0}, "`period` must be positive"),
        ({"H": np.eye(3)}, r"`H` must have shape \(2, 2\)"),
    ],
)
def test_no_search_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        engineered_material(REFERENCE, **changes)


def test_pulses_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"`spacing` must be at least .* 0\.392699"):
        xy8_material(REFERENCE, spacing=0.39)
    with pytest.raises(ValueError, match=r"`environment\.h` must be positive"):
        xy8_material(ReferenceEnvironment(h=0))


def test_xy8_is_the_textbook_cycle():
    """Eight π pulses x y x y y x y x: x, y is a half turn about z, twice nothing."""
    material = xy8_material(REFERENCE)
    assert material.drive.times[-1] == 4.0
    assert len(material.drive.values) == 24
    rotation = material.rotation([0, 0.5, 1.0, 2.0, 4.0])
    np.testing.assert_allclose(rotation[1], np.diag([1, -1, -1]), atol=1e-13)
    np.testing.assert_allclose(rotation[2], np.diag([-1, -1, 1]), atol=1e-13)
    np.testing.assert_allclose(rotation[3:], [np.eye(3)] * 2, atol=1e-12)
    tight = xy8_material(REFERENCE, spacing=np.pi / 8)
    assert len(tight.drive.values) == 8


def test_engineered_where_there_is_nothing_to_steer():
    """Without fields and rates every control is as good, and nothing is lost."""
    still = ReferenceEnvironment(xi=0, kappa=0, gamma_1=0, gamma_phi=0, h=0)
    material = engineered_material(still, points=3, starts=2, progress=False)
    assert readout_infidelity(material) == pytest.approx(0, abs=1e-14)


def test_engineered_undoes_a_hamiltonian():
    """Without noise field and hopping, a constant field can cancel a qubit's own H.

    What is left is local damping and dephasing: at rates γ with any steady rotation
    the readout infidelity stays below that of the slowest decay, ½γT in all.
    """
    environment = ReferenceEnvironment(directions=((0, 0, 1),), xi=0)
    H = 0.5 * (1.2 * qutip.sigmax() - 0.7 * qutip.sigmay()).full()
    left = engineered_material(environment, H=H, starts=4, progress=False)
    M = left.transfer(READOUTS, H=H)[1:, 1:, 1:]
    assert np.mean(0.5 - np.trace(M, axis1=1, axis2=2) / 6) < 0.016
    M = bare_material(environment).transfer(READOUTS, H=H)[1:, 1:, 1:]
    assert np.mean(0.5 - np.trace(M, axis1=1, axis2=2) / 6) > 0.3
