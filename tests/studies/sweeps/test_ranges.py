"""Values of a parameter: lists, ranges, and what is wrong with them."""

import numpy as np
import pytest

from oqnn.studies import SettingsError
from oqnn.studies.sweeps.description.ranges import is_swept, label_of, swept_values


def test_linear_range_has_equal_steps():
    values = swept_values({"from": 0.5, "to": 2, "count": 4}, "a.b")
    np.testing.assert_allclose(values, [0.5, 1.0, 1.5, 2.0], rtol=1e-15)


def test_log_range_has_equal_ratios():
    values = np.array(
        swept_values({"from": 0.02, "to": 3.0, "count": 5, "spacing": "log"}, "a.b")
    )
    np.testing.assert_allclose(values[1:] / values[:-1], 150**0.25, rtol=1e-13)
    assert values[0] == 0.02
    assert values[-1] == 3.0


def test_steps_reach_the_end_without_drift():
    """Summing 0.1 ten times would end at 0.9999999999999999."""
    assert swept_values({"from": 0, "to": 1.0, "step": 0.1}, "a.b")[-1] == 1.0
    assert swept_values({"from": 3, "to": -1, "step": -2}, "a.b") == (3, 1, -1)


def test_values_of_a_range_are_those_one_would_write():
    """Three tenths are 0.3, so that they can be looked up; a third stays a third."""
    tenths = tuple(float(f"0.{i}") for i in range(10))
    assert swept_values({"from": 0.0, "to": 0.9, "step": 0.1}, "a.b") == tenths
    assert swept_values({"from": 0.0, "to": 0.9, "count": 10}, "a.b") == tenths
    decades = swept_values({"from": 1e-3, "to": 1e2, "count": 6, "spacing": "log"}, "a")
    assert decades == (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
    thirds = swept_values({"from": 0, "to": 1, "count": 4}, "a.b")
    np.testing.assert_array_equal(thirds, np.linspace(0, 1, 4))
    ends = {"from": 0.12345678901234566, "to": 0.9876543210987653, "count": 3}
    assert swept_values(ends, "a.b")[::2] == (ends["from"], ends["to"])


@pytest.mark.parametrize(
    ("entry", "values"),
    [
        ({"from": 1, "to": 1000, "count": 4, "spacing": "log"}, (1, 10, 100, 1000)),
        ({"from": 2, "to": 8, "count": 3}, (2, 5, 8)),
        ({"from": 2, "to": 8, "step": 3}, (2, 5, 8)),
    ],
)
def test_integers_stay_integers(entry, values):
    found = swept_values(entry, "a.b")
    assert found == values
    assert all(type(value) is int for value in found)


def test_numbers_between_integers_make_all_of_them_real():
    found = swept_values({"from": 1, "to": 2, "count": 3}, "a.b")
    assert found == (1.0, 1.5, 2.0)
    assert all(type(value) is float for value in found)


def test_a_list_is_swept_unless_a_single_value_is_a_list():
    assert is_swept([1, 2], takes_list=False)
    assert not is_swept([1, 2], takes_list=True)
    assert is_swept(["plus", "zero"], takes_list=True)
    assert is_swept({"values": [[1, 2], [3]]}, takes_list=True)
    assert is_swept({"from": 1}, takes_list=False)  # so that its mistake is named
    assert not is_swept(3, takes_list=False)
    assert swept_values({"values": [[1, 2], [3]]}, "a.b") == ([1, 2], [3])


def test_labels_are_single_values_that_tell_arrays_apart():
    assert label_of(2) == 2
    assert label_of(True) is True
    assert label_of("plus") == "plus"
    assert label_of([[1, 0], [0, 0]]) == "[[1,0],[0,0]]"
    long = [label_of(np.arange(start, start + 50.0).tolist()) for start in (0, 1)]
    assert long[0].startswith("array ")
    assert long[0] != long[1]


MISTAKES = [
    ([], "must have at least one value, but has none"),
    ([1, 2.0, 1.0], "must name each value once, but 1.0 is its value 1 and 3"),
    ({"from": 1, "to": 2}, "must be a range of from, to, and either step or count"),
    ({"from": 1, "count": 2}, "must be a range of from, to"),
    ({"from": 1, "to": 2, "count": 2, "step": 1}, "either step or count"),
    ({"from": 1, "to": 2, "step": 1, "spacing": "log"}, "must be a range of"),
    ({"from": 1, "to": 2, "number": 2}, "but has from, to, number"),
    ({"from": "1", "to": 2, "count": 2}, r"`a.b.from` must be a number, but is '1'"),
    ({"from": 1, "to": True, "count": 2}, r"`a.b.to` must be a number, but is True"),
    ({"from": 1, "to": float("inf"), "count": 2}, "must be a number, but is inf"),
    ({"from": 1, "to": 10**400, "count": 2}, r"`a.b.to` must be at most 1e\+300 in"),
    ({"from": -1e308, "to": 1, "count": 3}, r"`a.b.from` must be at most 1e\+300 in"),
    ({"from": 1, "to": 2, "count": 2.0}, "an integer from 1 to 100000, but is 2.0"),
    ({"from": 1, "to": 2, "count": 0}, "an integer from 1 to"),
    ({"from": 1, "to": 2, "count": 1}, "must be at least 2 to go from 1 to 2"),
    ({"from": 0, "to": 2, "count": 3, "spacing": "log"}, "between positive numbers"),
    ({"from": 1, "to": 2, "count": 3, "spacing": "lin"}, "'linear' or 'log', but is"),
    ({"from": 0, "to": 1, "step": 0.3}, r"\(to - from\) / step = 3.33333"),
    ({"from": 0, "to": 1, "step": 0}, "in whole steps"),
    ({"from": 0, "to": 1, "step": -0.5}, "in whole steps"),
    ({"from": 0, "to": 1, "step": 1e-9}, "fewer than 100000"),
    ({"values": [1], "count": 2}, "and nothing else, but has values, count"),
]


@pytest.mark.parametrize(("entry", "sentence"), MISTAKES)
def test_mistakes_are_named(entry, sentence):
    with pytest.raises(SettingsError, match=sentence) as error:
        swept_values(entry, "a.b")
    assert error.value.key == ("a", "b")
