"""The verdict: in every interleaving the calls behave as if one at a time, or the shortest in which they do not."""

from __future__ import annotations

from collections.abc import Collection, Container
from dataclasses import dataclass
from typing import Any

from lockstep.exploration.claims import Beginning, FewPreemptions
from lockstep.exploration.clients import Clients
from lockstep.exploration.findings import Findings, NotExplored
from lockstep.exploration.one_at_a_time.conflict import conflict
from lockstep.exploration.one_at_a_time.history import Interval, history
from lockstep.exploration.one_at_a_time.monitor import REFUSED, Monitor
from lockstep.exploration.one_at_a_time.observed import Node, Observed
from lockstep.exploration.one_at_a_time.reasons import reasons
from lockstep.exploration.one_at_a_time.specification import Specification
from lockstep.exploration.search.backwards import all_leading_to
from lockstep.exploration.search.few_preemptions import few_preemptions
from lockstep.exploration.search.graph import OverBudget
from lockstep.exploration.search.shortest import PathStep, shortest

_LIMIT = 10**9  # pairs to be looked at for the shortest: there is a refusal, so it ends
_TOO_MANY = "there are too many interleavings to judge the calls: take fewer clients, or fewer calls"


@dataclass(frozen=True)
class Judged:
    """`pairs`: how many pairs of a state and what is possible there were met. If there is a refusal: all calls, those that
    do not fit together, why in sentences, and the steps to it."""

    pairs: int
    calls: tuple[Interval, ...] = ()
    refused: tuple[Interval, ...] = ()
    reasons: tuple[str, ...] = ()
    path: tuple[PathStep, ...] = ()


def judged(findings: Findings, clients: Clients, specification: Specification) -> Judged:
    """Raises NotExplored for what cannot be judged, TypeError for a specification without a method that is called."""
    if any(local.call and local.kind == "join" for local in findings.graph.automata.locals):
        raise NotExplored(
            "a method of the object joins a process, which is not covered here: let whoever makes it do that"
        )
    observed = Observed(findings.graph, Monitor(specification, clients))
    met, bad = _every_node(observed) if findings.visited is None else _some_nodes(findings, observed)
    if bad is None:
        return Judged(len(met))
    searched: Any = observed
    goals: Any = bad
    path: Any = shortest(searched, goals, _LIMIT)
    return _explained(observed, path, len(met))


class _NothingPossible:
    """The nodes in which nothing is possible any more."""

    def __contains__(self, node: object) -> bool:
        return isinstance(node, tuple) and node[1] == REFUSED


def _every_node(observed: Observed) -> tuple[Collection[Node], Container[Node] | None]:
    """The nodes that were met, and those that are refused if there are any."""
    met: dict[Node, None] = {observed.root: None}
    front = [observed.root]
    rests: set[Node] = set()
    before: dict[Node, list[Node]] = {}
    moved: set[Node] = set()  # nodes with a step in which a call begins or comes back
    cyclic = not observed.graph.finite
    while front:
        node = front.pop()
        if node[1] == REFUSED:
            return met, _NothingPossible()
        ending = True
        for _, news in observed.successors(node):
            ending = False
            for new in news:
                if cyclic:
                    before.setdefault(new, []).append(node)
                    if new[1] != node[1]:
                        moved.add(node)
                if new not in met:
                    met[new] = None
                    front.append(new)
        if ending:
            rests.add(node)
    if cyclic:
        rests = met.keys() - all_leading_to(moved, before)
    return met, _not_allowed(observed, rests)


def _some_nodes(findings: Findings, observed: Observed) -> tuple[Collection[Node], Container[Node] | None]:
    if not isinstance(findings.claim, FewPreemptions):
        told = f"the calls cannot be judged: {findings.claim}" if isinstance(findings.claim, Beginning) else _TOO_MANY
        raise NotExplored(f"{findings.grows}." if findings.grows else told)
    searched: Any = observed
    try:
        visited: Any = few_preemptions(searched, 2 * findings.graph.budget)
    except OverBudget:
        raise NotExplored(_TOO_MANY) from None
    if any(node[1] == REFUSED for node in visited.states):
        return visited.states, _NothingPossible()
    return visited.states, _not_allowed(observed, visited.ends)


def _not_allowed(observed: Observed, rests: Collection[Node]) -> Container[Node] | None:
    """Those of the nodes, from which no call begins or comes back, in which somebody waits who need not."""
    return {node for node in rests if not observed.monitor.may_rest(node[1], observed.waiting(node))} or None


def _explained(observed: Observed, path: list[tuple[Any, int, Node]], pairs: int) -> Judged:
    monitor = observed.monitor
    steps = [(field, index, node[0]) for field, index, node in path]
    nodes = [observed.root, *(node for _, _, node in path)]
    calls = history(observed, steps)
    refused = nodes[-1][1] == REFUSED
    demands = conflict(monitor.specification, calls, [] if refused else [call for call in calls if call.end is None])
    if refused:
        last = max((call for call in calls if call.end is not None), key=lambda call: call.end or 0)
    else:
        last = calls[next(demand.call for demand in demands if demand.kind == "waits")]
    gives = monitor.gives(nodes[-2 if refused else -1][1], last.client, last.number)
    told = sorted({demand.call for demand in demands if demand.kind != "before"})
    return Judged(
        pairs, tuple(calls), tuple(calls[place] for place in told),
        tuple(reasons(calls, demands, last, gives)), tuple(steps),
    )  # fmt: skip
