"""What `learn_state` takes, converted and checked."""

import warnings
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
from ..._core.qobj import as_state
from ...spiking import BoltzmannMachine, LIFSampler, Sampler
from .learning_gradients import check_exact, is_restricted
from .povm import Povm

if TYPE_CHECKING:
    import qutip

__all__ = [
    "as_povm",
    "as_sampler",
    "as_target",
    "check_counts",
    "check_machine",
    "check_rates",
    "warn_of_few",
]

GRADIENTS = ("reweighted", "contrastive", "exact")
MOST_QUBITS = 6
MOST_BYTES = 2**30
FEW_SAMPLES = 10  # an outcome, below which a warning is due


def as_target(rho: "qutip.Qobj | ArrayLike") -> np.ndarray:
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


def as_povm(povm: Povm | None, n_qubits: int) -> Povm:
    """Return the measurement, tetrahedral by default, of so many qubits."""
    if povm is None:
        return Povm.tetrahedral(n_qubits)
    if not isinstance(povm, Povm):
        raise TypeError(f"`povm` must be a Povm, but is a {type(povm).__name__}.")
    if povm.n_qubits != n_qubits:
        raise ValueError(
            f"`povm` must measure the {n_qubits} qubits of `rho`, but measures "
            f"{povm.n_qubits}."
        )
    return povm


def as_sampler(sampler: Sampler | None, gradient: str) -> Sampler | None:
    """Return the sampler that a gradient takes, if any."""
    check_choice(gradient, "gradient", GRADIENTS)
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


def check_machine(machine: BoltzmannMachine, povm: Povm, gradient: str) -> None:
    """Check that a machine fits the measurement and the gradient."""
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
    if gradient == "contrastive" and not is_restricted(machine):
        raise ValueError(
            "`machine` must connect visible with hidden neurons alone for "
            "gradient='contrastive', but has other connections. "
            "Take gradient='reweighted'."
        )
    if gradient == "exact":
        check_exact(machine)


def check_counts(
    povm: Povm,
    *,
    epochs: int,
    samples: int,
    contrastive_steps: int,
    averaged: int,
    checkpoint_every: int,
) -> None:
    """Check what is counted, and that the laws of all epochs fit into memory."""
    check_integer(epochs, "epochs")
    check_integer(samples, "samples")
    check_integer(contrastive_steps, "contrastive_steps")
    check_integer(checkpoint_every, "checkpoint_every")
    check_integer(averaged, "averaged")
    n_bytes = 8 * epochs * 2**povm.n_bits
    if n_bytes > MOST_BYTES:
        raise ValueError(
            f"`epochs` must be fewer, but are {epochs}: the laws of {povm.n_bits} "
            f"visible neurons in all of them would take {n_bytes / 2**30:.3g} GiB."
        )


def check_rates(
    learning_rate: float, decay: float, floor: float, betas: tuple[float, float]
) -> None:
    """Check the numbers of Adam and of its schedule."""
    check_positive(learning_rate, "learning_rate")
    for name, value in (("decay", decay), ("floor", floor)):
        if not _is_number(value):
            raise TypeError(f"`{name}` must be one real number, but is {value!r}.")
    check_between(decay, "decay", 0, np.inf)
    check_between(floor, "floor", 0, 1)
    if np.shape(betas) != (2,) or not all(_is_number(b) and 0 <= b < 1 for b in betas):
        raise ValueError(f"`betas` must be two numbers in [0, 1), but are {betas!r}.")


def warn_of_few(samples: int, n_outcomes: int) -> None:
    """Warn if shares of samples say little about so many outcomes."""
    if samples < FEW_SAMPLES * n_outcomes:
        warnings.warn(
            f"{samples} samples an epoch are few for {n_outcomes} outcomes: even "
            "independent ones of the target would have a divergence near "
            f"{(n_outcomes - 1) / (2 * samples):.2g}.",
            stacklevel=3,
        )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating)
