"""The search as a whole: what it reaches, refuses, and goes on from."""

import numpy as np
import pytest

from oqnn._core.errors import ConvergenceError
from oqnn.ground_states import (
    PauliHamiltonian,
    SymmetryGroup,
    TransverseIsing,
    free_fermion_energy,
    lattice_symmetries,
)
from oqnn.ground_states.ground_state import ground_state
from oqnn.ground_states.local_energy import law_local_energies
from oqnn.spiking.sampling.exact import visible_law
from oqnn.spiking.sampling.gibbs import GibbsSampler
from oqnn.spiking.sampling.lif_sampler import LIFSampler
from oqnn.spiking.sampling.machine import three_layer, two_layer
from oqnn.spiking.sampling.sampler import Chains
from oqnn.spiking.sampling.samples import Samples

RING = TransverseIsing(4, 1.0, 0.8)
QUICK = {"n_hidden": 5, "samples": 400, "sampler": GibbsSampler(chains=20)}


class Killed(Exception):
    """Stands for the end of a process."""


class KilledSampler:
    """A Gibbs sampler that dies after some draws."""

    def __init__(self, draws: int) -> None:
        self.draws, self.inner = draws, QUICK["sampler"]

    def __repr__(self) -> str:
        return repr(self.inner)

    def start(self, machine, *, seed):
        return self.inner.start(machine, seed=seed)

    def draw(self, machine, chains: Chains, n_samples: int) -> tuple[Samples, Chains]:
        self.draws -= 1
        if self.draws < 0:
            raise Killed
        return self.inner.draw(machine, chains, n_samples)


@pytest.mark.parametrize("local_energies", ["histogram", "ratios"])
@pytest.mark.parametrize("optimizer", ["adam", "sr"])
def test_killed_search_goes_on_to_the_same_numbers(tmp_path, local_energies, optimizer):
    choices = {"local_energies": local_energies, "optimizer": optimizer, "seed": 3}
    whole = ground_state(RING, iterations=9, **(QUICK | choices))
    path = tmp_path / "search.npz"
    kept = {"checkpoint": path, "checkpoint_every": 2}
    killed = QUICK | choices | {"sampler": KilledSampler(6)}
    with pytest.raises(Killed):
        ground_state(RING, iterations=9, **killed, **kept)
    found = ground_state(RING, iterations=9, **(QUICK | choices), **kept)
    for name in ("energies", "errors", "variances", "overlaps"):
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name))
    np.testing.assert_array_equal(found.machine.weights, whole.machine.weights)
    np.testing.assert_array_equal(found.machine.biases, whole.machine.biases)
    assert found.energy == whole.energy


def test_numbers_of_numpy_are_numbers_in_a_checkpoint(tmp_path):
    plain = {"samples": 400, "seed": 3, "learning_rate": 0.125}
    numpy = {
        "samples": np.int64(400),
        "seed": np.int32(3),
        "learning_rate": np.float32(0.125),
    }
    path = tmp_path / "search.npz"
    ground_state(RING, iterations=2, checkpoint=path, **(QUICK | numpy))
    found = ground_state(RING, iterations=3, checkpoint=path, **(QUICK | plain))
    whole = ground_state(RING, iterations=3, **(QUICK | plain))
    np.testing.assert_array_equal(found.energies, whole.energies)


@pytest.mark.slow
def test_killed_search_with_spiking_neurons_goes_on_to_the_same_numbers(tmp_path):
    """Membranes, synapses and noise are in the file too."""
    choices = QUICK | {"sampler": LIFSampler(chains=20), "optimizer": "sr"}
    whole = ground_state(RING, iterations=4, **choices)
    path = tmp_path / "search.npz"
    ground_state(RING, iterations=2, checkpoint=path, **choices)
    found = ground_state(RING, iterations=4, checkpoint=path, **choices)
    np.testing.assert_array_equal(found.energies, whole.energies)
    np.testing.assert_array_equal(found.law, whole.law)


def test_checkpoint_of_another_search_is_refused(tmp_path):
    path = tmp_path / "search.npz"
    ground_state(RING, iterations=2, checkpoint=path, **QUICK)
    with pytest.raises(ValueError, match="has seed = 0 and not 1"):
        ground_state(RING, iterations=2, checkpoint=path, seed=1, **QUICK)
    other = TransverseIsing(4, 1.0, 0.9)
    with pytest.raises(ValueError, match="another Hamiltonian"):
        ground_state(other, iterations=2, checkpoint=path, **QUICK)
    with pytest.raises(ValueError, match="at least the 2 that"):
        ground_state(RING, iterations=1, checkpoint=path, **QUICK)
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match="`checkpoint` must be a file"):
        ground_state(RING, iterations=2, checkpoint=path, **QUICK)


