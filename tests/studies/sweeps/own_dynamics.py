"""Parts of a sweep as a user writes them, for tests: some of them fail."""

import numpy as np

from oqnn.dynamics import ControlledGenerator, PiecewiseControls, RegisterGenerator
from oqnn.environments import Material, NetworkDrive, ReferenceEnvironment

SIGMA_X = np.array([[0, 1], [1, 0]])


def choosy(kappa=0.2, forbidden=-1.0):
    """A reference environment that refuses one rate."""
    if kappa == forbidden:
        raise RuntimeError(f"no environment at {kappa}")
    return ReferenceEnvironment(kappa=kappa)


class Growing:
    """One level whose state grows without end: no environment that exists."""

    d, n_controls, control_names, ancilla = 2, 1, ("x",), None
    register_law = np.ones(1)

    def __init__(self, rate):
        self.rate = rate

    def generator(self, H=None):
        class Rate:
            n, d, dimension, n_controls = 1, 2, 4, 0

            def __init__(self, rate):
                self.rate = rate

            def matrix(self, u=None):
                return self.rate * np.eye(4)

            def apply(self, blocks, u=None):
                return self.rate * blocks

            adjoint = apply

        field = RegisterGenerator(SIGMA_X / 2)
        return ControlledGenerator(Rate(self.rate), [field])

    def frame_generator(self):
        field = RegisterGenerator(SIGMA_X / 2)
        return ControlledGenerator(RegisterGenerator(0 * SIGMA_X), [field])


def growing(rate=0.0):
    """An environment whose state leaves all numbers at a large rate."""
    return Growing(rate)


def survival(seen):
    """Population of the first level."""
    return seen.states[:, :, 0, 0].real


def touchy(seen):
    """Refuses states that have lost much."""
    values = seen.states[:, -1, 0, 1].imag
    if (np.abs(values) < 0.2).any():
        raise ValueError("too little is left")
    return values


def wrong_shape(seen):
    """Not a number a point."""
    return np.zeros((3, len(seen), 2))


def still(environment):
    """Constant controls that only need the environment."""
    return np.linspace(-0.5, 0.5, environment.n_controls)


def kicked(environment, seed, period):
    """A cycle of two slices, drawn from a seed."""
    values = np.random.default_rng(seed).uniform(-1, 1, (2, environment.n_controls))
    return PiecewiseControls([0, 0.25 * period, period], values, periodic=True)


def fussy(environment, seed):
    """Constant controls that only even seeds can make."""
    if seed % 2:
        raise RuntimeError("odd seeds make nothing")
    return np.random.default_rng(seed).uniform(-1, 1, environment.n_controls)


def woven(environment, seed):
    """A network that no learning made, finer than most."""
    k = environment.n_controls
    weights = np.random.default_rng(seed).normal(size=(8, k, k + 1))
    drive = NetworkDrive(
        weights=weights, y0=np.zeros(k), tau=0.5, period=4.0, resolution=40
    )
    return Material(kind="woven", environment=environment, drive=drive)


def frameless(kappa=0.2):
    """A reference environment of which nobody knows how its fields turn."""
    return Frameless(kappa=kappa) if kappa > 0.25 else ReferenceEnvironment(kappa=kappa)


class Frameless:
    """A reference environment without `frame_generator`."""

    def __init__(self, kappa):
        own = ReferenceEnvironment(kappa=kappa)
        for name in ("d", "n_controls", "control_names", "register_law", "ancilla"):
            setattr(self, name, getattr(own, name))
        self.generator = own.generator


def scribbling(seen):
    """Writes where it should only read."""
    seen.states[:] = 0
    return seen.states[:, :, 0, 0].real


def too_strong(environment):
    """Controls beyond their bounds."""
    return 2 * np.ones(environment.n_controls)


def greedy(environment, everything):
    """Asks for what is not offered."""
    return environment, everything
