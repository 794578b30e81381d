"""Bell inequalities: their exact classical bounds, and how they are written."""

import numpy as np
import pytest
from encoding.states import PHI_PLUS, TILTED, ghz, random_state

from oqnn.encoding import (
    BellInequality,
    CorrelationMap,
    Law,
    greatest_fidelity,
    local_bound,
    nearest_realizable,
    realize,
    realize_correlators,
)


def polynomial(n_qubits, **terms):
    """Return coefficients from names, as in ``polynomial(2, XX=1, YY=-1)``."""
    coefficients = np.zeros((4,) * n_qubits)
    for name, value in terms.items():
        coefficients[tuple("IXYZ".index(letter) for letter in name)] = value
    return coefficients


@pytest.mark.parametrize(
    ("coefficients", "bound"),
    [
        (polynomial(1, X=1, Y=-2, Z=0.5), 3.5),
        (polynomial(2, XX=1, XY=1, YX=1, YY=-1), 2),  # CHSH
        (polynomial(3, XXX=1, XYY=-1, YXY=-1, YYX=-1), 2),  # Mermin
        (
            polynomial(  # Collins and Gisin, J. Phys. A 37, 1775 (2004)
                2,
                **{"XI": 1, "YI": 1, "IX": -1, "IY": -1},
                **{"XX": 1, "XY": 1, "XZ": 1, "YX": 1, "YY": 1},
                **{"YZ": -1, "ZX": 1, "ZY": -1},
            ),
            4,
        ),
    ],
)
def test_bounds_of_known_inequalities(coefficients, bound):
    assert local_bound(coefficients) == bound


def test_the_inequality_is_written_with_full_names():
    inequality = BellInequality(
        coefficients=polynomial(2, IX=-1, XI=2, YY=-3), local_bound=6.0, value=6.5
    )
    assert str(inequality) == ("−⟨IX⟩ + 2⟨XI⟩ − 3⟨YY⟩ ≤ 6, but the state has 6.500000")


def test_coefficients_that_are_not_integers_are_written_as_decimals():
    inequality = BellInequality(
        coefficients=polynomial(1, X=1, Z=-0.25), local_bound=1.25, value=1.5
    )
    assert str(inequality) == "⟨X⟩ − 0.250000⟨Z⟩ ≤ 1.250000, but the state has 1.500000"


def test_a_small_violation_is_written_with_more_digits():
    inequality = BellInequality(
        coefficients=polynomial(1, X=1), local_bound=1.0, value=1 + 2e-9
    )
    assert str(inequality) == "⟨X⟩ ≤ 1, but the state has 1.000000002000"


def test_correlators_beyond_one_break_the_plainest_inequality():
    """⟨Z⟩ = 1.25 is allowed at most to the share 1/1.25."""
    found = realize_correlators([1, 0, 0, 1.25])
    assert str(found.inequality) == "⟨Z⟩ ≤ 1, but the state has 1.250000"
    assert found.visibility == pytest.approx(0.8, abs=1e-12)


def test_one_inequality_evaluates_other_states():
    """Φ⁺ has XX = −YY = 1 and XY = YX = 0: the CHSH sum is 2, at the bound."""
    inequality = realize(TILTED).inequality
    assert inequality.evaluate(PHI_PLUS) == pytest.approx(2, abs=1e-14)
    assert inequality.violation == pytest.approx(2 * np.sqrt(2) - 2, abs=1e-14)


def test_a_long_inequality_is_cut_short():
    inequality = BellInequality(
        coefficients=np.ones((4, 4, 4, 4)), local_bound=1.0, value=2.0
    )
    text = str(inequality)
    assert text.startswith("⟨IIII⟩ + ⟨IIIX⟩ + ")
    assert text.count("⟨") == 64
    assert " + … (192 more terms) ≤ 1, but the state has 2.000000" in text


@pytest.mark.parametrize(
    ("ket", "best"),
    [
        (TILTED, np.cos(np.pi / 8) ** 2),
        (PHI_PLUS, 1.0),
        (ghz(3), 3 / 4),
        (np.array([1, 0]), 1.0),
    ],
)
def test_the_greatest_fidelity_of_pure_states(ket, best):
    """(1 + ZZ + the best CHSH or Mermin sum)/2ⁿ: (1 + 1 + √2)/4 for the tilted pair,
    (1 + 3 + 2)/8 for GHZ; cos²(π/8) is the former.
    """
    assert greatest_fidelity(ket) == pytest.approx(best, abs=1e-12)


def test_no_law_passes_the_greatest_fidelity():
    """Linear in the law: configurations drawn at random stay below, and the nearest
    realizable matrix does.
    """
    ket = random_state(np.random.default_rng(3), 3, 1)
    best = greatest_fidelity(ket)
    configurations = CorrelationMap(3).configurations
    rng = np.random.default_rng(4)
    for _ in range(20):
        chosen = rng.choice(512, 5, replace=False)
        law = Law(
            configurations=configurations[chosen],
            probabilities=rng.dirichlet(np.ones(5)),
        )
        state = CorrelationMap(3).state_from_chi(law.correlators())
        assert np.trace(ket @ state).real <= best + 1e-12
    assert np.trace(ket @ nearest_realizable(ket).state).real <= best + 1e-12


def test_a_mixed_state_has_no_greatest_fidelity():
    with pytest.raises(
        ValueError, match=r"`psi` must be pure, but has the purity 0\.5"
    ):
        greatest_fidelity(np.eye(2) / 2)
