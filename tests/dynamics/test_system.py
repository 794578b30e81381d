"""A system, its state and its kept partner."""

import numpy as np
import pytest
import qutip

from oqnn.dynamics import System

H = np.array([[1.0, 0.2 - 0.5j], [0.2 + 0.5j, -0.3]])


def test_qutip_objects_and_arrays_are_the_same():
    ket = qutip.Qobj([[0.6], [0.8j]])
    one, other = System(qutip.Qobj(H), ket), System(H, ket.full()[:, 0])
    for system in (one, other):
        np.testing.assert_array_equal(system.H, H)
        np.testing.assert_allclose(system.rho0, [[0.36, -0.48j], [0.48j, 0.64]])
        assert (system.d, system.dims, system.kept) == (2, [2], ())


def test_partner_comes_after_the_system():
    rho = qutip.rand_dm([2, 3, 2], seed=5)
    system = System(H, rho, kept=[3, 2])
    assert (system.d, system.dims) == (2, [2, 3, 2])
    np.testing.assert_array_equal(system.rho0, rho.full())
    assert System(H, np.eye(6) / 6, kept=3).dims == [2, 3]


def test_systems_do_not_follow_the_arrays_they_were_made_of():
    hamiltonian, rho0 = H.copy(), np.diag([0.3 + 0j, 0.7])
    system = System(hamiltonian, rho0)
    hamiltonian += 1
    rho0 *= 2
    np.testing.assert_array_equal(system.H, H)
    np.testing.assert_array_equal(system.rho0, np.diag([0.3, 0.7]))
    for array in (system.H, system.rho0):
        with pytest.raises(ValueError, match="read-only"):
            array += 1


@pytest.mark.parametrize(
    ("hamiltonian", "rho0", "kept", "error", "message"),
    [
        (np.zeros((2, 3)), np.eye(2) / 2, None, ValueError, r"`H` must have shape"),
        ([[0, 1], [0, 0]], np.eye(2) / 2, None, ValueError, "`H` must be Hermitian"),
        (H, [[0.5, 0.1], [0.2, 0.5]], None, ValueError, "`rho0` must be Hermitian"),
        (H, np.eye(2), None, ValueError, "`rho0` must have trace 1, but has trace 2"),
        (H, np.diag([1.2, -0.2]), None, ValueError, "`rho0` must be positive.* -0.2"),
        (H, np.eye(4) / 4, None, ValueError, r"size 2, .* size 4\. .*kept="),
        (H, np.eye(4) / 4, 3, ValueError, "`rho0` must have size 6"),
        (H, np.eye(4) / 4, 2.0, TypeError, "`kept` must be an integer"),
        (H, np.eye(4) / 4, [-1, -2], ValueError, "`kept` must be at least 1"),
        (H, "up", None, TypeError, "`rho0` must be a qutip.Qobj or an array"),
    ],
)
def test_no_system_is_refused(hamiltonian, rho0, kept, error, message):
    with pytest.raises(error, match=message):
        System(hamiltonian, rho0, kept=kept)
