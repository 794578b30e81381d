r"""Which states classical spins can carry, proven in exact numbers.

The correlation map takes a law of ±1 spins to :math:`\rho = 2^{-n} \sum \chi
\tau\otimes\dots\otimes\tau`, χ being means of products of spins. The states
:math:`(|0\dots0\rangle + e^{i\varphi}|1\dots1\rangle)/\sqrt2` of two and three qubits
are beyond it, and the proofs below say by how much.
"""

from itertools import product
from typing import Any

import sympy
from sympy import Abs, Expr, Integer, Rational, sign

from .._core.checks import check_choice
from .bell_certificates import (
    BellCertificate,
    DistanceProof,
    FidelityProof,
    ParityCertificate,
    VisibilityProof,
)
from .spin_laws import (
    Parties,
    SpinLaw,
    circle,
    correlators,
    half,
    phase_state,
    single_parties,
    tidy,
)

__all__ = [
    "extended_visibility",
    "ghz_contradiction",
    "ghz_distance",
    "ghz_fidelity",
    "ghz_visibility",
    "pair_distance",
    "pair_fidelity",
    "pair_visibility",
]

PAIR, TRIPLE = single_parties(2), single_parties(3)
EXTENDED: dict[int, Parties] = {
    3: ((1, 2), (3,)),
    2: ((1, 3), (2,)),
    1: ((2, 3), (1,)),
}
EVEN = {"XXX": 1, "XYY": -1, "YXY": -1, "YYX": -1}  # real part of (X + iY)⊗³
ODD = {"XXY": 1, "XYX": 1, "YXX": 1, "YYY": -1}  # imaginary part


def pair_visibility(phase: Any) -> VisibilityProof:
    r"""Prove the largest visibility of (|00⟩ + e^{iφ}|11⟩)/√2.

    .. math:: v^* = \frac{1}{|\cos\varphi| + |\sin\varphi|}

    Parameters
    ----------
    phase : Expr
        φ, an exact number; or 2 atan(1/(1 + k)) with a positive symbol k, which is
        every φ between 0 and π/2.

    Returns
    -------
    VisibilityProof
        Not verified yet: call ``verify``.

    Raises
    ------
    ValueError
        If the signs of sin φ and cos φ are not known.

    References
    ----------
    .. [1] Clauser, Horne, Shimony and Holt, Phys. Rev. Lett. 23, 880 (1969); eq. 4.3.

    Examples
    --------
    >>> proof = pair_visibility(sympy.pi / 4)
    >>> proof.verify()
    >>> proof.visibility, proof.inequality.expression
    (sqrt(2)/2, X1*X2 + X1*Y2 + X2*Y1 - Y1*Y2)
    """
    c, s = _parts(phase)
    v = tidy(1 / (Abs(c) + Abs(s)))
    weight = tidy(v * Abs(c))
    law = _pair_law(weight, c, s).times(_aligned(("Z1", "Z2"), v))
    target = correlators(phase_state(2, phase))
    return VisibilityProof(target, v, law, _chsh(c, s, ("X", "Y"), PAIR), PAIR)


def pair_distance(phase: Any) -> DistanceProof:
    r"""Prove the least squared distance of a law from (|00⟩ + e^{iφ}|11⟩)/√2.

    .. math:: \min \|\hat\rho - \rho\|_F^2
              = \frac{(|\cos\varphi| + |\sin\varphi| - 1)^2}{4}

    Parameters, limits and errors are those of :func:`pair_visibility`.

    Examples
    --------
    >>> proof = pair_distance(sympy.pi / 4)
    >>> proof.verify()
    >>> sympy.expand(proof.distance - (sympy.sqrt(2) - 1) ** 2 / 4)
    0
    """
    c, s = _parts(phase)
    distance = (Abs(c) + Abs(s) - 1) ** 2 / 4
    weight = tidy((1 + Abs(c) - Abs(s)) / 2)
    law = _pair_law(weight, c, s).times(_aligned(("Z1", "Z2"), Integer(1)))
    target = correlators(phase_state(2, phase))
    return DistanceProof(target, distance, law, _chsh(c, s, ("X", "Y"), PAIR), PAIR)


