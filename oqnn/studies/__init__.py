"""Comparative studies: settings, store, saving and summary."""

from .analysis.decay_times import fit_coherence_times
from .analysis.estimates import Bootstrap, Median, Student
from .analysis.pairs import paired_comparison
from .analysis.phases import phase_diagram
from .analysis.ranking import rank_materials, ranking_text
from .analysis.samples import failures
from .analysis.seeds import seed_intervals
from .analysis.slopes import elasticities, slopes
from .analysis.variance import variance_shares
from .carried import CarriedState, CarriedTrajectory
from .carry_trajectory import carry
from .compare import compare, run
from .controls import controls
from .controls_table import Comparison, ControlsTable
from .gauge import realizability_margin
from .intervals import (
    Interval,
    bootstrap_interval,
    difference_interval,
    mean_interval,
    share_interval,
)
from .layout import StudyDamaged
from .outcomes import measure_outcomes, measure_samples
from .sampling import measure_correlators
from .saving import load, register_kind, save
from .settings import SettingsError, StudySettings
from .store import NoSpaceError, Store, StudyBusy, StudyMismatch, open_tree
from .study import Study
from .sweeps.computation.materials import MATERIALS
from .sweeps.computation.measures import MEASURES, Measure
from .sweeps.computation.trajectories import Trajectories
from .sweeps.description.reading import is_sweep
from .sweeps.description.settings import Axis, SweepSettings
from .sweeps.forecast.check import check
from .sweeps.forecast.findings import Check
from .sweeps.plan import Plan
from .sweeps.result.export import read_netcdf
from .sweeps.result.figures import sweep_figures, wigner_animation
from .sweeps.result.sweep import Sweep
from .sweeps.run import sweep
from .table import Estimate, summary_table, summary_text
from .views import HARD_PAIR, Views, views

__all__ = [
    "HARD_PAIR",
    "MATERIALS",
    "MEASURES",
    "Axis",
    "Bootstrap",
    "CarriedState",
    "CarriedTrajectory",
    "Check",
    "Comparison",
    "ControlsTable",
    "Estimate",
    "Interval",
    "Measure",
    "Median",
    "NoSpaceError",
    "Plan",
    "SettingsError",
    "Store",
    "Student",
    "Study",
    "StudyBusy",
    "StudyDamaged",
    "StudyMismatch",
    "StudySettings",
    "Sweep",
    "SweepSettings",
    "Trajectories",
    "Views",
    "bootstrap_interval",
    "carry",
    "check",
    "compare",
    "controls",
    "difference_interval",
    "elasticities",
    "failures",
    "fit_coherence_times",
    "is_sweep",
    "load",
    "mean_interval",
    "measure_correlators",
    "measure_outcomes",
    "measure_samples",
    "open_tree",
    "paired_comparison",
    "phase_diagram",
    "rank_materials",
    "ranking_text",
    "read_netcdf",
    "realizability_margin",
    "register_kind",
    "run",
    "save",
    "seed_intervals",
    "share_interval",
    "slopes",
    "summary_table",
    "summary_text",
    "sweep",
    "sweep_figures",
    "variance_shares",
    "views",
    "wigner_animation",
]