def test_checkpoint_of_another_group_of_the_same_order_is_refused(tmp_path):
    path = tmp_path / "search.npz"
    groups = [SymmetryGroup(4, [p]) for p in ([3, 2, 1, 0], [1, 0, 3, 2])]
    choices = QUICK | {"iterations": 1, "checkpoint": path}
    ground_state(RING, symmetry=groups[0], **choices)
    with pytest.raises(ValueError, match="machine or symmetry"):
        ground_state(RING, symmetry=groups[1], **choices)


@pytest.mark.parametrize("optimizer", ["adam", "sr"])
def test_exact_search_comes_down_to_the_ground_state(optimizer):
    """E of 2J/sin(π/2n) by free fermions, from above: the variational principle."""
    found = ground_state(
        TransverseIsing(4, 1.0, 1.0),
        n_hidden=4,
        iterations=150,
        local_energies="exact",
        optimizer=optimizer,
        learning_rate={"adam": 0.1, "sr": 0.3}[optimizer],
    )
    exact = -2 / np.sin(np.pi / 8)
    assert free_fermion_energy(4, 1.0, 1.0) == pytest.approx(exact, rel=1e-12)
    assert (found.energies >= exact - 1e-12).all()
    assert found.energy == pytest.approx(exact, abs=2e-3)
    assert found.exact_energy == pytest.approx(exact, rel=1e-12)
    assert found.machine_energy == pytest.approx(found.energy, rel=1e-12)
    assert 1 - 1e-3 < found.overlap <= 1
    assert found.energy_error == 0


@pytest.mark.slow
def test_six_spins_converge_by_gibbs_sampling():
    """Histogram and ratios; 1 − overlap of a histogram is at least 2^n/(8 samples)."""
    chain = TransverseIsing(6, 1.0, 1.0)
    for local_energies, samples in (("histogram", 50_000), ("ratios", 1000)):
        found = ground_state(
            chain,
            n_hidden=12,
            samples=samples,
            iterations=60,
            local_energies=local_energies,
            optimizer="sr",
            learning_rate=0.3,
            decay=0.97,
        )
        assert found.machine_overlap > 1 - 5e-4
        assert abs(found.energy - found.machine_energy) < 5 * found.energy_error + 6e-3
    assert found.overlap is None


def test_deep_in_the_ordered_phase_the_symmetry_stays_whole():
    """At h = 0.3 the averaged law has both fully polarised states at equal weight."""
    ring = TransverseIsing(5, 1.0, 0.3)
    found = ground_state(
        ring,
        n_hidden=6,
        samples=4000,
        iterations=40,
        optimizer="sr",
        symmetry=lattice_symmetries(ring),
    )
    np.testing.assert_allclose(found.law, found.law[::-1], rtol=0, atol=1e-15)
    assert found.law[0] == pytest.approx(0.5, abs=0.05)
    assert found.overlap > 0.99
    assert found.settings["symmetry"] == 20


@pytest.mark.parametrize("local_energies", ["histogram", "ratios", "exact"])
def test_energy_with_a_symmetry_is_that_of_the_averaged_law(local_energies):
    """All three ways, at the same machine: p averaged over reflection and flip."""
    ring = TransverseIsing(4, 1.0, 0.8, periodic=False)
    group = SymmetryGroup(4, [[3, 2, 1, 0]], flip=True)
    machine = two_layer(4, 3, scale=0.7, seed=5)
    tilt = machine.with_parameters(machine.edge_weights, machine.biases + 0.4)
    found = ground_state(
        ring,
        machine=tilt,
        iterations=1,
        learning_rate=1e-12,
        local_energies=local_energies,
        symmetry=group,
        samples=40_000,
    )
    law = group.average(visible_law(tilt))
    energy = law @ law_local_energies(ring.pauli, law, epsilon=1e-300)
    assert found.energy == pytest.approx(energy, abs=5 * found.energy_error + 1e-3)
    assert found.machine_energy == pytest.approx(energy, abs=1e-9)


def test_ratios_know_no_largest_number_of_spins():
    """Seventy free spins in a field: E = −n h, which a machine of weights zero has."""
    field = TransverseIsing(70, 0.0, 1.5)
    machine = two_layer(70, 2)
    found = ground_state(
        field,
        machine=machine.with_parameters(np.zeros(140), np.zeros(72)),
        local_energies="ratios",
        sampler=GibbsSampler(chains=4),
        samples=8,
        iterations=2,
    )
    assert found.energy == pytest.approx(-105, rel=1e-12)
    assert found.variance == pytest.approx(0, abs=1e-20)


def test_settings_and_histories_are_kept():
    found = ground_state(RING, iterations=3, seed=7, **QUICK)
    assert found.settings["iterations"] == len(found.energies) == 3
    assert found.settings["seed"] == 7
    assert found.settings["final_samples"] == 400
    assert found.law.sum() == pytest.approx(1, rel=1e-12)
    assert found.energy_per_spin == found.energy / 4


