"""Drives that a learned one is held against: what it owes to its order and energy."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.linalg import expm
from scipy.optimize import minimize

from .._core.checks import check_integer
from .._core.errors import ConvergenceError
from .._core.threads import one_blas_thread
from ..dynamics import ConstantControls, PiecewiseControls
from ..environments import (
    Environment,
    LearningRule,
    LearningState,
    Material,
    NetworkDrive,
    ProtectionCost,
    step,
)
from ..environments.environment import lift_matrix, reduce_matrix
from .probe import FIELDS, Probe

__all__ = ["ConstantWeights", "random_drive", "same_power", "shuffled", "within_power"]

SAMPLES = 640  # of a drive that is randomised: an eighth of λ in the reference setting


def shuffled(material: Material, rng: np.random.Generator) -> Material:
    """Return a learning material with the slices of its weights in random order."""
    drive = _network(material)
    order = rng.permutation(len(drive.weights))
    return replace(
        material, kind="shuffled", drive=replace(drive, weights=drive.weights[order])
    )


def random_drive(
    material: Material, rng: np.random.Generator, *, samples: int = SAMPLES
) -> Material:
    """Return a material whose drive has the spectrum of a learned one, and no order.

    The phases of all Fourier components of one cycle are drawn anew, of each control by
    itself. Its mean and, by Parseval's theorem, its power stay; what then passes the
    bounds is cut off, as no channel can deliver it, and its power with it.

    Parameters
    ----------
    material : Material
        With a `NetworkDrive`.
    rng : np.random.Generator
        Draws the phases.
    samples : int, optional
        Slices of the cycle on which the new drive is constant.
    """
    check_integer(samples, "samples", least=2)
    drive, n = _network(material), material.environment.n_controls
    times = np.linspace(0, drive.period, samples + 1)
    values = drive.until(drive.period, n).samples(times[:-1], times[1:])[1]
    spectrum = np.fft.rfft(values, axis=0)
    turns = np.exp(2j * np.pi * rng.random(spectrum.shape))
    turns[0] = 1
    if samples % 2 == 0:  # the highest component is real
        turns[-1] = np.where(turns[-1].real < 0, -1, 1)
    drawn = np.fft.irfft(turns * spectrum, samples, axis=0)
    return Material(
        kind="random drive",
        environment=material.environment,
        drive=PiecewiseControls(times, np.clip(drawn, -1, 1), periodic=True),
    )


def same_power(
    environment: Environment,
    power: float,
    probe: Probe,
    *,
    starts: int = 8,
    seed: int = 0,
) -> Material:
    """Return the best constant controls whose fields have a given power.

    Minimises the infidelity of a probe at fixed y₁² + y₂² + y₃² by sequential quadratic
    programming from random points, with exact exponentials and derivatives by
    differences. In the laboratory frame the least loss depends strongly on the power,
    as the readouts have to find the qubit after whole turns; see `within_power`.

    Parameters
    ----------
    environment : Environment
        With three fields among its controls, the first ones.
    power : float
        In (0, 3).
    probe : Probe
        What is to be kept.
    starts, seed : int, optional
        Number of random points, and their seed.

    Raises
    ------
    ValueError
        If constants within their bounds cannot have that power.
    ConvergenceError
        If no start converges.
    """
    return _constants("eq", environment, power, probe, starts, seed)


def within_power(
    environment: Environment,
    power: float,
    probe: Probe,
    *,
    starts: int = 8,
    seed: int = 0,
) -> Material:
    """Return the best constant controls whose fields have at most a given power.

    Parameters and errors are those of `same_power`.
    """
    return _constants("ineq", environment, power, probe, starts, seed)


def _constants(
    kind: Literal["eq", "ineq"],
    environment: Environment,
    power: float,
    probe: Probe,
    starts: int,
    seed: int,
) -> Material:
    if not 0 < power < FIELDS:
        raise ValueError(f"`power` must lie between 0 and {FIELDS}, but is {power}.")
    parts = environment.generator(probe.H).matrices()
    lift, reduce = lift_matrix(environment), reduce_matrix(environment)

    def lost(y: np.ndarray) -> float:
        L = parts[0] + np.tensordot(y, parts[1:], 1)
        return probe.lost(reduce @ expm(L * probe.times[:, None, None]) @ lift)

    def left(y: np.ndarray) -> float:
        return float(power - (y[:FIELDS] ** 2).sum())

    best, least = None, np.inf
    rng = np.random.default_rng(seed)
    with one_blas_thread():
        for _ in range(starts):
            y = rng.uniform(-1, 1, environment.n_controls)
            found = minimize(
                lost,
                y,
                method="SLSQP",
                bounds=[(-1, 1)] * len(y),
                constraints={"type": kind, "fun": left},
            )
            if found.success and found.fun < least:
                best, least = found.x, found.fun
    if best is None:
        raise ConvergenceError(f"None of {starts} starts converged. Try more starts.")
    drive = ConstantControls(best)
    return Material(kind="same power", environment=environment, drive=drive)


@dataclass(frozen=True)
class ConstantWeights:
    r"""Learn one set of weights for a whole epoch: g is averaged over τ.

    A method for `learn`. Momenta that start equal on all slices stay so, and averaging
    them after each step averages g, as :math:`M ← μM − η\bar g` is linear. Weights that
    are constant make a drive that settles to one point or, if the network wants, goes
    round for ever.
    """

    def __call__(
        self,
        state: LearningState,
        environment: Environment,
        rule: LearningRule,
        cost: ProtectionCost,
        *,
        H: np.ndarray | None,
        epochs: int,
        seeds: object,
    ) -> LearningState:
        """Return the state after so many more epochs."""
        for _ in range(epochs):
            new = step(state, environment, rule, cost, H=H)
            mean = new.momenta.mean(axis=1, keepdims=True)
            momenta = np.broadcast_to(mean, new.momenta.shape)
            state = new._replace(
                momenta=momenta, weights=state.weights + momenta / rule.mass
            )
        return state


def _network(material: Material) -> NetworkDrive:
    if not isinstance(material.drive, NetworkDrive):
        raise TypeError(
            "`material` must be steered by a NetworkDrive, but is by a "
            f"{type(material.drive).__name__}."
        )
    return material.drive
