"""The fields of a state: an integer that holds where every process is and what every object holds.

The fields that a step reads decide what it does, so its effect (a difference of integers) is kept in a table under the state
masked to those fields.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lockstep.exploration.automata import Automata, Local
from lockstep.standin.objects.queues import feeders
from lockstep.standin.objects.store_buffers import BUFFER

_TABLES = 16  # of a row; then they grow together


class Status(NamedTuple):
    """Where a process is. `left`: it ended while a process that it started had not exited. `code`: set when it has
    exited."""

    local: int
    left: bool = False
    code: int | None = None


class Widen(Exception):
    """A field has more values than its bits can tell apart."""


class Field:
    """Some bits of a state, and what their numbers stand for (0: not there yet).

    A process that has exited has an odd number, all others an even one, so that one bit tells whoever waits for it.
    """

    __slots__ = ("bits", "index", "kind", "name", "numbers", "rows", "shift", "values")

    def __init__(self, name: str, kind: str, index: int, shift: int, bits: int) -> None:
        self.name, self.kind, self.index, self.shift, self.bits = name, kind, index, shift, bits
        self.values: list[Any] = [None]
        self.numbers: dict[Any, int] = {None: 0}
        self.rows: list[Row | None] = [None]

    def number(self, value: Any) -> int:
        found = self.numbers.get(value)
        if found is None:
            if self.kind == "process" and (len(self.values) & 1) != (value.code is not None):
                self.values.append(None)
                self.rows.append(None)
            found = self.numbers[value] = len(self.values)
            self.values.append(value)
            if found >> self.bits:
                raise Widen(self.name)
        return found


class Row:
    """What an actor can do in one of its places: differences by masked state, in a table for every set of fields read.

    `mask` and `moves` are the first table, which is enough nearly always; `others` are tried when it knows nothing.
    """

    __slots__ = ("mask", "moves", "others")

    def __init__(self) -> None:
        self.mask = 0
        self.moves: dict[int, tuple[int, ...]] = {}
        self.others: list[tuple[int, dict[int, tuple[int, ...]]]] = []

    def tables(self) -> list[tuple[int, dict[int, tuple[int, ...]]]]:
        return [(self.mask, self.moves), *self.others]

    def learn(self, state: int, mask: int, differences: tuple[int, ...]) -> None:
        """What is done in all states that agree with this one in the fields of `mask`."""
        if not self.moves:
            self.mask = mask
        elif len(self.others) >= _TABLES:
            mask |= self.others[-1][0]
        for known, table in self.tables():
            if known == mask:
                table[state & mask] = differences
                return
        self.others.append((mask, {state & mask: differences}))


class Fields:
    """All fields, made and numbered as they are met, and what the processes' automata are so far."""

    def __init__(self, automata: Automata, widths: dict[str, int], exits_are_steps: bool, capacity: int) -> None:
        """`capacity`: bytes that a pipe holds."""
        self.automata, self.widths, self.exits_are_steps = automata, widths, exits_are_steps
        self._capacity = capacity
        self.fields: dict[str, Field] = {}
        self.actors: list[Field] = []
        self._shift = 0

    def value(self, state: int, name: str) -> Any:
        """What the field of a process (its Status) or an object holds, None if there is none yet."""
        field = self.fields.get(name)
        if field is None:
            return None
        return field.values[(state >> field.shift) & ((1 << field.bits) - 1)]

    def field(self, name: str, kind: str) -> Field:
        """The field of this name, made if it is new."""
        found = self.fields.get(name)
        if found is None:
            bits = self.widths.get(name, 7 if kind == "process" else 5)
            found = Field(name, kind, len(self.fields), self._shift, bits)
            self._shift += bits
            self.fields[name] = found
            if kind in ("process", "queue", BUFFER):
                self.actors.append(found)
        return found

    def number(self, field: Field, value: Any) -> int:
        """The number of a value in its field; a new one gets its row if the actor can act there."""
        number = field.number(value)
        if number == len(field.rows):
            acts = self._acts(field, value)
            field.rows.append(Row() if acts else None)
        return number

    def _acts(self, field: Field, value: Any) -> bool:
        if field.kind == "queue":
            return bool(feeders(value))
        if field.kind == BUFFER:
            return bool(value)
        if field.kind != "process" or value.code is not None:
            return False
        local: Local = self.automata.locals[value.local]
        if local.kind == "end":
            return self.exits_are_steps or bool(local.sections)
        return local.kind == "ask"
