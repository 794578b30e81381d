"""Compiled steps of LIF networks and their gradients."""
