"""What a failed assert of a check says: the call, what should have come, and what came, in the learner's terms."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from lockstep.checks.rewriting import explaining


class Answers:
    """Stands for `student`: every function gives back what it is told to."""

    def __init__(self, value):
        self.value = value

    def __getattr__(self, name):
        return lambda *arguments: self.value


def refusal(function, value) -> str:
    """What the check `function` says where every one of the learner's functions returns `value`."""
    with pytest.raises(AssertionError) as caught:
        explaining(function)(Answers(value))
    return str(caught.value)


def test_a_call_is_named_with_both_values():
    def check(student):
        assert student.double(4) == 8

    assert refusal(check, 4) == "`double(4)` should be 8, but is 4"
    explaining(check)(Answers(8))


def test_a_variable_stands_for_the_call_that_set_it():
    def check(student):
        returned, left = student.left_by(3)
        assert returned == None  # noqa: E711
        assert left == []

    assert refusal(check, (7, [])) == "`left_by(3)[0]` should be None, but is 7"
    assert refusal(check, (None, [1])) == "`left_by(3)[1]` should be [], but is [1]"


def test_a_variable_within_an_expression_stands_for_its_call_too():
    def check(student):
        got = student.f(2)
        assert sorted(got) == [1, 2]

    assert refusal(check, [3]).startswith("`sorted(f(2))` should be [1, 2], but is [3]")


def test_a_loops_variable_is_told_by_its_value():
    def check(student):
        for m in (1, 2):
            for name in ("a", "b"):
                answer = student.f(m, name)
                assert answer == 0

    assert refusal(check, 5) == "`f(1, 'a')` should be 0, but is 5"


def test_a_variable_that_is_set_twice_or_a_long_expression_is_the_result():
    def twice(student):
        got = student.f(1)
        got = got + student.f(2)
        assert got == 0

    def long(student):
        assert (
            student.f(1_000_000_000_001, 1_000_000_000_002, 1_000_000_000_003, 1_000_000_000_004)
            + student.f(1_000_000_000_005, 1_000_000_000_006, 1_000_000_000_007, 1_000_000_000_008)
            == 1
        )

    assert refusal(twice, 5) == "the result should be 0, but is 10"
    assert refusal(long, 5).startswith("the result should be 1, but is 10")


def test_variables_that_are_set_by_each_other_end():
    def check(student):
        one = 1
        for _ in range(2):
            other = student.f(one)
            one = student.g(other)
        assert other == 0

    assert "should be 0, but is 5" in refusal(check, 5)


def test_a_comparison_with_a_tolerance_tells_both_numbers():
    def check(student):
        assert abs(student.amdahl(0.0, 8) - 8) < 1e-9

    assert refusal(check, 0.125) == "`amdahl(0.0, 8)` should be 8, but is 0.125"
    assert refusal(check, None) == "`amdahl(0.0, 8)` should be 8, but is None"
    assert refusal(check, "8") == "`amdahl(0.0, 8)` should be 8, but is '8' (a str, not an int)"
    assert refusal(check, float("nan")) == "`amdahl(0.0, 8)` should be 8, but is nan"
    explaining(check)(Answers(8 + 1e-12))


def test_a_constant_is_asked_for_by_identity():
    def check(student):
        assert student.f() is True

    assert refusal(check, 1) == "`f()` should be True, but is 1 (an int, not a bool)"
    explaining(check)(Answers(True))


def test_another_type_is_told_with_its_article_and_none_has_none():
    def check(student):
        assert student.f() == 3

    assert refusal(check, [3]).endswith("but is [3] (a list, not an int)")
    assert refusal(check, None).endswith("but is None")


def test_short_texts_are_shown_whole_and_nothing_else():
    def check(student):
        assert student.f() == "two"

    assert refusal(check, "one") == "`f()` should be 'two', but is 'one'"


def test_long_texts_are_shown_around_their_first_difference():
    def check(student):
        assert student.f() == "x" * 200 + " and two"

    words = "they differ first at index 205: 'xxxxx and one' in the place of 'xxxxx and two'"
    assert refusal(check, "x" * 200 + " and one").endswith(words)
    assert refusal(check, "x" * 200).endswith("it has 200 characters in the place of 208")


