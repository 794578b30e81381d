"""Random telegraph noise as a register, and its Gaussian limit."""

import numpy as np
import pytest
import qutip
from dynamics.generators import slow_apply
from systems import RHO0, SIGMA_Z, SYSTEMS

from oqnn.dynamics import evolve
from oqnn.environments.microscopic.telegraph import Telegraph

TIMES = np.array([0.0, 0.2, 0.7, 1.9, 5.3])


@pytest.mark.parametrize("rates", [(0.3, 0.3), (1.7, 0.6)])
def test_two_levels_are_the_solvable_system(rates):
    """The same generator as the closed form's, its states, and its coherence."""
    names = {(0.3, 0.3): "slow telegraph", (1.7, 0.6): "uneven telegraph"}
    system = next(s for s in SYSTEMS if s.name == names[rates])
    noise = Telegraph(1.1, rates)
    law = system.register_law
    found = evolve(noise.generator(), RHO0, TIMES, register_law=law)
    np.testing.assert_allclose(found.states, system.exact(TIMES), atol=1e-13)
    factor = noise.coherence(TIMES, law=law[0])
    expected = system.exact(TIMES)[:, 0, 1] / RHO0[0, 1]
    np.testing.assert_allclose(factor, expected, atol=1e-14)


@pytest.mark.parametrize("ratio", [0.3, 1.0, 1 + 1e-9, 4.0])
def test_symmetric_coherence(ratio):
    """e^{−kt}(cos Kt + (k/K) sin Kt), K = √(a² − k²); e^{−kt}(1 + kt) at a = k."""
    k = 0.7
    a = ratio * k
    K = np.sqrt(complex(a**2 - k**2))
    sine = TIMES if abs(K) < 1e-3 else (np.sin(K * TIMES) / K).real
    expected = np.exp(-k * TIMES) * (np.cos(K * TIMES).real + k * sine)
    found = Telegraph(a, k).coherence(TIMES)
    np.testing.assert_allclose(found, expected, atol=1e-7 if ratio != 1 else 1e-14)
    assert abs(Telegraph(a, k).coherence([1e4])[0]) < 1e-100


def test_many_telegraphs_are_a_product():
    """n levels: the coherence of one to the power n − 1, for unequal rates and an O of
    three levels under an H that commutes with it, from the stationary law.
    """
    A, H = np.diag([1.0, 0.3, -0.6]), np.diag([0.2, 0.9, -0.4])
    noise = Telegraph(0.8, (0.9, 0.4), levels=5, operator=qutip.Qobj(A))
    rho = np.full((3, 3), 1 / 3, dtype=complex)
    found = evolve(noise.generator(H), rho, TIMES, register_law=noise.register_law)
    for i, j in ((0, 1), (1, 2), (2, 0)):
        difference, gap = A[i, i] - A[j, j], H[i, i] - H[j, j]
        one = Telegraph(0.8, (0.9, 0.4)).coherence(TIMES, difference=difference)
        expected = np.exp(-1j * gap * TIMES) * one**4 / 3
        np.testing.assert_allclose(found.states[:, i, j], expected, atol=1e-13)
        several = noise.coherence(TIMES, difference=difference)
        np.testing.assert_allclose(several, one**4, atol=1e-14)
    levels = np.trace(found.blocks, axis1=-2, axis2=-1).real
    np.testing.assert_allclose(levels, noise.register_law[None] + 0 * levels)
    assert found.trace_drift < 1e-12


def test_correlation_is_that_of_the_register():
    """Σ_ij x_i [e^{Kt}]_ij p_j x_j − ⟨x⟩² with the classical generator K."""
    noise = Telegraph(0.7, (0.9, 0.4), levels=4)
    generator = Telegraph(0.7, (0.9, 0.4), levels=4, operator=[[0.0]]).generator()
    x, p = noise.fields, noise.register_law
    np.testing.assert_array_equal(x, 0.7 * np.array([3, 1, -1, -3]))
    start = (x * p)[:, None, None]
    later = evolve(generator, start, TIMES).blocks[..., 0, 0].real
    expected = later @ x - (x @ p) ** 2
    np.testing.assert_allclose(noise.correlation(TIMES), expected, atol=1e-13)
    np.testing.assert_array_equal(noise.correlation(-TIMES), noise.correlation(TIMES))


def test_generator_term_by_term():
    """Against the written-out sums, with a driven qubit and three levels.

    From level 0 (two telegraphs at +a) at 2k₀ to 1, from there at k₀ and k₁.
    """
    noise = Telegraph(0.7, (0.9, 0.4), levels=3)
    H = np.array([[0.1, 0.5 - 0.2j], [0.5 + 0.2j, 0.3]])
    fields = [H + 0.7 * SIGMA_Z, H, H - 0.7 * SIGMA_Z]
    hops = {(1, 0): 1.8, (0, 1): 0.4, (2, 1): 0.9, (1, 2): 0.8}
    jumps = {pair: [np.sqrt(rate) * np.eye(2)] for pair, rate in hops.items()}
    rng = np.random.default_rng(3)
    blocks = rng.normal(size=(3, 2, 2)) + 1j * rng.normal(size=(3, 2, 2))
    expected = slow_apply(fields, jumps, blocks)
    np.testing.assert_allclose(noise.generator(H).apply(blocks), expected, atol=1e-14)


def test_states_converge_to_the_gaussian_field():
    """Coherence of the Ornstein-Uhlenbeck process, exp[−(σ/κ)²(κt − 1 + e^{−κt})].

    Order 1/(n − 1), by halving.
    """
    strength, rate = 1.3, 0.6
    x = rate * TIMES
    exact = np.exp(-((strength / rate) ** 2) * (x - 1 + np.exp(-x)))
    gaps = []
    for levels in (21, 41, 81):
        noise = Telegraph.ornstein_uhlenbeck(strength, rate, levels)
        correlation = strength**2 * np.exp(-x)
        np.testing.assert_allclose(noise.correlation(TIMES), correlation, rtol=1e-12)
        gaps.append(np.abs(noise.coherence(TIMES) - exact).max())
    orders = np.log2(np.array(gaps[:-1]) / gaps[1:])
    np.testing.assert_allclose(orders, 1, atol=0.05)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Telegraph(1.0, 0.0), "`rates` must be positive"),
        (lambda: Telegraph(1.0, (1.0, -2.0)), "`rates` must be positive"),
        (lambda: Telegraph(1.0, (1.0, 2.0, 3.0)), "`rates` must have shape"),
        (lambda: Telegraph(np.nan, 1.0), "`splitting` must be finite"),
        (lambda: Telegraph(1.0, 1.0, 1), "`levels` must be at least 2"),
        (lambda: Telegraph(1.0, 1.0, operator=[[0, 1], [0, 0]]), "must be Hermitian"),
        (lambda: Telegraph(1.0, 1.0).generator(np.eye(3)), "`H` must have shape"),
        (lambda: Telegraph(1.0, 1.0).generator([[0, 1], [0, 0]]), "`H` must be Herm"),
        (lambda: Telegraph(1.0, 1.0).coherence([-1.0]), "must not be negative"),
        (lambda: Telegraph(1.0, 1.0).coherence([1.0], law=1.2), "`law` must lie in"),
        (lambda: Telegraph.ornstein_uhlenbeck(1.0, 1.0, 1), "`levels` must be at"),
    ],
)
def test_bad_input_is_refused(make, match):
    with pytest.raises(ValueError, match=match):
        make()
