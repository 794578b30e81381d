"""Which kicks fall into an interval."""

from itertools import pairwise

import numpy as np
import pytest

from oqnn.phase_space.potentials.driven import Driven, without_force
from oqnn.phase_space.potentials.kicked import Kicked
from oqnn.phase_space.potentials.pendulum import Pendulum
from oqnn.phase_space.potentials.polynomial import Polynomial

FREE = Polynomial([0.0])


def times(potential, t0, t1):
    return [time for time, _ in potential.kicks(t0, t1)]


def test_kicks_belong_to_the_interval_they_end():
    """t0 < nT ≤ t1, also before t = 0."""
    rotor = Kicked(FREE, Pendulum(2.0), period=0.5)
    assert times(rotor, 0.0, 1.0) == [0.5, 1.0]
    assert times(rotor, 0.2, 0.4) == []
    assert times(rotor, -0.7, 0.0) == [-0.5, 0.0]
    assert rotor.kicks(0.0, 0.5)[0][1] is rotor.kick


@pytest.mark.parametrize("period", [0.1, 0.3, 1 / 3, 0.7])
def test_adjoining_intervals_share_no_kick_and_lose_none(period):
    """0.1 · 3 > 0.3 and 0.7 · 3 < 2.1 in rounded arithmetic; times vary likewise."""
    kicked = Kicked(FREE, Pendulum(), period)
    for ends in (np.arange(201) * period, np.cumsum(np.full(200, period))):
        found = [times(kicked, a, b) for a, b in pairwise(ends)]
        assert [len(kicks) for kicks in found] == [1] * (len(ends) - 1)
        assert all(
            a < kicks[0] <= b
            for kicks, (a, b) in zip(found, pairwise(ends), strict=True)
        )


def test_two_series_of_kicks_come_in_order():
    inner = Kicked(FREE, Pendulum(1.0), period=0.4)
    both = Kicked(Driven(inner, 1.0, 1.0), lambda x: x**2, period=0.5)
    assert times(both, 0.0, 1.0) == [0.4, 0.5, 0.8, 1.0]
    assert both.kicks(0.0, 0.5)[0][1] is inner.kick
    assert float(both.kicks(0.0, 0.5)[1][1](3.0)) == 9.0


def test_forces_are_found_inside_and_outside_of_kicks():
    """What steps between kicks evaluate once: neither a force nor a kick."""
    driven = Driven(Kicked(Driven(FREE, 2.0, 3.0), Pendulum(), 1.0), 0.5, 1.0)
    still, force = without_force(driven)
    assert still is FREE
    assert force(0.4) == pytest.approx(2 * np.cos(1.2) + 0.5 * np.cos(0.4))
    assert without_force(Kicked(FREE, Pendulum(), 1.0)) == (FREE, None)


def test_plain_potentials_have_no_kicks():
    for potential in (FREE, Pendulum(), Driven(FREE, 1.0, 2.0)):
        assert potential.kicks(0.0, 100.0) == ()


def test_bad_kicks_are_refused():
    with pytest.raises(ValueError, match="`period` must be positive"):
        Kicked(FREE, Pendulum(), 0.0)
    with pytest.raises(ValueError, match="`kick` must act at once"):
        Kicked(FREE, Kicked(FREE, Pendulum(), 3.0), 1.0)
    with pytest.raises(ValueError, match="`kick` must act at once"):
        Kicked(FREE, Driven(Kicked(FREE, Pendulum(), 1.0), 1.0, 1.0), 1.0)
    with pytest.raises(ValueError, match="`kick` must act at once"):
        Kicked(FREE, Driven(Kicked(FREE, Pendulum(), 9.0), 1.0, 1.0), 1.0)
    with pytest.raises(TypeError, match="`potential` must be a potential"):
        Kicked(FREE, 3.0, 1.0)
