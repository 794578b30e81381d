"""Walks of drifting parameters against the closed form of the process."""

import numpy as np

from oqnn.spiking.hardware.drift import wandering

CHAINS, N, AMPLITUDE, TIME = 5, 40_000, 0.7, 0.3


def test_walks_have_the_covariance_of_the_process():
    """⟨x_s x_t⟩ = a² e^{-(t-s)/τ} (1 - e^{-2s/τ}) for s ≤ t, at t = (c + ½)/chains.

    The error of a sampled covariance of normal variables is √((C_ss C_tt + C_st²)/N).
    """
    walks = wandering(CHAINS, N, AMPLITUDE, TIME, np.random.default_rng(3))
    times = (np.arange(CHAINS) + 0.5) / CHAINS
    early, late = np.minimum.outer(times, times), np.maximum.outer(times, times)
    exact = np.exp(-(late - early) / TIME) * (1 - np.exp(-2 * early / TIME))
    exact *= AMPLITUDE**2
    error = np.sqrt((np.outer(exact.diagonal(), exact.diagonal()) + exact**2) / N)
    assert (np.abs(walks @ walks.T.conj() / N - exact) < 5 * error).all()
    spread = np.sqrt(exact.diagonal() / N)
    assert (np.abs(walks.mean(axis=1)) < 5 * spread).all()


def test_walks_settle_at_their_amplitude():
    """After many correlation times neighbours are independent, of variance a²."""
    walks = wandering(200, 300, 2.0, 1e-4, np.random.default_rng(8))
    n = walks.size
    assert abs(walks.var() - 4) < 5 * 4 * np.sqrt(2 / n)
    neighbours = (walks[1:] * walks[:-1]).mean()
    assert abs(neighbours) < 5 * 4 / np.sqrt(n)


def test_neurons_wander_independently():
    walks = wandering(4, 2, 1.0, 0.2, np.random.default_rng(5))
    assert walks.shape == (4, 2)
    assert (walks[:, 0] != walks[:, 1]).all()
