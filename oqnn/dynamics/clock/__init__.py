"""Computations as the steady states of a clock and resets."""
