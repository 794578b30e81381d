"""Hardware-efficient circuits: which gates, on which qubits, with which angles."""

import numpy as np
import pytest

from oqnn.quantum_neurons.circuits.layers import hardware_efficient_circuit


def pairs_of(circuit, name):
    return [gate.qubits for gate in circuit.gates if gate.name == name]


def test_gates_act_layer_by_layer_with_angles_in_order():
    circuit = hardware_efficient_circuit(
        2, 2, rotations=["rz", "rx"], connectivity="linear"
    )
    layer = ["rz", "rz", "rx", "rx", "crx"]
    assert [gate.name for gate in circuit.gates] == 2 * layer
    assert [gate.qubits for gate in circuit.gates[:5]] == [
        (0,),
        (1,),
        (0,),
        (1,),
        (0, 1),
    ]
    assert [gate.parameter for gate in circuit.gates] == list(range(10))


@pytest.mark.parametrize(
    ("connectivity", "name", "expected"),
    [
        ("linear", "crz", [(0, 1), (1, 2)]),
        ("ring", "crz", [(0, 1), (1, 2), (2, 0)]),
        ("all", "cx", [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]),
        ("all", "rzz", [(0, 1), (0, 2), (1, 2)]),
        ([(2, 0), (2, 1)], "cry", [(2, 0), (2, 1)]),
    ],
)
def test_connectivity(connectivity, name, expected):
    circuit = hardware_efficient_circuit(
        3, 1, entangler=name, connectivity=connectivity
    )
    assert pairs_of(circuit, name) == expected


def test_rings_of_two_and_of_one():
    """A second CZ on the same pair would undo the first."""
    assert pairs_of(hardware_efficient_circuit(2, 1, entangler="cz"), "cz") == [(0, 1)]
    assert pairs_of(hardware_efficient_circuit(2, 1), "crx") == [(0, 1), (1, 0)]
    assert pairs_of(hardware_efficient_circuit(1, 2), "crx") == []


def test_fixed_gates_take_no_angles_and_given_angles_are_kept():
    circuit = hardware_efficient_circuit(
        2, 1, rotations=["ry"], entangler="cx", parameters=[0.3, -0.8]
    )
    np.testing.assert_array_equal(circuit.parameters, [0.3, -0.8])
    # the line's CX follows RY ⊗ RY; then the ring's CX back
    c, s = np.cos([0.15, -0.4]), np.sin([0.15, -0.4])
    start = np.outer([c[0], s[0]], [c[1], s[1]]).ravel()  # from |00⟩
    after = start[[0, 1, 3, 2]][[0, 3, 2, 1]]
    np.testing.assert_allclose(circuit.unitary()[:, 0], after, rtol=1e-12, atol=1e-14)


def test_angles_depend_on_the_seed_alone():
    first, again, other = (
        hardware_efficient_circuit(2, 1, seed=seed).parameters for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)
    assert np.abs(first).max() <= np.pi


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"rotations": ["rx", "h"]},
            r"`rotations` must be of rx, ry, rz, but holds 'h'",
        ),
        ({"entangler": "rx"}, "`entangler` must be of crx.*'rx'"),
        ({"connectivity": "star"}, "`connectivity` must be 'ring'.*'star'"),
        ({"connectivity": [(0, 3)]}, r"qubits below 3, but holds \(0, 3\)"),
        ({"connectivity": [(1, 1)]}, r"two different.*\(1, 1\)"),
        ({"connectivity": [(0, 1, 2)]}, r"hold pairs.*\(0, 1, 2\)"),
        ({"layers": -1}, "`layers` must be at least 0"),
        ({"parameters": [0.1]}, r"`parameters` must have shape \(12,\)"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        hardware_efficient_circuit(3, arguments.pop("layers", 1), **arguments)
