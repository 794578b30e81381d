"""What the solvers return."""

import numpy as np
import pytest
import qutip
import scipy.sparse as sp
from dynamics.generators import (
    random_blocks,
    random_generator,
    random_matrices,
    random_state,
)

from oqnn.dynamics import ControlledGenerator, apply_transfer, dynamical_maps, evolve

RNG = np.random.default_rng(50)
TIMES = np.array([0.0, 0.2, 1.1, 1.5])
LAW = np.array([0.5, 0.2, 0.3])


def test_maps_and_evolve_agree():
    """On blocks, on the system alone and with partners of sizes 1, 2 and 3."""
    generator = random_generator(3, 2)
    maps = dynamical_maps(generator, TIMES)
    assert maps.matrices.shape == (4, 12, 12)
    assert maps.matrices.dtype == float
    assert maps.transfer(LAW).shape == (4, 4, 4)
    np.testing.assert_array_equal(maps.transfer(LAW)[0], np.eye(4))
    np.testing.assert_allclose(maps.transfer(LAW)[:, 0], [[1, 0, 0, 0]] * 4, atol=1e-12)
    for partner in (1, 2, 3):
        rho = random_state(2 * partner)
        expected = evolve(generator, rho, TIMES, register_law=LAW).states
        np.testing.assert_allclose(maps.apply(rho, LAW), expected, atol=1e-12)
    ket = qutip.rand_ket([2, 3], seed=6)
    expected = maps.apply(ket.proj().full(), LAW)
    np.testing.assert_allclose(maps.apply(ket, LAW), expected, atol=1e-14)


def test_transfer_moves_only_the_first_factor():
    """A random real matrix as a map, against Σ_ab T_ab B_a ⊗ tr₁[(B_b ⊗ 1)ρ]."""
    from oqnn._core.bases import hermitian_basis

    transfer, rho = RNG.normal(size=(2, 9, 9)), random_matrices(RNG, 6, 6)
    basis = hermitian_basis(3)
    parts = np.einsum("bij,jkil->bkl", basis, rho.reshape(3, 2, 3, 2))
    expected = np.einsum("tab,aij,bkl->tikjl", transfer, basis, parts)
    found = apply_transfer(transfer, rho)
    np.testing.assert_allclose(found, expected.reshape(2, 6, 6), atol=1e-12)


def test_wrong_input_of_maps_is_refused():
    maps = dynamical_maps(random_generator(3, 2), TIMES)
    with pytest.raises(ValueError, match=r"`register_law` must have shape \(3,\)"):
        maps.transfer([1.0])
    with pytest.raises(ValueError, match="`register_law` must sum to 1"):
        maps.transfer([0.5, 0.5, 0.5])
    with pytest.raises(ValueError, match="multiple of 2, but has size 3"):
        maps.apply(np.eye(3), LAW)
    with pytest.raises(ValueError, match=r"`rho` must have shape \(D, D\)"):
        maps.apply(np.zeros((2, 4)), LAW)


@pytest.mark.parametrize("wrap", [np.asarray, qutip.Qobj, sp.csr_array])
def test_one_observable_may_stand_for_itself(wrap):
    operator = random_matrices(RNG, 2, 2)
    start = random_blocks(3, 2)
    generator = random_generator(3, 2)
    one = evolve(generator, start, TIMES, e_ops=wrap(operator)).expect
    several = evolve(generator, start, TIMES, e_ops=[wrap(operator)]).expect
    plain = evolve(generator, start, TIMES, e_ops={"0": operator}).expect
    for found in (one, several):
        np.testing.assert_array_equal(found["0"], plain["0"])


def test_expectations_are_traces_with_the_reduced_state():
    generator = random_generator(3, 2)
    operator = random_matrices(RNG, 2, 2)  # not Hermitian: order in the trace shows
    result = evolve(
        generator,
        random_blocks(3, 2),
        TIMES,
        e_ops={"a": operator, "z": qutip.sigmaz()},
    )
    expected = [np.trace(operator @ rho) for rho in result.states]
    np.testing.assert_allclose(result.expect["a"], expected, rtol=1e-12)
    expected = (result.states[:, 0, 0] - result.states[:, 1, 1]).real
    np.testing.assert_allclose(result.expect["z"], expected, atol=1e-13)
    batch = random_matrices(RNG, 5, 3, 4, 4)
    listed = evolve(generator, batch, TIMES, e_ops=[np.eye(4)]).expect["0"]
    assert listed.shape == (5, 4)
    traces = np.trace(batch.sum(1), axis1=1, axis2=2)
    np.testing.assert_allclose(listed, np.repeat(traces[:, None], 4, 1), rtol=1e-12)


def test_states_go_to_qutip_with_their_partner():
    result = evolve(random_generator(3, 2), random_blocks(3, 6), TIMES)
    states = result.to_qutip()
    assert len(states) == 4
    assert states[2].dims == [[2, 3], [2, 3]]
    np.testing.assert_array_equal(states[2].full(), result.states[2])
    batch = evolve(random_generator(3, 2), random_blocks(3, 2)[None], TIMES)
    with pytest.raises(ValueError, match=r"without batch axes.* shape \(1,\)"):
        batch.to_qutip()


def test_dataset_has_named_axes():
    blocks = random_matrices(RNG, 5, 3, 2, 2)
    result = evolve(random_generator(3, 2), blocks, TIMES, e_ops={"z": qutip.sigmaz()})
    dataset = result.to_xarray()
    assert dataset.blocks.dims == ("batch_0", "time", "level", "row", "col")
    assert dataset.states.dims == ("batch_0", "time", "row", "col")
    assert dataset.z.dims == ("batch_0", "time")
    np.testing.assert_array_equal(dataset.time, TIMES)
    np.testing.assert_array_equal(dataset.blocks.sum("level"), result.states)
    assert dataset.attrs["method"] == result.method


def test_xarray_holds_the_controls():
    driven = ControlledGenerator(random_generator(2, 2), [random_generator(2, 2)])
    values = np.array([[0.3], [0.7]])
    tlist = [0.0, 0.5, 2.0]
    result = evolve(driven, random_blocks(2, 2), tlist, controls=values)
    dataset = result.to_xarray()
    assert dataset.controls.dims == ("time", "control")
    np.testing.assert_array_equal(dataset.controls, [[0.3], [0.7], [0.7]])


def test_what_is_unphysical_is_reported_and_not_repaired():
    """A start with trace 1.5 and a negative eigenvalue keeps both."""
    start = np.diag([2.0, -0.5])[None]
    result = evolve(random_generator(1, 2), start, TIMES)
    np.testing.assert_allclose(result.blocks[0], start, atol=1e-15)
    assert result.least_eigenvalue == pytest.approx(-0.5, abs=1e-12)
    np.testing.assert_allclose(np.trace(result.states[-1]), 1.5, rtol=1e-12)
    assert result.trace_drift < 1e-13


def test_least_eigenvalue_is_of_the_hermitian_part():
    """[[1/2, 1], [0, 1/2]] has the Hermitian part (1 + σ_x)/2."""
    start = np.array([[[0.5, 1.0], [0.0, 0.5]]])
    result = evolve(random_generator(1, 2), start, [0.0])
    assert result.least_eigenvalue == pytest.approx(0, abs=1e-15)
