"""Matrices of an environment's generator, made once for equal environments."""

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from ...._core.bases import hermitian_basis
from ....dynamics import ControlledGenerator
from ....environments import Environment, ReferenceEnvironment, RegisterEnvironment
from ....environments.environment import lift_matrix, reduce_matrix
from ..description.custom import CustomEnvironment
from ..description.point import PointSettings

__all__ = ["Generators", "commutator", "generators_of"]

MOST_BYTES = 2**28  # of matrices kept for points to come
ADDITIVE = (ReferenceEnvironment, RegisterEnvironment)  # L₀ holds H as −i[H, ·]


@dataclass(frozen=True, kw_only=True, eq=False)
class Generators:
    """The generator L₀ + Σ y_k L_k of an environment, as real matrices.

    Parameters
    ----------
    environment : Environment
        Which.
    parts : shape (1 + k, m, m)
        L₀, L₁, … on the coordinates of all blocks, without the system's H where
        `additive`, else with it.
    additive : bool
        Whether the system's H has still to be added by `commutator`.
    """

    environment: Environment
    parts: np.ndarray
    additive: bool

    @cached_property
    def lift(self) -> np.ndarray:
        """Map from a state's coordinates to those of the blocks, shape (m, d²)."""
        return _ends(*_register(self.environment))[0]

    @cached_property
    def reduce(self) -> np.ndarray:
        """Map from the blocks' coordinates to the state's, shape (d², m)."""
        return _ends(*_register(self.environment))[1]

    @cached_property
    def keeps_trace(self) -> bool:
        """Whether the trace of all blocks together stays, up to rounding."""
        changes = self.reduce[0] @ self.parts  # (1 + k, m)
        return bool(np.abs(changes).max() <= 1e-12 * np.abs(self.parts).max())

    @cached_property
    def frame(self) -> np.ndarray:
        """Rotation by the control fields alone, shape (1 + k, d², d²)."""
        if isinstance(self.environment, ReferenceEnvironment):
            return self.environment.h * _reference_frame()
        return self.environment.frame_generator().matrices()

    def with_hamiltonian(self, H: np.ndarray) -> np.ndarray:
        """Return the matrices for a system with its own H, shape (1 + k, m, m)."""
        if not self.additive or not H.any():
            return self.parts
        ancilla = self.environment.ancilla
        a = 1 if ancilla is None else len(ancilla)
        n = len(self.environment.register_law)
        own = commutator(np.kron(H, np.eye(a)))
        size = len(own)
        parts = self.parts.copy()
        for i in range(n):
            level = slice(i * size, (i + 1) * size)
            parts[0, level, level] += own
        return parts


def generators_of(point: PointSettings) -> Generators:
    """Return the matrices of a point's environment, from memory where it holds them."""
    return _kept.of(point)


def commutator(H: np.ndarray) -> np.ndarray:
    """Return the real matrix of −i[H, ·] in ``hermitian_basis(d)``, shape (d², d²)."""
    basis = hermitian_basis(len(H))
    moved = -1j * (H @ basis)
    rows = moved.mT.reshape(len(basis), -1)
    return 2 * (basis.reshape(len(basis), -1) @ rows.T).real


class _Kept:
    """Generators by what they are made of, the latest ones, up to a size."""

    def __init__(self) -> None:
        self.held: OrderedDict[tuple[Any, ...], Generators] = OrderedDict()
        self.bytes = 0

    def of(self, point: PointSettings) -> Generators:
        key = _key(point)
        if key in self.held:
            self.held.move_to_end(key)
            return self.held[key]
        made = self.held[key] = _made(point)
        self.bytes += made.parts.nbytes
        while self.bytes > MOST_BYTES and len(self.held) > 1:
            self.bytes -= self.held.popitem(last=False)[1].parts.nbytes
        return made


_kept = _Kept()


def _key(point: PointSettings) -> tuple[Any, ...]:
    """Tell environments apart: by their settings and what they see of the system."""
    system = point.built_system
    key: tuple[Any, ...] = (
        point.texts["environment"],
        point.system.controls,
        system.d,
        system.H.tobytes(),
    )
    if isinstance(point.environment, CustomEnvironment):
        key += (point.texts["system"],)  # a user's function may look at all of it
    return key


def _made(point: PointSettings) -> Generators:
    environment = point.built_environment
    additive = isinstance(environment, ADDITIVE)
    if isinstance(environment, ReferenceEnvironment):
        parts = _reference_parts(environment)
    else:
        H = None if additive else point.built_system.H
        parts = environment.generator(H).matrices()
    if not np.isfinite(parts).all():
        raise ValueError(
            "`environment` must have a generator of finite numbers, but some are not."
        )
    return Generators(environment=environment, parts=parts, additive=additive)


def _reference_parts(environment: ReferenceEnvironment) -> np.ndarray:
    """Return L₀, L₁, … of the reference environment, which is linear in its rates.

    Equal to ``environment.generator().matrices()`` to rounding, a hundred times as
    quick: every term of the generator is a rate, or a field, times a fixed matrix, and
    back-action enters hops as 1 + ε B + ε² C.
    """
    field, hops, damping, dephasing, steering = _reference_terms(environment.directions)
    powers = np.array([1, environment.epsilon, environment.epsilon**2])
    hopping = environment.kappa * (powers @ hops.reshape(3, -1)).reshape(field.shape)
    drift = environment.xi * field + hopping
    drift = drift + environment.gamma_1 * damping + environment.gamma_phi * dephasing
    return np.array([drift, *(environment.h * steering), environment.b * hopping])


@lru_cache(maxsize=32)
def _reference_terms(
    directions: tuple[tuple[float, float, float], ...],
) -> tuple[np.ndarray, ...]:
    """Return the matrices of field, hops (three orders in ε), damping, dephasing, h."""
    none: dict[str, float] = {
        "xi": 0,
        "kappa": 0,
        "epsilon": 0,
        "gamma_1": 0,
        "gamma_phi": 0,
        "h": 0,
    }

    def term(**one: float) -> ControlledGenerator:
        settings = none | one
        return ReferenceEnvironment(directions=directions, **settings).generator()

    def drift(**one: float) -> np.ndarray:
        return term(**one).drift.matrix()

    still, right, left = (drift(kappa=1, epsilon=e) for e in (0, 1, -1))
    hops = np.array([still, (right - left) / 2, (right + left) / 2 - still])
    steering = term(h=1).matrices()[1:4]
    return drift(xi=1), hops, drift(gamma_1=1), drift(gamma_phi=1), steering


@lru_cache(maxsize=1)
def _reference_frame() -> np.ndarray:
    return ReferenceEnvironment(h=1).frame_generator().matrices()


def _register(environment: Environment) -> tuple[int, bytes, bytes | None, Environment]:
    ancilla = environment.ancilla
    law = np.asarray(environment.register_law)
    mark = None if ancilla is None else np.asarray(ancilla).tobytes()
    return environment.d, law.tobytes(), mark, environment


_ENDS: dict[tuple[Any, ...], tuple[np.ndarray, np.ndarray]] = {}


def _ends(
    d: int, law: bytes, ancilla: bytes | None, environment: Environment
) -> tuple[np.ndarray, np.ndarray]:
    """Return lift and reduce, which few environments of a sweep differ in."""
    key = (d, law, ancilla)
    if key not in _ENDS:
        if len(_ENDS) > 64:
            _ENDS.clear()
        _ENDS[key] = lift_matrix(environment), reduce_matrix(environment)
    return _ENDS[key]
