"""Environments of all kinds, against the rooms they come from and closed forms."""

import numpy as np
import pytest
import qutip

from oqnn.dynamics import apply_transfer, liouvillian, to_transfer
from oqnn.environments import (
    TETRAHEDRON,
    Bosonic,
    IsingStar,
    ReferenceEnvironment,
    SpinStar,
    Telegraph,
    TwoBand,
    bare_material,
    pseudomode,
)
from oqnn.studies import SettingsError
from oqnn.studies.sweeps.description.point import PointSettings

H = np.array([[0.3, 0.1 - 0.2j], [0.1 + 0.2j, -0.1]])
QUIET = {"gamma_1": 0.0, "gamma_phi": 0.0}
TIMES = np.array([0.0, 0.3, 1.1, 4.0])
SYSTEMS = {
    "qubit": {},
    "qutrit": {"kind": "qutrit"},
    "oscillator": {"kind": "oscillator", "levels": 4, "alpha": 0.2},
    "qubits": {"kind": "qubits", "count": 2},
}
CONTROLS = {
    "qubit": "xyz",
    "qutrit": "xyz",
    "oscillator": ("x", "p", "detuning"),
    "qubits": ("x1", "y1", "z1", "x2", "y2", "z2"),
}


def point(system=None, **environment):
    return PointSettings.from_tables(
        {"system": system or {}, "environment": environment}
    )


def matrices(environment, H=None):
    return environment.generator(H).matrices()


def evolved(environment, H=None):
    return bare_material(environment).transfer(TIMES, H=H)


@pytest.mark.parametrize("levels", [1, 3, 4])
def test_fields_with_defaults_are_the_reference(levels):
    own = point(kind="fields", levels=levels, h=3.0, kappa=0.3).built_environment
    reference = ReferenceEnvironment(directions=TETRAHEDRON[:levels], h=3.0, kappa=0.3)
    found, exact = matrices(own, H), matrices(reference, H)
    np.testing.assert_allclose(found, exact[: len(found)], rtol=0, atol=1e-14)
    assert own.control_names == reference.control_names[: len(found) - 1]
    part = point(levels=levels, h=3.0, kappa=0.3).built_environment
    np.testing.assert_array_equal(matrices(part, H), exact)


@pytest.mark.parametrize("kind", ["fields", "telegraph", "lorentzian", "lindblad"])
@pytest.mark.parametrize("name", SYSTEMS)
def test_environments_of_any_size_keep_trace_and_positivity(kind, name):
    """At control corners the generator of blocks has no growing mode."""
    values = {"level_resolved": False, "h": 0.7, "n_thermal": 0.3}
    one = point(SYSTEMS[name], kind=kind, **values)
    one.build()
    environment = one.built_environment
    assert environment.d == one.dims[0]
    names = tuple(CONTROLS[name]) + (("hopping",) if kind == "fields" else ())
    assert environment.control_names == names
    parts = matrices(environment)
    signs = (-1.0) ** np.arange(len(parts) - 1)
    total = parts[0] + np.tensordot(signs, parts[1:], 1)
    assert np.linalg.eigvals(total).real.max() < 1e-9
    transfer = evolved(environment)
    np.testing.assert_allclose(transfer[:, 0, 0], 1, rtol=0, atol=1e-10)
    np.testing.assert_allclose(transfer[:, 0, 1:], 0, rtol=0, atol=1e-10)


def test_telegraph_is_that_of_its_room():
    own = point(
        kind="telegraph", splitting=1.3, rate=0.4, back_rate=0.1, levels=3, axis="x"
    )
    model = Telegraph(1.3, (0.4, 0.1), 3, operator=qutip.sigmax())
    quiet = point(
        kind="telegraph",
        splitting=1.3,
        rate=0.4,
        back_rate=0.1,
        levels=3,
        axis="x",
        **QUIET,
    ).built_environment
    np.testing.assert_allclose(
        matrices(quiet)[0], model.generator().matrix(), rtol=0, atol=1e-14
    )
    np.testing.assert_allclose(quiet.register_law, model.register_law, atol=1e-15)
    assert np.abs(matrices(own.built_environment)[0] - matrices(quiet)[0]).max() > 1e-3


