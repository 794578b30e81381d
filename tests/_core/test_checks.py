"""Every check passes what is good and says in one sentence what is not."""

import re

import numpy as np
import pytest

from oqnn._core.checks import (
    check_between,
    check_choice,
    check_density_matrix,
    check_finite,
    check_hermitian,
    check_increasing,
    check_integer,
    check_law,
    check_positive,
    check_shapes,
    check_symmetric,
)
from oqnn._core.errors import ConvergenceError

STATE = np.array([[0.6, 0.2 + 0.1j], [0.2 - 0.1j, 0.4]])


def sentence(words: str) -> str:
    """The whole message, word for word."""
    return f"^{re.escape(words)}$"


def test_good_values_pass():
    check_shapes(
        a=(np.zeros((2, 3)), "d e"), b=(np.zeros((3, 4)), "e 4"), c=(np.zeros(0), "t")
    )
    check_finite(np.array([1.0, -2.0]), "a")
    check_increasing(np.array([0.0, 0.1, 5.0]), "times")
    check_increasing(np.array([3.0]), "times")
    check_symmetric(np.array([[1.0, 2.0], [2.0, -1.0]]), "a")
    check_hermitian(np.stack([STATE, 3 * STATE]), "a")
    check_density_matrix(np.stack([STATE, STATE.T, np.diag([1, 0])]), "rho")
    check_law(np.array([0.25, 0.75, 0.0]), "law")
    check_positive(1e-300, "rate")
    check_between(1.0, "visibility", 0.0, 1.0)
    check_integer(np.int64(4), "n")
    check_integer(0, "seed", least=0)
    check_choice("plain", "material", ("plain", "learning"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            {"cov": (np.zeros((2, 3)), "d d")},
            "`cov` must have shape (d, d) with d=2, but has shape (2, 3).",
        ),
        (
            {"times": (np.zeros((2, 1)), "t")},
            "`times` must have shape (t,), but has shape (2, 1).",
        ),
        (
            {"a": (np.zeros((2, 3)), "d e"), "b": (np.zeros((3, 2)), "d e")},
            "`b` must have shape (d, e) with d=2, e=3, but has shape (3, 2).",
        ),
        (
            {"map": (np.zeros((4, 3)), "4 4")},
            "`map` must have shape (4, 4), but has shape (4, 3).",
        ),
    ],
)
def test_shapes_name_the_axes_and_their_known_sizes(arguments, words):
    with pytest.raises(ValueError, match=sentence(words)):
        check_shapes(**arguments)


def test_finite_names_the_first_bad_entry():
    value = np.ones((2, 3), dtype=complex)
    value[1, 2] = np.inf
    with pytest.raises(
        ValueError, match=r"^`a` must be finite, but a\[1, 2\] = \(?inf"
    ):
        check_finite(value, "a")
    with pytest.raises(
        ValueError, match=sentence("`a` must be finite, but a[0] = nan.")
    ):
        check_finite(np.array([np.nan, np.inf]), "a")


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ([], "`times` must hold at least one value, but is empty."),
        (
            [0.0, 1.0, 1.0],
            "`times` must increase strictly, but times[1] = 1 and times[2] = 1.",
        ),
        ([0.0, np.nan, 1.0], "`times` must be finite, but times[1] = nan."),
        ([0.0, np.inf], "`times` must be finite, but times[1] = inf."),
    ],
)
def test_times_that_do_not_increase(times, words):
    with pytest.raises(ValueError, match=sentence(words)):
        check_increasing(np.array(times), "times")


def test_symmetric_and_hermitian_say_by_how_much():
    with pytest.raises(
        ValueError,
        match=sentence(
            "`cov` must be symmetric, but differs from its transpose by 0.25."
        ),
    ):
        check_symmetric(np.array([[1.0, 0.25], [0.0, 1.0]]), "cov")
    with pytest.raises(
        ValueError,
        match=sentence("`H` must be Hermitian, but differs from its adjoint by 2."),
    ):
        check_hermitian(np.stack([STATE, [[0, 1j], [1j, 0]]]), "H")
    with pytest.raises(ValueError, match=r"`H` must be finite"):
        check_hermitian(np.full((2, 2), np.nan), "H")


