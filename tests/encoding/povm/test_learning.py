"""Learning a state: what it reaches, keeps, goes on from, and refuses."""

import dataclasses
import re

import numpy as np
import pytest
import qutip

from oqnn._core.errors import ConvergenceError
from oqnn.encoding.povm import learning, learning_step
from oqnn.encoding.povm.learning import learn_state
from oqnn.encoding.povm.learning_gradients import exact_gradient
from oqnn.encoding.povm.learning_step import Plan
from oqnn.encoding.povm.povm import Povm
from oqnn.measures import nearest_state
from oqnn.spiking import GibbsSampler, LIFSampler, three_layer, two_layer, visible_law

from ..states import PHI_PLUS, W, density, ghz, mix_with_noise, random_state

RNG = np.random.default_rng(8)
TILTED = random_state(RNG, 1, rank=2)  # complex, mixed
SMALL = {"n_hidden": 3, "progress": False, "averaged": 4}
GIBBS = GibbsSampler(chains=8)
SHORT = {**SMALL, "sampler": GIBBS, "epochs": 12, "samples": 400}


@pytest.mark.parametrize(
    ("rho", "povm"),
    [
        (TILTED, None),
        (TILTED, Povm.pauli4(1)),
        (PHI_PLUS, None),
        (mix_with_noise(density(PHI_PLUS), 0.5), None),
        (random_state(RNG, 2, rank=3), None),
    ],
)
def test_exact_gradients_reach_the_law_of_a_state(rho, povm):
    """D(p* ‖ p) < 1e-5 gives ‖p* − p‖₁ < √2e-5 by Pinsker's inequality."""
    settings = {"gradient": "exact", "epochs": 300, "decay": 0.003, "progress": False}
    result = learn_state(rho, povm=povm, n_hidden=10, **settings)
    assert result.divergence < 1e-5
    assert np.abs(result.law - result.target_law).sum() < np.sqrt(2e-5)
    np.testing.assert_array_equal(result.law, visible_law(result.machine))
    np.testing.assert_allclose(result.state, result.target, rtol=0, atol=0.02)
    assert result.root_fidelity > 0.995
    assert result.sampling_floor == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "sampler", [GibbsSampler(chains=64), LIFSampler(chains=64, read_every_ms=5.0)]
)
def test_samples_of_a_network_suffice_to_learn(sampler):
    """A Werner state with r = 0.8 from 20 000 samples an epoch, whatever samples them:
    LIF neurons do not follow the Boltzmann law, and learn all the same.
    """
    rho = mix_with_noise(density(PHI_PLUS), 0.8)
    settings = {"epochs": 150, "samples": 20_000, "decay": 0.01, "averaged": 30}
    result = learn_state(rho, n_hidden=12, sampler=sampler, **settings, progress=False)
    late = result.late(30)
    assert late["divergences"][0] < 0.01 < result.divergences[0]
    assert result.divergence < 0.01
    assert late["raw_root_fidelities"][0] == pytest.approx(1, abs=0.03)
    assert result.root_fidelity > 0.97


@pytest.mark.slow
def test_a_three_layer_network_learns():
    machine = three_layer(4, 6, 3, scale=0.5, seed=2)
    result = learn_state(
        PHI_PLUS, machine=machine, gradient="exact", epochs=300, progress=False
    )
    assert result.divergence < 1e-3 < 0.05 < result.divergences[0]
    assert not result.machine.weights[~machine.mask].any()


@pytest.mark.slow
def test_contrastive_divergence_learns():
    settings = {"epochs": 150, "samples": 2000, "contrastive_steps": 2}
    result = learn_state(
        W, n_hidden=20, gradient="contrastive", **settings, progress=False
    )
    assert result.divergence < 0.5 * result.divergences[0]
    np.testing.assert_array_equal(result.law, visible_law(result.machine))


def test_contrastive_divergence_draws_anew_in_every_epoch(monkeypatch):
    drawn = []

    def noting(machine, target, n_samples, *, steps, rng):
        drawn.append(rng.random())
        return np.zeros(len(machine.edges[0]) + machine.n)

    monkeypatch.setattr(learning_step, "contrastive_gradient", noting)
    learn_state(TILTED, **SMALL, gradient="contrastive", epochs=5, samples=40)
    assert len(set(drawn)) == 5


def test_parameters_are_averaged_over_the_last_epochs():
    """With one epoch the last parameters; the mean of k epochs is the mean of the
    last parameters of trainings of as many epochs less 0 … k − 1.
    """
    settings = {**SMALL, "gradient": "exact"}
    ends = [
        learn_state(TILTED, **settings | {"averaged": 1}, epochs=e).machine.weights
        for e in (7, 8, 9)
    ]
    mean = learn_state(TILTED, **settings | {"averaged": 3}, epochs=9).machine.weights
    np.testing.assert_allclose(mean, np.mean(ends, axis=0), rtol=1e-12, atol=1e-14)
    all_of_them = learn_state(TILTED, **settings | {"averaged": 99}, epochs=9)
    assert all_of_them.settings["averaged"] == 9
    by_default = learn_state(TILTED, **settings | {"averaged": None}, epochs=11)
    assert by_default.settings["averaged"] == 2  # not what the training began with


