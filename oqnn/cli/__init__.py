"""The ``oqnn`` command: one module a command, and what they share."""

from .app import app, main

__all__ = ["app", "main"]
