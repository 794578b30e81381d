"""Derivations by topic: each has steps that print, and keeps to its orders."""

import math
import re

import numpy as np
import pytest
from sympy import Basic, Function, exp

import oqnn.symbolic
from oqnn.symbolic import TOPICS, derive, symbols, to_function
from oqnn.symbolic.canonical import MASS, TIME


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_prints(topic):
    derivation = derive(topic)
    assert derivation.title
    assert derivation.steps
    names = [step.name for step in derivation.steps]
    assert len(set(names)) == len(names)
    text, document = derivation.text(), derivation.latex_document()
    for step in derivation.steps:
        assert isinstance(step.formula, Basic), step.name
        assert derivation[step.name] is step.formula
        assert step.name.lower() in text.lower()
    displays = re.findall(r"\\begin\{(?:equation|align)\*\}", document)
    assert len(displays) == len(names)
    document.encode("latin-1")  # what LaTeX knows without further packages


def test_unknown_topics_are_refused_and_known_ones_listed():
    with pytest.raises(
        ValueError, match=r"`topic` must be one of 'moyal', 'cat',.*maps"
    ):
        derive("maps")


@pytest.mark.parametrize(("order", "kind"), [(1.5, TypeError), (-1, ValueError)])
def test_wrong_orders_are_refused(order, kind):
    with pytest.raises(kind, match="`order` must be"):
        derive("moyal", order)
    with pytest.raises(kind, match="`order` must be"):
        oqnn.symbolic.derive("cat", order=order)


EXACT = [
    "cat",
    "lindblad-phase-space",
    "register",
    "initial-correlations",
    "correlation-map",
]


@pytest.mark.parametrize("topic", EXACT)
def test_exact_topics_have_no_order(topic):
    with pytest.raises(ValueError, match=r"`order` must be None for .*but is 2"):
        derive(topic, order=2)


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic not in EXACT])
def test_other_topics_have_one(topic):
    assert derive(topic, order=2).steps


def test_steps_are_found_by_name():
    with pytest.raises(KeyError, match=r"'dog' is no step of .*'packet'"):
        derive("cat")["dog"]


def test_steps_become_functions():
    """The cat's Wigner function of eq. 1.3 integrates to one, and its momenta are the
    integral over x, in NumPy and in JAX.
    """
    cat = derive("cat")
    wigner, momenta = cat["Wigner function"], cat["momenta"]
    x, p, hbar = symbols()
    (a, b) = sorted(wigner.rhs.free_symbols - {x, p, hbar}, key=str)
    grid = np.linspace(-9, 9, 181)
    for modules in ("numpy", "jax"):
        f = to_function(wigner, (x, p, a, b, hbar), modules=modules)
        found = np.asarray(f(grid[:, None], grid, 1.1, 1.9, 0.7))
        assert found.sum() * 0.1**2 == pytest.approx(1, abs=1e-12)
    along = to_function(momenta, (p, a, b, hbar))(grid, 1.1, 1.9, 0.7)
    np.testing.assert_allclose(found.sum(axis=0) * 0.1, along, rtol=0, atol=1e-13)


def test_the_moyal_equation_becomes_a_function():
    """∂W/∂t of U = x⁴ and a Gaussian W, beside derivatives by finite differences."""
    equation = derive("moyal", 2)["equation"]
    x, p, hbar = symbols()
    W, U = Function("W")(x, p, TIME), Function("U")(x)
    given = {W: exp(-(x**2) - p**2 / 2 + x * p / 3), U: x**4}
    rate = equation.rhs.removeO()
    f = to_function(rate, (x, p, hbar, MASS), functions=given)
    w = to_function(given[W], (x, p))

    def slope(order, axis, h=1e-2):
        """Central differences of order h⁴ in p or x."""
        k = np.arange(-4, 5)
        powers = k[:, None] ** np.arange(9) / [math.factorial(n) for n in range(9)]
        weights = np.linalg.inv(powers.T * 1.0)[:, order] / h**order
        shift = np.array([k * h, 0 * k]) if axis == "x" else np.array([0 * k, k * h])
        return weights @ w(0.4 + shift[0], -0.7 + shift[1])

    by_hand = 0.7 / 1.3 * slope(1, "x") + 4 * 0.4**3 * slope(1, "p")
    by_hand -= 0.6**2 / 24 * 24 * 0.4 * slope(3, "p")
    assert f(0.4, -0.7, 0.6, 1.3) == pytest.approx(by_hand, rel=1e-7)