def test_the_first_step_goes_down_by_the_learning_rate():
    """Adam's first step is η g/|g| in each coordinate."""
    machine = two_layer(2, 3, seed=9)
    settings = {"gradient": "exact", "epochs": 1, "learning_rate": 0.04}
    settings |= {"centred": False, "progress": False}
    after = learn_state(TILTED, machine=machine, **settings).machine
    law = Povm.tetrahedral(1).probabilities(TILTED)
    gradient, _ = exact_gradient(machine, law)
    steps = np.append(
        after.edge_weights - machine.edge_weights, after.biases - machine.biases
    )
    np.testing.assert_allclose(steps, -0.04 * np.sign(gradient), rtol=1e-5)


def test_the_learning_rate_falls_to_its_floor():
    """η(t) = max(η₀ e^{−κt}, f η₀)."""
    fields = dict.fromkeys(f.name for f in dataclasses.fields(Plan))
    plan = Plan(**fields | {"learning_rate": 0.4, "decay": 0.01, "floor": 0.05})
    rates = [plan.rate(t) for t in (0, 100, 1000)]
    np.testing.assert_allclose(rates, [0.4, 0.4 / np.e, 0.02], rtol=1e-12)


def test_laws_of_epochs_are_those_of_the_network_before_its_update():
    machine = two_layer(2, 3, seed=9)
    settings = {**SMALL, "gradient": "exact", "epochs": 5}
    result = learn_state(TILTED, machine=machine, **settings)
    np.testing.assert_allclose(result.laws[0], visible_law(machine), rtol=1e-12)
    assert result.laws.shape == (5, 4)


def test_neurons_are_lif_neurons_by_default():
    result = learn_state([1, 0], **SMALL, epochs=1, samples=200)
    assert result.settings["sampler"] == repr(LIFSampler())
    assert result.machine.n == 5


def test_a_seed_gives_the_same_numbers():
    first, again, other = (learn_state(TILTED, **SHORT, seed=s) for s in (3, 3, 4))
    np.testing.assert_array_equal(first.laws, again.laws)
    np.testing.assert_array_equal(first.law, again.law)
    assert (first.laws != other.laws).any()


class Interrupted:
    """A sampler that is killed at its draw number `at`."""

    def __init__(self, sampler, at):
        self.sampler, self.at = sampler, at

    def __repr__(self):
        return repr(self.sampler)

    def start(self, machine, *, seed):
        return self.sampler.start(machine, seed=seed)

    def draw(self, machine, chains, n_samples):
        if chains.draws == self.at:
            raise KeyboardInterrupt
        return self.sampler.draw(machine, chains, n_samples)


@pytest.mark.parametrize(
    "sampler", [GIBBS, pytest.param(LIFSampler(chains=8), marks=pytest.mark.slow)]
)
def test_a_killed_training_resumes_to_the_same_numbers(sampler, tmp_path):
    """Bit by bit. Draw 0 is the burn-in; epoch 8 is killed after a writing at 6."""
    path = tmp_path / "training.npz"
    settings = {**SHORT, "checkpoint_every": 3}
    whole = learn_state(TILTED, **settings | {"sampler": sampler})
    with pytest.raises(KeyboardInterrupt):
        learn_state(
            TILTED,
            **settings | {"sampler": Interrupted(sampler, at=8)},
            checkpoint=path,
        )
    with np.load(path) as file:
        assert file["epoch"] == 6
    settings["sampler"] = sampler
    resumed = learn_state(TILTED, **settings, checkpoint=path)
    finished = learn_state(TILTED, **settings, checkpoint=path)
    for result in (resumed, finished):
        np.testing.assert_array_equal(result.laws, whole.laws)
        np.testing.assert_array_equal(result.law, whole.law)
        np.testing.assert_array_equal(result.machine.weights, whole.machine.weights)
        np.testing.assert_array_equal(result.machine.biases, whole.machine.biases)
        assert result.settings == whole.settings


