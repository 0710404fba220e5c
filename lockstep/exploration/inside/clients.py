"""The program that uses an object: main makes it and starts its clients, each of which calls its methods in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lockstep.standin.machine import current
from lockstep.standin.objects.processes import Process


def used_by(make: Callable[..., Any], arguments: list[Any], keywords: dict[str, Any], clients: list[Any]) -> None:
    """`clients` are lists of (method, arguments, keywords), one for each process."""
    thing = make(*arguments, **keywords)
    processes = [Process(target=client, args=(number, thing, calls)) for number, calls in enumerate(clients)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def client(me: int, thing: Any, calls: list[Any]) -> None:
    """Calls one method after the other, and goes on when one raises: that is an outcome, too."""
    for number, (method, arguments, keywords) in enumerate(calls):
        current().called(me, number)
        try:
            value = getattr(thing, method)(*arguments, **keywords)
        except Exception as error:
            current().came_back("raised", type(error).__name__, str(error))
        else:
            current().came_back("returned", value)
