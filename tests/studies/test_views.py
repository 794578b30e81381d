"""Views of one evolution: a depolarizing qubit in closed form, frames, refusals."""

import numpy as np
import pytest
import xarray as xr
from scipy.special import factorial

from oqnn._core.bases import pauli_basis
from oqnn.dynamics import ConstantControls, RegisterGenerator, System
from oqnn.encoding import CorrelationMap, realize
from oqnn.environments import (
    Material,
    ReferenceEnvironment,
    RegisterEnvironment,
    bare_material,
    field_channel,
)
from oqnn.measures import spin_wigner
from oqnn.phase_space import fock_wigner_at
from oqnn.studies import HARD_PAIR, Study, StudySettings, views
from oqnn.studies.realizability import (
    any_axes_margin,
    first_carried,
    hardest_axes_margin,
    pair_margin,
)

RATE, FIELD = 0.05, 1.7
X, Y, Z = pauli_basis(1)[1:]
TIMES = np.array([0.0, 0.3, 1.1, 2.0, 5.0])
KET = np.array([np.cos(0.4), np.exp(0.9j) * np.sin(0.4)])
ALONE = System(np.zeros((2, 2)), KET)
TURN = np.kron(np.eye(2), [[0.8, 0.6j], [0.6j, 0.8]])  # of the kept qubit
SKEW = System(np.zeros((2, 2)), TURN @ HARD_PAIR, kept=2)
PAIRED = System(np.zeros((2, 2)), HARD_PAIR, kept=2)


def depolarizing(y):
    """A qubit whose Bloch vector shrinks by p = e^(−4γt), in a constant field y."""
    jumps = {(0, 0): np.sqrt(RATE) * np.array([X, Y, Z])}
    noise = RegisterGenerator(np.zeros((1, 2, 2)), jumps)
    environment = RegisterEnvironment(noise, {"x": field_channel(FIELD * X / 2, 1)}, 1)
    drive = ConstantControls(np.array([y]))
    return Material(kind="depolarizing", environment=environment, drive=drive)


def damped(d):
    """An oscillator of d levels that loses amplitude as e^(−γt/2), and no control."""
    lowering = np.diag(np.sqrt(np.arange(1.0, d)), 1)
    noise = RegisterGenerator(np.zeros((1, d, d)), {(0, 0): np.sqrt(RATE) * lowering})
    field = field_channel(lowering + lowering.T, 1)
    environment = RegisterEnvironment(noise, {"x": field}, 1)
    return bare_material(environment)


@pytest.fixture(scope="module")
def still_and_driven():
    materials = {"pair": [depolarizing(0.0), depolarizing(0.8)]}
    return views(materials, PAIRED, TIMES, until=12, negativity_resolution=6)


@pytest.fixture(scope="module")
def alone():
    return views(depolarizing(0.8), ALONE, TIMES, until=3, negativity_resolution=40)


def test_times_of_a_depolarizing_pair(still_and_driven):
    """√2 p = 1 for all CHSH margins; p = 1/3 breaks entanglement, here on 0.2 n."""
    found = still_and_driven["pair"]
    carried = np.log(np.sqrt(2)) / (4 * RATE)
    for name in ("carried_in_hardest_axes_from", "no_bell_violation_from"):
        np.testing.assert_allclose(found[name], carried, atol=1e-4)
    control = found.sel(frame="control")
    np.testing.assert_allclose(control.carried_from, carried, atol=1e-4)
    np.testing.assert_allclose(control.forbidden_until, carried, atol=1e-4)
    broken = 0.2 * np.ceil(np.log(3) / (4 * RATE) / 0.2)
    np.testing.assert_allclose(found.entanglement_breaking_time, broken, atol=1e-12)


def test_in_the_laboratory_a_turn_lets_spins_carry_the_pair_sooner(still_and_driven):
    """At p (1 + max |cos α|, |sin α|) = √2, with α = y h t the turn about x."""
    lab = still_and_driven["pair"].sel(frame="laboratory")
    still, driven = lab.carried_from.values
    assert still == pytest.approx(np.log(np.sqrt(2)) / (4 * RATE), abs=1e-4)
    assert driven < still - 0.2
    p, angle = np.exp(-4 * RATE * driven), 0.8 * FIELD * driven
    largest = max(abs(np.cos(angle)), abs(np.sin(angle)))
    assert p * (1 + largest) == pytest.approx(np.sqrt(2), abs=1e-4)


def test_margins_are_those_of_the_linear_program(still_and_driven):
    found = still_and_driven["pair"]
    for frame in ("laboratory", "control"):
        view = found.sel(frame=frame).isel(member=1)
        for state, margin in zip(view.states.values, view.margin.values, strict=True):
            expected = min(1, 1 / (1 - margin))
            assert realize(state).visibility == pytest.approx(expected, abs=1e-8)


