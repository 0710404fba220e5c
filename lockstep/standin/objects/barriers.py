"""Barrier: nobody goes on before all have arrived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lockstep.standin.declared import BLOCKED, Limit, Wait, makes, object_kind, one, operation
from lockstep.standin.operation import Operation, Outcome, Raised, Value
from lockstep.standin.shared import Shared, ask

_BROKEN = Raised("BrokenBarrierError")

# The value of a Barrier is (phase, number inside).

object_kind("barrier", lambda value, tell: f"{value[1]} inside, {value[0]}")
makes("Barrier", "barrier")


def _drained(inside: int) -> Value:
    return ("draining", inside) if inside else ("filling", 0)


def _come(value: Value, operation: Operation) -> str:
    parties = operation.arguments[0 if operation.kind == "barrier.arrive" else 1]
    return f"{value[1]} of {parties}"


_OTHERS = Wait(
    "the others at {object}: {detail} have come, and nobody else can come", _come, on_page="the others at {object}"
)


@operation(
    "barrier.arrive", told="arrive {object}", method="Barrier.wait", answers="never", wait=_OTHERS._replace(on_page=""),
    follows=True, precedes=True, wakes_all=True, cost="barrier",
)  # fmt: skip
def _arrive(values: tuple[Value, ...], process: str, parties: int, acts: bool) -> list[Outcome]:
    phase, inside = values[0]
    if phase == "broken":
        return one(values, _BROKEN)
    if phase != "filling":
        return BLOCKED
    if inside + 1 < parties:
        return one((("filling", inside + 1),), ("wait", inside))
    if acts:
        return one((("acting", inside + 1),), ("act", inside))
    return one((_drained(inside),), ("last", inside))


@operation(
    "barrier.pass", told="leave {object}", method="Barrier.wait", usual=None, limit=Limit(0, False), wait=_OTHERS, follows=True,
    wakes_all=True,
)  # fmt: skip
def _pass(values: tuple[Value, ...], process: str, timed: bool, parties: int) -> list[Outcome]:
    phase, inside = values[0]
    if phase == "draining":
        return one((_drained(inside - 1),), None)
    if phase == "broken" or (phase == "filling" and timed):
        return one((("broken", inside - 1),), _BROKEN)
    if phase == "resetting":
        return one((("resetting", inside - 1) if inside > 1 else ("filling", 0),), _BROKEN)
    return BLOCKED


@operation("barrier.open", told="open the barrier {object}", method="Barrier.open", usual=None, precedes=True)
def _open(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one((_drained(values[0][1] - 1),), None)


@operation("barrier.fail", told="break the barrier {object}", method="Barrier.fail", precedes=True)
def _fail(values: tuple[Value, ...], process: str) -> list[Outcome]:
    return one((("broken", values[0][1] - 1),), None)


@operation("barrier.reset", told="reset {object}", method="Barrier.reset", precedes=True)
def _reset(values: tuple[Value, ...], process: str) -> list[Outcome]:
    phase, inside = values[0]
    if phase == "acting":
        return BLOCKED
    if inside == 0:
        return one((("filling", 0),), None)
    return one((("resetting" if phase in ("filling", "broken") else phase, inside),), None)


@operation("barrier.abort", told="abort {object}", method="Barrier.abort", precedes=True)
def _abort(values: tuple[Value, ...], process: str) -> list[Outcome]:
    phase, inside = values[0]
    return BLOCKED if phase == "acting" else one((("broken", inside),), None)


@operation("barrier.n_waiting", told="n_waiting {object}", method="Barrier.n_waiting")
def _n_waiting(values: tuple[Value, ...], process: str) -> list[Outcome]:
    phase, inside = values[0]
    return BLOCKED if phase == "acting" else one(values, inside if phase == "filling" else 0)


@operation("barrier.broken", told="broken {object}", method="Barrier.broken")
def _is_broken(values: tuple[Value, ...], process: str) -> list[Outcome]:
    phase, _ = values[0]
    return BLOCKED if phase == "acting" else one(values, phase == "broken")


class Barrier(Shared):
    """As `multiprocessing.Barrier`."""

    def __init__(
        self,
        parties: int,
        action: Callable[[], Any] | None = None,
        timeout: float | None = None,
        *,
        ctx: Any = None,
    ) -> None:
        if parties < 1:
            raise ValueError("parties must be > 0")
        self.parties, self.action, self.timeout = parties, action, timeout
        self.name = self._exist("barrier", ("filling", 0))

    def wait(self, timeout: float | None = None) -> int:
        patience = self.timeout if timeout is None else timeout
        arrived = ask("barrier.arrive", (self.name,), self.parties, self.action is not None)
        role, index = arrived
        if role == "wait":
            ask("barrier.pass", (self.name,), patience is not None, self.parties, patience=patience)
        elif role == "act":
            self._act()
        return int(index)

    def _act(self) -> None:
        action = self.action
        assert action is not None
        try:
            action()
        except BaseException:
            ask("barrier.fail", (self.name,))
            raise
        ask("barrier.open", (self.name,))

    def reset(self) -> None:
        ask("barrier.reset", (self.name,))

    def abort(self) -> None:
        ask("barrier.abort", (self.name,))

    @property
    def n_waiting(self) -> int:
        return int(ask("barrier.n_waiting", (self.name,)))

    @property
    def broken(self) -> bool:
        return bool(ask("barrier.broken", (self.name,)))