@pytest.mark.parametrize("gradient", ["exact", "contrastive"])
def test_trainings_without_a_sampler_resume_too(gradient, tmp_path, monkeypatch):
    path = tmp_path / "training.npz"
    settings = {**SMALL, "gradient": gradient, "epochs": 9, "samples": 50}
    whole = learn_state(TILTED, **settings)
    step = learning.step

    def killed(state, plan):
        if state.epoch == 7:
            raise KeyboardInterrupt
        return step(state, plan)

    monkeypatch.setattr(learning, "step", killed)
    with pytest.raises(KeyboardInterrupt):
        learn_state(TILTED, **settings, checkpoint=path, checkpoint_every=2)
    monkeypatch.undo()
    resumed = learn_state(TILTED, **settings, checkpoint=path)
    np.testing.assert_array_equal(resumed.laws, whole.laws)
    np.testing.assert_array_equal(resumed.machine.weights, whole.machine.weights)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 1}, "seed = 0 and not 1"),
        ({"samples": 800}, "samples = 400 and not 800"),
        ({"rho": [1, 0]}, "another state or another machine"),
        ({"machine": two_layer(2, 3, seed=5)}, "another state or another machine"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(changes, message, tmp_path):
    path = tmp_path / "training.npz"
    learn_state(**{"rho": TILTED, **SHORT, "checkpoint": path})
    with pytest.raises(ValueError, match=f"`checkpoint` must be of this .*{message}"):
        learn_state(**{"rho": TILTED, **SHORT, "checkpoint": path, **changes})


def test_other_files_are_no_checkpoints(tmp_path):
    path = tmp_path / "training.npz"
    np.savez(path, weights=np.eye(2))
    with pytest.raises(ValueError, match="must be a file of learning a state"):
        learn_state(TILTED, **SHORT, checkpoint=path)
    path.write_text("no file")
    with pytest.raises(ValueError, match="`checkpoint` must be a file"):
        learn_state(TILTED, **SHORT, checkpoint=path)
    with pytest.raises(ValueError, match="must lie in a folder that exists"):
        learn_state(TILTED, **SHORT, checkpoint=tmp_path / "no" / "training.npz")


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"rho": np.eye(4) / 3}, ValueError, "trace 1, but has trace 1.33"),
        ({"rho": np.diag([1.5, -0.5])}, ValueError, "`rho` must be positive"),
        ({"rho": np.eye(3) / 3}, ValueError, r"shape \(2\*\*n, 2\*\*n\)"),
        ({"rho": ghz(7)}, ValueError, "at most 6 qubits, but has 7.*16384"),
        ({"rho": "a"}, TypeError, "`rho` must be a qutip.Qobj"),
        ({"povm": Povm.pauli6(2)}, ValueError, "1 qubits of `rho`, but measures 2"),
        ({"povm": "tetrahedral"}, TypeError, "`povm` must be a Povm"),
        ({"n_hidden": 0}, ValueError, "`n_hidden` must be at least 1"),
        ({"machine": two_layer(3, 2)}, ValueError, "2 visible .*, but has 3"),
        ({"machine": np.eye(3)}, TypeError, "must be a BoltzmannMachine"),
        ({"sampler": GibbsSampler}, TypeError, "`sampler` must be a sampler"),
        ({"sampler": 3}, TypeError, "`sampler` must be a sampler"),
        ({"gradient": "exact"}, ValueError, "`sampler` must be None unless"),
        ({"gradient": "any"}, ValueError, "`gradient` must be one of"),
        ({"epochs": 0}, ValueError, "`epochs` must be at least 1"),
        ({"epochs": 10**8}, ValueError, r"would take 2\.98 GiB"),
        ({"samples": 1.5}, TypeError, "`samples` must be an integer"),
        ({"averaged": 0}, ValueError, "`averaged` must be at least 1"),
        ({"contrastive_steps": 0}, ValueError, "`contrastive_steps` must be"),
        ({"checkpoint_every": 0}, ValueError, "`checkpoint_every` must be"),
        ({"learning_rate": 0}, ValueError, "`learning_rate` must be positive"),
        ({"decay": -1}, ValueError, r"`decay` must lie in \[0, inf\]"),
        ({"decay": "slow"}, TypeError, "`decay` must be one real number"),
        ({"floor": None}, TypeError, "`floor` must be one real number"),
        ({"betas": ("a", 0.9)}, ValueError, "`betas` must be two numbers"),
        ({"floor": 2}, ValueError, r"`floor` must lie in \[0, 1\]"),
        ({"betas": (0.9, 1)}, ValueError, r"`betas` must be two numbers in \[0, 1\)"),
        ({"betas": 0.9}, ValueError, r"`betas` must be two numbers in \[0, 1\)"),
        ({"seed": -1}, ValueError, "`seed` must be at least 0"),
    ],
)
def test_bad_input_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        learn_state(**{"rho": TILTED, **SHORT, **changes})


