"""What the views of an evolution are asked with: conversion and checks."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_density_matrix, check_increasing, check_shapes
from .._core.qobj import as_state
from ..dynamics import System
from ..encoding import CorrelationMap
from ..environments import Material
from ..phase_space import PhaseSpaceGrid
from .study import Study

__all__ = [
    "HARD_PAIR",
    "Materials",
    "as_correlators",
    "as_materials",
    "as_quadratures",
    "as_times",
    "check_system",
]

HARD_PAIR = np.array([1, 0, 0, np.exp(0.25j * np.pi)]) / np.sqrt(2)
HARD_PAIR.setflags(write=False)

Materials: TypeAlias = Study | Material | Mapping[str, Material | Sequence[Material]]


def as_materials(
    materials: Materials, d: int
) -> tuple[dict[str, list[Material]], dict[str, int]]:
    """Return members by name, and which of them is shown."""
    if isinstance(materials, Study):
        groups = {kind: materials.members(kind) for kind in materials.kinds}
        chosen = {
            kind: int(materials.evolution(kind).representative) for kind in groups
        }
        return groups, chosen
    if isinstance(materials, Material):
        materials = {materials.kind: materials}
    if not isinstance(materials, Mapping):
        raise TypeError(
            "`materials` must be a Study, a Material, or map names to materials, but "
            f"is a {type(materials).__name__}."
        )
    groups = {
        str(kind): [entry] if isinstance(entry, Material) else list(entry)
        for kind, entry in materials.items()
    }
    if not groups or not all(groups.values()):
        raise ValueError("`materials` must hold at least one material of each name.")
    for kind, group in groups.items():
        for member in group:
            if not isinstance(member, Material):
                raise TypeError(
                    f"`materials[{kind!r}]` must hold materials, but holds a "
                    f"{type(member).__name__}."
                )
            if member.environment.d != d:
                raise ValueError(
                    f"`materials[{kind!r}]` must hold {d} levels, those of `system`, "
                    f"but holds {member.environment.d}."
                )
    return groups, dict.fromkeys(groups, 0)


def as_times(times: ArrayLike) -> np.ndarray:
    """Convert and check times that increase from 0 on, shape (t,)."""
    times = np.asarray(times, dtype=float)
    check_shapes(times=(times, "t"))
    check_increasing(times, "times")
    if times[0] < 0:
        raise ValueError(f"`times` must not start before 0, but at {times[0]}.")
    return times


def check_system(system: System) -> None:
    """Check that a partner is kept by a qubit alone, and is one."""
    if system.kept and (system.d, system.kept) != (2, (2,)):
        raise ValueError(
            "`system` must be alone, or a qubit with one kept qubit, but has the "
            f"dimensions {system.dims}."
        )


def as_correlators(pair: Any, system: System) -> np.ndarray | None:
    """Return χ of the pair; of a system that is no qubit there is none."""
    if system.d != 2:
        if pair is not None:
            raise ValueError(
                f"`pair` must be left out for a system of {system.d} levels: one of it "
                "and a kept qubit are no two qubits."
            )
        return None
    if pair is None:
        pair = system.rho0 if system.kept else HARD_PAIR
    rho = as_state(pair, "pair")
    check_shapes(pair=(rho, "4 4"))
    check_density_matrix(rho, "pair")
    return CorrelationMap(2).chi_from_state(rho)


def as_quadratures(x: ArrayLike, p: ArrayLike) -> PhaseSpaceGrid:
    """Convert axes of x and p to a grid with ħ = 1, which checks them."""
    return PhaseSpaceGrid(np.asarray(x), np.asarray(p))
