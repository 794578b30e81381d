"""Limits of a neuromorphic chip: coarse, uneven, unsteady parameters; shared noise."""
