"""Sleeping where no time passes: it is nothing, but whoever only sleeps, again and again, takes a step now and then."""

from __future__ import annotations

from lockstep.standin.declared import one, operation
from lockstep.standin.machine import current
from lockstep.standin.operation import Outcome, Value
from lockstep.standin.shared import ask

SLEEP = "time.sleep"
MANY = 100  # sleeps in a row, without any operation between them


@operation(SLEEP, told="sleep once more", method="time.sleep", usual=None, looks=True)
def _sleep(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(values, None)


def sleep_no_time(seconds: float) -> None:
    """`time.sleep`. Without the step a process that sleeps until somebody terminates it would never rest."""
    if current().option("sleeps") >= MANY:
        ask(SLEEP, ())
