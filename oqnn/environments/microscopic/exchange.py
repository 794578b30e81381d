"""Registers that only exchange excitations with a qubit: (e, i) ↔ (g, i + 1).

In the two-band model and in the spin star an excitation that leaves the qubit raises
the register by one level, and nothing else happens. Every map of their blocks, exact
or not, is then given by three numbers a level and time.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    STATE_TOLERANCE,
    check_density_matrix,
    check_finite,
    check_hermitian,
    check_law,
    check_shapes,
)
from ..._core.qobj import as_operator, as_state
from ...dynamics import Evolution

__all__ = ["ExchangeMap", "elapsed_times", "exchange_evolution", "start_blocks"]


@dataclass(frozen=True)
class ExchangeMap:
    """Maps of n blocks of a qubit, |0⟩ = e, at t times.

    The last e and the first g have nowhere to go: their columns are one.
    """

    kept_e: np.ndarray  # (t, n) probability that e in level i is still there
    kept_g: np.ndarray  # (t, n) the same of g in level i
    coherence: np.ndarray  # (t, n) factor of ρ_eg in level i

    def apply(self, blocks: np.ndarray) -> np.ndarray:
        """Move blocks (n, 2k, 2k) of qubit and partner, → (t, n, 2k, 2k)."""
        n, k = len(blocks), blocks.shape[-1] // 2
        rho = blocks.reshape(n, 2, k, 2, k)
        e, g, eg = rho[:, 0, :, 0], rho[:, 1, :, 1], rho[:, 0, :, 1]
        stay_e, stay_g = self.kept_e[..., None, None], self.kept_g[..., None, None]
        factor = self.coherence[..., None, None]

        out = np.empty((len(self.kept_e), n, 2, k, 2, k), dtype=complex)
        out[:, :, 0, :, 0] = stay_e * e
        out[:, :, 1, :, 1] = stay_g * g
        out[:, :-1, 0, :, 0] += (1 - stay_g[:, 1:]) * g[1:]
        out[:, 1:, 1, :, 1] += (1 - stay_e[:, :-1]) * e[:-1]
        out[:, :, 0, :, 1] = factor * eg
        out[:, :, 1, :, 0] = factor.conj() * rho[:, 1, :, 0]
        return out.reshape(-1, n, 2 * k, 2 * k)

    def transfer(self, law: np.ndarray) -> np.ndarray:
        """Return the map of the qubit alone, basis (1, X, Y, Z)/√2, (t, 4, 4)."""
        up, down = self.kept_e @ law, self.kept_g @ law
        factor = self.coherence @ law
        out = np.zeros((len(up), 4, 4))
        out[:, 0, 0] = 1
        out[:, 1, 1] = out[:, 2, 2] = factor.real
        out[:, 1, 2], out[:, 2, 1] = factor.imag, -factor.imag
        out[:, 3, 3] = up + down - 1
        out[:, 3, 0] = up - down
        return out


def start_blocks(
    rho0: Any, register_law: ArrayLike | None, usual: np.ndarray
) -> np.ndarray:
    """Return the blocks (n, 2k, 2k) at the start, checked to be a state.

    Parameters
    ----------
    rho0 : Qobj, or shape (2k, 2k), (2k,) or (n, 2k, 2k)
        A state of the qubit, perhaps with a partner behind it; or the blocks.
    register_law : shape (n,) or None
        Law p: the blocks start as p_i ρ.
    usual : shape (n,)
        The law where none is given.

    Raises
    ------
    ValueError
        If it is no state of a qubit and a partner, or the law is none.
    """
    n, rho = len(usual), as_operator(rho0, "rho0")
    if rho.ndim == 3:
        if register_law is not None:
            raise ValueError(
                "`register_law` must be absent where `rho0` is blocks, which hold it, "
                f"but has length {len(np.ravel(register_law))}."
            )
        check_shapes(rho0=(rho, f"{n} D D"))
        check_density_matrix(rho.sum(axis=0), "rho0")
        check_hermitian(rho, "rho0")
        least = np.linalg.eigvalsh(rho).min()
        if not least >= -STATE_TOLERANCE:
            raise ValueError(
                "`rho0` must hold positive blocks, but their least eigenvalue is "
                f"{least:.3g}."
            )
        blocks = rho
    else:
        law = usual if register_law is None else np.asarray(register_law, dtype=float)
        check_shapes(register_law=(law, f"{n}"))
        check_law(law, "register_law")
        rho = as_state(rho, "rho0")
        check_shapes(rho0=(rho, "D D"))
        check_density_matrix(rho, "rho0")
        blocks = law[:, None, None] * rho
    if blocks.shape[-1] % 2:
        raise ValueError(
            "`rho0` must be a state of a qubit, perhaps with a partner behind it, but "
            f"has size {blocks.shape[-1]}."
        )
    return blocks


def exchange_evolution(
    maps: ExchangeMap, blocks: np.ndarray, tlist: np.ndarray, method: str
) -> Evolution:
    """Return the evolution of blocks (n, 2k, 2k) under maps from the first time."""
    D = blocks.shape[-1]
    return Evolution(
        times=tlist,
        blocks=maps.apply(blocks),
        method=method,
        dims=(2,) if D == 2 else (2, D // 2),
    )


def elapsed_times(times: ArrayLike) -> np.ndarray:
    """Return times t ≥ 0 since the start, checked, in any order."""
    times = np.asarray(times, dtype=float)
    check_shapes(times=(times, "t"))
    check_finite(times, "times")
    if times.size and not times.min() >= 0:
        raise ValueError(f"`times` must not be negative, but has {times.min():.6g}.")
    return times
