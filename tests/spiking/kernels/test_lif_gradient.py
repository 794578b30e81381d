"""The backward pass by hand against the one that JAX derives from a plain scan."""

from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from spiking.plain_lif import plain_scan

from oqnn._core.jax64 import in_double_precision
from oqnn.spiking import LIFParameters
from oqnn.spiking.kernels.lif_jax import Detach, LIFState, Weights, rest, scan_steps

STEPS, CHAINS, N, M = 37, 3, 5, 4
ALPHA = 3.0


def parameters(refractory_steps):
    return LIFParameters(
        v_threshold=0.9,
        v_leak=0.15,
        v_reset=-0.2,
        tau_mem_ms=8.0,
        tau_syn_ms=3.0,
        dt_ms=0.8,
        refractory_steps=refractory_steps,
        resistance=1.2,
    )


def problem(refractory_steps, *, steps=STEPS, chains=CHAINS, seed=3):
    """Return parameters, weights, a state amid activity, and source spikes."""
    rng, p = np.random.default_rng(seed), parameters(refractory_steps)
    weights = Weights(
        rng.normal(2.0, 3.0, (N, M)), rng.normal(0.0, 6.0, (N, N))
    )  # active on a third to three quarters of the steps
    counts = rng.poisson(0.6, (steps + 20, chains, M)).astype(float)
    state, _ = plain_scan(p, weights, rest(p, chains, N), counts[:20], ALPHA, Detach())
    return p, weights, state, counts[20:]


def pull(scan, p, weights, state, counts, detach, derivatives):
    """Return values, and derivatives by weights, state and source spikes."""

    def run(weights, state, counts):
        return scan(p, weights, state, counts, ALPHA, detach)

    @jax.jit
    def both(arguments, derivatives):
        found, pulled = jax.vjp(run, *arguments)
        return found, pulled(derivatives)

    return both((weights, state, counts), derivatives)


def some_derivatives(p, steps=STEPS, chains=CHAINS, seed=5):
    """Return derivatives by the last state and by z, different for each."""
    rng = np.random.default_rng(seed)
    shapes = [(chains, N), (chains, N), (p.refractory_steps - 1, chains, N)]
    after = LIFState(*(jnp.asarray(rng.normal(size=shape)) for shape in shapes))
    return after, jnp.asarray(rng.normal(size=(steps, chains, N)))


def assert_close(found, expected, tolerance=1e-11):
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance),
        found,
        expected,
    )


@pytest.mark.parametrize(
    ("refractory_steps", "chains", "detach_reset", "detach_recurrent"),
    [
        *((1, 3, *cut) for cut in product((True, False), repeat=2)),
        (1, 1, False, False),
        (3, 3, True, False),
        (3, 3, False, True),
        (10, 1, False, False),
    ],
)
@in_double_precision
def test_gradient_is_that_of_the_plain_scan(
    refractory_steps, chains, detach_reset, detach_recurrent
):
    p, *arguments = problem(refractory_steps, chains=chains)
    detach = Detach(detach_reset, detach_recurrent)
    derivatives = some_derivatives(p, chains=chains)

    found = pull(scan_steps, p, *arguments, detach, derivatives)
    expected = pull(plain_scan, p, *arguments, detach, derivatives)

    assert 0.2 < found[0][1].mean() < 0.9
    assert_close(found, expected)


@pytest.mark.parametrize(
    ("refractory_steps", "others"),
    [
        (1, (False, False)),
        (3, (True, True)),
        (3, (False, False)),
        (10, (False, True)),
    ],
)
@in_double_precision
def test_gradient_follows_refractoriness(refractory_steps, others):
    """Of spikes before the run too."""
    p, *arguments = problem(refractory_steps)
    detach = Detach(*others, refractory=False)
    derivatives = some_derivatives(p)

    found = pull(scan_steps, p, *arguments, detach, derivatives)
    expected = pull(plain_scan, p, *arguments, detach, derivatives)

    assert_close(found, expected)


@pytest.mark.parametrize("detach_refractory", [True, False])
@in_double_precision
def test_refractory_period_longer_than_the_run(detach_refractory):
    p, weights, state, counts = problem(9, steps=4)
    derivatives = some_derivatives(p, steps=4)
    detach = Detach(False, False, detach_refractory)
    found = pull(scan_steps, p, weights, state, counts, detach, derivatives)
    expected = pull(plain_scan, p, weights, state, counts, detach, derivatives)
    assert_close(found, expected)


