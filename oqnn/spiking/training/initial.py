"""Networks to start training from: random ones, and drivers that spins copy."""

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_between,
    check_finite,
    check_integer,
    check_positive,
    check_shapes,
)
from ..._core.seeds import rng_from
from ..lif import simulate
from ..network import LIFNetwork, LIFParameters
from ..products import Products, as_products, as_targets

__all__ = ["init_network", "motif_network", "pair_loadings"]

NOISE = 0.5  # s.d. of a noisy neuron's current, in units of `_unit_current`


def init_network(
    n_neurons: int,
    n_sources: int,
    *,
    seed: int = 0,
    active: ArrayLike = 0.5,
    recurrent_scale: float = 3.0,
    parameters: LIFParameters | None = None,
    source_rate_hz: float = 700.0,
    source_law: str = "bernoulli",
    input_mask: ArrayLike | None = None,
    recurrent_mask: ArrayLike | None = None,
) -> LIFNetwork:
    """Return a random network whose neurons are active on a given part of the steps.

    Each neuron weighs the sources by noise, at right angles to that of the others,
    and by a common offset that balances it. The noise is strong: a neuron with a
    steady current of the same mean fires at every second step and learns nothing.

    Parameters
    ----------
    n_neurons, n_sources : int
        Numbers n and m, with m > n.
    seed : int
        Seed of the weights.
    active : float or shape (n,)
        Part of the steps, by simulation without recurrent weights, on which a neuron
        is active.
    recurrent_scale : float
        Recurrent weights are normal with this standard deviation over √n.
    parameters, source_rate_hz, source_law
        See `LIFNetwork`.
    input_mask, recurrent_mask : shapes (n, m) and (n, n) of bool, optional
        Which connections there are, see `LIFNetwork`; each neuron needs a source.
        Noise through fewer sources is as strong, but no longer at right angles.

    Returns
    -------
    LIFNetwork
        The network.

    Raises
    ------
    TypeError, ValueError
        If a count is too small, `active` is no part, a neuron has no source, or a
        value does not fit `LIFNetwork`.
    """
    check_integer(n_neurons, "n_neurons")
    active = np.asarray(active, dtype=float)
    check_shapes(active=(np.atleast_1d(active), f"{n_neurons if active.ndim else 1}"))
    check_between(active.min(), "active", 0, 1)
    check_between(active.max(), "active", 0, 1)
    rng = rng_from(seed, "random network")
    parameters = parameters or LIFParameters()
    rows = _orthogonal_rows(n_neurons, n_sources, rng)
    blank = LIFNetwork(
        input_weights=np.zeros_like(rows),
        recurrent_weights=np.zeros((n_neurons, n_neurons)),
        parameters=parameters,
        source_rate_hz=source_rate_hz,
        source_law=source_law,
        input_mask=input_mask,  # type: ignore[arg-type]
        recurrent_mask=recurrent_mask,  # type: ignore[arg-type]
    )
    blank = blank.with_weights(_kept_rows(rows, blank), blank.recurrent_weights)
    recurrent = rng.normal(size=(n_neurons, n_neurons)) / np.sqrt(n_neurons)
    if blank.recurrent_mask is not None:
        recurrent = recurrent * blank.recurrent_mask
    noisy = blank.with_weights(_noise_gain(blank) * blank.input_weights, 0 * recurrent)
    return blank.with_weights(
        noisy.input_weights + _balancing_offset(noisy, active),
        recurrent_scale * recurrent,
    )


