"""What went wrong in a trace, in words: which write was overwritten, what was acted on too late, who waits for what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lockstep.exploration.findings import Findings
from lockstep.exploration.search.shortest import PathStep
from lockstep.exploration.search.steps import Move
from lockstep.player.unseen_writes import unseen_writes
from lockstep.player.waiting import line_of, waits
from lockstep.standin.kinds import operation_kind
from lockstep.standin.objects.processes import process_name
from lockstep.words import enumerated

SENTENCES = 12


def story(findings: Findings, path: list[PathStep]) -> list[str]:
    """Sentences on the trace, empty for a trace in which nothing happened that needs one."""
    trace = moves(findings, path)
    last = path[-1][2] if path else findings.graph.root
    over = findings.graph.stands_still(last)
    if over and not findings.graph.all_exited(last):
        told = waits(findings, trace, last)
    elif last in findings.lost:
        told = [
            *_inside(findings, trace, last),
            "From here on somebody can always go on, but nobody can ever come to an end.",
        ]
    elif findings.again(path):
        told = [findings.told(path, "").outcome]
    else:
        accesses = list(_accesses(findings, trace))
        told = [*(_overwritten(accesses) or _outdated(accesses)), *_inside(findings, trace, last)]
    return [*_crashes(findings, last), *unseen_writes(findings, trace), *told][:SENTENCES]


def moves(findings: Findings, path: list[PathStep]) -> list[tuple[int, int, Move]]:
    """The steps of a path: their number from 1, the state before it, and what happened."""
    state, found = findings.graph.root, []
    for number, (field, index, after) in enumerate(path, 1):
        found.append((number, state, findings.graph.steps.in_full(state, field)[index]))
        state = after
    return found


def _crashes(findings: Findings, last: int) -> list[str]:
    graph, told = findings.graph, []
    end = next((end for end in findings.ends if end.state == last), None)
    for process, error in end.crashes if end else ():
        held = [findings.words.object(name) for name in graph.steps.fields if findings.holder(last, name) == process]
        holding = f", still holding {enumerated(held)}" if held else ""
        told.append(f"{process_name(process)} ended with {error}{holding}.")
    return told


def _inside(findings: Findings, trace: list[tuple[int, int, Move]], last: int) -> list[str]:
    """Those who are inside the same section at once, and when they came in."""
    inside: dict[str, list[str]] = {}
    for process in findings.graph.statuses(last):
        for section in _sections(findings, last, process):
            inside.setdefault(section, []).append(process)
    told = []
    for section, processes in inside.items():
        if len(processes) > 1:
            came = [f"{process_name(each)} came in {_coming(findings, trace, section, each)}" for each in processes]
            names = enumerated([process_name(each) for each in processes])
            told.append(f"{names} are inside {section!r} at once: {enumerated(came)}.")
    return told


def _sections(findings: Findings, state: int, process: str) -> tuple[str, ...]:
    status = findings.graph.statuses(state).get(process)
    return findings.graph.automata.locals[status.local].sections if status is not None and status.code is None else ()


def _coming(findings: Findings, trace: list[tuple[int, int, Move]], section: str, process: str) -> str:
    """The step that brought the process into the section, and what it read then."""
    for number, before, move in reversed(trace):
        if section in _sections(findings, move.after, process) and section not in _sections(findings, before, process):
            words = findings.words
            seen = f"{words.object(move.operation.objects[0])} = {words.value(move.answer)}" * (
                move.actor == process and operation_kind(move.operation.kind).access == "read"
            )
            return f"with step {number}" + (f" (having read {seen})" if seen else "")
    return "at the beginning"


@dataclass(frozen=True)
class _Access:
    """A reading or a writing of a shared value."""

    step: int
    process: str
    at: str  # " (line 3)", or nothing
    place: Any  # of the program, to tell one reading from another
    title: str  # of the value
    name: str
    writes: bool
    value: str


def _accesses(findings: Findings, trace: list[tuple[int, int, Move]]) -> Iterator[_Access]:
    words = findings.words
    for number, _, move in trace:
        operation = move.operation
        if not (access := operation_kind(operation.kind).access):
            continue
        writes = access == "write"
        value = words.value(operation.arguments[1] if writes else move.answer)
        where = None if move.local is None else findings.graph.automata.locals[move.local].where[:1]
        title = words.object(operation.objects[0])
        name = repr(operation.objects)
        at = line_of(findings, move.local)
        yield _Access(number, process_name(move.actor), at, where, title, name, writes, value)


def _overwritten(accesses: list[_Access]) -> list[str]:
    """For every write that rests on a reading which others have made stale: whose writes are lost by it."""
    told = []
    read: dict[tuple[str, str], _Access] = {}
    for each in accesses:
        key = each.process, each.name
        if not each.writes:
            read[key] = each
        elif key in read:
            seen = read.pop(key)
            lost = _writes_of_others(accesses, seen, each)
            if lost:
                begun = (
                    f"{each.process} read {each.title} = {seen.value} in step {seen.step} and wrote {each.value} "
                    f"in step {each.step}{each.at}:"
                )
                if len(lost) == 1:
                    told.append(f"{begun} {lost[0].process}'s {lost[0].value} (step {lost[0].step}) is overwritten.")
                else:
                    who = enumerated(list(dict.fromkeys(one.process for one in lost)))
                    told.append(
                        f"{begun} {lost[-1].process}'s {lost[-1].value} (step {lost[-1].step}) is overwritten, "
                        f"and so nothing is left of the {len(lost)} writes of {who} in between."
                    )
    return told


def _outdated(accesses: list[_Access]) -> list[str]:
    """For every write that follows from a reading at an earlier line, which others have made stale: check, then act."""
    told = []
    for each in accesses:
        if not each.writes:
            continue
        own = [one for one in accesses if (one.process, one.name) == (each.process, each.name) and one.step < each.step]
        since = max((place + 1 for place, one in enumerate(own) if one.writes), default=0)
        readings = own[since:]
        if len(readings) < 2 or readings[0].place == readings[-1].place:
            continue
        lost = _writes_of_others(accesses, readings[0], each)
        if lost and readings[0].value != readings[-1].value:
            told.append(
                f"{each.process} read {each.title} = {readings[0].value} in step {readings[0].step}{readings[0].at} and "
                f"acted on it, but {lost[-1].process} wrote {lost[-1].value} in step {lost[-1].step}: the {each.value} that "
                f"{each.process} wrote in step {each.step}{each.at} rests on what was no longer so."
            )
    return told


def _writes_of_others(accesses: list[_Access], first: _Access, last: _Access) -> list[_Access]:
    between = (one for one in accesses if first.step < one.step < last.step)
    return [one for one in between if one.writes and one.name == first.name and one.process != first.process]
