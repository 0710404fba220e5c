"""The hidden parts of a grade cell: which lines they are, and how a failure in one is told without its source."""

import re

_SHOULD_BE = re.compile(r"^`.*?` should be ", re.DOTALL)
_DOES_NOT_HOLD = "this does not hold: "


def hidden_lines(text: str) -> frozenset[int]:
    """The numbers, from 1, of the lines between nbgrader's markers, the markers included."""
    found = []
    within = False
    for number, line in enumerate(text.split("\n"), 1):
        within = within or "BEGIN HIDDEN TESTS" in line
        if within:
            found.append(number)
        within = within and "END HIDDEN TESTS" not in line
    return frozenset(found)


def without_source(explanation: str) -> str:
    """What a plain assert of a check says when it fails, without the asserted expression itself."""
    if explanation.startswith(_DOES_NOT_HOLD):
        return "what the check asserts does not hold"
    return _SHOULD_BE.sub("the result should be ", explanation)
