"""Shared groundwork: checks, operator bases, QuTiP exchange, seeds, progress."""
