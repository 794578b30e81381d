"""What the solvers return."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.bases import from_coordinates, to_coordinates
from .._core.checks import check_law, check_shapes
from .._core.qobj import as_state, to_qobj

if TYPE_CHECKING:
    import qutip
    import xarray as xr

__all__ = ["DynamicalMaps", "Evolution"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Evolution:
    """Register blocks along a trajectory, as computed: nothing is repaired.

    D = d k is the size of the system with its kept partner. Blocks are those at all
    times, s = t, or only those at the last, s = 1.
    """

    times: np.ndarray  # (t,)
    blocks: np.ndarray  # (*batch, s, n, D, D)
    method: str  # how it was computed, in words
    dims: tuple[int, ...]  # subsystems of a state
    controls: np.ndarray | None = None  # (*batch, t, k); at a jump, those after
    weights: np.ndarray | None = None  # (n,) tr B_i of correlated projections, else 1
    error: float | None = None  # achieved error by the solver's estimate; None if exact
    expect: dict[str, np.ndarray] = field(default_factory=dict)  # name → (*batch, t)
    drift: float | None = None  # trace drift followed at all times, if not all are kept

    @property
    def states(self) -> np.ndarray:
        """Reduced states Σ_i w_i ρ_i, shape (*batch, s, D, D); weights w are 1."""
        if self.weights is None:
            return self.blocks.sum(axis=-3)
        return np.einsum("n,...nij->...ij", self.weights, self.blocks)

    @property
    def trace_drift(self) -> float:
        """Largest change of a trace since the first time."""
        if self.drift is not None:
            return self.drift
        traces = np.trace(self.states, axis1=-2, axis2=-1)
        return float(np.abs(traces - traces[..., :1]).max())

    @property
    def least_eigenvalue(self) -> float:
        """Least eigenvalue of any block's Hermitian part; negative is unphysical."""
        return float(
            np.linalg.eigvalsh((self.blocks + self.blocks.conj().mT) / 2).min()
        )

    def to_qutip(self) -> "list[qutip.Qobj]":
        """Return the reduced states of an unbatched evolution as Qobj."""
        states = self.states
        if states.ndim != 3:
            raise ValueError(
                "`to_qutip` must be called on an evolution without batch axes, "
                f"but the batch has shape {states.shape[:-3]}. Select one first."
            )
        return [to_qobj(state, list(self.dims)) for state in states]

    def to_xarray(self) -> "xr.Dataset":
        """Return blocks, reduced states, controls and expectations, axes named."""
        import xarray as xr

        batch = tuple(f"batch_{i}" for i in range(self.blocks.ndim - 4))
        matrix = ("row", "col")
        saved = "time" if self.blocks.shape[-4] == len(self.times) else "saved_time"
        data = {
            "blocks": ((*batch, saved, "level", *matrix), self.blocks),
            "states": ((*batch, saved, *matrix), self.states),
        }
        if self.controls is not None:
            some = tuple(f"control_{i}" for i in range(self.controls.ndim - 2))
            data["controls"] = ((*some, "time", "control"), self.controls)
        data |= {name: ((*batch, "time"), v) for name, v in self.expect.items()}
        attrs: dict[str, Any] = {"method": self.method}
        if self.error is not None:
            attrs["error"] = self.error
        if self.weights is not None:
            data["weights"] = (("level",), self.weights)
        coords = {"time": self.times}
        if saved != "time":
            coords[saved] = self.times[-1:]
        return xr.Dataset(data, coords=coords, attrs=attrs)


@dataclass(frozen=True, kw_only=True, eq=False)
class DynamicalMaps:
    """The maps from the first time to each time, on blocks, in the Hermitian basis."""

    times: np.ndarray  # (t,)
    matrices: np.ndarray  # (t, n d², n d²), real
    n: int
    d: int
    error: float | None = None  # achieved, as in `Evolution`; None if exact

    def transfer(self, register_law: ArrayLike) -> np.ndarray:
        r"""Return the maps of the system alone, shape (t, d², d²).

        The register starts in a law p, uncorrelated with the system, and is ignored
        at the end: :math:`\rho \mapsto \sum_{ij} \Phi_{ij}(p_j \rho)`.

        Parameters
        ----------
        register_law : shape (n,)
            Probabilities of the levels at the first time.
        """
        law = np.asarray(register_law, dtype=float)
        check_shapes(register_law=(law, f"{self.n}"))
        check_law(law, "register_law")
        size = self.d**2
        split = self.matrices.reshape(-1, self.n, size, self.n, size)
        return np.einsum("tiajb,j->tab", split, law, optimize=True)

    def apply(self, rho0: Any, register_law: ArrayLike) -> np.ndarray:
        """Return the states (t, d k, d k) of a system with a partner of any size k.

        Parameters
        ----------
        rho0 : Qobj or shape (d k, d k) or (d k,)
            State of system ⊗ partner at the first time.
        register_law : shape (n,)
            Probabilities of the levels at the first time.
        """
        return apply_transfer(self.transfer(register_law), as_state(rho0, "rho0"))


def apply_transfer(transfer: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Apply maps (t, d², d²) of the first factor to an operator on S ⊗ partner.

    Parameters
    ----------
    transfer : shape (t, d², d²)
        Real, in `hermitian_basis(d)`.
    rho : shape (d k, d k)
        Any operator.

    Returns
    -------
    np.ndarray
        Shape (t, d k, d k).

    Raises
    ------
    ValueError
        If `rho` is not square or its size is no multiple of d.
    """
    d = math.isqrt(transfer.shape[-1])
    check_shapes(rho=(rho, "D D"))
    size = len(rho)
    if size % d:
        raise ValueError(
            f"`rho` must have a size that is a multiple of {d}, but has size {size}."
        )
    k = size // d
    split = rho.reshape(d, k, d, k).transpose(1, 3, 0, 2)  # (k, k, d, d)
    coordinates = np.einsum("tab,xyb->txya", transfer, to_coordinates(split))
    moved = from_coordinates(coordinates)  # (t, k, k, d, d)
    return moved.transpose(0, 3, 1, 4, 2).reshape(-1, size, size)
