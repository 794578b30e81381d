"""Quantum gates as changes of classical probabilities, and where that ends.

Redraws Figs. 1, 2, 3, 7 and 8 of Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022),
with exact answers beside their gradient descent: laws of six spins for Φ⁺ and a random
state before and after CNOT; the thousand states of a circuit; and mixtures with GHZ,
which laws carry up to about one half. A small version of the last: two random states
and 2000 iterations; ``experiments/gradient_route.py`` has eight and 10 000. Saves
``laws_of_a_gate.png``, ``correlators_of_a_gate.png``, ``descent_on_a_circuit.png`` and
``mixtures_with_ghz.png``.
"""

import numpy as np

from oqnn.encoding import (
    CorrelationMap,
    gate_unitary,
    nearest_realizable,
    realize_gate,
    realize_many,
    realize_many_by_gradient,
    run_circuit,
    state_from_wave,
)
from oqnn.measures import fidelity, nearest_state
from oqnn.plotting import (
    correlator_tables,
    distances_along_a_mixture,
    law_bars,
    loss_histograms,
)

CIRCUIT = [("CNOT", 0, 1), ("H", 0), ("T", 0)]
PHI_PLUS = np.array([1, 0, 0, 1]) / np.sqrt(2)
GHZ = np.zeros((8, 8))
GHZ[np.ix_([0, 7], [0, 7])] = 0.5


def random_state(rng: np.random.Generator, n_qubits: int) -> np.ndarray:
    """Return a state of the Hilbert-Schmidt measure."""
    d = 2**n_qubits
    factor = rng.normal(size=(d, d)) + 1j * rng.normal(size=(d, d))
    rho = factor @ factor.conj().T
    return rho / np.trace(rho).real


def a_gate(rho: np.ndarray) -> None:
    """CNOT on two states, by rotations of their wave functions (Figs. 1 and 2)."""
    laws: dict = {"before": {}, "after CNOT": {}}
    tables: dict = {}
    exact = realize_many([PHI_PLUS, rho])
    for name, q in zip(("Φ⁺", "random ρ"), np.sqrt(exact), strict=True):
        gate = realize_gate("CNOT", q)
        print(
            f"CNOT on {name}: loss {gate.loss:.0e}, a rotation that moves "
            f"{gate.moved:.3f} of the probability"
        )
        laws["before"][name], laws["after CNOT"][name] = gate.before, gate.after
        for title, wave in ((name, q), (f"CNOT({name})", gate.q_after)):
            chi = CorrelationMap(2).chi_from_state(state_from_wave(wave))
            tables[title] = chi
    law_bars(laws).savefig("laws_of_a_gate.png")
    correlator_tables(tables).savefig("correlators_of_a_gate.png")


def a_circuit(rho: np.ndarray) -> None:
    """Three gates in turn, a thousand times from ρ and until it fails (Fig. 3)."""
    gates = [gate_unitary(gate, 2, qubits) for gate, *qubits in CIRCUIT]
    states = [rho]
    for k in range(999):
        states.append(gates[k % 3] @ states[-1] @ gates[k % 3].conj().T)
    found = realize_many_by_gradient(states, method="descent", progress=False)
    losses, iterations = zip(*((f.loss, f.iterations) for f in found), strict=True)
    print(f"descent: losses to {max(losses):.1e} in {max(iterations)} iterations")
    chi = CorrelationMap(2).chi_from_state(np.array(states)).reshape(1000, -1)
    gaps = realize_many(states) @ CorrelationMap(2).signs.T - chi
    print(f"exact laws: losses to {(gaps**2).sum(axis=1).max() / 4:.1e}")
    figure = loss_histograms({"descent": losses}, {"descent": iterations})
    figure.savefig("descent_on_a_circuit.png")
    print("the same gates from |00⟩:")
    print(run_circuit([*CIRCUIT, CIRCUIT[0]], [1, 0, 0, 0]))


def mixtures(others: list[np.ndarray]) -> None:
    """Mix GHZ with random states of three qubits (Figs. 7 and 8)."""
    shares = np.linspace(0, 1, 21)
    states = [p * GHZ + (1 - p) * rho for rho in others for p in shares]
    descents = realize_many_by_gradient(
        states, method="descent", max_iterations=2000, progress=False
    )
    nearest = [nearest_realizable(rho) for rho in states]
    shape = (len(others), len(shares))
    searched, exact = (
        {
            "loss": np.reshape(distances, shape),
            "fidelity with GHZ": np.reshape(
                [fidelity(GHZ, nearest_state(one.state)) for one in answers], shape
            ),
        }
        for answers, distances in (
            (descents, [one.loss for one in descents]),
            (nearest, [one.squared_distance for one in nearest]),
        )
    )
    ends = shares[(exact["loss"] > 1e-12).argmax(axis=1)]
    print(f"GHZ mixed with random states: no law from p = {ends.min():.2f} on")
    figure = distances_along_a_mixture(shares, searched, exact)
    figure.savefig("mixtures_with_ghz.png")


def main() -> None:
    """Print what is exact and what descent reaches, and save the figures."""
    rng = np.random.default_rng(2)
    rho = random_state(rng, 2)
    a_gate(rho)
    a_circuit(rho)
    mixtures([random_state(rng, 3) for _ in range(2)])


if __name__ == "__main__":
    main()