def test_tolerances_grow_with_the_matrix():
    """Rounding of large entries is no asymmetry; the same gap of small ones is."""
    skew = np.array([[0, 1], [-1, 0]]) * 1e-8
    check_symmetric(1e6 * np.ones((2, 2)) + 1e-2 * skew, "a")
    check_hermitian(1e6 * np.ones((2, 2)) + skew, "a")
    with pytest.raises(ValueError, match="symmetric"):
        check_symmetric(np.ones((2, 2)) + 1e-2 * skew, "a")
    with pytest.raises(ValueError, match="Hermitian"):
        check_hermitian(np.ones((2, 2)) + skew, "a")


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (
            2 * STATE,
            "`rho` must have trace 1, but has trace 2. "
            "Divide it by its trace if that is meant.",
        ),
        (
            np.diag([1.2, -0.2]),
            "`rho` must be positive, but its least eigenvalue is -0.2.",
        ),
        (
            np.stack([STATE, np.diag([0.5, 0.4])]),
            "`rho` must have trace 1, but has trace 0.9. "
            "Divide it by its trace if that is meant.",
        ),
        (
            np.array([[0.5, 0.5], [0.25, 0.5]]),
            "`rho` must be Hermitian, but differs from its adjoint by 0.25.",
        ),
    ],
)
def test_what_is_no_state(matrix, words):
    with pytest.raises(ValueError, match=sentence(words)):
        check_density_matrix(matrix, "rho")


@pytest.mark.parametrize(
    ("law", "words"),
    [
        (
            [1.25, -0.25],
            "`law` must hold probabilities, but its least entry is -0.25.",
        ),
        ([0.5, 0.25], "`law` must sum to 1, but sums to 0.75."),
        ([0.5, np.nan], "`law` must be finite, but law[1] = nan."),
    ],
)
def test_what_is_no_law(law, words):
    with pytest.raises(ValueError, match=sentence(words)):
        check_law(np.array(law), "law")


@pytest.mark.parametrize("value", [0, -1.5, np.inf, np.nan])
def test_what_is_not_positive(value):
    with pytest.raises(
        ValueError, match=sentence(f"`r` must be positive, but is {value}.")
    ):
        check_positive(value, "r")


@pytest.mark.parametrize(
    ("value", "shown"),
    [("1", "'1'"), (None, "None"), (1 + 0j, r"\(1\+0j\)"), ([1.0], r"\[1.0\]")],
)
def test_what_is_no_real_number(value, shown):
    with pytest.raises(TypeError, match=f"`r` must be one real number, but is {shown}"):
        check_positive(value, "r")


@pytest.mark.parametrize("value", [-0.1, 1.5, np.nan])
def test_what_is_not_between(value):
    words = f"`v` must lie in [0, 1], but is {value}."
    with pytest.raises(ValueError, match=sentence(words)):
        check_between(value, "v", 0, 1)


@pytest.mark.parametrize(
    ("value", "kind"),
    [(True, "bool"), (2.0, "float"), ("3", "str"), (None, "NoneType")],
)
def test_what_is_no_integer(value, kind):
    words = f"`n` must be an integer, but is {value!r} ({kind})."
    with pytest.raises(TypeError, match=sentence(words)):
        check_integer(value, "n")


def test_integers_below_the_least():
    with pytest.raises(ValueError, match=sentence("`n` must be at least 1, but is 0.")):
        check_integer(0, "n")
    with pytest.raises(ValueError, match=sentence("`n` must be at least 3, but is 2.")):
        check_integer(2, "n", least=3)


def test_choices_are_listed():
    words = "`material` must be one of 'plain', 'learning', but is 'plane'."
    with pytest.raises(ValueError, match=sentence(words)):
        check_choice("plane", "material", ["plain", "learning"])


def test_failed_computations_are_runtime_errors():
    assert issubclass(ConvergenceError, RuntimeError)
