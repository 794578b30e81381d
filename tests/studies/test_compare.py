"""The comparative study from end to end, at a small size."""

import numpy as np
import pytest
import xarray as xr

import oqnn
from oqnn.dynamics import System, evolve
from oqnn.encoding import CorrelationMap
from oqnn.environments import ReferenceEnvironment, bare_material
from oqnn.measures import negativity, squared_distance
from oqnn.studies import Store, Study, StudySettings, run

SMALL = {
    "materials": ["bare", "plain", "xy8", "learning"],
    "times": {"values": [0.0, 0.7, 2.0, 5.0]},
    "learning": {"epochs": 60, "seeds": 2, "slices": 64},
    "plain": {"seeds": 3},
    "spikes": {
        "neurons": 14,
        "sources": 24,
        "epochs": 4,
        "chains": 8,
        "steps": 20,
        "times": 2,
        "measure_steps": 3200,
    },
}


@pytest.fixture(scope="module")
def settings():
    return StudySettings(**SMALL)


@pytest.fixture(scope="module")
def study(settings, tmp_path_factory):
    return run(settings, tmp_path_factory.mktemp("study") / "out", progress=False)


def test_axes_and_units_of_the_dataset(study):
    dataset = study.dataset
    assert dataset.states.dims == ("material", "time", "row", "col")
    assert dataset.states.shape == (4, 4, 4, 4)
    assert dataset.material.values.tolist() == SMALL["materials"]
    assert dataset.time.values.tolist() == SMALL["times"]["values"]
    assert dataset.moments.dims == ("material", "carried", "product")
    assert dataset.carried.values.tolist() == [0.0, 5.0]
    assert study.evolution("plain").sizes["member"] == 3
    assert study.evolution("learning").seed.values.tolist() == [0, 1]


def test_coordinates_and_attributes_name_what_they_are(study):
    dataset = study.dataset
    assert dataset.row.values.tolist() == ["00", "01", "10", "11"]
    assert dataset.control.values.tolist() == ["x", "y", "z", "hopping"]
    assert dataset["product"].values.tolist()[:3] == ["IX", "IY", "IZ"]
    assert dataset.spin.values.tolist() == ["x1", "y1", "z1", "x2", "y2", "z2"]
    assert dataset.time.attrs["units"] == "1/xi"
    assert dataset.coherence_time.attrs["units"] == "1/xi"
    assert "control frame" in dataset.coherence.attrs["long_name"]
    assert dataset.seed.values[[0, 2]].tolist() == [-1, -1]
    assert dataset.seed.values[3] in (0, 1)
    assert "numpy" in dataset.attrs["provenance"]
    diagonal = np.einsum("mtii->mti", dataset.frame_states.values).real
    np.testing.assert_array_equal(dataset.populations, diagonal)


def test_times_of_decay_do_not_depend_on_the_times_of_the_study(study):
    """Bare, table of the reference setting: 1/e time 1.6 and entanglement until 1.8.

    The study ends at 5, between two times that are not on the grids of the measures.
    """
    bare = study.evolution("bare")
    assert bare.coherence_time.item() == pytest.approx(1.6375, abs=1e-9)
    assert bare.entanglement_breaking_time.item() == pytest.approx(1.8, abs=1e-9)
    assert study.evolution("xy8").coherence_time.item() > 30


def test_bare_states_are_those_of_the_generator(study):
    """ρ(t) by `evolve` on the Bell pair, without the maps that the study uses."""
    environment = ReferenceEnvironment()
    ket = np.array([1, 0, 0, 1]) / np.sqrt(2)
    direct = evolve(
        environment.generator(),
        ket,
        SMALL["times"]["values"],
        controls=np.zeros(4),
        register_law=environment.register_law,
    )
    bare = study.evolution("bare")
    np.testing.assert_allclose(bare.states, direct.states, atol=1e-12)
    np.testing.assert_allclose(bare.frame_states, direct.states, atol=1e-12)
    expected = negativity(direct.states, [2, 2])
    np.testing.assert_allclose(bare.negativity[0], expected, atol=1e-12)


def test_the_control_frame_differs_by_a_rotation_of_the_material_qubit(study):
    evolution = study.evolution("xy8")
    lab, frame = evolution.states.values, evolution.frame_states.values
    assert np.abs(lab - frame).max() > 0.1
    spectra = [np.linalg.eigvalsh(states) for states in (lab, frame)]
    np.testing.assert_allclose(*spectra, atol=1e-12)
    kept = [
        np.einsum("taibi->tab", s.reshape(-1, 2, 2, 2, 2).transpose(0, 2, 1, 4, 3))
        for s in (lab, frame)
    ]
    np.testing.assert_allclose(*kept, atol=1e-12)


