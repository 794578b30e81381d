"""QuTiP's HEOM solver, driven from a bosonic environment."""

import numpy as np
import pytest

from oqnn.environments.microscopic.bosonic import Bosonic
from oqnn.environments.microscopic.heom import heom
from oqnn.environments.microscopic.independent_boson import independent_boson
from oqnn.environments.microscopic.pseudomode import pseudomode

RHO0 = np.array([[0.7, 0.3 - 0.2j], [0.3 + 0.2j, 0.3]])
SIGMA_X = np.array([[0, 1], [1, 0]])
S = np.diag([0.5, -0.5])
H = np.array([[0.7, 0.2 - 0.1j], [0.2 + 0.1j, -0.7]])
TIMES = np.array([0.2, 0.6, 1.2, 2.9])
LORENTZIAN = Bosonic.lorentzian(rate=0.3, width=0.6, frequency=1.1)


def test_lorentzian_bath_agrees_with_its_pseudomode():
    """Two exact methods for the same bath: spin-boson, no rotating wave."""
    found = heom(H, RHO0, TIMES, LORENTZIAN, SIGMA_X, depth=6)
    exact = pseudomode(H, RHO0, TIMES, LORENTZIAN, SIGMA_X, levels=8)
    np.testing.assert_allclose(found.states, exact.states, atol=1e-7)
    assert found.error < 1e-4
    assert found.trace_drift < 1e-10
    assert "depth 6" in found.method
    np.testing.assert_array_equal(found.times, TIMES)


def test_warm_drude_lorentz_bath_agrees_with_the_independent_boson():
    """Padé exponents against Γ(t) of the continuum, which sees a misplaced π."""
    bath = Bosonic.drude_lorentz(
        reorganisation_energy=0.05, cutoff=1.0, temperature=0.8
    )
    exact = independent_boson(S, RHO0, TIMES, bath, S)
    gaps = [
        np.abs(heom(S, RHO0, TIMES, bath, S, depth=3, terms=k).states - exact.states)
        for k in (0, 4)
    ]
    assert gaps[1].max() < 5e-6
    assert gaps[0].max() > 5 * gaps[1].max()


@pytest.mark.slow
def test_other_baths_need_an_expansion():
    bath = Bosonic.ohmic(strength=0.02, cutoff=1.5, temperature=0.8)

    def expand(there):
        grid = np.linspace(0, 8, 200)
        return there.approximate("prony", tlist=grid, Nr=4)[0]

    found = heom(S, RHO0, TIMES, bath, S, depth=3, expansion=expand)
    exact = independent_boson(S, RHO0, TIMES, bath, S)
    np.testing.assert_allclose(found.states, exact.states, atol=2e-4)
    with pytest.raises(ValueError, match="`expansion` must be given"):
        heom(S, RHO0, TIMES, bath, S, depth=3)
    with pytest.raises(ValueError, match=r"`expansion` must return .* OhmicEnv"):
        heom(S, RHO0, TIMES, bath, S, depth=3, expansion=lambda there: there)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"H": [[0, 1], [0, 0]]}, "`H` must be Hermitian"),
        ({"coupling": [[0, 1], [0, 0]]}, "`coupling` must be Hermitian"),
        ({"rho0": np.eye(2)}, "`rho0` must have trace 1"),
        ({"rho0": np.eye(3) / 3}, "`rho0` must have shape"),
        ({"tlist": [1.0, 0.0]}, "`tlist` must increase"),
        ({"depth": 1}, "`depth` must be at least 2"),
        ({"terms": -1}, "`terms` must be at least 0"),
        ({"rtol": 0.0}, "`rtol` must be positive"),
        ({"atol": -1.0}, "`atol` must be positive"),
    ],
)
def test_bad_input_is_refused(changes, match):
    arguments = {
        "H": H,
        "rho0": RHO0,
        "tlist": TIMES,
        "environment": LORENTZIAN,
        "coupling": S,
        "depth": 3,
        **changes,
    }
    with pytest.raises(ValueError, match=match):
        heom(**arguments)
