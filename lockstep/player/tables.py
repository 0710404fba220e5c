"""The tables of a player: places of processes, values of objects, and the rules by which one state follows another.

A state is a row of numbers: for every process which of its places it is at, then for every object which of its values it
has. A rule says of one who can act, at one place, which numbers its step reads, and for what they are what it changes. A few
dozen rules stand for thousands of states, so the page makes the states itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lockstep.exploration.findings import Findings
from lockstep.exploration.search.fields import Field, Status
from lockstep.standin.kinds import declared_object, operation_kind
from lockstep.standin.objects.locks import LOCKS
from lockstep.standin.objects.store_buffers import BUFFER, in_memory, is_store_buffer
from lockstep.words import plain

TEXT = 200  # characters of a value or an operation
SOURCE = 60  # lines of a cell that are all shown; of a longer one those around what happens
AROUND = 12  # lines before and after, then
LINES = 400  # of one cell
_EXITED = 1  # the bit of a process's field that is set when it has exited

Rule = tuple[Field, int, int, int]  # who acts, from which number of its field, the mask it reads, and what is there


def short(text: str) -> str:
    """The text as a page can hold and show it."""
    text = plain(text)
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


class Tables:
    """The tables, which hold what has been asked for and nothing else."""

    def __init__(self, findings: Findings) -> None:
        self._graph, self._words = findings.graph, findings.words
        fields = self._graph.steps.fields.values()
        self._processes = sorted((f for f in fields if f.kind == "process"), key=lambda f: _in_order(f.name))
        self._buffered = any(f.kind == BUFFER for f in fields)
        self._objects = [f for f in fields if f.kind != "process"]
        self._columns = {f.name: column for column, f in enumerate([*self._processes, *self._objects])}
        self._numbers: list[dict[int, int]] = [{0: 0} for _ in self._processes] + [{} for _ in self._objects]
        self.actors = {f.name: place for place, f in enumerate(self._processes)}
        self.places: list[list[dict[str, Any]]] = [[{"kind": "unborn"}] for _ in self._processes]
        self._values: list[list[dict[str, Any]]] = [[] for _ in self._objects]
        self._answers = _Texts([""], {"": 0})
        self._lines: dict[str, set[int]] = {}
        self._rules: dict[tuple[int, int, int], tuple[list[int], dict[str, list[Any]]]] = {}

    @property
    def answers(self) -> list[str]:
        """What operations gave, and what tells one way to go from another."""
        return self._answers.texts

    def row(self, state: int) -> list[int]:
        """A state as numbers of places and values."""
        return [self._number(field, _held(state, field)) for field in [*self._processes, *self._objects]]

    def key(self, state: int) -> str:
        """The row as the page calls it."""
        return ",".join(map(str, self.row(state)))

    def all_rules(self) -> list[Rule]:
        """The rules that were met in the whole exploration."""
        return [
            (field, number, mask, masked)
            for field in self._graph.steps.actors
            for number, row in enumerate(field.rows)
            if row is not None
            for mask, table in row.tables()
            for masked in table
        ]

    def rules_at(self, states: Iterable[int]) -> list[Rule]:
        """The rules that say who can go on in these states, and how."""
        found: dict[Rule, None] = {}
        for state in states:
            for field in self._graph.steps.actors:
                number = _held(state, field)
                row = field.rows[number]
                if row is None:
                    continue
                self._graph.known(state, field, number)
                for mask in (mask for mask, table in row.tables() if state & mask in table):
                    found[field, number, mask, state & mask] = None
                    break
        return list(found)

    def add(self, rules: Iterable[Rule]) -> None:
        """Tells these rules."""
        for field, number, mask, masked in rules:
            reads, running = self._reads(mask), self._whether_running(mask)
            place = (self._columns[field.name], self._number(field, number), mask)
            columns = [
                *(self._columns[each.name] for each in reads),
                *(-1 - self._columns[each.name] for each in running),
            ]
            _, cases = self._rules.setdefault(place, (columns, {}))
            now = [*(self._number(each, _held(masked, each)) for each in reads), *(0 for _ in running)]
            cases[",".join(map(str, now))] = self._moves(field, masked, reads)

    def rules(self) -> list[list[Any]]:
        """Lists of column, number, the columns that are read, and for their numbers the moves that follow.

        Of a column -1 - c only this is read: 1 if the process of column c has exited, else 0. A move is
        [actor, [column, new number, ...], number of what it gives]."""
        return [[column, own, reads, cases] for (column, own, _), (reads, cases) in self._rules.items()]

    def acting(self) -> list[int]:
        """The columns of those who can act, in the order in which they are asked."""
        return [self._columns[field.name] for field in self._graph.steps.actors]

    def objects(self, rows: list[list[int]]) -> list[dict[str, Any]]:
        """The objects with their values; those whose value is the same in all of these rows may be hidden."""
        found = []
        for index, field in enumerate(self._objects):
            title = self._words.object(field.name)
            varies = len({row[len(self._processes) + index] for row in rows}) > 1
            hidden = (title.endswith("'s lock") or field.kind == BUFFER) and not varies
            found.append({"name": title, "kind": field.kind, "hidden": hidden, "values": self._values[index]})
        return found

    def sources(self) -> list[dict[str, Any]]:
        """The cells in which some process is at some place, or the part of them where it is."""
        found = []
        for label, numbers in self._lines.items():
            lines = [short(line) for line in self._words.sources.get(label, [])]
            first, last = 1, len(lines)
            if len(lines) > SOURCE:
                first = max(1, min(numbers) - AROUND)
                last = min(len(lines), max(numbers) + AROUND, first + LINES)
            rank = list(self._words.sources).index(label) if label in self._words.sources else len(self._words.sources)
            told = re.split(r"[\\/]", label)[-1]
            found.append({"label": told, "rank": rank, "first": first, "lines": lines[first - 1 : last]})
        return found

    def _reads(self, mask: int) -> list[Field]:
        return [field for field in [*self._processes, *self._objects] if _held(mask, field) not in (0, _EXITED)]

    def _whether_running(self, mask: int) -> list[Field]:
        """The processes of which nothing is read but that they have not exited."""
        return [field for field in self._processes if _held(mask, field) == _EXITED]

    def _moves(self, field: Field, masked: int, reads: list[Field]) -> list[list[Any]]:
        moves = self._graph.steps.in_full(masked, field)
        found = []
        for move in moves:
            told = self._words.answer(move.operation, move.answer)
            if move.actor.startswith("feeder"):
                told = self._words.object(move.operation.objects[0])
            elif is_store_buffer(move.actor):
                told = f"{self._words.object(move.operation.objects[0])} = {self._words.value(move.operation.arguments[1])}"
            elif len(moves) > 1 and not told:
                told = self._difference(masked, move.after, move.operation.objects)
            changes: list[int] = []
            for each in reads:
                if _held(move.after, each) != _held(masked, each):
                    changes += [self._columns[each.name], self._number(each, _held(move.after, each))]
            if move.actor not in self.actors:
                self.actors[move.actor] = len(self.actors)
            found.append([self.actors[move.actor], changes, self._answers.number(told)])
        return found

    def _difference(self, before: int, after: int, objects: tuple[str, ...]) -> str:
        """What tells one way from the others of the same operation: what the object is then."""
        value, fields = self._graph.steps.value, self._graph.steps.fields
        changed = [name for name in objects if value(before, name) != value(after, name)]
        told = (f"{self._words.object(n)}: {self._words.value(value(after, n), fields[n].kind)}" for n in changed)
        return ", ".join(told) or "nothing changes"

    def _number(self, field: Field, held: int) -> int:
        """The number by which the page knows what the field calls `held`."""
        column = self._columns[field.name]
        numbers = self._numbers[column]
        if held not in numbers:
            numbers[held] = len(numbers)
            if field.kind == "process":
                self.places[column].append(self._place(field.values[held]))
            else:
                self._values[column - len(self._processes)].append(self._value(field.kind, field.values[held]))
        return numbers[held]

    def _place(self, status: Status) -> dict[str, Any]:
        local = self._graph.automata.locals[status.local]
        if status.code is not None:
            ended = local.ended
            told = str(ended[1]) if ended and ended[0] == "raised" and status.code == 1 else ""
            return {"kind": "exited", "code": status.code, "error": short(told)}
        place: dict[str, Any] = {"kind": local.kind, "inside": [short(name) for name in local.sections]}
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
            place["touches"] = [self._columns[name] - len(self._processes) for name in local.operation.objects]
            kind = operation_kind(local.operation.kind)
            if kind.wait is not None and kind.wait.on_page:
                place["waits"] = short(kind.wait.on_page.format(object=self._words.object(local.operation.objects[0])))
            if kind.access == "write" and not (self._buffered and in_memory(local.operation)):
                place["writes"] = True
        return place

    def _value(self, kind: str, value: Any) -> dict[str, Any]:
        declared = declared_object(kind)
        told: dict[str, Any] = {
            "text": short(self._words.value(value, kind)) if value is not None or kind in LOCKS else ""
        }
        if value is not None and (holder := declared.holder(value)) is not None:
            told["holder"] = self.actors.get(holder, -1)
        if value and declared.asleep is not None:
            told["asleep"] = [self.actors[who] for who in declared.asleep(value)]
        return told


def _held(state: int, field: Field) -> int:
    return state >> field.shift & ((1 << field.bits) - 1)


def _in_order(identity: str) -> list[int]:
    return [int(part) for part in identity.split(".")]
