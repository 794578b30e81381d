"""Learning: a network that samples the law of a quantum state's outcomes."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checkpoints import check_checkpoint
from ..._core.checks import check_integer
from ..._core.errors import ConvergenceError
from ..._core.interrupts import remembered
from ..._core.progress import ProgressLine
from ..._core.seeds import derive_seed
from ...spiking import BoltzmannMachine, Sampler, sample, two_layer, visible_law
from .learning_file import load_learning, plan_settings, save_learning
from .learning_inputs import (
    as_povm,
    as_sampler,
    as_target,
    check_counts,
    check_machine,
    check_rates,
    warn_of_few,
)
from .learning_result import LearnedState, divergence, law_asked_for
from .learning_step import LearningState, Plan, init, step
from .povm import Povm

if TYPE_CHECKING:
    import qutip

__all__ = ["learn_state"]

MOST_AVERAGED = 200  # epochs, unless others are asked for
FIRST_WEIGHTS = 0.3  # standard deviation: near zero a network learns nothing at first


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
    averaged: int | None = None,
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
        What draws the samples; `LIFSampler` by default, which with its
        ``read_every_ms=5`` gives more different ones. For reweighted gradients alone:
        nothing else samples the network.
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
    averaged : int, optional
        Last epochs over which parameters are averaged, all if there are fewer; 1 takes
        the last parameters as they are. By default a fifth of the epochs, at most 200.
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
    state = as_target(rho)
    povm = as_povm(povm, len(state).bit_length() - 1)
    sampler = as_sampler(sampler, gradient)
    machine = _machine(machine, povm, n_hidden, seed)
    check_machine(machine, povm, gradient)
    check_counts(
        povm,
        epochs=epochs,
        samples=samples,
        contrastive_steps=contrastive_steps,
        averaged=1 if averaged is None else averaged,
        checkpoint_every=checkpoint_every,
    )
    check_rates(learning_rate, decay, floor, betas)
    check_checkpoint(checkpoint)
    if gradient != "exact":
        warn_of_few(samples, povm.n_outcomes)

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
        averaged=_averaged(averaged, epochs),
        seed=int(seed),
    )
    last, laws = _run(plan, checkpoint, checkpoint_every, progress)
    return _result(plan, povm, state, last, laws)


def _machine(
    machine: BoltzmannMachine | None, povm: Povm, n_hidden: int, seed: int
) -> BoltzmannMachine:
    """Return the machine to start from, a random one by default."""
    if machine is not None:
        return machine
    check_integer(n_hidden, "n_hidden")
    seed = derive_seed(seed, "machine")
    return two_layer(povm.n_bits, n_hidden, scale=FIRST_WEIGHTS, seed=seed)


def _averaged(averaged: int | None, epochs: int) -> int:
    """Return the number of last epochs whose parameters are averaged."""
    if averaged is None:
        return max(1, min(MOST_AVERAGED, epochs // 5))
    return int(min(averaged, epochs))


def _run(
    plan: Plan, checkpoint: str | Path | None, every: int, show: bool | None
) -> tuple[LearningState, np.ndarray]:
    """Train, or what the checkpoint leaves; write it on the way and at the end."""
    laws = np.empty((plan.epochs, len(plan.target)))
    if checkpoint is not None and Path(checkpoint).exists():
        state, before = load_learning(checkpoint, plan)
        laws[: state.epoch] = before
    else:
        state = init(plan)
    written = state.epoch
    n_samples = plan.samples if plan.sampler is not None else 0
    left = plan.epochs - state.epoch
    with ProgressLine("learning", left, show=show) as line, remembered():
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


def _result(
    plan: Plan, povm: Povm, rho: np.ndarray, last: LearningState, laws: np.ndarray
) -> LearnedState:
    """Average the last parameters and measure the machine that has them."""
    machine = plan.machine_with(last.total / plan.averaged)
    if plan.sampler is None:
        law = visible_law(machine)
    else:
        seed = derive_seed(plan.seed, "measurement")
        law = sample(machine, plan.sampler, plan.samples, seed=seed).visible_law()
    return LearnedState(
        machine=machine,
        povm=povm,
        target=rho,
        law=law,
        laws=laws,
        settings=plan_settings(plan),
    )
