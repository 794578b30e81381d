"""What derivations look like: long sums, signs, prose, whole documents."""

import re

import pytest
import sympy
from sympy import Derivative, Eq, Function, Integral, Rational, Symbol, exp

from oqnn.symbolic import Derivation, Step, moyal_bracket, star, symbols
from oqnn.symbolic.canonical import TIME
from oqnn.symbolic.printing import display_latex, formula_latex, formula_text
from oqnn.symbolic.prose import prose_latex

x, p, hbar = symbols()
W, U = Function("W")(x, p, TIME), Function("U")(x)
LONG = star((x + 2 * p) ** 6, (p - x / 3) ** 3)
MOYAL = Eq(W.diff(TIME), moyal_bracket(p**2 / 2 + U, W, 4).removeO())


def test_sums_are_broken_between_terms():
    """Every line fits, none ends in a sign, and all but the first start with one."""
    rows = formula_text(LONG, width=60).split("\n\n")
    assert len(rows) > 3
    assert all(len(line) <= 60 for row in rows for line in row.splitlines())
    middles = [
        max(row.splitlines(), key=lambda v: "⋅" in v or "─" in v) for row in rows
    ]
    for row, middle in zip(rows[1:], middles[1:], strict=True):
        assert any(line.startswith(("+ ", "- ")) for line in row.splitlines()), row
        assert not middle.endswith(("+", "-"))


def test_no_term_is_lost():
    """Every term is there with its sign, and nothing else."""
    tex = formula_latex(LONG)
    rows = re.findall(r"^& (.*?)(?: \\\\)?$", tex, re.MULTILINE)
    assert len(rows) > 3
    joined = f"+ {' '.join(rows)}".replace("+ - ", "- ", 1)
    for term in LONG.args:
        minus = term.could_extract_minus_sign()
        piece = sympy.latex(-term if minus else term)
        assert f"{'-' if minus else '+'} {piece}" in joined
    assert len(re.findall(r"[-+] ", joined)) == len(LONG.args)


def test_short_formulas_stay_in_one_line():
    assert formula_text(x**2 + 1).splitlines() == [" 2", "x  + 1"]
    assert formula_latex(Eq(x**2, hbar)) == r"x^{2} = \hbar"


def test_terms_ascend_in_hbar():
    """The Moyal series starts with the classical equation."""
    tex = formula_latex(MOYAL)
    assert tex.index(r"\frac{d}{d x} U") < tex.index(r"\frac{\hbar^{2}}{24}")
    assert tex.index(r"\frac{\hbar^{2}}{24}") < tex.index(r"\frac{\hbar^{4}}{1920}")
    truncated = star(exp(-(x**2)), sympy.tanh(p), order=1)
    assert formula_latex(truncated).endswith(r"O\left(\hbar^{2}\right)")


def test_right_hand_sides_stand_beside_the_left():
    assert r"= \begin{aligned}[t]" in formula_latex(MOYAL)
    first, *_ = (line for line in formula_text(MOYAL).splitlines() if " = " in line)
    assert first.startswith("──(W(x, p, t)) = ")


def test_no_sum_starts_with_a_minus_sign_if_it_need_not():
    b = Symbol("b")
    assert formula_text(x - b) == "x - b"
    assert formula_latex(1 - x**2) == "1 - x^{2}"
    assert formula_text(-b - x) == "-b - x"
    assert formula_text(Rational(-1, 2) - hbar) == "-1/2 - ħ"


def test_sums_within_products_and_integrals_are_broken():
    terms = [Symbol(f"a{k}") * Derivative(W, (x, k + 1)) for k in range(6)]
    nested = 3 * hbar**2 * Integral(sum(terms), (TIME, 0, 1))
    text = formula_text(nested, width=70)
    assert max(map(len, text.splitlines())) <= 70
    assert formula_latex(Symbol("k") * sum(terms)).count(r"\begin{aligned}") == 1


def test_long_displays_may_go_over_pages():
    tex = display_latex(MOYAL)
    assert tex.startswith("\\begin{align*}\n\\frac{\\partial}{\\partial t} W")
    assert "={}\n& " in tex
    assert "aligned" not in tex
    assert display_latex(LONG).startswith("\\begin{align*}\n& ")
    assert display_latex(x) == "\\begin{equation*}\nx\n\\end{equation*}"
    both = display_latex(Eq(LONG, x * p + LONG / 2, evaluate=False))
    names = re.findall(r"\\(begin|end)\{(.*?)\}", both)
    assert names == [
        ("begin", "align*"),
        ("begin", "aligned"),
        ("end", "aligned"),
        ("end", "align*"),
    ]
    assert display_latex(x > LONG).startswith(r"\begin{equation*}")


