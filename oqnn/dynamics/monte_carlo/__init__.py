"""Registers checked by histories drawn at random."""
