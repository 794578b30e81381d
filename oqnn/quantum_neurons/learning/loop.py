"""Training by minibatches, with any estimator of the gradient."""

import hashlib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checkpoints import check_checkpoint
from ..._core.checks import check_choice, check_integer, check_positive
from ..._core.errors import ConvergenceError
from ..._core.interrupts import remembered
from ..._core.progress import ProgressLine
from ..._core.seeds import derive_seed, rng_from
from ..networks.network import Network
from .estimator import Estimator
from .evaluation import TYPES, accuracy
from .learned import LearnedNetwork
from .learning_file import Origin, Settings, load_training, save_training
from .loop_data import Samples, as_data, check_loss, n_output_wires
from .losses import check_output_labels

if TYPE_CHECKING:
    import optax

    from .loop_jax import LearningState

__all__ = ["train_network"]


class Plan(NamedTuple):
    """Everything that stays the same during a training."""

    origin: Origin
    estimator: Estimator
    optimizer: "optax.GradientTransformation"
    inputs: np.ndarray  # (S, T, n_in)
    labels: np.ndarray  # (S,)
    test: tuple[np.ndarray, np.ndarray] | None
    epochs: int
    batch: int
    seed: int
    precision: str


def train_network(
    network: Network,
    data: "Samples | tuple[ArrayLike, ArrayLike]",
    estimator: Estimator,
    *,
    test: "Samples | tuple[ArrayLike, ArrayLike] | None" = None,
    epochs: int = 10,
    batch: int = 32,
    optimizer: "str | optax.GradientTransformation" = "adam",
    learning_rate: float = 0.01,
    seed: int = 0,
    precision: str = "single",
    checkpoint: str | Path | None = None,
    progress: bool | None = None,
) -> LearnedNetwork:
    r"""Train a network with any estimator of the gradient of a mean loss.

    Every epoch goes through the samples in a random order. Those left over by the last
    whole minibatch are left out, other ones in each epoch.

    Parameters
    ----------
    network : Network
        Where to start; weights outside of its masks stay zero.
    data : SpikeData or pair of inputs (S, T, n_in) and labels (S,)
        Spikes 0 or 1.
    estimator : LocalRule or another with the method of `Estimator`
        With the loss it descends.
    test : like `data`, optional
        Classified after every epoch.
    epochs : int, optional
    batch : int, optional
        Samples of a minibatch.
    optimizer : {"adam", "rmsprop", "sgd"} or optax.GradientTransformation, optional
        The latter as it is, without `learning_rate`.
    learning_rate : float, optional
    seed : int, optional
        Of the order of samples and of all spikes and directions.
    precision : {"single", "double"}
        Of all numbers of the training.
    checkpoint : path, optional
        An npz file in which the training is kept after every epoch. If it is there
        already the training goes on from it, to the same numbers as without the
        interruption, also if it is to have more epochs now. Functions are known by
        their names alone, and an optimiser that is given by its state's shapes.
    progress : bool, optional
        False hides the progress line, True always shows it.

    Returns
    -------
    LearnedNetwork

    Raises
    ------
    TypeError, ValueError
        If the data do not fit the network or the loss, a setting does not fit, or the
        checkpoint is of another training.
    ConvergenceError
        If a loss or a parameter is no longer finite. What the epochs before had reached
        is its `reached` and in the checkpoint.
    """
    _check_estimator(estimator)
    inputs, labels = as_data(data, network, "data")
    check_loss(estimator.loss, network, inputs, labels)
    tested = None if test is None else as_data(test, network, "test")
    if tested is not None:
        check_output_labels(tested[1], n_output_wires(network))
    check_integer(epochs, "epochs")
    check_integer(batch, "batch")
    if batch > len(inputs):
        raise ValueError(
            f"`batch` must be at most the {len(inputs)} samples of `data`, but is "
            f"{batch}."
        )
    check_integer(seed, "seed", least=0)
    check_choice(precision, "precision", tuple(TYPES))
    transformation = _as_optimizer(optimizer, learning_rate)
    check_checkpoint(checkpoint)

    settings: Settings = {
        **_choices(estimator, optimizer, learning_rate),
        "epochs": int(epochs),
        "batch": int(batch),
        "seed": int(seed),
        "precision": precision,
    }
    kept = (inputs, labels, *(tested or ()))
    plan = Plan(
        Origin(settings, network, kept),
        estimator,
        transformation,
        inputs,
        labels,
        tested,
        int(epochs),
        int(batch),
        int(seed),
        precision,
    )
    state, curves = _run(plan, checkpoint, progress)
    return _result(plan, state, curves)


def _check_estimator(estimator: Estimator) -> None:
    """Check that an estimator is an instance with its loss and its method."""
    complete = hasattr(estimator, "loss") and hasattr(estimator, "gradient")
    if isinstance(estimator, type) or not (is_dataclass(estimator) and complete):
        raise TypeError(
            "`estimator` must be a LocalRule(), a StraightThrough(), a ScoreFunction() "
            "or another frozen dataclass with their `loss` and `gradient`, but is "
            f"{estimator!r}."
        )