def test_two_bands_are_those_of_their_room():
    values = {"N1": 20, "N2": 30, "width": 0.4, "strength": 0.01}
    own = point(kind="two_band", **values, **QUIET).built_environment
    model = TwoBand(20, 30, width=0.4, coupling=0.01)
    exact = model.generator().matrix()
    np.testing.assert_allclose(matrices(own)[0], exact, rtol=0, atol=1e-15)
    np.testing.assert_array_equal(own.register_law, [1, 0])


def test_stars_are_exact():
    """Dephasing by an Ising star, exchange with a spin star: both by closed forms."""
    ising = point(kind="ising_star", spins=3, strength=1.2, polarization=0.4, **QUIET)
    exact = IsingStar(np.full(3, 1.2 / np.sqrt(3)), polarizations=0.4).transfer(TIMES)
    found = evolved(ising.built_environment)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-12)
    listed = point(kind="ising_star", strengths=[0.5, 1.1], **QUIET)
    exact = IsingStar([0.5, 1.1]).transfer(TIMES)
    np.testing.assert_allclose(
        evolved(listed.built_environment), exact, rtol=0, atol=1e-12
    )
    spin = point(kind="spin_star", spins=3, strength=0.8, **QUIET)
    exact = SpinStar(3, 0.8 / (2 * np.sqrt(3))).transfer(TIMES)
    found = evolved(spin.built_environment)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("interaction", "coupled"),
    [
        ("exchange", [[0, 1], [0, 0]]),
        ("x", [[0, 1], [1, 0]]),
        ("y", [[0, -1j], [1j, 0]]),
        ("z", [[1, 0], [0, -1]]),
    ],
)
def test_lorentzian_is_the_pseudomode(interaction, coupled):
    """Along an axis the qubit couples by σ."""
    own = point(
        kind="lorentzian",
        rate=0.7,
        width=0.4,
        detuning=0.2,
        levels=4,
        interaction=interaction,
        **QUIET,
    ).built_environment
    bath = Bosonic.lorentzian(rate=0.7, width=0.4, frequency=0.2)
    rho = np.array([[0.7, 0.2 - 0.3j], [0.2 + 0.3j, 0.3]])
    exact = pseudomode(H, rho, TIMES, bath, np.array(coupled), levels=4).states
    found = apply_transfer(evolved(own, H), rho)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", SYSTEMS)
def test_local_noise_is_qutips(name):
    """Damping into a thermal bath and dephasing of every part."""
    rates = {"gamma_1": 0.3, "n_thermal": 0.4, "gamma_phi": 0.2}
    one = point(SYSTEMS[name], kind="lindblad", **rates)
    d = one.dims[0]
    if name == "qubits":
        down = [
            qutip.tensor(qutip.sigmam(), qutip.qeye(2)),
            qutip.tensor(qutip.qeye(2), qutip.sigmam()),
        ]
        flat = [(c.dag() * c - c * c.dag()) / 2 for c in down]
    elif name == "oscillator":
        down = [qutip.destroy(d)]
        flat = [down[0].dag() * down[0]]
    else:
        down = [qutip.jmat((d - 1) / 2, "-")]
        flat = [qutip.jmat((d - 1) / 2, "z")]
    c_ops = [np.sqrt(0.3 * 1.4) * c for c in down]
    c_ops += [np.sqrt(0.3 * 0.4) * c.dag() for c in down]
    c_ops += [np.sqrt(2 * 0.2) * c for c in flat]
    exact = to_transfer(liouvillian(np.zeros((d, d)), [c.full() for c in c_ops]))
    found = matrices(one.built_environment)[0]
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-12)


