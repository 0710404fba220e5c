"""Histories of an object's clients, one for each schedule, and whether an order of the calls explains each: by trying them all.

Written after Wing & Gong, "Testing and verifying concurrent objects" (JPDC 1993); nothing is carried along from step to step.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .engine import Machine, Program, TooMany
from .locks import always

MAIN = """
import observing
def client(me, thing, calls):
    for number, (method, arguments) in enumerate(calls):
        observing.called(me, number)
        try:
            outcome = ("returned", getattr(thing, method)(*arguments))
        except Exception as error:
            outcome = ("raised", type(error).__name__)
        observing.came_back(me, number, outcome)
def main():
    thing = {make}
    processes = [mp.Process(target=client, args=(me, thing, calls)) for me, calls in enumerate({clients})]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
"""


class Call(NamedTuple):
    """A call with the steps in which it began and came back (None: it did not)."""

    client: int
    number: int
    begin: int | None
    end: int | None
    outcome: Any


class Observing(Machine):
    """A machine that notes when calls begin, with their first step, and when they come back, with their last."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.steps_taken = 0
        self.calls: dict[tuple[int, int], Call] = {}
        self.current: dict[str, tuple[int, int]] = {}

    def ask(self, name: str, outcomes: Any) -> Any:
        asking = self.active.number
        try:
            return super().ask(name, outcomes)
        finally:
            place = self.current.get(asking)
            if place is not None and not self.dying and self.calls[place].begin is None:
                self.calls[place] = self.calls[place]._replace(begin=self.steps_taken)

    def take(self, actor: Any, k: int) -> None:
        self.steps_taken += 1
        super().take(actor, k)


class _Observing:
    """What programs import as `observing`."""

    @staticmethod
    def called(client: int, number: int) -> None:
        machine: Any = Machine.running
        machine.current[machine.active.number] = (client, number)
        machine.calls[client, number] = Call(client, number, None, None, None)

    @staticmethod
    def came_back(client: int, number: int, outcome: Any) -> None:
        machine: Any = Machine.running
        if machine.calls[client, number].begin is None:
            always("a call that asks for nothing", lambda: None)
        machine.calls[client, number] = machine.calls[client, number]._replace(end=machine.steps_taken, outcome=outcome)
        del machine.current[machine.active.number]


OBSERVING = _Observing()


def one_at_a_time(program: Program, clients: Any, specification: Any, at_most: int = 3_000) -> bool:
    """Is every schedule's history explained? Raises TooMany."""
    left: list[list[Any]] = []

    def choose(depth: int, choices: Any) -> Any:
        if choices is None:
            return left[depth][-1] if depth < len(left) else None
        left.append(choices)
        return choices[-1]

    for _ in range(at_most):
        machine = Observing(program, False)
        machine.execute(choose)
        if not explained(list(machine.calls.values()), clients, specification):
            return False
        while left and len(left[-1]) == 1:
            left.pop()
        if not left:
            return True
        left[-1].pop()
    raise TooMany(f"more than {at_most} schedules")


def explained(calls: list[Call], clients: Any, specification: Any) -> bool:
    """Is there an order of all calls that came back which gives what they gave, and in whose end the others have to wait?"""
    back = [call for call in calls if call.end is not None]
    others = [call for call in calls if call.end is None]

    def extended(order: list[Call]) -> bool:
        states = replayed([*order], clients, specification)
        if states is None:
            return False
        if len(order) == len(back):
            return all(replayed([*order, call], clients, specification, last_waits=True) is not None for call in others)
        for call in back:
            if call in order or any(_before(other, call) for other in back if other not in order and other is not call):
                continue
            if extended([*order, call]):
                return True
        return False

    return extended([])


def _before(one: Call, other: Call) -> bool:
    assert one.end is not None
    assert other.begin is not None
    return one.end < other.begin


def replayed(order: list[Call], clients: Any, specification: Any, last_waits: bool = False) -> Any:
    """The specification after these calls in this order; None if one gives something else. `last_waits`: the last must wait."""
    thing = specification()
    for place, call in enumerate(order):
        method, arguments = clients[call.client][call.number]
        waits = False
        try:
            outcome = ("returned", getattr(thing, method)(*arguments))
        except Exception as error:
            outcome = ("raised", type(error).__name__)
        except BaseException:
            waits = True
        if last_waits and place == len(order) - 1:
            return thing if waits else None
        if waits or outcome != call.outcome:
            return None
    return thing
