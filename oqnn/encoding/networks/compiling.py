"""Networks whose spins have a given law by construction, without training."""

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from ..._core.checks import check_between, check_integer
from ...spiking import LIFNetwork, LIFParameters
from ..maps.law import Law
from .compiling_wiring import (
    leak_above_reset,
    neuron_roles,
    rounding_error,
    steps_to_forget,
    wire,
)

__all__ = ["CompiledLaw", "compile_law"]

NO_START = 1e-12  # chance that no source has fired when `burn_in` counts on it


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class CompiledLaw:
    """A network and the law that its first 3n neurons have at every step.

    Configurations of different steps are independent: spins of step t are a function
    of the sources of step t − 2.

    Parameters
    ----------
    network : LIFNetwork
        Neurons in the order of `roles`.
    law : Law
        The law of the spins, with the probabilities that the thresholds give.
    target : Law
        The law asked for, without configurations of probability zero.
    thresholds : shape (k - 1,)
        A step shows configuration number k where exactly the first k of these do not
        exceed the integer whose binary digits are the sources, the first source most
        significant.
    n_digits : int
        Number L of sources that are read.
    """

    network: LIFNetwork
    law: Law
    target: Law
    thresholds: np.ndarray
    n_digits: int

    @property
    def roles(self) -> dict[str, slice]:
        """Neurons by what they do: spins come first, spare neurons last."""
        return neuron_roles(
            self.law.configurations.shape[1],
            self.n_digits,
            len(self.thresholds),
            self.network.n_neurons,
        )

    @property
    def total_variation(self) -> float:
        """Half the summed distance of the probabilities from those asked for."""
        gaps = self.law.probabilities - self.target.probabilities
        return float(np.abs(gaps).sum()) / 2

    @property
    def margin(self) -> float:
        """Least distance of a deciding voltage from threshold.

        In units of the way from reset to threshold. Floats must resolve it: single
        precision does so down to about 1e-5.
        """
        return 2.0 ** -(self.n_digits + 1)

    @property
    def burn_in(self) -> int:
        """Steps from rest after which the law holds."""
        p = self.network.parameters
        silent = math.log1p(-self.network.source_probability)
        start = math.ceil(math.log(NO_START) / (self.network.n_sources * silent))
        gates = start + 4  # bias, clock, thresholds, spins
        if p.v_leak == p.v_reset:
            return gates
        # Neurons do not start at reset: what that does must sink below the margin.
        leak = abs(leak_above_reset(p))
        error = (8 + 2 * len(self.thresholds)) * (1 + leak)
        # Far from reset, digital neurons err at first, and so start their readers off.
        wrong = 2 * steps_to_forget(error, p) if 2 * leak > 1 else 0
        return gates + wrong + steps_to_forget(error / self.margin, p)

    def __str__(self) -> str:
        return (
            f"{len(self.law.probabilities)} configurations by "
            f"{self.network.n_neurons} neurons and {self.network.n_sources} sources, "
            f"probabilities within {self.total_variation:.1e}, "
            f"burn-in {self.burn_in} steps"
        )