def motif_network(
    loadings: ArrayLike,
    n_neurons: int,
    n_sources: int,
    *,
    seed: int = 0,
    noise: float = 0.1,
    parameters: LIFParameters | None = None,
    source_rate_hz: float = 700.0,
    source_law: str = "bernoulli",
) -> LIFNetwork:
    r"""Return a network whose spins follow common drivers through fixed loadings.

    Neurons are, in this order, the spins, K drivers that fire at random on half of
    the steps, and K relays that copy one driver each, a step late. A spin reads driver
    k with weight J A[i, k] and its relay with the weight that cancels the tail of
    the synaptic current, so that its current is memoryless,

    .. math:: I_i = I_c \Big(1 + \sum_k A_{ik} s_k\Big), \qquad J = 2 I_c,

    where I_c fires a resting neuron in one step. With ``noise=0`` a loading of 1
    copies its driver and one of -1 inverts it, both exactly; relays and spins lag
    by one step.

    Parameters
    ----------
    loadings : shape (spins, k)
        Matrix A; `pair_loadings` makes one. Drivers beyond k are not read at first.
    n_neurons, n_sources : int
        n = spins + 2 K with K ≥ k, and m > n.
    seed : int
        Seed of the weights.
    noise : float
        Strength of each spin's own noise, over one that makes it fire at random.
    parameters, source_rate_hz, source_law
        See `LIFNetwork`. Needs a refractory period of one step.

    Returns
    -------
    LIFNetwork
        The network.

    Raises
    ------
    TypeError, ValueError
        If counts do not fit, a loading is not finite, the refractory period is longer,
        or a value does not fit `LIFNetwork`.
    """
    loadings = np.asarray(loadings, dtype=float)
    parameters = parameters or LIFParameters()
    _check_motif(loadings, n_neurons, parameters)

    rng = rng_from(seed, "motif network")
    n_spins, used = loadings.shape
    n_drivers = (n_neurons - n_spins) // 2
    spins = np.arange(n_spins)
    drivers = n_spins + np.arange(n_drivers)
    relays = drivers + n_drivers
    unit, tail = _unit_current(parameters), 1 - parameters.dt_ms / parameters.tau_syn_ms

    recurrent = np.zeros((n_neurons, n_neurons))
    recurrent[np.ix_(spins, drivers[:used])] = 2 * unit * loadings
    recurrent[np.ix_(spins, relays[:used])] = -2 * unit * tail * loadings
    recurrent[relays, drivers] = 4 * unit
    recurrent[relays, relays] = -4 * unit * tail
    blank = LIFNetwork(
        input_weights=_orthogonal_rows(n_neurons, n_sources, rng),
        recurrent_weights=np.zeros_like(recurrent),
        parameters=parameters,
        source_rate_hz=source_rate_hz,
        source_law=source_law,
    )
    strength = np.repeat([noise, 1, 0], [n_spins, n_drivers, n_drivers])[:, None]
    inputs = strength * _noise_gain(blank) * blank.input_weights
    inputs[drivers] += _balancing_offset(blank.with_weights(inputs, 0 * recurrent))[
        drivers
    ]
    steady = (1 - tail) / (n_sources * blank.source_mean)  # weight for mean current 1
    inputs[spins] += steady * unit * (1 - loadings.sum(axis=1, keepdims=True))
    return blank.with_weights(inputs, recurrent)


def pair_loadings(n_spins: int, products: Products, targets: ArrayLike) -> np.ndarray:
    r"""Return loadings on independent drivers that pair correlations suggest.

    Of the symmetric matrix C of the pair targets, zero where none is given, takes the
    matrix sign S (zero on the kernel): the strongest correlations of the
    same pattern. Columns of 1 + S that are independent, first spins first, are the
    loadings: each driver is one spin's own, and others follow it. For Φ⁺ they are the
    copies and the inverter.

    Parameters
    ----------
    n_spins : int
        Number of spins.
    products : sequence of tuples of int
        Spins in each product; only pairs are used.
    targets : shape (products,)
        Means of the products.

    Returns
    -------
    np.ndarray
        Shape (n_spins, k), where k is `n_spins` less half of the rank of C.

    Raises
    ------
    TypeError, ValueError
        If a product names no spin, or `targets` has another shape or is not finite.

    Examples
    --------
    >>> pair_loadings(4, [(0, 2), (1, 3)], [0.5, -0.8])
    array([[ 1.,  0.],
           [ 0.,  1.],
           [ 1.,  0.],
           [ 0., -1.]])
    """
    check_integer(n_spins, "n_spins")
    products = as_products(products, n_spins)
    targets = as_targets(targets, len(products))
    correlations = np.zeros((n_spins, n_spins))
    for product, target in zip(products, targets, strict=True):
        if len(product) == 2:
            i, j = product
            correlations[i, j] = correlations[j, i] = target
    values, vectors = np.linalg.eigh(correlations)
    signs = np.where(np.abs(values) > 1e-6, np.sign(values), 0)
    candidates = np.eye(n_spins) + (vectors * signs) @ vectors.T
    chosen: list[np.ndarray] = []
    for column in candidates.T:
        span = np.linalg.lstsq(np.array(chosen).T, column)[0] if chosen else None
        rest = column if span is None else column - np.array(chosen).T @ span
        if np.linalg.norm(rest) > 1e-6:
            chosen.append(column)
    return np.round(np.array(chosen).T, 12) + 0.0


