"""The hidden parts of a grade cell: which lines they are, and how a failure in one is told without its source."""

import re
from dataclasses import replace

from lockstep.checks.report import CheckResult
from lockstep.player.trace import Trace

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


def told_of_hidden(result: CheckResult) -> CheckResult:
    """The result as a learner may see it: a schedule is its own steps, not how else the check's program can go."""
    evidence = result.evidence.bared() if isinstance(result.evidence, Trace) else result.evidence
    return replace(result, explanation=without_source(result.explanation), evidence=evidence)


def without_source(explanation: str) -> str:
    """What a plain assert of a check says when it fails, without the asserted expression itself."""
    if explanation.startswith(_DOES_NOT_HOLD):
        return "what the check asserts does not hold"
    return _SHOULD_BE.sub("the result should be ", explanation)
