"""`explore(function, ...)`: runs a program of processes on every interleaving, or says how much less it did."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from lockstep.explore import automata, service
from lockstep.explore.automata import Automata
from lockstep.explore.claims import AllInterleavings, AllStates, Claim, FewPreemptions, Sampled
from lockstep.explore.exploration import Exploration
from lockstep.explore.findings import Findings, NotExplored
from lockstep.explore.graph import Graph, OverBudget
from lockstep.explore.local_service import LocalService
from lockstep.explore.partial import PREEMPTIONS, few_preemptions, sample
from lockstep.explore.words import Words
from lockstep.notebook.source import ModuleSource
from lockstep.standin.machine import NotCovered

BUDGET = 300_000  # states
PIPE_CAPACITY = 65_536  # bytes, as on Linux
LIMIT = 60.0  # seconds that the learner's code may take in all

SERVICE = service.__name__


def explore(
    function: Any,
    *arguments: Any,
    budget: int = BUDGET,
    feeder: bool = True,
    pipe_capacity: int = PIPE_CAPACITY,
    merge: bool = True,
    limit: float = LIMIT,
    **keywords: Any,
) -> Exploration:
    """Takes the program `function(*arguments, **keywords)` through all its interleavings.

    `function` is a function of a learner's module (`student.count`) or of the notebook or a file. `budget` is in states: over it
    only interleavings with few preemptions are taken, or a sample, and the claim says so. `feeder` and `pipe_capacity`
    (bytes) are those of SEMANTICS.md. `merge=False` tells local states apart by their whole histories. `limit` is in
    seconds of the learner's process.

    Raises NotExplored when the program uses what `explore` does not cover, or depends on what it cannot see; ValueError for
    options that make no sense.
    """
    if budget < 1:
        raise ValueError(f"a budget is a number of states, at least 1, not {budget}")
    if pipe_capacity < 1:
        raise ValueError(f"a pipe holds at least 1 byte, not {pipe_capacity}")
    name, source, given, opened, close = _opened(function, limit)
    request = {
        "function": name, "arguments": list(arguments), "keywords": keywords,
        "feeder": bool(feeder), "pipe_capacity": pipe_capacity, "merge": bool(merge),
    }  # fmt: skip
    sources = {cell.label: cell.source.split("\n") for cell in (*source.cells, *given.cells)}
    try:
        return explored(Automata(opened), request, budget, sources, function_name(name))
    except NotCovered as error:
        raise NotExplored(str(error)) from None
    except automata.HiddenInput as error:
        raise NotExplored(str(error)) from None
    finally:
        close()


def explored(
    known: Automata, request: dict[str, Any], budget: int, sources: dict[str, list[str]], name: str
) -> Exploration:
    """The exploration of a program behind a service. Raises NotCovered and HiddenInput."""
    graph = Graph(known, known.begin(request), budget, request["pipe_capacity"])
    claim: Claim
    visited = None
    try:
        graph.explore()
        states, ends = len(graph.depths), graph.ends
        counted = sum(ways or 0 for ways in ends.values()) if graph.finite else None
        claim = AllStates(states) if counted is None else AllInterleavings(counted)
    except OverBudget:
        counted = None
        try:
            visited = graph.search(lambda: few_preemptions(graph, budget))
            claim = FewPreemptions(PREEMPTIONS, len(visited.states))
        except OverBudget:
            visited = graph.search(lambda: sample(graph, budget))
            claim = Sampled(visited.runs, 3)
        states, ends = len(visited.states), visited.ends
    known.replay(_one_end_of_each(known))
    findings = Findings(graph, ends, visited, Words(known, sources), claim, name)
    return findings.exploration(counted, states)


def _one_end_of_each(known: Automata) -> list[int]:
    """For each process a local state whose history is to be run again: the end found last."""
    found = {local.process: local.number for local in known.locals}
    found |= {local.process: local.number for local in known.locals if local.kind == "end"}
    return list(found.values())


def function_name(name: str) -> str:
    return name.rpartition(":")[2]


def _opened(
    function: Any, limit: float
) -> tuple[str, ModuleSource, ModuleSource, Any, Callable[[], None]]:
    """The name of the program, its text, and a service that runs it."""
    session = getattr(function, "student", None)
    if session is not None:
        opened = session.open_service(SERVICE, limit=limit)
        return function.name, session.source, session.given, opened, opened.close
    if not inspect.isfunction(function):
        raise TypeError(f"explore takes a function and its arguments, not {function!r}")
    source = ModuleSource.of_file(inspect.getsourcefile(function) or "")
    given = ModuleSource()
    return function.__name__, source, given, LocalService(source.cells, given.cells), lambda: None
