"""Systems by name: states with closed forms, and what is refused."""

import numpy as np
import pytest
import qutip
from pydantic import ValidationError

from oqnn.studies.sweeps.description.arrays import as_state_numbers, plain
from oqnn.studies.sweeps.description.point import PointSettings
from oqnn.studies.sweeps.description.systems import SYSTEMS

TILTED = np.array([0.6, 0.48 - 0.64j])
ATOL = {"rtol": 0, "atol": 1e-12}


def system(kind, **values):
    return SYSTEMS[kind](kind=kind, **values).build()


def projector(ket):
    return (ket * ket.dag()).full()


@pytest.mark.parametrize("kind", SYSTEMS)
def test_every_named_state_is_a_state(kind):
    """Trace one, positive, and of the purity that was asked for."""
    for name in SYSTEMS[kind].states:
        mixed = name in ("mixed", "thermal")
        built = system(kind, state=name, **({} if mixed else {"purity": 0.55}))
        rho = built.rho0
        np.testing.assert_allclose(np.trace(rho), 1, **ATOL)
        if not mixed:
            np.testing.assert_allclose(np.trace(rho @ rho).real, 0.55, **ATOL)
        assert built.d * int(np.prod(built.kept)) == len(rho)


def test_bloch_state_has_its_bloch_vector():
    """⟨σ⟩ = (sin θ cos φ, sin θ sin φ, cos θ)."""
    rho = system("qubit", theta=0.7, phi=2.1, frequency=3.0)
    sigma = [qutip.sigmax(), qutip.sigmay(), qutip.sigmaz()]
    found = [np.trace(rho.rho0 @ s.full()).real for s in sigma]
    exact = [np.sin(0.7) * np.cos(2.1), np.sin(0.7) * np.sin(2.1), np.cos(0.7)]
    np.testing.assert_allclose(found, exact, **ATOL)
    np.testing.assert_allclose(rho.H, 1.5 * qutip.sigmaz().full(), **ATOL)


@pytest.mark.parametrize("kind", ["spin", "qutrit"])
def test_spin_coherent_state_is_qutips(kind):
    levels = {"levels": 5} if kind == "spin" else {}
    d = levels.get("levels", 3)
    built = system(kind, theta=0.7, phi=2.1, frequency=0.4, quadratic=-0.3, **levels)
    ket = qutip.spin_coherent((d - 1) / 2, 0.7, 2.1)
    np.testing.assert_allclose(built.rho0, projector(ket), **ATOL)
    J_z = qutip.jmat((d - 1) / 2, "z").full()
    np.testing.assert_allclose(built.H, 0.4 * J_z - 0.3 * J_z @ J_z, **ATOL)


def test_states_of_qubits_are_known_ones():
    """W and GHZ of three qubits, the cluster of two, and an Ising chain."""
    zero, one = qutip.basis(2, 0), qutip.basis(2, 1)
    w = sum(
        qutip.tensor([one if i == k else zero for i in range(3)]) for k in range(3)
    ).unit()
    np.testing.assert_allclose(
        system("qubits", count=3, state="w").rho0, projector(w), **ATOL
    )
    ghz = qutip.tensor(zero, zero, zero) + np.exp(0.4j) * qutip.tensor(one, one, one)
    found = system("qubits", count=3, state="ghz", phi=0.4).rho0
    np.testing.assert_allclose(found, projector(ghz.unit()), **ATOL)
    cluster = system("qubits", count=3, state="cluster").rho0
    X, Z, one = qutip.sigmax(), qutip.sigmaz(), qutip.qeye(2)
    for stabilizer in ([X, Z, one], [Z, X, Z], [one, Z, X]):
        value = np.trace(qutip.tensor(stabilizer).full() @ cluster)
        np.testing.assert_allclose(value, 1, **ATOL)
    H = system("qubits", count=3, frequency=0.7, coupling=0.2, exchange=0.5).H
    exact = 0.35 * sum(_on({q: Z}) for q in range(3))
    for q in (0, 1):
        exact = exact + 0.1 * _on({q: Z, q + 1: Z})
        for s in (X, qutip.sigmay()):
            exact = exact + 0.25 * _on({q: s, q + 1: s})
    np.testing.assert_allclose(H, exact, **ATOL)
    ring = system("qubits", count=3, coupling=0.2, geometry="ring").H
    every = system("qubits", count=3, coupling=0.2, geometry="all").H
    np.testing.assert_allclose(ring, every, **ATOL)
    assert abs(ring - system("qubits", count=3, coupling=0.2).H).max() > 0.05