def test_fields_and_jumps_of_numbers_are_taken_as_they_are():
    F = np.array([[[1, 0.5 - 1j], [0.5 + 1j, -1]], [[0, 1], [1, 0.2]]])
    rates = np.array([[0, 0.3], [0.7, 0]])
    own = PointSettings.from_tables(
        {
            "environment": {
                "kind": "fields",
                "fields": np.stack([F.real, F.imag], -1).tolist(),
                "rates": rates.tolist(),
                "kappa": 2.0,
                "b": 0.0,
                **QUIET,
            }
        }
    ).built_environment
    np.testing.assert_allclose(own.noise.hamiltonians, F, rtol=0, atol=1e-15)
    np.testing.assert_allclose(
        own.noise.jumps[0, 1][0], np.sqrt(0.6) * np.eye(2), rtol=0, atol=1e-15
    )
    np.testing.assert_allclose(
        own.noise.jumps[1, 0][0], np.sqrt(1.4) * np.eye(2), rtol=0, atol=1e-15
    )
    assert own.control_names == ("x", "y", "z")


def test_level_resolved_controls_have_names_of_their_own():
    own = point(kind="telegraph", level_resolved=True).built_environment
    assert own.control_names[:2] == ("x[0]", "x[1]")


def test_equal_environments_are_one_object():
    """Points of a grid share what they build, also where systems differ."""
    one = point({"theta": 0.3}, kind="fields", h=2.0)
    other = point({"theta": 0.4, "frequency": 1.0}, kind="fields", h=2.0)
    assert one.built_environment is other.built_environment
    assert one.training_environment is one.built_environment
    assert one.built_system is not other.built_system
    assert one.built_system is point({"theta": 0.3}).built_system


def test_own_functions_take_the_entries_of_their_table():
    one = PointSettings.from_tables(
        {
            "system": {
                "kind": "studies.sweeps.own_parts:tilted_spin",
                "angle": 0.3,
                "levels": 4,
            },
            "environment": {
                "kind": "studies.sweeps.own_parts:damped",
                "rate": 0.5,
                "powers": [1, 2],
            },
        }
    )
    one.build()
    assert one.dims == (4,)
    np.testing.assert_allclose(one.built_system.rho0[1, 0], np.sin(0.3) * np.cos(0.3))
    jump = one.built_environment.noise.jumps[0, 0][0]
    np.testing.assert_allclose(jump[1, 0], np.sqrt(0.75), rtol=1e-15)


MISTAKES = [
    ({}, {"kind": "bath"}, r"`environment\.kind` must be one of 'reference', 'fields'"),
    ({}, {"kind": "lindblad", "levels": 2}, "must be a known setting"),
    ("qutrit", {}, r"another than 'reference', which is that of a qubit.* 3 levels"),
    ("qutrit", {"kind": "two_band"}, r"`environment\.kind` must be another one"),
    ("qutrit", {"kind": "fields", "controls": "qubits"}, r"'spin' or 'ladder' for a"),
    ({}, {"kind": "fields", "coupling": True}, r"must be left out with spin controls"),
    ({}, {"kind": "fields", "h": 0.0}, r"`environment\.h` must be a number above 0"),
    ({}, {"kind": "fields", "levels": 2, "directions": [[0, 0, 1]]}, "left out with"),
    ({}, {"kind": "fields", "directions": [[0, 0, 0]]}, "vectors of nonzero length"),
    ({}, {"kind": "fields", "fields": [[[0, 1], [0, 0]]]}, "must be Hermitian"),
    ("qutrit", {"kind": "fields", "fields": [[[0, 1], [1, 0]]]}, r"shape \(n, 3, 3\)"),
    ({}, {"kind": "fields", "rates": [[0, 1], [1, 0]]}, r"must have shape \(4, 4\)"),
    (
        {},
        {"kind": "fields", "levels": 2, "rates": [[0, -1], [1, 0]]},
        "rates that are not negative",
    ),
    ({}, {"kind": "lindblad", "jumps": [[1, 0], [0, 1]]}, "must be a list of matrices"),
    (
        {},
        {"kind": "lorentzian", "level_resolved": True},
        "where the environment has no",
    ),
    ({}, {"kind": "ising_star", "strengths": [1.0], "spins": 2}, "must be left out"),
    ({}, {"kind": "ising_star", "polarization": 1.5}, "at least -1 and at most 1"),
    (
        {},
        {"kind": "studies.sweeps.own_parts:gone"},
        "must name a function as module:function that",
    ),
    (
        {},
        {"kind": "studies.sweeps.own_parts:NO_FUNCTION"},
        "must name a function, but names a int",
    ),
    (
        {},
        {"kind": "studies.sweeps.own_parts:nothing"},
        "returns a float without d, n_controls",
    ),
    (
        {},
        {"kind": "studies.sweeps.own_parts:damped"},
        "missing a required argument: 'rate'",
    ),
    (
        {},
        {"kind": "studies.sweeps.own_parts:damped", "rate": 1.0, "speed": 2},
        r"`environment\.speed` must fit the function studies.sweeps.own_parts:damped",
    ),
]


