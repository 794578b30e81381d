"""Figures of a single study, from made-up evolutions."""

import numpy as np
import pytest
import xarray as xr

from oqnn.encoding import CorrelationMap
from oqnn.measures import equal_angle_wigner
from oqnn.studies import figures

TIMES = np.linspace(0, 3, 7)
RNG = np.random.default_rng(65)


def evolution(d: int) -> xr.Dataset:
    raw = RNG.normal(size=(7, d, d)) + 1j * RNG.normal(size=(7, d, d))
    rho = raw @ raw.conj().mT
    rho /= np.trace(rho, axis1=-2, axis2=-1)[:, None, None]
    bits = [format(i, f"0{d // 2}b") for i in range(d)]
    matrix = ("time", "row", "col")
    return xr.Dataset(
        {"frame_states": (matrix, rho)}, {"time": TIMES, "row": bits, "col": bits}
    )


@pytest.fixture(scope="module")
def pairs():
    return {"bare": evolution(4), "learning": evolution(4)}


def test_elements_are_those_of_the_control_frame(pairs):
    panel = figures.elements(pairs).axes[1]
    drawn = [line.get_ydata() for line in panel.lines]
    exact = np.einsum("tii->it", pairs["learning"].frame_states.values).real
    np.testing.assert_array_equal(drawn, exact)
    assert panel.lines[1].get_label() == r"$\rho_{01,01}$"


def test_wigner_functions_of_pairs_are_those_at_equal_angles(pairs):
    axes = figures.wigner(pairs).axes[4 + 3]  # learning, last time
    mesh = axes.collections[0]
    theta, phi = np.linspace(0, np.pi, 25), np.linspace(-np.pi, np.pi, 49)
    rho = pairs["learning"].frame_states.values[-1]
    exact = equal_angle_wigner(rho, theta[:, None], phi, [2, 2])
    np.testing.assert_allclose(mesh.get_array(), exact, rtol=1e-12, atol=1e-14)
    assert axes.get_title() == ""
    assert figures.wigner(pairs).axes[3].get_title() == "$t = 3$"


def test_margin_of_a_bell_pair_is_that_of_its_axes():
    """χ of Φ+ is diag(1, −1, 1): all spins agree or disagree, on the edge."""
    bell = np.zeros((7, 4, 4), dtype=complex)
    bell[:, [0, 0, 3, 3], [0, 3, 0, 3]] = 0.5
    mixed = np.broadcast_to(np.eye(4) / 4, (7, 4, 4))
    one = evolution(4)
    both = {
        kind: one.assign(frame_states=(one.frame_states.dims, rho))
        for kind, rho in (("bare", mixed), ("learning", bell))
    }
    drawn = {line.get_label(): line for line in figures.margin(both).axes[0].lines}
    np.testing.assert_allclose(drawn["bare"].get_ydata(), 1, atol=1e-12)
    np.testing.assert_allclose(drawn["learning"].get_ydata(), 0, atol=1e-12)
    chi = CorrelationMap(2).chi_from_state(bell[0])
    np.testing.assert_allclose(np.diag(chi), [1, 1, -1, 1], atol=1e-14)


def test_single_qubits_have_a_ball():
    qubits = {"bare": evolution(2), "learning": evolution(2)}
    figure = figures.bloch(qubits)
    assert [axes.get_title() for axes in figure.axes] == ["bare", "learning"]
    assert figure.get_supxlabel() == "until $t$ = 3"


def test_weights_of_the_best_learner_are_drawn_last():
    values = RNG.normal(size=(3, 4, 2, 3))
    trained = xr.Dataset({"weights": (("member", "slice", "neuron", "input"), values)})
    axes = figures.weights(trained, 1, 2.0).axes[0]
    drawn = [patch.get_data().values for patch in axes.patches]
    np.testing.assert_array_equal(drawn, values[[2, 0, 1], :, 0, 0])
    assert axes.get_xlim() == (0, 2)
