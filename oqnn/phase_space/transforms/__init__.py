"""Wigner functions of states, Weyl symbols of operators, and the ways back."""