def pair_fidelity(phase: Any) -> FidelityProof:
    r"""Prove the best squared fidelity of a law with (|00⟩ + e^{iφ}|11⟩)/√2.

    .. math:: F^* = \frac{1 + \max(|\cos\varphi|, |\sin\varphi|)}{2}

    which is cos²(π/8) at φ = π/4, and is reached by the state of the nearest multiple
    of π/2.

    Parameters and errors are those of :func:`pair_visibility`; which of |sin φ| and
    |cos φ| is larger must be known too.

    Examples
    --------
    >>> proof = pair_fidelity(sympy.pi / 4)
    >>> proof.verify()
    >>> proof.fidelity
    sqrt(2)/4 + 1/2
    """
    c, s = _parts(phase)
    larger = _cosine_is_larger(c, s)
    law = _pair_law(Integer(larger), c, s).times(_aligned(("Z1", "Z2"), Integer(1)))
    target = correlators(phase_state(2, phase))
    fidelity = half(Abs(c) if larger else Abs(s))
    return FidelityProof(target, fidelity, law, PAIR)


def ghz_contradiction() -> ParityCertificate:
    """Prove that no law has the four correlators ±1 of (|000⟩ + |111⟩)/√2.

    Each of XXX = 1 and XYY = YXY = YYX = −1 would hold with certainty. Their product
    is +1 in every configuration, for every spin occurs twice, and −1 in the state.

    References
    ----------
    .. [1] Mermin, Phys. Today 43 (6), 9 (1990).

    Examples
    --------
    >>> proof = ghz_contradiction()
    >>> proof.verify()
    >>> proof.expression
    X1**2*X2**2*X3**2*Y1**2*Y2**2*Y3**2
    """
    return ParityCertificate(dict(EVEN), TRIPLE)


def ghz_visibility(phase: Any = 0) -> VisibilityProof:
    r"""Prove the largest visibility of (|000⟩ + e^{iφ}|111⟩)/√2 under the minimal map.

    .. math:: v^* = \frac{1}{2 \max(|\cos\varphi|, |\sin\varphi|)}

    Parameters and errors are those of :func:`pair_fidelity`.

    References
    ----------
    .. [1] Mermin, Phys. Rev. Lett. 65, 1838 (1990), for the inequality; eq. 4.4.

    Examples
    --------
    >>> proof = ghz_visibility()
    >>> proof.verify()
    >>> proof.visibility
    1/2
    """
    c, s = _parts(phase)
    larger = _cosine_is_larger(c, s)
    most = Abs(c) if larger else Abs(s)
    v = tidy(1 / (2 * most))
    law = _triple_law(2 * v * c, 2 * v * s)
    law = law.times(_aligned(("Z1", "Z2", "Z3"), v))
    words, turned = (EVEN, sign(c)) if larger else (ODD, sign(s))
    coefficients = {word: turned * n for word, n in words.items()}
    mermin = BellCertificate(coefficients, Integer(2), TRIPLE)
    target = correlators(phase_state(3, phase))
    return VisibilityProof(target, v, law, mermin, TRIPLE)


def ghz_distance() -> DistanceProof:
    """Prove the least squared distance 1/8 of a law from (|000⟩ + |111⟩)/√2.

    Examples
    --------
    >>> ghz_distance().verify()
    """
    law = _triple_law(Integer(1), Integer(0))
    law = law.times(_aligned(("Z1", "Z2", "Z3"), Integer(1)))
    coefficients = {word: Integer(n) for word, n in EVEN.items()}
    mermin = BellCertificate(coefficients, Integer(2), TRIPLE)
    target = correlators(phase_state(3))
    return DistanceProof(target, Rational(1, 8), law, mermin, TRIPLE)


def ghz_fidelity() -> FidelityProof:
    """Prove the best squared fidelity 3/4 of a law with (|000⟩ + |111⟩)/√2.

    Examples
    --------
    >>> ghz_fidelity().verify()
    """
    nearest = ghz_distance()
    return FidelityProof(nearest.target, Rational(3, 4), nearest.law, TRIPLE)


def extended_visibility(phase: Any, alone: int = 3) -> VisibilityProof:
    r"""Prove the largest visibility of (|000⟩ + e^{iφ}|111⟩)/√2 under the extended map.

    .. math:: v^* = \frac{1}{|\cos\varphi| + |\sin\varphi|}

    The map has three independent components; each pairs two qubits, whose nine words
    have spins of their own, with the three spins of the third. What forbids more is an
    inequality between pair spins and single spins.

    Parameters
    ----------
    phase : Expr
        As for :func:`pair_visibility`.
    alone : {1, 2, 3}
        The qubit with single spins.

    Returns
    -------
    VisibilityProof

    Raises
    ------
    ValueError
        As of :func:`pair_visibility`, or if `alone` is no qubit.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), eqs. (52)-(59), for
       the map and the law at φ = 0; eq. 4.5.

    Examples
    --------
    >>> proof = extended_visibility(sympy.pi / 4)
    >>> proof.verify()
    >>> proof.visibility, proof.inequality.expression
    (sqrt(2)/2, X3*XX12 + X3*XY12 + XX12*Y3 - XY12*Y3)
    >>> extended_visibility(0).visibility
    1
    """
    check_choice(str(alone), "alone", [str(k) for k in EXTENDED])
    parties = EXTENDED[alone]
    c, s = _parts(phase)
    v = tidy(1 / (Abs(c) + Abs(s)))
    end = "".join(map(str, parties[0]))
    names = tuple(f"{word}{end}" for word in ("XX", "XY", "YX", "YY"))
    few = _pair_law(tidy(v * Abs(c)), c, s)
    law = SpinLaw(
        (*names, f"X{alone}", f"Y{alone}"),
        {
            (a, b, b, -a, x, y): probability
            for (a, b, x, y), probability in few.probabilities.items()
        },
    ).times(SpinLaw((f"ZZ{end}",), {(1,): half(v), (-1,): half(-v)}))
    target = correlators(phase_state(3, phase))
    return VisibilityProof(target, v, law, _chsh(c, s, ("XX", "XY"), parties), parties)


