"""What a search for a ground state leaves behind."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..spiking.sampling.machine import BoltzmannMachine

__all__ = ["GroundState"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class GroundState:
    r"""A machine whose law p gives the amplitudes ψ = √p of a ground state.

    With local_energies="histogram" all energies, and `law`, are those of the *sampled*
    law: of a histogram p̂ of `samples` states, which lies above the law that it was
    sampled from. With "ratios" they estimate the energy of the machine's own law
    without bias; with "exact" they are that energy. The machine's own law is what a
    perfect sampler would draw; what a LIF sampler draws is near it only.

    Parameters
    ----------
    machine : BoltzmannMachine
        After the last iteration.
    energies, errors, variances : shape (iterations,)
        Energy before each step, its standard error, and the variance of the local
        energy.
    overlaps : shape (iterations,)
        ⟨√p|ψ₀⟩ with the exact ground state; NaN where no law is known ("ratios") or
        n > 14.
    energy, energy_error, variance : float
        Of the last machine, with samples drawn anew.
    law : shape (2**n,), optional
        The last machine's, sampled or exact, averaged over the symmetry group.
    overlap : float, optional
        Of √law with the exact ground state.
    machine_energy, machine_overlap : float, optional
        Of the machine's own law by enumeration, averaged over the group, where n ≤ 16
        (overlap: 14) and hidden neurons are not connected with each other.
    exact_energy : float, optional
        The ground state's, where n ≤ 14.
    settings : dict
        All settings that are numbers or words.
    """

    machine: BoltzmannMachine
    energies: np.ndarray  # (iterations,)
    errors: np.ndarray  # (iterations,)
    variances: np.ndarray  # (iterations,)
    overlaps: np.ndarray  # (iterations,)
    energy: float
    energy_error: float
    variance: float
    law: np.ndarray | None  # (2**n,)
    overlap: float | None
    machine_energy: float | None
    machine_overlap: float | None
    exact_energy: float | None
    settings: dict[str, float | int | str | None]

    @property
    def n(self) -> int:
        """Number of spins."""
        return self.machine.n_visible

    @property
    def energy_per_spin(self) -> float:
        """Energy over n."""
        return self.energy / self.n
