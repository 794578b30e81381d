"""What the two-band model computes: one realization exactly, and an integral."""

import numpy as np
from scipy.special import sici

from .exchange import ExchangeMap

__all__ = ["cosine_integral", "two_band_map"]


def two_band_map(
    bands: tuple[np.ndarray, np.ndarray],
    coupling: np.ndarray,
    times: np.ndarray,
    frequency: float,
) -> ExchangeMap:
    """Return the map of one realization, from an evenly mixed band, exactly.

    Only (e, band 1) and (g, band 2) are coupled. With their eigenvectors V, overlaps
    G = V†Π₁V and z = e^{−iEt}, the trace tr{Π₁UΠ₁U†} is Σ z_k* |G_kl|² z_l.

    Parameters
    ----------
    bands : pair of arrays (N1,) and (N2,)
        Energies within each band.
    coupling : shape (N1, N2)
        λc.
    times : shape (t,)
        Since the start.
    frequency : float
        ω of the qubit.
    """
    bare, (N1, N2) = np.concatenate(bands), coupling.shape
    H = np.diag(bare).astype(complex)
    H[:N1, N1:], H[N1:, :N1] = coupling, coupling.conj().T
    energies, vectors = np.linalg.eigh(H)
    z = np.exp(-1j * np.outer(energies, times))  # (N1 + N2, t)
    upper = vectors[:N1]
    overlaps = np.abs(upper.conj().T @ upper) ** 2
    kept = np.einsum("kt,kt->t", z.conj(), overlaps @ z).real / N1
    # ⟨n|U|n⟩ against the partner of n that is not coupled and only turns
    turned = (np.abs(vectors) ** 2 @ z) * np.exp(1j * np.outer(bare, times))
    kept_coherence = np.stack(
        [turned[:N1].mean(axis=0), turned[N1:].conj().mean(axis=0)], axis=1
    )
    one = np.ones_like(kept)
    return ExchangeMap(
        kept_e=np.stack([kept, one], axis=1),
        # as many leave band 2 as band 1: N1 (1 − kept_e) = N2 (1 − kept_g)
        kept_g=np.stack([one, 1 - N1 / N2 * (1 - kept)], axis=1),
        coherence=np.exp(-1j * frequency * times)[:, None] * kept_coherence,
    )


def cosine_integral(x: np.ndarray) -> np.ndarray:
    """Return Cin(x) = ∫₀ˣ (1 − cos y)/y dy, x ≥ 0.

    γ_E + ln x − Ci(x), which cancels near zero: by its series where x ≤ 2.
    """
    small, large = np.minimum(x, 2.0), np.maximum(x, 2.0)
    term, series = -np.ones_like(small), np.zeros_like(small)
    for k in range(1, 13):
        term = -term * small**2 / ((2 * k - 1) * 2 * k)  # (−1)^{k+1} x^{2k}/(2k)!
        series += term / (2 * k)
    return np.where(x <= 2, series, np.euler_gamma + np.log(large) - sici(large)[1])
