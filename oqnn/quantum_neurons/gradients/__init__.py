"""Exact gradients of the likelihoods of spike records."""

from .likelihood import (
    LikelihoodGradient,
    WeightGradient,
    log_likelihood_gradient,
    weight_gradient,
)
from .parameter_shift import (
    ShiftEstimate,
    ShiftGradient,
    estimate_shift_gradient,
    parameter_shift_gradient,
)

__all__ = [
    "LikelihoodGradient",
    "ShiftEstimate",
    "ShiftGradient",
    "WeightGradient",
    "estimate_shift_gradient",
    "log_likelihood_gradient",
    "parameter_shift_gradient",
    "weight_gradient",
]
