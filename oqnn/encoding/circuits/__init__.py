"""Quantum gates on laws of spins."""
