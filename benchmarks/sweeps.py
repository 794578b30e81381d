"""Sweeps at scale: points a second, memory, and what the engine itself costs.

Four tables, each sweep in a process of its own with one thread a worker:

1. Batches: constant drives of a qubit over 9 times, block by block in one process, in
   blocks of 1 to 256 points.
2. Workers: the same points and those of learned drives with 1 and with 2 processes.
3. Ten thousand points of three materials, short evolutions, on two cores: wall time,
   memory and disk, trainings included.
4. The engine: seconds beside those in which blocks are computed, by point and by block,
   serially and with one Dask worker, saving included; the difference of two sizes, so
   that starting up does not count.

    python benchmarks/sweeps.py [batches] [workers] [large] [engine]
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

CASE = Path(__file__).parent / "parts" / "sweep_case.py"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "JAX_PLATFORMS": "cpu"}
MEASURES = ["fidelity", "average_fidelity", "purity", "l1_coherence"]


def short(kappas: int, gammas: int, *, block: int = 64, **other: Any) -> dict:
    """Return a sweep over five field bounds and so many rates, 9 times a point."""
    return {
        "times": {"stop": 4.0, "step": 0.5},
        "environment": {
            "h": [1.0, 2.0, 4.0, 6.0, 8.0],
            "kappa": {"from": 0.05, "to": 0.8, "count": kappas, "spacing": "log"},
            "gamma_phi": {"from": 0.001, "to": 0.02, "count": gammas},
        },
        "training": {"kappa": 0.2, "gamma_phi": 0.004},
        "learning": {"epochs": 100},
        "engineered": {"starts": 2, "points": 20},
        "sweep": {"measures": MEASURES, "block": block, "seeds": 2},
        **other,
    }


def run(settings: dict, **options: Any) -> dict:
    """Run a sweep in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(CASE)],
        input=json.dumps({"settings": settings, "options": options}),
        env={**os.environ, **ONE_THREAD},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"a sweep failed:\n{done.stderr}")
    found = json.loads(done.stdout)
    if found["failed"]:
        raise RuntimeError(f"{found['failed']} points failed")
    return found


def batches() -> None:
    """Blocks of several sizes."""
    print("\nBatches: constant drives (plain, engineered), one process")
    print(
        f"  {'block':<8}{'points':>8}{'computing':>12}{'points/s':>10}{'with all':>10}"
    )
    for block, kappas in ((1, 2), (8, 4), (64, 40), (256, 40)):
        materials = {"materials": ["plain", "engineered"]}
        found = run(short(kappas, 20, block=block, **materials))
        n = found["points"]
        print(
            f"  {block:<8}{n:>8}{found['computing']:>10.2f} s"
            f"{n / found['computing']:>10.0f}{n / found['seconds']:>10.0f}"
        )


def workers() -> None:
    """One process and two."""
    print("\nWorkers: points a second of the whole run, trainings and start included")
    print(f"  {'materials':<24}{'points':>8}{'1':>8}{'2':>8}")
    for materials, kappas in (["plain", "engineered"], 40), (["learning"], 20):
        settings = short(kappas, 20, materials=materials)
        rates = []
        for count in (1, 2):
            found = run(settings, workers=count)
            rates.append(found["points"] / found["seconds"])
        print(
            f"  {', '.join(materials):<24}{found['points']:>8}"
            f"{rates[0]:>8.0f}{rates[1]:>8.0f}"
        )


def large() -> None:
    """Ten thousand points."""
    materials = ["plain", "engineered", "learning"]
    print("\nTen thousand points of plain, engineered and learning, two processes")
    found = run(short(20, 20, materials=materials), workers=2)
    print(
        f"  {found['points']} points in {found['blocks']} blocks: "
        f"{found['seconds']:.0f} s, of which {found['computing'] / 2:.0f} s computing; "
        f"memory {found['here_MB']:.0f} MB, with the workers {found['all_MB']:.0f} MB; "
        f"disk {found['disk_MB']:.0f} MB"
    )


def engine() -> None:
    """Seconds beside those of computing, between two sizes of one sweep."""
    print("\nThe engine: ms beside computing (bare, each block 9 times)")
    print(f"  {'':<12}{'block':>6}{'a point':>12}{'a block':>12}")
    pools: dict[str, dict[str, Any]] = {
        "serial": {},
        "Dask, 1": {"scheduler": "dask", "workers": 1},
    }
    for block, sizes in ((1, (2, 4)), (64, (10, 40))):
        for name, options in pools.items():
            few, many = (
                run(short(kappas, 20, block=block, materials=["bare"]), **options)
                for kappas in sizes
            )
            beside = [f["seconds"] - f["computing"] for f in (few, many)]
            spent = 1e3 * (beside[1] - beside[0])
            points = spent / (many["points"] - few["points"])
            blocks = spent / (many["blocks"] - few["blocks"])
            print(f"  {name:<12}{block:>6}{points:>9.2f} ms{blocks:>9.1f} ms")


def main() -> None:
    """Print the tables that are asked for, all by default."""
    tables = {f.__name__: f for f in (batches, workers, large, engine)}
    for name in sys.argv[1:] or tables:
        tables[name]()


if __name__ == "__main__":
    main()
