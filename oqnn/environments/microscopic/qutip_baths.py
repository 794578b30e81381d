"""Bosonic baths from QuTiP and to QuTiP, whose spectral density is π times ours."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .spectral_densities import DrudeLorentz, Lorentzian, Ohmic

if TYPE_CHECKING:
    import qutip

__all__ = ["qutip_density", "qutip_family", "qutip_general"]


def qutip_density(environment: Any) -> Callable[[np.ndarray], np.ndarray]:
    """Return J = J_QuTiP/π of a QuTiP environment with a temperature.

    Raises
    ------
    TypeError
        If it is no bosonic environment, or a sum of exponentials.
    ValueError
        If it has no temperature.
    """
    needed = ("spectral_density", "power_spectrum", "correlation_function", "T")
    if not all(hasattr(environment, name) for name in needed):
        raise TypeError(
            "`environment` must be a qutip.BosonicEnvironment, but is a "
            f"{type(environment).__name__}."
        )
    if hasattr(environment, "exponents"):
        raise TypeError(
            "`environment` must have a spectral density, but is a sum of "
            "exponentials. Use GaussianBath(S, environment.correlation_function)."
        )
    if environment.T is None:
        raise ValueError(
            "`environment` must have a temperature, but its T is None. Pass T= to "
            "QuTiP's constructor."
        )

    def density(frequencies: np.ndarray) -> np.ndarray:
        return np.asarray(environment.spectral_density(frequencies)) / np.pi

    return density


def qutip_family(density: Any, temperature: float) -> "qutip.BosonicEnvironment | None":
    """Return QuTiP's own class for a family that it has, else None."""
    from qutip.core import environment as qutip_environment

    if isinstance(density, DrudeLorentz):
        return qutip_environment.DrudeLorentzEnvironment(
            temperature, density.reorganisation_energy, density.cutoff
        )
    if isinstance(density, Ohmic):
        return qutip_environment.OhmicEnvironment(
            temperature,
            2 * np.pi * density.strength,
            density.cutoff,
            density.exponent,
        )
    if isinstance(density, Lorentzian):
        # Re and Im of c e^{−νt} are half sums and differences with its conjugate
        (c,), (nu,) = density.exponents(temperature, 0)
        rates = [nu, nu.conjugate()]
        return qutip_environment.ExponentialBosonicEnvironment(
            [c / 2, c / 2], rates, [-0.5j * c, 0.5j * c], rates, T=temperature
        )
    return None


def qutip_general(
    density: Callable[[np.ndarray], np.ndarray], temperature: float, highest: float
) -> "qutip.BosonicEnvironment":
    """Return the environment of any density, without weight above `highest`."""
    from qutip.core import environment as qutip_environment

    return qutip_environment.BosonicEnvironment.from_spectral_density(
        lambda frequencies: np.pi * density(frequencies), wMax=highest, T=temperature
    )
