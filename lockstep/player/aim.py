"""What a player shows and a driver tries to reach: a failure, a result that no undisturbed run gives, or a goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lockstep.explore.claims import AllStates
from lockstep.explore.exploration import Exploration
from lockstep.explore.findings import End, Findings
from lockstep.explore.typed import typed_key

Goal = Callable[[Any], Any] | str | None


@dataclass(frozen=True)
class Aim:
    """The states to come to.

    `words` names them ("a deadlock"), empty if they are no failure; `lost`: they are those of a livelock."""

    words: str
    states: set[int]
    headline: str
    lost: bool = False


def aim_of(found: Exploration, goal: Goal) -> Aim:
    """The aim of a player. Raises ValueError for a goal that nothing reaches, TypeError for what is no goal."""
    findings = found._findings
    if goal is None:
        return _failure(found)
    if goal == "deadlock":
        ends, words, verb = [end for end in findings.ends if end.deadlocked], "a deadlock", "deadlock"
    elif callable(goal):
        ends = [e for e in findings.ends if e.returned and not e.deadlocked and goal(e.returned[0])]
        words, verb = "the goal", "reach the goal"
    else:
        raise TypeError(f'a goal is a function of what the program returns, or "deadlock", not {goal!r}')
    if not ends:
        raise ValueError(f"no interleaving of {findings.name} reaches this goal ({found.claim})")
    return Aim(words, {end.state for end in ends}, _counted(found, ends, verb))


def _failure(found: Exploration) -> Aim:
    findings = found._findings
    deadlocks = [end for end in findings.ends if end.deadlocked]
    if deadlocks:
        return Aim("a deadlock", _states(deadlocks), _counted(found, deadlocks, "deadlock"))
    if findings.lost:
        told = "The processes can come to where they go on for ever and never end (livelock)"
        return Aim("a livelock", set(findings.lost), f"{told}; {_tried(found)}", True)
    crashes = [end for end in findings.ends if end.crashes]
    if crashes:
        return Aim("a crash", _states(crashes), _counted(found, crashes, "end with a crash"))
    returned = [end for end in findings.ends if end.returned]
    if len(found.results) > 1:
        usual = undisturbed(findings)
        odd = [e for e in returned if usual is None or typed_key(e.returned[0]) != typed_key(usual.returned[0])]
        if usual is not None and odd:
            value = repr(usual.returned[0])
            told = f"do not return {value}, as an undisturbed run does"
            return Aim(f"a result other than {value}", _states(odd), _counted(found, odd, told))
    told = f"No failure was found; {_tried(found)}"
    return Aim("", _states(returned or findings.ends), told)


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


def _states(ends: list[End]) -> set[int]:
    return {end.state for end in ends}


def _counted(found: Exploration, ends: list[End], verb: str) -> str:
    if found.interleavings is None:
        return f"There are interleavings that {verb}; {_tried(found)}"
    return f"{found._findings.count(ends):,} of {found.interleavings:,} interleavings {verb}; {_tried(found)}"


def _tried(found: Exploration) -> str:
    if found.interleavings is not None:
        return "all were tried."
    if isinstance(found.claim, AllStates):
        return f"all {found.states:,} states were visited, in interleavings without number."
    return f"what was tried: {found.claim}."
