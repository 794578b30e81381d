"""A state carried by a law of outcomes, or by a network that samples it."""

import numpy as np

from .._core.seeds import derive_seed
from ..encoding import CorrelationMap, OutcomeLaw, Povm, Reconstruction, learn_state
from ..encoding.povm.learning_inputs import as_sampler
from ..spiking import BoltzmannMachine, Sampler, sample
from .carried import CarriedState
from .gauge import realizability_margin
from .outcomes import measure_outcomes, measure_samples

__all__ = ["carry_outcomes", "check_povm", "sampler_of_outcomes"]


def carry_outcomes(
    time: float,
    rho: np.ndarray,
    povm: Povm,
    *,
    machine: BoltzmannMachine | None,
    sampler: Sampler | None,
    samples: int,
    hidden: int,
    epochs: int,
    seed: int,
) -> CarriedState:
    """Sample the law of one state's outcomes, or a network trained to have it.

    Parameters
    ----------
    time : float
    rho : shape (2**n, 2**n)
        The state.
    povm : Povm
        The measurement.
    machine : BoltzmannMachine, optional
        Where training starts; by default from a two-layer network.
    sampler : Sampler, optional
        Of the network that carries the law, in training and measurement. None if the
        law itself is sampled.
    samples : int
        In each epoch, and of the measurement.
    hidden, epochs : int
        Hidden neurons of the first network, and epochs of training.
    seed : int
        Of training and measurement.

    Returns
    -------
    CarriedState
    """
    law = OutcomeLaw(povm=povm, probabilities=povm.probabilities(rho))
    measurement_seed = derive_seed(seed, "measurement")
    losses, unused = np.empty(0), 0.0
    if sampler is not None:
        learned = learn_state(
            rho,
            povm=povm,
            n_hidden=hidden,
            machine=machine,
            sampler=sampler,
            epochs=epochs,
            samples=samples,
            seed=derive_seed(seed, "training"),
            progress=False,
        )
        machine, losses = learned.machine, learned.divergences
        drawn = sample(machine, sampler, samples, seed=measurement_seed)
        measured, unused = measure_samples(drawn, povm)
    else:
        measured = measure_outcomes(law, samples, seed=measurement_seed)
    chi = CorrelationMap(povm.n_qubits).chi_from_state(rho)
    return CarriedState(
        time=time,
        aim=rho,
        margin=realizability_margin(chi),
        visibility=1.0,
        law=law,
        network=machine,
        losses=losses,
        reconstruction=Reconstruction(target=rho, measurement=measured),
        unused=unused,
    )


def check_povm(povm: Povm | None, by: str, n_qubits: int) -> None:
    """Check that a measurement is of the states, and that something carries it."""
    if povm is None:
        return
    if not isinstance(povm, Povm):
        raise TypeError(f"`povm` must be a Povm, but is a {type(povm).__name__}.")
    if povm.n_qubits != n_qubits:
        raise ValueError(
            f"`povm` must measure the {n_qubits} qubits of the states, but measures "
            f"{povm.n_qubits}."
        )
    if by == "compiled":
        raise ValueError(
            "`by` must be 'network' or 'laws' with a `povm`, but is 'compiled': only "
            "laws of spins are compiled."
        )


def sampler_of_outcomes(
    sampler: Sampler | None, povm: Povm | None, by: str
) -> Sampler | None:
    """Return what samples networks of outcomes, None where there are no networks."""
    if povm is not None and by == "network":
        return as_sampler(sampler, "reweighted")
    if sampler is None:
        return None
    if povm is None:
        raise ValueError(
            "`sampler` must be None without a `povm`, but is given: networks of spins "
            "have their own dynamics."
        )
    raise ValueError(
        f"`sampler` must be None with by={by!r}, where there is no network to sample, "
        "but is given. Ask for by='network'."
    )
