"""A learning problem without symmetry, and its cost the slow way."""

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from oqnn._core.bases import from_coordinates, to_coordinates
from oqnn.environments import LearningRule, ProtectionCost, ReferenceEnvironment

ENVIRONMENT = ReferenceEnvironment(
    directions=((1, 0.2, -0.5), (-0.3, 1, 0.4), (0.1, -0.6, 0.9)),
    xi=1.3,
    kappa=0.4,
    epsilon=0.15,
    b=0.7,
    gamma_1=0.05,
    gamma_phi=0.03,
    h=3.0,
)
H = np.array([[0.3, 0.2 - 0.4j], [0.2 + 0.4j, -0.1]])
GATE = expm(-1j * np.array([[0.7, 0.3 - 0.6j], [0.3 + 0.6j, -0.2]]))


def random_states(count, seed=0):
    """Mixed states whose Bloch vectors span neither a 2-design nor a symmetric set."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(count, 2, 2)) + 1j * rng.normal(size=(count, 2, 2))
    rho = a @ a.conj().mT
    return rho / np.trace(rho, axis1=1, axis2=2)[:, None, None]


COST = ProtectionCost(
    readouts=(0.25, 0.625, 1.0),
    weights=(0.2, 0.5, 0.4),
    states=random_states(3),
    target=GATE,
    controls=0.01,
    network=0.003,
)
TARGETS = GATE @ COST.states @ GATE.conj().T


def rule(resolution, **changes):
    """Eight slices of five neurons, one of which steers nothing."""
    settings = {"neurons": 5, "tau": 0.2, "period": 0.8, "slices": 8}
    return LearningRule(resolution=resolution, **(settings | changes))


def random_weights(scale=0.7, seed=5):
    return scale * np.random.default_rng(seed).normal(size=(8, 5, 6))


Y0 = np.array([0.5, -0.3, 0.2, -0.6, 0.1])


def slow_cost(weights, y0=Y0, constants=None):
    """J by an adaptive integrator of order 8, slice by slice.

    One vector holds the neurons, the running cost and the blocks of every state; the
    fidelities are taken state by state, as the cost is defined.
    """
    constants = constants or rule(8)
    generator = ENVIRONMENT.generator(H)
    n, k, width = ENVIRONMENT.n_levels, len(y0), constants.period / len(weights)
    starts = [np.tile(to_coordinates(r).real / n, n) for r in COST.states]
    z = np.concatenate([y0, [0.0], *starts])
    readouts = np.round(np.array(COST.readouts) * len(weights)).astype(int)
    total = COST.network / 2 * width * (weights**2).sum()
    for end, W in enumerate(weights, start=1):

        def slope(_, z, W=W):
            y, X = z[:k], z[k + 1 :].reshape(len(starts), -1)
            dy = (np.tanh(W[:, 0] + W[:, 1:] @ y) - y) / constants.tau
            running = COST.controls / 2 * (y @ y)
            moved = X @ generator.matrix(y[:4]).T
            return np.concatenate([dy, [running], moved.reshape(-1)])

        run = solve_ivp(slope, (0, width), z, method="DOP853", rtol=1e-12, atol=1e-13)
        z = run.y[:, -1]
        for q in np.array(COST.weights)[readouts == end]:
            blocks = from_coordinates(z[k + 1 :].reshape(len(starts), n, 4))
            fidelity = np.einsum("sij,snji->s", TARGETS, blocks).real
            total += q * (1 - fidelity.mean())
    return total + z[k]