def test_the_best_learner_represents_the_learning_material(study):
    trained = study.trained("learning")
    best = int(trained.least_cost.values.argmin())
    assert int(study.evolution("learning").representative) == best
    material = study.materials["learning"]
    np.testing.assert_array_equal(material.drive.weights, trained.weights[best])
    np.testing.assert_allclose(trained.cost.min("epoch"), trained.least_cost, rtol=0)


def test_rebuilt_states_and_distances_belong_to_the_moments(study):
    spikes = study.spikes("xy8")
    frame = study.evolution("xy8").frame_states.values[[0, 3]]
    np.testing.assert_array_equal(spikes.target, frame)
    for k in range(2):
        at = spikes.isel(carried=k)
        chi = np.r_[1, at.moments.values].reshape(4, 4)
        np.testing.assert_allclose(
            CorrelationMap(2).state_from_chi(chi), at.rebuilt, atol=1e-14
        )
        gap = at.moments.values - CorrelationMap(2).chi_from_state(frame[k]).ravel()[1:]
        assert float(at.distance) == pytest.approx((gap**2).sum() / 4, abs=1e-12)
        assert float(at.distance) == pytest.approx(
            float(squared_distance(at.rebuilt.values, frame[k])), abs=1e-12
        )
        assert 0 < float(at.distance_error) < 0.1


@pytest.mark.slow
def test_an_interrupted_study_ends_with_the_same_numbers(
    study, settings, tmp_path, monkeypatch
):
    """Stopped between two checkpoints of the learning, and again among the spikes."""
    out = tmp_path / "out"
    save, finish = Store.save_checkpoint, Store.finish

    def stop_after_saving(store, name, arrays):
        save(store, name, arrays)
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "save_checkpoint", stop_after_saving)
    with pytest.raises(KeyboardInterrupt):
        run(settings, out, progress=False)
    monkeypatch.setattr(Store, "save_checkpoint", save)

    def stop_in_spikes(store, block, compute):
        if block.startswith("spikes/xy8") and not store.has("spikes/xy8/00000"):
            finish(store, block, compute)
            raise KeyboardInterrupt
        return finish(store, block, compute)

    monkeypatch.setattr(Store, "finish", stop_in_spikes)
    with pytest.raises(KeyboardInterrupt):
        run(settings, out, progress=False)
    monkeypatch.setattr(Store, "finish", finish)

    resumed = run(settings, out, progress=False)
    for node in study.tree.leaves:
        other = resumed.tree[node.path].to_dataset()
        xr.testing.assert_identical(node.to_dataset().drop_attrs(), other.drop_attrs())
    assert len(resumed.tree.leaves) == len(study.tree.leaves)
    assert not list((out / "checkpoints").glob("*"))


def test_a_finished_study_opens_again(settings, tmp_path):
    less = settings.replaced({"materials": ["bare", "xy8"], "spikes.times": 0})
    first = run(less, tmp_path / "out", progress=False)
    again = Study.open(tmp_path / "out")
    assert again.settings == less
    xr.testing.assert_identical(first.dataset, again.dataset)
    with pytest.raises(ValueError, match="`spikes` must have been computed"):
        again.spikes("bare")


def test_an_unfinished_study_is_refused(study, settings, tmp_path):
    with Store(tmp_path / "out", settings.to_dict()) as store:
        with pytest.raises(ValueError, match="lacks evolution/bare, evolution/plain"):
            Study.open(tmp_path / "out")
        for kind in settings.materials:
            store.write(f"evolution/{kind}", study.evolution(kind).drop_attrs())
    with pytest.raises(ValueError, match="lacks spikes/bare/00000, spikes/bare/00003"):
        Study.open(tmp_path / "out")


def test_materials_and_networks_save_and_load(study, tmp_path):
    times = [0.0, 0.3, 9.1]
    for kind, material in study.materials.items():
        oqnn.save(material, tmp_path / f"{kind}.zarr")
        loaded = oqnn.load(tmp_path / f"{kind}.zarr")
        np.testing.assert_array_equal(loaded.transfer(times), material.transfer(times))
    network = study.network("bare", 1)
    oqnn.save(network, tmp_path / "network.zarr")
    loaded = oqnn.load(tmp_path / "network.zarr")
    np.testing.assert_array_equal(loaded.input_weights, network.input_weights)


