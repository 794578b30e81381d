"""An error may carry what was reached."""

import pickle

import pytest

from oqnn._core.errors import ConvergenceError


@pytest.mark.parametrize("reached", [None, {"epochs": 3}])
def test_a_failed_computation_says_what_it_reached(reached):
    """Pickled too, as between processes."""
    error = ConvergenceError("It failed.", reached=reached)
    for same in (error, pickle.loads(pickle.dumps(error))):
        assert str(same) == "It failed."
        assert same.reached == reached
