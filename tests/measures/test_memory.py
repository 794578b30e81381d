"""Information that flows back: the BLP measure and the volume of the Bloch ball."""

import numpy as np
import pytest
from measures.example_maps import (
    SIGMA,
    dephasing,
    eternal,
    jaynes_cummings,
    random_unitary,
    transfer_of,
)

from oqnn._core.bases import from_coordinates, to_coordinates
from oqnn.measures import bloch_volume_growth, blp, trace_distance

RNG = np.random.default_rng(43)
TIMES = np.array([0.0, 0.1, 0.5, 0.6, 1.4, 3.0])


def unitary_mixture(times: np.ndarray, d: int, count: int) -> np.ndarray:
    """Equal mixture of random constant Hamiltonians: correlations come and go."""
    maps = []
    drives = [np.diag(RNG.normal(size=d) * 2) for _ in range(count)]
    frames = [random_unitary(RNG, d) for _ in range(count)]
    for t in times:
        kraus = [
            V @ np.diag(np.exp(-1j * t * np.diag(E))) @ V.conj().T / np.sqrt(count)
            for E, V in zip(drives, frames, strict=True)
        ]
        maps.append(transfer_of(np.array(kraus)))
    return np.array(maps)


def growth_of(maps: np.ndarray, rho: np.ndarray, sigma: np.ndarray) -> float:
    """Sum of increases of the trace distance, one pair at a time."""
    images = [from_coordinates(maps @ to_coordinates(state)) for state in (rho, sigma)]
    steps = np.diff(trace_distance(*images))
    return steps[steps > 0].sum()


def test_damped_jaynes_cummings():
    """1/(e^{πλ/|d|} − 1), d² = λ² − 2γ₀λ, pairs on the equator optimal (eq. 2.9). The
    samples are the zeros and the extremes of c₁, until e^{−nπλ/|d|} < 1e-9.
    """
    width, rate = 0.3, 1.0
    s = np.sqrt(2 * rate * width - width**2)
    n = np.arange(17)
    zeros = (2 * np.pi * (n + 1) - 2 * np.arctan(s / width)) / s
    times = np.sort(np.r_[2 * np.pi * n / s, zeros])
    exact = 1 / (np.exp(np.pi * width / s) - 1)
    found = blp(times, jaynes_cummings(times, width, rate))
    np.testing.assert_allclose(found.value, exact, rtol=1e-7)
    bloch = np.einsum("kij,pji->pk", SIGMA, found.pair).real
    np.testing.assert_allclose(bloch[0], -bloch[1], atol=1e-6)
    np.testing.assert_allclose(bloch[:, 2], 0, atol=1e-6)
    np.testing.assert_allclose(found.distances[::2], np.exp(-n * np.pi * width / s))
    assert found.value == found.increments.sum()
    assert len(found.increments) == len(times) - 1


def test_samples_between_extremes_give_a_lower_bound():
    """The error of even samples falls as the square of their distance."""
    width, rate = 0.3, 1.0
    s = np.sqrt(2 * rate * width - width**2)
    end = 2 * np.pi / s  # the first revival, and half of the next fall
    exact, errors = np.exp(-np.pi * width / s), []
    for count in (41, 81, 161, 321):
        times = np.linspace(0, 1.37 * end, count)
        errors.append(exact - blp(times, jaynes_cummings(times, width, rate)).value)
    assert min(errors) > 0
    assert errors[-1] < 3e-3


def test_dephasing_of_any_sign():
    """The increases of the coherence, with a pair on the equator."""
    coherence = np.array([1.0, 0.4, 0.3, 0.6, 0.55, 0.9])
    found = blp(TIMES, dephasing(coherence))
    np.testing.assert_allclose(found.increments, [0, 0, 0.3, 0, 0.35], atol=1e-9)
    np.testing.assert_allclose(found.value, 0.65, rtol=1e-9)


def test_eternal_memory_returns_no_information():
    """BLP = 0 at RHP > 0 (eq. 2.9): all Bloch factors fall for ever."""
    times = np.linspace(0, 3, 61)
    assert blp(times, eternal(times)).value == 0
    assert bloch_volume_growth(eternal(times)) == 0


def test_rotations_change_the_pair_but_not_the_value():
    """Before the map a rotation turns the pair; after it, nothing."""
    times = np.linspace(0, 3, 25)
    maps = unitary_mixture(times, 2, 3)
    before, after = (transfer_of(random_unitary(RNG, 2)[None]) for _ in range(2))
    value = blp(times, maps).value
    np.testing.assert_allclose(
        blp(times, after @ maps @ before).value, value, rtol=1e-6
    )
    np.testing.assert_allclose(
        bloch_volume_growth(after @ maps @ before), bloch_volume_growth(maps), rtol=1e-9
    )
    assert value > 0.1


