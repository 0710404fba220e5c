"""Processes, operations and deadlocks in a learner's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lockstep.simulation.actors import Deadlock, Stretch, Waiting
from lockstep.standin.operation import Operation
from lockstep.student.failure import CheckFailed

_OBJECTS = {
    "lock": "Lock", "rlock": "RLock", "semaphore": "Semaphore", "condition": "Condition", "event": "Event",
    "barrier": "Barrier", "queue": "Queue", "simplequeue": "SimpleQueue", "pipe": "Connection", "process": "Process",
    "pool": "Pool", "cell": "Value", "cells": "Array", "memory": "Value", "time": "time",
}  # fmt: skip
_VERBS = {
    "condition.wake": "wait", "event.wake": "wait", "barrier.arrive": "wait", "barrier.pass": "wait",
    "pool.take": "worker, no task", "pool.result": "results", "queue.joined": "join",
    "process.begin": "start", "pipe.sent": "send", "simplequeue.sent": "put", "memory.access": "value",
}  # fmt: skip
# What looks at something without waiting for it, and what waits instead.
_INSTEAD = {
    "process.is_alive": "`join()`", "process.exitcode": "`join()`", "event.is_set": "the Event's `wait()`",
    "queue.get": "`get()` without a time limit", "queue.empty": "`get()`", "queue.qsize": "`get()`",
    "queue.full": "`put()`", "simplequeue.empty": "`get()`", "pipe.poll": "`recv()`, or `poll(None)`",
    "pool.result": "the result's `get()` or `wait()`", "time.now": "`time.sleep()`",
}  # fmt: skip
_MAY_WAIT = frozenset(["queue.get", "pipe.poll", "pool.result"])  # their first argument says whether they do


def process_name(identity: str) -> str:
    """What multiprocessing calls it: "MainProcess", "Process-1", "Process-1:2"."""
    return "MainProcess" if identity == "0" else "Process-" + identity[2:].replace(".", ":")


def operation_name(kind: str) -> str:
    """The method that a learner called: "Lock.acquire"."""
    family, _, verb = kind.partition(".")
    if not verb:
        return kind
    return f"{_OBJECTS.get(family, family)}.{_VERBS.get(kind, verb)}"


def endless(program: str, processes: Iterable[Sequence[Stretch]]) -> str:
    """What to say of a program that did as many operations as are simulated: `processes` did these stretches."""
    done = Counter((_looking(one.operation), one.operation.kind, one.line) for all_ in processes for one in all_)
    (looking, kind, line), often = done.most_common(1)[0]
    where = f"{operation_name(kind)} ({line})" if line else operation_name(kind)
    told = f"`{program}` did {sum(done.values()):_} operations, as many as are simulated, and goes on; "
    if looking:
        return told + (
            f"it looked {often:_} times at {where}: looking again and again keeps a core busy until something "
            f"changes, so wait with {_INSTEAD[kind]} instead"
        )
    return told + (
        f"{often:_} of them were {where}: if they come to an end, simulate a smaller case; to wait for something, "
        "use `join()`, an Event's `wait()` or a Queue's `get()`"
    )


def _looking(operation: Operation) -> bool:
    return operation.kind in _INSTEAD and not (operation.kind in _MAY_WAIT and operation.arguments[0])


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
