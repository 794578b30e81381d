"""Which Hamiltonians have ground states without signs, and which can be given one."""

import numpy as np

from .._core.checks import check_integer
from .hamiltonians import ROUNDING, FlipGroup, PauliHamiltonian
from .sign_polynomials import extremes, reduced_rows

__all__ = ["check_stoquastic", "cure_by_sign_flips", "rotate_by_z"]


def check_stoquastic(hamiltonian: PauliHamiltonian) -> None:
    r"""Raise unless every element off the diagonal is real and not positive.

    Then, by the theorem of Perron and Frobenius, a ground state has amplitudes
    :math:`\psi \ge 0`, and :math:`\psi = \sqrt p` loses nothing. Decided exactly, up
    to rounding: a group of strings that flip the same qubits is a polynomial in the
    signs of the others, of which the greatest value is looked for.

    Parameters
    ----------
    hamiltonian : PauliHamiltonian

    Raises
    ------
    ValueError
        With an element that offends, and with a rotation that cures it where there is
        one. Also if a group of terms has a part with more than 24 independent products
        of signs, where nothing is decided.

    Examples
    --------
    >>> check_stoquastic(PauliHamiltonian({"XX": 1.0, "ZZ": 1.0}))
    Traceback (most recent call last):
        ...
    ValueError: `hamiltonian` must be stoquastic (...), but <11|H|00> = 1. Rotate ...
    """
    for group in hamiltonian.groups:
        state, element = _worst(group)
        if state is None:
            continue
        row, column = _word(state), _word(state ^ group.flips)
        value = f"{element:.6g}" if element.imag else f"{element.real:.6g}"
        sites = _curing_sites(hamiltonian)
        hint = (
            "No rotation of single qubits by sigma_z cures it."
            if sites is None
            else f"Rotate the qubits {sites} by sigma_z: see `cure_by_sign_flips`."
        )
        raise ValueError(
            "`hamiltonian` must be stoquastic (no element off the diagonal positive or "
            f"complex, so that psi = sqrt(p) has no signs), but <{row}|H|{column}> = "
            f"{value}. {hint}"
        )


def cure_by_sign_flips(
    hamiltonian: PauliHamiltonian,
) -> tuple[PauliHamiltonian, list[int]]:
    r"""Return a stoquastic Hamiltonian with the same spectrum, rotated by σ_z.

    A rotation by σ_z of some qubits turns the sign of X and Y there. Which qubits
    to take is a linear system over GF(2): a group of strings that flip the same qubits
    must turn if its elements are never negative, and stay if never positive.

    Parameters
    ----------
    hamiltonian : PauliHamiltonian

    Returns
    -------
    cured : PauliHamiltonian
    sites : list of int
        The qubits that were rotated. A ground state of the original has the
        amplitudes of the cured one times (−1) for every spin down among them.

    Raises
    ------
    ValueError
        If no such rotation exists, as for frustrated models, or nothing can be decided
        (see `check_stoquastic`).

    Examples
    --------
    >>> cured, sites = cure_by_sign_flips(
    ...     PauliHamiltonian({"XXI": 1.0, "IXX": 1.0, "ZZI": 1.0})
    ... )
    >>> sites, cured.coefficients
    ([1], array([-1., -1.,  1.]))
    """
    sites = _curing_sites(hamiltonian)
    if sites is None:
        raise ValueError(
            "`hamiltonian` must become stoquastic by rotations of single qubits by "
            "sigma_z, but none does: signs are frustrated, or elements complex or of "
            "both signs."
        )
    return rotate_by_z(hamiltonian, sites), sites


def rotate_by_z(hamiltonian: PauliHamiltonian, sites: list[int]) -> PauliHamiltonian:
    """Return ZHZ with the product Z of σ_z on some qubits.

    Raises
    ------
    TypeError
        If a site is no integer.
    ValueError
        If it is not one of the qubits.
    """
    for site in sites:
        check_integer(site, "sites", least=0)
    if not all(site < hamiltonian.n for site in sites):
        raise ValueError(
            f"`sites` must lie in 0 to {hamiltonian.n - 1}, but are {sites}."
        )
    signs = [
        (-1) ** sum(string[site] in "XY" for site in sites)
        for string in hamiltonian.strings
    ]
    return PauliHamiltonian(hamiltonian.strings, hamiltonian.coefficients * signs)


def _worst(group: FlipGroup) -> tuple[np.ndarray | None, complex]:
    """State v whose element is positive or complex, and the element; None if none."""
    rounding = ROUNDING * np.abs(group.weights).sum()
    if np.abs(group.weights.imag).sum() > rounding:
        signs = extremes(group.masks, group.weights.imag).greatest_at
    else:
        real = extremes(group.masks, group.weights.real)
        if real.greatest <= rounding:
            return None, 0.0
        signs = real.greatest_at
    products = np.where(group.masks, signs, 1.0).prod(axis=1)
    return (signs > 0), complex(group.weights @ products)


def _curing_sites(hamiltonian: PauliHamiltonian) -> list[int] | None:
    """Qubits to rotate, from a linear system over GF(2); None if there are none."""
    rows = []
    for group in hamiltonian.groups:
        rounding = ROUNDING * np.abs(group.weights).sum()
        if np.abs(group.weights.imag).sum() > rounding:
            return None
        found = extremes(group.masks, group.weights.real)
        if found.greatest <= rounding and found.least >= -rounding:
            continue
        if found.greatest > rounding and found.least < -rounding:
            return None
        rows.append(np.append(group.flips, found.greatest > rounding))
    system = np.array(rows, dtype=bool).reshape(-1, hamiltonian.n + 1)
    reduced, pivots = reduced_rows(system)
    if hamiltonian.n in pivots:  # 0 = 1
        return None
    return [int(p) for row, p in enumerate(pivots) if reduced[row, -1]]


def _word(state: np.ndarray) -> str:
    """Write a state of neurons as bits."""
    return "".join("01"[int(bit)] for bit in state)
