"""Common systems as register environments: fields that hop, and bounded controls."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from .._core.bases import pauli_basis
from .._core.checks import (
    check_between,
    check_finite,
    check_hermitian,
    check_integer,
    check_positive,
    check_shapes,
)
from .._core.qobj import as_operator
from ..dynamics import RegisterGenerator
from .channels import rate_channel
from .register_environment import RegisterEnvironment

__all__ = ["ladder_controls", "qubit_controls", "spin_controls", "system_environment"]

SPARSE_FROM = 25  # size from which generators keep sparse operators


def system_environment(
    fields: Any,
    controls: Mapping[str, Any],
    bounds: Mapping[str, float] | float,
    *,
    hopping: ArrayLike = 0.0,
    back_action: ArrayLike | None = None,
    local: Any = (),
    hopping_control: float = 0.0,
    level_resolved: bool = False,
    register_law: ArrayLike | None = None,
) -> RegisterEnvironment:
    r"""Return a system of any size in hopping fields, with bounded control fields.

    .. math:: H^i = F^i + \sum_k y_k h_k C_k, \qquad
        R^{ij} = \sqrt{k_{ij}(1 + b\,y_{hop})}\,(1 + B^{ij})

    and the same local jumps in every level.

    Parameters
    ----------
    fields : shape (n, d, d), angular frequency
        Hermitian noise F^i of each level; a list may hold Qobj and sparse matrices.
    controls : mapping str → operator (d, d)
        Hermitian C_k by name; see `spin_controls`, `ladder_controls`,
        `qubit_controls`.
    bounds : mapping str → float, or float for all, angular frequency
        h_k; those of `controls` alone.
    hopping : float or shape (n, n), 1/time, optional
        k_ij, from level j to level i, the diagonal zero; or the rate out of each level,
        shared evenly by the others. None by default.
    back_action : shape (n, n, d, d), optional
        B^{ij}, what a hop does to the system; zero by default.
    local : operator or list of operators (d, d), optional
        Jumps in every level, √rate included.
    hopping_control : float in [0, 1], optional
        b. Above zero there is one more control, "hopping", of this bound.
    level_resolved : bool, optional
        Give each level controls of its own, named "x[0]", "x[1]", … This changes the
        comparison: whoever steers then knows the register at all times.
    register_law : shape (n,), optional
        Law in which the register starts; uniform by default.

    Raises
    ------
    ValueError
        If shapes disagree, an operator is not Hermitian, a rate is negative or no
        number, there is hopping within a level, `hopping_control` leaves [0, 1] or
        has no hopping to act on, a name is taken, or a bound is missing.

    Examples
    --------
    A qutrit as a spin one, in a field that jumps between three directions.

    >>> J = spin_controls(3)
    >>> environment = system_environment(
    ...     [*J.values()], J, 4.0, hopping=0.2, hopping_control=0.5
    ... )
    >>> environment.d, environment.n_levels, environment.control_names
    (3, 3, ('x', 'y', 'z', 'hopping'))
    """
    base = RegisterGenerator(fields)
    n, d = base.n, base.d
    rates = _rates(hopping, n)
    B = None if back_action is None else np.asarray(back_action, dtype=complex)
    if B is not None:
        check_shapes(back_action=(B, f"{n} {n} {d} {d}"))
        check_finite(B, "back_action")
    check_between(hopping_control, "hopping_control", 0, 1)
    if hopping_control and not rates.any():
        raise ValueError(
            f"`hopping_control` must be 0 without hopping, but is {hopping_control}. "
            "Give rates as `hopping`."
        )
    hops = _hops(rates, B, d, sparse=base.is_sparse)
    operators = list(local) if isinstance(local, list | tuple) else local
    jumps = dict(hops)
    if not (isinstance(operators, list) and not operators):
        jumps |= {(i, i): operators for i in range(n)}
    noise = RegisterGenerator(base.hamiltonians, jumps)
    channels, limits = control_channels(
        controls, bounds, n, level_resolved=level_resolved
    )
    if hopping_control:
        if "hopping" in channels:
            raise ValueError(
                "`controls` must leave the name 'hopping' to `hopping_control`, but "
                f"hold {[*channels]}."
            )
        channels["hopping"] = rate_channel(hops, n, d)
        limits["hopping"] = hopping_control
    return RegisterEnvironment(noise, channels, limits, register_law=register_law)


def control_channels(
    controls: Mapping[str, Any],
    bounds: Mapping[str, float] | float,
    n: int,
    *,
    level_resolved: bool = False,
) -> tuple[dict[str, RegisterGenerator], dict[str, Any]]:
    """Return field channels and their bounds, dense or sparse as the operators are."""
    if not isinstance(controls, Mapping) or not controls:
        raise ValueError(
            "`controls` must be a mapping that names one operator or more, but is "
            f"{controls!r}."
        )
    if not isinstance(bounds, Mapping):
        bounds = dict.fromkeys(controls, bounds)
    if set(bounds) != set(controls):
        raise ValueError(
            f"`bounds` must give a bound to each of {[*controls]}, but has {[*bounds]}."
        )
    controls = {
        name: _operator(C, f"controls[{name!r}]") for name, C in controls.items()
    }
    if not level_resolved:
        fields = {k: RegisterGenerator([C] * n) for k, C in controls.items()}
        return fields, dict(bounds)
    channels, limits = {}, {}
    for name, C in controls.items():
        for level in range(n):
            own = f"{name}[{level}]"
            parts = [C if i == level else 0 * C for i in range(n)]
            channels[own], limits[own] = RegisterGenerator(parts), bounds[name]
    return channels, limits


def _operator(C: Any, name: str) -> Any:
    """Return a Hermitian operator, sparse if it was a sparse matrix."""
    if sp.issparse(C):
        return C  # checked by the generator
    C = as_operator(C, name)
    check_shapes(**{name: (C, "d d")})
    check_hermitian(C, name)
    return C


def spin_controls(d: int) -> dict[str, np.ndarray]:
    """Return J_x, J_y and J_z of the spin (d − 1)/2; σ/2 for a qubit.

    A field (n_i · J) is tetrahedral noise for a system of any size.

    Parameters
    ----------
    d : int
        At least two; ``basis(d, 0)`` is the highest state of J_z.
    """
    check_integer(d, "d", least=2)
    j = (d - 1) / 2
    m = j - np.arange(d)
    raising = np.diag(np.sqrt(j * (j + 1) - m[1:] * (m[1:] + 1)), 1).astype(complex)
    return {
        "x": (raising + raising.T) / 2,
        "y": (raising - raising.T) / 2j,
        "z": np.diag(m).astype(complex),
    }


def ladder_controls(d: int, *, anharmonicity: float = 0.0) -> dict[str, np.ndarray]:
    """Return a drive along both quadratures and a detuning of an oscillator.

    "x" is (a + a†)/2, "p" is (a − a†)/2i, and "detuning" is a†a, all truncated to d
    levels. With an anharmonicity α the detuning is a†a + (α/2) a†a†aa, which tells the
    transitions of a qutrit or transmon apart.

    Parameters
    ----------
    d : int
        Number of levels, at least two.
    anharmonicity : float, optional
        α, in units of the bound of the detuning.
    """
    check_integer(d, "d", least=2)
    check_finite(np.asarray(anharmonicity, dtype=float), "anharmonicity")
    number = np.arange(float(d))
    a = np.diag(np.sqrt(number[1:]), 1).astype(complex)
    levels = number + anharmonicity / 2 * number * (number - 1)
    return {
        "x": (a + a.T) / 2,
        "p": (a - a.T) / 2j,
        "detuning": np.diag(levels).astype(complex),
    }


def qubit_controls(count: int, *, coupling: bool = False) -> dict[str, Any]:
    """Return σ/2 of each of several qubits, "x1" to "z2", sparse from five qubits.

    Parameters
    ----------
    count : int
        Number of qubits; the first stands first in products.
    coupling : bool, optional
        Add σ_zσ_z/4 of each pair of qubits, "zz12"; a fixed coupling is rather part of
        the system's own Hamiltonian.
    """
    check_integer(count, "count")
    sigma = {k: sp.csr_array(s) for k, s in zip("xyz", pauli_basis(1)[1:], strict=True)}
    controls = {
        f"{axis}{q + 1}": _on_qubits({q: s}, count) / 2
        for q in range(count)
        for axis, s in sigma.items()
    }
    for q, r in combinations(range(count), 2) if coupling else ():
        pair = _on_qubits({q: sigma["z"], r: sigma["z"]}, count)
        controls[f"zz{q + 1}{r + 1}"] = pair / 4
    if 2**count >= SPARSE_FROM:
        return controls
    return {name: C.toarray() for name, C in controls.items()}


def _on_qubits(operators: Mapping[int, Any], count: int) -> Any:
    """Return a product of operators on some of the qubits, sparse."""
    product = sp.csr_array(np.eye(1))
    for q in range(count):
        product = sp.kron(product, operators.get(q, sp.eye_array(2)), format="csr")
    return product


def _rates(hopping: ArrayLike, n: int) -> np.ndarray:
    """Return the rates k_ij, shape (n, n)."""
    rates = np.asarray(hopping, dtype=float)
    if rates.ndim == 0:
        if rates != 0:
            check_positive(float(rates), "hopping")
        rates = rates * (1 - np.eye(n)) / max(1, n - 1)
    check_shapes(hopping=(rates, f"{n} {n}"))
    check_finite(rates, "hopping")
    if rates.min() < 0:
        i, j = np.unravel_index(rates.argmin(), rates.shape)
        raise ValueError(
            f"`hopping` must hold rates that are not negative, but hopping[{i}, {j}] = "
            f"{rates[i, j]:.6g}."
        )
    if np.diag(rates).any():
        raise ValueError(
            "`hopping` must have zeros on its diagonal, but has "
            f"{np.diag(rates).tolist()}. Jumps within a level are `local` ones."
        )
    return rates


def _hops(
    rates: np.ndarray, back_action: np.ndarray | None, d: int, *, sparse: bool
) -> dict[tuple[int, int], Any]:
    """Return R^{ij} = √k_ij (1 + B^{ij}) of all pairs that hop."""
    one = sp.eye_array(d, format="csr") if sparse else np.eye(d)
    hops: dict[tuple[int, int], Any] = {}
    for i, j in np.argwhere(rates).tolist():
        R = one if back_action is None else np.eye(d) + back_action[i, j]
        hops[i, j] = [np.sqrt(rates[i, j]) * R]
    return hops
