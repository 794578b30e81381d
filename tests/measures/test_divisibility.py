"""Positivity and divisibility of maps, and the RHP measure."""

import numpy as np
import pytest
from measures.example_maps import (
    SIGMA,
    dephasing,
    dissipator,
    eternal,
    matrix_of,
    qubit_maps,
    random_kraus,
    random_unitary,
    transfer_of,
)
from scipy.linalg import expm

from oqnn._core.bases import hermitian_basis
from oqnn.dynamics import canonical_form
from oqnn.measures import (
    choi,
    intermediate_maps,
    is_completely_positive,
    is_cp_divisible,
    is_p_divisible,
    largest_bloch_image,
    least_choi_eigenvalue,
    rhp,
    rhp_density,
)

RNG = np.random.default_rng(41)
TIMES = np.array([0.0, 0.1, 0.5, 0.6, 1.4, 3.0])


def lindblad(H: np.ndarray, jumps: list[np.ndarray], rates: list[float]) -> np.ndarray:
    def generator(rho):
        unitary = -1j * (H @ rho - rho @ H)
        parts = zip(rates, jumps, strict=True)
        return unitary + sum(rate * dissipator(L, rho) for rate, L in parts)

    return matrix_of(generator, len(H))


def test_pauli_maps_are_completely_positive_inside_the_tetrahedron():
    """M = diag(x, y, z): Choi eigenvalues (1 ± x ± y ± z)/4 with an even number of
    minus signs.
    """
    signs = np.array([[1, 1, 1], [-1, -1, 1], [1, -1, -1], [-1, 1, -1]])
    for xyz in [(0.5, 0.2, 0.1), (1, -1, 1), (0.9, 0.9, 0.5), (-0.3, -0.3, -0.3)]:
        least = (1 + signs @ xyz).min() / 4
        transfer = np.diag([1.0, *xyz])
        np.testing.assert_allclose(least_choi_eigenvalue(transfer), least, atol=1e-15)
        assert is_completely_positive(transfer) == (least >= 0)


@pytest.mark.parametrize("d", [2, 3])
def test_kraus_maps_are_completely_positive_and_transposed_ones_are_not(d):
    kraus = np.array([transfer_of(random_kraus(RNG, 2, d)) for _ in range(3)])
    transposition = matrix_of(lambda rho: rho.T, d)
    assert is_completely_positive(kraus).all()
    assert not is_completely_positive(transposition @ kraus).any()
    np.testing.assert_allclose(least_choi_eigenvalue(transposition), -1 / d, rtol=1e-12)


def test_intermediate_maps_of_a_semigroup_are_its_steps():
    """Φ(t, s) = e^{L(t−s)}, and they compose to Φ(t)."""
    L = lindblad(SIGMA[0] + 0.3 * SIGMA[2], [SIGMA[0] - 1j * SIGMA[1]], [0.2])
    maps = np.array([expm(L * t) for t in TIMES])
    between = intermediate_maps(np.stack([maps, maps[:1] * np.ones((6, 1, 1))]))
    expected = [expm(L * step) for step in np.diff(TIMES)]
    np.testing.assert_allclose(between.maps[0], expected, atol=1e-13)
    np.testing.assert_allclose(between.maps[1], np.eye(4) * np.ones((5, 1, 1)))
    assert not between.singular.any()
    assert between.rounding.max() < 1e-12


def test_singular_maps_are_reported():
    """No map leads on from a coherence of zero; the steps around it are unharmed."""
    between = intermediate_maps(dephasing(np.array([1.0, 0.5, 0.0, 0.2, 0.1])))
    np.testing.assert_array_equal(between.singular, [False, False, True, False])
    assert np.isnan(between.maps[2]).all()
    np.testing.assert_allclose(between.maps[[0, 1, 3], 1, 1], [0.5, 0, 0.5])
    assert between.rounding[2] == np.inf


