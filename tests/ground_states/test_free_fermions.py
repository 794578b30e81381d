"""Free fermions against diagonalisation, closed forms and the infinite chain."""

import tracemalloc

import numpy as np
import pytest
from scipy.integrate import quad

from oqnn.ground_states import (
    TransverseIsing,
    exact_ground_state,
    free_fermion_energy,
    free_fermion_observables,
)
from oqnn.spiking.sampling.samples import states_of

FIELDS = (0.0, 0.05, 0.7, -0.7, 1.3, -1.3, 2.0)
COUPLINGS = (1.0, -1.0, 1.3, -1.3, 0.0)


def averages_of(exact, n, *, periodic):
    """The mean σx and C_zz(r) of amplitudes, by sums over all states."""
    psi = exact.amplitudes
    codes = np.arange(2**n)
    spins = 2.0 * states_of(codes, n) - 1
    sigma_x = np.mean([psi @ psi[codes ^ (1 << i)] for i in range(n)])
    correlations = [
        np.mean(
            [
                exact.law @ (spins[:, i] * spins[:, (i + r) % n])
                for i in range(n if periodic else n - r)
            ]
        )
        for r in range(n)
    ]
    return sigma_x, correlations


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("n", range(1, 8))
def test_energies_are_those_of_diagonalisation(n, periodic):
    """Every sign of J and h, h = ±J and h = 0; odd and even rings, the double bond."""
    for J in COUPLINGS:
        for h in FIELDS:
            model = TransverseIsing(n, J, h, periodic=periodic)
            energies = np.linalg.eigvalsh(model.to_sparse().toarray())
            assert free_fermion_energy(n, J, h, periodic=periodic) == pytest.approx(
                energies[0], abs=1e-12
            ), (J, h)


@pytest.mark.parametrize("n", range(2, 8))
@pytest.mark.parametrize("periodic", [True, False])
def test_averages_are_those_of_diagonalisation(n, periodic):
    for J in COUPLINGS:
        for h in FIELDS[1:]:
            exact = exact_ground_state(TransverseIsing(n, J, h, periodic=periodic))
            sigma_x, correlations = averages_of(exact, n, periodic=periodic)

            found = free_fermion_observables(
                n, J, h, periodic=periodic, max_distance=n - 1
            )

            message = f"J = {J}, h = {h}"
            np.testing.assert_allclose(
                found.sigma_x, sigma_x, atol=1e-11, err_msg=message
            )
            np.testing.assert_allclose(
                found.correlations, correlations, atol=1e-11, err_msg=message
            )


