"""Which answers of one program differ: alarms only where they surely do, told at the place where they do."""

import collections
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from lockstep.measurement.answers import difference, disagreement


@dataclass
class Estimate:
    mean: float
    runs: int


class Unknown:
    """Knows no equality but being the same thing."""


class Refusing:
    def __eq__(self, other):
        raise RuntimeError("not comparable")

    __hash__ = None


SUM = 0.1 + 0.2
WORDS = np.array(["one", "two"])
RECORDS = np.array([(1, SUM)], dtype=[("count", int), ("mean", float)])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SUM, 0.3),
        (1, 1 + 1e-10),
        (1, np.int64(1)),
        (True, np.True_),
        (10**400, 10**400),
        (Decimal("0.5"), Fraction(1, 2)),
        (float("nan"), np.nan),
        (np.float32(1.0), np.float32(1.000001)),
        ([1, np.float64(SUM)], [1, 0.3]),
        ([SUM] * 3, (0.3,) * 3),
        (range(3), [0, 1, 2]),
        (collections.deque([SUM]), collections.deque([0.3])),
        ({"a": np.arange(3)}, {"a": np.arange(3)}),
        ({"mean": 0.9999999999999999}, {"mean": 1.0}),
        ({SUM, 5, "x"}, {"x", 0.3, 5}),
        ({SUM: "a"}, {0.3: "a"}),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan])),
        (np.array([1, 2]), [1, 2]),
        (WORDS, WORDS.copy()),
        (np.str_("one"), "one"),
        (np.array([{"mean": SUM}, None], dtype=object), np.array([{"mean": 0.3}, None], dtype=object)),
        (RECORDS, np.array([(1, 0.3)], dtype=RECORDS.dtype)),
        (np.array(["2026-01-01", "NaT"], "M8[D]"), np.array(["2026-01-01", "NaT"], "M8[D]")),
        (Estimate(SUM, 3), Estimate(0.3, 3)),
        (Unknown(), Unknown()),
        ([Unknown()], [Unknown()]),
        ({Unknown()}, {Unknown()}),
        (Refusing(), Refusing()),
        (iter([1]), iter([2])),
        ((n for n in [1]), [1]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_equal_answers_and_those_that_cannot_be_compared_raise_no_alarm(first, second):
    assert difference(first, second) is None
    assert difference(second, first) is None


@pytest.mark.parametrize(
    ("first", "second", "place", "told"),
    [
        (1, 2, "", ("1", "2")),
        (10**15, 10**15 + 1, "", ("1000000000000000", "1000000000000001")),
        (1.0, 1.0001, "", ("1.0", "1.0001")),
        (5, "5", "", ("5", "'5'")),
        (5, None, "", ("5", "None")),
        (None, Estimate(1.0, 1), "", ("None", "Estimate(mean=1.0, runs=1)")),
        ([1, 2], [1], "", ("2 items", "1 item")),
        ([1, [2, SUM]], [1, [2, 0.4]], "[1][1]", ("0.30000000000000004", "0.4")),
        ([0.5, 1.5], [0.5, 2.5], "[1]", ("1.5", "2.5")),
        ({"mean": 1, "n": 2}, {"mean": 1, "n": 3}, "['n']", ("2", "3")),
        ({"a": 1}, {"b": 1}, "", ("'a'", "'b'")),
        ({1, 2}, {1, 2, 3}, "", ("0 items of its own", "1 item of its own")),
        (np.zeros(3), np.zeros(1), "", ("an array of shape (3,)", "an array of shape (1,)")),
        (np.ones(4), 1.0, "", ("an array of shape (4,)", "1.0")),
        (np.zeros((2, 2)), np.eye(2), "[0, 0]", ("0.0", "1.0")),
        (np.arange(3), np.array([0, 1, 5]), "[2]", ("2", "5")),
        (WORDS, np.array(["one", "three"]), "[1]", ("'two'", "'three'")),
        (RECORDS, np.array([(1, 0.4)], dtype=RECORDS.dtype), "[0][1]", ("0.30000000000000004", "0.4")),
        (Estimate(0.3, 3), Estimate(0.3, 4), ".runs", ("3", "4")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_different_answers_are_told_at_the_first_place_where_they_differ(first, second, place, told):
    found = difference(first, second)
    assert (found.place, found.first, found.second) == (place, *told)
    assert (difference(second, first).first, difference(second, first).second) == told[::-1]


def test_the_sentence_names_the_place_and_both_values():
    assert disagreement({1: 7, 2: 7, 3: 7}, 1) == ""
    told = disagreement({1: [5, 6], 2: [5, 6], 3: [5, 7]}, 1)
    assert told.startswith("The answers differ at [1]: 6 from the base case, 7 with 3 workers. Unless it is random")


def test_two_texts_that_look_alike_are_never_told_as_a_difference():
    told = disagreement({1: "a" * 50 + "b", 2: "a" * 50 + "c"}, 1)
    assert told.startswith("The answers differ: with 2 workers it is another than the base case's, though it begins")
    assert told.count("aaa'") + told.count("aaa...") == 1