def test_states_in_both_frames(alone):
    """r(t) = p r(0) in the control frame; in the laboratory a turn about x besides."""
    found = alone["depolarizing"].isel(member=0)
    p = np.exp(-4 * RATE * TIMES)[:, None, None]
    rho = np.outer(KET, KET.conj())
    shrunk = p * rho + (1 - p) * np.eye(2) / 2
    control, lab = (found.sel(frame=f) for f in ("control", "laboratory"))
    np.testing.assert_allclose(control.states, shrunk, atol=1e-9)
    angle = (0.8 * FIELD * TIMES / 2)[:, None, None]
    turn = np.cos(angle) * np.eye(2) - 1j * np.sin(angle) * X
    np.testing.assert_allclose(lab.states, turn @ shrunk @ turn.conj().mT, atol=1e-9)
    np.testing.assert_allclose(
        control.coherence, 2 * np.abs(shrunk[:, 0, 1]), atol=1e-9
    )
    np.testing.assert_allclose(lab.populations.sum("row"), 1, atol=1e-12)


def test_the_wigner_function_is_that_of_the_control_frame(alone):
    """W = (1 + √3 p r·n)/2 on the grid, its negativity (1 − a)²/(4a), a = 1/(√3 p)."""
    found = alone["depolarizing"]
    states = found.states.sel(frame="control").isel(member=0).values
    theta, phi = np.meshgrid(found.theta, found.phi, indexing="ij")
    expected = spin_wigner(states, theta.ravel(), phi.ravel())
    np.testing.assert_allclose(
        found.wigner.values.reshape(len(TIMES), -1), expected, atol=1e-13
    )
    a = np.exp(4 * RATE * TIMES) / np.sqrt(3)
    exact = np.where(a < 1, (1 - a) ** 2 / (4 * a), 0)
    np.testing.assert_allclose(found.negativity, exact, atol=3e-4)


def test_a_qubit_alone_is_looked_at_with_the_hard_pair(alone):
    p = np.exp(-4 * RATE * TIMES)
    margin = alone["depolarizing"].margin.sel(frame="control").isel(member=0)
    np.testing.assert_allclose(margin, 1 - np.sqrt(2) * p, atol=1e-9)
    # and nothing was found before the last time
    assert np.isfinite(alone["depolarizing"].carried_from.values[0, 1])


def test_another_pair_is_taken():
    phi_plus = np.array([1, 0, 0, 1]) / np.sqrt(2)
    found = views(depolarizing(0.0), ALONE, TIMES, pair=phi_plus, until=1)
    control = found["depolarizing"].carried_from.sel(frame="control")
    np.testing.assert_array_equal(control, [0.0])
    hardest = found["depolarizing"].carried_in_hardest_axes_from
    assert np.isinf(hardest).all()


def test_times_in_noise_with_memory_are_those_of_evolved_states():
    """Here all times differ; each is looked for again on states that were evolved."""
    drive = ConstantControls(np.array([0.5, -0.3, 0.2, -1.0]))
    material = Material(kind="x", environment=ReferenceEnvironment(), drive=drive)
    row = views(material, SKEW, TIMES, until=8, negativity_resolution=4)["x"]
    row = row.isel(member=0)
    fine = 0.0125 * np.arange(641)
    chi = CorrelationMap(2).chi_from_state(material.evolve(SKEW, fine).states)
    found = [
        float(row.carried_from.sel(frame="laboratory")),
        float(row.carried_in_hardest_axes_from),
        float(row.no_bell_violation_from),
    ]
    expected = [
        first_carried(fine, margin(chi))
        for margin in (pair_margin, hardest_axes_margin, any_axes_margin)
    ]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found[0] + 0.1 < found[1] < found[2] - 0.1
    assert found[2] < float(row.entanglement_breaking_time)
    lab = CorrelationMap(2).chi_from_state(row.states.sel(frame="laboratory").values)
    np.testing.assert_allclose(
        row.margin.sel(frame="laboratory"), pair_margin(lab), atol=1e-9
    )
    np.testing.assert_allclose(
        row.hardest_axes_margin, hardest_axes_margin(lab), atol=1e-9
    )


