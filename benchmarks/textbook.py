"""`python -m benchmarks.textbook`: programs of the literature with their known verdicts, those of `explore`, states and seconds."""

from __future__ import annotations

import time
from contextlib import closing
from typing import NamedTuple

from benchmarks import options
from benchmarks.programs.fair import PROGRAMS, Known
from benchmarks.programs.objects import OBJECTS, Shared
from benchmarks.programs.textbook import CRASH, CROWD, DEADLOCK, LIVELOCK, RIGHT, TEXTBOOK, WRONG, Textbook
from lockstep.exploration.automata import Automata
from lockstep.exploration.clients import Used, clients_of
from lockstep.exploration.coverage import SEQUENTIAL, STORE_BUFFERS, explored
from lockstep.exploration.exploration import Exploration
from lockstep.exploration.inside.local_service import LocalService
from lockstep.program.source import ModuleSource
from lockstep.student.data import Reference
from lockstep.student.failure import CheckFailed

IMPORTS = "from multiprocessing import *\nfrom lockstep import inside\n"
BUDGET = 300_000  # states
ONE, OTHER = "one at a time", "in no order"
ENDS, FOR_EVER, STARVES = "ends", "for ever", "for ever, somebody starves"


class Row(NamedTuple):
    """A program, what is known of it and what is found, which are the same where all is well.

    `plain`: what is found without looking for what goes on for ever, and of an object without asking for one call at a time;
    `buffered`: with store buffers, "" where that was not asked.
    """

    name: str
    source: str
    known: str
    found: str
    plain: str
    buffered: str
    states: int
    seconds: float


def exploration(text: str, memory: str = SEQUENTIAL, function: str = "main", used: Used | None = None) -> Exploration:
    """What is found of the program `main`, or of an object that clients use, in this process."""
    request = {
        "function": Reference("student", function), "arguments": [], "keywords": {},
        "feeder": True, "pipe_capacity": 65_536, "merge": True, "memory": memory,
    }  # fmt: skip
    if used is not None:
        request |= {"clients": used.as_data(), "arguments": list(used.arguments)}
    with closing(LocalService(ModuleSource.of_text(IMPORTS + text, "program"))) as service:
        return Exploration(explored(Automata(service), request, BUDGET, {}, function), used)


def one_at_a_time(shared: Shared) -> Row:
    """The row of an object: without asking for one call at a time nothing is wrong that does not crash or wait for ever."""
    began = time.process_time()
    used = Used(clients_of(shared.clients), shared.arguments, {})
    found = exploration(shared.text, function=shared.like.__name__, used=used)
    try:
        found.one_at_a_time(shared.like)
        seen = ONE
    except CheckFailed:
        seen = OTHER
    spent = time.process_time() - began
    plain = CRASH if found.crashes else DEADLOCK if found.deadlocks else ENDS
    known = ONE if shared.right else OTHER
    return Row(shared.name, shared.source, known, seen, plain, "", found.states, spent)


def verdict(program: Textbook, found: Exploration, for_ever: bool = True) -> str:
    """The gravest of the mistakes that are found; `for_ever`: those too that only a look for circles finds."""
    if found.crashes:
        return CRASH
    if any(found.at_once(section) > program.inside for section in found.findings.sections()):
        return CROWD
    if found.deadlocks:
        return DEADLOCK
    if for_ever and found.livelocks:
        return LIVELOCK
    return RIGHT if list(found.results) == [program.result] else WRONG


def rows(tiny: bool = False) -> list[Row]:
    found = []
    for program in TEXTBOOK[: 4 if tiny else None]:
        began = time.process_time()
        exploring = exploration(program.text)
        spent = time.process_time() - began
        seen, plain = verdict(program, exploring), verdict(program, exploring, for_ever=False)
        buffered = verdict(program, exploration(program.text, STORE_BUFFERS))
        found.append(Row(program.name, program.source, program.verdict, seen, plain, buffered, exploring.states, spent))
    for fair in PROGRAMS[: 4 if tiny else None]:
        began = time.process_time()
        exploring = exploration(fair.text)
        starves = fair.starves is not None and exploring.findings.starving(None) is not None
        seen = STARVES if starves else FOR_EVER if exploring.livelocks or exploring.deadlocks else ENDS
        known = STARVES if fair.starves else ENDS if fair.ends else FOR_EVER
        spent = time.process_time() - began
        plain = "deadlock" if exploring.deadlocks else ENDS
        found.append(Row(fair.name, fair.source, known, seen, plain, ends(fair), exploring.states, spent))
    return found + [one_at_a_time(shared) for shared in OBJECTS[: 2 if tiny else None]]


def ends(fair: Known) -> str:
    """Whether it ends with store buffers."""
    found = exploration(fair.text, STORE_BUFFERS)
    return FOR_EVER if found.livelocks or found.deadlocks else ENDS


def main(tiny: bool) -> None:
    table = rows(tiny)
    print(
        f"{'program':44} {'source':58} {'known':28} {'found':28} {'without that':15} {'store buffers':13} {'states':>7} {'CPU s':>6}"
    )
    for row in table:
        mark = "" if row.known == row.found else "  DIFFERS"
        print(
            f"{row.name:44} {row.source:58} {row.known:28} {row.found:28} {row.plain:15} {row.buffered:13} "
            f"{row.states:7} {row.seconds:6.2f}{mark}"
        )
    same = sum(row.known == row.found for row in table)
    circles = sum(row.found in (LIVELOCK, FOR_EVER, STARVES) and row.found != row.plain for row in table)
    objects = sum(row.found == OTHER and row.plain == ENDS for row in table)
    broken = [row.name for row in table if row.found in (RIGHT, ENDS) and row.buffered not in ("", row.found)]
    print(f"\nonly a look for circles finds {circles} mistakes, only asking for one call at a time {objects}")
    print(f"right, and broken by store buffers: {', '.join(broken)}")
    print(f"in short: {same} of {len(table)} verdicts are those of the literature")


if __name__ == "__main__":
    main(options("textbook", __doc__).parse_args().tiny)
