"""Comparative studies: settings, store, saving and summary."""

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
from .table import Estimate, summary_table, summary_text
from .views import HARD_PAIR, Views, views

__all__ = [
    "HARD_PAIR",
    "CarriedState",
    "CarriedTrajectory",
    "Comparison",
    "ControlsTable",
    "Estimate",
    "Interval",
    "NoSpaceError",
    "SettingsError",
    "Store",
    "Study",
    "StudyBusy",
    "StudyMismatch",
    "StudySettings",
    "Views",
    "bootstrap_interval",
    "carry",
    "compare",
    "controls",
    "difference_interval",
    "load",
    "mean_interval",
    "measure_correlators",
    "measure_outcomes",
    "measure_samples",
    "open_tree",
    "realizability_margin",
    "register_kind",
    "run",
    "save",
    "share_interval",
    "summary_table",
    "summary_text",
    "views",
]
