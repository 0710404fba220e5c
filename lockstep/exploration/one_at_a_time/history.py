"""The history of an interleaving: every call as an interval, with what it gave."""

from __future__ import annotations

from dataclasses import dataclass

from lockstep.exploration.clients import Call
from lockstep.exploration.one_at_a_time.observed import Observed
from lockstep.exploration.one_at_a_time.specification import Outcome
from lockstep.exploration.search.shortest import PathStep
from lockstep.standin.objects.processes import process_name


@dataclass(frozen=True, eq=False)
class Interval:
    """A call from its first step to its last; `end` and `outcome` are None for one that never came back."""

    process: str
    client: int
    number: int  # of the call among those of its client
    call: Call
    begin: int
    end: int | None = None
    outcome: Outcome | None = None

    @property
    def named(self) -> str:
        return f"`{self.call}` of {self.process}"

    def over_before(self, other: Interval) -> bool:
        return self.end is not None and self.end < other.begin


def history(observed: Observed, path: list[PathStep]) -> list[Interval]:
    """The calls on this path, in the order in which they begin; last those that have no step of their own yet."""
    clients = observed.monitor.clients
    locals_ = observed.graph.automata.locals
    found: dict[tuple[int, int], Interval] = {}
    state = observed.root[0]
    for step, (field, index, after) in enumerate(path):
        if field.kind == "process":
            status = field.values[(state >> field.shift) & ((1 << field.bits) - 1)]
            if locals_[status.local].call and locals_[status.local].kind == "ask":
                client, call, outcome = observed.events(state, field)[index]
                before = found.get((client, call))
                begin = step if before is None else before.begin
                end = None if outcome is None else step
                found[client, call] = Interval(
                    process_name(field.name), client, call, clients[client][call], begin, end, outcome
                )
        state = after
    for process, status in observed.graph.statuses(state).items():
        if (place := locals_[status.local].call) and place not in found:
            client, call = place
            found[client, call] = Interval(process_name(process), client, call, clients[client][call], len(path))
    return list(found.values())
