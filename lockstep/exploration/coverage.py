"""The verdict on a program behind a service: all of it if budget and time allow, else what they do, and the claim."""

from __future__ import annotations

import time
from typing import Any

from lockstep.exploration import claims
from lockstep.exploration.automata import Automata
from lockstep.exploration.claims import AllButOrder, AllInterleavings, AllStates, Claim, FewPreemptions, Sampled
from lockstep.exploration.findings import Findings
from lockstep.exploration.search.few_preemptions import PREEMPTIONS, few_preemptions
from lockstep.exploration.search.graph import Graph, OverBudget
from lockstep.exploration.search.growth import growing
from lockstep.exploration.search.pct import DEPTH, sample
from lockstep.exploration.search.reduced import NotReducible, reduced
from lockstep.exploration.search.steps import Steps
from lockstep.exploration.search.store_buffers import BufferedSteps
from lockstep.exploration.search.visited import Beginning, Visited
from lockstep.exploration.search.watch import Interrupted, TimeIsUp, Watch
from lockstep.exploration.wording import Words
from lockstep.student.failure import StudentTimedOut

# Of the time that is left, so that something is left for the next part, and for what is shown.
_ALL, _ORDERLESS, _FEW, _SAMPLE = 0.4, 0.3, 0.4, 0.4

_RANKS_STATES = 5_000  # of an MPI program; ranks share nothing but messages, so that hardly an order of theirs counts

SEQUENTIAL, STORE_BUFFERS = "sequential", "store buffers"
MEMORIES = (SEQUENTIAL, STORE_BUFFERS)


def explored(
    known: Automata, request: dict[str, Any], budget: int, sources: dict[str, list[str]], name: str,
    watch: Watch | None = None,
) -> Findings:  # fmt: skip
    """What is found of a program behind a service. Raises NotCovered and HiddenInput."""
    watch = watch or Watch()
    steps = BufferedSteps if request.get("memory") == STORE_BUFFERS else Steps
    first = min(budget, _RANKS_STATES) if request.get("ranks") else budget
    graph = Graph(known, known.begin(request), first, request["pipe_capacity"], watch, steps)
    words = Words(known, sources)
    claim: Claim
    visited: Visited | None = None
    counted: int | None = None
    grows = ""
    watch.phase("all interleavings", _ALL)
    with watch.interruptible(lambda: known.asking):
        try:
            visited = _explored(graph, budget)
            if visited is not None:
                claim = AllButOrder(len(visited.states))
            elif graph.finite:
                counted = sum(ways or 0 for ways in graph.ends.values())
                claim = AllInterleavings(counted)
            else:
                claim = AllStates(len(graph.depths))
        except (OverBudget, TimeIsUp, Interrupted) as early:
            growth = growing(known, graph.steps)
            grows = "" if growth is None else words.growth(growth)
            if isinstance(early, Interrupted) or grows:
                if not graph.depths:
                    raise KeyboardInterrupt from None
                visited = Beginning(graph)
                claim = claims.Beginning(len(visited.states), grows or _interrupted(known, watch))
            else:
                why = f"it has more than {budget:,} states" if isinstance(early, OverBudget) else (
                    f"the time was up after {len(graph.depths):,} states")  # fmt: skip
                visited, claim = _some(graph, budget, why)
        if visited is not None and visited.interrupted:
            claim = claims.Beginning(len(visited.states), _interrupted(known, watch))
    try:
        if not known.closed:
            known.replay(_one_end_of_each(known))
    except StudentTimedOut:
        if claim.complete:
            raise
    return Findings(graph, graph.ends if visited is None else visited.ends, visited, words, claim, name, counted, grows)


def _explored(graph: Graph, budget: int) -> Visited | None:
    """Explores all states, or, where a graph has a smaller budget of its own, all but orders."""
    try:
        graph.explore()
        return None
    except OverBudget:
        if graph.budget == budget:
            raise
    try:
        graph.watch.phase("all that differ in more than the order of independent steps", _ORDERLESS)
        return reduced(graph, budget)
    except (NotReducible, OverBudget, TimeIsUp):
        graph.budget = budget
        graph.watch.phase("all interleavings", _ALL)
        graph.explore()
        return None


def _some(graph: Graph, budget: int, why: str) -> tuple[Visited, Claim]:
    """What can be searched of a program that is too large, the best first."""
    visited: Visited
    try:
        graph.watch.phase("all that differ in more than the order of independent steps", _ORDERLESS)
        visited = reduced(graph, budget)
        claim: Claim = AllButOrder(len(visited.states))
    except (NotReducible, OverBudget, TimeIsUp):
        try:
            graph.watch.phase(f"those with at most {PREEMPTIONS} preemptions (it has too many to take them all)", _FEW)
            visited = graph.search(lambda: few_preemptions(graph, budget))
            claim = FewPreemptions(PREEMPTIONS, len(visited.states), why)
        except (OverBudget, TimeIsUp):
            graph.watch.phase("a sample (it has too many even of those with few preemptions)", _SAMPLE)
            visited = graph.search(lambda: sample(graph, budget))
            claim = Sampled(visited.runs, DEPTH, why)
    return visited, claim


def _interrupted(known: Automata, watch: Watch) -> str:
    waited = time.monotonic() - known.asked if known.closed else 0.0
    silent = f", the last {waited:.0f} of them without an operation on anything shared" if waited > 1 else ""
    return f"it was interrupted after {watch.seconds:.0f} s{silent}"


def _one_end_of_each(known: Automata) -> list[int]:
    """For each process a local state whose history is to be run again: the end found last."""
    found = {local.process: local.number for local in known.locals}
    found |= {local.process: local.number for local in known.locals if local.kind == "end"}
    return list(found.values())
