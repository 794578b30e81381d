"""Measures of many points against closed forms."""

import numpy as np
import pytest

from oqnn._core.bases import hermitian_basis, to_coordinates
from oqnn.measures import blp, concurrence, fidelity
from oqnn.studies.sweeps.computation.measures import (
    MEASURES,
    fits,
    measure_of,
    measured,
)
from oqnn.studies.sweeps.computation.trajectories import Trajectories, moved_states

OWN = "studies.sweeps.own_dynamics"
TIMES = np.array([0.0, 0.4, 1.0, 2.5, 3.0])
RATES = np.array([0.2, 0.7, 1.5])
FADE = np.exp(-np.outer(RATES, TIMES))  # (p, t)


def dephasing(rho0, kept=(), *, shift=0.0):
    """Qubits whose off-diagonal elements fade as exp(−Γt), and turn by `shift`."""
    maps = np.zeros((3, 5, 4, 4))
    maps[..., 0, 0] = maps[..., 3, 3] = 1
    c, s = np.cos(shift * TIMES), np.sin(shift * TIMES)
    turn = np.array([[c, -s], [s, c]]).transpose(2, 0, 1)
    maps[..., 1:3, 1:3] = FADE[..., None, None] * turn
    rotation = np.broadcast_to(np.eye(3), (3, 5, 3, 3)).copy()
    rotation[..., :2, :2] = turn
    rho0 = np.array([np.asarray(rho0, dtype=complex)] * 3)
    overlap = to_coordinates(hermitian_basis(2)).real / 6
    overlap[0, 0] = 0.5
    return Trajectories(
        times=TIMES,
        transfer=maps,
        rho0=rho0,
        states=moved_states(maps, rho0),
        kept=kept,
        readouts=maps[:, 2:4],
        rotation=rotation,
        overlap=np.array([overlap] * 3),
        weights=np.array([[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]]),
        errors=("",) * 3,
    )


QUBIT = [[0.7, 0.2 - 0.3j], [0.2 + 0.3j, 0.3]]
BELL = np.outer([0.6, 0, 0, 0.8j], np.conj([0.6, 0, 0, 0.8j]))


def entropy(*values):
    values = np.array(values)
    logs = np.log(np.where(values > 0, values, 1))
    return -(values * logs).sum(axis=0)


def test_maps_act_on_the_first_factor_alone():
    rho = np.arange(36).reshape(6, 6) + 1j * np.arange(36).reshape(6, 6).T
    maps = dephasing(QUBIT).transfer[:, :2]
    found = moved_states(maps, np.array([rho] * 3))
    mask = np.kron([[0, 1], [1, 0]], np.ones((3, 3)))
    exact = rho * (1 - mask + mask * FADE[:, :2, None, None])
    np.testing.assert_allclose(found, exact, atol=1e-13)


def of_a_qubit():
    """Populations 0.7 and 0.3, and an off-diagonal element of modulus r exp(−Γt)."""
    r = np.sqrt(0.2**2 + 0.3**2)
    f = FADE
    length = np.sqrt(0.4**2 + (2 * r * f) ** 2)
    low, high = (1 - length) / 2, (1 + length) / 2
    # of two qubits F = Tr ρσ + 2 √(det ρ det σ)
    cross = 0.7**2 + 0.3**2 + 2 * r**2 * f
    inner = (0.21 - r**2 * f**2) * (0.21 - r**2)
    return {
        "purity": 0.58 + 2 * (r * f) ** 2,
        "linear_entropy": 0.42 - 2 * (r * f) ** 2,
        "von_neumann_entropy": entropy(low, high),
        "l1_coherence": 2 * r * f,
        "relative_entropy_of_coherence": entropy(0.7, 0.3) - entropy(low, high),
        "fidelity": cross + 2 * np.sqrt(inner),
        "trace_distance": r * (1 - f),
        "least_eigenvalue": low,
        "trace_error": np.zeros((3, 5)),
        "average_fidelity": (2 + f) / 3,
        "best_unitary_fidelity": (2 + f) / 3,
        "least_singular_value": f,
        "coherence": f,
        "readout_infidelity": (dephasing(QUBIT).weights * (1 - f[:, 2:4]) / 3).sum(
            axis=1
        ),
        "blp_memory": np.zeros(3),
        "bloch_volume_growth": np.zeros(3),
        "population_1": np.full((3, 5), 0.3),
        "coherence_1_0": r * f,
        f"{OWN}:survival": np.full((3, 5), 0.7),
    }


EXACT = of_a_qubit()


@pytest.mark.parametrize("name", [*EXACT])
def test_of_a_dephased_qubit(name):
    found = measured(measure_of(name), dephasing(QUBIT))
    np.testing.assert_allclose(found, EXACT[name], atol=1e-10)


