"""The parts of a study's settings, each one table of the file."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from .._core.checks import (
    check_density_matrix,
    check_hermitian,
    check_increasing,
    check_shapes,
)
from .._core.qobj import as_state, is_qobj

__all__ = [
    "EnvironmentSettings",
    "LearningSettings",
    "PlainSettings",
    "RuleSettings",
    "SettingsPart",
    "SpikeSettings",
    "SystemSettings",
    "TimeSettings",
]

Matrix = tuple[tuple[complex, ...], ...]
Count = Annotated[int, Field(ge=1)]
Index = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
NUMBERS = "rows of numbers, or, if any is complex, then all as [re, im]"
HAMILTONIAN = f"a Hermitian 2 × 2 matrix as {NUMBERS}"
STATE = "'bell', the name of a .npy file, or a state of one or two qubits as " + NUMBERS
MOST_TIMES = 100_000  # as many as the names of blocks can count
MEASURE_CHAINS = 100  # of a final measurement


class SettingsPart(BaseModel):
    """What all parts share: frozen, no unknown keys, no silent conversion."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False
    )


class SystemSettings(SettingsPart):
    """What is put into the materials: a qubit, alone or with a kept partner.

    Parameters
    ----------
    state : "bell", path, ket, matrix or Qobj
        Initial state of one qubit, or of two of which the first goes into the material
        and the second is kept. A ``.npy`` file is read at once, relative to the
        settings file, so that the settings hold numbers and no path. A ket becomes a
        density matrix.
    hamiltonian : matrix or Qobj
        Of the qubit in the material; zero by default.
    """

    state: Literal["bell"] | Matrix = Field(default="bell", description=STATE)
    hamiltonian: Matrix = Field(default=((0j, 0j), (0j, 0j)), description=HAMILTONIAN)

    @field_validator("state", mode="before")
    @classmethod
    def _read_state(cls, value: Any) -> Any:
        if isinstance(value, str) and value == "bell":
            return value
        if isinstance(value, str | Path):
            value = _read_npy(Path(value))
        rho = _as_density_matrix(value)
        return tuple(tuple(complex(x) for x in row) for row in rho)

    @field_validator("hamiltonian", mode="before")
    @classmethod
    def _read_hamiltonian(cls, value: Any) -> Any:
        H = _as_matrix(value, HAMILTONIAN)
        check_shapes(it=(H, "2 2"))
        check_hermitian(H, "it")
        return tuple(tuple(complex(x) for x in row) for row in H)

    @property
    def H(self) -> np.ndarray:
        """Hamiltonian of the qubit in the material, shape (2, 2)."""
        return np.array(self.hamiltonian)

    @property
    def rho0(self) -> np.ndarray:
        """The initial density matrix, shape (2, 2) or (4, 4)."""
        if self.state == "bell":
            ket = np.array([1, 0, 0, 1]) / np.sqrt(2)
            return np.outer(ket, ket).astype(complex)
        return np.array(self.state)

    @property
    def kept(self) -> tuple[int, ...]:
        """Dimensions of the kept partner: (2,), or () where there is none."""
        return (2,) if len(self.rho0) == 4 else ()


class TimeSettings(SettingsPart):
    """When the states are looked at, in units of 1/ξ at ξ = 1.

    Parameters
    ----------
    stop, step : float
        The grid 0, step, 2 step, ..., stop.
    start : float
        First time of the grid.
    values : list of float, optional
        The times themselves, instead of a grid; increasing.
    """

    start: NotNegative = 0.0
    stop: Positive = 80.0
    step: Positive = 0.2
    values: tuple[float, ...] | None = Field(
        default=None, strict=False, description="a list of increasing numbers"
    )

    @field_validator("values", mode="after")
    @classmethod
    def _check_values(cls, values: tuple[float, ...] | None) -> Any:
        if values is not None:
            _check_count(len(values))
            check_increasing(np.array(values), "it")
            if values[0] < 0:
                raise ValueError(f"`it` must not start before 0, but at {values[0]}.")
        return values

    @model_validator(mode="after")
    def _check_grid(self) -> Self:
        if self.values is not None:
            if self.model_fields_set - {"values"}:
                raise ValueError(
                    "`it` must have either values or a grid, but has both."
                )
            return self
        steps = (self.stop - self.start) / self.step
        _check_count(steps + 1)
        if self.stop <= self.start or abs(steps - round(steps)) > 1e-9 * steps:
            raise ValueError(
                "`it` must go from start to stop in whole steps, but "
                f"(stop - start) / step = {steps:.6g}."
            )
        return self

    def grid(self) -> np.ndarray:
        """Return the times, shape (t,)."""
        if self.values is not None:
            return np.array(self.values)
        steps = round((self.stop - self.start) / self.step)
        return np.linspace(self.start, self.stop, steps + 1)


