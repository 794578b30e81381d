"""Times above and below threshold: ⟨s_j s_i …⟩ = 2 t⁺/T − 1, eqs. (37)-(39)."""

import numpy as np
import pytest

from oqnn.encoding import CorrelationMap, ExtendedMap
from oqnn.encoding.maps.threshold_times import (
    StateTimes,
    times_of_events,
    times_of_record,
)

RNG = np.random.default_rng(11)


def test_the_papers_sums_of_times():
    """Eqs. (37)-(39) with the times written out, for five states of three neurons."""
    states = [[1, 1, 1], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 0]]
    times = StateTimes(states=states, durations=[0.5, 1.25, 2.0, 0.75, 3.5])
    T = 8.0
    t1 = times.joint((0,))[1]
    t2 = times.joint((1, 0))
    t3 = times.joint((0, 1, 2))

    assert times.total == T
    assert t1 == 2.5
    assert (t2[1, 1], t2[0, 0], t2[1, 0]) == (1.25, 3.5, 2.0)
    expected = [
        2 * t1 / T - 1,
        2 * (t2[1, 1] + t2[0, 0]) / T - 1,
        2 * (t3[1, 1, 1] + t3[1, 0, 0] + t3[0, 1, 0] + t3[0, 0, 1]) / T - 1,
    ]
    np.testing.assert_allclose(
        times.correlators([(0,), (1, 0), (0, 1, 2)]), expected, rtol=0, atol=1e-16
    )


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_records_give_what_samples_give_exactly(n_qubits):
    """Not a rounding apart: both are integers over T."""
    active = RNG.integers(2, size=(2, 333, 3 * n_qubits), dtype=np.uint8)
    times = times_of_record(active)
    spins = 2.0 * active.reshape(-1, 3 * n_qubits) - 1
    expected = CorrelationMap(n_qubits).chi_from_samples(spins)
    np.testing.assert_array_equal(times.chi(), expected)
    products = CorrelationMap(n_qubits).products
    np.testing.assert_array_equal(times.correlators(products), expected.ravel()[1:])
    assert times_of_record(active, dt=0.25).total == 0.25 * 666


def test_pair_spins_have_times_too():
    """Products of the extended map, three indices by (12|3)."""
    extended = ExtendedMap(3)
    active = RNG.integers(2, size=(50, extended.n_spins))
    words = [(1, 0, 0), (2, 0, 3), (3, 1, 2)]
    products = [extended.expressions(word)[0] for word in words]
    chi = extended.chi_from_samples(2 * active - 1)
    found = times_of_record(active).correlators(products)
    np.testing.assert_array_equal(found, [chi[word] for word in words])


def test_events_on_the_steps_of_a_record_give_the_record():
    """Spikes at whole times, active for 3 steps, some at once after another."""
    active, events = np.zeros((40, 4), dtype=int), []
    for neuron, starts in enumerate([[0, 3, 20], [5, 30, 33], [], [38]]):
        for start in starts:
            active[start : start + 3, neuron] = 1
            events.append((start, neuron))
    starts, neurons = RNG.permutation(events).T
    by_events = times_of_events(starts, neurons, 3.0, n_neurons=4, total=40)
    by_steps = times_of_record(active)
    np.testing.assert_array_equal(by_events.states, by_steps.states)
    np.testing.assert_allclose(by_events.durations, by_steps.durations, rtol=1e-15)


def test_events_between_the_steps_are_exact():
    """Two neurons of periods π and e: overlap summed interval by interval."""
    T, length = 100.0, 0.7
    starts = [np.arange(0.1, T, period) for period in (np.pi, np.e)]
    overlap = sum(
        max(0.0, min(a + length, b + length, T) - max(a, b))
        for a in starts[0]
        for b in starts[1]
    )
    active = [np.minimum(s + length, T).sum() - s.sum() for s in starts]
    owners = np.repeat([0, 1], [len(s) for s in starts])

    times = times_of_events(
        np.concatenate(starts), owners, length, n_neurons=2, total=T
    )

    joint = times.joint((0, 1))
    assert joint[1, 1] == pytest.approx(overlap, abs=1e-12)
    assert joint[1].sum() == pytest.approx(active[0], abs=1e-12)
    assert joint[:, 1].sum() == pytest.approx(active[1], abs=1e-12)
    assert times.total == pytest.approx(T, abs=1e-12)


def test_steps_approach_the_events():
    """Each of N events is off by dt at most, so a mean of one spin by 2 N dt/T."""
    length = np.sqrt(3.4)  # no multiple of a step
    starts = np.sort(RNG.uniform(0, 990, 200))
    starts = starts[np.r_[True, np.diff(starts) > 2]]
    owners = np.arange(len(starts)) % 3
    exact = times_of_events(starts, owners, length, n_neurons=3, total=1000).chi()
    errors, steps = [], [0.5, 0.05, 0.005]
    for dt in steps:
        t = np.arange(dt / 2, 1000, dt)
        active = np.zeros((len(t), 3), dtype=np.uint8)
        for start, owner in zip(starts, owners, strict=True):
            inside = slice(*np.searchsorted(t, [start, start + length]))
            active[inside, owner] = 1
        errors.append(np.abs(times_of_record(active, dt=dt).chi() - exact).max())
        assert errors[-1] < 2 * len(starts) / 3 * dt / 1000 * 1.1
    order = np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert 0.6 < order < 1.4


