"""Descriptions of sweeps: axes, both ways through TOML, and what is refused where."""

import time
import tomllib

import numpy as np
import pytest

from oqnn.environments import (
    ReferenceEnvironment,
    engineered_material,
    readout_infidelity,
)
from oqnn.studies import SettingsError
from oqnn.studies.settings_errors import line_of
from oqnn.studies.sweeps.description.reading import is_sweep
from oqnn.studies.sweeps.description.settings import SweepSettings

TOML = """\
seed = 3
materials = ["bare", "learning"]

[system]
kind = "pair"
state = ["schmidt", "maximal"]
kept = { values = [2, 3] }

[environment]
h = [2.0, 4.0, 8.0]
kappa = { from = 0.05, to = 0.8, count = 2, spacing = "log" }

[training]
kappa = 0.2

[learning]
epochs = [3, 4, 5]

[sweep]
seeds = 2
zip = [["environment.h", "learning.epochs"]]
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        (tmp_path / "study.toml").write_text(text)
        return tmp_path / "study.toml"

    return write


def test_a_file_becomes_axes_by_table_and_name(written):
    settings = SweepSettings.from_toml(written(TOML))
    assert [axis.names for axis in settings.axes] == [
        ("system.kept",),
        ("system.state",),
        ("environment.h", "learning.epochs"),
        ("environment.kappa",),
    ]
    assert [len(axis) for axis in settings.axes] == [2, 2, 3, 2]
    assert settings.axes[2].values == ((2.0, 4.0, 8.0), (3, 4, 5))
    combinations = settings.combinations
    assert len(combinations) == 24
    assert [*combinations[0].values()] == [2, "schmidt", 2.0, 3, 0.05]
    assert [*combinations[1].values()] == [2, "schmidt", 2.0, 3, 0.8]
    assert [*combinations[-1].values()] == [3, "maximal", 8.0, 5, 0.8]


def test_points_have_the_values_of_their_coordinates(written):
    settings = SweepSettings.from_toml(written(TOML))
    one = settings.point(settings.combinations[-1])
    assert one.environment.h == one.training.h == 8.0
    assert (one.environment.kappa, one.training.kappa) == (0.8, 0.2)
    assert one.learning.epochs == 5
    assert one.dims == (2, 3)
    assert settings.point({}).environment.h == 2.0


def test_descriptions_return_from_toml_and_dictionaries(written):
    settings = SweepSettings.from_toml(written(TOML))
    again = SweepSettings.from_toml(written(settings.to_toml()))
    assert again == settings
    assert again.combinations == settings.combinations
    assert SweepSettings.from_dict(settings.to_dict()) == settings
    assert is_sweep(written(settings.to_toml()))
    assert not is_sweep(written("[learning]\nepochs = 3\n"))


def test_arrays_are_read_beside_the_file(written, tmp_path):
    ket = np.array([0.6, 0.8j])
    np.save(tmp_path / "tilted.npy", ket)
    text = '[system]\nstate = ["tilted.npy", "plus"]\n[sweep]\n'
    settings = SweepSettings.from_toml(written(text))
    states = [settings.point(c).built_system.rho0 for c in settings.combinations]
    np.testing.assert_allclose(states[0], np.outer(ket, ket.conj()), atol=1e-15)
    np.testing.assert_allclose(states[1], np.full((2, 2), 0.5), atol=1e-15)
    assert "tilted" not in settings.to_toml()
    assert SweepSettings(**tomllib.loads(settings.to_toml())) == settings
    with pytest.raises(
        SettingsError, match=r"line 2: `system\.state` must name a .npy"
    ):
        SweepSettings.from_toml(written('[system]\nstate = "gone.npy"\n'))


def test_python_arrays_are_taken(written):
    ket = np.array([0.6, 0.8j])
    settings = SweepSettings(
        system={"state": ket}, environment={"h": np.array([2.0, 3.0])}
    )
    assert settings.axes[0].values == ((2.0, 3.0),)
    rho = settings.point({}).built_system.rho0
    np.testing.assert_allclose(rho, np.outer(ket, ket.conj()), atol=1e-15)


def test_kinds_may_be_swept_with_entries_that_only_some_know():
    settings = SweepSettings(
        materials=["bare"],
        environment={
            "kind": ["reference", "telegraph"],
            "splitting": 2.0,
            "xi": 1.5,
            "h": [3.0, 4.0],
        },
    )
    last = settings.point(settings.combinations[-1])
    assert (last.environment.kind, last.environment.splitting) == ("telegraph", 2.0)
    assert settings.point({}).environment.xi == 1.5


def test_training_of_another_kind_stands_alone():
    settings = SweepSettings(
        materials=["plain"],
        environment={"kind": "telegraph", "splitting": [1.0, 2.0]},
        training={"kind": "fields", "xi": 0.5},
    )
    one = settings.point(settings.combinations[1])
    assert (one.environment.kind, one.training.kind) == ("telegraph", "fields")
    assert one.training.xi == 0.5


PLACES = [
    ("[environment]\nh = 3\nkapa = 1\n", 3, r"Did you mean `environment\.kappa`\?"),
    ("[environment]\nkappa = [0.1, -1.0]\n", 2, "but is -1.0. It is value 2 of 2"),
    (
        "[environment]\nkappa = [\n  0.1, # first, [so\n  -1.0,\n]\n",
        4,
        r"`environment\.kappa` must be a number of at least 0, but is -1.0",
    ),
    (
        "[environment]\nkappa = {from = -1, to = 1, count = 3}\n",
        2,
        "It is value 1 of 3",
    ),
    ("[environment]\nkappa = {from = 0, to = 1}\n", 2, "must be a range of from, to"),
    ("[environment]\nkappa = []\n", 2, "at least one value, but has none"),
    ("[training]\nh = -1.0\n", 2, r"`training\.h` must be a number of at least 0"),
    (
        "[environment]\nkappa = [1.0, 2.0]\nlevels = [4, 5]\n",
        3,
        r"`environment\.levels` must be an integer of at least 1 and at most 4",
    ),
    (
        "[times]\nstop = [1.0, 1.1]\nstep = 0.5\n",
        1,
        r"\(stop - start\) / step = 2.2. This is at times.stop = 1.1",
    ),
    (
        '[system]\nkind = ["qubit", "qutrit"]\n[environment]\nkappa = [1.0, 2.0]\n',
        3,
        "that of a qubit, for a system of 3 levels. Try 'fields'. This is at "
        "system.kind = 'qutrit' and environment.kappa = 1.0",
    ),
    (
        '[environment]\nkind = ["fields", "lindblad"]\nxi = [1.0, 2.0]\n',
        3,
        r"`environment\.xi` must be a known setting",
    ),
    (
        '[system]\nstate = ["plus", "bloch"]\ntheta = [0.1, 0.2]\n',
        3,
        "'plus' does not depend on it. This is at system.state = 'plus' and",
    ),
    (
        'materials = ["learning"]\n[environment]\nh = [8.0, 200.0]\n',
        None,
        r"`learning\.substeps` must be at least \d+ .* at environment\.h = 200",
    ),
    (
        'materials = ["learning"]\n[cost]\nreadouts = [0.33, 1.0]\n',
        3,
        "must fall on the ends of slices, which are multiples of 1/80",
    ),
    (
        'materials = ["learning"]\n[learning]\nneurons = 3\n',
        3,
        r"`learning\.neurons` must be at least 4, one for each control",
    ),
    (
        'materials = ["plain"]\n[system]\nkind = "qubits"\ncount = [2, 3]\n'
        '[environment]\nkind = "telegraph"\n[learning]\nneurons = 6\n',
        8,
        r"must be at least 9, one for each .* but is 6\. This is at system\.count = 3",
    ),
    ('materials = [\n"bare",\n"gold",\n]\n', 3, "but one is 'gold'"),
    ('materials = ["bare", "bare"]\n', 1, "must name each once, but 'bare' twice"),
    ("materials = []\n", 1, "must name at least one material"),
    ('[sweep]\nmeasures = ["purity", "truth"]\n', 2, r"`sweep\.measures` must be"),
    ('[sweep]\nmeasures = ["negativity"]\n', 2, "wants a kept partner, such as"),
    ('[sweep]\nviews = ["hologram"]\n', 2, "among 'density_matrix', 'wigner'"),
    ("[sweep]\nmeasures = []\n", 2, "at least one measure, or `sweep.views` a view"),
    ("[sweep]\nseeds = 0\n", 2, "must be an integer of at least 1, but is 0"),
    ("[sweep]\nblocks = 3\n", 2, r"Did you mean `sweep\.block`\?"),
    (
        '[environment]\nh = [1.0, 2.0]\n[sweep]\nzip = [["environment.h", "a.b"]]\n',
        4,
        "must name parameters that are swept, but 'a.b' is not",
    ),
    (
        "[environment]\nh = [1.0, 2.0]\nxi = [1.0, 2.0, 3.0]\n[sweep]\n"
        'zip = [["environment.h", "environment.xi"]]\n',
        5,
        "equally many values, but environment.h has 2, environment.xi has 3",
    ),
    (
        "[environment]\nh = [1.0, 1.0]\nxi = [2.0, 2.0]\n[sweep]\n"
        'zip = [["environment.h", "environment.xi"]]\n',
        2,
        r"must name each value once, but \[1.0, 2.0\] is its value 1 and 2",
    ),
    ("environment = 3\n", 1, r"`environment` must be a table of settings, but is 3"),
    ("[environment]\nh = nan\n", 2, r"`environment\.h` must hold finite numbers, but "),
    ("[environment]\nh = [1.0, inf]\n", 2, "must hold finite numbers, but holds inf"),
    (f"[environment]\nh = [1.0, {10**400}]\n", 2, "hold finite numbers, but holds 10"),
    ("[environment]\nh = 2020-01-01\n", 2, "but holds '2020-01-01', a date"),
    ('[system]\nkind = "oscillator"\nalpha = 1e200\n', 3, "at most 8, but is 1e"),
    ('[system]\nkind = ".x:f"\n', 2, r"`system\.kind` must name .* relative import"),
    ('[system]\nkind = "math:sqrt"\n', 2, r"`system\.kind` must fit the function"),
    ('[environment]\nkind = "os:getcwd"\n', 2, "returns an environment, but it .* str"),
    (
        '[cost]\nprotect = "most"\n',
        2,
        r"`cost\.protect` must be 'all', 'initial' or 'subspace', but is 'most'",
    ),
    (
        "[environment]\nh = [1.0, 2.0]\nxi = [1.0, 2.0]\nb = [0.1, 0.2]\n[sweep]\n"
        'zip = [["environment.h", "environment.xi"], ["environment.h", '
        '"environment.b"]]\n',
        6,
        "must name each parameter once, but 'environment.h' is named 2 times",
    ),
    (
        "[system]\nstate = [\n[1.0],\n[0.0]\n]\n[environment]\nlevels = 9\n",
        7,
        r"`environment\.levels` must be an integer of at least 1 and at most 4",
    ),
    ("[[sweep]]\nseeds = 3\n", 1, r"`sweep` must be a table of settings, but is \[{"),
    ("[enviroment]\nh = 3\n", 1, r"Did you mean `environment`\?"),
]


@pytest.mark.parametrize(("text", "line", "sentence"), PLACES)
def test_mistakes_have_their_line_and_key(written, text, line, sentence):
    where = r"study\.toml" if line is None else rf"study\.toml, line {line}: "
    with pytest.raises(SettingsError, match=f"{where}.*{sentence}"):
        SweepSettings.from_toml(written(text))


def test_the_same_value_twice_is_fine_where_parameters_run_together():
    settings = SweepSettings(
        environment={"h": [2.0, 2.0, 4.0], "xi": [0.5, 1.0, 1.0]},
        sweep={"zip": [["environment.h", "environment.xi"]]},
    )
    assert len(settings.combinations) == 3


def test_a_range_of_python_and_the_mark_of_some_editors_are_read(tmp_path):
    settings = SweepSettings(environment={"levels": range(2, 4)})
    assert settings.axes[0].values == ((2, 3),)
    (tmp_path / "marked.toml").write_text("[sweep]\nseeds = 2\n", "utf-8-sig")
    assert is_sweep(tmp_path / "marked.toml")
    assert SweepSettings.from_toml(tmp_path / "marked.toml").sweep.seeds == 2


def test_points_are_asked_for_by_dotted_names():
    settings = SweepSettings(environment={"h": [1.0, 2.0]})
    assert settings.point({"environment.xi": 0.5}).environment.xi == 0.5
    with pytest.raises(SettingsError, match=r"must have dotted names, .* one is 'h'"):
        settings.point({"h": 2.0})
    with pytest.raises(SettingsError, match=r"`environment\.h` must be .* but is -3"):
        settings.point({"environment.h": -3.0})


def test_functions_of_users_are_asked_and_blamed_by_name():
    """An entry that a built-in kind knows goes to a function that takes it too."""
    made = SweepSettings(
        materials=["bare"],
        environment={"kind": ["studies.sweeps.own_parts:any_reference", "reference"]}
        | {"kappa": 0.3},
    )
    assert [p.built_environment.kappa for p in made.points] == [0.3, 0.3]
    with pytest.raises(SettingsError, match=r"`system\.kind` .* raised KeyError: 'x'"):
        SweepSettings(system={"kind": "studies.sweeps.own_parts:faulty"})
    with pytest.raises(SettingsError, match="'spin', 'qubits' or 'ladder', but is"):
        SweepSettings(
            system={"kind": "studies.sweeps.own_parts:tilted_spin", "angle": 0.1}
            | {"controls_kind": "magnet"},
        )


def test_what_is_no_description_is_refused(written, tmp_path):
    with pytest.raises(SettingsError, match=r"study\.toml is no valid TOML"):
        SweepSettings.from_toml(written("h = = 3"))
    with pytest.raises(FileNotFoundError, match=r"gone\.toml does not exist"):
        SweepSettings.from_toml(tmp_path / "gone.toml")
    with pytest.raises(SettingsError, match="is a folder"):
        is_sweep(tmp_path)
    many = {"from": 1, "to": 2, "count": 1000}
    with pytest.raises(SettingsError, match="1000 × 1000 = 1000000"):
        SweepSettings(environment={"h": many, "xi": many})


def test_lines_of_values_skip_comments_texts_and_inner_lists():
    text = '[a]\nb = [ # [1, 2\n  "x,]#", [1,\n  2],\n\n  7 ]\nc = [1, 2]\n'
    assert [line_of(text, ("a", "b"), i) for i in range(3)] == [3, 3, 6]
    assert line_of(text, ("a", "c"), 1) == 7
    assert line_of(text, ("a", "b")) == 2


def test_ten_thousand_combinations_are_checked_in_seconds():
    """About one second of an idle core; the limit allows for a busy one."""
    tenth = {"from": 0.5, "to": 1.5, "count": 10}
    start = time.process_time()
    settings = SweepSettings(
        materials=["bare"],
        environment={"h": tenth, "kappa": tenth, "xi": tenth},
        system={"theta": tenth},
    )
    assert len(settings.combinations) == 10_000
    assert time.process_time() - start < 5


def test_constants_are_searched_for_where_few_starts_miss_the_best():
    """At h = 4 and κ = 0.1, twenty starts from a hundred points end at 0.1325."""

    environment = ReferenceEnvironment(h=4.0, kappa=0.1)
    part = SweepSettings(materials=["engineered"]).point({}).engineered
    found = engineered_material(
        environment, points=part.points, starts=part.starts, seed=3, progress=False
    )
    assert readout_infidelity(found, period=8.0) < 0.1286
