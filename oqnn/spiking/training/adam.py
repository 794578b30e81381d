"""Adam: steps scaled by running means of the gradient and of its square."""

from typing import NamedTuple

import numpy as np

__all__ = ["AdamMoments", "adam_direction"]


class AdamMoments(NamedTuple):
    """What Adam remembers of the gradients before, and the number of steps."""

    mean: np.ndarray  # (k,)
    square: np.ndarray  # (k,)
    steps: int


def adam_direction(
    gradient: np.ndarray,
    moments: AdamMoments,
    betas: tuple[float, float] = (0.9, 0.999),
) -> tuple[np.ndarray, AdamMoments]:
    r"""Return the direction m̂/(√v̂ + ε) that a gradient asks for, and new moments.

    :math:`m \gets \beta_1 m + (1 - \beta_1) g` and
    :math:`v \gets \beta_2 v + (1 - \beta_2) g^2`; m̂ and v̂ are copies divided by
    :math:`1 - \beta^t`, and ε is 10⁻⁸ [1]_, alg. 1.

    Parameters
    ----------
    gradient : shape (k,)
    moments : AdamMoments
        Zeros at first.
    betas : (float, float)
        How much the running means keep.

    Returns
    -------
    direction : shape (k,)
        Uphill: a step of descent is minus the learning rate times it.
    moments : AdamMoments

    References
    ----------
    .. [1] Kingma and Ba, arXiv:1412.6980.
    """
    from ..kernels.adam_jax import adam_update

    direction, mean, square = adam_update(
        gradient, moments.steps, moments.mean, moments.square, betas
    )
    return direction, AdamMoments(mean, square, moments.steps + 1)
