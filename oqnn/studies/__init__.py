"""Comparative studies: settings, store, saving and summary."""

from .analysis.decay_times import fit_coherence_times
from .analysis.estimates import Bootstrap, Median, Student
from .analysis.pairs import paired_comparison
from .analysis.phases import phase_diagram
from .analysis.ranking import rank_materials, ranking_text
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
from .outcomes import measure_outcomes, measure_samples
from .sampling import measure_correlators
from .saving import load, register_kind, save
from .settings import SettingsError, StudySettings
from .store import NoSpaceError, Store, StudyBusy, StudyMismatch, open_tree
from .study import Study
from .sweeps.description.settings import Axis, SweepSettings
from .sweeps.plan import Plan
from .sweeps.result.sweep import Sweep
from .sweeps.run import sweep
from .table import Estimate, summary_table, summary_text
from .views import HARD_PAIR, Views, views

__all__ = [
    "HARD_PAIR",
    "Axis",
    "Bootstrap",
    "CarriedState",
    "CarriedTrajectory",
    "Comparison",
    "ControlsTable",
    "Estimate",
    "Interval",
    "Median",
    "NoSpaceError",
    "Plan",
    "SettingsError",
    "Store",
    "Student",
    "Study",
    "StudyBusy",
    "StudyMismatch",
    "StudySettings",
    "Sweep",
    "SweepSettings",
    "Views",
    "bootstrap_interval",
    "carry",
    "compare",
    "controls",
    "difference_interval",
    "elasticities",
    "fit_coherence_times",
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
    "variance_shares",
    "views",
]
