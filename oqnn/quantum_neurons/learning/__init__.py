"""Learning in networks of spiking neurons."""

from .backprop import ScoreFunction, StraightThrough, train_backprop
from .estimator import Estimator, Info
from .evaluation import Accuracy, accuracy, predict
from .exact import ExactLoss, exact_loss
from .learned import LearnedNetwork
from .local import LocalRule, train_local
from .loop import train_network
from .losses import Loss, SpikeCountLoss, SpikeLoss, TargetTrainLoss
from .statistics import EstimatorStatistics, estimator_statistics

__all__ = [
    "Accuracy",
    "Estimator",
    "EstimatorStatistics",
    "ExactLoss",
    "Info",
    "LearnedNetwork",
    "LocalRule",
    "Loss",
    "ScoreFunction",
    "SpikeCountLoss",
    "SpikeLoss",
    "StraightThrough",
    "TargetTrainLoss",
    "accuracy",
    "estimator_statistics",
    "exact_loss",
    "predict",
    "train_backprop",
    "train_local",
    "train_network",
]
