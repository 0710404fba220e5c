"""The steps that lead from state to state, found once for all states that agree in the fields that decide them."""

from __future__ import annotations

from typing import Any, NamedTuple

from lockstep.exploration.automata import Local
from lockstep.exploration.search.change import Change
from lockstep.exploration.search.fields import Field, Fields
from lockstep.standin.kinds import operation_kind, outcomes
from lockstep.standin.objects.proxies import CALL
from lockstep.standin.objects.queues import feeders
from lockstep.standin.objects.waiting import ACTIVE, WAIT, ready
from lockstep.standin.operation import Operation, Raised


class ExitsAreSteps(Exception):
    """Somebody can see whether a process has exited."""


class Move(NamedTuple):
    """One step in full, for readers."""

    actor: str
    operation: Operation
    local: int | None  # where the acting process was
    answer: Any
    after: int  # the state that follows


class Steps(Fields):
    """The transition relation. Grows fields and tables as states are met; the same question always has the same
    answer."""

    changes = Change

    def initial(self, first: int) -> int:
        """The state in which main is at its first operation. Raises Unknown."""
        view = self.changes(self, 0)
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

    def _all(self, state: int, field: Field) -> list[tuple[Move, Change]]:
        look = self.changes(self, state)
        holds = look.get(field.name)
        found = []
        if field.kind == "process":
            local = self.automata.locals[holds.local]
            for values, answer in self._outcomes(look, local):
                view = self.changes(self, state, look.mask)
                view.finish(local, values, answer)
                found.append((Move(field.name, local.operation, local.number, answer, view.state), view))
        else:
            for process in feeders(holds):
                operation = Operation("queue.feed", (field.name,), (self._capacity,))
                for outcome in outcomes(operation, (holds,), process):
                    view = self.changes(self, state, look.mask)
                    view.put_values(operation.objects, outcome.values)
                    found.append((Move(f"feeder of {process}", operation, None, None, view.state), view))
        self._mask_of_blocked = look.mask
        return found

    def _outcomes(self, view: Change, local: Local) -> list[tuple[Any, Any]]:
        operation = local.operation
        sees_exits = "" if self.exits_are_steps else operation_kind(operation.kind).sees_exits
        if sees_exits == "always":
            raise ExitsAreSteps
        if operation.kind == ACTIVE:
            return [(None, tuple([view.exit_code(child) for child in operation.arguments[0]]))]
        if not operation.kind.startswith("process."):
            values = tuple([view.get(name) for name in operation.objects])
            if operation.kind == WAIT:
                full = [bool(channel.messages) or not channel.writers for channel in values]
                places = ready(operation, full, lambda process: view.exit_code(process) is not None)
                return [(None, places)] if places or not operation.arguments[1] else []
            found = outcomes(operation, values, local.process)
            if sees_exits and any(type(outcome.answer) is Raised for outcome in found):
                raise ExitsAreSteps
            if operation.kind == CALL and type(found[0].answer) is not Raised:
                kept, reply = self.automata.call(values[0], operation.arguments[0])
                return [((kept, *values[1:]), reply)]
            return found  # type: ignore[return-value]
        if operation.kind == "process.exit":
            return [(None, None)] if view.may_exit(local) else []
        code = view.exit_code(operation.arguments[0])
        if operation.kind == "process.is_alive":
            return [(None, code is None)]
        return [(None, code if operation.kind == "process.exitcode" else None)]
