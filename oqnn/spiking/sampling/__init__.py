"""Sampling networks: Boltzmann machines and the chains that draw from them."""
