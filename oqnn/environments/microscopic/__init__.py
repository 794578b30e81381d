"""Environments with physics in them, exact where that is known."""