class EnvironmentSettings(SettingsPart):
    """The reference environment; see ``oqnn.environments.ReferenceEnvironment``.

    Parameters
    ----------
    levels : int
        Register levels, with the first so many of the tetrahedral directions.
    xi, kappa, epsilon, b, gamma_1, gamma_phi, h : float
        Noise field, hopping, its back-action and control, damping, dephasing, and
        control field.
    """

    levels: Annotated[int, Field(ge=1, le=4)] = 4
    xi: NotNegative = 1.0
    kappa: NotNegative = 0.2
    epsilon: NotNegative = 0.1
    b: Annotated[float, Field(ge=0, le=1)] = 0.5
    gamma_1: NotNegative = 0.004
    gamma_phi: NotNegative = 0.004
    h: NotNegative = 8.0


class RuleSettings(SettingsPart):
    """The rule by which a material learns, and for how long.

    Parameters
    ----------
    neurons : int
        Four steer the reference environment; any more are hidden.
    tau : float
        Time constant λ of the neurons.
    period : float
        Length T of an epoch.
    slices, substeps : int
        Slices of W in an epoch, and even number of integration steps in a slice.
    epochs : int
        Epochs of learning.
    friction, eta, omega : float
        μ, η and ω of M ← μM − ηg, W ← W + M/ω.
    cost_controls, cost_weights : float
        c_y and c_W.
    initial_scale : float
        Standard deviation of the first W.
    restart_every : int
        Epochs after which learners far behind the best one begin again; 0 for never.
    """

    neurons: Annotated[int, Field(ge=1)] = 4
    tau: Positive = 0.1
    period: Positive = 8.0
    slices: Annotated[int, Field(ge=4, multiple_of=4)] = 80
    substeps: Annotated[int, Field(ge=2, multiple_of=2)] = 8
    epochs: Count = 2000
    friction: Annotated[float, Field(ge=0, le=1)] = 0.9
    eta: Positive = 1.0
    omega: Positive = 10 / 3
    cost_controls: NotNegative = 1e-4
    cost_weights: NotNegative = 1e-6
    initial_scale: Positive = 0.5
    restart_every: Index = 0


class LearningSettings(RuleSettings):
    """The learning material of one comparison: a rule, and learners by their seeds.

    Parameters
    ----------
    seeds, first_seed : int
        Runs with seeds first_seed, first_seed + 1, ...
    warm_start : bool
        Whether to start from the engineered constants.
    """

    neurons: Annotated[int, Field(ge=4)] = 4
    seeds: Count = 8
    first_seed: Index = 0
    warm_start: bool = False


class PlainSettings(SettingsPart):
    """The plain material: networks of fixed random weights.

    Parameters
    ----------
    seeds, first_seed : int
        Networks with seeds first_seed, first_seed + 1, ...
    """

    seeds: Count = 40
    first_seed: Index = 1000


class SpikeSettings(SettingsPart):
    """The networks of spiking neurons that carry the states.

    Parameters
    ----------
    neurons, sources : int
        Least number of neurons in a network, and Bernoulli sources that drive them,
        more than neurons; the published size is 64 and 128.
    epochs, chains, steps : int
        Training epochs, parallel chains, and time steps of a chain.
    times : int
        How many states of each material are carried; 0 for none.
    measure_steps : int
        Time steps of the final measurement, a multiple of its 100 chains.
    frame : "control" or "lab"
        Whether the carried states turn with the control fields, or not. The spins'
        axes turn with them in the first case, and successive states are close.
    """

    neurons: Count = 16
    sources: Count = 64
    epochs: Count = 1000
    chains: Count = 64
    steps: Count = 20
    times: Index = 5
    measure_steps: Annotated[
        int, Field(ge=MEASURE_CHAINS, multiple_of=MEASURE_CHAINS)
    ] = 100_000
    frame: Literal["control", "lab"] = "control"


def _check_count(times: float) -> None:
    """Refuse more times than a study can hold."""
    if times > MOST_TIMES:
        raise ValueError(
            f"`it` must hold at most {MOST_TIMES} times, but holds {times:.6g}."
        )


def _read_npy(path: Path) -> np.ndarray:
    """Read one array, saying `it` for the name of the setting."""
    try:
        return np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise ValueError(f"`it` must be {STATE}, but {path} does not exist.") from None
    except (OSError, ValueError, EOFError) as error:
        raise ValueError(
            f"`it` must be {STATE}, but {path} holds no array of numbers."
        ) from error


def _as_matrix(value: Any, wanted: str) -> np.ndarray:
    """Convert a Qobj, rows of numbers, or rows of [re, im] pairs."""
    try:
        array = value.full() if is_qobj(value) else np.asarray(value)
        if array.ndim == 3 and array.shape[-1] == 2:
            array = array[..., 0] + 1j * array[..., 1]
        return array.astype(complex)
    except (TypeError, ValueError) as error:
        raise ValueError(f"`it` must be {wanted}, but is {value!r:.60}.") from error


def _as_density_matrix(value: Any) -> np.ndarray:
    """Convert a ket or matrix, also of [re, im] pairs, and check that it is a state."""
    rho = as_state(_as_matrix(value, STATE), "it")
    if rho.shape not in ((2, 2), (4, 4)):
        raise ValueError(
            "`it` must have shape (2, 2) or (4, 4), but has shape "
            f"{rho.shape}. Only one qubit and one kept qubit are studied."
        )
    check_density_matrix(rho, "it")
    return rho
