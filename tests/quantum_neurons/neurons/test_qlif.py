"""Quantum leaky integrate-and-fire neurons, with few and with infinitely many shots."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import qutip
from quantum_neurons.neurons.single_neurons import (
    all_records,
    assert_within_errors,
    record_probabilities,
    sampled_frequencies,
)
from scipy.stats import binom

from oqnn._core.jax64 import in_double_precision
from oqnn.quantum_neurons import (
    ClassicalControl,
    EscapeRateNeuron,
    QLIFNeuron,
    log_likelihood_gradient,
)
from oqnn.quantum_neurons.neurons.qlif_jax import (
    InfiniteShotsKernel,
    binomial,
    estimate,
    rotate_or_decay,
    settings_of,
    spike_at,
)
from oqnn.quantum_neurons.neurons.records_jax import log_likelihoods, record_laws

EXACT = QLIFNeuron(theta_in=0.3, threshold=0.62, leak=0.8)
FEW = QLIFNeuron(theta_in=0.3, threshold=0.62, leak=0.8, shots=5)
DRAWN = replace(FEW, counts="drawn")
CONTROL = ClassicalControl(0.4, 0.2, -1.1)
ESCAPE = EscapeRateNeuron(leak=0.6, threshold=0.5, steepness=3.0)
CURRENTS = np.array([[0.25], [-0.4], [0.1], [0.35]])


def excitations(neuron, currents):
    """α along a record without spikes, from the equations of the docstring."""
    alpha, found = 0.0, []
    for z in currents[:, 0]:
        phi = 2 * np.arcsin(np.sqrt(alpha))
        turned = np.sin((phi + np.pi * z + neuron.theta_in) / 2) ** 2
        alpha = turned if z > 0 else neuron.leak * alpha
        found.append(alpha)
    return np.array(found)


def plain_law_of_records(neuron, currents, record):
    """p(record) by following every sequence of counts, one after the other."""
    total = 0.0
    paths = {0: 1.0}  # probability of a count, and of the spikes before it
    for z, spike in zip(currents[:, 0], record, strict=True):
        after = dict.fromkeys(range(neuron.shots + 1), 0.0)
        for count, weight in paths.items():
            alpha = count / neuron.shots
            phi = 2 * np.arcsin(np.sqrt(alpha))
            turned = np.sin((phi + np.pi * z + neuron.theta_in) / 2) ** 2
            alpha = turned if z > 0 else neuron.leak * alpha
            for k in range(neuron.shots + 1):
                if (k / neuron.shots > neuron.threshold) == bool(spike):
                    after[0 if spike else k] += weight * binom.pmf(
                        k, neuron.shots, alpha
                    )
        paths = after
        total = sum(paths.values())
    return total


def test_a_step_is_a_rotated_or_relaxing_qubit():
    """Rotations and amplitude damping of a QuTiP qubit, from several excitations."""
    up, lowering = qutip.basis(2, 1).proj(), qutip.basis(2, 0) * qutip.basis(2, 1).dag()
    damp = [np.sqrt(1 - 0.8) * lowering, 1 - up + np.sqrt(0.8) * up]
    alphas, currents = np.array([0.0, 0.37, 0.9, 1.0]), np.array([-0.7, 0.0, 0.3, 1.4])
    found = steps(alphas, currents)
    for i, alpha in enumerate(alphas):
        prepare = (-1j * np.arcsin(np.sqrt(alpha)) * qutip.sigmax()).expm()
        rho = prepare * qutip.basis(2, 0).proj() * prepare.dag()
        for j, z in enumerate(currents):
            turn = (-0.5j * (np.pi * z + 0.3) * qutip.sigmax()).expm()
            kraus = [turn] if z > 0 else damp
            expected = sum(qutip.expect(up, K * rho * K.dag()) for K in kraus)
            assert found[i, j] == pytest.approx(expected, abs=1e-13)


@in_double_precision
def steps(alphas, currents):
    """One step of EXACT from each excitation with each current."""
    prepared = settings_of(jnp.asarray(EXACT.parameters[None]))
    half_angle = jnp.arcsin(jnp.sqrt(jnp.asarray(alphas)))[:, None]
    after = rotate_or_decay(prepared, half_angle, jnp.asarray(currents)[None, :, None])
    return np.sin(np.asarray(after)) ** 2


def test_spikes_where_the_excitation_exceeds_the_threshold():
    """Quiet until α₄ = sin²(…) > ϑ, then from nothing again."""
    alpha = excitations(EXACT, CURRENTS)
    assert (alpha[:3] < 0.62).all()
    assert alpha[3] > 0.62
    currents = np.concatenate([CURRENTS, CURRENTS[:3]])
    spikes = EXACT.sample(currents, 1)[:, 0]
    np.testing.assert_array_equal(spikes, [0, 0, 0, 1, 0, 0, 0])

    law = EXACT.spike_probabilities(currents, spikes[:, None])
    np.testing.assert_array_equal(law[:, 1], spikes)
    assert EXACT.log_likelihood(currents, spikes[:, None]) == 0
    with pytest.raises(ValueError, match="step 0 has probability zero"):
        EXACT.log_likelihood(CURRENTS, [[1], [0], [0], [0]])


def test_first_spike_of_finite_shots_is_a_binomial_tail():
    """p(s₁ = 1) = P(K > shots ϑ), K binomial with α₁ = sin²((π z + θ_in)/2)."""
    alpha = np.sin((np.pi * 0.25 + 0.3) / 2) ** 2
    for shots in (1, 5, 64):
        neuron = QLIFNeuron(theta_in=0.3, threshold=0.62, leak=0.8, shots=shots)
        law = neuron.spike_probabilities(CURRENTS[:1], [[0]])[0]
        tail = binom.sf(np.floor(shots * 0.62), shots, alpha)
        np.testing.assert_allclose(law, [1 - tail, tail], rtol=1e-11)


def test_law_of_records_sums_over_counts():
    """Against every path of counts in plain Python; the laws sum to one."""
    found = record_probabilities(FEW, CURRENTS)
    plain = [plain_law_of_records(FEW, CURRENTS, r[:, 0]) for r in all_records(4)]
    np.testing.assert_allclose(found, plain, rtol=1e-11)
    assert found.sum() == pytest.approx(1, abs=1e-13)


def test_drawn_counts_follow_the_summed_law():
    """Samples draw counts; the law never does, whatever the network would do."""
    samples = 20_000
    law = record_probabilities(DRAWN, CURRENTS)
    np.testing.assert_array_equal(law, record_probabilities(FEW, CURRENTS))
    drawn = sampled_frequencies(DRAWN, CURRENTS, samples, 11)
    assert_within_errors(drawn, law, samples)


def test_many_shots_approach_infinitely_many():
    many = QLIFNeuron(theta_in=0.3, threshold=0.62, leak=0.8, shots=501)
    record = EXACT.sample(CURRENTS, 0)
    assert many.log_likelihood(CURRENTS, record) > np.log(0.99)


def test_improbable_and_impossible_counts_are_told_apart():
    """sin²(3π/4) = 1/2 a thousand times over is improbable; at α = 1 and α = 0, where
    rounding leaves 1e-33 of the other outcome, counts are certain.
    """
    neuron = QLIFNeuron(theta_in=0.0, threshold=0.0005, leak=0.5, shots=1000)
    found = neuron.log_likelihood([[1.5]], [[0]])
    assert found == pytest.approx(1000 * np.log(0.5), rel=1e-12)
    gradient = log_likelihood_gradient(neuron, [[1.5]], [[0]])
    # p(0) = cos²ⁿ(πz/2): −n π tan(πz/2) by z
    np.testing.assert_allclose(gradient.currents, [[1000 * np.pi]], rtol=1e-9)
    for z, record in ((1.0, [[0]]), (2.0, [[1]]), (-1.0, [[1]])):
        with pytest.raises(ValueError, match="step 0 has probability zero"):
            neuron.log_likelihood([[z]], record)


def test_few_shots_spike_below_the_threshold():
    """There an exact estimate never spikes."""
    z = np.array([[0.35]])
    below = QLIFNeuron(theta_in=0.0, threshold=0.313, leak=0.5)
    assert excitations(below, z)[0] < 0.313
    p = [
        QLIFNeuron(
            theta_in=0.0, threshold=0.313, leak=0.5, shots=shots
        ).spike_probabilities(z, [[0]])[0, 1]
        for shots in (5, 64)
    ]
    assert p[0] > p[1] > 0.01


def test_few_shots_forget_weak_currents():
    """⟨arcsin √(K/n)⟩ < arcsin √α: angles of many weak inputs add up to less, and
    silence lasts where an exact estimate ends it at the seventeenth step.
    """
    z, silence = np.full((25, 1), 0.03), []
    exact = QLIFNeuron(theta_in=0.0, threshold=0.503, leak=0.9).sample(z, 2)[:, 0]
    np.testing.assert_array_equal(np.flatnonzero(exact), [16])
    for shots in (4, 64):
        neuron = QLIFNeuron(theta_in=0.0, threshold=0.503, leak=0.9, shots=shots)
        silence.append(np.exp(neuron.log_likelihood(z, np.zeros((25, 1)))))
    assert silence[0] > 0.9
    assert 0.3 < silence[1] < 0.6


@in_double_precision
def test_counts_are_quantiles_of_the_noise():
    """As SciPy's inverse of the distribution function; certain at α = 0 and 1."""
    half_angle = jnp.array([0.0, 0.4, 0.8, np.pi / 2])[:, None]
    noise = jnp.array([0.0, 0.2, 0.7, 0.999])
    found = estimate(half_angle, noise, 7).excitation * 7
    alpha = np.sin(np.asarray(half_angle)) ** 2
    expected = np.maximum(binom.ppf(np.asarray(noise), 7, alpha), 0)
    expected[-1] = 7
    np.testing.assert_array_equal(found.round(12), expected)
    np.testing.assert_allclose(
        binomial(half_angle[:, 0], 7), binom.pmf(np.arange(8), 7, alpha), atol=1e-14
    )


