"""Derivations by topic: each has steps that print, and keeps to its orders."""

from pathlib import Path

import pytest
from sympy import Basic

import oqnn.symbolic
from oqnn.symbolic.derive import TOPICS, derive

ROOM = Path(oqnn.symbolic.__file__).parent


def there(place):
    module, function = place.split(":")
    path = (ROOM / module.replace(".", "/")).with_suffix(".py")
    return path.exists() and f"def {function}(" in path.read_text()


THERE = [topic for topic, place in TOPICS.items() if there(place)]


@pytest.mark.parametrize("topic", THERE)
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
    assert document.count(r"\begin{equation*}") == len(names)
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


def test_exact_topics_have_no_order():
    with pytest.raises(ValueError, match="`order` must be None for the cat, but is 2"):
        derive("cat", order=2)


def test_steps_are_found_by_name():
    with pytest.raises(KeyError, match=r"'dog' is no step of .*'packet'"):
        derive("cat")["dog"]