@pytest.mark.parametrize(
    ("n", "J", "h"), [(9, -1.0, 0.6), (10, 1.0, 1.0), (11, 0.8, -1.1), (12, 1.0, 0.1)]
)
def test_longer_chains_agree_with_lanczos(n, J, h):
    for periodic in (True, False):
        exact = exact_ground_state(TransverseIsing(n, J, h, periodic=periodic))
        found = free_fermion_observables(n, J, h, periodic=periodic)
        sigma_x, correlations = averages_of(exact, n, periodic=periodic)
        assert found.energy == pytest.approx(exact.energy, abs=1e-11)
        assert found.sigma_x == pytest.approx(sigma_x, abs=1e-9)
        np.testing.assert_allclose(
            found.correlations, correlations[: n // 2 + 1], atol=1e-9
        )


@pytest.mark.parametrize("n", [2, 3, 8, 10, 64, 200])
def test_critical_rings(n):
    """E = −2J / sin(π/2n) on the ring and J (1 − 1/sin(π/(4n + 2))) on the open chain
    at h = J: sums of 2J |sin(k/2)| over k = (2m + 1)π/n, and over those standing waves
    k = (2m + 1)π/(2n + 1) that fit.
    """
    J = 0.8
    assert free_fermion_energy(n, J, J) == pytest.approx(
        -2 * J / np.sin(np.pi / (2 * n)), rel=1e-13
    )
    assert free_fermion_energy(n, J, J, periodic=False) == pytest.approx(
        J * (1 - 1 / np.sin(np.pi / (4 * n + 2))), rel=1e-12
    )


def test_long_open_chains_take_little_room():
    """J (1 − 1/sin(π/(4n + 2))) at h = J, without a matrix of 18 MB."""
    n = 1500
    tracemalloc.start()
    energy = free_fermion_energy(n, 0.7, 0.7, periodic=False)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    exact = 0.7 * (1 - 1 / np.sin(np.pi / (4 * n + 2)))
    assert energy == pytest.approx(exact, rel=1e-13)
    assert most < 1e6


@pytest.mark.parametrize(("n", "energy"), [(8, -1.281458), (10, -1.278491)])
def test_energies_of_the_literature(n, energy):
    assert free_fermion_energy(n, 1.0, 1.0) / n == pytest.approx(energy, abs=5e-7)


def test_correlations_of_the_literature():
    """C_zz(1..4) at h = J, n = 8."""
    np.testing.assert_allclose(
        free_fermion_observables(8, 1.0, 1.0).correlations,
        [1, 0.6407, 0.5547, 0.5198, 0.5098],
        atol=5e-5,
    )


@pytest.mark.parametrize(("J", "h"), [(1.0, 0.5), (1.0, 1.0), (-0.7, 1.9), (1.0, -3.0)])
def test_the_infinite_chain(J, h):
    """E/n → −(1/π) ∫₀^π √(J² + h² − 2Jh cos k) dk, −4J/π at h = J; σx is −∂E/∂h."""
    found = free_fermion_observables(1000, J, h, max_distance=1)

    def size(k):
        return np.sqrt(J**2 + h**2 - 2 * J * h * np.cos(k))

    def slope(k):
        return (h - J * np.cos(k)) / size(k) if size(k) else 0.0

    energy = -quad(size, 0, np.pi)[0] / np.pi
    assert found.energy / 1000 == pytest.approx(energy, abs=1e-6)
    assert found.sigma_x == pytest.approx(quad(slope, 0, np.pi)[0] / np.pi, abs=1e-5)
    if h == J:
        assert energy == pytest.approx(-4 * J / np.pi, rel=1e-12)


def test_order_and_decay_of_long_rings():
    """Pfeuty: C_zz(r) → (1 − (h/J)²)^{1/4} for h < J, and for h > J the logarithm falls
    by ln(h/J) a site, up to the power −1/2 of r.
    """
    ordered = free_fermion_observables(400, 1.0, 0.6, max_distance=200)
    assert ordered.correlations[-1] == pytest.approx((1 - 0.36) ** 0.25, rel=1e-9)
    decaying = free_fermion_observables(400, 1.0, 1.5, max_distance=60).correlations
    r = np.arange(40, 61)
    slopes = np.polyfit(r, np.log(decaying[40:] * np.sqrt(r)), 1)
    assert slopes[0] == pytest.approx(-np.log(1.5), rel=2e-3)


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize(("n", "J", "h"), [(64, 1.0, 0.3), (65, -1.0, 0.9)])
def test_energy_and_averages_belong_together(n, J, h, periodic):
    """E = −J b C_zz(1) − h n σx with b bonds."""
    found = free_fermion_observables(n, J, h, periodic=periodic)
    bonds = n if periodic else n - 1
    energy = -J * bonds * found.correlations[1] - h * n * found.sigma_x
    assert found.energy == pytest.approx(energy, rel=1e-12)


def test_the_classical_limit():
    """h = 0: aligned spins, and no transverse magnetisation."""
    for periodic in (True, False):
        found = free_fermion_observables(6, -1.5, 0.0, periodic=periodic)
        np.testing.assert_allclose(found.correlations, [1, -1, 1, -1], atol=1e-13)
        assert found.sigma_x == 0
        assert found.energy == pytest.approx(-1.5 * (6 if periodic else 5))


@pytest.mark.parametrize(
    ("arguments", "options", "error", "match"),
    [
        ((0, 1.0, 1.0), {}, ValueError, "`n` must be at least 1"),
        ((2.5, 1.0, 1.0), {}, TypeError, "`n` must be an integer"),
        ((4, [1.0], 1.0), {}, TypeError, "`J` must be one real number"),
        ((4, np.nan, 1.0), {}, ValueError, "`J` must be finite"),
        ((4, 1.0, np.inf), {}, ValueError, "`h` must be finite"),
        ((4, 1.0, 1.0), {"max_distance": 4}, ValueError, "must be below n = 4"),
        ((4, 1.0, 1.0), {"max_distance": -1}, ValueError, "at least 0"),
        ((5, -1.0, 0.0), {}, ValueError, "`h` must not vanish"),
        ((4, 0.0, 0.0), {}, ValueError, "`h` must not vanish"),
        ((1, 1.0, 0.0), {}, ValueError, "`h` must not vanish"),
    ],
)
def test_bad_chains_are_refused(arguments, options, error, match):
    with pytest.raises(error, match=match):
        free_fermion_observables(*arguments, **options)
    if not options and "vanish" not in match:
        with pytest.raises(error, match=match):
            free_fermion_energy(*arguments)
