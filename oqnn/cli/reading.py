"""Settings of a study or a sweep, as file and command line name them together."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..studies import StudySettings
    from ..studies.sweeps.description.settings import SweepSettings

__all__ = ["read_settings", "refuse_without_sweep"]

PAPER_SIZE = {"spikes.neurons": 64, "spikes.sources": 128}


def read_settings(
    path: Path | None,
    *,
    quick: bool = False,
    paper_size: bool = False,
    seed: int | None = None,
    seeds: int | None = None,
    epochs: int | None = None,
) -> "StudySettings | SweepSettings":
    """Read a file, of a sweep if it has a table ``[sweep]``; options come last.

    Raises
    ------
    SettingsError
        If a setting is wrong.
    ValueError
        If a sweep is asked for the paper's size.
    """
    from ..studies.sweeps.description.reading import is_sweep

    if path is not None and is_sweep(path):
        if paper_size:
            raise ValueError(
                f"`--paper-size` must go with a single comparison, but {path} is a "
                "sweep, which trains no spiking neurons. Leave it out."
            )
        named = {"seed": seed, "sweep.seeds": seeds, "learning.epochs": epochs}
        return _sweep(path, quick, _given(named))
    named = {"seed": seed, "learning.seeds": seeds, "learning.epochs": epochs}
    return _study(path, quick, {**(PAPER_SIZE if paper_size else {}), **_given(named)})


def refuse_without_sweep(path: Path | None, **options: bool) -> None:
    """Refuse options that only sweeps know, where they were given."""
    for name, given in options.items():
        if given:
            flag = f"--{name.replace('_', '-')}"
            what = "no file is named" if path is None else f"{path} has no such table"
            raise ValueError(
                f"`{flag}` must go with a sweep, a file with a table [sweep], but "
                f"{what}. Leave it out."
            )


def _study(
    path: Path | None, quick: bool, changes: Mapping[str, Any]
) -> "StudySettings":
    from ..studies.settings import StudySettings

    settings = StudySettings() if path is None else StudySettings.from_toml(path)
    return (settings.quickened() if quick else settings).replaced(changes)


def _sweep(path: Path, quick: bool, changes: Mapping[str, Any]) -> "SweepSettings":
    from ..studies.sweeps.description.quick import quickened, replaced
    from ..studies.sweeps.description.settings import SweepSettings

    settings = SweepSettings.from_toml(path)
    return replaced(quickened(settings) if quick else settings, changes)


def _given(named: Mapping[str, int | None]) -> dict[str, Any]:
    return {name: value for name, value in named.items() if value is not None}
