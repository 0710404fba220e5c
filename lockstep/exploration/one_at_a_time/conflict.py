"""Why no order of a history's calls fits: the fewest of its demands that no order meets all of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lockstep.exploration.one_at_a_time.history import Interval
from lockstep.exploration.one_at_a_time.specification import Specification, same


class Demand(NamedTuple):
    """What is demanded of an order of the calls, which stand for their places in the history.

    "before": the first, which was over before the second began, comes first, if both happen. "gives": the call gives what it
    gave, if it happens. "happens": the call, which came back, happens. "waits": the call, which never came back, does not
    happen, and cannot in the end.
    """

    kind: str
    call: int
    other: int = -1


def conflict(specification: Specification, calls: Sequence[Interval], waiting: Sequence[Interval]) -> list[Demand]:
    """Demands that no order meets, and each of which is needed for that. `waiting`: those that wait for ever."""
    places = range(len(calls))
    pairs = [(a, b) for a in places for b in places if calls[a].over_before(calls[b])]
    # The first of these to go are those that say least: calls long ago.
    pairs.sort(key=lambda pair: (calls[pair[0]].end or 0) - calls[pair[1]].begin)
    back = sorted((place for place in places if calls[place].end is not None), key=lambda place: calls[place].end or 0)
    demands = [
        *(Demand("before", *pair) for pair in pairs),
        *(Demand("gives", place) for place in back),
        *(Demand("happens", place) for place in back),
        *(Demand("waits", place) for place in places if calls[place] in waiting),
    ]
    for demand in list(demands):
        without = [each for each in demands if each != demand]
        if not fits(specification, calls, without):
            demands = without
    return demands


def fits(specification: Specification, calls: Sequence[Interval], demands: Sequence[Demand]) -> bool:
    """Is there an order of the calls, or of some of them, that meets the demands? (Wing & Gong, JPDC 1993)"""
    gives = {each.call for each in demands if each.kind == "gives"}
    happens = {each.call for each in demands if each.kind == "happens"}
    waits = {each.call for each in demands if each.kind == "waits"}
    earlier: dict[int, set[int]] = {}
    for each in demands:
        if each.kind == "before":
            earlier.setdefault(each.other, set()).add(each.call)
    # What has happened, what has not and never will any more, and the state.
    start: tuple[frozenset[int], frozenset[int], int] = (frozenset(), frozenset(waits), specification.start)
    front, met = [start], {start}
    while front:
        happened, never, state = front.pop()
        if happens <= happened and all(specification.after(state, calls[place].call) is None for place in waits):
            return True
        if happens & never:
            continue
        for place, interval in enumerate(calls):
            if place in happened or place in never:
                continue
            after = specification.after(state, interval.call)
            if after is None or (place in gives and same(after[0]) != same(interval.outcome or ())):
                continue
            missed = earlier.get(place, set()) - happened
            new = (happened | {place}, never | missed, after[1])
            if new not in met:
                met.add(new)
                front.append(new)
    return False
