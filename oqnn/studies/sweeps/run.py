"""Run a sweep: what its folder does not hold yet, and nothing else."""

from pathlib import Path

from ..store import Store
from .compute import compute_block
from .plan import Plan
from .settings import SweepSettings
from .sweep import Sweep

__all__ = ["sweep"]


def sweep(
    settings: SweepSettings, out: str | Path, *, progress: bool | None = None
) -> Sweep:
    """Compute all blocks of a sweep, going on where its folder ends."""
    plan = Plan(settings)
    with Store(out, settings.to_dict()) as store:
        for name, task in plan.tasks.items():
            inputs = {need: store.read(need) for need in task.needs}
            store.finish(
                name,
                lambda n=name, i=inputs: compute_block(plan, n, i, progress=progress),
            )
    return Sweep.open(out)