def test_largest_bloch_image_is_found_by_search():
    """Against the best of 200 000 random directions, and for shifts along the worst
    axis, across it, and of no length.
    """
    kraus = [transfer_of(random_kraus(RNG, 2, 2)) for _ in range(4)]
    special = qubit_maps(*np.array([[0.4, 0.9], [0.9, 0.4], [0.2, -0.3]]))
    turned = transfer_of(random_unitary(RNG, 2)[None])
    maps = np.array([*kraus, *special, *(turned @ special), np.diag([1, 0.2, 0.3, 0])])
    n = RNG.normal(size=(200_000, 3))
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    images = n @ maps[:, 1:, 1:].mT + maps[:, None, 1:, 0]
    searched = np.linalg.norm(images, axis=-1).max(axis=-1)
    found = largest_bloch_image(maps)
    assert (found >= searched - 1e-14).all()
    np.testing.assert_allclose(found, searched, rtol=1e-4)


def test_amplitude_damping_just_touches_the_sphere():
    """The ground state stays: exactly one, at any damping."""
    kept = np.array([1.0, 0.7, 0.1, 1e-6, 0.0])
    found = largest_bloch_image(qubit_maps(np.sqrt(kept), kept, kept - 1))
    np.testing.assert_allclose(found, 1, rtol=1e-14)


def test_eternal_memory_is_positive_but_not_completely_positive():
    """Rates (1, 1, −tanh t)/2: P-divisible, never CP-divisible, RHP = ln cosh t over
    [0, t] (eq. 2.9). The generators commute, so any samples do; only the first map,
    from the start, is completely positive and hides its ln cosh t₁.
    """
    times = np.r_[0, 1e-6, TIMES[1:]]
    assert is_completely_positive(eternal(times)).all()
    assert is_p_divisible(eternal(times))
    for start in (2, 3, 5):
        assert not is_cp_divisible(eternal(times)[start : start + 2])
    found = rhp(times, eternal(times))
    np.testing.assert_allclose(found.value, np.log(np.cosh(3.0)), rtol=1e-11)
    exact = np.diff(np.log(np.cosh(times)))
    np.testing.assert_allclose(found.increments[1:], exact[1:], rtol=1e-8)


def test_eternal_density():
    """Canonical rates are those of σ_k/√2, twice as large, so g = tanh t."""
    for t in TIMES:
        rates = [0.5, 0.5, -np.tanh(t) / 2]
        generator = lindblad(np.zeros((2, 2)), list(SIGMA), rates)
        np.testing.assert_allclose(rhp_density(generator), np.tanh(t), atol=1e-14)


@pytest.mark.parametrize("d", [2, 3])
def test_rhp_density_counts_negative_eigenvalues_of_the_coefficients(d):
    """dρ/dt = −i[H, ρ] + Σ a_jk (B_j ρ B_k − ½{B_k B_j, ρ}) for any Hermitian a, and
    the canonical form of the dynamics gives the same rates.
    """
    B = hermitian_basis(d)[1:]
    raw = RNG.normal(size=(len(B), len(B))) + 1j * RNG.normal(size=(len(B), len(B)))
    a, H = raw + raw.conj().T, random_unitary(RNG, d)
    H = H + H.conj().T

    def generator(rho):
        fed = np.einsum("jk,jxy,yz,kzw->xw", a, B, rho, B)
        square = np.einsum("jk,kxy,jyz->xz", a, B, B)
        return -1j * (H @ rho - rho @ H) + fed - (square @ rho + rho @ square) / 2

    matrix = matrix_of(generator, d)
    for values in (np.linalg.eigvalsh(a), canonical_form(matrix).rates):
        exact = -2 / d * values[values < 0].sum()
        np.testing.assert_allclose(rhp_density(matrix), exact, rtol=1e-11)


@pytest.mark.parametrize("d", [2, 3])
def test_rhp_density_is_its_definition(d):
    """(‖(1⊗e^{εL})(Φ⁺)‖₁ − 1)/ε as ε → 0, for a generator with rates of both signs."""
    jumps = [random_unitary(RNG, d) for _ in range(2)]
    generator = lindblad(np.diag(np.arange(d)), jumps, [0.8, -0.5])
    step = 1e-5
    norm = np.abs(np.linalg.eigvalsh(choi(expm(step * generator)))).sum()
    np.testing.assert_allclose((norm - 1) / step, rhp_density(generator), rtol=1e-3)


def test_rhp_of_dephasing_is_the_growth_of_its_logarithm():
    """At any rate of either sign: Σ ln of the increases of e^{−2∫γ}; the eigenvalues of
    the Choi state of a growth f are (1 ± f)/2.
    """
    coherence = np.array([1.0, 0.4, 0.3, 0.6, 0.55, 0.9])
    found = rhp(TIMES, dephasing(coherence))
    growth = np.diff(np.log(coherence))
    np.testing.assert_allclose(found.increments, np.maximum(growth, 0), atol=1e-13)
    assert found.value == found.increments.sum()


