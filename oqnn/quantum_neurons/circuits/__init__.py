"""Circuits of neurons, their gates, and their exchange with other software."""
