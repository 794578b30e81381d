"""Projections onto what matters: the equations of the relevant part as formulas."""
