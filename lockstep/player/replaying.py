"""A program run in the order that a learner names."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lockstep.exploration.findings import End, Findings
from lockstep.exploration.search.shortest import PathStep
from lockstep.player.driving import choices
from lockstep.player.trace import Trace
from lockstep.standin.objects.processes import process_name
from lockstep.standin.objects.store_buffers import store_buffer_of
from lockstep.student.failure import CheckFailed
from lockstep.words import SENTENCES, brief, brief_value, counted, enumerated

LONGEST = 100_000  # steps of a schedule


class ScheduleError(CheckFailed):
    """The schedule names somebody who cannot go, or is too short, or too long."""


@dataclass(frozen=True)
class Replay:
    """How a program went under a schedule.

    `schedule` holds every step that was taken, also those that nobody had to choose.
    """

    schedule: tuple[str | tuple[str, int], ...]
    outcome: str
    returned: bool
    deadlocked: bool
    livelocked: bool  # they can go on for ever, and never end
    crashes: tuple[tuple[str, str], ...]  # (process, exception)
    told: Trace = field(repr=False)
    state: int = field(repr=False)  # of the program's graph, at the end
    _value: Any = field(repr=False, default=None)

    @property
    def value(self) -> Any:
        """What the program returned. Raises ScheduleError if it did not return."""
        if not self.returned:
            raise ScheduleError(f"the program returns nothing under this schedule: {self.outcome}", self.told)
        return self._value

    @property
    def failed(self) -> bool:
        return self.deadlocked or self.livelocked or bool(self.crashes) or not self.returned

    def trace(self) -> str:
        """The steps as plain text."""
        return self.told.text()


def schedule_of(wanted: Any) -> list[Any]:
    """The items of what a learner gave as a schedule. Raises ScheduleError for what is none."""
    if isinstance(wanted, (str, bytes)) or not isinstance(wanted, Iterable):
        raise ScheduleError(f"a schedule is a list of process numbers, such as [1, 2, 1], not {brief_value(wanted)}")
    items = list(islice(wanted, LONGEST + 1))
    if len(items) > LONGEST:
        raise ScheduleError(f"a schedule has at most {LONGEST:,} steps")
    return items


def replayed(findings: Findings, schedule: list[Any]) -> Replay:
    """The program, which has been explored, in this order. Raises ScheduleError."""
    graph = findings.graph
    if findings.visited is not None:
        raise ScheduleError(
            f"the program is too large to be replayed ({findings.claim}): take fewer processes or steps"
        )
    state = graph.root
    path: list[PathStep] = []
    taken: list[str | tuple[str, int]] = []
    for number in range(len(schedule) + len(graph.depths) + 1):
        ways = choices(graph, state)
        if number < len(schedule):
            actor, way = _named(schedule[number], number + 1, findings)
            if actor not in ways:
                _refuse(findings, path, state, number + 1, len(schedule), actor, list(ways))
            if way >= len(ways[actor]):
                there = f"{process_name(actor)} can go in {len(ways[actor])} ways here, counted from 0"
                _fail(findings, path, f"step {number + 1}: {there}; there is no way {way}")
        elif not ways or state in findings.lost:
            break
        else:
            actor, way = next(iter(ways)), 0
            if len(ways) > 1 or len(ways[actor]) > 1:
                _fail(findings, path, f"the schedule is too short: after its {counted(len(schedule), 'step')} "
                      f"{_names(ways)} can go, and it does not say who does")  # fmt: skip
        taken.append(process_name(actor) if len(ways[actor]) == 1 else (process_name(actor), way))
        path.append(ways[actor][way].step)
        state = ways[actor][way].move.after
    else:
        _fail(findings, path, "the schedule is too short: after it the program goes round and round without an end")
    return _ended(findings, path, state, tuple(taken))


def _ended(findings: Findings, path: list[PathStep], state: int, taken: tuple[Any, ...]) -> Replay:
    told = Trace(findings, path, f"Under this schedule, {counted(len(path), 'step')}:")
    if state in findings.lost:
        return Replay(taken, told.outcome, False, False, True, (), told, state)
    end: End = next(end for end in findings.ends if end.state == state)
    returned = bool(end.returned) and not end.deadlocked
    crashes = tuple((process_name(process), error) for process, error in end.crashes)
    value = end.returned[0] if returned else None
    return Replay(taken, told.outcome, returned, end.deadlocked, False, crashes, told, state, value)


def _named(item: Any, number: int, findings: Findings) -> tuple[str, int]:
    """An item of a schedule as (actor, way)."""
    way = 0
    if isinstance(item, (tuple, list)) and len(item) == 2 and (_whole(item[1]) or 0) >= 0:
        item, way = item[0], _whole(item[1]) or 0
    names = [name for name, field in findings.graph.steps.fields.items() if field.kind == "process"]
    known = {process_name(name): name for name in names}
    known |= {process_name(other): other for name in names for other in (f"feeder of {name}", store_buffer_of(name))}
    known |= {"MainProcess": "0"}
    place = _whole(item)
    name = item if place is None else "main" if place == 0 else f"Process-{brief_value(place)}"
    if not isinstance(name, str):
        told = brief_value(item)
        raise ScheduleError(f"step {number}: a process is named by its number (0 is main) or its name, not by {told}")
    if name not in known:
        there = brief(", ".join(process_name(name) for name in names), SENTENCES)
        told = name if place is not None else brief_value(item)
        raise ScheduleError(f"step {number}: there is no {told}; the processes are {there}")
    return known[name], way


def _whole(item: Any) -> int | None:
    """A whole number, NumPy's among them, as an int; None for anything else, True and False too."""
    try:
        return None if isinstance(item, bool) else operator.index(item)
    except TypeError:
        return None


def _refuse(
    findings: Findings, path: list[PathStep], state: int, number: int, length: int, actor: str, able: list[str]
) -> None:
    if not able:
        over = Trace(findings, path, "").outcome
        more = length - number + 1
        _fail(
            findings,
            path,
            f"the schedule is too long by {counted(more, 'step')}: after step {number - 1} it is over. {over}",
        )
    status = findings.graph.statuses(state).get(actor)
    if status is None:
        why = "has nothing to move" if " of " in actor else "has not been started"
    elif status.code is not None:
        why = "has ended"
    else:
        local = findings.graph.automata.locals[status.local]
        at = f" ({local.where[0][0]}, line {local.where[0][1]})" if local.where else ""
        why = f"waits to {findings.words.operation(local.operation)}{at}"
        for name in local.operation.objects:
            holder = findings.holder(state, name)
            if holder:
                why += f", and {process_name(holder)} holds {findings.words.object(name)}"
    _fail(findings, path, f"step {number}: {process_name(actor)} cannot go: it {why}. {_names(able)} can.")


def _fail(findings: Findings, path: list[PathStep], message: str) -> None:
    raise ScheduleError(message, Trace(findings, path, "So far:") if path else None)


def _names(actors: Iterable[str]) -> str:
    return enumerated([process_name(actor) for actor in actors])