def _choices(
    estimator: Estimator,
    optimizer: "str | optax.GradientTransformation",
    learning_rate: float,
) -> Settings:
    """Return the settings of an estimator and an optimiser."""
    named = isinstance(optimizer, str)
    return {
        "estimator": type(estimator).__name__,
        **settings_of(estimator),
        "optimizer": optimizer if isinstance(optimizer, str) else "given",
        "learning_rate": float(learning_rate) if named else None,
    }


def settings_of(choice: Any) -> Settings:
    """Return the settings of a frozen choice as numbers and words."""
    return {field.name: _plain(getattr(choice, field.name)) for field in fields(choice)}


def _plain(value: Any) -> float | int | str | bool | None:
    """Return a number or a word for a setting."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if is_dataclass(value):
        inner = ", ".join(f"{k}={v}" for k, v in settings_of(value).items())
        return f"{type(value).__name__}({inner})"
    if callable(value):
        name = getattr(value, "__qualname__", type(value).__qualname__)
        return f"{getattr(value, '__module__', '')}.{name}"
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def _as_optimizer(
    optimizer: "str | optax.GradientTransformation", learning_rate: float
) -> "optax.GradientTransformation":
    """Return an optax transformation."""
    import optax

    from .loop_jax import OPTIMIZERS, optimizer_of

    if isinstance(optimizer, optax.GradientTransformation):
        return optimizer
    if not isinstance(optimizer, str):
        raise TypeError(
            "`optimizer` must be a name or an optax.GradientTransformation, but is "
            f"{optimizer!r}."
        )
    check_choice(optimizer, "optimizer", tuple(OPTIMIZERS))
    check_positive(learning_rate, "learning_rate")
    return optimizer_of(optimizer, float(learning_rate))


def _run(
    plan: Plan, checkpoint: str | Path | None, show: bool | None
) -> tuple["LearningState", np.ndarray]:
    """Train, or what the checkpoint leaves; write it after every epoch."""
    from .loop_jax import init

    network = plan.origin.network
    state = init(network, plan.optimizer, TYPES[plan.precision])
    curves = np.empty((0, 4 + len(network.populations)))
    digest = plan.origin.digest if checkpoint is not None else ""
    if checkpoint is not None and Path(checkpoint).exists():
        state, curves = load_training(checkpoint, plan.origin, digest, state)
        if len(curves) > plan.epochs:
            raise ValueError(
                f"`epochs` must be at least the {len(curves)} of the checkpoint, but "
                f"is {plan.epochs}. Move the file away, or name another one."
            )
    total = (plan.epochs - len(curves)) * (len(plan.inputs) // plan.batch)
    with ProgressLine("learning", total, show=show) as line, remembered():
        while len(curves) < plan.epochs:
            after, seen = _epoch(plan, state, curves, line)
            state, curves = after, np.vstack([curves, seen])
            if checkpoint is not None:
                save_training(checkpoint, plan.origin, digest, state, curves)
    return state, curves


def _epoch(
    plan: Plan, state: "LearningState", curves: np.ndarray, line: ProgressLine
) -> tuple["LearningState", np.ndarray]:
    """Go once through the samples and classify the test set; return the curves' row."""
    from .loop_jax import masks_of, network_of, update

    network, before = plan.origin.network, state
    masks = masks_of(network)
    rng = rng_from(plan.seed, "epoch", len(curves))
    order = rng.permutation(len(plan.inputs))
    rows = []
    for first in range(0, len(order) - plan.batch + 1, plan.batch):
        taken = order[first : first + plan.batch]
        gradient, info = plan.estimator.gradient(
            network,
            state.parameters,
            plan.inputs[taken].swapaxes(0, 1),
            plan.labels[taken],
            rng,
        )
        state, seen, finite = update(plan.optimizer, masks, state, gradient, info)
        if not finite:
            raise ConvergenceError(
                f"A loss or a parameter is no longer finite in epoch {len(curves)}. "
                "Try a lower `learning_rate`, or precision='double'.",
                reached=_result(plan, before, curves),
            )
        rows.append(seen)
        line.advance(text=f"loss {seen[0]:.4f}")
    tested = (np.nan, np.nan)
    if plan.test is not None:
        tested = accuracy(
            network_of(network, state),
            plan.test,
            seed=derive_seed(plan.seed, "test", len(curves)),
            precision=plan.precision,
        )
    return state, np.concatenate([tested, np.mean(rows, axis=0)])


def _result(plan: Plan, state: "LearningState", curves: np.ndarray) -> LearnedNetwork:
    """Name the columns of the curves."""
    from .loop_jax import network_of

    return LearnedNetwork(
        network=network_of(plan.origin.network, state),
        loss=curves[:, 2],
        accuracy=curves[:, 3],
        spikes=curves[:, 4:],
        test_accuracy=curves[:, 0],
        test_accuracy_error=curves[:, 1],
        settings=plan.origin.settings,
    )
