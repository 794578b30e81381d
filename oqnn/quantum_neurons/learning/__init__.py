"""Learning in networks of spiking neurons."""

from .losses import Loss, SpikeCountLoss, SpikeLoss, TargetTrainLoss

__all__ = ["Loss", "SpikeCountLoss", "SpikeLoss", "TargetTrainLoss"]
