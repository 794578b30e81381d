"""Real Fourier transforms along p and x into buffers that are used again.

NumPy's transform along the last axis runs at the speed of memory, along the one before
at a third of it; a transpose by blocks and back costs less than that.
"""

import numpy as np

__all__ = [
    "MOST_AT_TOP",
    "TOP",
    "from_wavenumbers",
    "share_at_top",
    "to_wavenumbers",
    "transpose",
]

TOP = 0.05  # of the θ axis, at its end
MOST_AT_TOP = 1e-6  # of the power of a term: then its size errs by a thousandth
BLOCK = 64  # 32 kB of floats: source and target blocks fit the first cache together


def to_wavenumbers(values: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return Σ_j f_j exp(−2πi jm/n) along the last axis, m = 0 … n/2."""
    return np.fft.rfft(values, axis=-1, out=out)


def from_wavenumbers(
    waves: np.ndarray, size: int, out: np.ndarray | None = None
) -> np.ndarray:
    """Return the real values, `size` of them, that `to_wavenumbers` came from."""
    return np.fft.irfft(waves, n=size, axis=-1, out=out)


def transpose(values: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Write values (..., n, m) to `out` (..., m, n) with the last axes exchanged."""
    rows, columns = values.shape[-2:]
    for i in range(0, rows, BLOCK):
        for j in range(0, columns, BLOCK):
            block = values[..., i : i + BLOCK, j : j + BLOCK]
            out[..., j : j + BLOCK, i : i + BLOCK] = block.mT
    return out


def share_at_top(waves: np.ndarray) -> float:
    """Return the largest share of the power, over a batch, at the end of θ."""
    power = (np.abs(waves) ** 2).sum(-2)  # (..., nθ)
    top = max(1, round(TOP * power.shape[-1]))
    shares = power[..., -top:].sum(-1) / np.maximum(power.sum(-1), 1e-300)
    return float(shares.max())
