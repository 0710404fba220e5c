"""What a player shows and a driver tries to reach: a failure, a result that no undisturbed run gives, or a goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lockstep.exploration.claims import AllStates
from lockstep.exploration.findings import End, Findings
from lockstep.exploration.typed import typed_key

Goal = Callable[[Any], Any] | str | None


@dataclass(frozen=True)
class Aim:
    """The states to come to. `words` names them ("a deadlock"), empty if they are no failure."""

    words: str
    states: frozenset[int]  # none: nobody can drive there
    headline: str
    fails: bool = True
    circle: frozenset[int] = frozenset()  # states of a circle to be shown once round
    told: str = ""  # all that is to be said of a run that is meant to go on for ever


def aims_of(found: Findings, goal: Goal) -> list[Aim]:
    """What to aim at: the goal; without one every kind of failure, or, if there is none, any end.

    Raises ValueError for a goal that nothing reaches, TypeError for what is no goal.
    """
    if goal is None:
        return _failures(found) or [Aim("", _states(found.ends), f"No failure was found; {_tried(found)}", fails=False)]
    if goal == "deadlock":
        aims = _deadlocks(found)
    elif goal == "livelock":
        aims = _livelocks(found)
    elif callable(goal):
        ends = [e for e in found.ends if e.returned and not e.deadlocked and goal(e.returned[0])]
        aims = [Aim("the goal", _states(ends), _counted(found, ends, "reach the goal"), fails=False)] if ends else []
    else:
        raise TypeError(f'a goal is a function of what the program returns, or "deadlock", or "livelock", not {goal!r}')
    if not aims:
        raise ValueError(f"no interleaving of {found.name} reaches this goal ({found.claim})")
    return aims


def aimed_at(found: Findings, goal: Goal) -> frozenset[int]:
    """The states that a driver tries to reach: the goal, or any failure."""
    return frozenset[int]().union(*(aim.states for aim in aims_of(found, goal) if aim.words))


def _failures(found: Findings) -> list[Aim]:
    """The kinds of failure, the gravest first."""
    return [*_deadlocks(found), *_livelocks(found), *_crashes(found), *_odd_results(found)]


def _deadlocks(found: Findings) -> list[Aim]:
    ends = [end for end in found.ends if end.deadlocked]
    return [Aim("a deadlock", _states(ends), _counted(found, ends, "deadlock"))] if ends else []


def _livelocks(found: Findings) -> list[Aim]:
    if not found.lost:
        if not found.circling:
            return []
        told, states = found.livelock()
        return [Aim("a livelock", frozenset(), f"{told.rstrip(':')}; {_tried(found)}", circle=frozenset(states))]
    told = "The processes can come to where they go on for ever and never end (livelock)"
    return [Aim("a livelock", frozenset(found.lost), f"{told}; {_tried(found)}")]


def _crashes(found: Findings) -> list[Aim]:
    ends = [end for end in found.ends if end.crashes and not end.deadlocked]
    return [Aim("a crash", _states(ends), _counted(found, ends, "end with a crash"))] if ends else []


def _odd_results(found: Findings) -> list[Aim]:
    """The ends that return something else than an undisturbed run does, though nothing crashes."""
    usual = undisturbed(found) if len(found.results()) > 1 else None
    if usual is None:
        return []
    value = repr(usual.returned[0])
    returned = [end for end in found.ends if end.returned and not end.deadlocked and not end.crashes]
    odd = [end for end in returned if typed_key(end.returned[0]) != typed_key(usual.returned[0])]
    told = f"do not return {value}, as an undisturbed run does"
    return [Aim(f"a result other than {value}", _states(odd), _counted(found, odd, told))] if odd else []


def undisturbed(findings: Findings) -> End | None:
    """The end of the run in which nobody is interrupted who could go on; None if it does not return."""
    ends = {end.state: end for end in findings.ends}
    graph = findings.graph
    state, last = graph.root, -1
    met = set()
    while state not in ends:
        if state in met or (findings.visited is not None and state not in findings.visited.states):
            return None
        moves = {field.index: news for field, news in graph.successors(state)}
        if not moves:
            return None
        met.add(state)
        last = last if last in moves else min(moves)
        state = moves[last][0]
    return ends[state] if ends[state].returned and not ends[state].deadlocked else None


def _states(ends: list[End]) -> frozenset[int]:
    return frozenset(end.state for end in ends)


def _counted(found: Findings, ends: list[End], verb: str) -> str:
    if found.interleavings is None:
        return f"There are interleavings that {verb}; {_tried(found)}"
    return f"{found.count(ends):,} of {found.interleavings:,} interleavings {verb}; {_tried(found)}"


def _tried(found: Findings) -> str:
    if found.interleavings is not None:
        return "all were tried."
    if isinstance(found.claim, AllStates):
        return f"all {len(found.states):,} states were visited, in interleavings without number."
    return f"what was tried: {found.claim}."