def test_semigroups_have_no_memory():
    """Also where an axis makes more than half a turn between two samples."""
    L = lindblad(SIGMA[1], [SIGMA[0] - 1j * SIGMA[1], SIGMA[2]], [0.3, 0.1])
    maps = np.array([expm(L * t) for t in TIMES])
    assert is_cp_divisible(maps)
    assert is_p_divisible(maps)
    assert rhp(TIMES, maps).value == 0
    batch = np.stack([maps, eternal(TIMES)])
    np.testing.assert_array_equal(is_cp_divisible(batch), [True, False])
    np.testing.assert_array_equal(is_p_divisible(batch), [True, True])


def driven_maps(count: int) -> np.ndarray:
    """Maps of H = σ_x with dephasing rate −0.4 sin² t on σ_z at count + 1 times on
    [0, 1]; the generators do not commute. Taylor series of fine midpoint steps.
    """
    rates = -0.4 * np.sin((np.arange(count) + 0.5) / count) ** 2
    constant = lindblad(SIGMA[0], [SIGMA[0]], [0.3])
    changing = lindblad(0 * SIGMA[0], [SIGMA[2]], [1.0])
    X = (constant + rates[:, None, None] * changing) / count
    maps = [np.eye(4)]
    for step in np.eye(4) + X @ (np.eye(4) + X / 2 @ (np.eye(4) + X / 3)):
        maps.append(step @ maps[-1])
    return np.array(maps)


def test_order_of_rhp_in_the_steps():
    """RHP = ∫ 0.8 sin² t dt = 0.4 (1 − sin 2/2) over [0, 1]; the canonical rate of
    σ_z/√2 is −0.8 sin² t. Here the commutators of second order are Hamiltonian or mix
    rates, so the error is of fourth order.
    """
    exact = 0.4 * (1 - np.sin(2) / 2)
    counts, maps = np.array([2, 4, 8, 16]), driven_maps(1920)
    errors = [
        abs(rhp(np.linspace(0, 1, n + 1), maps[:: 1920 // n]).value - exact)
        for n in counts
    ]
    order = np.polyfit(np.log(counts), np.log(errors), 1)[0]
    assert -4.5 < order < -3.5


def test_what_cannot_be_divided_is_refused():
    broken = dephasing(np.array([1.0, 0.5, 0.0, 0.2]))
    for ask in (is_cp_divisible, is_p_divisible, lambda m: rhp([0, 1, 2, 3], m)):
        with pytest.raises(ValueError, match=r"number of map 2 exceeds 1e\+10"):
            ask(broken)
    with pytest.raises(ValueError, match=r"from map 1 to the next an axis turns"):
        rhp([0, 1, 2], dephasing(np.array([1.0, 0.5, -0.9])))
    with pytest.raises(ValueError, match=r"maps to two times or more.*\(4, 4\)"):
        intermediate_maps(np.eye(4))


def test_wrong_maps_and_generators_are_refused():
    with pytest.raises(ValueError, match=r"`transfer` must preserve the trace"):
        rhp([0, 1], 0.5 * np.stack([np.eye(4)] * 2))
    with pytest.raises(
        ValueError, match=r"`transfer` must preserve.*\(first row 1, 0,"
    ):
        rhp([0, 1], 0.5 * np.stack([np.eye(9)] * 2))
    with pytest.raises(
        ValueError, match=r"`transfer` must have shape \(t, 4, 4\) with"
    ):
        rhp([0, 1, 2], np.stack([np.eye(4)] * 2))
    with pytest.raises(ValueError, match=r"`times` must increase strictly"):
        rhp([1, 0], np.stack([np.eye(4)] * 2))
    with pytest.raises(ValueError, match=r"map of one qubit"):
        is_p_divisible(np.stack([np.eye(9)] * 2))
    with pytest.raises(ValueError, match=r"`generator` must conserve the trace"):
        rhp_density(np.eye(4))
    with pytest.raises(TypeError, match=r"`generator` must be real"):
        rhp_density(1j * np.eye(4))