@pytest.mark.parametrize(
    ("refractory_steps", "detach_refractory"), [(1, True), (4, True), (4, False)]
)
@in_double_precision
def test_two_runs_make_one(refractory_steps, detach_refractory):
    """Values and derivatives pass through the state between, spikes of the end too."""
    p, weights, state, counts = problem(refractory_steps)
    derivatives = some_derivatives(p)
    detach = Detach(False, False, detach_refractory)

    def twice(p, weights, state, counts, sharpness, detach):
        middle, first = scan_steps(p, weights, state, counts[:16], sharpness, detach)
        last, second = scan_steps(p, weights, middle, counts[16:], sharpness, detach)
        return last, jnp.concatenate([first, second])

    found = pull(twice, p, weights, state, counts, detach, derivatives)
    once = pull(scan_steps, p, weights, state, counts, detach, derivatives)
    assert_close(found, once)


@in_double_precision
def test_a_batch_is_its_members():
    """Values side by side, gradients of weights summed."""
    p, weights, state, counts = problem(3)
    derivatives = some_derivatives(p)
    detach = Detach(False, False)
    whole = pull(scan_steps, p, weights, state, counts, detach, derivatives)
    members = []
    for c in range(CHAINS):
        after, by_active = derivatives
        members.append(
            pull(
                scan_steps,
                p,
                weights,
                jax.tree.map(lambda a, c=c: a[..., c : c + 1, :], state),
                counts[:, c : c + 1],
                detach,
                (
                    jax.tree.map(lambda a, c=c: a[..., c : c + 1, :], after),
                    by_active[:, c : c + 1],
                ),
            )
        )
    active = jnp.concatenate([member[0][1] for member in members], axis=1)
    np.testing.assert_array_equal(active, whole[0][1])
    summed = jax.tree.map(lambda *g: sum(g), *(member[1][0] for member in members))
    assert_close(summed, whole[1][0])


@in_double_precision
def test_single_precision_differs_by_its_rounding_and_stays_single():
    """The spikes of this run are the same; no voltage is within 1e-5 of threshold."""
    p, weights, state, counts = problem(2)
    double = (weights, state, counts)
    single = jax.tree.map(lambda a: np.asarray(a, np.float32), double)
    derivatives = some_derivatives(p)
    detach = Detach(False, False)
    exact = pull(scan_steps, p, *double, detach, derivatives)
    found = pull(
        scan_steps,
        p,
        *single,
        detach,
        jax.tree.map(lambda a: a.astype(np.float32), derivatives),
    )
    assert {leaf.dtype for leaf in jax.tree.leaves(found)} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(found[0][1], exact[0][1])
    scale = max(float(jnp.abs(leaf).max()) for leaf in exact[1][0])
    assert_close(found[1][0], exact[1][0], tolerance=2e-5 * scale)


@in_double_precision
def test_sources_as_bytes_give_the_same():
    p, weights, state, counts = problem(1)
    after, by_active = some_derivatives(p)

    def by_weights(counts):
        @jax.jit
        def pull_weights(weights, counts):
            def run(weights):
                return scan_steps(p, weights, state, counts, ALPHA, Detach())

            return jax.vjp(run, weights)[1]((after, by_active))

        return pull_weights(weights, counts)

    assert_close(by_weights(counts.astype(np.uint8)), by_weights(counts))


@in_double_precision
def test_no_outer_product_is_held_for_each_step():
    """No array of the gradient is larger than steps × chains × sources."""
    steps, chains = 50, 2
    p, weights, state, counts = problem(3, steps=steps, chains=chains)

    def total(weights):
        return scan_steps(p, weights, state, counts)[1].sum()

    program = jax.make_jaxpr(jax.grad(total))(weights)
    largest = max(_sizes(program.jaxpr))
    assert largest <= (steps + p.refractory_steps) * chains * max(N, M)


def _sizes(program):
    """Yield the sizes of all arrays in a program, those of inner programs too."""
    for equation in program.eqns:
        yield from (variable.aval.size for variable in equation.outvars)
        for value in equation.params.values():
            inner = getattr(value, "jaxpr", value)
            if hasattr(inner, "eqns"):
                yield from _sizes(inner)
