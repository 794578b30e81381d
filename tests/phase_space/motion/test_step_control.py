"""Steps from their errors, for one equation in place of a flow: dW/dt = −r(t) W."""

import numpy as np
import pytest

from oqnn import ConvergenceError
from oqnn.phase_space.motion.step_control import StepControl

START = np.ones((3, 2))


class Decay:
    """Second order: W → W (1 − rdt/2)/(1 + rdt/2); overflows in steps too long."""

    def __init__(self, dt, rate=1.0, longest=np.inf):
        self.dt, self.rate, self.longest = dt, rate, longest

    def run(self, values, start, steps, *, after=None):
        if self.dt > self.longest:
            return values * np.nan
        half = self.rate * self.dt / 2
        return values * ((1 - half) / (1 + half)) ** steps


def control(make_step=Decay, **changes):
    options = {"step": None, "tol": 1e-6, "total": 1.0, "guess": 0.3} | changes
    return StepControl(make_step, 2, **options)


def test_the_error_is_estimated_and_bounded():
    """|e^{−1} − W(1)|, as a share of W, adds up from the steps."""
    values, error, steps = control().advance(START, 0.0, 1.0, None)
    found = np.abs(values - np.exp(-1.0)).max() / np.exp(-1.0)
    assert found == pytest.approx(error, rel=0.05)
    assert 0.1e-6 < error <= 1e-6
    assert 100 < steps < 1000


@pytest.mark.parametrize("short", [1e-3, 1e-5, 1e-7])
def test_a_short_stretch_does_not_shorten_the_steps_after_it(short):
    steps = [control().advance(START, 0.0, 1.0, None)[2]]
    after = control(guess=1 / steps[0])
    after.advance(START, 0.0, short, None)
    steps.append(after.advance(START, short, 1.0, None)[2])
    assert abs(steps[1] - steps[0]) <= 0.5 * steps[0]


def test_uneven_stretches_cost_little_more_than_their_steps():
    """Lengths that are all unlike, each of them one step."""
    ends = np.cumsum(np.random.default_rng(5).uniform(1e-4, 2e-3, 200))
    run = []

    class Counted(Decay):
        def run(self, values, start, steps, *, after=None):
            run.append(steps)
            return super().run(values, start, steps, after=after)

    known, values, whole = control(Counted, guess=0.002), START, 0.0
    for start, stop in zip([0.0, *ends[:-1]], ends, strict=True):
        values, error, _ = known.advance(values, start, stop, None)
        whole += error
    found = np.abs(values * np.exp(ends[-1]) - 1).max()
    assert found < 1.1 * whole
    assert whole < 1e-6
    assert sum(run) < 1.6 * 200


def test_steps_that_overflow_are_shortened():
    values, error, steps = control(lambda dt: Decay(dt, longest=0.004)).advance(
        START, 0.0, 1.0, None
    )
    assert np.isfinite(values).all()
    assert error <= 1e-6
    assert steps >= 250


def test_a_given_step_that_overflows_is_refused():
    given = control(lambda dt: Decay(dt, longest=0.004), step=0.1)
    with pytest.raises(ConvergenceError, match=r"steps of 0\.1, .* shorter `step`"):
        given.advance(START, 0.0, 1.0, None)


def test_more_steps_than_are_worth_taking_are_refused():
    with pytest.raises(ConvergenceError, match="Take a larger `tol`"):
        control(lambda dt: Decay(dt, rate=1e6)).advance(START, 0.0, 1.0, None)


def test_errors_are_forgotten_when_w_has_changed():
    """After `renew` the next stretch looks again: rates a hundred times as high."""
    rate = [0.01]
    known = control(lambda dt: Decay(dt, rate=rate[0]), tol=1e-8, guess=0.05)
    known.advance(START, 0.0, 0.1, None)
    rate[0] = 1.0
    known._ready.clear()
    known.renew()
    _, error, steps = known.advance(START, 0.1, 0.2, None)
    assert error <= 1e-8
    assert steps > 20