def _on(operators):
    return qutip.tensor([operators.get(q, qutip.qeye(2)) for q in range(3)]).full()


def test_dicke_state_has_its_excitations():
    rho = system("qubits", count=4, state="dicke", excitations=2).rho0
    J_z = sum(
        qutip.tensor([qutip.sigmaz() if i == q else qutip.qeye(2) for i in range(4)])
        for q in range(4)
    ).full()
    np.testing.assert_allclose(J_z @ rho, 0, **ATOL)
    np.testing.assert_allclose(rho[0b0011, 0b0101], 1 / 6, **ATOL)


def test_pair_has_its_schmidt_coefficients():
    built = system("pair", chi=0.3, phi=0.5, levels=3, kept=[2, 2])
    assert built.d == 3
    assert built.kept == (2, 2)
    ket = built.rho0[:, 0] / np.sqrt(built.rho0[0, 0].real)
    schmidt = np.linalg.svd(ket.reshape(3, 4), compute_uv=False)
    np.testing.assert_allclose(schmidt, [np.cos(0.3), np.sin(0.3), 0], **ATOL)
    np.testing.assert_allclose(ket[5], np.exp(0.5j) * np.sin(0.3), **ATOL)
    maximal = system("pair", state="maximal", levels=2, kept=3).rho0
    reduced = np.einsum("ikjk->ij", maximal.reshape(2, 3, 2, 3))
    np.testing.assert_allclose(reduced, np.eye(2) / 2, **ATOL)


LARGE = 80
OSCILLATORS = {
    "coherent": lambda: qutip.coherent(LARGE, 0.6 * np.exp(1.1j), method="analytic"),
    "fock": lambda: qutip.basis(LARGE, 3),
    "cat": lambda: (
        qutip.coherent(LARGE, 0.6 * np.exp(1.1j), method="analytic")
        + 1j * qutip.coherent(LARGE, -0.6 * np.exp(1.1j), method="analytic")
    ).unit(),
    "squeezed": lambda: (
        qutip.displace(LARGE, 0.6 * np.exp(1.1j))
        * qutip.squeeze(LARGE, 0.4 * np.exp(0.7j))
        * qutip.basis(LARGE, 0)
    ),
    "thermal": lambda: qutip.thermal_dm(LARGE, 0.3),
}
CHOSEN = {
    "coherent": {"alpha": 0.6, "alpha_phase": 1.1},
    "fock": {"quanta": 3},
    "cat": {"alpha": 0.6, "alpha_phase": 1.1, "parity": np.pi / 2},
    "squeezed": {"alpha": 0.6, "alpha_phase": 1.1, "squeezing": 0.4, "phi": 0.7},
    "thermal": {"occupation": 0.3},
}


@pytest.mark.parametrize("name", CHOSEN)
def test_oscillator_states_are_qutips(name):
    built = system("oscillator", state=name, levels=30, **CHOSEN[name])
    exact = OSCILLATORS[name]()
    exact = projector(exact) if exact.isket else exact.full()
    np.testing.assert_allclose(built.rho0, exact[:30, :30], rtol=0, atol=1e-10)


def test_oscillator_energy_is_that_of_a_kerr_oscillator():
    a = qutip.destroy(6)
    exact = 0.3 * a.dag() * a + 0.1 * a.dag() ** 2 * a**2
    H = system("oscillator", levels=6, alpha=0.1, frequency=0.3, anharmonicity=0.2).H
    np.testing.assert_allclose(H, exact.full(), **ATOL)


