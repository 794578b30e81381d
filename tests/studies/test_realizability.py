"""Margins of pairs: closed forms, the linear program, frames, roots, refusals."""

import numpy as np
import pytest
from scipy.stats import special_ortho_group, unitary_group

from oqnn.encoding import CorrelationMap, realize_correlators
from oqnn.studies.realizability import (
    _facets,
    any_axes_margin,
    first_carried,
    hardest_axes_margin,
    last_forbidden,
    pair_margin,
)

SPINS = CorrelationMap(2)
RNG = np.random.default_rng(70)
HARD = np.array([1, 0, 0, np.exp(0.25j * np.pi)]) / np.sqrt(2)


def noisy(chi, p):
    """Correlators of p ρ + (1 − p) 1/4."""
    mixed = np.zeros((4, 4))
    mixed[0, 0] = 1
    return p * np.asarray(chi) + (1 - p) * mixed


def random_pair(rank):
    U = unitary_group.rvs(4, random_state=RNG)[:, :rank]
    weights = RNG.dirichlet(np.ones(rank))
    return SPINS.chi_from_state((U * weights) @ U.conj().T)


def test_every_inequality_is_a_facet():
    """36 + 72 + 576 of them; each touches 15 independent deterministic laws."""
    facets = _facets().T
    assert len(facets) == 684
    assert len(np.unique(facets.round(9), axis=0)) == 684
    values = facets @ SPINS.signs
    np.testing.assert_allclose(values.max(axis=1), 1, atol=1e-12)
    for facet, row in zip(facets[::37], values[::37], strict=True):
        assert facet[0] == 0
        assert np.linalg.matrix_rank(SPINS.signs[:, row > 1 - 1e-9]) == 15


@pytest.mark.parametrize("p", [1.0, 0.8, 0.7, 0.3, 0.0])
def test_the_hard_pair_under_white_noise(p):
    """1 − √2 p by CHSH with X and Y."""
    chi = noisy(SPINS.chi_from_state(HARD), p)
    exact = 1 - np.sqrt(2) * p
    assert pair_margin(chi) == pytest.approx(exact, abs=1e-12)
    assert hardest_axes_margin(chi) == pytest.approx(exact, abs=1e-12)
    assert any_axes_margin(chi) == pytest.approx(exact, abs=1e-12)


def test_the_pair_along_the_axes_is_carried_at_once_but_only_there():
    chi = SPINS.chi_from_state([np.sqrt(0.5), 0, 0, np.sqrt(0.5)])
    assert pair_margin(chi) == pytest.approx(0, abs=1e-12)
    assert hardest_axes_margin(chi) == pytest.approx(1 - np.sqrt(2), abs=1e-12)


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_the_linear_program_agrees(rank):
    """Where m < 0 the visibility is 1/(1 − m); elsewhere there is a law."""
    for _ in range(6):
        chi = random_pair(rank)
        margin = pair_margin(chi)
        if margin > 0:  # push it out of the polytope
            chi = noisy(chi, 1.3 / (1 - margin))
            margin = pair_margin(chi)
        found = realize_correlators(chi)
        assert found.visibility == pytest.approx(min(1, 1 / (1 - margin)), abs=1e-8)
        # just inside there is a law
        assert realize_correlators(noisy(chi, 0.999 / (1 - margin))).realizable


def test_no_axes_are_worse_than_the_hardest():
    """By random turns of either qubit, of states with mixed parts."""
    chi = np.zeros((4, 4))
    chi[0, 0] = 1
    chi[1:, 1:] = np.diag([0.9, -0.75, 0.68])
    turned = np.tile(chi, (4000, 1, 1))
    left, right = special_ortho_group.rvs(3, size=8000, random_state=RNG).reshape(
        2, 4000, 3, 3
    )
    turned[:, 1:, 1:] = left @ chi[1:, 1:] @ right
    margins = pair_margin(turned)
    assert margins.min() >= hardest_axes_margin(chi) - 1e-12
    assert margins.min() < hardest_axes_margin(chi) + 0.02
    np.testing.assert_allclose(
        hardest_axes_margin(turned), hardest_axes_margin(chi), atol=1e-12
    )
    assert any_axes_margin(chi) < hardest_axes_margin(chi)


