r"""The generalized Lindblad equation on the blocks of a register.

.. math:: K_i = -i[H_i, \rho_i] + \sum_{j\lambda}\Bigl(R^\lambda_{ij}\rho_j
          R^{\lambda\dagger}_{ij} - \tfrac12\bigl\{R^{\lambda\dagger}_{ji}
          R^\lambda_{ji}, \rho_i\bigr\}\Bigr)

Functions take matrices, with numbers or symbols for entries, or symbols that do not
commute, which stand for operators of any dimension; ħ = 1.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sympy
from sympy import I, Matrix, MatrixBase, Rational

from .traces import dagger

__all__ = [
    "lindblad_rate",
    "register_adjoint",
    "register_embedding",
    "register_rate",
]

Jumps = Mapping[tuple[int, int], Any]
HALF = Rational(1, 2)


def register_rate(
    hamiltonians: Sequence[Any], jumps: Jumps, blocks: Sequence[Any]
) -> list[Any]:
    r"""Return :math:`K_i(\rho_1, \dots, \rho_n)` for each block.

    Parameters
    ----------
    hamiltonians : sequence of n operators
        Hᵢ, Hermitian (not checked).
    jumps : mapping of (i, j) to an operator or a sequence of them
        Rᵢⱼ takes block j to block i, both from 0.
    blocks : sequence of n operators
        ρᵢ.

    Returns
    -------
    list of n operators

    Raises
    ------
    ValueError
        If there is not one Hamiltonian a block, a jump is between blocks that are not
        there, or the sizes of matrices disagree.

    Examples
    --------
    >>> k, p = sympy.symbols("k p", positive=True)
    >>> none = sympy.zeros(2, 2)
    >>> hop = {(1, 0): sympy.sqrt(k) * sympy.eye(2)}
    >>> register_rate([none, none], hop, [sympy.diag(p, 0), none])[1]
    Matrix([
    [k*p, 0],
    [  0, 0]])
    """
    n = _check(hamiltonians, jumps, blocks)
    rates = [
        -I * (H * rho - rho * H) for H, rho in zip(hamiltonians, blocks, strict=True)
    ]
    for (i, j), R in _each(jumps, n):
        lost = dagger(R) * R
        rates[i] += R * blocks[j] * dagger(R)
        rates[j] -= HALF * (lost * blocks[j] + blocks[j] * lost)
    return [_expanded(rate) for rate in rates]


def register_adjoint(
    hamiltonians: Sequence[Any], jumps: Jumps, observables: Sequence[Any]
) -> list[Any]:
    r"""Return :math:`K_j^\dagger(\Lambda_1, \dots, \Lambda_n)` for each block.

    .. math:: K_j^\dagger = i[H_j, \Lambda_j] + \sum_{\lambda i}\Bigl(
        R^{\lambda\dagger}_{ij}\Lambda_i R^\lambda_{ij}
        - \tfrac12\bigl\{R^{\lambda\dagger}_{ij}R^\lambda_{ij}, \Lambda_j\bigr\}\Bigr)

    Parameters
    ----------
    hamiltonians, jumps
        As for :func:`register_rate`.
    observables : sequence of n operators
        Λᵢ.

    Returns
    -------
    list of n operators

    Raises
    ------
    ValueError
        As for :func:`register_rate`.

    Examples
    --------
    >>> H, R = sympy.symbols("H R", commutative=False)
    >>> register_adjoint([H, H], {(1, 0): R}, [1, 1])
    [0, 0]
    """
    n = _check(hamiltonians, jumps, observables)
    observables = [sympy.sympify(observable) for observable in observables]
    rates = [
        I * (H * observable - observable * H)
        for H, observable in zip(hamiltonians, observables, strict=True)
    ]
    for (i, j), R in _each(jumps, n):
        lost = dagger(R) * R
        rates[j] += dagger(R) * observables[i] * R
        rates[j] -= HALF * (lost * observables[j] + observables[j] * lost)
    return [_expanded(rate) for rate in rates]


def register_embedding(
    hamiltonians: Sequence[Any], jumps: Jumps
) -> tuple[Matrix, list[Matrix]]:
    r"""Return the Hamiltonian and the jumps of system and register together.

    The Hamiltonian is :math:`\sum H_i \otimes |i\rangle\langle i|`, and there is one
    jump :math:`R^\lambda_{ij} \otimes |i\rangle\langle j|` for every triple (λ, i, j).

    Parameters
    ----------
    hamiltonians, jumps
        As for :func:`register_rate`.

    Returns
    -------
    Matrix, list of Matrix
        On S ⊗ Cⁿ, the system first, for matrices of numbers. Symbols that stand for
        operators become the entries of n × n matrices.

    Raises
    ------
    ValueError
        As for :func:`register_rate`.

    Examples
    --------
    >>> H, R = sympy.symbols("H R", commutative=False)
    >>> register_embedding([H, 2 * H], {(1, 0): R})
    (Matrix([
    [H,   0],
    [0, 2*H]]), [Matrix([
    [0, 0],
    [R, 0]])])
    """
    n = _check(hamiltonians, jumps, hamiltonians)
    levels = ((i, i) for i in range(n))
    parts = [
        _placed(H, i, j, n) for H, (i, j) in zip(hamiltonians, levels, strict=True)
    ]
    whole = parts[0]
    for part in parts[1:]:
        whole += part
    return whole, [_placed(R, i, j, n) for (i, j), R in _each(jumps, n)]


def lindblad_rate(hamiltonian: Any, jumps: Sequence[Any], rho: Any) -> Any:
    r"""Return :math:`-i[H, \rho] + \sum_k (L_k\rho L_k^\dagger
    - \tfrac12\{L_k^\dagger L_k, \rho\})`.

    Parameters
    ----------
    hamiltonian, rho : operator
    jumps : sequence of operators

    Returns
    -------
    operator

    Examples
    --------
    >>> c = sympy.Symbol("c")
    >>> coherence = sympy.Matrix([[0, c], [0, 0]])
    >>> lindblad_rate(sympy.zeros(2, 2), [sympy.diag(1, -1)], coherence)
    Matrix([
    [0, -2*c],
    [0,    0]])
    """
    rate = -I * (hamiltonian * rho - rho * hamiltonian)
    for L in jumps:
        lost = dagger(L) * L
        rate += L * rho * dagger(L) - HALF * (lost * rho + rho * lost)
    return _expanded(rate)


def _check(hamiltonians: Sequence[Any], jumps: Jumps, blocks: Sequence[Any]) -> int:
    """Check the numbers and sizes of what belongs to the blocks; return n."""
    n = len(blocks)
    if len(hamiltonians) != n:
        raise ValueError(
            f"`hamiltonians` must be one for each of the {n} blocks, but are "
            f"{len(hamiltonians)}."
        )
    for pair in jumps:
        if not (len(pair) == 2 and all(0 <= level < n for level in pair)):
            raise ValueError(
                f"`jumps` must be between blocks 0 to {n - 1}, but one has the key "
                f"{pair}."
            )
    everything = [*hamiltonians, *(R for _, R in _each(jumps, n)), *blocks]
    shapes = {A.shape for A in everything if isinstance(A, MatrixBase)}
    if len(shapes) > 1 or any(rows != columns for rows, columns in shapes):
        raise ValueError(
            "`hamiltonians`, `jumps` and blocks must be square matrices of one size, "
            f"but their shapes are {', '.join(map(str, sorted(shapes)))}."
        )
    return n


def _each(jumps: Jumps, n: int) -> Iterator[tuple[tuple[int, int], Any]]:
    """Run over all triples (λ, i, j)."""
    for pair, operators in jumps.items():
        many = isinstance(operators, Sequence)
        for operator in operators if many else [operators]:
            yield pair, operator


def _placed(operator: Any, i: int, j: int, n: int) -> Matrix:
    """Return operator ⊗ |i⟩⟨j|."""
    step = sympy.zeros(n, n)
    step[i, j] = 1
    if isinstance(operator, MatrixBase):
        return Matrix(sympy.kronecker_product(operator, step))
    return step.applyfunc(lambda entry: entry * operator)


def _expanded(operator: Any) -> Any:
    if isinstance(operator, MatrixBase):
        return operator.applyfunc(sympy.expand)
    return sympy.expand(operator)
