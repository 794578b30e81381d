"""A trajectory of states, carried by the correlations of classical spins."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_choice, check_integer
from .._core.progress import ProgressLine
from .._core.seeds import derive_seed
from ..dynamics import Evolution
from ..encoding import (
    CorrelationMap,
    Law,
    Povm,
    Reconstruction,
    compile_law,
    least_change_correlators,
    measure_state,
    nearest_realizable,
    realize,
)
from ..spiking import BoltzmannMachine, LIFNetwork, Sampler, train
from .carried import CarriedState, CarriedTrajectory
from .carry import LEARNING_RATES, first_network
from .carry_inputs import MOST_QUBITS, as_trajectory, check_network, fingerprints
from .carry_povm import carry_outcomes, check_povm, sampler_of_outcomes
from .gauge import realizability_margin
from .sampling import measure_correlators
from .saving import as_dataset, from_dataset
from .store import Store

if TYPE_CHECKING:
    import qutip

__all__ = ["carry"]

WAYS = ("network", "laws", "compiled")
CHAINS = 100  # of the measurement of a network
BURN_IN = 100  # steps that each chain drops first, at least

Finish = Callable[[str, Callable[[], CarriedState]], CarriedState]


def carry(
    states: "Evolution | ArrayLike | Sequence[qutip.Qobj]",
    times: ArrayLike | None = None,
    *,
    by: str = "network",
    povm: Povm | None = None,
    sampler: Sampler | None = None,
    samples: int = 100_000,
    network: LIFNetwork | BoltzmannMachine | None = None,
    neurons: int = 16,
    sources: int = 64,
    epochs: int = 1000,
    seed: int = 0,
    out: str | Path | None = None,
    progress: bool | None = None,
) -> CarriedTrajectory:
    """Carry a trajectory ρ(t) by spins, and rebuild it from what they do.

    At each time the state is asked whether classical spins can carry it at all. If not,
    the realizable matrix nearest to it stands in for it, and the result says so. Then
    either one network of spiking neurons, trained from what it was at the time before,
    or a law of the spins, as little changed as can be, or a network compiled from that
    law is measured anew, and the state is rebuilt, with errors.

    With a `povm` neurons hold the outcomes of that measurement in place of spins whose
    correlators are the state's. Every state has a law of outcomes, so each is carried
    itself; networks are Boltzmann machines that sample it, see `learn_state`. The
    margins are those of spins nonetheless.

    Parameters
    ----------
    states : Evolution, or sequence of Qobj or of arrays of shape (2**n, 2**n)
        States of one to three qubits along the trajectory; kets are fine.
    times : shape (t,)
        Strictly increasing. An Evolution brings its own.
    by : {"network", "laws", "compiled"}
        What carries the states: a trained network; laws, sampled as they are; or
        networks compiled from the laws, without training, not with a `povm`.
    povm : Povm, optional
        Measurement whose outcomes are carried. By default spins are.
    sampler : Sampler, optional
        What samples the networks with a `povm`; `LIFSampler` by default. A folder
        `out` knows it by its `repr`.
    samples : int
        Steps or independent samples to measure at each time, of a network of spins a
        multiple of 100. With a `povm` as many are drawn in each epoch of training.
    network : LIFNetwork, or BoltzmannMachine with a `povm`, optional
        Where training starts at the first time. By default spins that copy common
        drivers, as the pair correlators suggest; for three qubits, where pairs do not
        say enough, the network compiled from the first law.
    neurons, sources : int
        Least number of neurons of that first network, and the number of its sources;
        unused with `network` and for three qubits. With a `povm` the number of hidden
        neurons; there are no sources.
    epochs : int
        Of training, at each time. With a `povm` the network has the mean of its
        parameters over the last fifth of them.
    seed : int
        Of weights, training and measurement. Each time has streams of its own.
    out : path, optional
        Folder to keep each finished time in; a run that was killed goes on there. By
        default nothing is kept on disk.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    CarriedTrajectory
        Rebuilt states, raw and physical, with fidelities, distances and errors, and the
        realizability margin over time. Print it, or see ``to_xarray()``.

    Raises
    ------
    TypeError, ValueError
        If `states` are no states of one to three qubits, `times` do not increase or
        are not as many, a count is too small or of the wrong kind, or a network or a
        sampler is given where it is of no use.
    StudyMismatch, StudyBusy, NoSpaceError
        As `Store`, if `out` holds something else, is in use, or is full.
    ConvergenceError
        If a linear program is not solved, or training diverges.

    Examples
    --------
    A pair that no spins can carry at first, and that noise brings within reach:

    >>> pair = np.outer(ket := [1, 0, 0, np.exp(0.25j * np.pi)], np.conj(ket)) / 2
    >>> states = [v * pair + (1 - v) * np.eye(4) / 4 for v in (1.0, 0.5)]
    >>> found = carry(states, [0.0, 1.0], by="laws")
    >>> found.realizable.tolist()
    [False, True]
    >>> print(found.not_realizable()[0])
    not realizable at t = 0, visibility 0.7071: the nearest realizable matrix was
    carried, at a squared distance of 0.0429
    """
    matrices, times = as_trajectory(states, times)
    check_choice(by, "by", WAYS)
    settings = _Settings(
        by=by,
        samples=samples,
        neurons=neurons,
        sources=sources,
        epochs=epochs,
        seed=seed,
    )
    n_qubits = matrices.shape[1].bit_length() - 1
    check_povm(povm, by, n_qubits)
    sampler = sampler_of_outcomes(sampler, povm, by)
    _check_counts(settings, povm)
    check_network(network, by, 3 * n_qubits, povm)

    points: list[CarriedState] = []
    with ExitStack() as stack:
        line = ProgressLine("carrying", len(times), show=progress)
        finish: Finish = _plainly
        if out is not None:
            names = fingerprints(matrices, times, network, povm, sampler)
            record = {**vars(settings), **names}
            finish = _kept_in(stack.enter_context(Store(out, {"carried": record})))
        stack.enter_context(line)
        for index, (rho, time) in enumerate(zip(matrices, times, strict=True)):
            before = points[-1] if points else None
            arguments = (index, float(time), rho, before, network, settings)
            carried = partial(_carry_one, *arguments, povm, sampler)
            points.append(finish(f"carried/{index:05d}", carried))
            line.advance(text=str(points[-1].reconstruction).partition(",")[0])
    return CarriedTrajectory(by=by, points=tuple(points))


@dataclass(frozen=True, kw_only=True)
class _Settings:
    """What the numbers depend on besides the states."""

    by: str
    samples: int
    neurons: int
    sources: int
    epochs: int
    seed: int


def _carry_one(
    index: int,
    time: float,
    rho: np.ndarray,
    before: CarriedState | None,
    network: LIFNetwork | BoltzmannMachine | None,
    settings: _Settings,
    povm: Povm | None,
    sampler: Sampler | None,
) -> CarriedState:
    """Carry one state by spins, or by outcomes if there is a measurement."""
    seed = derive_seed(settings.seed, "carry", index)
    start = network if before is None else before.network
    if povm is None:
        assert not isinstance(start, BoltzmannMachine)
        return _carry_spins(time, rho, before, start, settings, seed)
    assert not isinstance(start, LIFNetwork)
    return carry_outcomes(
        time,
        rho,
        povm,
        machine=start,
        sampler=sampler,
        samples=settings.samples,
        hidden=settings.neurons,
        epochs=settings.epochs,
        seed=seed,
    )


def _carry_spins(
    time: float,
    rho: np.ndarray,
    before: CarriedState | None,
    start: LIFNetwork | None,
    settings: _Settings,
    seed: int,
) -> CarriedState:
    """Find the law of one state, train if asked to, and measure."""
    spins = CorrelationMap(len(rho).bit_length() - 1)
    found = realize(rho)
    if isinstance(found.law, Law):
        aim, law = rho, found.law
    else:
        nearest = nearest_realizable(rho)
        aim, law = nearest.state, nearest.law
    if before is not None:
        assert isinstance(before.law, Law)
        law = least_change_correlators(before.law, law.correlators())
    carrier, losses, burn_in = None, np.empty(0), BURN_IN
    if settings.by == "network":
        carrier, losses = _trained(spins, law, start, settings, seed)
    elif settings.by == "compiled":
        compiled = compile_law(law)
        carrier, burn_in = compiled.network, max(BURN_IN, compiled.burn_in)
    return CarriedState(
        time=time,
        aim=aim,
        margin=realizability_margin(spins.chi_from_state(rho)),
        visibility=found.visibility,
        law=law,
        network=carrier,
        losses=losses,
        reconstruction=_measured(rho, law, carrier, settings.samples, burn_in, seed),
    )


def _trained(
    spins: CorrelationMap,
    law: Law,
    start: LIFNetwork | None,
    settings: _Settings,
    seed: int,
) -> tuple[LIFNetwork, np.ndarray]:
    """Train towards the correlators of a law; return the network and its losses."""
    targets = law.correlators().reshape(-1)[1:]
    if start is None and spins.n_qubits == MOST_QUBITS:
        start = compile_law(law).network
    if start is None:
        start = first_network(
            spins,
            targets,
            neurons=settings.neurons,
            sources=settings.sources,
            seed=derive_seed(seed, "weights"),
        )
    rate = LEARNING_RATES[spins.n_qubits]
    result = train(
        start,
        spins.products,
        targets,
        epochs=settings.epochs,
        seed=derive_seed(seed, "training"),
        learning_rate=rate,
        recurrent_learning_rate=3 * rate,
        progress=False,
    )
    return result.network, result.losses


def _measured(
    rho: np.ndarray,
    law: Law,
    network: LIFNetwork | None,
    samples: int,
    burn_in: int,
    seed: int,
) -> Reconstruction:
    """Measure the network, or the law itself, and rebuild the state."""
    seed = derive_seed(seed, "measurement")
    if network is not None:
        return measure_state(
            network, rho, steps=samples, chains=CHAINS, burn_in=burn_in, seed=seed
        )
    measurement = measure_correlators(law, samples, seed=seed)
    return Reconstruction(target=rho, measurement=measurement)


def _plainly(_: str, compute: Callable[[], CarriedState]) -> CarriedState:
    """Compute a point and keep it nowhere."""
    return compute()


def _kept_in(store: Store) -> Finish:
    """Return what computes a point unless a store has it, and keeps it there."""

    def finish(name: str, compute: Callable[[], CarriedState]) -> CarriedState:
        return from_dataset(store.finish(name, lambda: as_dataset(compute())))

    return finish


def _check_counts(settings: _Settings, povm: Povm | None) -> None:
    """Check that counts are counts, and the samples as many as the runs ask for."""
    for name in ("neurons", "sources", "epochs"):
        check_integer(getattr(settings, name), name)
    check_integer(settings.samples, "samples", least=2)
    check_integer(settings.seed, "seed", least=0)
    if povm is None and settings.by != "laws" and settings.samples % CHAINS:
        raise ValueError(
            f"`samples` must be a multiple of {CHAINS}, the number of runs of a "
            f"network that are measured, but is {settings.samples}."
        )
