"""Steps on processors with store buffers: what a process writes without a lock reaches the others later (x86-TSO).

A write goes into the writer's buffer, and out of it with a step of the buffer's own. Any operation but such reads and writes
empties it, as do starting a process, joining one, ending, and being ended.
"""

from __future__ import annotations

from lockstep.exploration.automata import Edge, Local
from lockstep.exploration.search.change import Change
from lockstep.exploration.search.fields import Field
from lockstep.exploration.search.steps import Move, Steps
from lockstep.standin.objects.calls import CALL_ALONE
from lockstep.standin.objects.sleeping import SLEEP
from lockstep.standin.objects.store_buffers import ARRIVE, BUFFER, HOLDS, Pending, in_memory, newest, store_buffer_of
from lockstep.standin.operation import Operation


class BufferedChange(Change):
    """A change of state in which processes have store buffers."""

    __slots__ = ()

    def begin(self, process: str, first: int, edge: Edge) -> None:
        self.set(store_buffer_of(process), BUFFER, ())
        super().begin(process, first, edge)

    def follow(self, process: str, edge: Edge) -> None:
        if edge.started:
            self.empty(process)
        super().follow(process, edge)

    def settle(self, process: str, expected: int) -> None:
        status = self.status(process)
        assert status is not None
        here = self.layout.automata.locals[status.local]
        if status.code is None and status.local == expected and here.kind in ("join", "end"):
            self.empty(process)
        super().settle(process, expected)

    def gone(self, local: Local, code: int) -> None:
        self.empty(local.process)
        super().gone(local, code)

    def empty(self, process: str) -> tuple[str, ...]:
        """The others see all that the process has written; the names of the cells and the buffer, if there was anything."""
        name = store_buffer_of(process)
        pending: Pending = self.get(name)
        for cell, message in pending:
            self.set(cell, "cell", message)
        if not pending:
            return ()
        self.set(name, BUFFER, ())
        return (*dict.fromkeys(cell for cell, _ in pending), name)


class BufferedSteps(Steps):
    """The transition relation of processes with store buffers."""

    changes = BufferedChange

    def _all(self, state: int, field: Field) -> list[tuple[Move, Change]]:
        look = BufferedChange(self, state)
        holds = look.get(field.name)
        if field.kind == BUFFER:
            return [self._arrives(look, field, holds)]
        if field.kind != "process":
            return super()._all(state, field)
        local = self.automata.locals[holds.local]
        if in_memory(local.operation):
            return self._in_memory(look, local)
        if local.operation.kind in (CALL_ALONE, SLEEP):
            return super()._all(state, field)
        seen = look.empty(local.process)
        found = super()._all(look.state, field)
        self._mask_of_blocked |= look.mask
        return [(_touching(move, seen), view) for move, view in found]

    def _arrives(self, look: Change, field: Field, pending: Pending) -> tuple[Move, Change]:
        cell, message = pending[0]
        view = BufferedChange(self, look.state, look.mask)
        view.set(cell, "cell", message)
        view.set(field.name, BUFFER, pending[1:])
        self._mask_of_blocked = look.mask
        operation = Operation(ARRIVE, (cell, field.name), ("", message))
        return Move(field.name, operation, None, None, view.state), view

    def _in_memory(self, look: Change, local: Local) -> list[tuple[Move, Change]]:
        """A read or a write of a cell without a lock; a write waits while the buffer is full."""
        (cell,) = local.operation.objects
        name = store_buffer_of(local.process)
        pending: Pending = look.get(name)
        answer = None
        if local.operation.kind == "cell.write" and len(pending) == HOLDS:
            self._mask_of_blocked = look.mask
            return []
        if local.operation.kind == "cell.read":
            answer = newest(pending, cell) or look.get(cell)
        view = BufferedChange(self, look.state, look.mask)
        if local.operation.kind == "cell.write":
            view.set(name, BUFFER, (*pending, (cell, local.operation.arguments[1])))
        view.finish(local, None, answer)
        self._mask_of_blocked = look.mask
        move = Move(local.process, local.operation, local.number, answer, view.state)
        return [(_touching(move, (name,)), view)]


def _touching(move: Move, names: tuple[str, ...]) -> Move:
    """The step, for readers, with these objects beside its own."""
    return move._replace(operation=move.operation._replace(objects=(*move.operation.objects, *names)))
