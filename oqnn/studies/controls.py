"""Everything a referee would ask of a study that learned, as one function."""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import xarray as xr

from .._core.checks import check_integer
from .._core.progress import report
from .control_cases import CASES
from .control_setting import Entry, Setting
from .controls_table import ControlsTable
from .store import Store
from .study import Study

__all__ = ["controls"]


def controls(
    study: Study,
    *,
    seeds: Sequence[int] | None = None,
    epochs: int | None = None,
    draws: int = 20,
    states: int = 200,
    seed: int = 0,
    cases: Sequence[str] | None = None,
    out: str | Path | None = None,
    progress: bool | None = None,
) -> ControlsTable:
    r"""Hold a study's learners against all that could explain their success otherwise.

    With the study's environment, rule and cost, these cases are computed:

    - *design*: all learners beside the best constants, XY8, the bare environment, one
      without noise field, and plain networks if the study has them;
    - *constant network*: the learning rule with g averaged over the epoch;
    - *shuffled slices*, *random drive*: the best learner's W in random order, and its
      drive with random Fourier phases;
    - *same rms field*: the best constants with the best learner's rms field, and
      those with at most that;
    - *trained without field*, *trained without hopping*: learners that never saw ξ, or
      κ, tested with it;
    - *unseen states*, *unseen times*: random pure states, their mean and their worst;
      random readouts within the epoch, and those of the next cycle;
    - *noise strengths*: ξ and κ halved and doubled, with all materials as they were,
      with the engineered ones made anew, and with the learners taught anew as well;
    - *weak field*: learning with a quarter of h, from random and from warm weights;
    - *known state*: only \|+⟩ is to be kept;
    - *few shots*: learning from costs alone, each from a thousand preparations, with a
      quarter of the epochs and four learners at most;
    - *optimal control*: GRAPE on the same bounds, under the conditions of all cases.

    Parameters
    ----------
    study : Study
        Finished, with a learning material.
    seeds : sequence of int, optional
        Seeds of the learners that are trained for controls, among those of the study;
        all of them by default.
    epochs : int, optional
        How long these learn; half as long as those of the study by default.
    draws : int, optional
        Number of shuffles, of random drives and of unseen times.
    states : int, optional
        Number of unseen states.
    seed : int, optional
        Of these draws.
    cases : sequence of str, optional
        Some of the cases above; all of them by default.
    out : path, optional
        Folder to keep finished cases and checkpoints in. A folder that holds part of
        the same controls is gone on with. By default nothing is kept.
    progress : bool, optional
        Show (True) or hide (False) bars, and a line for each finished case; by default
        both are shown on a terminal, bars after two seconds.

    Returns
    -------
    ControlsTable
        Who keeps more under which condition, with confidence intervals.

    Raises
    ------
    TypeError
        If `study` is no Study, or a number is no integer.
    ValueError
        If the study holds no learners, or not those of `seeds`; if a case is unknown,
        or a number too small.
    StudyMismatch
        If `out` holds something else.
    """
    _check_study(study)
    chosen = tuple(CASES if cases is None else cases)
    _check_cases(chosen)
    own = tuple(int(s) for s in study.trained("learning").seed.values)
    wanted = own if seeds is None else tuple(seeds)
    if not wanted or not set(wanted) <= set(own):
        raise ValueError(
            f"`seeds` must be some of those of the study, {list(own)}, but are "
            f"{list(wanted)}."
        )
    learning = study.settings.learning
    numbers = {
        "epochs": max(1, learning.epochs // 2) if epochs is None else epochs,
        "draws": draws,
        "states": states,
    }
    for name, value in numbers.items():
        check_integer(value, name)
    check_integer(seed, "seed", least=0)
    settings = {
        "study": study.settings.to_dict(),
        "controls": {"seeds": list(wanted), "seed": seed, **numbers},
    }

    def computed(folder: str | Path) -> ControlsTable:
        with Store(folder, settings) as store:
            setting = Setting(
                study=study,
                store=store,
                seeds=wanted,
                seed=seed,
                progress=progress,
                epochs=numbers["epochs"],
                draws=draws,
                states=states,
            )
            return _run(setting, chosen)

    if out is not None:
        return computed(out)
    with tempfile.TemporaryDirectory() as folder:
        return computed(Path(folder) / "controls")


def _run(setting: Setting, cases: Sequence[str]) -> ControlsTable:
    """Compute what the store does not hold yet, case by case."""
    found: list[Entry] = []
    for name in cases:
        block = f"controls/{name.replace(' ', '_')}"
        new, start = not setting.store.has(block), time.monotonic()
        dataset = setting.store.finish(block, _block(CASES[name], setting))
        for path in setting.store.checkpoint_path("any").parent.glob("*.npz"):
            setting.store.drop_checkpoint(path.stem)
        if new:
            took = time.monotonic() - start
            report(f"{name:<24} {took:8.1f} s", show=setting.progress)
        found += ControlsTable(dataset).entries()
    return ControlsTable.of(found)


def _block(
    case: Callable[[Setting], list[Entry]], setting: Setting
) -> Callable[[], xr.Dataset]:
    return lambda: ControlsTable.of(case(setting)).dataset


def _check_study(study: Study) -> None:
    if not isinstance(study, Study):
        raise TypeError(
            f"`study` must be a Study, but is a {type(study).__name__}. Make one with "
            "oqnn.compare, or open one with Study.open."
        )
    if "learning" not in study.kinds:
        raise ValueError(
            "`study` must hold a learning material, but has only "
            f"{', '.join(study.kinds)}."
        )


def _check_cases(cases: Sequence[str]) -> None:
    unknown = [name for name in cases if name not in CASES]
    if unknown or not cases:
        raise ValueError(
            f"`cases` must be among {', '.join(CASES)}, but are {list(cases)}."
        )
