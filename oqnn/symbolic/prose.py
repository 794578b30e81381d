"""Sentences with mathematical signs as LaTeX."""

import re
import unicodedata
from itertools import groupby

__all__ = ["prose_latex"]

ESCAPED = {c: rf"\{c}" for c in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
SIGNS = {
    "ħ": r"\hbar",
    "ℏ": r"\hbar",
    "∂": r"\partial",
    "∇": r"\nabla",
    "∫": r"\int",
    "∬": r"\iint",
    "∑": r"\sum",
    "∏": r"\prod",
    "√": r"\surd",
    "∞": r"\infty",
    "≤": r"\leq",
    "≥": r"\geq",
    "≠": r"\neq",
    "≈": r"\approx",
    "≃": r"\simeq",
    "∝": r"\propto",
    "≡": r"\equiv",
    "→": r"\to",
    "↦": r"\mapsto",
    "⇒": r"\Rightarrow",
    "⇔": r"\Leftrightarrow",
    "↔": r"\leftrightarrow",
    "∈": r"\in",
    "·": r"\cdot",
    "×": r"\times",
    "⊗": r"\otimes",
    "⋆": r"\star",
    "−": "-",
    "±": r"\pm",
    "†": r"^{\dagger}{}",
    "⟨": r"\langle",
    "⟩": r"\rangle",
    "‖": r"\|",
    "|": "|",
    "<": "<",
    ">": ">",
    "′": "{}'",
    "″": "{}''",
    "‴": "{}'''",
    "ℒ": r"\mathcal{L}",
    "𝓛": r"\mathcal{L}",
    "𝒫": r"\mathcal{P}",
    "𝒬": r"\mathcal{Q}",
}
ACCENTS = {
    "\u0302": r"\hat",
    "\u0303": r"\tilde",
    "\u0304": r"\bar",
    "\u0307": r"\dot",
    "\u0308": r"\ddot",
}
CHARACTER = re.compile(rf".[{''.join(ACCENTS)}]?", re.DOTALL)
SCRIPTS = {"<super>": "^", "<sub>": "_"}


# as in ρ_B, L_μν, e^{ix}
SCRIPTED = re.compile(r"((?<!\w)\w)?([_^])(\{[^{}]*\}|[α-ω]+|\w(?!\w))")


def prose_latex(prose: str) -> str:
    r"""Return a sentence as LaTeX: special signs escaped, mathematical ones translated.

    >>> print(prose_latex("ħ² & x̂ → 0"))
    $\hbar ^{2}{}$ \& $\hat{x}$ $\to$ 0
    """
    prose = unicodedata.normalize("NFC", prose)
    pieces, end = [], 0
    for found in SCRIPTED.finditer(prose):
        pieces += _pieces(prose[end : found.start()])
        base, script = (_maths(part or "") for part in found.group(1, 3))
        pieces.append(("$", f"{base}{found[2]}{{{script}}}{{}}"))
        end = found.end()
    pieces += _pieces(prose[end:])
    whole = ""
    for kind, group in groupby(pieces, key=lambda piece: piece[0]):
        parts = [piece for _, piece in group]
        whole += f"${' '.join(parts)}$" if kind == "$" else "".join(parts)
    return whole


def _pieces(prose: str) -> list[tuple[str, str]]:
    """Split a sentence into text ("") and maths ("$"), scripts gathered."""
    pieces = []
    characters = map(_translated, CHARACTER.findall(prose))
    for kind, run in groupby(characters, key=lambda piece: piece[0]):
        tex = [piece for _, piece in run]
        if kind in SCRIPTS.values():
            pieces.append(("$", f"{kind}{{{''.join(tex)}}}{{}}"))
        else:
            pieces.append((kind, (" " if kind == "$" else "").join(tex)))
    return pieces


def _maths(prose: str) -> str:
    """Return signs as they stand within maths."""
    return " ".join(tex for _, tex in _pieces(prose.strip("{}")))


def _translated(character: str) -> tuple[str, str]:
    """Return what a sign is: "" for text, "$" for maths, "^" or "_" for a script."""
    if character in ESCAPED:
        return "", ESCAPED[character]
    if character in SIGNS:
        return "$", SIGNS[character]
    base, accent = character[0], character[1:]
    if accent:
        return "$", f"{ACCENTS[accent]}{{{_translated(base)[1]}}}"
    if unicodedata.name(base, "").startswith("GREEK"):
        return "$", _greek(base)
    decomposed = unicodedata.decomposition(base).split()
    if decomposed and decomposed[0] in SCRIPTS:
        return SCRIPTS[decomposed[0]], chr(int(decomposed[1], 16)).replace("−", "-")
    if decomposed and decomposed[0] == "<fraction>":
        over, under = unicodedata.normalize("NFKD", base).split("⁄")
        return "$", rf"\tfrac{{{over}}}{{{under}}}"
    if len(decomposed) == 2 and ord(base) > 0xFF:
        letter, mark = (chr(int(code, 16)) for code in decomposed)
        if mark in ACCENTS:
            return "$", f"{ACCENTS[mark]}{{{letter}}}"
    return "", base


def _greek(letter: str) -> str:
    _, size, *_, name = unicodedata.name(letter).split()
    name = "lambda" if name == "LAMDA" else name.lower()
    return rf"\{name.capitalize() if size == 'CAPITAL' else name}"
