"""Measurements that are complete: states as laws of outcomes, and back."""
