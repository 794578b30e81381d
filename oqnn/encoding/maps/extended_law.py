"""Laws of the extended map: one for each component, independent of the others."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..._core.checks import check_integer
from ..._core.seeds import rng_from
from ..realizability.scenario import Scenario
from .extended import ExtendedMap
from .parties import Component

__all__ = ["ExtendedLaw", "component_scenario"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class ExtendedLaw:
    """A law of the extended map's spins, the product of laws of its components.

    Parameters
    ----------
    n_qubits : int
        Number n of qubits.
    configurations : tuple of arrays, shape (k, spins)
        Spins of each component, −1 or +1, in the order of `Component.spins`.
    probabilities : tuple of arrays, shape (k,)
        Of these configurations.
    """

    n_qubits: int
    configurations: tuple[np.ndarray, ...]
    probabilities: tuple[np.ndarray, ...]

    @property
    def components(self) -> tuple[Component, ...]:
        """The parts of the map, one for each law."""
        return ExtendedMap(self.n_qubits).components

    def correlators(self) -> np.ndarray:
        """Return χ, shape (4, …, 4); all components have the same where they meet."""
        chi = np.ones((4,) * self.n_qubits)
        for component, spins, p in zip(
            self.components, self.configurations, self.probabilities, strict=True
        ):
            places = {spin: place for place, spin in enumerate(component.spins)}
            for indices, target in zip(
                component.products, component.targets, strict=True
            ):
                factors = spins[:, [places[index] for index in indices]]
                chi[target] = p @ factors.prod(axis=1)
        return chi

    def sample(self, n_samples: int, *, seed: int) -> np.ndarray:
        """Draw independent configurations of all spins, shape (n_samples, n_spins)."""
        check_integer(n_samples, "n_samples")
        rng = rng_from(seed, "extended law")
        drawn = np.zeros((n_samples, ExtendedMap(self.n_qubits).n_spins), dtype=np.int8)
        for component, spins, p in zip(
            self.components, self.configurations, self.probabilities, strict=True
        ):
            # Rounding may leave the sum off by 1e-9, more than the generator allows.
            chosen = rng.choice(len(p), size=n_samples, p=p / p.sum())
            drawn[:, component.spins] = spins[chosen]
        return drawn

    def __str__(self) -> str:
        return "\n".join(
            f"{component!s}  {len(p)} configurations of {spins.shape[1]} spins"
            for component, spins, p in zip(
                self.components, self.configurations, self.probabilities, strict=True
            )
        )


def component_scenario(component: Component) -> Scenario:
    """Return the Bell scenario of a component, its spins in `Component.spins` order."""
    party_of = {
        spin: (place, k + 1)
        for place, party in enumerate(component.parties)
        for k, spin in enumerate(party)
    }
    words = np.zeros((len(component.products), len(component.parties)), dtype=int)
    for row, indices in enumerate(component.products):
        for index in indices:
            place, k = party_of[index]
            words[row, place] = k
    return Scenario(tuple(len(party) for party in component.parties), words)