def test_the_last_estimate_may_have_more_samples():
    """1000 reads of each chain; the search had 20, as its settings say."""
    found = ground_state(RING, iterations=2, final_samples=20_000, **QUICK)
    short = ground_state(RING, iterations=2, **QUICK)
    assert found.settings["samples"] == 400
    assert found.settings["final_samples"] == 20_000
    np.testing.assert_array_equal(found.energies, short.energies)
    np.testing.assert_allclose(found.law * 20_000, np.rint(found.law * 20_000))
    assert np.ptp(short.law * 400 - np.rint(short.law * 400)) < 1e-9
    assert found.energy_error < short.energy_error


def test_learning_rate_decays():
    """Adam's steps have the size α₀ γ^t: with γ = 10⁻⁶ the first one is the last."""
    choices = {"local_energies": "exact", "n_hidden": 2, "learning_rate": 0.1}
    found = ground_state(RING, iterations=3, decay=1e-6, **choices)
    first = ground_state(RING, iterations=1, **choices)
    assert found.energies[1] < found.energies[0]
    assert found.energies[2] == pytest.approx(found.energies[1], abs=1e-5)
    np.testing.assert_allclose(found.machine.biases, first.machine.biases, atol=1e-5)


def test_a_lost_search_says_so_and_hands_back_what_it_had():
    with pytest.raises(ConvergenceError, match="smaller learning_rate") as caught:
        ground_state(
            RING,
            n_hidden=5,
            iterations=30,
            local_energies="exact",
            optimizer="sr",
            learning_rate=1e4,
            diagonal_shift=1e-12,
        )
    assert np.isfinite(caught.value.reached.energy)


@pytest.mark.parametrize(
    ("error", "match", "changes"),
    [
        (ValueError, "stoquastic", {"hamiltonian": PauliHamiltonian({"XX": 1.0})}),
        (TypeError, "PauliHamiltonian or a Trans", {"hamiltonian": np.eye(4)}),
        (ValueError, "each of 4 spins, but has 3", {"machine": two_layer(3, 2)}),
        (ValueError, "`samples` must be at least 1", {"samples": 0}),
        (TypeError, "`iterations` must be an integer", {"iterations": 2.5}),
        (ValueError, "`local_energies` must be one of", {"local_energies": "guess"}),
        (ValueError, "`optimizer` must be one of", {"optimizer": "lbfgs"}),
        (ValueError, "`coordinates` must be one of", {"coordinates": "angles"}),
        (ValueError, "`epsilon` must be positive", {"epsilon": 0.0}),
        (ValueError, "`learning_rate` must be pos", {"learning_rate": -1.0}),
        (ValueError, "`decay` must be positive", {"decay": 0.0}),
        (ValueError, "`diagonal_shift` must be po", {"diagonal_shift": 0.0}),
        (TypeError, "`sampler` must be a Gibbs", {"sampler": "gibbs"}),
        (TypeError, "`sampler` must be a Gibbs", {"sampler": GibbsSampler}),
        (TypeError, "`machine` must be a Boltz", {"machine": np.eye(9)}),
        (TypeError, "`symmetry` must be a SymmetryGroup", {"symmetry": "flip"}),
        (ValueError, "`final_samples` must be at least 1", {"final_samples": 0}),
        (TypeError, "`final_samples` must be an int", {"final_samples": 2.5}),
        (ValueError, "must act on 4 spins", {"symmetry": SymmetryGroup(3, flip=True)}),
        (
            ValueError,
            "no connections between hidden",
            {"machine": three_layer(4, 3, 2), "local_energies": "ratios"},
        ),
        (
            ValueError,
            "no connections between hidden",
            {"machine": three_layer(4, 3, 2), "optimizer": "sr"},
        ),
        (
            ValueError,
            "at most 24 spins.*but has 25.*Take local_energies='ratios'",
            {"hamiltonian": TransverseIsing(25, 1.0, 1.0)},
        ),
        (
            ValueError,
            "must not change under the symmetry",
            {
                "hamiltonian": PauliHamiltonian({"ZI": 1.0, "IX": -1.0}),
                "symmetry": SymmetryGroup(2, flip=True),
            },
        ),
    ],
)
def test_bad_input_is_refused(error, match, changes):
    choices = {"hamiltonian": RING, "iterations": 1, **QUICK, **changes}
    with pytest.raises(error, match=match):
        ground_state(choices.pop("hamiltonian"), **choices)


def test_too_few_samples_for_a_histogram_are_named():
    """An ideal sampler leaves 2^n/(8 samples): 2^12 / (8 × 10 000) = 0.051."""
    with pytest.warns(UserWarning, match=r"at least 51200 .* infidelity of 0\.051"):
        ground_state(
            TransverseIsing(12, 1.0, 1.0), samples=10_000, iterations=1, n_hidden=2
        )
