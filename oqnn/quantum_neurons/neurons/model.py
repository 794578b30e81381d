"""What every model of a spiking neuron offers to networks and to learning."""

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    import jax

__all__ = ["NeuronKernel", "NeuronModel"]


class NeuronKernel(Protocol):
    """One time step of many neurons of a kind, as pure functions on JAX arrays.

    Axes: B samples, n neurons, N input-output wires of each; P parameters of a neuron.
    A *pattern* is the number whose bits are a neuron's spikes, the first wire's the
    most significant. Kernels are compared by value: equal ones share compiled programs.
    The order of a step is `charge`, `law`, `settle`.
    """

    @property
    def n_io(self) -> int:
        """Number N of wires."""
        ...

    def prepare(self, parameters: "jax.Array") -> Any:
        """Return what all steps share, of parameters (n, P)."""
        ...

    def start(self, prepared: Any, samples: int) -> Any:
        """Return the state before the first step, axes (B, n) first."""
        ...

    def charge(
        self, prepared: Any, state: Any, currents: "jax.Array", noise: "jax.Array"
    ) -> Any:
        """Take in currents (B, n, N).

        `noise` (B, n) is uniform on [0, 1); models whose state is not random given the
        spikes leave it alone.
        """
        ...

    def law(self, prepared: Any, charged: Any) -> "jax.Array":
        """Return the probability of every pattern, shape (B, n, 2**N)."""
        ...

    def settle(self, prepared: Any, charged: Any, choice: "jax.Array") -> Any:
        """Return the state after the pattern that `choice` (B, n, 2**N) marks."""
        ...


class NeuronModel(Protocol):
    """A neuron whose copies, each with its own parameters, make up a population."""

    @property
    def n_io(self) -> int:
        """Number N of input-output wires."""
        ...

    @property
    def parameters(self) -> np.ndarray:
        """The model's own parameters, shape (P,); a network holds (n, P)."""
        ...

    @property
    def kernel(self) -> NeuronKernel:
        """Its step, compiled."""
        ...

    def random_parameters(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Return parameters (size, P) to start learning from."""
        ...
