"""How many hidden neurons a ground state takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from .._core.checks import check_integer
from .._core.progress import ProgressLine
from .._core.seeds import derive_seed
from ..spiking.sampling.sampler import Sampler
from .ground_state import MOST_SPINS_EXACT, ground_state
from .ising import TransverseIsing

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["HiddenSizeStudy", "hidden_size_study"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class HiddenSizeStudy:
    """Errors of ground states found with hidden layers of several sizes."""

    n: np.ndarray  # (s,), spins
    n_hidden: np.ndarray  # (k,)
    energy_errors: np.ndarray  # (k, s, last), |E - E0|/n in the last iterations
    infidelities: np.ndarray  # (k, s, last), 1 - <√p|ψ0>

    @property
    def energy_quantiles(self) -> np.ndarray:
        """15, 50 and 85 % quantiles of `energy_errors`, shape (3, k, s)."""
        return np.quantile(self.energy_errors, [0.15, 0.5, 0.85], axis=-1)

    @property
    def infidelity_quantiles(self) -> np.ndarray:
        """15, 50 and 85 % quantiles of `infidelities`, shape (3, k, s)."""
        return np.quantile(self.infidelities, [0.15, 0.5, 0.85], axis=-1)

    def to_xarray(self) -> "xr.Dataset":
        """Return the errors with named axes."""
        import xarray as xr

        axes = ("n_hidden", "n", "iteration")
        data = {
            "energy_error": (axes, self.energy_errors),
            "infidelity": (axes, self.infidelities),
        }
        return xr.Dataset(data, coords={"n": self.n, "n_hidden": self.n_hidden})


def hidden_size_study(
    sizes: Sequence[int] = (3, 4, 5, 6, 7, 8),
    n_hidden: Sequence[int] = (5, 10, 20),
    *,
    J: float = 1.0,
    h: float = 1.0,
    sampler: Sampler | None = None,
    samples: int = 200_000,
    iterations: int = 1500,
    last: int = 200,
    local_energies: str = "histogram",
    optimizer: str = "adam",
    learning_rate: float | None = None,
    seed: int = 0,
    progress: bool | None = None,
) -> HiddenSizeStudy:
    """Search ground states of Ising chains with hidden layers of several sizes.

    The grid of [1]_, Fig. 5A-B, whose settings are the defaults.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of spins, at most 14, of periodic chains.
    n_hidden : sequence of int
        Numbers of hidden neurons.
    J, h : float
        Of `TransverseIsing`.
    sampler, samples, iterations, local_energies, optimizer, learning_rate
        See `ground_state`. ``local_energies="ratios"`` knows no infidelity and is
        refused.
    last : int
        How many of the last iterations are kept, at most all.
    seed : int
        Of all searches.
    progress : bool, optional
        False hides the progress line, True always shows it.

    Returns
    -------
    HiddenSizeStudy

    Raises
    ------
    TypeError, ValueError
        If a number is no integer, too small or too large, or `ground_state` refuses
        a setting.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).

    Examples
    --------
    >>> study = hidden_size_study(
    ...     [3, 4], [1, 4], iterations=60, last=5,
    ...     local_energies="exact", optimizer="sr", learning_rate=0.3,
    ... )
    >>> study.infidelity_quantiles[1, 1].max() < 1e-3
    np.True_
    """
    _check_sizes(sizes, n_hidden, iterations, last)
    if local_energies == "ratios":
        raise ValueError(
            "`local_energies` must be 'histogram' or 'exact', but is 'ratios', which "
            "knows no law of the states and so no infidelity."
        )

    shape = (len(n_hidden), len(sizes), last)
    energy_errors, infidelities = np.empty(shape), np.empty(shape)
    with ProgressLine("searches", shape[0] * shape[1], show=progress) as line:
        for k, hidden in enumerate(n_hidden):
            for s, n in enumerate(sizes):
                found = ground_state(
                    TransverseIsing(n, J, h),
                    n_hidden=hidden,
                    sampler=sampler,
                    samples=samples,
                    iterations=iterations,
                    local_energies=local_energies,
                    optimizer=optimizer,
                    learning_rate=learning_rate,
                    seed=derive_seed(seed, n, hidden),
                    progress=False,
                )
                excess = found.energies[-last:] - found.exact_energy
                energy_errors[k, s] = np.abs(excess) / n
                infidelities[k, s] = 1 - found.overlaps[-last:]
                line.advance(text=f"{n} spins, {hidden} hidden neurons")
    return HiddenSizeStudy(
        n=np.array(sizes),
        n_hidden=np.array(n_hidden),
        energy_errors=energy_errors,
        infidelities=infidelities,
    )


def _check_sizes(
    sizes: Sequence[int], n_hidden: Sequence[int], iterations: int, last: int
) -> None:
    """Check the grid, and that there are as many iterations as are to be kept."""
    for name, values in (("sizes", sizes), ("n_hidden", n_hidden)):
        if not len(values):
            raise ValueError(f"`{name}` must hold at least one number, but is empty.")
        for value in values:
            check_integer(value, name)
    if max(sizes) > MOST_SPINS_EXACT:
        raise ValueError(
            f"`sizes` must be at most {MOST_SPINS_EXACT} spins, whose exact ground "
            f"states are found, but one is {max(sizes)}."
        )
    check_integer(iterations, "iterations")
    check_integer(last, "last")
    if last > iterations:
        raise ValueError(
            f"`last` must be at most the {iterations} iterations, but is {last}."
        )
