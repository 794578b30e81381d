"""``oqnn compare``: run a study, or go on with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .sentences import VALUES, sentences
from .tables import print_study

if TYPE_CHECKING:
    from ..studies import StudySettings

__all__ = ["compare"]

PAPER_SIZE = {"spikes.neurons": 64, "spikes.sources": 128}


def compare(
    context: typer.Context,
    settings_file: Annotated[
        Path | None, typer.Argument(metavar="[STUDY.TOML]", help="Settings to read.")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder of the results; the same one resumes.")
    ] = Path("results/study"),
    quick: Annotated[bool, typer.Option("--quick", help="A minute's version.")] = False,
    paper_size: Annotated[
        bool, typer.Option("--paper-size", help="64 spiking neurons, 128 sources.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(help="Seed of all that has no seed of its own.")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(help="Number of learning materials.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs of learning.")] = None,
    progress: Annotated[
        bool | None, typer.Option(help="Show progress; by default on a terminal.")
    ] = None,
) -> None:
    """Compare materials: evolve, measure, carry by spikes, draw, summarise."""
    with sentences(debug=context.obj, refused=VALUES):
        settings = _settings(settings_file, quick, paper_size, seed, seeds, epochs)
        from ..studies.compare import run
        from ..studies.store import StudyMismatch

    kept = f"The finished blocks in {out} are kept: the same command goes on from there"
    with sentences(debug=context.obj, interrupted=kept, refused=(StudyMismatch,)):
        study = run(settings, out, progress=progress)
        print_study(study)
        for path in study.save_figures(out / "figures"):
            typer.echo(f"figure   {path}")
        typer.echo(f"dataset  {out / 'study.zarr'}")


def _settings(
    path: Path | None,
    quick: bool,
    paper_size: bool,
    seed: int | None,
    seeds: int | None,
    epochs: int | None,
) -> "StudySettings":
    """Read the settings; what the command line names comes last."""
    from ..studies.settings import StudySettings

    settings = StudySettings() if path is None else StudySettings.from_toml(path)
    if quick:
        settings = settings.quickened()
    named = {"seed": seed, "learning.seeds": seeds, "learning.epochs": epochs}
    changes = {k: v for k, v in named.items() if v is not None}
    return settings.replaced({**(PAPER_SIZE if paper_size else {}), **changes})
