"""``oqnn compare``: run a study or a sweep, or go on with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .reading import read_settings, refuse_without_sweep
from .sentences import FAILED, VALUES, sentences
from .tables import print_study, print_sweep, say_failed

if TYPE_CHECKING:
    from ..studies import StudySettings
    from ..studies.sweeps.description.settings import SweepSettings
    from ..studies.sweeps.result.sweep import Sweep

__all__ = ["compare"]

MOST_FIGURES = 40


def compare(
    context: typer.Context,
    settings_file: Annotated[
        Path | None, typer.Argument(metavar="[STUDY.TOML]", help="Settings to read.")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder of the results; the same one resumes.")
    ] = Path("results/study"),
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that compute points of a sweep.")
    ] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Dask: tcp://HOST:PORT, or dask for a cluster on this machine.",
        ),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Compute failed points again.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete another study in the folder.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Compute damaged blocks again.")
    ] = False,
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
    """Compare materials: evolve, measure, carry by spikes, draw, summarise.

    A file with a table [sweep] is a grid of comparisons over its parameters.
    """
    with sentences(debug=context.obj, refused=VALUES):
        settings = read_settings(
            settings_file,
            quick=quick,
            paper_size=paper_size,
            seed=seed,
            seeds=seeds,
            epochs=epochs,
        )
        from ..studies.layout import StudyDamaged, StudyMismatch
        from ..studies.settings import StudySettings

        if isinstance(settings, StudySettings):
            refuse_without_sweep(
                settings_file,
                workers=workers > 1,
                scheduler=scheduler is not None,
                retry_failed=retry_failed,
            )
        else:
            from ..studies.sweeps.run import check_arguments

            check_arguments(settings, workers, scheduler)

    refused = (StudyMismatch, StudyDamaged)
    kept = f"The finished blocks in {out} are kept: the same command goes on from there"
    with sentences(debug=context.obj, interrupted=kept, refused=refused):
        if repair:
            _repair(settings, out, replace)
        if isinstance(settings, StudySettings):
            _compare(settings, out, replace, progress)
            return
        _sweep(
            settings,
            out,
            workers=workers,
            scheduler=scheduler,
            retry_failed=retry_failed,
            replace=replace,
            progress=progress,
        )


def _compare(
    settings: "StudySettings", out: Path, replace: bool, progress: bool | None
) -> None:
    from ..studies.compare import run

    study = run(settings, out, progress=progress, replace=replace)
    print_study(study)
    for path in study.save_figures(out / "figures"):
        typer.echo(f"figure   {path}")
    typer.echo(f"dataset  {out / 'study.zarr'}")


def _sweep(settings: "SweepSettings", out: Path, **options: Any) -> None:
    from ..studies.sweeps.run import sweep

    found = sweep(settings, out, **options)
    print_sweep(found)
    for path in _save_figures(found, out / "figures"):
        typer.echo(f"figure   {path}")
    typer.echo(f"dataset  {out / 'study.zarr'}")
    if found.failed:
        say_failed(found)
        raise typer.Exit(FAILED)


def _save_figures(found: "Sweep", folder: Path) -> Iterator[Path]:
    """Save the first figures of a sweep as PNG, one by one."""
    from ..plotting.saving import save_figure
    from ..studies.sweeps.result.figures import sweep_figures

    folder.mkdir(parents=True, exist_ok=True)
    figures = sweep_figures(found)
    for name, draw in [*figures.items()][:MOST_FIGURES]:
        yield save_figure(draw(), folder / f"{name}.png")
    if len(figures) > MOST_FIGURES:
        typer.echo(
            f"The first {MOST_FIGURES} of {len(figures)} figures; "
            "`sweep_figures(Sweep.open(folder))` in Python draws any of them."
        )


def _repair(
    settings: "StudySettings | SweepSettings", out: Path, replace: bool
) -> None:
    """Delete what is damaged, so that it is computed again."""
    from ..studies.store import Store

    with Store(out, settings.to_dict(), replace=replace, repair=True) as store:
        for block in store.repair():
            typer.echo(f"damaged  {block}: computed again", err=True)
