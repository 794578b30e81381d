"""What a trajectory is carried from: states, times and a first network."""

import hashlib
import json
from typing import Any

import numpy as np

from .._core.checks import check_density_matrix, check_increasing, check_shapes
from .._core.qobj import as_state
from ..dynamics import Evolution
from ..encoding import Povm
from ..encoding.maps.real_arrays import as_real
from ..spiking import BoltzmannMachine, LIFNetwork, Sampler
from .saving import as_dataset

__all__ = ["as_trajectory", "check_network", "fingerprints"]

MOST_QUBITS = 3


def as_trajectory(states: Any, times: Any) -> tuple[np.ndarray, np.ndarray]:
    """Convert and check states (t, 2**n, 2**n) and their times (t,)."""
    if isinstance(states, Evolution):
        times = states.times if times is None else times
        states = states.states
    elif times is None:
        raise TypeError("`times` must be given with states that are no Evolution.")
    times = as_real(times, "times")
    check_shapes(times=(times, "t"))
    check_increasing(times, "times")
    try:
        parts = [as_state(state, f"states[{k}]") for k, state in enumerate(states)]
    except TypeError as error:
        raise TypeError(
            "`states` must be an Evolution, or an array or sequence of states, but: "
            f"{error}"
        ) from error
    shapes = sorted({part.shape for part in parts})
    if len(shapes) != 1 or len(parts) != len(times):
        raise ValueError(
            f"`states` must be {len(times)} states of one shape, one a time, but are "
            f"{len(parts)} of shape {', '.join(map(str, shapes))}."
        )
    matrices = np.array(parts)
    if matrices.shape[1:] not in [(2**n, 2**n) for n in range(1, MOST_QUBITS + 1)]:
        raise ValueError(
            f"`states` must be states of one to {MOST_QUBITS} qubits, but have shape "
            f"{matrices.shape[1:]}. Trace out the others."
        )
    check_density_matrix(matrices, "states")
    return matrices, times


def check_network(
    network: LIFNetwork | BoltzmannMachine | None,
    by: str,
    n_spins: int,
    povm: Povm | None,
) -> None:
    """Check that a network is given only where one is trained, and has the spins."""
    if network is None:
        return
    if by != "network":
        raise ValueError(
            f"`network` must be None with by={by!r}, where nothing is trained, but is "
            "given. Ask for by='network'."
        )
    if povm is not None:
        if not isinstance(network, BoltzmannMachine):
            raise TypeError(
                "`network` must be a BoltzmannMachine with a `povm`, but is a "
                f"{type(network).__name__}."
            )
        if network.n_visible != povm.n_bits:
            raise ValueError(
                f"`network` must have {povm.n_bits} visible neurons for the outcomes "
                f"of `povm`, but has {network.n_visible}."
            )
        return
    if not isinstance(network, LIFNetwork):
        raise TypeError(
            f"`network` must be a LIFNetwork, but is a {type(network).__name__}."
        )
    if network.n_neurons < n_spins:
        raise ValueError(
            f"`network` must have at least {n_spins} neurons, the spins of the states, "
            f"but has {network.n_neurons}."
        )


def fingerprints(
    matrices: np.ndarray,
    times: np.ndarray,
    network: LIFNetwork | BoltzmannMachine | None,
    povm: Povm | None,
    sampler: Sampler | None,
) -> dict[str, Any]:
    """Name the arrays and the objects that a folder was begun with."""
    record: dict[str, Any] = {"times": times.tolist(), "states": digest(matrices)}
    if povm is not None:
        record |= {"povm": digest(*povm.factors), "sampler": repr(sampler)}
    if network is not None:
        saved = as_dataset(network)
        content = json.loads(saved.attrs["oqnn"])["content"]
        arrays = [saved[name].values for name in sorted(map(str, saved.data_vars))]
        record["network"] = [digest(*arrays), json.dumps(content, sort_keys=True)]
    return record


def digest(*arrays: np.ndarray) -> str:
    """Return a word that stands for the numbers of arrays."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape}{array.dtype}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
