"""Learning states in npz files: what a killed training goes on from."""

import hashlib
import json
from pathlib import Path

import numpy as np

from ..._core.checkpoints import read_npz, write_npz
from ...spiking.sampling.chains_file import arrays_of_chains, chains_of_arrays
from ...spiking.training.adam import AdamMoments
from .learning_step import LearningState, Plan

__all__ = ["load_learning", "plan_settings", "save_learning"]


def plan_settings(plan: Plan) -> dict[str, float | int | str | None]:
    """Return the settings of a training that are numbers or words."""
    return {
        "gradient": plan.gradient,
        "sampler": None if plan.sampler is None else repr(plan.sampler),
        "samples": plan.samples,
        "contrastive_steps": plan.contrastive_steps,
        "epochs": plan.epochs,
        "learning_rate": plan.learning_rate,
        "decay": plan.decay,
        "floor": plan.floor,
        "beta_1": plan.betas[0],
        "beta_2": plan.betas[1],
        "centred": plan.centred,
        "averaged": plan.averaged,
        "seed": plan.seed,
    }


def save_learning(
    path: str | Path, plan: Plan, state: LearningState, laws: np.ndarray
) -> None:
    """Write a state and the laws of its epochs, whole or not at all."""
    arrays = {
        "settings": np.array(json.dumps(plan_settings(plan))),
        "digest": np.array(_digest(plan)),
        "parameters": state.parameters,
        "total": state.total,
        "epoch": np.array(state.epoch),
        "laws": laws,
    }
    for name, array in state.moments._asdict().items():
        arrays[f"adam_{name}"] = np.asarray(array)
    write_npz(path, arrays | arrays_of_chains(state.chains))


def load_learning(path: str | Path, plan: Plan) -> tuple[LearningState, np.ndarray]:
    """Return what `save_learning` wrote for the same plan.

    Raises
    ------
    ValueError
        If the file holds something else, or another training.
    """
    arrays = read_npz(path)
    if "digest" not in arrays:
        raise ValueError(
            f"`checkpoint` must be a file of learning a state, but {path} is not. "
            "Move it away, or name another one."
        )
    if str(arrays["digest"]) != _digest(plan):
        raise ValueError(
            f"`checkpoint` must be of this training, but {path} "
            f"{_difference(arrays, plan)}. Move it away, or name another one."
        )
    moments = AdamMoments(
        arrays["adam_mean"], arrays["adam_square"], int(arrays["adam_steps"])
    )
    state = LearningState(
        parameters=arrays["parameters"],
        moments=moments,
        chains=chains_of_arrays(arrays),
        total=arrays["total"],
        epoch=int(arrays["epoch"]),
    )
    return state, arrays["laws"]


def _digest(plan: Plan) -> str:
    """Return a word that is the same for the same training alone."""
    machine = plan.machine
    digest = hashlib.sha256(json.dumps(plan_settings(plan)).encode())
    for array in (machine.mask, machine.weights, machine.biases, plan.target):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _difference(arrays: dict[str, np.ndarray], plan: Plan) -> str:
    """Say in which setting a file differs."""
    before = json.loads(str(arrays["settings"]))
    for name, value in plan_settings(plan).items():
        if before.get(name) != value:
            return f"has {name} = {before.get(name)} and not {value}"
    return "is of another state or another machine"