def test_back_to_back_events_may_overlap_by_rounding():
    """0.1 + 0.2 > 0.3, where both neurons start."""
    times = times_of_events(
        [0.1, 0.3, 0.3], [0, 0, 1], [0.2, 0.2, 0.5], n_neurons=2, total=1.0
    )
    expected = [[0.3, 0.3], [0.2, 0.2]]
    np.testing.assert_allclose(times.joint((0, 1)), expected, rtol=0, atol=1e-15)


def test_an_event_too_short_for_its_time_is_none():
    """1 + 10⁻¹⁷ = 1: it ends where it starts, and must not end before."""
    times = times_of_events([1.0, 2.0], [0, 0], [1e-17, 0.5], n_neurons=1, total=4.0)
    assert times.joint((0,)).tolist() == [3.5, 0.5]


def test_overlaps_are_no_rounding_because_the_record_is_long():
    """A hundredth of an event is 10⁻⁹ of the whole."""
    with pytest.raises(ValueError, match=r"neuron 0 starts at 0.99 while"):
        times_of_events([0, 0.99], [0, 0], 1.0, n_neurons=1, total=1e7)
    with pytest.raises(ValueError, match="neuron 0 starts at 1 while"):
        times_of_events([1, 1], [0, 0], 1e-10, n_neurons=1, total=4.0)
    late = 1e7 * np.arange(1, 4) / 10  # 10⁶ + 0.1 is off by 10⁻¹¹
    starts = np.concatenate([late, late + 0.1, late + 0.2])
    times = times_of_events(starts, 0 * starts.astype(int), 0.1, n_neurons=1, total=1e7)
    assert times.joint((0,))[1] == pytest.approx(0.9, abs=1e-8)


def test_joint_states_of_many_neurons_are_refused():
    times = StateTimes(states=np.ones((1, 40)), durations=[1])
    with pytest.raises(
        ValueError, match="`neurons` must name at most 24, but names 40"
    ):
        times.joint(range(40))
    with pytest.raises(TypeError, match="`neurons` must be a sequence, but is 3"):
        times.joint(3)


def test_no_events_are_silence():
    times = times_of_events([], [], 1.0, n_neurons=3, total=2.0)
    assert times.chi().tolist() == [1, -1, -1, -1]


def test_times_are_kept_from_changes():
    times = times_of_record([[0, 1]])
    with pytest.raises(ValueError, match="read-only"):
        times.durations[0] = 2


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"starts": [[0.0]]}, ValueError, "`starts` and `neurons` must have the same"),
        ({"durations": [1, 1, 1]}, ValueError, r"`durations` must have shape \(2,\)"),
        ({"neurons": [0.0, 1.0]}, TypeError, "`neurons` must be integers"),
        ({"neurons": [0, 2]}, ValueError, "`neurons` must lie in 0 to 1, but one is 2"),
        ({"starts": [0.0, 5.0]}, ValueError, r"`starts` must lie in \[0, 5\)"),
        ({"starts": [0.0, np.nan]}, ValueError, "`starts` must be finite"),
        ({"durations": 0.0}, ValueError, "`durations` must be positive"),
        ({"neurons": [0, 0]}, ValueError, "neuron 0 starts at 0.5 while .* until 1"),
        ({"n_neurons": 0}, ValueError, "`n_neurons` must be at least 1"),
        ({"total": -1.0}, ValueError, "`total` must be positive"),
    ],
)
def test_events_are_refused(changes, error, match):
    good = {"starts": [0.0, 0.5], "neurons": [0, 1], "durations": 1.0}
    with pytest.raises(error, match=match):
        times_of_events(**(good | {"n_neurons": 2, "total": 5.0} | changes))


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: times_of_record([[-1, 1]]), ValueError, "must hold 0 and 1 only"),
        (
            lambda: times_of_record([1, 0]),
            ValueError,
            r"must have shape \(\.\.\., T, n",
        ),
        (lambda: times_of_record([["a"]]), TypeError, "`active` must be 0 and 1"),
        (lambda: times_of_record([[1]], dt=0), ValueError, "`dt` must be positive"),
        (lambda: times_of_record([[1, 0]]).chi(), ValueError, "three neurons a qubit"),
        (lambda: times_of_record([[1, 0]]).joint((2,)), ValueError, "spins below 2"),
    ],
)
def test_records_are_refused(call, error, match):
    with pytest.raises(error, match=match):
        call()


@pytest.mark.parametrize(
    ("states", "durations", "match"),
    [
        ([[0, 1]], [1, 2], r"must have shapes \(k, n\) and \(k,\)"),
        ([[0, 1]], [np.inf], "`durations` must be finite"),
        ([[0, 1]], [0], "not negative and not all zero|must not be negative"),
        ([[0, 1], [0, 1]], [1, 2], "`states` must differ"),
    ],
)
def test_tables_of_times_are_refused(states, durations, match):
    with pytest.raises(ValueError, match=match):
        StateTimes(states=states, durations=durations)
