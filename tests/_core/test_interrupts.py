"""Interrupts: raised at once, and once more at the next step if they were lost."""

import signal
import threading

import pytest

from oqnn._core.interrupts import check_interrupt, remembered
from oqnn._core.progress import ProgressLine


@pytest.fixture(autouse=True)
def usual_handler():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def lose_one():
    """Stand in for a callback that swallows what is raised in it."""
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        return
    pytest.fail("nothing was raised at once")


def test_a_lost_interrupt_is_raised_at_the_next_step():
    def work():
        with remembered(), ProgressLine("steps", 3, show=False) as line:
            line.advance()
            lose_one()
            line.advance()
            pytest.fail("a step went on")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_lost_interrupt_is_raised_at_the_end():
    with pytest.raises(KeyboardInterrupt), remembered():
        lose_one()


def test_an_interrupt_that_was_raised_is_not_raised_again():
    with pytest.raises(KeyboardInterrupt), remembered():
        signal.raise_signal(signal.SIGINT)
    check_interrupt()
    with remembered():
        check_interrupt()


def test_other_errors_pass_and_the_handler_returns():
    with pytest.raises(ValueError, match="ours"), remembered():
        raise ValueError("ours")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_it_nothing_is_remembered():
    lose_one()
    check_interrupt()


def test_where_interrupts_are_ignored_they_stay_so():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with remembered():
        signal.raise_signal(signal.SIGINT)
        check_interrupt()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_threads_may_enter():
    entered = []

    def work():
        with remembered():
            entered.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert entered == [True]
