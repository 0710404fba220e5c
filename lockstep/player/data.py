"""What the player shows, as data that a page can hold: tables of places and values, states, moves, and a trace.

The form is that of a state graph: a state is a row of numbers, first one a process (which of its places it is at), then
one an object (which of its values it has). A move is [actor, next state, answer], -1 for a state that was left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from lockstep.explore.exploration import Exploration
from lockstep.explore.findings import End, Findings
from lockstep.explore.steps import Status
from lockstep.explore.words import process_name
from lockstep.player.aim import Aim, aim_of
from lockstep.player.driving import choices, chosen
from lockstep.player.story import story

STATES = 2_000  # a larger graph is not sent: only the states along the trace are
TEXT = 200  # characters of a value or an operation
SOURCE = 400  # lines of one cell


def player_data(
    found: Exploration, goal: Callable[[Any], Any] | str | None = None, *, puzzle: bool = False
) -> dict[str, Any]:
    """The data of a player.

    `goal` is what to show and to reach: a predicate on what main returns, or "deadlock"; None: a failure.
    In a `puzzle` the reader drives, and no trace is shown.

    Raises ValueError for a goal that nothing reaches, TypeError for one that is neither.
    """
    findings = found._findings
    aim = aim_of(found, goal)
    path = findings.path(aim.states) if aim.states else []
    whole = findings.visited is None and len(findings.graph.depths) <= STATES
    states = list(findings.graph.depths) if whole else _along(findings.graph.root, (after for _, _, after in path))
    tables = _Tables(findings)
    rows = [tables.row(state) for state in states]
    number = {state: place for place, state in enumerate(states)}
    moves = [tables.moves(state, number) for state in states]
    told = findings.told(path, "")
    ends = {number[end.state]: end for end in findings.ends if end.state in number}
    outcomes, ended = _outcomes(findings, ends, aim)
    return {
        "version": 1,
        "program": findings.name,
        "headline": aim.headline,
        "story": story(findings, path),
        "aim": aim.words,
        "puzzle": puzzle,
        "whole": whole,
        "actors": [_name(actor) for actor in tables.actors],
        "places": tables.places,
        "objects": tables.objects(rows),
        "sources": tables.sources(),
        "answers": tables.answers.texts,
        "states": rows,
        "moves": moves,
        "outcomes": outcomes,
        "ends": {str(place): outcome for place, outcome in ended.items()},
        "lost": sorted(number[state] for state in findings.lost if state in number),
        "lost_is_goal": aim.lost,
        "trace": [[tables.actors[actor], choice] for actor, choice in chosen(findings.graph, path)],
        "steps": [[step.operation, step.answer] for step in told.steps],
    }


def _along(root: int, path: Iterable[int]) -> list[int]:
    return list(dict.fromkeys([root, *path]))


def _name(actor: str) -> str:
    return process_name(actor)


def short(text: str) -> str:
    return text if len(text) <= TEXT else text[: TEXT - 1] + "…"


@dataclass
class _Texts:
    """Texts by number, each once; number 0 is the empty one."""

    texts: list[str]
    numbers: dict[str, int]

    def number(self, text: str) -> int:
        if text not in self.numbers:
            self.numbers[text] = len(self.texts)
            self.texts.append(short(text))
        return self.numbers[text]


class _Tables:
    """The tables of a player, growing as states are told."""

    def __init__(self, findings: Findings) -> None:
        self._findings, self._graph, self._words = findings, findings.graph, findings.words
        fields = self._graph.steps.fields
        processes = sorted((n for n, f in fields.items() if f.kind == "process"), key=_in_order)
        self._processes = processes
        self._objects = [name for name, field in fields.items() if field.kind != "process"]
        self.actors = {name: place for place, name in enumerate(processes)}
        self.places: list[list[dict[str, Any]]] = [[{"kind": "unborn"}] for _ in processes]
        self._place_numbers: list[dict[Any, int]] = [{None: 0} for _ in processes]
        self._values: list[list[dict[str, Any]]] = [[] for _ in self._objects]
        self._value_numbers: list[dict[Any, int]] = [{} for _ in self._objects]
        self.answers = _Texts([""], {"": 0})
        self._lines: dict[str, set[int]] = {}

    def row(self, state: int) -> list[int]:
        """A state as numbers of places and values."""
        value = self._graph.steps.value
        row = [self._place(index, value(state, name)) for index, name in enumerate(self._processes)]
        return row + [self._value(index, value(state, name)) for index, name in enumerate(self._objects)]

    def moves(self, state: int, number: dict[int, int]) -> list[list[int]]:
        """Who can go in a state, and where to."""
        found = []
        for actor, ways in choices(self._graph, state).items():
            if actor not in self.actors:
                self.actors[actor] = len(self.actors)
                self.places.append([])
            for way in ways:
                told = self._words.answer(way.move.operation, way.move.answer)
                if actor.startswith("feeder"):
                    told = self._words.object(way.move.operation.objects[0])
                elif len(ways) > 1 and not told:
                    told = self._difference(state, way.move.after, way.move.operation.objects)
                found.append([self.actors[actor], number.get(way.move.after, -1), self.answers.number(told)])
        return found

    def _difference(self, before: int, after: int, objects: tuple[str, ...]) -> str:
        """What tells one way from the others of the same operation: what the object is then."""
        value, fields = self._graph.steps.value, self._graph.steps.fields
        changed = [name for name in objects if value(before, name) != value(after, name)]
        told = (f"{self._words.object(n)}: {self._words.value(value(after, n), fields[n].kind)}" for n in changed)
        return ", ".join(told) or "nothing changes"

    def objects(self, rows: list[list[int]]) -> list[dict[str, Any]]:
        """The objects with their values; those that nobody needs to see are marked so."""
        found = []
        for index, name in enumerate(self._objects):
            title = self._words.object(name)
            varies = len({row[len(self._processes) + index] for row in rows}) > 1
            hidden = title.endswith("'s lock") and not varies
            kind = self._graph.steps.fields[name].kind
            found.append({"name": title, "kind": kind, "hidden": hidden, "values": self._values[index]})
        return found

    def sources(self) -> list[dict[str, Any]]:
        """The cells in which some process is in some state, or the part of them where it is."""
        found = []
        for label, numbers in self._lines.items():
            lines = self._words.sources.get(label, [])
            first, last = 1, len(lines)
            if len(lines) > 60:
                first = max(1, min(numbers) - 12)
                last = min(len(lines), max(numbers) + 6, first + SOURCE)
            title = re.split(r"[\\/]", label)[-1]
            found.append({"label": title, "first": first, "lines": [short(line) for line in lines[first - 1 : last]]})
        return found

    def _place(self, index: int, status: Status | None) -> int:
        numbers = self._place_numbers[index]
        if status not in numbers:
            assert status is not None
            numbers[status] = len(self.places[index])
            self.places[index].append(self._told_place(status))
        return numbers[status]

    def _told_place(self, status: Status) -> dict[str, Any]:
        local = self._graph.automata.locals[status.local]
        if status.code is not None:
            ended = local.ended
            told = str(ended[1]) if ended and ended[0] == "raised" and status.code == 1 else ""
            return {"kind": "exited", "code": status.code, "error": short(told)}
        place: dict[str, Any] = {"kind": local.kind, "inside": list(local.sections)}
        if local.where:
            label, line, _ = local.where[0]
            self._lines.setdefault(label, set()).add(line)
            place["source"], place["line"] = list(self._lines).index(label), line
        if local.kind == "end":
            place["doing"] = "waits for its children and its queues before it can exit"
            return place
        place["doing"] = short(self._words.operation(local.operation))
        if local.kind == "join":
            place["joins"] = self.actors.get(local.operation.arguments[0], -1)
        elif not local.operation.kind.startswith("process."):
            place["touches"] = [self._objects.index(name) for name in local.operation.objects]
            place["operation"] = local.operation.kind
        return place

    def _value(self, index: int, value: Any) -> int:
        name = self._objects[index]
        kind = self._graph.steps.fields[name].kind
        numbers = self._value_numbers[index]
        if value not in numbers:
            numbers[value] = len(self._values[index])
            lock = kind in ("lock", "rlock")
            there = value is not None or lock
            told: dict[str, Any] = {"text": short(self._words.value(value, kind)) if there else ""}
            if lock and value is not None:
                told["holder"] = self.actors.get(value[0], -1)
            if kind == "condition" and value:
                told["asleep"] = [self.actors[who] for who, status, _ in value if status == "waiting"]
            self._values[index].append(told)
        return numbers[value]


def _in_order(identity: str) -> list[int]:
    return [int(part) for part in identity.split(".")]


def _outcomes(findings: Findings, ends: dict[int, End], aim: Aim) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """The different ways to end, and which of them each end is."""
    numbers: dict[tuple[str, bool], int] = {}
    told: list[dict[str, Any]] = []
    ended = {}
    for place, end in ends.items():
        title, goal = outcome_title(findings, end), bool(aim.words) and end.state in aim.states
        if (title, goal) not in numbers:
            numbers[title, goal] = len(told)
            told.append({"title": short(title), "goal": goal, "deadlock": end.deadlocked})
        ended[place] = numbers[title, goal]
    return told, ended


def outcome_title(findings: Findings, end: End) -> str:
    """A way to end in a few words."""
    told = [f"{process_name(process)} ends with {error}" for process, error in end.crashes]
    if end.deadlocked:
        return ", ".join([*told, "deadlock"])
    if end.returned:
        told.insert(0, f"returns {end.returned[0]!r}")
    if end.left_running:
        told.append("a process is left running")
    return ", ".join(told) or "ends"
