"""LIF neurons as samplers: lone neurons, coupled laws, chains that continue."""

import numpy as np

from oqnn.spiking.sampling.lif_calibration import calibrate
from oqnn.spiking.sampling.lif_sampler import LIFSampler
from oqnn.spiking.sampling.machine import BoltzmannMachine
from oqnn.spiking.sampling.sampler import sample


def test_lone_neurons_follow_the_calibrated_logistic():
    """Without synapses p(z_i = 1) = 1/(1 + exp(-b_i)), up to the fit's residual."""
    biases = np.array([-2.0, -0.7, 0.0, 1.1, 2.5])
    machine = BoltzmannMachine(
        weights=np.zeros((5, 5)),
        biases=biases,
        n_visible=5,
        mask=np.ones((5, 5), bool) & ~np.eye(5, dtype=bool),
    )
    sampler = LIFSampler()
    shares = sample(machine, sampler, 128 * 1500, seed=4).flat.mean(axis=0)
    residual = calibrate(sampler).max_residual
    np.testing.assert_allclose(shares, 1 / (1 + np.exp(-biases)), atol=residual + 0.01)
