"""What is told where a check cannot work with the value that came."""

from lockstep.checks.unusable import unusable


def test_a_key_that_is_missing_is_named():
    assert unusable(KeyError("a"), "f()", "returned {}") == "`f()` returned {}, where the key 'a' is needed"


def test_a_key_of_very_many_digits_is_told_by_their_number():
    assert "5,001 digits" in unusable(KeyError(10**5_000), "f()", "returned a dict")
