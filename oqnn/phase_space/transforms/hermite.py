"""Eigenfunctions of the oscillator, to thousands of quanta and far into the tails."""

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_integer, check_positive, check_shapes

__all__ = ["oscillator_wavefunctions"]

FAR = (
    1e5  # in oscillator lengths: every eigenfunction is zero there in double precision
)
STEPS = 16  # between two rescalings; a step grows by √2 FAR at most, 16 by 2^275
LN2 = (float.fromhex("0x1.62e42fee00000p-1"), float.fromhex("0x1.a39ef35793c76p-33"))


def oscillator_wavefunctions(
    n: int,
    x: ArrayLike,
    *,
    mass: float = 1.0,
    omega: float = 1.0,
    hbar: float = 1.0,
) -> np.ndarray:
    r"""Return the first `n` eigenfunctions of the oscillator at given positions.

    With :math:`\ell = \sqrt{\hbar/m\omega}` and :math:`\xi = x/\ell`,

    .. math:: \varphi_k(x) = \frac{H_k(\xi) e^{-\xi^2/2}}
              {\pi^{1/4} \sqrt{2^k k!\,\ell}},

    by the recurrence :math:`\sqrt{k+1}\,\varphi_{k+1} = \sqrt 2\,\xi\varphi_k -
    \sqrt k\,\varphi_{k-1}`, which is stable upwards. Each point carries an exponent of
    its own, so that nothing overflows, and :math:`e^{-\xi^2/2}` may be too small for a
    double where later levels are not [1]_. Costs O(n len(x)).

    Parameters
    ----------
    n : int
        How many, from the ground state up.
    x : shape (nx,), length
        Anywhere.
    mass, omega : float, optional
        m and ω.
    hbar : float, optional
        ħ.

    Returns
    -------
    np.ndarray
        Shape (n, nx), real, 1/√length.

    Raises
    ------
    TypeError
        If `n` is not an integer.
    ValueError
        If `n` is below one, `x` is no finite vector, or a parameter is not positive.

    References
    ----------
    .. [1] B. Bunck, BIT 49, 281 (2009), rescales likewise.

    Examples
    --------
    >>> x = np.linspace(-60, 60, 2000)
    >>> top = oscillator_wavefunctions(1000, x)[-1]
    >>> round(float((top**2).sum() * (x[1] - x[0])), 12)
    1.0
    """
    x = np.asarray(x, dtype=float)
    check_integer(n, "n")
    check_shapes(x=(x, "nx"))
    check_finite(x, "x")
    length = oscillator_length(mass, omega, hbar)
    xi = np.clip(x / length, -FAR, FAR)

    phi = np.empty((n, x.size))
    current, exponent = _gaussian(xi)  # φ_k = current · 2^exponent
    previous = np.zeros_like(current)
    for k in range(n):
        phi[k] = np.ldexp(current, exponent)
        if k % STEPS == STEPS - 1:
            shift = np.frexp(np.maximum(np.abs(current), np.abs(previous)))[1]
            current, previous = np.ldexp(current, -shift), np.ldexp(previous, -shift)
            exponent = exponent + shift
        step = np.sqrt(2 / (k + 1)) * xi * current - np.sqrt(k / (k + 1)) * previous
        current, previous = step, current
    return phi / np.sqrt(length)


def oscillator_length(mass: float, omega: float, hbar: float) -> float:
    """Return √(ħ/mω) after checking its parts."""
    check_positive(mass, "mass")
    check_positive(omega, "omega")
    check_positive(hbar, "hbar")
    return float(np.sqrt(hbar / (mass * omega)))


def _gaussian(xi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return f and e with π^(-1/4) e^(-ξ²/2) = f 2^e, f in [½, 1) up to π^(-1/4)."""
    # ξ²/2 is wanted to an absolute 1e-16 where it is a thousand: the leading half of
    # ξ squares exactly, and ln 2 is taken in two parts.
    high = xi.astype(np.float32).astype(float)
    square, rest = high**2 / 2, (xi - high) * (xi + high) / 2
    halvings = np.rint(square / np.log(2))
    remainder = (square - halvings * LN2[0]) - halvings * LN2[1]
    # Beyond 2^30 halvings no level comes back to what a double can hold.
    exponent = -np.minimum(halvings, 2**30).astype(np.int32)
    return np.exp(-remainder - rest) / np.pi**0.25, exponent