@pytest.mark.parametrize("d", [2, 3])
def test_no_random_pair_is_better(d):
    """The pair is what the result says, and beats 300 random orthogonal pairs."""
    times = np.linspace(0, 3, 21)
    maps = unitary_mixture(times, d, 2)
    found = blp(times, maps, candidates=100, refined=3)
    np.testing.assert_allclose(growth_of(maps, *found.pair), found.value, rtol=1e-9)
    np.testing.assert_allclose(np.trace(found.pair, axis1=1, axis2=2), 1, rtol=1e-12)
    assert np.linalg.eigvalsh(found.pair).min() > -1e-12
    rivals = []
    for _ in range(300):
        kets = random_unitary(RNG, d)[:, :2]
        rivals.append(growth_of(maps, *(np.outer(k, k.conj()) for k in kets.T)))
    assert found.value >= max(rivals)
    assert found.value < 1.2 * max(rivals)


def test_one_reviving_coherence_of_three_levels():
    """Only ρ₀₂ is left, times |cos t|: the best pair is (|0⟩ ± e^{iφ}|2⟩)/√2."""
    times = np.linspace(0, 2 * np.pi, 41)
    maps = []
    for f in np.cos(times):
        mask = np.eye(3, dtype=complex)
        mask[0, 2] = mask[2, 0] = f
        basis = from_coordinates(np.eye(9))
        maps.append(to_coordinates(mask * basis).real.T)
    found = blp(times, np.array(maps), candidates=30, refined=2)
    np.testing.assert_allclose(found.value, 2, rtol=1e-9)
    np.testing.assert_allclose(found.pair[:, 1], 0, atol=1e-6)


def test_same_seed_same_pair():
    times = np.linspace(0, 2, 11)
    maps = unitary_mixture(times, 3, 2)
    one, same = (blp(times, maps, candidates=20, refined=2, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one.pair, same.pair)


def test_the_gradient_of_the_growth():
    """Central differences along random directions, pure and mixed factors."""
    from oqnn.measures.pair_search import _growth

    shrink = unitary_mixture(np.linspace(0, 3, 9), 3, 2)[:, 1:, 1:]
    for rank in (1, 3):
        pair, along = (
            RNG.normal(size=(2, 3, rank)) + 1j * RNG.normal(size=(2, 3, rank))
            for _ in range(2)
        )
        _, gradient = _growth(shrink, pair)
        ends = [_growth(shrink, pair + h * along)[0] for h in (1e-6, -1e-6)]
        predicted = (gradient.conj() * along).sum().real
        np.testing.assert_allclose((ends[0] - ends[1]) / 2e-6, predicted, rtol=1e-6)


def test_volume_of_dephasing_and_decay():
    """|det M| is |f|² for dephasing, |f| where one axis alone shrinks, and c⁴ for the
    damped Jaynes-Cummings model.
    """
    f = np.array([1.0, 0.4, -0.3, 0.6, 0.55, 0.9])
    exact = (0.36 - 0.09) + (0.81 - 0.3025)
    np.testing.assert_allclose(bloch_volume_growth(dephasing(f)), exact, rtol=1e-12)
    one_axis = np.array([np.diag([1, x, 1, 1]) for x in f])
    np.testing.assert_allclose(bloch_volume_growth(one_axis), 0.3 + 0.35, rtol=1e-12)
    times = np.linspace(0, 9, 50)
    maps = jaynes_cummings(times, 0.2, 1.0)
    steps = np.diff(maps[:, 1, 1] ** 4)
    found = bloch_volume_growth(np.stack([maps, np.ones((50, 1, 1)) * np.eye(4)]))
    np.testing.assert_allclose(found, [steps[steps > 0].sum(), 0], rtol=1e-12)


def test_wrong_input_is_refused():
    maps = np.stack([np.eye(4)] * 2)
    with pytest.raises(ValueError, match=r"`candidates` must be at least 1"):
        blp([0, 1], maps, candidates=0)
    with pytest.raises(TypeError, match=r"`refined` must be an integer"):
        blp([0, 1], maps, refined=2.5)
    with pytest.raises(ValueError, match=r"`seed` must be at least 0"):
        blp([0, 1], maps, seed=-1)
    with pytest.raises(ValueError, match=r"`transfer` must have shape \(t, 4, 4\)"):
        blp([0, 1, 2], maps)
    with pytest.raises(ValueError, match=r"`transfer` must preserve the trace"):
        blp([0, 1], 2 * maps)
    with pytest.raises(ValueError, match=r"`transfer` must have an axis of times"):
        bloch_volume_growth(np.eye(4))