def test_derivatives_of_products_have_brackets():
    """∂(UW)/∂x is not U′W."""
    inner = r"U{\left(x \right)} W{\left(x,p,t \right)}"
    whole = formula_latex(Derivative(U * W, x))
    assert whole == rf"\frac{{\partial}}{{\partial x}} \left({inner}\right)"
    assert r"\left(U" not in formula_latex(W * U.diff(x))


def test_fractions_stand_in_front_of_functions():
    tex = formula_latex(hbar**2 * U.diff(x, 3) / 24)
    assert tex.startswith(r"\frac{\hbar^{2}}{24} \frac{d^{3}}{d x^{3}} U")
    assert formula_latex((U + W) / hbar).startswith(r"\frac{1}{\hbar} \left(")
    assert formula_latex(1 / U) == r"\frac{1}{U{\left(x \right)}}"


def test_ascii_text_is_ascii():
    text = formula_text(MOYAL, unicode=False)
    assert text.isascii()
    assert "hbar" in text
    assert sympy.pretty(hbar, use_unicode=True) != "hbar"  # no setting is left behind
    assert formula_text(hbar) == "ħ"


@pytest.mark.parametrize(
    ("prose", "tex"),
    [
        ("100 % of ab_cd & {c} #1", r"100 \% of ab\_cd \& \{c\} \#1"),
        ("ħ² → 0", r"$\hbar ^{2}{}$ $\to$ 0"),
        ("Schrödinger, x̂ and ρ̇", r"Schrödinger, $\hat{x}$ and $\dot{\rho}$"),
        ("(∂_t ρ_B) e^{iJ/ħ}", r"($\partial _{t}{}$ $\rho_{B}{}$) $e^{iJ/ \hbar}{}$"),
        ("L_μν", r"$L_{\mu \nu}{}$"),
        ("α⁻¹, Λ₁₂, ½", r"$\alpha ^{-1}{}$, $\Lambda _{12}{}$, $\tfrac{1}{2}$"),
        ("L†L ≥ λ, a~b^", r"L$^{\dagger}{}$L $\geq$ $\lambda$, "
         r"a\textasciitilde{}b\textasciicircum{}"),
    ],
)  # fmt: skip
def test_prose_becomes_latex(prose, tex):
    assert prose_latex(prose) == tex


DERIVATION = Derivation(
    "ħ & co.", (Step("a_1", Eq(x, hbar), "As ħ → 0."), Step("long", LONG))
)


def test_a_derivation_as_text():
    text = str(DERIVATION)
    assert text.startswith("ħ & co.\n=======\n\na_1:\n\n  x = ħ\n\nAs ħ → 0.\n\nLong:")
    assert max(map(len, text.splitlines())) <= 80
    assert max(map(len, DERIVATION.text(width=50).splitlines())) <= 50


def test_a_derivation_as_latex():
    tex = DERIVATION.latex()
    heading, first = tex.split("\n\n")[:2]
    assert heading == r"\section*{$\hbar$ \& co.}"
    assert first.startswith("\\medskip\\emph{$a_{1}{}$:}\n\\begin{equation*}\nx = ")
    assert "\nAs $\\hbar$ $\\to$ 0." in tex
    document = DERIVATION.latex_document()
    assert document.startswith("\\documentclass{article}\n")
    assert document.endswith("\n\\end{document}\n")
    assert tex in document
    assert document.isascii()


def test_a_derivation_in_a_notebook():
    shown = DERIVATION._repr_markdown_()
    assert shown.startswith("**ħ & co.**\n\n*a_1:*\n\n$$\nx = \\hbar\n$$\n\nAs ħ → 0.")


def test_relations_keep_their_sides_apart():
    """What follows a sum over several lines stands at its middle."""
    ghz = sum(sympy.symbols("A_1:9")) <= 2
    assert len(formula_text(ghz, width=41).splitlines()) == 1
    rows = formula_text(ghz, width=20).splitlines()
    assert len(rows) > 2
    assert [row.endswith("≤ 2") for row in rows].count(True) == 1
    assert not rows[0].endswith("≤ 2")
    assert not rows[-1].endswith("≤ 2")


def test_indices_print_as_symbols():
    mu = Symbol("mu", integer=True)
    assert formula_text(sympy.Indexed("chi", mu, 2)) == "χ[μ, 2]"
