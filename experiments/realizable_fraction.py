"""How many random states three spins a qubit cannot carry, or pair spins with them.

States are partial traces of Haar-random pure states: rank 1 are the pure ones
themselves, full rank is the Hilbert-Schmidt measure. Each is decided by the linear
program; of two qubits the 684 facets decide as well, and must agree, and they decide
200 000 more states. Errors are standard errors of binomial shares. Rows that are there
are kept, so a run that was stopped goes on:

    nice python experiments/realizable_fraction.py
"""

import csv
from pathlib import Path

import numpy as np

from oqnn.encoding import CorrelationMap, ExtendedMap, visibility
from oqnn.studies.realizability import pair_margin

TABLE = Path(__file__).with_suffix(".csv")
HEADER = ["map", "qubits", "rank", "states", "forbidden", "share", "error"]
HEADER += ["median_visibility", "least_visibility", "facets_disagree"]
HEADER += ["facets_share", "facets_error"]
SEED = 20261121
TWO_QUBITS = ((1, 10_000), (2, 4_000), (3, 4_000), (4, 4_000))
THREE_QUBITS = ((1, 1_000), (2, 500), (4, 500), (8, 500))
SETTINGS = (
    *(("minimal", 2, rank, count) for rank, count in TWO_QUBITS),
    *(("minimal", 3, rank, count) for rank, count in THREE_QUBITS),
    *(("minimal", 4, rank, 100) for rank in (1, 4, 16)),
    ("extended", 3, 1, 500),
)


def random_states(n_qubits: int, rank: int, count: int, stream: int = 0) -> np.ndarray:
    """Return states of a rank, shape (count, 2**n, 2**n)."""
    rng = np.random.default_rng([SEED, n_qubits, rank, stream][: 4 if stream else 3])
    shape = (count, 2**n_qubits, rank)
    factors = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    states = factors @ factors.conj().mT
    return states / np.trace(states, axis1=1, axis2=2).real[:, None, None]


def share_by_facets(rank: int) -> list[str]:
    """Return the share of forbidden pairs among many, and its error."""
    forbidden = count = 0
    for stream in range(1, 11):
        states = random_states(2, rank, 20_000, stream)
        margins = pair_margin(CorrelationMap(2).chi_from_state(states))
        forbidden += int((margins < -1e-9).sum())
        count += len(states)
    share = forbidden / count
    return [f"{share:.5g}", f"{np.sqrt(share * (1 - share) / count):.3g}"]


def row(name: str, n_qubits: int, rank: int, count: int) -> list:
    """Return the figures of one kind of states."""
    states = random_states(n_qubits, rank, count)
    spins = {"minimal": CorrelationMap, "extended": ExtendedMap}[name](n_qubits)
    visibilities = np.array([visibility(rho, spins) for rho in states])
    forbidden = int((visibilities < 1).sum())
    share = forbidden / count
    error = np.sqrt(share * (1 - share) / count)
    facets: list = ["", "", ""]
    if n_qubits == 2:
        margins = pair_margin(CorrelationMap(2).chi_from_state(states))
        expected = np.minimum(1, 1 / (1 - margins))
        disagree = int((np.abs(visibilities - expected) > 1e-9).sum())
        facets = [disagree, *share_by_facets(rank)]
    numbers = [share, error, np.median(visibilities), visibilities.min()]
    figures = [f"{x:.5g}" for x in numbers]
    return [name, n_qubits, rank, count, forbidden, *figures, *facets]


def main() -> None:
    """Run what is missing and print the table."""
    text = TABLE.read_text() if TABLE.exists() else ""
    table = list(csv.reader(text.splitlines())) or [HEADER]
    for setting in SETTINGS:
        if not any(line[:4] == [str(x) for x in setting] for line in table):
            table.append(row(*setting))
            with TABLE.open("w", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(table)
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
