"""One exponential step for a generator that changes within the step."""

import numpy as np

__all__ = ["gauss_nodes", "magnus_exponent", "sixth_order_exponent"]

GAUSS = np.sqrt(0.6)  # outer nodes of three on [−1, 1]


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


def gauss_nodes(starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """Return the three Gauss-Legendre times of each step, shape (3, s)."""
    half = (stops - starts) / 2
    return (starts + stops) / 2 + np.outer([-GAUSS, 0.0, GAUSS], half)


def sixth_order_exponent(samples: np.ndarray, steps: np.ndarray) -> np.ndarray:
    r"""Return the sixth-order Magnus exponent of each step, shape (s, m, m).

    With A at the nodes of `gauss_nodes`,
    :math:`\alpha_1 = hA_2,\ \alpha_2 = \tfrac{\sqrt{15}}{3}h(A_3 - A_1),\
    \alpha_3 = \tfrac{10}{3}h(A_3 - 2A_2 + A_1)`,
    :math:`C_1 = [\alpha_1, \alpha_2]` and
    :math:`C_2 = -\tfrac{1}{60}[\alpha_1, 2\alpha_3 + C_1]`,

    .. math:: \Omega = \alpha_1 + \tfrac{1}{12}\alpha_3
        + \tfrac{1}{240}[-20\alpha_1 - \alpha_3 + C_1,\ \alpha_2 + C_2].

    Exact where A does not change within the step.

    Parameters
    ----------
    samples : shape (3, s, m, m), 1/time
        The generator at `gauss_nodes`.
    steps : shape (s,)
        Lengths h.

    References
    ----------
    .. [1] Blanes, Casas, Ros, BIT 42, 262 (2002); Phys. Rep. 470, 151 (2009), sec. 5.
    """
    first, middle, last = samples * steps[:, None, None]
    a1 = middle
    a2 = np.sqrt(15) / 3 * (last - first)
    a3 = 10 / 3 * (last - 2 * middle + first)
    C1 = _commutator(a1, a2)
    C2 = -_commutator(a1, 2 * a3 + C1) / 60
    return a1 + a3 / 12 + _commutator(-20 * a1 - a3 + C1, a2 + C2) / 240


def _commutator(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    return A @ B - B @ A
