"""A change of state: a step and all that happens with it, the rules of SEMANTICS.md as changes of fields."""

from __future__ import annotations

from collections import deque
from typing import Any

from lockstep.exploration.automata import Edge, Local
from lockstep.exploration.search.fields import Fields, Status
from lockstep.standin.objects.pipes import Channel, let_go, opened
from lockstep.standin.objects.queues import QueueValue, abandoned, feeders, on_its_way

LONGEST = 500  # stretches between two operations that may follow from one step
_CODES = {"process.terminate": -15, "process.kill": -9}


class EndlessStep(Exception):
    """So much follows from one step, without an operation, that it cannot be meant to end; says which process goes on."""


class Change:
    """A state on its way to the next; remembers which fields were read.

    A step of a process, and what follows from it with no step of its own: `finish` (or `begin`) moves it and `follow`s the edge,
    on which objects are created and processes begun; `settle` joins who has exited and ends who is at his end; whoever is `gone`
    lets his parent settle in turn.
    """

    __slots__ = ("_followed", "_settling", "layout", "mask", "state")

    def __init__(self, layout: Fields, state: int, mask: int = 0) -> None:
        self.layout, self.state, self.mask = layout, state, mask
        self._settling: deque[tuple[str, int]] | None = None  # while some are settled: who is next
        self._followed = 0

    def get(self, name: str) -> Any:
        field = self.layout.fields.get(name)
        if field is None:
            return None
        bits = (1 << field.bits) - 1
        self.mask |= bits << field.shift
        return field.values[(self.state >> field.shift) & bits]

    def set(self, name: str, kind: str, value: Any) -> None:
        field = self.layout.field(name, kind)
        bits = (1 << field.bits) - 1
        self.mask |= bits << field.shift
        old = (self.state >> field.shift) & bits
        self.state += (self.layout.number(field, value) - old) << field.shift

    def status(self, process: str) -> Status | None:
        found: Status | None = self.get(process)
        return found

    def put_values(self, objects: tuple[str, ...], values: tuple[Any, ...]) -> None:
        """The objects' values after an operation; processes that only waited for a queue exit."""
        for name, value in zip(objects, values, strict=True):
            before = self.get(name)
            if before == value and type(before) is type(value):
                continue
            self.set(name, self.layout.fields[name].kind, value)
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
        edge = self.layout.automata.edge(local.number, answer)
        self.move(local.process, edge)
        if values is not None:
            self.put_values(local.operation.objects, values)
        self.follow(local.process, edge)

    def begin(self, process: str, first: int, edge: Edge) -> None:
        """A process starts: it holds the pipe ends it was given, and comes to its first rest."""
        local = self.layout.automata.locals[first]
        for name, reads in local.inherited:
            self.set(name, "channel", opened(self.get(name), process, reads))
        self.move(process, edge)
        self.follow(process, edge)

    def move(self, process: str, edge: Edge) -> None:
        status = self.status(process)
        self.set(process, "process", Status(edge.after, status is not None and status.left))

    def follow(self, process: str, edge: Edge) -> None:
        """What happens on an edge after the process has moved: creations, starts, and what needs no step of its own."""
        self._followed += 1
        if self._followed > LONGEST:
            raise EndlessStep(process)
        for name, kind, value, _ in edge.created:
            self.set(name, kind, value)
        for child, first in edge.started:
            self.begin(child, first, self.layout.automata.first_edges[first])
        self.settle(process, edge.after)

    def settle(self, process: str, expected: int) -> None:
        """Joins what has exited, ends what has ended: one after the other, as many may follow from one step."""
        if self.layout.automata.locals[expected].kind == "ask":
            return
        if self._settling is not None:
            self._settling.append((process, expected))
            return
        self._settling = deque([(process, expected)])
        try:
            while self._settling:
                self._settle(*self._settling.popleft())
        finally:
            self._settling = None

    def _settle(self, process: str, expected: int) -> None:
        status = self.status(process)
        assert status is not None
        if status.code is not None or status.local != expected:
            return  # it was taken further, or terminated, by what followed from a start
        local = self.layout.automata.locals[status.local]
        if local.kind == "join":
            code = self.exit_code(local.operation.arguments[0])
            if code is not None:
                edge = self.layout.automata.edge(local.number, code)
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
        field = self.layout.fields.get(process)
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
        local = self.layout.automata.locals[status.local]
        if local.kind != "end" or self.layout.exits_are_steps or local.sections:
            return
        if self.may_exit(local):
            self.exit(local)

    def exit(self, local: Local) -> None:
        self.gone(local, local.ended[2])

    def terminate(self, process: str, code: int) -> None:
        status = self.status(process)
        if status is not None and status.code is None:
            self.gone(self.layout.automata.locals[status.local], code)

    def gone(self, local: Local, code: int) -> None:
        """The process exits: it lets go of queues and pipes, and whoever joins it goes on."""
        process = local.process
        status = self.status(process)
        assert status is not None
        self.set(process, "process", Status(local.number, status.left, code))
        for name in local.queues:
            value = self.get(name)
            if on_its_way(value, process):
                self.set(name, self.layout.fields[name].kind, abandoned(value, process))
        for name, _ in local.ends:
            channel: Channel = self.get(name)
            self.set(name, "channel", let_go(channel, process))
        parent = process.rpartition(".")[0]
        if not parent:
            return
        above = self.status(parent)
        if above is None or above.code is not None:
            return
        waits = self.layout.automata.locals[above.local]
        if waits.kind == "join":
            self.settle(parent, above.local)
        elif waits.kind == "end":
            self.try_exit(parent)
