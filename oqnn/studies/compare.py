"""The comparative study: one state in several materials, and carried by spikes."""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from .._core.progress import report
from .._core.seeds import derive_seed
from ..dynamics import System
from .carry import carried_name, carried_times, carry_block, network_of
from .evolution import evolution_block
from .settings import StudySettings
from .store import Store
from .study import Study
from .training import materials_of, system_of, trained_block

__all__ = ["compare", "run"]


def compare(
    system: System | None = None,
    *,
    materials: Sequence[str] | None = None,
    tlist: ArrayLike | None = None,
    settings: StudySettings | None = None,
    out: str | Path | None = None,
    progress: bool | None = None,
) -> Study:
    """Compare what different materials do to the state of a qubit.

    Trains the materials, evolves the state in each, measures it, and trains networks
    of spiking neurons to carry it.

    Parameters
    ----------
    system : System, optional
        A qubit, alone or with one kept qubit; by default half of a Bell pair.
    materials : sequence of str, optional
        Among "bare", "plain", "engineered", "xy8" and "learning".
    tlist : shape (t,), optional
        Increasing times at which states are kept, none before 0.
    settings : StudySettings, optional
        Everything else; the arguments above override its parts.
    out : path, optional
        Folder to keep the study in. A folder that holds part of the same study is
        gone on with. By default nothing is kept on disk.
    progress : bool, optional
        Show (True) or hide (False) bars, and a line for each finished block; by
        default both are shown on a terminal, bars after two seconds.

    Returns
    -------
    Study
        Datasets, materials, summary and figures.

    Raises
    ------
    TypeError
        If an argument is of another kind.
    SettingsError
        If a setting is wrong.
    StudyMismatch
        If `out` holds another study, or an unfinished one of other versions.
    NoSpaceError
        If the disk is full; finished blocks stay.
    """
    _check_kinds(system, materials, settings)
    changes: dict[str, Any] = {}
    if system is not None:
        changes["system"] = {"state": system.rho0, "hamiltonian": system.H}
    if materials is not None:
        changes["materials"] = list(materials)
    if tlist is not None:
        changes["times"] = {"values": np.asarray(tlist, dtype=float).tolist()}
    settings = (settings or StudySettings()).replaced(changes)
    if out is not None:
        return run(settings, out, progress)
    with tempfile.TemporaryDirectory() as folder:
        return run(settings, Path(folder) / "study", progress)


def run(
    settings: StudySettings,
    out: str | Path,
    progress: bool | None = None,
    *,
    replace: bool = False,
) -> Study:
    """Compute the blocks of a study that its folder does not hold yet.

    A folder of another study is refused, or emptied first with `replace`.

    Blocks come in a fixed order, and each reads what it builds on from disk, so an
    interrupted and resumed study holds the same numbers as an undisturbed one.
    """
    with Store(out, settings.to_dict(), replace=replace) as store:
        for kind in settings.materials:
            _evolve(kind, settings, store, progress)
        for kind in settings.materials:
            _carry(kind, settings, store, progress)
        return Study(store.tree(), settings)


def _check_kinds(system: Any, materials: Any, settings: Any) -> None:
    """Check what the settings could not tell from something else."""
    if system is not None and not isinstance(system, System):
        raise TypeError(
            f"`system` must be a System, but is a {type(system).__name__}. Make one "
            "with System(H, rho0)."
        )
    if isinstance(materials, str):
        raise TypeError(
            f"`materials` must be a list of names, but is the text {materials!r}. "
            f"Write [{materials!r}]."
        )
    if settings is not None and not isinstance(settings, StudySettings):
        raise TypeError(
            f"`settings` must be StudySettings, but is a {type(settings).__name__}. "
            "Make them with StudySettings.from_dict or StudySettings.from_toml."
        )


def _finish(
    store: Store,
    block: str,
    compute: Callable[[], xr.Dataset],
    progress: bool | None,
) -> xr.Dataset:
    """Return a block, and say how long it took where it was not finished."""
    new, start = not store.has(block), time.monotonic()
    dataset = store.finish(block, compute)
    if new:
        report(f"{block:<24} {time.monotonic() - start:8.1f} s", show=progress)
    return dataset


def _evolve(
    kind: str, settings: StudySettings, store: Store, progress: bool | None
) -> None:
    """Train the materials of a kind and evolve the state in them."""
    trained = _finish(
        store,
        f"trained/{kind}",
        lambda: trained_block(kind, settings, store, progress),
        progress,
    )
    store.drop_checkpoint(kind)

    def evolved() -> xr.Dataset:
        block = evolution_block(
            materials_of(kind, trained, settings),
            system_of(settings),
            settings.times.grid(),
            period=settings.learning.period,
            ranks=trained.least_cost.values if "least_cost" in trained else None,
            progress=progress,
        )
        seeds = {"seed": trained.seed} if "seed" in trained.coords else {}
        return block.assign_coords(seeds)

    _finish(store, f"evolution/{kind}", evolved, progress)


def _carry(
    kind: str, settings: StudySettings, store: Store, progress: bool | None
) -> None:
    """Carry states of the representative material, each network from the last one."""
    if not settings.spikes.times:
        return
    evolution = store.read(f"evolution/{kind}")
    lab = settings.spikes.frame == "lab"
    states = evolution.states if lab else evolution.frame_states
    network = None
    for index in carried_times(states.time.values, settings.spikes.times):
        rho = states.values[index]
        seed = derive_seed(settings.seed, "spikes", kind, int(index))
        previous = network

        def carried(
            rho: np.ndarray = rho, seed: int = seed, previous: Any = previous
        ) -> xr.Dataset:
            return carry_block(
                rho, settings.spikes, seed=seed, previous=previous, progress=progress
            )

        block = _finish(store, carried_name(kind, int(index)), carried, progress)
        network = network_of(block)
