"""The spiking view of a study: networks of neurons that carry the states of a material.

Each state of one or two qubits is asked whether the correlations of classical spins
can carry it at all; then a network is trained to have these correlations, measured
with fresh noise, and the state is rebuilt from its spikes, with error bars.
"""

import numpy as np
import xarray as xr

from .._core.bases import pauli_labels
from .._core.seeds import derive_seed
from ..encoding import (
    CorrelationMap,
    Reconstruction,
    nearest_realizable,
    visibility,
)
from ..spiking import (
    LIFNetwork,
    Measurement,
    TrainingResult,
    init_network,
    measure,
    motif_network,
    pair_loadings,
    train,
)
from .settings import SpikeSettings

__all__ = [
    "carried_name",
    "carried_times",
    "carry_block",
    "first_network",
    "network_of",
    "spin_names",
]

RASTER_STEPS = 200
TRIAL_STEPS = 20_000
# one qubit starts near its targets, and a spin thrown out of its range stays there
LEARNING_RATES = {1: 0.01, 2: 0.1, 3: 0.03}  # by number of qubits


def carried_times(times: np.ndarray, count: int) -> np.ndarray:
    """Return indices of `count` of the times, denser at the start, first to last."""
    if not count:
        return np.empty(0, dtype=int)
    wanted = times[0] + (times[-1] - times[0]) * np.linspace(0, 1, count) ** 2
    return np.unique(np.abs(times[:, None] - wanted).argmin(axis=0))


def carried_name(kind: str, index: int) -> str:
    """Return the name of the block that carries the state at one of the times."""
    return f"spikes/{kind}/{index:05d}"


def carry_block(
    rho: np.ndarray,
    settings: SpikeSettings,
    *,
    seed: int,
    previous: LIFNetwork | None = None,
    progress: bool | None = None,
) -> xr.Dataset:
    """Train a network to carry a state, measure it, and rebuild the state.

    Two networks are trained, one from that of the time before and one from a fresh
    start. The better one in a trial measurement is kept, and then measured anew, so
    that the choice does not flatter the result.

    Parameters
    ----------
    rho : shape (2, 2) or (4, 4)
        State of one or two qubits.
    settings : SpikeSettings
        Sizes of network, training and measurement.
    seed : int
        Of weights, training noise and measurement noise.
    previous : LIFNetwork, optional
        Network that carries the state of the time before.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    xr.Dataset
        Target and rebuilt state, their correlators with standard errors, distance,
        what the distance could be at best, losses, spikes and weights.
    """
    spins = CorrelationMap(round(np.log2(len(rho))))
    nearest = nearest_realizable(rho)
    true = spins.chi_from_state(rho).ravel()[1:]
    visible = visibility(rho)
    # of a state that no spins can carry the nearest one that they can is learnt
    targets = true if visible == 1 else nearest.law.correlators().ravel()[1:]
    first = first_network(
        spins,
        targets,
        neurons=settings.neurons,
        sources=settings.sources,
        seed=derive_seed(seed, "weights"),
    )
    starts = [first] if previous is None else [first, previous]
    best = _best_training(starts, spins, targets, settings, seed, progress)
    measured = measure(
        best.network,
        spins.products,
        steps=settings.measure_steps,
        seed=derive_seed(seed, "measurement"),
        raster_steps=RASTER_STEPS,
    )
    return _dataset(rho, spins, true, measured).assign(
        least_distance=nearest.squared_distance,
        visibility=visible,
        loss=("training_epoch", best.losses),
        input_weights=(("neuron", "source"), best.network.input_weights),
        recurrent_weights=(("neuron", "sender"), best.network.recurrent_weights),
    )


def network_of(block: xr.Dataset) -> LIFNetwork:
    """Return the trained network of a block."""
    return LIFNetwork(
        input_weights=block.input_weights.values,
        recurrent_weights=block.recurrent_weights.values,
    )


def first_network(
    spins: CorrelationMap,
    targets: np.ndarray,
    *,
    neurons: int,
    sources: int,
    seed: int,
) -> LIFNetwork:
    """Return spins that copy common drivers, or for one qubit are as active as wanted.

    There are at least as many neurons as asked for, and as many as a driver and its
    relay for each column of the loadings take.
    """
    if spins.n_qubits == 1:
        active = np.full(neurons, 0.5)
        active[: spins.n_spins] = (1 + targets) / 2
        return init_network(
            neurons, sources, seed=seed, active=active, recurrent_scale=0
        )
    loadings = pair_loadings(spins.n_spins, spins.products, targets)
    drivers = max(-(-(neurons - len(loadings)) // 2), loadings.shape[1])
    size = len(loadings) + 2 * drivers
    return motif_network(loadings, size, sources, seed=seed)


def _best_training(
    starts: list[LIFNetwork],
    spins: CorrelationMap,
    targets: np.ndarray,
    settings: SpikeSettings,
    seed: int,
    progress: bool | None,
) -> TrainingResult:
    """Train from every start; return the nearest to its targets in a trial."""
    rate = LEARNING_RATES[spins.n_qubits]
    gaps, results = [], []
    for k, start in enumerate(starts):
        trained = train(
            start,
            spins.products,
            targets,
            epochs=settings.epochs,
            chains=settings.chains,
            steps=settings.steps,
            seed=derive_seed(seed, "training", k),
            progress=progress,
            learning_rate=rate,
            recurrent_learning_rate=3 * rate,
        )
        trial = measure(
            trained.network,
            spins.products,
            steps=TRIAL_STEPS,
            seed=derive_seed(seed, "trial", k),
        )
        gaps.append(((trial.moments - targets) ** 2).sum())
        results.append(trained)
    return results[int(np.argmin(gaps))]


def _dataset(
    rho: np.ndarray, spins: CorrelationMap, targets: np.ndarray, measured: Measurement
) -> xr.Dataset:
    """Rebuild the state and say how far it is, raw and as the nearest state."""
    found = Reconstruction(target=rho, measurement=measured)
    matrix = ("row", "col")
    return xr.Dataset(
        {
            "target": (matrix, rho),
            "rebuilt": (matrix, found.state),
            "target_moments": ("product", targets),
            "moments": ("product", measured.moments),
            "standard_errors": ("product", measured.standard_errors),
            "distance": found.squared_distance,
            "distance_error": found.squared_distance_error,
            "sampling_floor": found.sampling_floor,
            "least_eigenvalue": found.least_eigenvalue,
            "fidelity": found.raw_fidelity,
            "nearest_fidelity": found.fidelity,
            "rates": ("neuron", measured.rates),
            "raster": (("step", "spin"), measured.raster[:, : spins.n_spins]),
        },
        coords={
            "product": pauli_labels(spins.n_qubits)[1:],
            "spin": spin_names(spins.n_qubits),
        },
    )


def spin_names(n_qubits: int) -> list[str]:
    """Return x1, y1, z1, x2, …: axis and qubit of every spin."""
    return [f"{axis}{q + 1}" for q in range(n_qubits) for axis in "xyz"]
