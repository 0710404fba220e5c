"""Waiting for several at once: `multiprocessing.connection.wait`, and `multiprocessing.active_children`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from lockstep.standin.declared import Limit, Wait, machine_operation
from lockstep.standin.machine import current, not_covered
from lockstep.standin.objects.pipes import Connection
from lockstep.standin.objects.processes import Process, sentinels_process
from lockstep.standin.operation import Operation
from lockstep.standin.shared import ask

WAIT, ACTIVE = "connection.wait", "process.active_children"
_ANY = Wait("one of several to be ready, and nobody can go on to make it so")

machine_operation(
    WAIT, told="wait(...)", method="connection.wait", answers="never", wait=_ANY, limit=Limit(1, True),
    instead="`wait(...)` without a time limit", sees_exits="always", follows=True, wakes_all=True, looks=True, cost="lock",
)  # fmt: skip
machine_operation(
    ACTIVE, told="active_children()", answers="never", method="active_children", instead="`join()`", sees_exits="always", looks=True,
)  # fmt: skip


def ready(operation: Operation, full: Iterable[bool], exited: Callable[[str], bool]) -> tuple[int, ...]:
    """The places, among what is waited for, of who is ready: channels that have something (`full`), exited processes."""
    channels = iter(full)
    each = [exited(process) if process else next(channels) for process in operation.arguments[0]]
    return tuple(itertools.compress(range(len(each)), each))


def wait(object_list: Iterable[Any], timeout: float | None = None) -> list[Any]:
    """As `multiprocessing.connection.wait`, for connections and the sentinels of one's own children."""
    things = list(object_list)
    channels = [name for thing in things if type(thing) is not int for name in _channel(thing)]
    processes = tuple([sentinels_process(thing) if type(thing) is int else "" for thing in things])
    places = ask(WAIT, tuple(channels), processes, timeout is None, patience=timeout)
    return [things[place] for place in places]


def _channel(thing: Any) -> tuple[str]:
    if not isinstance(thing, Connection):
        raise not_covered(
            f"waiting for a {type(thing).__name__}", "give `wait` connections and the sentinels of processes"
        )
    return thing.source()


def active_children() -> list[Process]:
    """As `multiprocessing.active_children`, in the order of starting; who has exited counts as joined from then on."""
    children = list(current().children())
    if children:
        codes = ask(ACTIVE, (), tuple([child.identity for child in children]))
        for child, code in zip(children, codes, strict=True):
            child.learn(code)
    return list(current().children())
