"""Comparative studies: settings, store, saving and summary."""

from .saving import load, register_kind, save
from .settings import SettingsError, StudySettings
from .store import NoSpaceError, Store, StudyBusy, StudyMismatch, open_tree
from .table import Estimate, summary_table, summary_text

__all__ = [
    "Estimate",
    "NoSpaceError",
    "SettingsError",
    "Store",
    "StudyBusy",
    "StudyMismatch",
    "StudySettings",
    "load",
    "open_tree",
    "register_kind",
    "save",
    "summary_table",
    "summary_text",
]
