"""Moments of a network's spins, with honest standard errors."""

from dataclasses import dataclass
from itertools import chain

import numpy as np

from .._core.checks import check_integer
from .._core.progress import ProgressLine
from .lif import chunk_sizes, stream
from .network import LIFNetwork
from .products import Products, as_products, product_values

__all__ = ["Measurement", "measure"]

LEAST_BATCHES = 32


@dataclass(frozen=True, kw_only=True, eq=False)
class Measurement:
    """Sampled moments of products of spins."""

    moments: np.ndarray  # (products,), time averages
    standard_errors: np.ndarray  # (products,)
    covariance: np.ndarray  # (products, products), of the moments
    rates: np.ndarray  # (n,), fraction of steps in which each neuron is active
    raster: np.ndarray  # (raster_steps, n), bytes: a piece of the first chain
    steps: int  # recorded in all chains together


def measure(
    network: LIFNetwork,
    products: Products,
    *,
    steps: int = 100_000,
    chains: int = 100,
    burn_in: int = 100,
    seed: int = 0,
    raster_steps: int = 200,
    precision: str = "double",
    progress: bool | None = None,
) -> Measurement:
    """Estimate moments of products of spins s = 2z - 1 by time averages.

    Standard errors come from the scatter of batch means, so that correlations in time
    are counted: a batch is one chain, or, with fewer than 32 chains, a piece of one,
    which is then assumed long against the correlation time.

    Parameters
    ----------
    network : LIFNetwork
        The network to sample.
    products : sequence of tuples of int
        Spins in each product, by neuron; (0,) is a single spin.
    steps : int
        Steps to record in all chains together: a multiple of `chains`.
    chains : int
        Independent runs.
    burn_in : int
        Steps that each run drops first.
    seed : int
        Seed of the sources.
    raster_steps : int
        Steps of the first chain to keep as a raster, fewer if it is shorter.
    precision : {"single", "double"}
        Floats of the simulation.
    progress : bool, optional
        False hides the progress line, True always shows it.

    Returns
    -------
    Measurement
        Moments with standard errors and covariance, rates, raster.

    Raises
    ------
    TypeError, ValueError
        If a count is no integer or too small, `steps` is no multiple of `chains` or
        leaves less than two batches, a product names no spin, or the precision is
        unknown.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), eqs. (18)-(19).
    """
    products = as_products(products, network.n_neurons)
    _check_counts(steps, chains, burn_in, raster_steps)
    length = steps // chains

    before = chunk_sizes(burn_in, chains, network)
    pieces = 1 if chains >= LEAST_BATCHES else -(-LEAST_BATCHES // chains)
    batches = [len(b) for b in np.array_split(np.arange(length), min(pieces, length))]
    inside = [chunk_sizes(batch, chains, network) for batch in batches]
    flow = stream(
        network,
        [*before, *chain.from_iterable(inside)],
        chains=chains,
        seed=seed,
        precision=precision,
    )
    for _ in before:
        next(flow)
    sums = np.zeros((len(batches), chains, len(products)))
    rates = np.zeros(network.n_neurons)
    raster: list[np.ndarray] = []
    with ProgressLine("measurement", length, show=progress) as line:
        for b, size in ((b, size) for b, sizes in enumerate(inside) for size in sizes):
            active = next(flow)  # (chains, size, n)
            sums[b] += product_values(active, products).sum(axis=1, dtype=float)
            rates += active.sum(axis=(0, 1))
            kept = sum(len(piece) for piece in raster)
            raster.append(active[0, : max(0, raster_steps - kept)])
            line.advance(size)

    means = (sums / np.array(batches)[:, None, None]).reshape(-1, len(products))
    covariance = np.atleast_2d(np.cov(means, rowvar=False)) / len(means)
    return Measurement(
        moments=sums.sum(axis=(0, 1)) / steps,
        standard_errors=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        rates=rates / steps,
        raster=np.concatenate(raster),
        steps=steps,
    )


def _check_counts(steps: int, chains: int, burn_in: int, raster_steps: int) -> None:
    """Check what is counted before any work."""
    check_integer(steps, "steps", least=2)
    check_integer(chains, "chains")
    check_integer(burn_in, "burn_in", least=0)
    check_integer(raster_steps, "raster_steps", least=0)
    if steps % chains:
        raise ValueError(
            f"`steps` must be a multiple of `chains`, but is {steps} for {chains}."
        )
