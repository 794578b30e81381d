"""Comparative studies: settings, store, saving and summary."""

from .compare import compare, run
from .saving import load, register_kind, save
from .settings import SettingsError, StudySettings
from .store import NoSpaceError, Store, StudyBusy, StudyMismatch, open_tree
from .study import Study
from .table import Estimate, summary_table, summary_text
from .views import HARD_PAIR, Views, views

__all__ = [
    "HARD_PAIR",
    "Estimate",
    "NoSpaceError",
    "SettingsError",
    "Store",
    "Study",
    "StudyBusy",
    "StudyMismatch",
    "StudySettings",
    "Views",
    "compare",
    "load",
    "open_tree",
    "register_kind",
    "run",
    "save",
    "summary_table",
    "summary_text",
    "views",
]
