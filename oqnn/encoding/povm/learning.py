"""Learning: a network that samples the law of a quantum state's outcomes."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_between,
    check_choice,
    check_density_matrix,
    check_integer,
    check_positive,
)
from ..._core.errors import ConvergenceError
from ..._core.progress import ProgressLine
from ..._core.qobj import as_state
from ..._core.seeds import derive_seed
from ...spiking.sampling.exact import visible_law
from ...spiking.sampling.lif_sampler import LIFSampler
from ...spiking.sampling.machine import BoltzmannMachine, two_layer
from ...spiking.sampling.sampler import Sampler, sample
from ...spiking.training.training_file import check_checkpoint
from .learning_file import load_learning, plan_settings, save_learning
from .learning_gradients import check_exact, is_restricted
from .learning_result import LearnedState, divergence, law_asked_for
from .learning_step import LearningState, Plan, init, step
from .povm import Povm

if TYPE_CHECKING:
    import qutip

__all__ = ["learn_state"]

GRADIENTS = ("reweighted", "contrastive", "exact")
MOST_QUBITS = 6
MOST_BYTES = 2**30
FEW_SAMPLES = 10  # an outcome, below which a warning is due


def learn_state(
    rho: "qutip.Qobj | ArrayLike",
    *,
    povm: Povm | None = None,
    n_hidden: int = 20,
    machine: BoltzmannMachine | None = None,
    sampler: Sampler | None = None,
    gradient: str = "reweighted",
    contrastive_steps: int = 1,
    epochs: int = 2000,
    samples: int = 130_000,
    learning_rate: float = 0.1,
    decay: float = 1e-3,
    floor: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.99),
    centred: bool = True,
    averaged: int = 200,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    checkpoint_every: int = 100,
    progress: bool | None = None,
) -> LearnedState:
    r"""Train a sampling network until its visible neurons have the law of a state.

    The target p* is the law of the outcomes of an informationally complete
    measurement, two visible neurons a qubit for four outcomes. Adam descends
    D(p* ‖ p), eqs. (13)-(17) [1]_, with the learning rate
    :math:`\max(\eta_0 e^{-\kappa t}, f \eta_0)` in epoch t.

    Chains go on from epoch to epoch while the parameters move, after a hundred reads
    of burn-in at the start. The network that is returned has the mean of the
    parameters after each of the last epochs, and is sampled anew, so that it does not
    carry the noise of its last steps; the curves are those of the epochs themselves.

    Parameters
    ----------
    rho : Qobj, ket of shape (2**N,), or shape (2**N, 2**N)
        The state, N = 1 … 6.
    povm : Povm, optional
        The measurement; tetrahedral by default.
    n_hidden : int
        Hidden neurons of the two-layer network that is trained by default; unused with
        `machine`.
    machine : BoltzmannMachine, optional
        Train this one instead, of any graph, from its parameters. It needs as many
        visible neurons as the outcomes have bits.
    sampler : Sampler, optional
        What draws the samples; `LIFSampler` by default. For reweighted gradients
        alone: nothing else samples the network.
    gradient : {"reweighted", "contrastive", "exact"}
        ``"reweighted"`` takes everything from the network's own samples and suits any
        sampler and graph, ``"contrastive"`` is contrastive divergence from samples of
        the target by Gibbs sampling, for networks without connections inside the
        visible and inside the hidden layer, and ``"exact"`` sums over all states of a
        Boltzmann machine. With the latter two every law in the result is exact.
    contrastive_steps : int
        Updates k of CD-k.
    epochs : int
        Number of updates.
    samples : int
        Drawn in each epoch, rounded up to the same number of reads of every chain;
        unused for exact gradients.
    learning_rate, decay, floor : float
        η₀, κ and f above.
    betas : (float, float)
        Memory of Adam for gradients and for their squares. With 0.999 of the paper
        the large gradients of the start slow down what follows.
    centred : bool
        Whether Adam moves weights between spins z - 1/2 in place of weights between z
        themselves, see `to_centred`.
    averaged : int
        Last epochs over which parameters are averaged, all if there are fewer; 1 takes
        the last parameters as they are.
    seed : int
        Of the first weights and of all samples.
    checkpoint : path, optional
        An npz file to keep the training in. If it is there already the training goes
        on from it, to the same numbers as without the interruption.
    checkpoint_every : int
        Epochs between two writings.
    progress : bool, optional
        False hides the progress line, True always shows it.

    Returns
    -------
    LearnedState
        Machine, states, fidelities, and the law of every epoch.

    Raises
    ------
    TypeError, ValueError
        If `rho` is no state of one to six qubits, the measurement has other qubits, or
        the machine other visible neurons than outcomes have bits; if the network does
        not suit the gradient; if a setting does not fit; if the checkpoint is of
        another training.
    ConvergenceError
        If a parameter is no longer finite.

    Warns
    -----
    UserWarning
        If there are fewer than ten samples an outcome.

    References
    ----------
    .. [1] Czischek et al., SciPost Phys. 12, 039 (2022), App. D. Their weights are
       integers of the chip, where η₀ = 1.

    Examples
    --------
    >>> result = learn_state([1, 0], n_hidden=2, gradient="exact", epochs=300)
    >>> result.raw_root_fidelity > 0.99
    True
    """
    state = _as_target(rho)
    n_qubits = len(state).bit_length() - 1
    povm = Povm.tetrahedral(n_qubits) if povm is None else povm
    _check_povm(povm, n_qubits)
    if machine is None:
        check_integer(n_hidden, "n_hidden")
        seed_of_machine = derive_seed(seed, "machine")
        machine = two_layer(povm.n_bits, n_hidden, seed=seed_of_machine)
    _check_machine(machine, povm)
    check_choice(gradient, "gradient", GRADIENTS)
    sampler = _sampler(sampler, gradient)
    _check_network(machine, gradient)
    _check_numbers(epochs, samples, contrastive_steps, checkpoint_every, averaged)
    _check_rates(learning_rate, decay, floor, betas)
    _check_memory(epochs, povm)
    check_checkpoint(checkpoint)
    if gradient != "exact":
        _warn_of_few(samples, povm.n_outcomes)

    plan = Plan(
        machine=machine,
        target=law_asked_for(state, povm),
        gradient=gradient,
        sampler=sampler,
        samples=int(samples),
        contrastive_steps=int(contrastive_steps),
        epochs=int(epochs),
        learning_rate=float(learning_rate),
        decay=float(decay),
        floor=float(floor),
        betas=(float(betas[0]), float(betas[1])),
        centred=bool(centred),
        averaged=int(min(averaged, epochs)),
        seed=int(seed),
    )
    last, laws = _run(plan, checkpoint, checkpoint_every, progress)
    learned = plan.machine_with(last.total / plan.averaged)
    return LearnedState(
        machine=learned,
        povm=povm,
        target=state,
        law=_measured(plan, learned),
        laws=laws,
        settings=plan_settings(plan),
    )


def _run(
    plan: Plan, checkpoint: str | Path | None, every: int, show: bool | None
) -> tuple[LearningState, np.ndarray]:
    """Train, or what the checkpoint leaves; write it on the way and when stopped."""
    laws = np.empty((plan.epochs, len(plan.target)))
    if checkpoint is not None and Path(checkpoint).exists():
        state, before = load_learning(checkpoint, plan)
        laws[: state.epoch] = before
    else:
        state = init(plan)
    written = state.epoch
    n_samples = plan.samples if plan.sampler is not None else 0
    with ProgressLine("learning", plan.epochs - state.epoch, show=show) as line:
        while state.epoch < plan.epochs:
            state, law = step(state, plan)
            laws[state.epoch - 1] = law
            if not np.isfinite(state.parameters).all():
                raise ConvergenceError(
                    f"A parameter is no longer finite after {state.epoch} epochs. "
                    "Try a lower `learning_rate`."
                )
            if checkpoint is not None and (
                state.epoch - written >= every or state.epoch == plan.epochs
            ):
                save_learning(checkpoint, plan, state, laws[: state.epoch])
                written = state.epoch
            reached = divergence(plan.target, law, n_samples)
            line.advance(text=f"divergence {reached:.5f}")
    return state, laws


def _measured(plan: Plan, machine: BoltzmannMachine) -> np.ndarray:
    """Return the law of the visible neurons, of fresh samples if there is a sampler."""
    if plan.sampler is None:
        return visible_law(machine)
    seed = derive_seed(plan.seed, "measurement")
    return sample(machine, plan.sampler, plan.samples, seed=seed).visible_law()


def _as_target(rho: "qutip.Qobj | ArrayLike") -> np.ndarray:
    """Convert and check a state of one to six qubits."""
    matrix = as_state(rho, "rho")
    size = matrix.shape[0] if matrix.ndim else 0
    if matrix.shape != (size, size) or size < 2 or size & (size - 1):
        raise ValueError(
            "`rho` must have shape (2**n, 2**n), one state of n qubits, "
            f"but has shape {matrix.shape}."
        )
    n_qubits = size.bit_length() - 1
    if n_qubits > MOST_QUBITS:
        raise ValueError(
            f"`rho` must have at most {MOST_QUBITS} qubits, but has {n_qubits}: "
            f"samples would have to resolve {4**n_qubits} outcomes."
        )
    check_density_matrix(matrix, "rho")
    return matrix


def _check_povm(povm: Povm, n_qubits: int) -> None:
    if not isinstance(povm, Povm):
        raise TypeError(f"`povm` must be a Povm, but is a {type(povm).__name__}.")
    if povm.n_qubits != n_qubits:
        raise ValueError(
            f"`povm` must measure the {n_qubits} qubits of `rho`, but measures "
            f"{povm.n_qubits}."
        )


def _check_machine(machine: BoltzmannMachine, povm: Povm) -> None:
    if not isinstance(machine, BoltzmannMachine):
        raise TypeError(
            "`machine` must be a BoltzmannMachine, but is a "
            f"{type(machine).__name__}. Make one by `two_layer` or `from_graph`."
        )
    if machine.n_visible != povm.n_bits:
        raise ValueError(
            f"`machine` must have {povm.n_bits} visible neurons for the outcomes of "
            f"{povm.n_qubits} qubits, but has {machine.n_visible}."
        )


def _check_network(machine: BoltzmannMachine, gradient: str) -> None:
    """Check that a gradient exists for a network."""
    if gradient == "contrastive" and not is_restricted(machine):
        raise ValueError(
            "`machine` must connect visible with hidden neurons alone for "
            "gradient='contrastive', but has other connections. "
            "Take gradient='reweighted'."
        )
    if gradient == "exact":
        check_exact(machine)


def _sampler(sampler: Sampler | None, gradient: str) -> Sampler | None:
    """Return the sampler to use, if any."""
    if gradient != "reweighted":
        if sampler is not None:
            raise ValueError(
                "`sampler` must be None unless gradient='reweighted', but is "
                f"{sampler!r}. Sample the learned machine afterwards."
            )
        return None
    if sampler is None:
        return LIFSampler()
    known = hasattr(sampler, "start") and hasattr(sampler, "draw")
    if isinstance(sampler, type) or not known:
        raise TypeError(
            "`sampler` must be a sampler, GibbsSampler() or LIFSampler(), but is a "
            f"{type(sampler).__name__}."
        )
    return sampler


def _check_numbers(
    epochs: int, samples: int, contrastive_steps: int, every: int, averaged: int
) -> None:
    check_integer(epochs, "epochs")
    check_integer(samples, "samples")
    check_integer(contrastive_steps, "contrastive_steps")
    check_integer(every, "checkpoint_every")
    check_integer(averaged, "averaged")


def _check_memory(epochs: int, povm: Povm) -> None:
    """Check that the laws of all epochs fit into memory."""
    n_bytes = 8 * epochs * 2**povm.n_bits
    if n_bytes > MOST_BYTES:
        raise ValueError(
            f"`epochs` must be fewer, but are {epochs}: the laws of {povm.n_bits} "
            f"visible neurons in all of them would take {n_bytes / 2**30:.3g} GiB."
        )


def _check_rates(
    learning_rate: float, decay: float, floor: float, betas: tuple[float, float]
) -> None:
    check_positive(learning_rate, "learning_rate")
    check_between(decay, "decay", 0, np.inf)
    check_between(floor, "floor", 0, 1)
    if np.shape(betas) != (2,) or not all(0 <= beta < 1 for beta in betas):
        raise ValueError(f"`betas` must be two numbers in [0, 1), but are {betas!r}.")


def _warn_of_few(samples: int, n_outcomes: int) -> None:
    if samples < FEW_SAMPLES * n_outcomes:
        warnings.warn(
            f"{samples} samples an epoch are few for {n_outcomes} outcomes: even "
            "independent ones of the target would have a divergence near "
            f"{(n_outcomes - 1) / (2 * samples):.2g}.",
            stacklevel=3,
        )
