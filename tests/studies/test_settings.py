"""Settings: the reference by default, and one sentence for each mistake."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import qutip
from pydantic import ValidationError

from oqnn.encoding import CorrelationMap
from oqnn.environments.problem import check_steps
from oqnn.spiking import init_network, motif_network, pair_loadings
from oqnn.studies import SettingsError, StudySettings
from oqnn.studies.provenance import fingerprint
from oqnn.studies.training import environment_of, rule_of

TILTED = np.array([1, 0, 0, np.exp(0.25j * np.pi)]) / np.sqrt(2)


def test_defaults_are_the_reference_setting():
    settings = StudySettings()
    environment, learning = settings.environment, settings.learning
    assert (environment.levels, environment.xi, environment.kappa) == (4, 1.0, 0.2)
    assert (environment.epsilon, environment.b, environment.h) == (0.1, 0.5, 8.0)
    assert environment.gamma_1 == environment.gamma_phi == 0.004
    assert (learning.neurons, learning.tau, learning.period) == (4, 0.1, 8.0)
    assert (learning.slices, learning.substeps, learning.epochs) == (80, 8, 2000)
    assert (learning.seeds, learning.first_seed, learning.friction) == (8, 0, 0.9)
    assert learning.eta / learning.omega == pytest.approx(0.3, rel=1e-15)
    assert (learning.cost_controls, learning.cost_weights) == (1e-4, 1e-6)
    assert (settings.plain.seeds, settings.plain.first_seed) == (40, 1000)
    assert settings.materials == ("bare", "plain", "engineered", "xy8", "learning")
    times = settings.times.grid()
    np.testing.assert_allclose(times, 0.2 * np.arange(401), rtol=0, atol=1e-13)
    assert settings.system.kept == (2,)
    bell = qutip.bell_state("00").proj().full()
    np.testing.assert_allclose(settings.system.rho0, bell, atol=1e-15)


def test_settings_read_from_a_file(tmp_path):
    np.save(tmp_path / "state.npy", TILTED)
    (tmp_path / "study.toml").write_text(
        'materials = ["learning", "bare"]\nlearning.epochs = 5\n'
        '[system]\nstate = "state.npy"\n[times]\nvalues = [0, 0.5, 2]\n'
    )
    settings = StudySettings.from_toml(tmp_path / "study.toml")
    assert settings.materials == ("learning", "bare")
    assert settings.learning.epochs == 5
    np.testing.assert_array_equal(settings.times.grid(), [0, 0.5, 2])
    np.testing.assert_array_equal(settings.system.rho0, np.outer(TILTED, TILTED.conj()))


@pytest.mark.parametrize(
    "state",
    [
        qutip.Qobj(TILTED, dims=[[2, 2], [1, 1]]),
        TILTED,
        np.outer(TILTED, TILTED.conj()),
        [[[x.real, x.imag] for x in row] for row in np.outer(TILTED, TILTED.conj())],
    ],
    ids=["qobj", "ket", "matrix", "pairs"],
)
def test_states_of_any_form_have_the_same_settings(state):
    """The dictionary holds numbers and no path, and gives the same settings back."""
    settings = StudySettings(system={"state": state})
    values = settings.to_dict()
    back = StudySettings.from_dict(json.loads(json.dumps(values)))
    assert back == settings
    np.testing.assert_array_equal(back.system.rho0, np.outer(TILTED, TILTED.conj()))
    reference = StudySettings(system={"state": TILTED})
    assert fingerprint(values) == fingerprint(reference.to_dict())


def test_one_qubit_has_no_kept_partner():
    rho = np.array([[0.7, 0.3 - 0.2j], [0.3 + 0.2j, 0.3]])
    settings = StudySettings(system={"state": rho})
    assert settings.system.kept == ()
    np.testing.assert_array_equal(settings.system.rho0, rho)


def test_the_hamiltonian_of_the_qubit_returns():
    H = qutip.Qobj([[0.5, 0.2 - 0.3j], [0.2 + 0.3j, -0.1]])
    settings = StudySettings(system={"hamiltonian": H})
    np.testing.assert_array_equal(settings.system.H, H.full())
    assert StudySettings.from_dict(settings.to_dict()) == settings
    with pytest.raises(SettingsError, match=r"`system\.hamiltonian` must be Hermitian"):
        StudySettings(system={"hamiltonian": [[0, 1], [0, 0]]})
    with pytest.raises(SettingsError, match=r"`system\.hamiltonian` must have shape"):
        StudySettings(system={"hamiltonian": np.eye(4)})


@pytest.mark.parametrize("times", [{"values": (0, 1, 2.5)}, {"stop": 3, "step": 0.5}])
def test_dictionaries_give_the_settings_back(times):
    settings = StudySettings(times=times, learning={"eta": 1, "warm_start": True})
    assert StudySettings.from_dict(settings.to_dict()) == settings
    assert settings.learning.eta == 1.0
    same = StudySettings(times=times, learning={"eta": 1.0, "warm_start": True})
    assert fingerprint(settings.to_dict()) == fingerprint(same.to_dict())


def test_replaced_changes_one_value_and_checks_it():
    settings = StudySettings(seed=3)
    assert settings.replaced({"learning.epochs": 4, "seed": 5}) == StudySettings(
        seed=5, learning={"epochs": 4}
    )
    assert settings.seed == 3
    with pytest.raises(SettingsError, match=r"`learning\.seeds` must be an integer of"):
        settings.replaced({"learning.seeds": 0})


def test_quick_only_makes_smaller():
    settings = StudySettings.quick()
    assert settings.learning.epochs < StudySettings().learning.epochs
    assert settings.environment == StudySettings().environment
    small = StudySettings(learning={"epochs": 2}, spikes={"times": 0}).quickened()
    assert (small.learning.epochs, small.spikes.times) == (2, 0)


MISTAKES = [
    (
        "learning.epochs",
        {"learning": {"epochs": -3}},
        "must be an integer of at least 1, but is -3.",
    ),
    (
        "learning.epochs",
        {"learning": {"epochs": 2.0}},
        "must be an integer of at least 1, but is 2.0.",
    ),
    (
        "learning.epochs",
        {"learning": {"epochs": True}},
        "must be an integer of at least 1, but is true.",
    ),
    (
        "learning.slices",
        {"learning": {"slices": 6}},
        "must be a multiple of 4 of at least 4, but is 6.",
    ),
    ("learning.tau", {"learning": {"tau": 0}}, "must be a number above 0, but is 0."),
    (
        "learning.tau",
        {"learning": {"tau": float("nan")}},
        "must be a number above 0, but is nan.",
    ),
    (
        "learning.warm_start",
        {"learning": {"warm_start": 1}},
        "must be true or false, but is 1.",
    ),
    (
        "environment.b",
        {"environment": {"b": 2}},
        "must be a number of at least 0 and at most 1, but",
    ),
    ("learning", {"learning": 3}, "must be a table of settings, but is 3."),
    (
        "materials",
        {"materials": ["gold"]},
        "must be a list of 'bare', 'plain', 'engineered', ",
    ),
    (
        "materials",
        {"materials": ["bare", "bare"]},
        "each once, but is ['bare', 'bare'].",
    ),
    (
        "materials",
        {"materials": []},
        "must name at least one material, and each once, but is [].",
    ),
    (
        "times",
        {"times": {"step": 0.3}},
        "in whole steps, but (stop - start) / step = 266.667.",
    ),
    (
        "times",
        {"times": {"stop": 1, "start": 2}},
        "must go from start to stop in whole steps",
    ),
    (
        "times",
        {"times": {"values": [0, 1], "step": 1}},
        "must have either values or a grid",
    ),
    (
        "times.values",
        {"times": {"values": [0, 2, 1]}},
        "must increase strictly, but times.values[1]",
    ),
    (
        "times.values",
        {"times": {"values": [-1, 2]}},
        "must not start before 0, but at -1.0.",
    ),
    (
        "times.values",
        {"times": {"values": [0, "x"]}},
        "must be a list of increasing numbers, but hold",
    ),
    ("system.state", {"system": {"state": "gone.npy"}}, "gone.npy does not exist."),
    (
        "system.state",
        {"system": {"state": 2 * np.eye(2)}},
        "must have trace 1, but has trace 4.",
    ),
    (
        "system.state",
        {"system": {"state": np.eye(3) / 3}},
        "must have shape (2, 2) or (4, 4), but has",
    ),
    (
        "system.state",
        {"system": {"state": [["a"]]}},
        "must be 'bell', the name of a .npy file, or",
    ),
    (
        "system.state",
        {"system": {"state": [[0.5, [0, 0.5]], [[0, -0.5], 0.5]]}},
        "rows of numbers, or, if any is complex, then all as [re, im], but is",
    ),
    ("times", {"times": {"step": 1e-12}}, "at most 100000 times, but holds 8e+13."),
    (
        "times",
        {"times": {"stop": 1e308, "step": 1e-9}},
        "at most 100000 times, but holds inf.",
    ),
    (
        "times.values",
        {"times": {"values": range(100_001)}},
        "at most 100000 times, but holds 100001.",
    ),
    (
        "learning.initial_scale",
        {"learning": {"initial_scale": 0}},
        "must be a number above 0, but is 0.",
    ),
    (
        "learning.substeps",
        {"learning": {"slices": 4}},
        "must be at least 120 with 4 slices of a period of 8, so that",
    ),
    (
        "learning.substeps",
        {"learning": {"tau": 0.01}},
        "short for tau = 0.01 and for the fields, but is 8. More slices",
    ),
    (
        "learning.substeps",
        {"environment": {"h": 80}},
        "80 slices of a period of 8, so that steps are short",
    ),
    (
        "environment.h",
        {"environment": {"h": 6.2}, "materials": ["xy8"]},
        "must be at least 2π = 6.2832 for the material xy8",
    ),
    (
        "spikes.measure_steps",
        {"spikes": {"measure_steps": 20_050}},
        "must be a multiple of 100 of at least 100, but is 20050.",
    ),
    (
        "spikes.sources",
        {"spikes": {"neurons": 6, "sources": 18}},
        "must be above 18, the neurons that a network may need",
    ),
    (
        "spikes.sources",
        {"spikes": {"neurons": 63, "sources": 64}},
        "must be above 64, the neurons that a network may need",
    ),
    (
        "spikes.sources",
        {"spikes": {"sources": 16}, "system": {"state": [1, 0]}},
        "must be above 16, the neurons that a network may need",
    ),
    (
        "spikes.neurons",
        {"spikes": {"neurons": 2}, "system": {"state": [1, 0]}},
        "must be at least 3 for one qubit, but is 2.",
    ),
]


@pytest.mark.parametrize(("key", "values", "sentence"), MISTAKES)
def test_mistakes_are_told_in_a_sentence(key, values, sentence):
    with pytest.raises(SettingsError) as caught:
        StudySettings(**values)
    message = str(caught.value)
    assert message.startswith(f"`{key}` must")
    assert sentence in message
    assert "\n" not in message


def test_only_what_is_asked_for_must_fit():
    """Without the material, or without spikes, its settings may be anything."""
    StudySettings(materials=["bare"], environment={"h": 0}, learning={"slices": 4})
    StudySettings(spikes={"times": 0, "neurons": 1, "sources": 1})
    times = StudySettings(times={"stop": 99_999, "step": 1}).times.grid()
    assert len(times) == 100_000


@pytest.mark.parametrize(
    "values",
    [
        {"learning": {"slices": 4}},
        {"environment": {"h": 50, "levels": 2}},
        {"learning": {"tau": 0.01}, "system": {"hamiltonian": [[0, 9], [9, 0]]}},
    ],
)
def test_substeps_are_refused_where_the_learning_refuses_them(values):
    """The least number that the message names is the least with which learning goes."""
    with pytest.raises(SettingsError) as caught:
        StudySettings(**values)
    least = int(re.search(r"at least (\d+)", str(caught.value))[1])
    learning = {**values.get("learning", {}), "substeps": least}
    settings = StudySettings(**{**values, "learning": learning})
    parts = environment_of(settings).generator(settings.system.H).matrices()
    rule = rule_of(settings)
    check_steps(parts, rule)
    with pytest.raises(ValueError, match=f"`resolution` must be at least {least} "):
        check_steps(parts, replace(rule, resolution=least - 2))


@pytest.mark.parametrize(
    ("state", "neurons", "sources"), [([1, 0], 5, 6), (np.eye(4) / 4, 6, 19)]
)
def test_as_many_sources_as_asked_for_are_enough(state, neurons, sources):
    """The maximally mixed pair needs a driver and a relay for each spin."""
    settings = StudySettings(
        system={"state": state}, spikes={"neurons": neurons, "sources": sources}
    )
    rho = settings.system.rho0
    spins = CorrelationMap(round(np.log2(len(rho))))
    loadings = pair_loadings(
        spins.n_spins, spins.products, spins.chi_from_state(rho).ravel()[1:]
    )
    if len(rho) == 2:
        network = init_network(neurons, sources)
    else:
        size = spins.n_spins + 2 * loadings.shape[1]
        network = motif_network(loadings, size, sources)
        with pytest.raises(ValueError, match="`n_sources` must be at least 19"):
            motif_network(loadings, size, sources - 1)
    assert network.n_sources == sources


def test_unknown_settings_are_refused_with_a_guess():
    with pytest.raises(SettingsError, match=r"Did you mean `learning\.epochs`\?"):
        StudySettings(learning={"epoch": 3})
    with pytest.raises(SettingsError, match=r"`lerning` must be a known .* `learning`"):
        StudySettings(lerning={})
    with pytest.raises(SettingsError, match="Known here: seeds, first_seed"):
        StudySettings(plain={"qqq": 3})
    with pytest.raises(SettingsError, match="And 2 others are wrong"):
        StudySettings(seed=-1, plain={"seeds": 0}, learning={"epochs": 0})


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("seed = 1\n\n[learning]\n# epochs = 1\nepochs = -3\n", "line 5: `learning.e"),
        ("[plain]\nseeds=2\n[ learning ] # x\n  'epochs'= -3", "line 4: `learning.ep"),
        ("learning . epochs = -3", "line 1: `learning.epochs`"),
        ("seed = 1\nlearning = {tau=1, epochs=-3}", "line 2: `learning.epochs`"),
        ("\n[times]\nstop=1\nstep=0.3", "line 2: `times` must go"),
        ("times.stop=1\n\ntimes.step=0.3", "line 1: `times` must go"),
        ("seed=1\n[learning]\nslices=4", "line 2: `learning.substeps` must be"),
        ("[spikes]\nneurons=64\nsources=64", "line 3: `spikes.sources` must be"),
        ("\n[lerning]\nepochs=1", "line 2: `lerning` must be a known"),
        ("\n[plain]\nepochs=1", "line 3: `plain.epochs` must be a known"),
        ("a = = 1", " is no valid TOML: Invalid value (at line 1, column 5)."),
    ],
)
def test_mistakes_in_a_file_are_told_with_the_line(tmp_path, text, start):
    (tmp_path / "study.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        StudySettings.from_toml(tmp_path / "study.toml")
    message = str(caught.value).removeprefix("study.toml").removeprefix(", ")
    assert message.startswith(start)


def test_files_that_are_no_settings_or_states_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.toml does not exist"):
        StudySettings.from_toml(tmp_path / "gone.toml")
    with pytest.raises(SettingsError, match=r"must be a TOML file, but .* is a folder"):
        StudySettings.from_toml(tmp_path)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"bytes\.toml is no valid TOML"):
        StudySettings.from_toml(tmp_path / "bytes.toml")
    (tmp_path / "text.npy").write_text("1 0")
    with pytest.raises(SettingsError, match=r"text\.npy holds no array of numbers"):
        StudySettings(system={"state": tmp_path / "text.npy"})


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        StudySettings().seed = 3
