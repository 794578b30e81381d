"""What learning a state leaves behind."""

from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from ..._core.checks import check_integer
from ...measures import fidelity, least_eigenvalue, nearest_state, root_fidelity
from ...spiking import BoltzmannMachine
from .povm import Povm

__all__ = ["LearnedState", "divergence", "law_asked_for"]

ROUNDING = 1e-14


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class LearnedState:
    r"""A network that samples the law of a state's outcomes, and how it got there.

    A *raw* state is the linear inversion of sampled shares and may have negative
    eigenvalues; the physical one is the state nearest to it. `measures` defines both
    fidelities. Outcomes of a measurement with codes that stand for none, as of
    `Povm.pauli6`, are taken as shares of the codes that stand for one.

    Parameters
    ----------
    machine : BoltzmannMachine
        Its parameters are averages over the last epochs, see `learn_state`.
    povm : Povm
    target : shape (2**N, 2**N)
        The state asked for.
    law : shape (2**n_visible,)
        Of the visible neurons of `machine`: of fresh samples, or exact where nothing
        was sampled.
    laws : shape (epochs, 2**n_visible)
        The same in every epoch, before its update.
    settings : dict
        All settings of the training that are numbers or words.
    """

    machine: BoltzmannMachine
    povm: Povm
    target: np.ndarray
    law: np.ndarray
    laws: np.ndarray
    settings: dict[str, float | int | str | None]

    @cached_property
    def target_law(self) -> np.ndarray:
        """The law of the visible neurons asked for, shape (2**n_visible,)."""
        return law_asked_for(self.target, self.povm)

    @property
    def epochs(self) -> int:
        """Number of epochs."""
        return len(self.laws)

    @cached_property
    def raw_state(self) -> np.ndarray:
        """Linear inversion of `law`, shape (2**N, 2**N)."""
        return self._invert(self.law)

    @cached_property
    def state(self) -> np.ndarray:
        """The state nearest to `raw_state`, shape (2**N, 2**N)."""
        return nearest_state(self.raw_state)

    @property
    def raw_root_fidelity(self) -> float:
        """Root fidelity of the target and `raw_state`."""
        return float(root_fidelity(self.target, self.raw_state))

    @property
    def root_fidelity(self) -> float:
        """Root fidelity of the target and `state`."""
        return float(root_fidelity(self.target, self.state))

    @property
    def raw_fidelity(self) -> float:
        """Squared fidelity of the target and `raw_state`."""
        return float(fidelity(self.target, self.raw_state))

    @property
    def fidelity(self) -> float:
        """Squared fidelity of the target and `state`."""
        return float(fidelity(self.target, self.state))

    @property
    def least_eigenvalue(self) -> float:
        """Least eigenvalue of `raw_state`."""
        return float(least_eigenvalue(self.raw_state))

    @property
    def divergence(self) -> float:
        """D(p* ‖ p) of `law`; see `divergences`."""
        return float(divergence(self.target_law, self.law, self._n_samples))

    @cached_property
    def divergences(self) -> np.ndarray:
        """D(p* ‖ p) of each epoch's shares, shape (epochs,).

        A state that no sample shows counts as half a sample, where the divergence
        would be infinite; `unseen` tells where that was so. Shares of samples lie
        `sampling_floor` above the divergence of the network's law.
        """
        return divergence(self.target_law, self.laws, self._n_samples)

    @property
    def unseen(self) -> np.ndarray:
        """Probability under the target of what an epoch did not show, (epochs,)."""
        return (self.laws == 0) @ self.target_law

    @property
    def sampling_floor(self) -> float:
        """Mean divergence of as many independent samples of the target, to first order.

        (K − 1)/2n for K outcomes and n samples; zero where nothing was sampled.
        Correlated samples have more.
        """
        n = self._n_samples
        return (np.count_nonzero(self.target_law) - 1) / (2 * n) if n else 0.0

    @cached_property
    def raw_root_fidelities(self) -> np.ndarray:
        """Root fidelity of the target and each epoch's raw state, shape (epochs,)."""
        return root_fidelity(self.target, self._invert(self.laws))

    @cached_property
    def root_fidelities(self) -> np.ndarray:
        """Root fidelity of the target and each epoch's physical state, (epochs,)."""
        return root_fidelity(self.target, nearest_state(self._invert(self.laws)))

    def late(self, epochs: int = 200) -> dict[str, tuple[float, float]]:
        """Return mean and standard deviation over the last epochs of each curve.

        Single epochs are taken, each with the noise of its own samples; all of them if
        there are fewer.

        Raises
        ------
        TypeError, ValueError
            If `epochs` is no positive integer.
        """
        check_integer(epochs, "epochs")
        curves = ("raw_root_fidelities", "root_fidelities", "divergences")
        values = {name: getattr(self, name)[-epochs:] for name in curves}
        return {k: (float(v.mean()), float(v.std())) for k, v in values.items()}

    @property
    def _n_samples(self) -> int:
        sampled = self.settings["gradient"] == "reweighted"
        return int(self.settings["samples"] or 0) if sampled else 0

    def _invert(self, laws: np.ndarray) -> np.ndarray:
        outcomes, unused = self.povm.from_bits(laws)
        return self.povm.invert(outcomes / (1 - unused)[..., None])

    def __str__(self) -> str:
        return (
            f"{self.epochs} epochs, {self.machine.n} neurons: root fidelity "
            f"{self.raw_root_fidelity:.4f} raw, {self.root_fidelity:.4f} physical, "
            f"divergence {self.divergence:.2e}"
        )


def law_asked_for(rho: np.ndarray, povm: Povm) -> np.ndarray:
    """Return the law of the neurons' states under a state, shape (2**n_visible,)."""
    P = povm.probabilities(rho)
    P[np.abs(P) < ROUNDING] = 0  # an outcome that never comes is below or above zero
    return povm.law_of_bits(P)


def divergence(target: np.ndarray, laws: np.ndarray, n_samples: int) -> np.ndarray:
    """Return D(p* ‖ p), shape (...), with half a sample where there is none.

    Parameters
    ----------
    target : shape (k,)
        p*.
    laws : shape (..., k)
        p.
    n_samples : int
        Of each law; zero if they are exact, and nothing is replaced.
    """
    asked = target > 0
    p = laws[..., asked]
    if n_samples:
        p = np.where(p == 0, 0.5 / n_samples, p)
    with np.errstate(divide="ignore"):
        return np.log(target[asked] / p) @ target[asked]
