"""Bell, Werner, GHZ and W states against QuTiP's."""

import numpy as np
import pytest
import qutip

from oqnn.encoding.povm.named_states import (
    bell_state,
    ghz_state,
    w_state,
    werner_state,
)
from oqnn.measures import concurrence


@pytest.mark.parametrize(
    ("name", "label"), [("phi+", "00"), ("phi-", "01"), ("psi+", "10"), ("psi-", "11")]
)
def test_bell_states_are_those_of_qutip(name, label):
    exact = qutip.bell_state(label).full()[:, 0]

    np.testing.assert_allclose(bell_state(name), exact, atol=1e-15)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_ghz_and_w_states_are_those_of_qutip(n):
    np.testing.assert_allclose(ghz_state(n), qutip.ghz_state(n).full()[:, 0])
    np.testing.assert_allclose(w_state(n), qutip.w_state(n).full()[:, 0], atol=1e-15)


def test_werner_states_are_entangled_above_one_third():
    """Equation (10) of Czischek et al. (2022); concurrence max(0, (3r − 1)/2)."""
    r = 0.7
    exact = [[1 + r, 0, 0, 2 * r], [0, 1 - r, 0, 0], [0, 0, 1 - r, 0]]
    exact.append(exact[0][::-1])

    np.testing.assert_allclose(4 * werner_state(r), exact, rtol=1e-15, atol=1e-15)
    for share in (0.0, 1 / 3, 0.5, 1.0):
        found = concurrence(werner_state(share))
        assert found == pytest.approx(max(0, (3 * share - 1) / 2), abs=1e-7)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bell_state("phi"), "`name` must be one of 'phi\\+'"),
        (lambda: werner_state(1.1), r"`r` must lie in \[0, 1\], but is 1\.1"),
        (lambda: ghz_state(1), "`n` must be at least 2"),
        (lambda: w_state(13), r"`n` must lie in \[2, 12\]"),
    ],
)
def test_odd_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
