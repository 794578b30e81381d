"""Matrices of environments: the quick ones are the slow ones."""

import numpy as np
import pytest

from oqnn.environments import ReferenceEnvironment
from oqnn.studies.sweeps.computation.generators import commutator, generators_of
from oqnn.studies.sweeps.description.settings import SweepSettings

H = np.array([[0.3, 0.2 - 0.4j], [0.2 + 0.4j, -0.7]])
OWN = "studies.sweeps.own_dynamics"


def point(system=None, **environment):
    settings = SweepSettings(
        materials=["bare"], system=system or {}, environment=environment
    )
    return settings.point({})


def test_a_commutator_in_the_hermitian_basis_is_that_of_its_generator():
    own = ReferenceEnvironment(kappa=0, epsilon=0, gamma_1=0, gamma_phi=0, xi=0)
    exact = own.generator(H).matrices()[0][:4, :4]
    np.testing.assert_allclose(commutator(H), exact, atol=1e-15)


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_the_reference_environment_is_linear_in_its_rates(levels):
    parameters = {
        "xi": 1.3,
        "kappa": 0.37,
        "epsilon": 0.21,
        "b": 0.8,
        "gamma_1": 0.05,
        "gamma_phi": 0.02,
        "h": 3.0,
    }
    one = point(kind="reference", levels=levels, **parameters)
    held, environment = generators_of(one), one.built_environment
    exact = environment.generator(H).matrices()
    np.testing.assert_allclose(held.with_hamiltonian(H), exact, atol=2e-15)
    frame = environment.frame_generator().matrices()
    np.testing.assert_allclose(held.frame, frame, atol=1e-15)


KINDS = {
    "telegraph": ({}, {"kind": "telegraph"}),
    "pseudomode": ({}, {"kind": "lorentzian"}),
    "two bands": ({}, {"kind": "two_band"}),
    "qutrit": ({"kind": "qutrit"}, {"kind": "fields", "kappa": 0.4}),
    "own": ({}, {"kind": f"{OWN}:growing", "rate": -0.2}),
}


@pytest.mark.parametrize(("system", "environment"), KINDS.values(), ids=[*KINDS])
def test_a_hamiltonian_is_added_in_every_level_and_beside_an_ancilla(
    system, environment
):
    one = point(system, **environment)
    d = one.built_system.d
    own = np.arange(d * d).reshape(d, d) * (0.1 + 0.05j)
    own = own + own.conj().T
    held = generators_of(one)
    if not held.additive:
        own = one.built_system.H
    exact = one.built_environment.generator(own).matrices()
    np.testing.assert_allclose(held.with_hamiltonian(own), exact, atol=1e-13)


def test_equal_environments_are_made_once():
    first, again = point(kappa=0.31), point(kappa=0.31)
    assert generators_of(first) is generators_of(again)
    assert generators_of(point(kappa=0.32)) is not generators_of(first)


def test_the_oldest_are_forgotten_beyond_a_size(monkeypatch):
    monkeypatch.setattr(
        "oqnn.studies.sweeps.computation.generators.MOST_BYTES", 3 * 5 * 16**2 * 8
    )
    first = generators_of(point(kappa=0.301))
    for kappa in (0.302, 0.303, 0.304):
        generators_of(point(kappa=kappa))
    assert generators_of(point(kappa=0.301)) is not first