def test_an_oscillator_has_two_views():
    """A damped coherent state stays one: W is a Gaussian at √2 α e^(−γt/2)."""
    d, alpha, x, p = 9, 0.3 - 0.2j, np.linspace(-4, 5, 31), np.linspace(-4, 4, 28)
    n = np.arange(d)
    ket = np.exp(-(abs(alpha) ** 2) / 2) * alpha**n / np.sqrt(factorial(n))
    system = System(np.zeros((d, d)), ket / np.linalg.norm(ket))
    view = views(damped(d), system, TIMES, until=1, quadratures=(x, p))["bare"]
    centres = np.sqrt(2) * alpha * np.exp(-RATE * TIMES / 2)
    for W, centre in zip(view.wigner.values, centres, strict=True):
        squares = (x[:, None] - centre.real) ** 2 + (p - centre.imag) ** 2
        np.testing.assert_allclose(W, np.exp(-squares) / np.pi, atol=1e-5)
    states = view.states.sel(frame="control").isel(member=0).values
    exact = fock_wigner_at(states, x[:, None], p)
    np.testing.assert_allclose(view.wigner, exact, atol=1e-14)
    np.testing.assert_allclose(view.norm, 1, atol=1e-5)
    assert view.negativity.max() < 1e-5
    assert "margin" not in view
    assert view.row.values.tolist() == [str(k) for k in n]


def test_a_qutrit_is_a_spin_of_one():
    system = System(np.zeros((3, 3)), np.array([0.0, 1.0, 0.0]))
    view = views(damped(3), system, TIMES, until=1, negativity_resolution=8)["bare"]
    states = view.states.sel(frame="control").isel(member=0).values
    expected = spin_wigner(states, [view.theta.values[4]], [view.phi.values[3]])[:, 0]
    np.testing.assert_allclose(view.wigner[:, 4, 3], expected, atol=1e-12)
    decayed = np.exp(-RATE * TIMES)
    np.testing.assert_allclose(
        view.populations.sel(frame="control").isel(member=0)[:, 1], decayed, atol=1e-9
    )


def test_a_study_shows_its_representative_member():
    settings = StudySettings(materials=["bare", "plain"], plain={"seeds": 3})
    controls = np.array([[0.3, 0.1, 0.0, 0.2], [-0.4, 0.8, 0.1, 0], [0.9, 0, 0.2, 0]])
    plain = xr.Dataset({"controls": (("member", "control"), controls)})
    shown = {"bare": 0, "plain": 2}
    tree = {
        f"evolution/{k}": xr.Dataset(coords={"representative": shown[k]}) for k in shown
    }
    tree |= {"trained/bare": xr.Dataset(coords={"member": [0]}), "trained/plain": plain}
    study = Study(xr.DataTree.from_dict(tree), settings)
    found = views(study, ALONE, TIMES, until=1)
    assert found.kinds == ("bare", "plain")
    row = found["plain"]
    assert row.sizes["member"] == 3
    assert int(row.representative) == 2
    environment = ReferenceEnvironment()
    material = Material(
        kind="plain", environment=environment, drive=ConstantControls(controls[2])
    )
    alone = views(material, ALONE, TIMES, until=1)["plain"]
    np.testing.assert_allclose(row.wigner, alone.wigner, atol=1e-12)
    assert abs(row.margin.values[0, 0] - alone.margin.values[0, 0]).max() > 0.01


def test_summary(still_and_driven):
    (row,) = still_and_driven.summary()
    assert (row["material"], row["seeds"]) == ("pair", 2)
    np.testing.assert_allclose(row["carried_from"], 1.7329, atol=1e-4)
    text = still_and_driven.summary_text()
    assert "spikes carry" in text
    assert "1.7–1.7" in text


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"materials": [depolarizing(0.0)]}, TypeError, "must be a Study, a Material"),
        ({"materials": {"a": []}}, ValueError, "at least one material of each name"),
        ({"materials": {"a": [3]}}, TypeError, "must hold materials, but holds a int"),
        ({"times": [1.0, 0.5]}, ValueError, "`times` must increase strictly"),
        ({"times": [-1.0, 0.5]}, ValueError, "`times` must not start before 0"),
        ({"pair": KET}, ValueError, "`pair` must have shape"),
        ({"pair": np.eye(4)}, ValueError, "must have trace 1"),
        (
            {"system": System(np.zeros((3, 3)), np.eye(3) / 3)},
            ValueError,
            r"\['depolarizing'\]` must hold 3 levels, those of `system`, but holds 2",
        ),
        (
            {"system": System(np.zeros((2, 2)), np.eye(6) / 6, kept=3)},
            ValueError,
            r"`system` must be alone.* \[2, 3\]",
        ),
        (
            {"system": System(np.zeros((3, 3)), np.eye(3) / 3), "pair": HARD_PAIR}
            | {"materials": damped(3)},
            ValueError,
            "`pair` must be left out for a system of 3 levels",
        ),
        ({"quadratures": ([0, 1], [1, 0])}, ValueError, "`p` must increase strictly"),
        ({"step": 0.0}, ValueError, "`step` must be positive"),
    ],
)
def test_refusals(change, error, message):
    arguments = {"materials": depolarizing(0.0), "system": ALONE, "times": TIMES}
    with pytest.raises(error, match=message):
        views(**(arguments | {"until": 1.0} | change))