def _parts(phase: Any) -> tuple[Expr, Expr]:
    """Return cos φ and sin φ, both of known sign."""
    c, s = circle(phase)
    for value in (c, s):
        if not (value.is_positive or value.is_negative or value.is_zero):
            raise ValueError(
                "`phase` must be such that the signs of its sine and cosine are known, "
                f"but is {phase}. For a whole quadrant take 2*atan(1/(1 + k)), with "
                'Symbol("k", positive=True).'
            )
    return c, s


def _cosine_is_larger(c: Expr, s: Expr) -> bool:
    difference = tidy(Abs(c) - Abs(s))
    if difference.is_nonnegative is None:
        raise ValueError(
            "`phase` must be such that the larger of its sine and cosine is known, but "
            f"they are {s} and {c}."
        )
    return bool(difference.is_nonnegative)


def _chsh(c: Expr, s: Expr, settings: tuple[str, str], parties: Parties) -> Any:
    """Return ±(A₀B₀ − A₁B₁) ± (A₀B₁ + A₁B₀) ≤ 2 for A of the first party's words."""
    first, (last,) = parties
    signs = {
        (0, "X"): sign(c),
        (0, "Y"): sign(s),
        (1, "X"): sign(s),
        (1, "Y"): -sign(c),
    }
    coefficients = {}
    for (k, letter), number in signs.items():
        letters = {**dict(zip(first, settings[k], strict=True)), last: letter}
        if number != 0:
            coefficients["".join(letters[q] for q in sorted(letters))] = number
    return BellCertificate(coefficients, Integer(2), parties)


def _pair_law(weight: Expr, c: Expr, s: Expr) -> SpinLaw:
    """Return the law of means ±w for XX and −YY, ±(1 − w) for XY and YX, 0 for others.

    With probability w the second pair is (±X, ∓Y) of the first, else (±Y, ±X).
    """
    found: dict[tuple[int, ...], Expr] = {}
    for x, y in product((1, -1), repeat=2):
        for probability, ours in (
            (weight, (sign(c) * x, -sign(c) * y)),
            (tidy(1 - weight), (sign(s) * y, sign(s) * x)),
        ):
            if probability != 0:
                signs = (x, y, *map(int, ours))
                found[signs] = found.get(signs, Integer(0)) + probability / 4
    return SpinLaw(("X1", "Y1", "X2", "Y2"), found)


def _triple_law(even: Expr, odd: Expr) -> SpinLaw:
    """Return (1 + αM/2)(1 + βM′/2)/64 of the six spins X and Y.

    M and M′ are ±2 in every configuration; words in M have mean ±α/2, those in M′ ±β/2.
    """
    spins = tuple(f"{letter}{k}" for k in (1, 2, 3) for letter in "XY")
    found = {}
    for signs in product((1, -1), repeat=6):
        of = dict(zip(spins, signs, strict=True))
        M, turned = (
            sum(
                number * of[f"{word[0]}1"] * of[f"{word[1]}2"] * of[f"{word[2]}3"]
                for word, number in words.items()
            )
            for words in (EVEN, ODD)
        )
        probability = (1 + even * M / 2) * (1 + odd * turned / 2) / 64
        if probability != 0:
            found[signs] = sympy.expand(probability)
    return SpinLaw(spins, found)


def _aligned(spins: tuple[str, ...], mean: Expr) -> SpinLaw:
    """Return the law of fair spins of which every two have the same mean product."""
    found = {}
    for signs in product((1, -1), repeat=len(spins)):
        pairs = (sum(signs) ** 2 - len(spins)) // 2
        probability = tidy((1 + mean * pairs) / 2 ** len(spins))
        if probability != 0:
            found[signs] = probability
    return SpinLaw(spins, found)
