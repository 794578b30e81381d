"""Equations for the relevant part of a system with its environment."""
