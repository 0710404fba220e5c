"""Both engines on the programs of textbooks that are small enough to execute every schedule."""

import pytest

from benchmarks.programs.textbook import TEXTBOOK
from benchmarks.textbook import IMPORTS

from .comparison import compare
from .engine import Program, TooMany

TOO_MANY = 20  # of them have more schedules than the oracle executes, or schedules without end


@pytest.mark.timeout(600)  # seconds of CPU time; more only where the machine is shared by many
def test_both_engines_agree_on_textbook_programs():
    skipped = []
    for program in TEXTBOOK:
        try:
            compare(Program(IMPORTS + program.text.replace("'section'", "'s'")), 1_500, (True,))
        except TooMany:
            skipped.append(program.name)
    assert len(skipped) <= TOO_MANY, skipped
