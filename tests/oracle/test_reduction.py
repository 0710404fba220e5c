"""Taking independent steps in one order only: the same ends, crashes, deadlocks and crowds as all orders, in fewer states."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from textwrap import dedent
from typing import Any

import pytest

from benchmarks.programs.fair import PROGRAMS
from lockstep.exploration.automata import Automata
from lockstep.exploration.claims import AllButOrder
from lockstep.exploration.exploration import Exploration
from lockstep.exploration.findings import Findings
from lockstep.exploration.inside.local_service import LocalService
from lockstep.exploration.search.graph import Graph, OverBudget
from lockstep.exploration.search.reduced import NotReducible, reduced
from lockstep.exploration.search.visited import Visited
from lockstep.exploration.search.watch import Watch
from lockstep.exploration.wording import Words
from lockstep.program.source import ModuleSource
from lockstep.student.data import Reference
from tests.exploration.taking import IMPORTS, take

from .engine import Program
from .looping import looping_program
from .programs import random_program

MONITOR = """
class Buffer:
    def __init__(self, size):
        self.size, self.count, self.changed = size, Value("i", 0), Condition()

    def put(self):
        with self.changed:
            while self.count.value == self.size: self.changed.wait()
            with inside("put"): self.count.value += 1
            self.changed.{notify}

    def get(self):
        with self.changed:
            while self.count.value == 0: self.changed.wait()
            with inside("get"): self.count.value -= 1
            self.changed.{notify}

def produce(buffer): buffer.put()
def consume(buffer): buffer.get()

def main(each=2):
    buffer = Buffer(1)
    ps = [Process(target=f, args=(buffer,)) for f in (produce, consume) for _ in range(each)]
    for p in ps: p.start()
    for p in ps: p.join()
    return buffer.count.value
"""


def both_ways(program: Program) -> tuple[Any, Any, int, int]:
    """What is found in all orders and in one, and the states of both. Raises NotReducible and OverBudget."""
    request = {
        "function": Reference("student", program.entry), "arguments": list(program.arguments), "keywords": {},
        "feeder": program.feeder, "pipe_capacity": program.pipe_capacity, "merge": True,
    }  # fmt: skip
    with closing(LocalService(ModuleSource.of_text(program.text))) as service:
        known = Automata(service)
        graph = Graph(known, known.begin(request), 20_000, program.pipe_capacity, Watch())
        graph.explore()
        if not graph.finite:
            raise NotReducible
        whole, states = found_in(graph, None), len(graph.depths)
        visited = reduced(graph, 20_000)
        return whole, found_in(graph, visited), states, len(visited.states)


def found_in(graph: Graph, visited: Visited | None) -> Any:
    ends = graph.ends if visited is None else visited.ends
    findings = Findings(graph, ends, visited, Words(graph.automata, {}), AllButOrder(0), "main", None)
    told = {(repr(end.returned), end.deadlocked, end.crashes, end.left_running,
             repr(sorted((n, str(graph.steps.value(end.state, n))) for n in graph.steps.fields)))
            for end in findings.ends}  # fmt: skip
    return told, {name: Exploration(findings).at_once(name) for name in findings.sections()}


def agreed(programs: Any) -> Counter[str]:
    seen: Counter[str] = Counter()
    for name, program in programs:
        try:
            whole, less, states, fewer = both_ways(program)
        except (NotReducible, OverBudget):
            continue
        assert whole == less, f"{name}\n{program.text}"
        assert fewer <= states
        seen["programs"] += 1
        seen["fewer"] += fewer < states
        seen["several ends"] += len(whole[0]) > 1
        seen["deadlocks"] += any(end[1] for end in whole[0])
        seen["sections"] += bool(whole[1])
    return seen


@pytest.mark.timeout(600)
def test_small_random_programs_have_the_same_ends():
    seen = agreed((f"seed {seed}", random_program(seed)) for seed in range(20_000, 20_200))
    assert seen["programs"] >= 70, seen
    assert min(seen["fewer"], seen["several ends"], seen["deadlocks"]) >= 10, seen


@pytest.mark.timeout(600)
def test_small_random_programs_that_loop_have_the_same_ends():
    seen = agreed((f"seed {seed}", looping_program(seed)) for seed in range(3_000, 3_100))
    assert seen["fewer"] >= 5, seen


def test_programs_of_the_literature_have_the_same_ends_and_crowds():
    programs = [(known.name, Program(IMPORTS + known.text)) for known in PROGRAMS]
    programs += [(n, Program(IMPORTS + MONITOR.format(notify=n))) for n in ("notify()", "notify_all()")]
    seen = agreed(programs)
    assert seen["programs"] >= 5, seen
    assert seen["fewer"] == seen["programs"], seen


def test_a_monitor_too_large_for_all_orders_is_proven():
    found = take(MONITOR.format(notify="notify_all()"), 3, budget=4_000)
    assert isinstance(found.claim, AllButOrder)
    assert found.claim.complete
    assert list(found.results) == [0]
    found.always(lambda left: left == 0).at_most("put", 1)
    assert take(MONITOR.format(notify="notify()"), 3, budget=6_000).deadlocks > 0


def test_a_lock_that_somebody_else_gives_back_protects_nothing():
    program = """
    def add(lock, v, far):
        if far:
            lock.release()
        else:
            with lock:
                v.value += 1
                v.value += 1

    def main():
        lock, v = Lock(), Value("i", 0, lock=False)
        ps = [Process(target=add, args=(lock, v, far)) for far in (0, 0, 1)]
        for p in ps: p.start()
        for p in ps: p.join()
        return v.value
    """
    text = IMPORTS + dedent(program)
    with pytest.raises(NotReducible):
        both_ways(Program(text))
    whole, less, states, fewer = both_ways(Program(text.replace("(0, 0, 1)", "(0, 0)")))
    assert whole == less
    assert fewer < states


def test_whoever_joins_from_within_a_section_is_still_there():
    whole, less, _, _ = both_ways(random_program(34_987))
    assert whole == less
    assert whole[1] == {"s": 1}


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("part", range(3))
def test_thousands_of_random_programs_have_the_same_ends(part):
    seeds = range(30_000 + part * 2_000, 32_000 + part * 2_000)
    assert agreed((f"seed {seed}", random_program(seed)) for seed in seeds)["programs"] >= 700
