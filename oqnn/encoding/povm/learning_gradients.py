r"""Gradients of the divergence D(p* ‖ p) with respect to weights and biases.

All are of the form Σ_z q(z) z_i z_j, one number a pair of connected neurons, and the
same with z_i alone for biases. They differ in the q they can know of.
"""

import numpy as np

from ..._core.threads import one_blas_thread
from ...spiking import BoltzmannMachine, Samples, joint_law, visible_law
from ...spiking.sampling.samples import states_of

__all__ = [
    "check_exact",
    "contrastive_gradient",
    "exact_gradient",
    "is_restricted",
    "reweighted_gradient",
]

CHUNK = 2048  # states
MOST_ENUMERATED = 22  # neurons of a network whose hidden neurons are connected


def reweighted_gradient(
    machine: BoltzmannMachine, samples: Samples, target: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return the gradient that a network's own samples give, and their visible law.

    .. math:: \frac{\partial D}{\partial W_{ij}} =
        \left\langle\left(1 - \frac{p^*(v)}{\hat p(v)}\right) z_i z_j\right\rangle

    [1]_, eq. (14), with the histogram p̂ of the same samples. No knowledge of the law
    of the hidden neurons enters, so that any network with pairs of equal weights can
    learn by it. A visible state that p* knows and no sample shows has no p*/p̂; it
    enters as −p*(v) z_i z_j with hidden neurons at their mean activities. The factors
    then sum to zero, as they do where every state is seen.

    Parameters
    ----------
    machine : BoltzmannMachine
        Says which pairs are connected.
    samples : Samples
    target : shape (2**n_visible,)
        p*.

    Returns
    -------
    gradient : shape (e + n,)
        In the order of ``machine.edges``, then the biases.
    law : shape (2**n_visible,)
        p̂.

    References
    ----------
    .. [1] Czischek et al., SciPost Phys. 12, 039 (2022), App. D.
    """
    codes = samples.codes.ravel()
    law = np.bincount(codes, minlength=len(target)) / samples.n_samples
    seen = law > 0
    factors = np.zeros_like(law)
    factors[seen] = (1 - target[seen] / law[seen]) / samples.n_samples
    gradient = _correlate(machine, samples.flat, factors.astype(np.float32)[codes])

    unseen = np.flatnonzero(~seen & (target > 0))
    if len(unseen):
        added = np.tile(samples.flat.mean(axis=0), (len(unseen), 1))
        added[:, : machine.n_visible] = states_of(unseen, machine.n_visible)
        gradient += _correlate(machine, added, -target[unseen])
    return gradient, law


def exact_gradient(
    machine: BoltzmannMachine, target: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradient of a Boltzmann machine by enumeration, and its visible law.

    Hidden neurons that are not connected with each other are summed in closed form.

    Parameters
    ----------
    machine, target
        See `reweighted_gradient`.

    Returns
    -------
    gradient : shape (e + n,)
    law : shape (2**n_visible,)

    Raises
    ------
    ValueError
        If hidden neurons are connected and the network has more than 22 neurons.
    """
    check_exact(machine)
    n_visible = machine.n_visible
    if not machine.mask[n_visible:, n_visible:].any():
        law = visible_law(machine)
        states = states_of(np.arange(len(law)), n_visible)
        activities = _hidden_given(machine, states)
        return _correlate(machine, np.hstack([states, activities]), law - target), law
    joint = joint_law(machine).reshape(2**n_visible, -1)  # (visible, hidden)
    law = joint.sum(axis=1)
    factors = joint * (1 - target / law)[:, None]
    states = states_of(np.arange(2**machine.n), machine.n)
    return _correlate(machine, states, factors.ravel()), law


def contrastive_gradient(
    machine: BoltzmannMachine,
    target: np.ndarray,
    n_samples: int,
    *,
    steps: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the gradient after a few steps of Gibbs sampling from the target.

    Contrastive divergence CD-k: visible states are drawn from p*, hidden neurons given
    them, then both in turn k times. In the correlations hidden neurons count with
    their probabilities.

    Parameters
    ----------
    machine : BoltzmannMachine
        Restricted: connections between visible and hidden neurons alone.
    target : shape (2**n_visible,)
        Up to the tolerance of states: what is below zero is never drawn.
    n_samples : int
    steps : int
        k.
    rng : Generator

    Returns
    -------
    ndarray, shape (e + n,)
    """
    n_visible = machine.n_visible
    chances = np.maximum(target, 0)
    counts = rng.multinomial(n_samples, chances / chances.sum())
    visible = np.repeat(states_of(np.arange(len(target)), n_visible), counts, axis=0)
    across = machine.weights[:n_visible, n_visible:]
    hidden = first = _hidden_given(machine, visible)
    data = np.hstack([visible, first])
    for _ in range(steps):
        drawn = rng.random(hidden.shape) < hidden
        chance = _logistic(drawn @ across.T + machine.biases[:n_visible])
        visible = rng.random(chance.shape) < chance
        hidden = _hidden_given(machine, visible)
    share = np.full(n_samples, 1 / n_samples)
    model = np.hstack([visible, hidden])
    return _correlate(machine, model, share) - _correlate(machine, data, share)


def check_exact(machine: BoltzmannMachine) -> None:
    """Check that an exact gradient does not run over too many states."""
    k, n = machine.n_visible, machine.n
    if n > MOST_ENUMERATED and machine.mask[k:, k:].any():
        raise ValueError(
            f"`machine` must have at most {MOST_ENUMERATED} neurons for "
            f"gradient='exact' where hidden ones are connected, but has {n}: the "
            f"2**{n} states would take {8 * n * 2.0**n / 2**30:.3g} GiB. "
            "Take gradient='reweighted'."
        )


def is_restricted(machine: BoltzmannMachine) -> bool:
    """Tell whether visible and hidden neurons are connected across alone."""
    k = machine.n_visible
    return not (machine.mask[:k, :k].any() or machine.mask[k:, k:].any())


def _hidden_given(machine: BoltzmannMachine, visible: np.ndarray) -> np.ndarray:
    """Return the chances that hidden neurons without mutual connections are active."""
    k = machine.n_visible
    return _logistic(visible @ machine.weights[:k, k:] + machine.biases[k:])


def _logistic(x: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(x / 2)) / 2


def _correlate(
    machine: BoltzmannMachine, states: np.ndarray, factors: np.ndarray
) -> np.ndarray:
    """Return Σ_s q_s z_i z_j over the edges and Σ_s q_s z_i, in the factors' floats.

    A few thousand states at a time stay in the cache, and their sums in double
    precision.
    """
    first, second = machine.edges
    rows = slice(0, first.max(initial=-1) + 1)
    columns = slice(second.min(initial=machine.n), machine.n)
    products = np.zeros((rows.stop, machine.n - columns.start))
    means = np.zeros(machine.n)
    with one_blas_thread():
        for start in range(0, len(states), CHUNK):
            part = slice(start, start + CHUNK)
            z, q = states[part].astype(factors.dtype), factors[part]
            products += (z[:, rows] * q[:, None]).T @ z[:, columns]
            means += q @ z
    return np.concatenate([products[first, second - columns.start], means])
