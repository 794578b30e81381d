"""A small study for the tests of the store: four noisy maps, resumed inside a block.

``python fake_study.py OUT`` runs it and falls asleep in the third block, two steps
after its first checkpoint.
"""

import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import xarray as xr

from oqnn.studies.store import Store
from oqnn.studies.table import Estimate

SETTINGS = {"seed": 3, "map": {"r": 3.9, "steps": 40}}
BLOCKS = [f"maps/{k:03d}" for k in range(4)]


def iterate(store, block, sleepy):
    """Run one noisy complex map; every fifth step is saved as a checkpoint."""
    name = f"map-{block[-3:]}"
    saved = store.load_checkpoint(name) or {"path": np.array([0.2 + 0.1j])}
    path = list(saved["path"])
    for step in range(len(path), SETTINGS["map"]["steps"]):
        noise = np.random.default_rng([SETTINGS["seed"], int(block[-3:]), step])
        kick = noise.normal() + 1j * noise.normal()
        path.append(0.5 * path[-1] ** 2 + 0.1 * kick)
        if step % 5 == 0:
            store.save_checkpoint(name, {"path": np.array(path)})
        if sleepy and (block, step) == (BLOCKS[2], 7):
            time.sleep(600)
    steps = np.arange(len(path))
    labels = np.array(["still" if abs(z) < 0.2 else "moved" for z in path])
    return xr.Dataset(
        {"z": ("step", np.array(path))}, {"step": steps, "label": ("step", labels)}
    )


def run(settings, out, *, progress=None, replace=False, sleepy=False):
    """Run what is missing; stands in for the comparative study."""
    with Store(out, SETTINGS, replace=replace) as store:
        for block in BLOCKS:
            store.finish(block, lambda name=block: iterate(store, name, sleepy))
            store.drop_checkpoint(f"map-{block[-3:]}")
    rows = [{"material": "learning", "seeds": 3, "final_fidelity": [0.9, 0.7, 0.8]}]
    return SimpleNamespace(
        summary=lambda: rows,
        spike_summary=lambda: [{"material": "learning", "5": Estimate(0.02, 0.001)}],
        not_realizable=lambda: ["learning at t = 5, visibility 0.9"],
        save_figures=lambda folder: [Path(folder) / "one.png"],
    )


if __name__ == "__main__":
    run(None, Path(sys.argv[1]), sleepy=True)
