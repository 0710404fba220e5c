"""Processes, operations and deadlocks in a learner's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lockstep.simulation.actors import Deadlock, Stretch, Waiting
from lockstep.standin.kinds import operation_kind
from lockstep.standin.objects.processes import process_name
from lockstep.standin.operation import Operation
from lockstep.student.failure import CheckFailed


def operation_name(kind: str) -> str:
    """The method that a learner called: "Lock.acquire"."""
    return operation_kind(kind).method or kind


class Done(NamedTuple):
    """What a program did until it was stopped: so many operations, the most frequent of them so often, at this line."""

    operations: int
    often: int
    kind: str
    line: str
    looks: bool  # it only looked whether something had changed

    @classmethod
    def by(cls, processes: Iterable[Sequence[Stretch]]) -> Done:
        """By processes that did these stretches."""
        done = Counter((one.operation.kind, one.line, _looking(one.operation)) for all_ in processes for one in all_)
        most, often = done.most_common(1)[0]
        return cls(sum(done.values()), often, *most)


def endless(program: str, done: Done, late: str = "") -> str:
    """What to say of a program that was stopped at as many operations as are simulated, or when this time was over."""
    where = f"{operation_name(done.kind)} ({done.line})" if done.line else operation_name(done.kind)
    told = f"`{program}` did {done.operations:_} operations, as many as are simulated, and goes on; "
    if late:
        told = f"`{program}` was not simulated within {late}; it did {done.operations:_} operations until then, and "
    if done.looks:
        return told + (
            f"it looked {done.often:_} times at {where}: looking again and again keeps a core busy until something "
            f"changes, so wait with {operation_kind(done.kind).instead} instead"
        )
    return told + (
        f"{done.often:_} of them were {where}: if they come to an end, simulate a smaller case; to wait for something, "
        "use `join()`, an Event's `wait()` or a Queue's `get()`"
    )


def _looking(operation: Operation) -> bool:
    kind = operation_kind(operation.kind)
    return bool(kind.instead) and not (kind.limit is not None and kind.patient(operation))


@dataclass(frozen=True)
class WaitForGraph:
    """Who waits for what, and for whom, when nobody can go on; `time` is in virtual seconds.

    `failures` say which processes ended with an exception before, which may be why.
    """

    time: float
    arrows: tuple[tuple[str, str, str, tuple[str, ...]], ...]  # process, operation, line, processes waited for
    failures: tuple[str, ...] = ()

    def text(self) -> str:
        lines = [f"after {self.time:.4g} s of virtual time nobody can go on:"]
        for process, operation, line, whom in self.arrows:
            where = f" ({line})" if line else ""
            for_whom = f", for {' and '.join(whom)}" if whom else ""
            lines.append(f"  {process} waits in {operation}{where}{for_whom}")
        return "\n".join([*lines, *(f"  {failure}" for failure in self.failures)])

    @property
    def cycle(self) -> tuple[str, ...]:
        """Processes of which each waits for the next, and the last for the first; empty if there are none."""
        after = {process: whom for process, _, _, whom in self.arrows}
        for first in after:
            path = [first]
            while len(after.get(path[-1], ())) == 1 and after[path[-1]][0] not in path:
                path.append(after[path[-1]][0])
            if len(path) > 1 and after.get(path[-1], ()) == (first,):
                return tuple(path)
        return ()


class Deadlocked(CheckFailed):
    """The program came to a point from which nobody can go on; `evidence` is the wait-for graph."""


def deadlocked(program: str, error: Deadlock, failures: Sequence[str] = ()) -> Deadlocked:
    """The failure to show for a deadlock of the engine, after these failures of children."""
    arrows = tuple(_arrow(waiting, error.kinds) for waiting in error.waiting)
    graph = WaitForGraph(error.time, arrows, tuple(failures))
    cycle = graph.cycle
    told = f"{' waits for '.join((*cycle, cycle[0]))}" if cycle else f"{len(arrows)} processes wait for ever"
    if len(arrows) == 1:
        told = f"{arrows[0][0]} waits for ever in {arrows[0][1]}" + (f" ({arrows[0][2]})" if arrows[0][2] else "")
    if failures:
        told += f", after {failures[0]}"
    return Deadlocked(f"`{program}` comes to a deadlock: {told}", graph)


def _arrow(waiting: Waiting, kinds: dict[str, str]) -> tuple[str, str, str, tuple[str, ...]]:
    operation = operation_name(waiting.operation.kind)
    if waiting.operation.kind == "process.exit":
        operation = "its end"
    whom = tuple(process_name(identity) for identity in waiting.for_whom)
    return process_name(waiting.process), operation, waiting.line, whom