def compile_law(
    law: Law,
    *,
    parameters: LIFParameters | None = None,
    source_rate_hz: float = 700.0,
    source_law: str = "bernoulli",
    accuracy: float = 1e-6,
    n_neurons: int | None = None,
    n_sources: int | None = None,
) -> CompiledLaw:
    r"""Build a network of LIF neurons whose spins have a given law, without training.

    Needs 3n spins, 4 neurons for bias and clock, and L digits, where a law on K
    configurations takes 2 (K - 1) thresholds: n = 3n + 4 + L + 2 (K - 1) neurons and L
    sources. Nothing is random in the construction or calibrated by simulation: the
    probabilities are quantiles of L independent source bits,

    .. math:: P(R < N) = \sum_{j:\, N_j = 1} (1 - q) \prod_{i < j} q^{N_i}
              (1 - q)^{1 - N_i},

    with N_j the digits of a threshold and q the chance that a source fires. L is the
    least number for which the total variation from `law` is at most `accuracy`. How the
    gates work, and by what margins, stands at the head of `compiling_wiring`.

    Parameters
    ----------
    law : Law
        Of 3n spins; ``realize(rho).law`` for the law of a state.
    parameters : LIFParameters, optional
        Constants of the neurons; the refractory period must be one step.
    source_rate_hz, source_law
        See `LIFNetwork`. The sources must be binary.
    accuracy : float
        Greatest total variation between the law asked for and the compiled one.
    n_neurons, n_sources : int, optional
        Sizes to fill up to, for a start of training. Spare neurons copy one source
        each, spare sources first, and nobody reads them.

    Returns
    -------
    CompiledLaw
        Network, laws, roles of the neurons, burn-in.

    Raises
    ------
    TypeError, ValueError
        If `law` is no `Law`, the refractory period is longer than a step, sources count
        spikes or fire at every step, the accuracy cannot be reached in double
        precision, or a size is too small.

    Examples
    --------
    >>> law = Law(configurations=[[1, -1, 1], [-1, -1, 1]], probabilities=[0.3, 0.7])
    >>> print(compile_law(law))
    2 configurations by 10 neurons and 1 sources, probabilities within ...,
    burn-in 27 steps
    """
    parameters = parameters or LIFParameters()
    if not isinstance(law, Law):
        raise TypeError(
            f"`law` must be a Law, but is {type(law).__name__}. "
            "realize(rho).law is the law of a state."
        )
    check_between(accuracy, "accuracy", 0, 1)
    blank = LIFNetwork(
        input_weights=np.zeros((1, 1)),
        recurrent_weights=np.zeros((1, 1)),
        parameters=parameters,
        source_rate_hz=source_rate_hz,
        source_law=source_law,
    )
    _check_gates(blank)

    possible = law.probabilities > 0
    target = Law(
        configurations=law.configurations[possible],
        probabilities=law.probabilities[possible],
    )
    thresholds, probabilities, n_digits = _place_thresholds(
        target, blank.source_probability, accuracy, parameters
    )
    needed = neuron_roles(3 * law.n_qubits, n_digits, len(thresholds))["spare"].stop
    weights = wire(
        target.configurations > 0,
        (thresholds - 0.5) / 2**n_digits,
        n_digits,
        parameters,
        _checked_size(n_neurons, needed, "n_neurons"),
        _checked_size(n_sources, n_digits, "n_sources"),
    )
    return CompiledLaw(
        network=blank.with_weights(*weights),
        law=Law(configurations=target.configurations, probabilities=probabilities),
        target=target,
        thresholds=thresholds,
        n_digits=n_digits,
    )


def _check_gates(network: LIFNetwork) -> None:
    """Check that neurons and sources allow exact gates."""
    if network.parameters.refractory_steps != 1:
        raise ValueError(
            "`parameters` must have a refractory period of one step, but it has "
            f"{network.parameters.refractory_steps}. A gate must be able to fire in "
            "consecutive steps."
        )
    if network.source_law == "poisson":
        raise ValueError(
            "`source_law` must give at most one spike a step, but is 'poisson'. "
            "Use 'at_least_one', its binary version."
        )
    if network.source_probability >= 1:
        raise ValueError(
            "`source_rate_hz` must leave a source silent in some steps, but it fires "
            "in all of them. Lower it, or use source_law='at_least_one'."
        )


def _quantiles(
    levels: np.ndarray, n_digits: int, chance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the integers N whose P(R < N) is nearest to given levels, and P(R < N).

    R has independent binary digits, the most significant first.
    """
    N, below = np.zeros(levels.shape, np.int64), np.zeros(levels.shape)
    prefix = np.ones(levels.shape)  # probability of the digits of N so far
    for _ in range(n_digits):
        zero = prefix * (1 - chance)
        digit = levels >= below + zero
        N = 2 * N + digit
        below = below + digit * zero
        prefix = np.where(digit, prefix * chance, zero)
    up = levels - below > prefix / 2
    return N + up, below + up * prefix


def _place_thresholds(
    law: Law, chance: float, accuracy: float, p: LIFParameters
) -> tuple[np.ndarray, np.ndarray, int]:
    """Return thresholds, probabilities between them, and the digits they need."""
    levels = np.cumsum(law.probabilities)[:-1]
    n_digits, missed = 1, 1.0
    while 2.0 ** -(n_digits + 1) > 2 * rounding_error(n_digits, p):
        thresholds, below = _quantiles(levels, n_digits, chance)
        probabilities = np.diff(below, prepend=0.0, append=1.0)
        missed = float(np.abs(probabilities - law.probabilities).sum()) / 2
        if missed <= accuracy:
            return thresholds, probabilities, n_digits
        n_digits += 1
    raise ValueError(
        f"`accuracy` must be at least {missed:.1e} for this law and sources that fire "
        f"with probability {chance:.3g}, but is {accuracy:.1e}: double precision "
        f"allows {n_digits - 1} digits. Raise it, or bring the sources nearer to 1/2."
    )


def _checked_size(size: int | None, needed: int, name: str) -> int:
    """Return a size to fill up to, by default the one needed."""
    if size is None:
        return needed
    check_integer(size, name)
    if size < needed:
        raise ValueError(
            f"`{name}` must be at least {needed} for this law, but is {size}. "
            "Raise it, or `accuracy`."
        )
    return size
