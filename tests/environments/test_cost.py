"""The cost of an epoch, and the columns that stand for its states."""

import numpy as np
import pytest
import qutip
from environments.problems import COST, ENVIRONMENT, GATE, H, random_states

from oqnn.dynamics import ConstantControls, dynamical_maps, evolve
from oqnn.environments import CARDINAL_STATES, Material, ProtectionCost
from oqnn.environments.cost import overlap_columns


@pytest.mark.parametrize(
    ("cost", "rank"),
    [(ProtectionCost(), 3), (COST, 3), (ProtectionCost(target=GATE), 3)],
)
def test_columns_give_the_plain_mean_fidelity(cost, rank):
    """Against evolving every state by itself, from a law that is not uniform."""
    law = np.array([0.2, 0.5, 0.3])
    y = [0.3, -0.8, 0.5, 0.6]
    generator = ENVIRONMENT.generator(H)
    ends = evolve(generator, cost.states, [0, 0.9], controls=y, register_law=law).states
    U = np.eye(2) if cost.target is None else cost.target
    expected = np.mean(
        [
            np.trace(U @ rho @ U.conj().T @ end[-1]).real
            for rho, end in zip(cost.states, ends, strict=True)
        ]
    )
    columns, targets, constant = overlap_columns(cost, law)
    assert columns.shape == targets.shape == (12, rank)
    Phi = dynamical_maps(generator, [0, 0.9], controls=y).matrices[1]
    found = np.trace(targets.T @ Phi @ columns) + constant
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_single_state_needs_a_single_column():
    cost = ProtectionCost(states=random_states(1))
    columns, targets, constant = overlap_columns(cost, np.ones(1))
    assert columns.shape == (4, 1)
    purity = np.trace(columns.T @ targets) + constant  # the identity map
    expected = np.trace(cost.states[0] @ cost.states[0]).real
    np.testing.assert_allclose(purity, expected, rtol=1e-13)


def test_cardinal_states_are_a_design():
    """Their mean fidelity is that over all pure states, ½ + tr M/6."""
    expected = [
        s.proj().full()
        for axis in "xyz"
        for s in getattr(qutip, f"sigma{axis}")().eigenstates()[1][::-1]
    ]
    np.testing.assert_allclose(CARDINAL_STATES, expected, atol=1e-15)
    drive = ConstantControls([0.3, -0.8, 0.5, 0.6])
    material = Material(kind="odd", environment=ENVIRONMENT, drive=drive)
    transfer = material.transfer([0, 1.1], H=H)[1]
    columns, targets, constant = overlap_columns(ProtectionCost(), np.ones(1))
    found = np.trace(targets.T @ transfer @ columns) + constant
    mean = 0.5 + np.trace(transfer[1:, 1:]) / 6
    np.testing.assert_allclose(found, mean, rtol=1e-13)


def test_readouts_fall_on_the_ends_of_slices():
    np.testing.assert_array_equal(
        ProtectionCost().slice_weights(8), [0, 0.25, 0, 0.25, 0, 0.25, 0, 0.25]
    )
    np.testing.assert_array_equal(COST.slice_weights(8), [0, 0.2, 0, 0, 0.5, 0, 0, 0.4])
    twice = ProtectionCost(readouts=(0.5, 0.5), weights=np.array([0.3, 0.6]))
    np.testing.assert_allclose(twice.slice_weights(2), [0.9, 0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"readouts": ()}, r"`readouts` must be fractions in \(0, 1\]"),
        ({"readouts": (0.0, 1.0)}, r"`readouts` must be fractions in \(0, 1\]"),
        ({"readouts": 0.5}, r"`readouts` must have shape \(r,\)"),
        ({"weights": (1.0,)}, r"`weights` must have shape \(r,\) with r=4"),
        ({"weights": (1, 1, 1, np.nan)}, "`weights` must be finite"),
        ({"states": np.eye(2) / 2}, r"`states` must have shape \(S, d, d\)"),
        ({"states": np.eye(2)[None]}, "`states` must have trace 1"),
        ({"target": np.eye(3)}, r"`target` must have shape \(d, d\) with d=2"),
        ({"target": np.ones((2, 2))}, "`target` must be unitary"),
        ({"controls": -1.0}, "`controls` must be positive"),
        ({"network": np.inf}, "`network` must be positive"),
    ],
)
def test_no_cost_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        ProtectionCost(**changes)


def test_readout_within_a_slice_is_refused():
    with pytest.raises(ValueError, match=r"10 slices put them at \[2\.5, 5\.0"):
        ProtectionCost().slice_weights(10)