@in_double_precision
def test_surrogate_derivatives():
    """S'(x) = 1/(w(1 + (πx/w)²)), and estimates pass the tangent of α on."""
    slope = jax.grad(lambda x: spike_at(x, 0.4))
    for x in (-0.3, 0.0, 0.2):
        assert float(slope(jnp.asarray(x))) == pytest.approx(
            1 / (0.4 * (1 + (np.pi * x / 0.4) ** 2))
        )
    through = jax.grad(lambda h: estimate(h, jnp.array(0.4), 9).excitation)
    assert float(through(jnp.asarray(0.6))) == pytest.approx(np.sin(1.2))


@in_double_precision
def test_derivative_of_the_summed_law_by_the_angle():
    """Counts are summed over, so θ_in and leak have exact derivatives; finite at α = 0,
    where every record starts.
    """
    shift = 1e-6 * np.eye(3)[[0, 2]]
    parameters = FEW.parameters + np.concatenate([0 * shift[:1], shift, -shift])
    currents = np.repeat(CURRENTS[:, None, None], 5, axis=2)  # (T, 1, 5, 1)
    patterns = np.repeat(np.array([0, 0, 1, 0])[:, None, None], 5, axis=2)

    def value(parameters):
        found = log_likelihoods(
            FEW.kernel, parameters, jnp.asarray(currents), jnp.asarray(patterns)
        )
        return found.sum(), found[0]

    slopes, found = jax.jit(jax.grad(value, has_aux=True))(jnp.asarray(parameters))
    assert np.isfinite(slopes).all()
    expected = (found[1:3] - found[3:]) / 2e-6
    np.testing.assert_allclose(np.asarray(slopes)[0, [0, 2]], expected, rtol=1e-7)


