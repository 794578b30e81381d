"""Where learning loses rank: from epoch to epoch, and from neurons to weights."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_integer, check_shapes
from .._core.jax64 import in_double_precision
from .cost import ProtectionCost
from .environment import Environment
from .problem import learning_problem
from .rule import LearningRule

__all__ = ["EpochTangent", "epoch_tangent", "numerical_rank", "tangent_exponents"]

CHUNK = 32  # directions differentiated at once


@dataclass(frozen=True, kw_only=True, eq=False)
class EpochTangent:
    r"""How one epoch moves small differences of weights, momenta and neurons.

    N = s k (k + 1) weights. Momenta are in units of :math:`\sqrt{\eta\omega}`, so that
    only η/ω enters.
    """

    rule: LearningRule
    curvature: np.ndarray  # (N, N): ∂g/∂W, the functional Hessian of J
    mixed: np.ndarray  # (N, k): ∂²J/∂W∂y(0), a mean over each slice
    forgotten: np.ndarray  # (k, k): ∂y(T)/∂y(0)

    @property
    def matrix(self) -> np.ndarray:
        r"""Return the tangent map of (W, M), shape (2 N, 2 N), at fixed neurons.

        .. math:: \begin{pmatrix} 1 - rB & \mu\sqrt r\\ -\sqrt r B & \mu \end{pmatrix},
            \qquad r = \eta/\omega,\; B = \partial g/\partial W
        """
        root, mu, B = np.sqrt(self.ratio), self.rule.friction, self.curvature
        one = np.eye(len(B))
        return np.block([[one - root**2 * B, mu * root * one], [-root * B, mu * one]])

    @property
    def ratio(self) -> float:
        """Learning rate η/ω."""
        return self.rule.rate / self.rule.mass

    @property
    def curvatures(self) -> np.ndarray:
        """Eigenvalues of the symmetric part of ∂g/∂W, ascending, shape (N,)."""
        return np.linalg.eigvalsh((self.curvature + self.curvature.T) / 2)

    @property
    def singular_values(self) -> np.ndarray:
        """Singular values of `matrix`, descending; their product is μᴺ, (2 N,)."""
        root, mu, b = np.sqrt(self.ratio), self.rule.friction, self.curvatures
        blocks = np.array(
            [[1 - root**2 * b, mu * root + 0 * b], [-root * b, mu + 0 * b]]
        )
        values = np.linalg.svd(blocks.transpose(2, 0, 1), compute_uv=False)
        return np.sort(values.reshape(-1))[::-1]


@in_double_precision
def epoch_tangent(
    environment: Environment,
    weights: ArrayLike,
    *,
    y0: ArrayLike | None = None,
    H: np.ndarray | None = None,
    rule: LearningRule | None = None,
    cost: ProtectionCost | None = None,
) -> EpochTangent:
    r"""Differentiate one epoch of learning.

    The epoch map M′ = μM − ηg(W), W′ = W + M′/ω has determinant μᴺ whatever the cost:
    at μ = 1 it keeps volume, and at μ = 0 it loses half its rank at once. The mixed
    derivative ∂²J/∂W∂y(0) between the weights, the constants that a learner starts
    from, and the neurons is the matrix whose determinant the slides take for the mark
    of a complete integral [1]_: where its singular values vanish, the cost no longer
    tells where the neurons came from.

    Parameters
    ----------
    environment, H, rule, cost :
        As in `learn`.
    weights : shape (s, k, k + 1)
        W on each slice.
    y0 : shape (k,), optional
        Neurons at the start of the epoch; zero by default.

    Returns
    -------
    EpochTangent
        Curvature, mixed derivative, and what the neurons remember.

    References
    ----------
    .. [1] "Cvasi-classical / cvasi-quantum neural networks" (slides):
       det(∂²J/∂α∂y) = 0.
    """
    from .learning_rank_jax import answers_to_neurons, answers_to_weights

    rule, cost = rule or LearningRule(), cost or ProtectionCost()
    k = rule.neurons
    weights = np.asarray(weights, dtype=float)
    y0 = np.zeros(k) if y0 is None else np.asarray(y0, dtype=float)
    check_shapes(weights=(weights, f"{rule.slices} {k} {k + 1}"), y0=(y0, f"{k}"))
    problem = learning_problem(environment, rule, cost, H)
    q = rule.resolution
    curvature = answers_to_weights(problem, weights, y0, q, CHUNK)
    mixed, forgotten = answers_to_neurons(problem, weights, y0, q)
    return EpochTangent(
        rule=rule,
        curvature=np.asarray(curvature).T,
        mixed=np.asarray(mixed).reshape(-1, k),
        forgotten=np.asarray(forgotten),
    )


def numerical_rank(values: ArrayLike, *, tol: float = 1e-12) -> int:
    """Return how many singular values exceed `tol` times the largest.

    Parameters
    ----------
    values : shape (n,) or (m, n)
        Singular values, or a matrix.
    tol : float, optional
        Relative precision to which anything can be told apart.
    """
    sizes = np.asarray(values, dtype=float)
    if sizes.ndim == 2:
        sizes = np.linalg.svd(sizes, compute_uv=False)
    return int((sizes > tol * sizes.max(initial=0)).sum())


@in_double_precision
def tangent_exponents(
    environment: Environment,
    weights: ArrayLike,
    epochs: int,
    *,
    H: np.ndarray | None = None,
    rule: LearningRule | None = None,
    cost: ProtectionCost | None = None,
) -> np.ndarray:
    r"""Return growth exponents of (W, M) after each number of epochs, (epochs, 2 N).

    Neurons start from zero in every epoch, so that (W, M) is the whole state. The
    tangent maps are multiplied with a QR decomposition after each epoch; entry n holds
    the logarithms of the stretching along 2 N orthogonal directions, sorted, whose sum
    is n N ln μ exactly. How many exceed ln tol is the number of directions of the start
    that can still be told apart at a precision tol.

    Parameters
    ----------
    environment, H, rule, cost :
        As in `learn`; μ > 0.
    weights : shape (s, k, k + 1)
        First weights; momenta start at zero.
    epochs : int
        How many; each costs a Hessian of N² numbers and a QR of (2 N)³ operations.

    Raises
    ------
    ValueError
        If the friction is zero: N exponents are −∞ then.
    """
    rule, cost = rule or LearningRule(), cost or ProtectionCost()
    check_integer(epochs, "epochs")
    if rule.friction == 0:
        raise ValueError(
            "`rule.friction` must be positive, but is 0, where momenta are forgotten "
            "at once."
        )
    W = np.asarray(weights, dtype=float)
    M, N = np.zeros_like(W), W.size
    directions, total, found = np.eye(2 * N), np.zeros(2 * N), []
    for _ in range(epochs):
        tangent = epoch_tangent(environment, W, H=H, rule=rule, cost=cost)
        directions, stretched = np.linalg.qr(tangent.matrix @ directions)
        total = total + np.log(np.abs(np.diag(stretched)))
        found.append(np.sort(total)[::-1])
        gradient = _gradient(environment, W, rule, cost, H)
        M = rule.friction * M - rule.rate * gradient
        W = W + M / rule.mass
    return np.array(found)


def _gradient(
    environment: Environment,
    weights: np.ndarray,
    rule: LearningRule,
    cost: ProtectionCost,
    H: Any,
) -> np.ndarray:
    from .learning import cost_and_gradient

    return cost_and_gradient(environment, weights, H=H, rule=rule, cost=cost)[1]
