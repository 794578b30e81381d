"""The margin of any number of qubits, against the list of inequalities of two."""

import numpy as np
import pytest
import qutip

from oqnn.encoding import CorrelationMap, visibility
from oqnn.studies import realizability_margin
from oqnn.studies.realizability import pair_margin

GHZ = np.zeros(8)
GHZ[[0, 7]] = np.sqrt(0.5)
W = np.zeros(8)
W[[1, 2, 4]] = np.sqrt(1 / 3)


def chi_of(rho):
    n_qubits = np.shape(rho)[0].bit_length() - 1
    return CorrelationMap(n_qubits).chi_from_state(rho)


def mixed(ket, share):
    return share * np.outer(ket, np.conj(ket)) + (1 - share) * np.eye(8) / 8


@pytest.mark.parametrize("share", [1.0, 0.7, 0.4, 0.0])
def test_noise_lifts_the_margin_of_ghz_and_w_in_proportion(share):
    """m = 1 − v/v*, with v* = 1/2 for GHZ and 2/3 for W."""
    ghz, w = (realizability_margin(chi_of(mixed(ket, share))) for ket in (GHZ, W))
    assert ghz == pytest.approx(1 - 2 * share, abs=1e-9)
    assert w == pytest.approx(1 - 1.5 * share, abs=1e-9)


def test_a_qubit_is_held_by_its_longest_component():
    """m = 1 − max |χ_k|."""
    rho = qutip.rand_dm(2, seed=4).full()
    chi = chi_of(rho)
    assert realizability_margin(chi) == pytest.approx(1 - np.abs(chi[1:]).max())


@pytest.mark.parametrize("seed", range(4))
def test_a_third_qubit_that_knows_nothing_changes_nothing(seed):
    """The linear program finds what the list of 684 inequalities has."""
    pair = qutip.rand_dm([2, 2], rank=1 + seed % 3, seed=seed).full()
    margin = realizability_margin(chi_of(np.kron(pair, np.eye(2) / 2)))
    assert margin == pytest.approx(float(pair_margin(chi_of(pair))), abs=1e-9)
    assert realizability_margin(chi_of(pair)) == pair_margin(chi_of(pair))


def test_below_zero_it_gives_the_visibility():
    """v* = 1/(1 − m)."""
    ket = qutip.rand_ket([2, 2, 2], seed=8).full()[:, 0]
    margin = realizability_margin(chi_of(ket))
    assert margin < 0
    assert visibility(ket) == pytest.approx(1 / (1 - margin), abs=1e-8)


def test_what_are_no_correlators_is_refused():
    with pytest.raises(ValueError, match=r"`chi` must have one to 4 axes, but has 0"):
        realizability_margin(1.0)
    with pytest.raises(ValueError, match="`chi` must be 1 at index zero"):
        realizability_margin(np.zeros((4, 4, 4)))
