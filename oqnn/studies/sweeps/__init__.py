"""Grids of comparisons: description, plan, computation, engine and result."""
