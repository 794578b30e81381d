"""One exponential step for a generator that changes within the step."""

import numpy as np

__all__ = ["magnus_exponent"]


def magnus_exponent(samples: np.ndarray, steps: np.ndarray) -> np.ndarray:
    r"""Return the fourth-order Magnus exponent of each step, shape (s, m, m).

    .. math:: \Omega = \tfrac{h}{6}(A_0 + 4A_{1/2} + A_1) - \tfrac{h^2}{12}[A_0, A_1]

    Exact where A does not change within the step.

    Parameters
    ----------
    samples : shape (3, s, m, m), 1/time
        The generator at the start, middle and end of each step.
    steps : shape (s,)
        Lengths h.

    References
    ----------
    .. [1] Blanes, Casas, Oteo, Ros, Phys. Rep. 470, 151 (2009), sec. 5.
    """
    A, B, C = samples
    h = steps[:, None, None]
    return h / 6 * (A + 4 * B + C) - h**2 / 12 * (A @ C - C @ A)