@pytest.mark.slow
def test_every_figure_is_drawn(study, tmp_path):
    paths = study.save_figures(tmp_path)
    assert {path.stem for path in paths} >= {
        "density_matrix",
        "measures",
        "learning",
        "drive",
        "carried",
        "elements",
        "margin",
        "spikes_learning",
        "weights",
        "wigner",
    }
    assert all(path.stat().st_size > 5000 for path in paths)


def test_a_single_qubit_with_a_hamiltonian(tmp_path):
    """Without noise or controls the state precesses: ρ01 turns by exp(−iωt)."""
    omega, times = 0.9, np.array([0.0, 1.0, 2.5])
    rho0 = np.array([[0.7, 0.2 - 0.3j], [0.2 + 0.3j, 0.3]])
    system = System(omega / 2 * np.diag([1, -1]), rho0)
    still = {"xi": 0.0, "kappa": 0.0, "gamma_1": 0.0, "gamma_phi": 0.0}
    settings = StudySettings(environment=still, spikes={"times": 0})
    study = oqnn.compare(
        system, materials=["bare"], tlist=times, settings=settings, progress=False
    )
    states = study.evolution("bare").states.values
    np.testing.assert_allclose(
        states[:, 0, 1], rho0[0, 1] * np.exp(-1j * omega * times), atol=1e-12
    )
    assert "negativity" not in study.dataset
    assert bare_material(ReferenceEnvironment()).kind in study.materials


@pytest.mark.slow
def test_spins_carry_a_single_qubit():
    """Within five standard errors, of which the measurement gives one."""
    rho0 = np.array([[0.7, 0.2 - 0.3j], [0.2 + 0.3j, 0.3]])
    quick = StudySettings.quick()
    spikes = quick.spikes.model_copy(update={"times": 2})
    study = oqnn.compare(
        System(np.zeros((2, 2)), rho0),
        materials=["bare"],
        tlist=[0.0, 1.5],
        settings=quick.model_copy(update={"spikes": spikes}),
        progress=False,
    )
    (row,) = study.spike_summary()
    for time in ("0", "1.5"):
        assert 0 <= row[time].value < 5 * row[time].error
        assert row[time].error < 1e-3


def test_without_noise_nothing_moves_in_the_control_frame(tmp_path):
    """The pulses of XY8 turn the state in the laboratory frame alone."""
    still = {"xi": 0.0, "kappa": 0.0, "gamma_1": 0.0, "gamma_phi": 0.0}
    rho0 = [[0.7, [0.2, -0.3]], [[0.2, 0.3], 0.3]]
    rho0 = [[x if isinstance(x, list) else [x, 0.0] for x in row] for row in rho0]
    settings = StudySettings(
        system={"state": rho0},
        environment=still,
        materials=["xy8"],
        times={"values": [0.0, 0.2, 0.7, 1.1]},
        spikes={"times": 0},
    )
    evolution = run(settings, tmp_path / "still", progress=False).evolution("xy8")
    start = np.broadcast_to(settings.system.rho0, (4, 2, 2))
    np.testing.assert_allclose(evolution.frame_states, start, atol=1e-12)
    np.testing.assert_allclose(evolution.coherence, 1, atol=1e-12)
    assert np.abs(evolution.states.values - start).max() > 0.3


def test_times_need_not_start_at_zero(settings, tmp_path):
    small = {"materials": ["xy8"], "spikes.times": 0}
    late = settings.replaced({**small, "times": {"values": [2.0, 5.0]}})
    study = run(late, tmp_path / "late", progress=False)
    whole = run(settings.replaced(small), tmp_path / "whole", progress=False)
    np.testing.assert_allclose(
        study.dataset.frame_states, whole.dataset.frame_states[:, 2:], atol=1e-12
    )


def test_wrong_arguments_get_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="`materials` must be"):
        oqnn.compare(materials=["golden"], out=tmp_path / "a")
    with pytest.raises(ValueError, match="must increase strictly"):
        oqnn.compare(materials=["bare"], tlist=[0, 2, 1], out=tmp_path / "b")
    small = StudySettings(materials=["bare"], spikes={"times": 0})
    oqnn.compare(settings=small, tlist=[0, 1], out=tmp_path / "c", progress=False)
    with pytest.raises(ValueError, match=r"other settings: `seed` is 0 there and 1"):
        oqnn.compare(
            settings=small.replaced({"seed": 1}), tlist=[0, 1], out=tmp_path / "c"
        )
