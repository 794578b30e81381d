"""Potentials U(x, t): polynomials, wells, networks, drives, kicks, functions."""