@pytest.mark.parametrize(
    ("machine", "gradient", "message"),
    [
        (three_layer(2, 9, 12), "exact", r"at most 22 neurons.*has 23.*1\.44 GiB"),
        (three_layer(2, 3, 2), "contrastive", "visible with hidden neurons alone"),
        (two_layer(2, 3, dense_visible=True), "contrastive", "has other connections"),
    ],
)
def test_networks_that_do_not_suit_the_gradient_are_refused(machine, gradient, message):
    with pytest.raises(ValueError, match=message):
        learn_state(TILTED, machine=machine, gradient=gradient, progress=False)


def test_few_samples_are_warned_of():
    """40 samples are ten an outcome. (4 − 1)/(2 · 39) = 0.038."""
    learn_state(TILTED, **SHORT | {"samples": 40})
    with pytest.warns(UserWarning, match=r"39 samples .* 4 outcomes.* near 0\.038"):
        learn_state(TILTED, **SHORT | {"samples": 39})


def test_parameters_that_are_not_finite_stop_the_training(monkeypatch):
    step = learning.step

    def diverging(state, plan):
        state, law = step(state, plan)
        return state._replace(parameters=state.parameters * np.inf), law

    monkeypatch.setattr(learning, "step", diverging)
    with pytest.raises(ConvergenceError, match=r"finite after 1 epochs\. Try a lower"):
        learn_state(TILTED, **SMALL, gradient="exact")


def test_states_may_come_from_qutip():
    ket = qutip.basis(2, 0) + 1j * qutip.basis(2, 1)
    by_qutip = learn_state(ket.unit(), **SHORT)
    by_array = learn_state(np.array([1, 1j]) / np.sqrt(2), **SHORT)
    np.testing.assert_array_equal(by_qutip.laws, by_array.laws)


def test_curves_are_those_of_the_laws():
    """By the plain formulas, epoch by epoch; for a pure state raw fidelity is ⟨ψ|ρ̂|ψ⟩.

    From the few samples some state is missing now and then, which counts as half a
    sample of the 40.
    """
    psi = np.array([0.6, 0.8j])
    settings = {**SHORT, "samples": 40, "learning_rate": 2.0, "epochs": 30}
    result = learn_state(psi, **settings)
    target = result.target_law
    assert (result.unseen > 0).any()
    for epoch, law in enumerate(result.laws):
        p = [x or 0.5 / 40 for x in law]
        divergence = sum(a * np.log(a / b) for a, b in zip(target, p, strict=True))
        raw = result.povm.invert(law)
        near = nearest_state(raw)
        root = [abs(psi.conj() @ rho @ psi) ** 0.5 for rho in (raw, near)]
        assert result.divergences[epoch] == pytest.approx(divergence, rel=1e-10)
        assert result.unseen[epoch] == pytest.approx(target[law == 0].sum(), abs=1e-15)
        assert result.raw_root_fidelities[epoch] == pytest.approx(root[0], rel=1e-6)
        assert result.root_fidelities[epoch] == pytest.approx(root[1], rel=1e-6)
    for name, (mean, sd) in result.late(7).items():
        last = getattr(result, name)[-7:]
        assert (mean, sd) == (pytest.approx(last.mean()), pytest.approx(last.std()))
    assert result.sampling_floor == 3 / 80
    numbers = (result.raw_fidelity, result.fidelity)
    roots = (result.raw_root_fidelity, result.root_fidelity)
    np.testing.assert_allclose(np.square(roots), numbers, rtol=1e-12)
    assert re.match(r"30 epochs, 5 neurons: root fidelity \d\.\d{4} raw", str(result))


@pytest.mark.parametrize("epochs", [0, -2])
def test_late_curves_are_of_one_epoch_at_least(epochs):
    result = learn_state(TILTED, **SMALL, gradient="exact", epochs=2)
    with pytest.raises(ValueError, match="`epochs` must be at least 1"):
        result.late(epochs)


@pytest.mark.parametrize("gradient", ["exact", "contrastive", "reweighted"])
@pytest.mark.parametrize("excess", [5e-9, -5e-9])
def test_states_within_their_tolerance_are_learned_by_all_gradients(gradient, excess):
    """Trace 1 + 5e-9, an eigenvalue of -5e-9, and codes of no outcome at the end."""
    rho = np.diag([1 + 5e-9, excess])
    settings = SMALL | {"povm": Povm.pauli6(1), "epochs": 2, "samples": 400}
    sampler = GIBBS if gradient == "reweighted" else None
    result = learn_state(rho, **settings, gradient=gradient, sampler=sampler)
    assert np.isfinite(result.divergences).all()


def test_codes_of_no_outcome_are_left_out():
    """Two of eight codes of pauli6: the raw state is that of the other shares."""
    result = learn_state(TILTED, povm=Povm.pauli6(1), **SHORT)
    outcomes, unused = result.povm.from_bits(result.law)
    assert unused > 0
    expected = result.povm.invert(outcomes / outcomes.sum())
    np.testing.assert_allclose(result.raw_state, expected, rtol=0, atol=1e-12)
