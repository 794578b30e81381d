"""Bias and variance of estimators of gradients, against the exact gradient."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_integer
from ..._core.progress import ProgressLine
from ..._core.seeds import rng_from
from .estimator import Estimator
from .exact import ExactLoss, exact_loss
from .loop_data import as_samples

if TYPE_CHECKING:
    from ..networks.network import Network

__all__ = ["EstimatorStatistics", "estimator_statistics"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class EstimatorStatistics:
    """What many independent estimates of one gradient show.

    The d components are the weights inside of the masks, connection by connection, and
    the neurons' parameters, population by population. These are the groups; the last
    of the G groups is everything.

    Parameters
    ----------
    exact : shape (d,)
        Gradient of the expected loss.
    mean, variance : shape (d,)
        Of the estimates.
    groups : tuple of G str
    members : shape (G, d), bool
    bias_square, bias_square_error : shape (G,)
        ‖mean - exact‖² less what the scatter of the mean adds to it, so that it
        scatters about zero where there is no bias; and its standard error.
    cosine, cosine_error : shape (G,)
        Mean cosine between an estimate and the exact gradient, and its standard error.
        An estimate of zero counts as orthogonal; NaN where the exact gradient is zero.
    repeats : int
    """

    exact: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    groups: tuple[str, ...]
    members: np.ndarray
    bias_square: np.ndarray
    bias_square_error: np.ndarray
    cosine: np.ndarray
    cosine_error: np.ndarray
    repeats: int

    @property
    def bias(self) -> np.ndarray:
        """Mean less exact, shape (d,)."""
        return self.mean - self.exact

    @property
    def bias_error(self) -> np.ndarray:
        """Standard error of the bias, shape (d,)."""
        return np.sqrt(self.variance / self.repeats)

    @property
    def total_variance(self) -> np.ndarray:
        """Sum of the variances in each group, shape (G,)."""
        return self.members @ self.variance

    @property
    def exact_square(self) -> np.ndarray:
        """Square of the norm of the exact gradient in each group, shape (G,)."""
        return self.members @ self.exact**2


def estimator_statistics(
    estimator: Estimator,
    network: "Network",
    inputs: ArrayLike,
    labels: ArrayLike,
    *,
    repeats: int = 1000,
    seed: int = 0,
    exact: ExactLoss | None = None,
    progress: bool | None = None,
) -> EstimatorStatistics:
    r"""Compare independent estimates of a gradient with the exact one.

    In double precision. With estimates :math:`g_r` of mean m and covariance C, the
    square of the bias is :math:`\|m - g\|^2 - \mathrm{Tr}\,C/R`, and its variance
    :math:`4 (m - g)^T C (m - g)/R + 2\,\mathrm{Tr}\,C^2/R^2` where the mean is normal.
    With m and C as they are found, the error comes out too large where there is no
    bias, by a factor that tends to the root of 3.

    Parameters
    ----------
    estimator : LocalRule, StraightThrough, ScoreFunction or another `Estimator`
        With its loss.
    network : Network
        Small, see `exact_loss`.
    inputs : shape (B, T, n_in)
        Spikes 0 or 1: the minibatch of every estimate.
    labels : shape (B,), int
    repeats : int
        R, two at least.
    seed : int
    exact : ExactLoss, optional
        If it is known already, for the same loss.
    progress : bool, optional
        False hides the progress line, True always shows it.

    Returns
    -------
    EstimatorStatistics

    Raises
    ------
    TypeError, ValueError
        If there are fewer than two repeats, and where `exact_loss` and the estimator
        do.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> from oqnn.quantum_neurons import layered_network
    >>> from oqnn.quantum_neurons import StraightThrough
    >>> network = layered_network([2, 2], SQSNeuron(1, 1, two_qubit_circuit(1, 2, 3)))
    >>> found = estimator_statistics(
    ...     StraightThrough(), network, [[[1, 0]]], [1], repeats=9
    ... )
    >>> found.groups
    ('weights[0]', 'neurons[0]', 'all')
    """
    inputs, labels = as_samples(inputs, labels, network)
    check_integer(repeats, "repeats", least=2)
    if exact is None:
        exact = exact_loss(network, inputs, labels, loss=estimator.loss)
    estimates = _estimates(estimator, network, inputs, labels, repeats, seed, progress)
    truth = _flat(network, exact.weights, exact.neurons)
    groups, members = _groups(network)

    mean = estimates.mean(axis=0)
    spread = estimates - mean
    covariance = spread.T @ spread / (repeats - 1)
    squares, cosines = [], []
    for member in members:
        own = covariance[np.ix_(member, member)]
        squares.append(_bias_square((mean - truth)[member], own, repeats))
        cosines.append(_cosine(estimates[:, member], truth[member]))
    return EstimatorStatistics(
        exact=truth,
        mean=mean,
        variance=np.diag(covariance).copy(),
        groups=groups,
        members=members,
        bias_square=np.array(squares)[:, 0],
        bias_square_error=np.array(squares)[:, 1],
        cosine=np.array(cosines)[:, 0],
        cosine_error=np.array(cosines)[:, 1],
        repeats=int(repeats),
    )


def _estimates(
    estimator: Estimator,
    network: "Network",
    inputs: np.ndarray,
    labels: np.ndarray,
    repeats: int,
    seed: int,
    progress: bool | None,
) -> np.ndarray:
    """Return independent estimates, shape (R, d)."""
    from .exact_jax import double_parameters

    parameters = double_parameters(network)
    rng = rng_from(seed, "estimates")
    found = []
    with ProgressLine("estimates", repeats, show=progress) as line:
        for _ in range(repeats):
            gradient, _ = estimator.gradient(
                network, parameters, inputs.swapaxes(0, 1), labels, rng
            )
            found.append(_flat(network, *gradient))
            line.advance()
    return np.array(found)


def _flat(network: "Network", weights: tuple, neurons: tuple) -> np.ndarray:
    """Return all components that learning may change, shape (d,)."""
    parts = [
        np.asarray(w)[c.mask] for w, c in zip(weights, network.connections, strict=True)
    ]
    return np.concatenate([*parts, *(np.ravel(n) for n in neurons)])


def _groups(network: "Network") -> tuple[tuple[str, ...], np.ndarray]:
    """Return the groups' names and which components they hold, (G, d)."""
    sizes = [int(c.mask.sum()) for c in network.connections]
    names = [f"weights[{k}]" for k in range(len(sizes))]
    names += [f"neurons[{i}]" for i in range(len(network.neurons))]
    sizes += [n.size for n in network.neurons]
    owner = np.repeat(np.arange(len(sizes)), sizes)
    members = owner == np.arange(len(sizes))[:, None]
    every = np.ones((1, len(owner)), dtype=bool)
    return (*names, "all"), np.concatenate([members, every])


def _bias_square(
    bias: np.ndarray, covariance: np.ndarray, repeats: int
) -> tuple[float, float]:
    """Return ‖bias‖² less what the scatter of the mean adds, and its error."""
    scatter = np.trace(covariance) / repeats
    along = 4 * bias @ covariance @ bias / repeats
    across = 2 * (covariance**2).sum() / repeats**2
    return float(bias @ bias - scatter), float(np.sqrt(along + across))


def _cosine(estimates: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Return the mean cosine of estimates (R, k) with the truth (k,), and its error."""
    if not truth.any():
        return np.nan, np.nan
    norms = np.linalg.norm(estimates, axis=1)
    found = estimates @ truth / np.linalg.norm(truth)
    found = np.divide(found, norms, out=np.zeros_like(norms), where=norms > 0)
    return float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found)))
