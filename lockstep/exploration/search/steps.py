"""What a step does to the whole program: the rules of SEMANTICS.md, as changes of a state's fields.

A state is one integer of many fields, one for each process and each object. The fields that a step reads decide what it
does, so its effect (a difference of integers) is kept in a table under the state masked to those fields.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lockstep.exploration.automata import Automata, Edge, Local
from lockstep.standin.kinds import operation_kind, outcomes
from lockstep.standin.objects.pipes import Channel, let_go, opened
from lockstep.standin.objects.queues import QueueValue, abandoned, feeders, on_its_way
from lockstep.standin.operation import Operation, Raised

_TABLES = 16  # of a row; then they grow together
_CODES = {"process.terminate": -15, "process.kill": -9}


class Status(NamedTuple):
    """Where a process is. `left`: it ended while a process that it started had not exited. `code`: set when it has
    exited."""

    local: int
    left: bool = False
    code: int | None = None


class ExitsAreSteps(Exception):
    """Somebody can see whether a process has exited."""


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


class Move(NamedTuple):
    """One step in full, for readers."""

    actor: str
    operation: Operation
    local: int | None  # where the acting process was
    answer: Any
    after: int  # the state that follows


class Steps:
    """The transition relation. Grows fields and tables as states are met; the same question always has the same
    answer."""

    def __init__(self, automata: Automata, widths: dict[str, int], exits_are_steps: bool) -> None:
        self.automata, self.widths, self.exits_are_steps = automata, widths, exits_are_steps
        self.fields: dict[str, Field] = {}
        self.actors: list[Field] = []
        self._shift = 0

    def initial(self, first: int) -> int:
        """The state in which main is at its first operation. Raises Unknown."""
        view = _View(self, 0)
        view.begin("0", first, self.automata.first_edges[first])
        return view.state

    def moves(self, state: int, field: Field, number: int) -> tuple[int, ...]:
        """The differences that the steps of this actor make, `number` being its place. Raises Unknown."""
        row = field.rows[number]
        assert row is not None
        for known, table in row.tables():
            found = table.get(state & known)
            if found is not None:
                return found
        mask = ((1 << field.bits) - 1) << field.shift
        differences = []
        for move, view in self._all(state, field):
            mask |= view.mask
            differences.append(move.after - state)
        mask |= self._mask_of_blocked
        row.learn(state, mask, tuple(differences))
        return tuple(differences)

    def in_full(self, state: int, field: Field) -> list[Move]:
        """The same steps, in the same order, for readers."""
        return [move for move, _ in self._all(state, field)]

    def value(self, state: int, name: str) -> Any:
        """What the field of a process (its Status) or an object holds, None if there is none yet."""
        field = self.fields.get(name)
        if field is None:
            return None
        return field.values[(state >> field.shift) & ((1 << field.bits) - 1)]

    def _all(self, state: int, field: Field) -> list[tuple[Move, _View]]:
        look = _View(self, state)
        holds = look.get(field.name)
        found = []
        if field.kind == "process":
            local = self.automata.locals[holds.local]
            for values, answer in self._outcomes(look, local):
                view = _View(self, state, look.mask)
                view.finish(local, values, answer)
                found.append((Move(field.name, local.operation, local.number, answer, view.state), view))
        else:
            for process in feeders(holds):
                operation = Operation("queue.feed", (field.name,), (self.capacity_of(field.name),))
                for outcome in outcomes(operation, (holds,), process):
                    view = _View(self, state, look.mask)
                    view.put_values(operation.objects, outcome.values)
                    found.append((Move(f"feeder of {process}", operation, None, None, view.state), view))
        self._mask_of_blocked = look.mask
        return found

    def _outcomes(self, view: _View, local: Local) -> list[tuple[Any, Any]]:
        operation = local.operation
        sees_exits = "" if self.exits_are_steps else operation_kind(operation.kind).sees_exits
        if sees_exits == "always":
            raise ExitsAreSteps
        if not operation.kind.startswith("process."):
            values = tuple([view.get(name) for name in operation.objects])
            found = outcomes(operation, values, local.process)
            if sees_exits and any(type(outcome.answer) is Raised for outcome in found):
                raise ExitsAreSteps
            return found  # type: ignore[return-value]
        if operation.kind == "process.exit":
            return [(None, None)] if view.may_exit(local) else []
        code = view.exit_code(operation.arguments[0])
        if operation.kind == "process.is_alive":
            return [(None, code is None)]
        return [(None, code if operation.kind == "process.exitcode" else None)]

    def capacity_of(self, queue: str) -> int:
        return self.capacity

    capacity = 65_536

    def field(self, name: str, kind: str) -> Field:
        """The field of this name, made if it is new."""
        found = self.fields.get(name)
        if found is None:
            bits = self.widths.get(name, 7 if kind == "process" else 5)
            found = Field(name, kind, len(self.fields), self._shift, bits)
            self._shift += bits
            self.fields[name] = found
            if kind in ("process", "queue"):
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
        if field.kind != "process" or value.code is not None:
            return False
        local: Local = self.automata.locals[value.local]
        if local.kind == "end":
            return self.exits_are_steps or bool(local.sections)
        return local.kind == "ask"


class _View:
    """A state being read and changed; remembers which fields were read."""

    __slots__ = ("mask", "state", "steps")

    def __init__(self, steps: Steps, state: int, mask: int = 0) -> None:
        self.steps, self.state, self.mask = steps, state, mask

    def get(self, name: str) -> Any:
        field = self.steps.fields.get(name)
        if field is None:
            return None
        bits = (1 << field.bits) - 1
        self.mask |= bits << field.shift
        return field.values[(self.state >> field.shift) & bits]

    def set(self, name: str, kind: str, value: Any) -> None:
        field = self.steps.field(name, kind)
        bits = (1 << field.bits) - 1
        self.mask |= bits << field.shift
        old = (self.state >> field.shift) & bits
        self.state += (self.steps.number(field, value) - old) << field.shift

    def status(self, process: str) -> Status | None:
        found: Status | None = self.get(process)
        return found

    def put_values(self, objects: tuple[str, ...], values: tuple[Any, ...]) -> None:
        """The objects' values after an operation; processes that only waited for a queue exit."""
        for name, value in zip(objects, values, strict=True):
            before = self.get(name)
            if before == value and type(before) is type(value):
                continue
            self.set(name, self.steps.fields[name].kind, value)
            if type(value) is QueueValue:
                waited = {before.stuck, *feeders(before)} - {None}
                for process in sorted(waited):
                    if not on_its_way(value, process):
                        self.try_exit(process)

    def finish(self, local: Local, values: tuple[Any, ...] | None, answer: Any) -> None:
        """The step of the process at this local state, with this outcome."""
        kind = local.operation.kind
        if kind == "process.exit":
            self.exit(local)
            return
        if kind in _CODES:
            self.terminate(local.operation.arguments[0], _CODES[kind])
        # The process moves first: what follows from the new values may read where it is.
        edge = self.steps.automata.edge(local.number, answer)
        self.move(local.process, edge)
        if values is not None:
            self.put_values(local.operation.objects, values)
        self.follow(local.process, edge)

    def begin(self, process: str, first: int, edge: Edge) -> None:
        """A process starts: it holds the pipe ends it was given, and comes to its first rest."""
        local = self.steps.automata.locals[first]
        for name, reads in local.inherited:
            self.set(name, "channel", opened(self.get(name), process, reads))
        self.move(process, edge)
        self.follow(process, edge)

    def move(self, process: str, edge: Edge) -> None:
        status = self.status(process)
        self.set(process, "process", Status(edge.after, status is not None and status.left))

    def follow(self, process: str, edge: Edge) -> None:
        """What happens on an edge after the process has moved: creations, starts, and what needs no step of its own."""
        for name, kind, value, _ in edge.created:
            self.set(name, kind, value)
        for child, first in edge.started:
            self.begin(child, first, self.steps.automata.first_edges[first])
        self.settle(process, edge.after)

    def settle(self, process: str, expected: int) -> None:
        """Joins what has exited, ends what has ended."""
        status = self.status(process)
        assert status is not None
        if status.code is not None or status.local != expected:
            return  # it was taken further, or terminated, by what followed from a start
        local = self.steps.automata.locals[status.local]
        if local.kind == "join":
            code = self.exit_code(local.operation.arguments[0])
            if code is not None:
                edge = self.steps.automata.edge(local.number, code)
                self.move(process, edge)
                self.follow(process, edge)
        elif local.kind == "end":
            running = [(child, daemon) for child, daemon in local.children if self.exit_code(child) is None]
            if running:
                self.set(process, "process", Status(local.number, True))
            for child, daemon in running:
                if daemon:
                    self.terminate(child, -15)
            self.try_exit(process)

    def exit_code(self, process: str) -> int | None:
        """None while the process runs, or is about to start; reads no more than that of where it is."""
        field = self.steps.fields.get(process)
        if field is None:
            return None
        if not self.state >> field.shift & 1:
            self.mask |= 1 << field.shift
            return None
        status: Status = self.get(process)
        return status.code

    def may_exit(self, local: Local) -> bool:
        if any(not daemon and self.exit_code(child) is None for child, daemon in local.children):
            return False
        return all(name in local.abandoned or not on_its_way(self.get(name), local.process) for name in local.queues)

    def try_exit(self, process: str) -> None:
        """Exits, if the process has only been waiting for its children or its queues and exits are no steps."""
        status = self.status(process)
        if status is None or status.code is not None:
            return
        local = self.steps.automata.locals[status.local]
        if local.kind != "end" or self.steps.exits_are_steps or local.sections:
            return
        if self.may_exit(local):
            self.exit(local)

    def exit(self, local: Local) -> None:
        self.gone(local, local.ended[2])

    def terminate(self, process: str, code: int) -> None:
        status = self.status(process)
        if status is not None and status.code is None:
            self.gone(self.steps.automata.locals[status.local], code)

    def gone(self, local: Local, code: int) -> None:
        """The process exits: it lets go of queues and pipes, and whoever joins it goes on."""
        process = local.process
        status = self.status(process)
        assert status is not None
        self.set(process, "process", Status(local.number, status.left, code))
        for name in local.queues:
            value = self.get(name)
            if on_its_way(value, process):
                self.set(name, self.steps.fields[name].kind, abandoned(value, process))
        for name, _ in local.ends:
            channel: Channel = self.get(name)
            self.set(name, "channel", let_go(channel, process))
        parent = process.rpartition(".")[0]
        if not parent:
            return
        above = self.status(parent)
        if above is None or above.code is not None:
            return
        waits = self.steps.automata.locals[above.local]
        if waits.kind == "join":
            self.settle(parent, above.local)
        elif waits.kind == "end":
            self.try_exit(parent)
