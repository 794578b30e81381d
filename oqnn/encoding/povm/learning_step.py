"""One epoch of learning: samples of the network, their gradient, a step of Adam."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..._core.seeds import derive_seed, rng_from
from ...spiking import BoltzmannMachine, Chains, Sampler, visible_law
from ...spiking.training.adam import AdamMoments, adam_direction
from .learning_gradients import (
    contrastive_gradient,
    exact_gradient,
    reweighted_gradient,
)

__all__ = ["LearningState", "Plan", "from_centred", "init", "step", "to_centred"]

BURN_IN = 100  # reads of every chain before the first epoch


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What a training holds fixed; see `learn_state`."""

    machine: BoltzmannMachine  # its graph, and the parameters to start from
    target: np.ndarray  # (2**n_visible,)
    gradient: str
    sampler: Sampler | None
    samples: int
    contrastive_steps: int
    epochs: int
    learning_rate: float
    decay: float
    floor: float
    betas: tuple[float, float]
    centred: bool
    averaged: int
    seed: int

    def rate(self, epoch: int) -> float:
        """Return the learning rate, max(η₀ e^{−κt}, floor η₀)."""
        return self.learning_rate * max(math.exp(-self.decay * epoch), self.floor)

    def machine_with(self, parameters: np.ndarray) -> BoltzmannMachine:
        """Return the machine with edge weights and biases in one row."""
        n_edges = len(self.machine.edges[0])
        return self.machine.with_parameters(parameters[:n_edges], parameters[n_edges:])


class LearningState(NamedTuple):
    """What the next epoch needs."""

    parameters: np.ndarray  # (e + n,), weights of the edges, then biases
    moments: AdamMoments
    chains: Chains | None  # they go on from epoch to epoch
    total: np.ndarray  # (e + n,), sum of the parameters over the averaged epochs
    epoch: int  # number of epochs done


def init(plan: Plan) -> LearningState:
    """Return the state before the first epoch, chains after their burn-in."""
    machine = plan.machine
    parameters = np.concatenate([machine.edge_weights, machine.biases])
    zeros = np.zeros_like(parameters)
    chains = None
    if plan.sampler is not None:
        seed = derive_seed(plan.seed, "chains")
        chains = plan.sampler.start(machine, seed=seed)
        n_chains = len(next(iter(chains.arrays.values())))
        _, chains = plan.sampler.draw(machine, chains, BURN_IN * n_chains)
    return LearningState(
        parameters=parameters,
        moments=AdamMoments(zeros, zeros, 0),
        chains=chains,
        total=zeros,
        epoch=0,
    )


def step(state: LearningState, plan: Plan) -> tuple[LearningState, np.ndarray]:
    """Run one epoch, and return the law of the visible neurons before its update."""
    machine = plan.machine_with(state.parameters)
    chains = state.chains
    if plan.sampler is not None and chains is not None:
        samples, chains = plan.sampler.draw(machine, chains, plan.samples)
        gradient, law = reweighted_gradient(machine, samples, plan.target)
    elif plan.gradient == "exact":
        gradient, law = exact_gradient(machine, plan.target)
    else:
        law = visible_law(machine)
        gradient = contrastive_gradient(
            machine,
            plan.target,
            plan.samples,
            steps=plan.contrastive_steps,
            rng=rng_from(plan.seed, "contrastive", state.epoch),
        )
    if plan.centred:
        gradient = to_centred(machine, gradient)
    direction, moments = adam_direction(gradient, state.moments, plan.betas)
    if plan.centred:
        direction = from_centred(machine, direction)
    parameters = state.parameters - plan.rate(state.epoch) * direction
    counted = state.epoch >= plan.epochs - plan.averaged
    after = LearningState(
        parameters=parameters,
        moments=moments,
        chains=chains,
        total=state.total + parameters if counted else state.total,
        epoch=state.epoch + 1,
    )
    return after, law


def to_centred(machine: BoltzmannMachine, gradient: np.ndarray) -> np.ndarray:
    r"""Return the gradient with respect to weights and fields instead of biases.

    In :math:`\sum W_{ij} (z_i - \tfrac12)(z_j - \tfrac12) + \sum c_i z_i`, which is
    the same up to a constant, the fields are :math:`c_i = b_i + \tfrac12 \sum_j W_{ij}`
    and weights have :math:`g_{ij} - \tfrac12 (g_i + g_j)`. Coordinates that do not
    prefer z = 0 to z = 1 suit a step along single ones: Adam comes as far in some
    hundred epochs as in thousands without.
    """
    first, second = machine.edges
    k = len(first)
    result = gradient.copy()
    result[:k] -= (gradient[k + first] + gradient[k + second]) / 2
    return result


def from_centred(machine: BoltzmannMachine, change: np.ndarray) -> np.ndarray:
    """Return the change of weights and biases for one of weights and fields."""
    first, second = machine.edges
    k = len(first)
    result = change.copy()
    for ends in (first, second):
        result[k:] -= np.bincount(ends, change[:k], minlength=machine.n) / 2
    return result
