"""One point made ready to be moved: generators, drive, readouts."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ....environments import Drive, Environment, Material
from ..description.point import PointSettings
from .costs import Reading, reading_of
from .generators import Generators, generators_of

__all__ = ["Prepared", "UntrainedError", "because", "numbers_held", "prepared"]

LONGEST = 1000  # letters of a reason, each point of a block keeping as many
DENSE_LIMIT = 512  # coordinates above which points evolve one by one


class UntrainedError(RuntimeError):
    """There is no drive, since its training failed."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Prepared:
    """One point, ready to be moved.

    Parameters
    ----------
    material : Material
        Its environment and drive.
    generators : Generators or None
        None for an environment of too many coordinates for dense exponentials.
    H : shape (d, d)
        Hamiltonian of the system alone.
    reading : Reading
        When and how its cost reads.
    """

    material: Material
    generators: Generators | None
    H: np.ndarray
    reading: Reading

    @property
    def mark(self) -> tuple[Any, ...]:
        """What the maps depend on: points that share it need to be moved once."""
        own = id(self.generators or self.material.environment)
        reading = self.reading.times.tobytes()
        return own, self.H.tobytes(), id(self.material.drive), reading


def prepared(point: PointSettings, drive: Drive | str) -> Prepared:
    """Return a point ready to be moved.

    Parameters
    ----------
    point : PointSettings
    drive : Drive or str
        A text says why there is none.

    Raises
    ------
    UntrainedError
        If there is no drive.
    ValueError
        If system, environment, drive and cost do not fit each other.
    """
    if isinstance(drive, str):
        raise UntrainedError(drive)
    environment: Environment = point.built_environment
    generators = None
    if _coordinates(environment) <= DENSE_LIMIT:
        generators = generators_of(point)
        environment = generators.environment
    return Prepared(
        material=Material(kind="point", environment=environment, drive=drive),
        generators=generators,
        H=point.built_system.H,
        reading=reading_of(point),
    )


def numbers_held(point: PointSettings) -> int:
    """Return how many numbers it takes to move a point, the next ones aside.

    Maps, states and what measures make of them, and the matrices of the generator; of
    these nothing where there is no environment.
    """
    system, times = point.built_system, point.times.grid()
    seen = 8 * len(times) * (system.d**4 + len(system.rho0) ** 2)
    try:
        environment: Environment = point.built_environment
        m, parts = _coordinates(environment), 1 + environment.n_controls
    except Exception:  # which is said where the point is to be moved
        return seen
    return seen + 3 * parts * m**2 if m <= DENSE_LIMIT else seen


def because(error: BaseException) -> str:
    """Return why something failed, in one line that any file can hold."""
    text = " ".join(str(error).split()).encode(errors="backslashreplace").decode()
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    if isinstance(error, UntrainedError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _coordinates(environment: Environment) -> int:
    ancilla = environment.ancilla
    a = 1 if ancilla is None else len(ancilla)
    return len(environment.register_law) * (environment.d * a) ** 2