@pytest.mark.parametrize(("system", "environment", "sentence"), MISTAKES)
def test_mistakes_are_named(system, environment, sentence):
    with pytest.raises(SettingsError, match=sentence):
        point(SYSTEMS.get(system) if system else {}, **environment).build()


COSTS = [
    ({"target": "nand"}, r"`cost\.target` must be one of 'identity', 'fourier'"),
    ({"target": [[1, 1], [0, 1]]}, r"`cost\.target` must be a unitary matrix, but U U"),
    ({"target": "swap"}, r"must have the size of the system, 2, but 'swap' has 4"),
    ({"readouts": [0.5, 0.25]}, r"`cost\.readouts` must increase"),
    ({"readouts": [0.5, 1.5]}, r"`cost\.readouts` must be a list of fractions"),
    ({"weights": [1.0]}, r"one number for each of the 4 readouts, but holds 1"),
    ({"weights": [0.0] * 4}, r"`cost\.weights` must not be all zero"),
    ({"protect": "subspace"}, r"must go together"),
    ({"levels": [0]}, r"`cost\.levels` must go together"),
    ({"protect": "subspace", "levels": [2]}, r"different levels below 2"),
    ({"protect": "subspace", "subspace": [[1], [1]]}, r"orthonormal columns"),
    ({"protect": "subspace", "subspace": [[1], [0], [0]]}, r"shape \(2, k\)"),
]


@pytest.mark.parametrize(("cost", "sentence"), COSTS)
def test_mistakes_in_costs_are_named(cost, sentence):
    with pytest.raises(SettingsError, match=sentence):
        PointSettings.from_tables({"cost": cost}).check()


def test_costs_are_those_of_their_settings():
    """A Hadamard gate, one initial state, and a subspace of a qutrit."""
    one = PointSettings.from_tables(
        {"cost": {"target": "hadamard"}, "learning": {"cost_controls": 0.25}}
    ).protection_cost
    hadamard = qutip.gates.hadamard_transform().full()
    np.testing.assert_allclose(one.target, hadamard, rtol=0, atol=1e-15)
    assert one.controls == 0.25
    one = PointSettings.from_tables(
        {"cost": {"protect": "initial"}, "system": {"theta": 0.4}}
    )
    np.testing.assert_array_equal(
        one.protection_cost.states, one.built_system.rho0[None]
    )
    tables = {"cost": {"protect": "subspace", "levels": [2, 0]}, "system": {}}
    tables["system"] = {"kind": "qutrit"}
    tables["environment"] = {"kind": "fields"}
    cost = PointSettings.from_tables(tables).protection_cost
    np.testing.assert_array_equal(cost.subspace, np.eye(3)[:, [2, 0]])
