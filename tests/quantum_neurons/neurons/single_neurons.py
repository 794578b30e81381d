"""What the tests of single neurons share: all records, and counting samples."""

from itertools import product

import numpy as np


def all_records(steps):
    """Every record of one wire, shape (2**T, T, 1), counted upwards."""
    return np.array(list(product((0, 1), repeat=steps)))[..., None]


def record_probabilities(neuron, currents):
    """p of every record by the chain rule, zero where a step is impossible."""
    found = []
    for record in all_records(len(currents)):
        try:
            found.append(np.exp(neuron.log_likelihood(currents, record)))
        except ValueError:
            found.append(0.0)
    return np.array(found)


def sampled_frequencies(neuron, currents, samples, key):
    """Frequency of every record among samples, in the order of `all_records`."""
    rows = np.broadcast_to(currents, (samples, *np.shape(currents)))
    drawn = neuron.sample(rows, key)[..., 0]
    assert drawn.dtype == np.uint8
    numbers = drawn @ (1 << np.arange(drawn.shape[1])[::-1])
    return np.bincount(numbers, minlength=2 ** drawn.shape[1]) / samples


def assert_within_errors(frequencies, probabilities, samples):
    """Five standard errors of each frequency; none where the probability is zero."""
    errors = np.sqrt(probabilities * (1 - probabilities) / samples)
    assert (np.abs(frequencies - probabilities) <= 5 * errors + 1e-12).all()
