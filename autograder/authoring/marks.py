"""The marks of an exercise file: a wrong answer, another right answer, a hidden check; of a puzzle: its mistake."""

from collections.abc import Callable, Mapping
from typing import Any


def wrong(*words: str, replaced: Mapping[str, str] = {}) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Marks a function whose body is a wrong answer; its refusal must contain all of `words`.

    The first of them must stand in its first line, which is to name the likely cause; "✘ sentence" names a check. What the
    body leaves out is as in the reference, but for what is `replaced` in its text: what stands there once, by what.
    """
    return lambda function: function


def mistake(*words: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Marks a function whose body is the mistake that a puzzle begins with; it is refused in these words."""
    return lambda function: function


def also_right(function: Callable[[], None]) -> Callable[[], None]:
    """Marks a function whose body is another right answer, or how it differs from the reference."""
    return function


def hidden(one: Any) -> Any:
    """Marks a check that learners do not get; only such a check may take `reference`."""
    return one