@pytest.mark.parametrize(
    "state",
    [
        TILTED,
        TILTED.tolist(),
        np.outer(TILTED, TILTED.conj()),
        qutip.Qobj(TILTED),
        qutip.Qobj(np.outer(TILTED, TILTED.conj())),
    ],
    ids=["ket", "list", "matrix", "qobj ket", "qobj"],
)
def test_states_of_any_form_return(state):
    rho = as_state_numbers(plain(state), "a state")
    np.testing.assert_allclose(rho, np.outer(TILTED, TILTED.conj()), rtol=0, atol=1e-15)


def test_numbers_add_a_hamiltonian():
    H = np.array([[0.5, 0.2 - 0.3j], [0.2 + 0.3j, -0.1]])
    built = system("qubit", frequency=0.4, hamiltonian=plain(H), state=plain(TILTED))
    np.testing.assert_allclose(built.H, H + np.diag([0.2, -0.2]), **ATOL)
    np.testing.assert_allclose(built.rho0, np.outer(TILTED, TILTED.conj()), **ATOL)


MISTAKES = [
    ({"state": "up"}, r"`system\.state` must be one of 'bloch', 'zero'"),
    ({"state": "plus", "theta": 1.0}, r"`system\.theta` must be left out here, but is"),
    ({"state": [[1, 0], [0, 1]]}, r"`system\.state` must have trace 1, but has trace"),
    ({"state": [1, 0, 0]}, r"`system\.state` must have shape \(2, 2\) for this system"),
    ({"state": [[1, "a"]]}, r"`system\.state` must be a ket or a density matrix"),
    ({"state": [1, 0], "purity": 0.8}, r"`system\.purity` must be left out here"),
    ({"purity": 0.4}, r"`system\.purity` must be at least 0\.5, that of the mixed"),
    ({"state": "mixed", "purity": 0.6}, r"must be left out with the state 'mixed'"),
    ({"hamiltonian": [[0, 1], [0, 0]]}, r"`system\.hamiltonian` must be Hermitian"),
    ({"hamiltonian": [[1]]}, r"`system\.hamiltonian` must have shape \(2, 2\)"),
    (
        {"kind": "qutrit", "state": "level", "level": 3},
        r"`system\.level` must be below 3, counted from",
    ),
    (
        {"kind": "pair", "kept": 1},
        r"`system\.kept` must be an integer of at least 2, or",
    ),
    (
        {"kind": "qubits", "state": "dicke", "excitations": 3},
        r"`system\.excitations` must be at most `system\.count`, 2, but is 3",
    ),
    (
        {"kind": "oscillator", "alpha": 3.0},
        r"`system\.levels` must hold the state 'coherent' .* but is 20; 27 levels hold",
    ),
    (
        {"kind": "oscillator", "state": "cat", "alpha": 0.0, "parity": np.pi},
        r"`system\.parity` must leave a state",
    ),
    ({"kind": "qudit"}, r"`system\.kind` must be one of 'qubit', 'pair'"),
    ({"frequncy": 1.0}, r"Did you mean `system\.frequency`\?"),
]


@pytest.mark.parametrize(("values", "sentence"), MISTAKES)
def test_mistakes_are_named(values, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        PointSettings.from_tables({"system": values})
    assert not isinstance(error.value, ValidationError)
    assert error.value.key[0] == "system"


def test_cat_of_a_spin_is_a_sum_of_opposite_states():
    ket = qutip.spin_coherent(1.5, 0.7, 2.1) + qutip.spin_coherent(
        1.5, np.pi - 0.7, 2.1 + np.pi
    )
    found = system("spin", levels=4, state="cat", theta=0.7, phi=2.1).rho0
    np.testing.assert_allclose(found, projector(ket.unit()), **ATOL)