def _check_motif(
    loadings: np.ndarray, n_neurons: int, parameters: LIFParameters
) -> None:
    """Check what `motif_network` needs."""
    check_integer(n_neurons, "n_neurons")
    if loadings.ndim != 2 or not loadings.size:
        raise ValueError(
            "`loadings` must have shape (spins, drivers), "
            f"but has shape {loadings.shape}."
        )
    check_finite(loadings, "loadings")
    n_spins, used = loadings.shape
    spare = n_neurons - n_spins - 2 * used
    if spare < 0 or spare % 2:
        raise ValueError(
            f"`n_neurons` must be {n_spins} spins and an even number, at least "
            f"{2 * used}, of drivers and relays, but is {n_neurons}."
        )
    if parameters.refractory_steps != 1:
        raise ValueError(
            "`parameters` must have a refractory period of one step, but it has "
            f"{parameters.refractory_steps}. Use init_network for longer ones."
        )


def _unit_current(p: LIFParameters) -> float:
    """Return the current that brings a resting neuron to threshold in one step."""
    current = (p.v_threshold - p.v_leak) * p.tau_mem_ms / (p.dt_ms * p.resistance)
    check_positive(current, "v_threshold - v_leak")
    return current


def _orthogonal_rows(rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Return orthonormal rows, each of zero sum."""
    check_integer(columns, "n_sources", least=rows + 1)
    normal = rng.normal(size=(columns, rows))
    q, _ = np.linalg.qr(np.column_stack([np.ones(columns), normal]))
    return q[:, 1:].T


def _kept_rows(rows: np.ndarray, network: LIFNetwork) -> np.ndarray:
    """Return rows without what the mask of a network leaves out, of norm 1 again."""
    mask = network.input_mask
    if mask is None:
        return rows
    if not mask.any(axis=1).all():
        raise ValueError(
            "`input_mask` must leave each neuron a source, but neuron "
            f"{int(mask.any(axis=1).argmin())} has none."
        )
    return rows * mask / np.linalg.norm(rows * mask, axis=1, keepdims=True)


def _noise_gain(network: LIFNetwork) -> float:
    """Return the norm of input weights that makes a current noisy enough."""
    p = network.parameters
    check_positive(network.source_variance, "variance of the sources")
    tail = 1 - p.dt_ms / p.tau_syn_ms
    return NOISE * _unit_current(p) * np.sqrt((1 - tail**2) / network.source_variance)


def _balancing_offset(network: LIFNetwork, active: ArrayLike = 0.5) -> np.ndarray:
    """Return offsets, (n, 1) or (n, m) if masked, by which neurons are as active."""
    p = network.parameters
    mask = network.input_mask
    present = np.ones((network.n_neurons, 1)) if mask is None else mask
    sources = network.n_sources if mask is None else mask.sum(axis=1, keepdims=True)
    steady = p.dt_ms / p.tau_syn_ms / (sources * network.source_mean)
    high = np.full((network.n_neurons, 1), 4 * _unit_current(p) * steady)
    low = -high
    for _ in range(13):
        middle = (low + high) / 2
        trial = network.with_weights(
            network.input_weights + middle * present, network.recurrent_weights
        )
        z = simulate(trial, 200, chains=100, burn_in=50)
        often = (z.mean(axis=(0, 1)) > active)[:, None]
        low, high = np.where(often, low, middle), np.where(often, middle, high)
    return (low + high) / 2 * present
