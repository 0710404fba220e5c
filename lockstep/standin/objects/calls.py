"""A call of an object under observation that touches nothing shared: it happens all the same, as one step."""

from __future__ import annotations

from lockstep.standin.declared import one, operation
from lockstep.standin.operation import Outcome, Value

CALL_ALONE = "object.call"


@operation(CALL_ALONE, told="call a method that touches nothing shared", usual=None)
def _call(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one(values, None)