@in_double_precision
def test_surrogate_gradient_of_a_record_is_finite():
    """Through four steps from α = 0 by the chain rule: no infinite slope of arcsin."""
    patterns = jnp.array([0, 0, 0, 1])[:, None, None]

    def value(parameters, currents):
        laws = record_laws(
            InfiniteShotsKernel(0.5), parameters[None], currents, patterns
        )
        return laws[..., 1].sum()

    gradients = jax.jit(jax.grad(value, argnums=(0, 1)))(
        jnp.asarray(EXACT.parameters), jnp.asarray(CURRENTS[:, None, None])
    )
    for gradient in gradients:
        assert np.isfinite(gradient).all()
        assert np.abs(gradient).max() > 0.01


@in_double_precision
def test_gradients_in_single_precision_are_finite():
    """Where silence has probability 1e-30, and where leak rounds to 1."""
    neuron = QLIFNeuron(theta_in=0.0, threshold=0.04, leak=0.5, shots=12)
    parameters = np.array([[0.0, neuron.parameters[1], 0.0], [0.0, 0.0, 40.0]])
    currents = np.array([0.99, -1.0, 0.99, 0.4, -1.0])
    patterns = np.array([[1, 0, 1, 1, 0], [1, 0, 0, 0, 0]]).T[:, None]

    def value(parameters, currents):
        laws = record_laws(neuron.kernel, parameters, currents, jnp.asarray(patterns))
        return laws[..., 1].sum()

    gradients = jax.jit(jax.grad(value, argnums=(0, 1)))(
        jnp.asarray(parameters, dtype=jnp.float32),
        jnp.asarray(np.stack([currents] * 2, -1)[:, None, :, None], dtype=jnp.float32),
    )
    for gradient in gradients:
        assert gradient.dtype == jnp.float32
        assert np.isfinite(gradient).all()


