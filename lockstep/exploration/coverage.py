"""The verdict on a program behind a service: all of it if the budget allows, else what it does, and the claim."""

from __future__ import annotations

from typing import Any

from lockstep.exploration.automata import Automata
from lockstep.exploration.claims import AllInterleavings, AllStates, Claim, FewPreemptions, Sampled
from lockstep.exploration.findings import Findings
from lockstep.exploration.search.few_preemptions import PREEMPTIONS, few_preemptions
from lockstep.exploration.search.graph import Graph, OverBudget
from lockstep.exploration.search.pct import DEPTH, sample
from lockstep.exploration.search.steps import Steps
from lockstep.exploration.search.store_buffers import BufferedSteps
from lockstep.exploration.wording import Words

SEQUENTIAL, STORE_BUFFERS = "sequential", "store buffers"
MEMORIES = (SEQUENTIAL, STORE_BUFFERS)


def explored(
    known: Automata, request: dict[str, Any], budget: int, sources: dict[str, list[str]], name: str
) -> Findings:
    """What is found of a program behind a service. Raises NotCovered and HiddenInput."""
    memory = BufferedSteps if request.get("memory") == STORE_BUFFERS else Steps
    graph = Graph(known, known.begin(request), budget, request["pipe_capacity"], memory)
    claim: Claim
    visited = None
    try:
        graph.explore()
        ends = graph.ends
        counted = sum(ways or 0 for ways in ends.values()) if graph.finite else None
        claim = AllStates(len(graph.depths)) if counted is None else AllInterleavings(counted)
    except OverBudget:
        counted = None
        try:
            visited = graph.search(lambda: few_preemptions(graph, budget))
            claim = FewPreemptions(PREEMPTIONS, len(visited.states))
        except OverBudget:
            visited = graph.search(lambda: sample(graph, budget))
            claim = Sampled(visited.runs, DEPTH)
        ends = visited.ends
    known.replay(_one_end_of_each(known))
    return Findings(graph, ends, visited, Words(known, sources), claim, name, counted)


def _one_end_of_each(known: Automata) -> list[int]:
    """For each process a local state whose history is to be run again: the end found last."""
    found = {local.process: local.number for local in known.locals}
    found |= {local.process: local.number for local in known.locals if local.kind == "end"}
    return list(found.values())
