"""Who waits for what, and for whom, when nobody can go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lockstep.simulation.actors import Actor, Waiting
from lockstep.standin.objects.waiting import WAIT


def wait_for_graph(actors: Iterable[Actor], holder: Callable[[str], str | None]) -> tuple[Waiting, ...]:
    """Of every process that has not exited. `holder` tells who holds an object."""
    found = []
    for actor in actors:
        if actor.state == "exited" or actor.stretch is None:
            continue
        operation = actor.stretch.operation
        whom: tuple[str, ...]
        if operation.kind == "process.join":
            whom = operation.arguments[:1]
        elif operation.kind == WAIT:
            whom = tuple(child for child in operation.arguments[0] if child)
        elif operation.kind == "process.exit":
            whom = tuple(child.identity for child in actor.children if child.code is None)
        else:
            whom = tuple(held for name in operation.objects if (held := holder(name)))
        found.append(Waiting(actor.identity, operation, actor.stretch.line, whom))
    return tuple(found)