def test_of_a_dephased_pair():
    """0.6|00⟩ + 0.8i|11⟩: negativity and concurrence fade with the coherence."""
    seen = dephasing(BELL, (2,))
    found = {n: measured(MEASURES[n], seen) for n in ("negativity", "concurrence")}
    np.testing.assert_allclose(found["negativity"], 0.48 * FADE, atol=1e-12)
    np.testing.assert_allclose(found["concurrence"], 0.96 * FADE, atol=1e-10)
    root = np.sqrt(0.28**2 + 4 * (0.48 * FADE) ** 2)
    joint = entropy((1 - root) / 2, (1 + root) / 2)
    shared = measured(MEASURES["mutual_information"], seen)
    np.testing.assert_allclose(shared, 2 * entropy(0.36, 0.64) - joint, atol=1e-10)
    np.testing.assert_allclose(found["concurrence"], concurrence(seen.states))


def test_coherence_is_that_of_the_frame_that_turns():
    seen = dephasing(QUBIT, shift=0.9)
    np.testing.assert_allclose(measured(MEASURES["coherence"], seen), FADE, atol=1e-12)
    still = dephasing(QUBIT)
    np.testing.assert_allclose(seen.frame_states, still.states, atol=1e-14)


def test_times_of_loss():
    """exp(−Γt) reaches 1/e at 1/Γ; on a grid, on the line between two times."""
    found = measured(MEASURES["coherence_time"], dephasing(QUBIT))
    assert found[0] == np.inf
    f = FADE[1]
    between = 1 + 1.5 * (f[2] - np.exp(-1)) / (f[2] - f[3])
    assert found[1] == pytest.approx(between, rel=1e-12)
    breaking = measured(MEASURES["entanglement_breaking_time"], dephasing(QUBIT))
    assert breaking.tolist() == [np.inf] * 3  # dephasing breaks only at the end


@pytest.mark.parametrize("first", [1, 2, 4])
def test_coherence_is_lost_from_time_zero_on(first):
    """However late the first time, or if it is the only one."""
    seen = dephasing(QUBIT).at_times(np.arange(first, 5))
    found = measured(MEASURES["coherence_time"], seen)
    f, t = np.insert(FADE[:, first:], 0, 1, axis=1), np.insert(TIMES[first:], 0, 0)
    exact = [np.interp(-np.exp(-1), -own, t, right=np.inf) for own in f]
    np.testing.assert_allclose(found, exact, rtol=1e-12)
    still = dephasing(QUBIT).at_times(np.array([0]))
    assert measured(MEASURES["coherence_time"], still).tolist() == [np.inf] * 3


def test_measures_share_what_they_only_read():
    with pytest.raises(ValueError, match="read-only"):
        measured(measure_of(f"{OWN}:scribbling"), dephasing(QUBIT))


def test_memory_is_that_of_each_point():
    seen = dephasing(QUBIT)
    revived = seen.transfer.copy()
    revived[1, 3, 1:3] = revived[1, 1, 1:3]  # point 1 regains what it had lost
    parts = {name: getattr(seen, name) for name in seen.__dataclass_fields__}
    again = Trajectories(**parts | {"transfer": revived})
    found = measured(MEASURES["blp_memory"], again)
    exact = blp(TIMES, revived[1]).value
    assert found[[0, 2]].tolist() == [0, 0]
    assert found[1] == exact > 0.1
    growth = measured(MEASURES["bloch_volume_growth"], again)
    assert growth[1] == pytest.approx(FADE[1, 1] ** 2 - FADE[1, 2] ** 2)


def test_fidelity_is_with_each_points_own_state():
    seen = dephasing(QUBIT)
    found = measured(MEASURES["fidelity"], seen)
    for i in range(3):
        own = fidelity(seen.states[i], seen.rho0[i])
        np.testing.assert_array_equal(found[i], own)


@pytest.mark.parametrize(
    ("of", "system", "expected"),
    [
        ("any", (5, ()), True),
        ("qubit", (2, (3,)), True),
        ("qubit", (3, ()), False),
        ("partner", (3, (2,)), True),
        ("partner", (4, ()), False),
        ("two_qubits", (4, ()), True),
        ("two_qubits", (2, (2,)), True),
        ("two_qubits", (2, (3,)), False),
    ],
)
def test_what_a_measure_fits(of, system, expected):
    named = {measure.of: measure for measure in MEASURES.values()}
    assert fits(named[of], *system) is expected


def test_every_measure_says_what_it_is():
    for name, measure in MEASURES.items():
        assert measure.meaning, name
        assert measure.better in ("high", "low", ""), name
        values = measured(measure, dephasing(BELL, (2,)))
        assert values.ndim == 1 + bool(measure.over_time), name


def test_a_users_measure_speaks_by_its_docstring():
    measure = measure_of(f"{OWN}:survival")
    assert measure.meaning == "Population of the first level"
    assert set(measure.needs) == {"transfer", "readouts", "rotation"}


def test_unknown_measures_are_refused():
    with pytest.raises(
        ValueError, match=r"`measures` must be names among purity, .*'q'"
    ):
        measure_of("q")
    with pytest.raises(ValueError, match=r"must name a function .* can be imported"):
        measure_of("nowhere:nothing")
    with pytest.raises(ValueError, match="must name levels from 0 to 1, but names 2"):
        measured(measure_of("coherence_0_2"), dephasing(QUBIT))
    with pytest.raises(ValueError, match=r"real numbers of shape \(3,\) or \(3, 5\)"):
        measured(measure_of(f"{OWN}:wrong_shape"), dephasing(QUBIT))
