"""Exact gradients of the likelihoods of spike records."""

from .likelihood import (
    LikelihoodGradient,
    WeightGradient,
    log_likelihood_gradient,
    weight_gradient,
)

__all__ = [
    "LikelihoodGradient",
    "WeightGradient",
    "log_likelihood_gradient",
    "weight_gradient",
]
