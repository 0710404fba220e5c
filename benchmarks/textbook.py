"""`python -m benchmarks.textbook`: programs of the literature with their known verdicts, those of `explore`, states and seconds."""

from __future__ import annotations

import time
from contextlib import closing
from typing import NamedTuple

from benchmarks import options
from benchmarks.programs.fair import PROGRAMS
from benchmarks.programs.textbook import CRASH, CROWD, DEADLOCK, LIVELOCK, RIGHT, TEXTBOOK, WRONG, Textbook
from lockstep.exploration.automata import Automata
from lockstep.exploration.coverage import explored
from lockstep.exploration.exploration import Exploration
from lockstep.exploration.inside.local_service import LocalService
from lockstep.program.source import ModuleSource
from lockstep.student.data import Reference

IMPORTS = "from multiprocessing import *\nfrom lockstep import inside\n"
BUDGET = 300_000  # states
ENDS, FOR_EVER, STARVES = "ends", "for ever", "for ever, somebody starves"


class Row(NamedTuple):
    """A program, what is known of it and what is found, which are the same where all is well."""

    name: str
    source: str
    known: str
    found: str
    states: int
    seconds: float


def exploration(text: str) -> Exploration:
    """What is found of the program `main`, in this process."""
    request = {
        "function": Reference("student", "main"), "arguments": [], "keywords": {},
        "feeder": True, "pipe_capacity": 65_536, "merge": True,
    }  # fmt: skip
    with closing(LocalService(ModuleSource.of_text(IMPORTS + text, "program"))) as service:
        return Exploration(explored(Automata(service), request, BUDGET, {}, "main"))


def verdict(program: Textbook, found: Exploration) -> str:
    """The gravest of the mistakes that are found."""
    if found.crashes:
        return CRASH
    if any(found.at_once(section) > program.inside for section in found.findings.sections()):
        return CROWD
    if found.deadlocks:
        return DEADLOCK
    if found.livelocks:
        return LIVELOCK
    return RIGHT if list(found.results) == [program.result] else WRONG


def rows(tiny: bool = False) -> list[Row]:
    found = []
    for program in TEXTBOOK[: 4 if tiny else None]:
        began = time.process_time()
        exploring = exploration(program.text)
        spent = time.process_time() - began
        found.append(
            Row(program.name, program.source, program.verdict, verdict(program, exploring), exploring.states, spent)
        )
    for fair in PROGRAMS[: 4 if tiny else None]:
        began = time.process_time()
        exploring = exploration(fair.text)
        starves = fair.starves is not None and exploring.findings.starving(None) is not None
        seen = STARVES if starves else FOR_EVER if exploring.livelocks or exploring.deadlocks else ENDS
        known = STARVES if fair.starves else ENDS if fair.ends else FOR_EVER
        found.append(Row(fair.name, fair.source, known, seen, exploring.states, time.process_time() - began))
    return found


def main(tiny: bool) -> None:
    table = rows(tiny)
    print(f"{'program':44} {'source':58} {'known':28} {'found':28} {'states':>7} {'CPU s':>6}")
    for row in table:
        mark = "" if row.known == row.found else "  DIFFERS"
        print(f"{row.name:44} {row.source:58} {row.known:28} {row.found:28} {row.states:7} {row.seconds:6.2f}{mark}")
    same = sum(row.known == row.found for row in table)
    print(f"\nin short: {same} of {len(table)} verdicts are those of the literature")


if __name__ == "__main__":
    main(options("textbook", __doc__).parse_args().tiny)
