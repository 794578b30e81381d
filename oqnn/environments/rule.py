"""The constants of a learning material."""

from dataclasses import dataclass

import numpy as np

from .._core.checks import check_between, check_integer, check_positive

__all__ = ["LearningRule"]


@dataclass(frozen=True, kw_only=True)
class LearningRule:
    r"""How the weights move: M ← μM − ηg after an epoch, W ← W + M/ω.

    Parameters
    ----------
    neurons : int
        Number k of neurons; the first of them are the controls, so at least as many.
    tau : float, time
        λ, the time constant of the neurons.
    period : float, time
        T, the length of an epoch.
    slices : int
        Slices of W in an epoch.
    resolution : int
        Even number of neuron steps a slice; `learn` asks for four in λ, and for more
        in strong fields.
    friction : float in [0, 1]
        μ. At 1 the dynamics is Hamiltonian and cannot converge; friction is what
        makes it forget.
    rate, mass : float
        η and ω; only η/ω matters.
    initial_scale : float
        Standard deviation of the first weights.
    """

    neurons: int = 4
    tau: float = 0.1
    period: float = 8.0
    slices: int = 80
    resolution: int = 8
    friction: float = 0.9
    rate: float = 1.0
    mass: float = 10 / 3
    initial_scale: float = 0.5

    def __post_init__(self) -> None:
        for name in ("tau", "period", "rate", "mass", "initial_scale"):
            check_positive(getattr(self, name), name)
        check_between(self.friction, "friction", 0, 1)
        check_integer(self.neurons, "neurons")
        check_integer(self.slices, "slices")
        check_integer(self.resolution, "resolution", least=2)
        if self.resolution % 2:
            raise ValueError(f"`resolution` must be even, but is {self.resolution}.")

    def random_weights(self, seed: int) -> np.ndarray:
        """Return the first weights of a seed, shape (s, k, k + 1)."""
        shape = (self.slices, self.neurons, self.neurons + 1)
        return self.initial_scale * np.random.default_rng(seed).standard_normal(shape)

    def weights_around(
        self, controls: np.ndarray, *, scale: float, seed: int
    ) -> np.ndarray:
        """Return weights whose neurons rest near given constant controls.

        A warm start: biases arctanh(0.95 y), so that the gradient is alive also for
        controls at their bound, and Gaussian noise of the given scale on all weights.
        """
        weights = scale / self.initial_scale * self.random_weights(seed)
        rest = np.arctanh(0.95 * np.asarray(controls, dtype=float))
        weights[:, : len(rest), 0] += rest
        return weights
