"""Environments of any kind are saved and load to the same numbers."""

import numpy as np
import pytest

import oqnn
from oqnn.dynamics import ConstantControls
from oqnn.environments import (
    Bosonic,
    Material,
    ladder_controls,
    pseudomode_environment,
    qubit_controls,
    spin_controls,
    system_environment,
)


def dense():
    spin = spin_controls(3)
    fields = [spin["x"], spin["y"] - 0.3 * spin["z"]]
    return system_environment(
        fields,
        ladder_controls(3),
        {"x": 2.0, "p": 1 / 3, "detuning": 0.1},
        hopping=[[0, 0.2], [0.7, 0]],
        local=0.1 * spin["z"],
        hopping_control=0.5,
        register_law=[0.3, 0.7],
    )


def sparse():
    q = qubit_controls(5)
    return system_environment(
        [q["z1"], q["y3"]], {"x/2": q["x2"], "x_2": q["z4"]}, 1.5, hopping=0.3
    )


def beside_a_mode():
    bath = Bosonic.lorentzian(rate=1.0, width=0.5, frequency=0.3)
    raising = np.array([[0, 1], [0, 0]])
    return pseudomode_environment(bath, raising, spin_controls(2), 3.0, levels=3)


@pytest.mark.parametrize("make", [dense, sparse, beside_a_mode])
def test_environments_return_to_the_same_numbers(make, tmp_path):
    original = make()
    k = original.n_controls
    material = Material(
        kind="odd", environment=original, drive=ConstantControls(np.full(k, 0.3))
    )
    back = oqnn.load(oqnn.save(material, tmp_path / "material.zarr")).environment
    assert type(back) is type(original)
    assert back.control_names == original.control_names
    assert back.bounds == original.bounds
    np.testing.assert_array_equal(back.register_law, original.register_law)
    assert (back.ancilla is None) == (original.ancilla is None)
    if back.ancilla is not None:
        np.testing.assert_array_equal(back.ancilla, original.ancilla)
    rng = np.random.default_rng(0)
    n, d = original.noise.n, original.noise.d
    blocks = rng.normal(size=(n, d, d)) + 1j * rng.normal(size=(n, d, d))
    for name in ("noise", *original.channels):
        parts = [
            e.noise if name == "noise" else e.channel(name) for e in (original, back)
        ]
        assert parts[0].is_sparse == parts[1].is_sparse
        np.testing.assert_array_equal(*(part.apply(blocks) for part in parts))
