"""Exact gradients of the likelihoods of spike records."""
