"""What the rooms of spins return is saved with the same numbers."""

import numpy as np
import pytest
from sameness import check_same

from oqnn.encoding import (
    ExtendedMap,
    Law,
    Povm,
    StateTimes,
    compile_law,
    measure_state,
    realize,
    realize_by_gradient,
    realize_gate_by_gradient,
    run_circuit,
    train_correlations,
)
from oqnn.spiking import init_network, state_frequencies, train_categorical
from oqnn.studies import load, save

PAIR = np.array([0.6, 0.3j, 0.2, 0.5]) / np.sqrt(0.74)
LAW = Law(configurations=[[1, -1, 1], [-1, -1, 1]], probabilities=[0.3, 0.7])


def train_a_state():
    sizes = {"neurons": 4, "sources": 8, "epochs": 2, "chains": 4}
    return train_correlations([1, 0], measure_steps=200, progress=False, **sizes)


def train_a_law():
    sizes = {"sources": 6, "epochs": 2, "chains": 2, "steps": 20}
    return train_categorical([0.2, 0.3, 0.4, 0.1], progress=False, **sizes)


MAKERS = {
    "compiled": lambda: compile_law(LAW),
    "extended": lambda: realize([1, 0, 0, 1] / np.sqrt(2), ExtendedMap(2)),
    "circuit": lambda: run_circuit([("H", 0), ("CNOT", 0, 1), ("T", 0)], np.eye(4)[0]),
    "gradient": lambda: realize_by_gradient([0.6, 0.8j], max_iterations=5),
    "gate": lambda: realize_gate_by_gradient("H", np.linspace(1, 2, 8)),
    "times": lambda: StateTimes(states=[[1, 0], [0, 0]], durations=[2, 1]),
    "estimate": lambda: Povm.pauli6(1).least_squares([30, 9, 20, 19, 8, 31]),
    "frequencies": lambda: state_frequencies(np.eye(3)[None]),
    "reconstruction": lambda: measure_state(init_network(6, 9), PAIR, steps=200),
    "training": train_a_state,
    "categorical": train_a_law,
}


@pytest.mark.parametrize("name", MAKERS)
def test_results_return_with_the_same_numbers(name, tmp_path):
    original = MAKERS[name]()
    check_same(load(save(original, tmp_path / "result.zarr")), original)