def test_lists_say_where_they_first_differ():
    def check(student):
        assert student.f() == [1, 2, 3]

    assert refusal(check, [1, 5, 3]).endswith("; they differ first at index 1: 5 in the place of 2")
    assert refusal(check, [1, 2]).endswith("; it has 2 items in the place of 3")
    assert refusal(check, [7, 8, 3]).endswith(
        "; they differ first at index 0: 7 in the place of 1, and at 1 other index"
    )
    assert refusal(check, [3, 2, 1]).endswith("; the items are the right ones, in another order")


def test_items_that_look_alike_are_told_by_what_differs_within_them():
    long = list(range(40))

    def check(student):
        assert student.f() == [list(range(40)), "b"]

    words = "they differ first at index 0, there at 39: 0 in the place of 39"
    assert words in refusal(check, [[*long[:-1], 0], "b"])


def test_a_tuple_or_an_array_stands_for_a_list_and_is_not_one_of_other_items():
    def check(student):
        assert student.f() == [[1, 2], 3]
        assert student.f() == [[1, 2], 3], "in words"

    explaining(check)(Answers(([1, 2], 3)))
    explaining(check)(Answers(((1, 2), 3)))
    explaining(check)(Answers([np.array([1, 2]), 3]))
    assert refusal(check, ((1, 3), 3)).startswith("`f()` should be [[1, 2], 3], but is ((1, 3), 3)")
    assert refusal(check, [np.array([[1], [2]]), 3]).startswith("`f()` should be")


def test_a_dict_is_shown_in_its_own_order_and_a_long_one_by_the_keys_that_differ():
    def check(student):
        assert student.f() == {number: number for number in range(30)}

    assert "but is {'b': 1, 'a': 2}" in refusal(check, {"b": 1, "a": 2})
    words = "; missing: 29; not expected: '29'; different: 3: 4 in the place of 3 at 3"
    assert refusal(check, {**{n: n for n in range(29)}, 3: 4, "29": 29}).endswith(words)


@pytest.mark.parametrize("number", [Fraction(8), np.float32(8), np.int64(8)])
def test_every_kind_of_number_is_a_number(number):
    def check(student):
        assert abs(student.f() - 8.0) < 1e-9

    explaining(check)(Answers(number))
    refusal(check, number + 1)


HOSTILE = [
    10**40_000,
    -(10**40_000),
    Decimal("NaN"),
    Decimal("Infinity"),
    float("inf"),
    complex(1, 1),
    "x" * 10_000_000,
    b"x" * 10_000_000,
    set(range(300_000)),
    {n: [n] for n in range(300_000)},
    [[[[[[[n] * 13] * 13] * 13] * 13] * 13] for n in range(13)],
    np.zeros((1000, 1000)),
    np.array(["x" * 1_000_000]),
]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: type(value).__name__)
def test_whatever_came_is_told_in_few_words(value):
    def same(student):
        assert student.f() is True

    def near(student):
        assert abs(student.f() - 8) < 1e-9

    def alike(student):
        assert student.f() == [1]

    for check in (same, near, alike):
        assert len(refusal(check, value)) < 2_000


def test_any_other_assert_says_what_does_not_hold():
    def check(student):
        assert student.f() > 3

    assert refusal(check, 2) == "this does not hold: f() > 3"


def test_an_authors_own_words_are_kept():
    def check(student):
        assert student.f() == 3, "three blind mice"

    assert refusal(check, 2) == "three blind mice"


class Shortest:
    """Stands for a trace."""

    title = "somebody sleeps for ever"

    def text(self):
        return f"{self.title}\n   1  Process-1  waits"


def test_a_trace_for_a_message_is_the_evidence_and_its_title_the_reason():
    def check(student):
        assert student.f() == 3, Shortest()

    explained = explaining(check)
    with pytest.raises(AssertionError) as caught:
        explained(Answers(2))
    assert caught.value.message == "somebody sleeps for ever"
    assert isinstance(caught.value.evidence, Shortest)
    explained(Answers(3))
