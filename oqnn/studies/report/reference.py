"""The page of a reference comparison."""

from pathlib import Path

import numpy as np
import tomli_w
import xarray as xr

from ..layout import read_record
from ..study import Study
from ..study_tables import StudyTables
from .data import Cell, Heading, Measured, Plot, ReportData, States, Trace
from .estimates import median_over_seeds
from .method import MATERIALS, comparison_method
from .tables import estimates_table, parameters_table, provenance_table

__all__ = ["report_of_study"]

SCALARS = (
    ("readout_infidelity", "low"),
    ("fidelity_at_period", "high"),
    ("entanglement_breaking_time", "high"),
    ("coherence_time", "high"),
)
SERIES = (
    ("best_unitary_fidelity", "high"),
    ("average_fidelity", "high"),
    ("state_fidelity", "high"),
    ("purity", "high"),
    ("negativity", "high"),
    ("coherence", "high"),
    ("least_singular_value", "high"),
)
FRAMES = (
    ("frame_states", "frame of the control fields"),
    ("states", "laboratory frame"),
)
SPREAD = "median over seeds, least to greatest"


def report_of_study(folder: str | Path, study: Study) -> ReportData:
    """Return what the page of a finished comparison shows."""
    settings = study.settings.to_dict()
    evolutions = {kind: study.evolution(kind) for kind in study.kinds}
    measures = _measures(evolutions)
    counts = [evolution.sizes["member"] for evolution in evolutions.values()]
    rows = [
        (i, [Cell(kind), Cell(str(n), n)])
        for i, (kind, n) in enumerate(zip(study.kinds, counts, strict=True))
    ]
    summary = estimates_table(
        rows,
        (Heading("material"), Heading("seeds", True)),
        [m for m in measures if m.times is None],
        f"Every number is the {SPREAD}.",
    )
    return ReportData(
        title="Comparison of materials",
        lead=f"One state in {len(counts)} materials: {', '.join(study.kinds)}.",
        status=f"Finished: {sum(counts)} members of {len(counts)} materials.",
        finished=True,
        materials=study.kinds,
        measures=measures,
        summary=summary,
        parameters=parameters_table(settings),
        provenance=provenance_table(read_record(folder)),
        method=comparison_method(study.kinds),
        settings_toml=tomli_w.dumps(settings),
        time_label="time t (units of 1/ξ)",
        states=_states(evolutions),
        plots=_plots(study, evolutions),
        drawings=study.drawings(),
        tables=StudyTables(study),
    )


def _measures(evolutions: dict[str, xr.Dataset]) -> tuple[Measured, ...]:
    kinds = list(evolutions)
    cells = np.repeat(
        np.arange(len(kinds)), [evolutions[kind].sizes["member"] for kind in kinds]
    )
    first = evolutions[kinds[0]]
    found = []
    for name, better in (*SCALARS, *SERIES):
        if not all(name in evolution for evolution in evolutions.values()):
            continue
        values = np.concatenate([evolutions[kind][name].values for kind in kinds])
        found.append(
            Measured(
                name=name,
                meaning=first[name].attrs.get("long_name", name.replace("_", " ")),
                units=first[name].attrs.get("units", "").replace("xi", "ξ"),
                better=better,
                estimates=median_over_seeds(values, cells, len(kinds)),
                spread=SPREAD,
                times=first.time.values if "time" in first[name].dims else None,
            )
        )
    return tuple(found)


def _states(evolutions: dict[str, xr.Dataset]) -> tuple[States, ...]:
    found: list[States] = []
    for cell, evolution in enumerate(evolutions.values()):
        chosen = evolution.isel(member=int(evolution.representative))
        seed = f"seed {int(chosen.seed)}, " if "seed" in chosen.coords else ""
        for name, frame in FRAMES:
            found.append(
                States(
                    point=len(found),
                    cell=cell,
                    label=f"{seed}{frame}",
                    times=evolution.time.values,
                    states=evolution[name].values,
                    levels=tuple(str(level) for level in evolution.row.values),
                )
            )
    return tuple(found)


def _plots(study: Study, evolutions: dict[str, xr.Dataset]) -> tuple[Plot, ...]:
    if "learning" not in study.kinds:
        return ()
    trained = study.trained("learning")
    curves = trained.infidelity.values
    epochs = np.arange(1, curves.shape[1] + 1)
    seeds = trained.seed.values if "seed" in trained.coords else np.arange(len(curves))
    traces = [
        Trace(name=f"seed {seed}", x=epochs, y=curve)
        for seed, curve in zip(seeds, curves, strict=True)
    ]
    for kind in ("engineered", "xy8"):
        if kind in evolutions:
            best = float(evolutions[kind].readout_infidelity.min())
            level = np.full(2, best)
            traces.append(Trace(name=kind, x=epochs[[0, -1]], y=level, material=kind))
    learner = evolutions["learning"]
    return (
        Plot(
            key="learning",
            title="Learning curves",
            text="Mean readout infidelity of every learner, epoch by epoch, and as "
            f"level lines that of its rivals. {MATERIALS['learning']}",
            x_label="epoch",
            y_label="readout infidelity",
            traces=tuple(traces),
            log=True,
        ),
        Plot(
            key="drive",
            title="Controls of the best learner",
            text="What the neurons of the representative learner do to the environment "
            "over one cycle.",
            x_label="time in the cycle (units of 1/ξ)",
            y_label="control",
            traces=tuple(
                Trace(name=str(name), x=learner.drive_time.values, y=values)
                for name, values in zip(
                    learner.control.values, learner.drive.values.T, strict=True
                )
            ),
        ),
    )