def test_beyond_the_hardest_axes_spins_carry_the_pair_however_it_is_turned():
    """For |a| + |b| ≤ √2 − 1, on states just inside; they have mixed parts."""
    kept = 0
    for _ in range(40):
        chi = 0.8 * SPINS.chi_from_state(HARD) + 0.2 * random_pair(1)
        # at the edge: a little inside √2 = s₁ + s₂
        edge = 0.999 / (1 - hardest_axes_margin(chi))
        chi = noisy(chi, min(edge, 1.0))
        lengths = np.linalg.norm(chi[1:, 0]) + np.linalg.norm(chi[0, 1:])
        if lengths > np.sqrt(2) - 1:
            continue
        kept += 1
        turns = special_ortho_group.rvs(3, size=200, random_state=RNG)
        blocks = np.zeros((200, 4, 4))
        blocks[:, 0, 0], blocks[:, 1:, 1:] = 1, turns
        assert pair_margin(blocks[:100] @ chi @ blocks[100:].mT).min() > -1e-9
    assert kept > 10


def test_roots_of_depolarizing_decay_and_their_order():
    """m = 1 − √2 e^(−γt) is zero at ln √2 / γ; the error falls as the step squared."""
    gamma, errors = 0.3, []
    exact = np.log(np.sqrt(2)) / gamma
    for step in (0.25, 0.125):
        times = step * np.arange(round(4 / step) + 1)
        margins = 1 - np.sqrt(2) * np.exp(-gamma * times)
        errors.append(abs(first_carried(times, margins) - exact))
        assert last_forbidden(times, margins) == first_carried(times, margins)
    assert errors[0] < 3e-3
    # the bracket moves with the grid, so the ratio is only roughly four
    assert errors[1] < errors[0] / 2


def test_revivals_and_curves_without_roots():
    times = [0.0, 1.0, 3.0, 4.0]
    margins = np.array(
        [
            [-0.2, 0.2, -0.1, 0.3],
            [0.1, 0.2, 0.1, 0.0],
            [-0.2, -0.1, -0.3, -0.4],
            [-0.5, 0.0, 0.0, -1e-12],
            [0.4, 0.4, -0.1, -0.1],
        ]
    )
    np.testing.assert_allclose(
        first_carried(times, margins), [0.5, 0, np.inf, 1, 0], atol=1e-8
    )
    np.testing.assert_allclose(
        last_forbidden(times, margins), [3.25, 0, np.inf, 1, np.inf], atol=1e-8
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pair_margin(np.eye(3)), r"`chi` must have shape \(\.\.\., 4, 4\)"),
        (lambda: pair_margin(2 * np.eye(4)), "must be 1 at index 0, 0, but is off by"),
        (lambda: any_axes_margin(np.full((4, 4), np.nan)), "`chi` must be finite"),
        (lambda: first_carried([0, 1], [0.1]), "`margins` must have one entry for"),
        (lambda: first_carried([1, 0], [0, 1]), "`times` must increase strictly"),
        (lambda: last_forbidden([0, 1], [0, np.nan]), "`margins` must be finite"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_two_oblique_pure_spins_lie_inside():
    """The nearest facet is ⟨X1⟩ + ⟨1X⟩ − ⟨XX⟩ ≤ 1: m = 1 − 2/√3 + 1/3 = 0.1786."""
    n = np.r_[1, np.full(3, 1 / np.sqrt(3))]
    exact = 4 / 3 - 2 / np.sqrt(3)
    assert pair_margin(np.outer(n, n)) == pytest.approx(exact, abs=1e-14)