def test_parameters_and_back():
    """(θ_in, logit ϑ, logit leak)."""
    np.testing.assert_allclose(
        FEW.parameters, [0.3, np.log(0.62 / 0.38), np.log(0.8 / 0.2)], rtol=1e-13
    )
    moved = FEW.with_parameters([-0.2, 0.7, -1.0])
    assert (moved.shots, moved.theta_in) == (5, -0.2)
    np.testing.assert_allclose(moved.parameters, [-0.2, 0.7, -1.0], rtol=1e-13)
    drawn = FEW.random_parameters(300, np.random.default_rng(4))
    assert drawn.shape == (300, 3)
    assert np.isfinite(drawn).all()
    assert len({EXACT.kernel, FEW.kernel, DRAWN.kernel}) == 3
    assert replace(EXACT, counts="drawn").kernel == EXACT.kernel == EXACT.law_kernel
    assert DRAWN.law_kernel == FEW.law_kernel == FEW.kernel
    assert FEW.n_io == FEW.kernel.n_io == DRAWN.kernel.n_io == EXACT.kernel.n_io == 1


def test_bad_input_is_refused():
    good = {"theta_in": 0.1, "threshold": 0.4, "leak": 0.5}
    with pytest.raises(ValueError, match="`threshold` must lie between 0 and 1"):
        QLIFNeuron(**good | {"threshold": 1.0})
    with pytest.raises(ValueError, match="`leak` must lie between 0 and 1"):
        QLIFNeuron(**good | {"leak": 0})
    with pytest.raises(TypeError, match="`theta_in` must be one real number"):
        QLIFNeuron(**good | {"theta_in": 1j})
    with pytest.raises(ValueError, match="`surrogate_width` must be positive"):
        QLIFNeuron(**good, surrogate_width=0)
    with pytest.raises(TypeError, match="`shots` must be an integer"):
        QLIFNeuron(**good, shots=7.0)
    with pytest.raises(ValueError, match="`shots` must be at least 1"):
        QLIFNeuron(**good, shots=0)
    with pytest.raises(ValueError, match="`counts` must be one of 'summed', 'drawn'"):
        QLIFNeuron(**good, counts="kept")
    with pytest.raises(ValueError, match=r"is 4 of 10 shots, .* Try 0\.45\."):
        QLIFNeuron(**good, shots=10)


def test_counts_that_do_not_fit_into_memory():
    """The law takes (10⁷ + 1)² numbers, a sample of one row 10⁷ + 1."""
    many = replace(FEW, shots=10**7, threshold=0.62 + 1e-8 / 3)
    for method in (many.log_likelihood, many.spike_probabilities):
        with pytest.raises(
            ValueError, match=r"Counts of 10000000 shots in 1 rows.*GiB"
        ):
            method([[0.1]], [[0]])
    with pytest.raises(ValueError, match=r"in 100000 rows must fit.*fewer shots"):
        many.sample(np.broadcast_to(0.1, (10**5, 1, 1)), 0)


@in_double_precision
def test_drawn_counts_have_no_law_of_records():
    ones = jnp.zeros((1, 1, 1), dtype=int)
    with pytest.raises(ValueError, match="`kernel` must have a law of spikes alone"):
        record_laws(DRAWN.kernel, jnp.ones((1, 3)), ones[..., None], ones)


@pytest.mark.parametrize("neuron", [EXACT, FEW, DRAWN, CONTROL, ESCAPE])
@in_double_precision
def test_kernels_keep_the_precision_of_their_parameters(neuron):
    """Single precision stays single, though double precision is on."""

    def step(parameters, currents, noise):
        prepared = neuron.kernel.prepare(parameters)
        start = neuron.kernel.start(prepared, 2)
        charged = neuron.kernel.charge(prepared, start, currents, noise)
        law = neuron.kernel.law(prepared, charged)
        return start, law, neuron.kernel.settle(prepared, charged, law)

    shapes = ((3, 3), (2, 3, 1), (2, 3))
    given = [jax.ShapeDtypeStruct(shape, jnp.float32) for shape in shapes]
    start, law, end = jax.eval_shape(step, *given)
    assert {start.dtype, law.dtype, end.dtype} == {jnp.dtype("float32")}
    assert law.shape == (2, 3, 2)
    assert start.shape == end.shape
