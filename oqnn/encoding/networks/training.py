"""Training of spiking networks until their correlations are those of a state."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checkpoints import check_checkpoint
from ..._core.checks import (
    check_choice,
    check_integer,
    check_positive,
)
from ..._core.errors import ConvergenceError
from ..._core.progress import ProgressLine
from ..._core.seeds import derive_seed
from ...spiking import LIFNetwork, init_network
from ..maps.correlation import CorrelationMap
from ..realizability.nearest import nearest_realizable
from ..realizability.qubit_state import as_qubit_state
from ..realizability.realize import visibility
from .reconstruction import measure_state
from .training_result import CorrelationTraining
from .training_track import Plan, Track

if TYPE_CHECKING:
    import qutip

__all__ = ["train_correlations"]

MOST_QUBITS = 3
TARGETS = ("itself", "nearest")
CHAINS_MEASURED = 100
RATES = {1: (0.01, 0.03), 2: (0.3, 1.0), 3: (0.3, 1.0)}  # by number of qubits


def train_correlations(
    rho: "qutip.Qobj | ArrayLike | None" = None,
    *,
    chi: ArrayLike | None = None,
    neurons: int = 64,
    sources: int = 128,
    seed: int = 0,
    network: LIFNetwork | None = None,
    starts: int = 4,
    trial_epochs: int = 2500,
    target: str = "itself",
    epochs: int = 12_000,
    chains: int = 64,
    steps: int = 20,
    learning_rate: float | None = None,
    recurrent_learning_rate: float | None = None,
    sharpness: float = 10.0,
    clip: float = 2.0,
    restart_every: int = 128,
    stop_at_distance: float | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_every: int = 500,
    measure_steps: int = 100_000,
    progress: bool | None = None,
) -> CorrelationTraining:
    r"""Train a network, from random weights, to carry a state of one to three qubits.

    Adam on the squared Frobenius distance
    :math:`2^{-n} \sum (\hat\chi - \chi)^2` of eq. (32) [1]_, see `train`; then a
    measurement with fresh noise, from which the state is rebuilt. The weights of
    `init_network` know nothing of the state. Of each hundred epochs the correlators
    are averaged, and the weights at the end of the last hundred are kept, unless its
    squared distance is more than twice the least one and more than noise above it.

    For a Bell state the spins' own weights alone reach squared fidelities near 0.97.
    What carries it past: the gradient follows spikes to other neurons; its numbers
    are held within `clip` times their running root mean square, without which it
    throws the weights away; every chain restarts from rest now and then, without which
    networks learn rhythms that only the chains of the training are in; and the best
    of a few starts is chosen.

    Parameters
    ----------
    rho : Qobj, ket of shape (2**n,), or shape (2**n, 2**n)
        The state, n = 1, 2, 3.
    chi : shape (4, …, 4)
        Its n-index correlators in place of `rho`.
    neurons, sources : int
        Sizes of the random network, sources > neurons ≥ 3n. Neurons 3q + k are the
        spins of qubit q in direction k.
    seed : int
        Seed of weights, of the noise of training, and of that of the measurement.
    network : LIFNetwork, optional
        Start from its weights instead, as from those trained for a state nearby.
        Weights that its masks leave out stay zero.
    starts, trial_epochs : int
        Train from so many random networks, each for the first so many epochs, and go
        on with the one that is nearest to the target in the last quarter of them; a
        start that will get stuck shows it there. Unused with `network`.
    target : {"itself", "nearest"}
        What to train toward if no spins can carry the state: the state as it is, or
        the nearest realizable matrix.
    epochs : int
        Updates of the weights.
    chains, steps, sharpness
        See `train`.
    learning_rate, recurrent_learning_rate : float, optional
        First rates of Adam, see `train`; by default 0.3 and 1 for correlated spins,
        and 0.01 and 0.03 for one qubit, whose spins start near their targets and
        would be thrown out of their range.
    clip, restart_every
        See `train`; chains warm up for two epochs, uncounted.
    stop_at_distance : float, optional
        Stop when the correlators of a hundred epochs are this near to those trained
        toward, in squared distance. Their sampling noise alone is near
        4**n / (2**n × 100 × chains × steps). Early, while rates are high, the weights
        move around good ones, and may be much further off than their average.
    checkpoint : path, optional
        An npz file to keep the training in. If it is there already the training goes
        on from it, to the same numbers as without the interruption.
    checkpoint_every : int
        Epochs between two writings, rounded up to hundreds.
    measure_steps : int
        Steps T of the final measurement, a multiple of 100.
    progress : bool, optional
        False hides the progress line, True always shows it.

    Returns
    -------
    CorrelationTraining
        Network, losses, learning curve, and the reconstruction: both fidelities,
        raw and physical state, least eigenvalue, rates, raster.

    Raises
    ------
    TypeError, ValueError
        If not one of `rho` and `chi` is given, or it is no state of up to three
        qubits; if the network is too small; if a setting does not fit; if the
        checkpoint is of another training.
    ConvergenceError
        If a weight is no longer finite. Its attribute ``reached`` is the result at
        the last hundred epochs at which all weights were, and the checkpoint, if any,
        holds the same.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), Sec. V.

    Examples
    --------
    >>> result = train_correlations(
    ...     [1, 0], neurons=8, sources=16, epochs=20, measure_steps=1000
    ... )
    >>> result.epochs, result.visibility
    (20, 1.0)
    """
    state = _one_state(rho, chi)
    spins = CorrelationMap(len(state).bit_length() - 1)
    check_choice(target, "target", TARGETS)
    _check_counts(epochs, trial_epochs, checkpoint_every, measure_steps)
    if stop_at_distance is not None:
        check_positive(stop_at_distance, "stop_at_distance")
    check_checkpoint(checkpoint)
    networks = _networks(network, starts, spins.n_spins, neurons, sources, seed)
    rates = _rates(learning_rate, recurrent_learning_rate, spins.n_qubits)

    nearest = nearest_realizable(state)
    aim = spins.chi_from_state(nearest.state if target == "nearest" else state)
    plan = Plan(
        networks=networks,
        products=spins.products,
        targets=aim.reshape(-1)[1:],
        seed=derive_seed(seed, "training"),
        chains=chains,
        trial=min(trial_epochs, epochs),
        numbers={
            "epochs": epochs,
            "steps": steps,
            "learning_rate": rates[0],
            "recurrent_learning_rate": rates[1],
            "sharpness": sharpness,
            "clip": clip,
            "restart_every": restart_every,
        },
    )
    stop = stop_at_distance or 0.0
    tracks, error = _run(plan, stop, checkpoint, checkpoint_every, progress)
    settings = {"trial_epochs": plan.trial, "starts": len(networks), "chains": chains}
    result = _measured(
        plan,
        plan.chosen(tracks, stop),
        state,
        aim,
        least_distance=nearest.squared_distance,
        steps=measure_steps,
        settings=plan.numbers | settings | {"seed": seed, "target": target},
    )
    if error is not None:
        raise _diverged(result, checkpoint) from error
    return result


def _measured(
    plan: Plan,
    track: Track,
    state: np.ndarray,
    aim: np.ndarray,
    *,
    least_distance: float,
    steps: int,
    settings: dict,
) -> CorrelationTraining:
    """Measure the network that was trained, with fresh noise."""
    trained = plan.trained(track)
    return CorrelationTraining(
        network=trained,
        reconstruction=measure_state(
            trained,
            state,
            steps=steps,
            chains=CHAINS_MEASURED,
            seed=derive_seed(settings["seed"], "measurement"),
        ),
        aim=aim,
        visibility=visibility(state),
        least_distance=least_distance,
        losses=track.losses,
        curve=np.insert(track.curve, 0, 1.0, axis=1).reshape(-1, *aim.shape),
        settings=settings,
    )


def _run(
    plan: Plan,
    stop: float,
    checkpoint: str | Path | None,
    every: int,
    show: bool | None,
) -> tuple[list[Track], ConvergenceError | None]:
    """Train until done, near enough or not finite; return the last finite tracks."""
    tracks: list[Track] = []
    if checkpoint is not None and Path(checkpoint).exists():
        tracks = plan.read(checkpoint)
    done = written = sum(len(track.losses) for track in tracks)
    error = None
    with ProgressLine("training", plan.most_epochs - done, show=show) as line:
        while (k := plan.next_start(tracks, stop)) is not None:
            if k == len(tracks):
                tracks.append(plan.begin(k))
            try:
                tracks[k] = plan.advance(tracks[k])
            except ConvergenceError as caught:
                error = caught
                break
            before, done = done, sum(len(track.losses) for track in tracks)
            if checkpoint is not None and done - written >= every:
                plan.write(checkpoint, tracks)
                written = done
            distance = min(map(plan.least_distance, tracks))
            line.advance(done - before, text=f"distance {distance:.5f}")
    if checkpoint is not None and written < done:
        plan.write(checkpoint, tracks)
    return tracks, error


def _diverged(
    result: CorrelationTraining, checkpoint: str | Path | None
) -> ConvergenceError:
    """Return the error of a training that ran away, with what it had reached."""
    kept = "" if checkpoint is None else f", and in {checkpoint}"
    return ConvergenceError(
        f"A weight is no longer finite in the hundred epochs after {result.epochs}, "
        f"where the training had reached {result.reconstruction}. That result is in "
        f"the attribute `reached` of this error{kept}. Go on from its network with a "
        "lower `learning_rate` or `recurrent_learning_rate`.",
        reached=result,
    )


def _one_state(
    rho: "qutip.Qobj | ArrayLike | None", chi: ArrayLike | None
) -> np.ndarray:
    """Return the state that is given, as it is or by its correlators, checked."""
    if (rho is None) == (chi is None):
        raise TypeError(
            "`rho` or `chi` must be given, one of them, but "
            f"{'neither' if rho is None else 'both'} is."
        )
    if rho is not None:
        return as_qubit_state(rho, "rho", MOST_QUBITS)
    tensor = np.asarray(chi)
    n_qubits = tensor.ndim
    if not 1 <= n_qubits <= MOST_QUBITS or tensor.shape != (4,) * n_qubits:
        raise ValueError(
            "`chi` must have shape (4,), (4, 4) or (4, 4, 4), one axis a qubit, "
            f"but has shape {tensor.shape}."
        )
    return as_qubit_state(
        CorrelationMap(n_qubits).state_from_chi(tensor), "chi", MOST_QUBITS
    )


def _networks(
    network: LIFNetwork | None,
    starts: int,
    n_spins: int,
    neurons: int,
    sources: int,
    seed: int,
) -> tuple[LIFNetwork, ...]:
    """Return the networks to start from, large enough for the spins."""
    if network is None:
        check_integer(starts, "starts")
        check_integer(neurons, "neurons", least=n_spins)
        check_integer(sources, "sources", least=neurons + 1)
        seeds = [derive_seed(seed, "weights", start) for start in range(starts)]
        return tuple(init_network(neurons, sources, seed=word) for word in seeds)
    if not isinstance(network, LIFNetwork):
        raise TypeError(
            f"`network` must be a LIFNetwork, but is a {type(network).__name__}."
        )
    check_integer(network.n_neurons, "network.n_neurons", least=n_spins)
    return (network,)


def _rates(
    inputs: float | None, recurrent: float | None, n_qubits: int
) -> tuple[float, float]:
    """Return the learning rates, by default those of so many qubits."""
    defaults = RATES[n_qubits]
    rate = defaults[0] if inputs is None else inputs
    recurrent_rate = defaults[1] if recurrent is None else recurrent
    check_positive(rate, "learning_rate")
    check_positive(recurrent_rate, "recurrent_learning_rate")
    return rate, recurrent_rate


def _check_counts(
    epochs: int, trial_epochs: int, checkpoint_every: int, measure_steps: int
) -> None:
    """Check what is counted before any work."""
    check_integer(epochs, "epochs")
    check_integer(trial_epochs, "trial_epochs")
    check_integer(checkpoint_every, "checkpoint_every")
    check_integer(measure_steps, "measure_steps", least=2 * CHAINS_MEASURED)
    if measure_steps % CHAINS_MEASURED:
        raise ValueError(
            f"`measure_steps` must be a multiple of {CHAINS_MEASURED}, but is "
            f"{measure_steps}."
        )
