"""Both engines' answers about one program, in the same words, and what to show when they differ."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple

from lockstep.exploration.automata import Automata
from lockstep.exploration.exploration import Exploration
from lockstep.exploration.exploring import explored
from lockstep.exploration.inside.local_service import LocalService
from lockstep.program.source import ModuleSource
from lockstep.student.data import Reference

from .engine import Program
from .schedules import Oracle, every_schedule, typed

STATES_AT_MOST = 40_000


class Answer(NamedTuple):
    """What is compared."""

    interleavings: int | None
    results: dict[Any, int | None]
    deadlocks: int
    crashes: int
    left_running: int
    crowded: frozenset[str]

    def __str__(self) -> str:
        results = "".join(f"\n    {value}: {ways}" for value, ways in sorted(self.results.items(), key=repr))
        return (
            f"{self.interleavings} interleavings, {self.deadlocks} deadlock, {self.crashes} crash, "
            f"{self.left_running} leave somebody running, crowded sections {sorted(self.crowded)}, results{results}"
        )


class Disagreement(AssertionError):
    """The engines disagree."""


def by_oracle(program: Program, at_most: int = 3_000) -> Answer:
    """Raises TooMany."""
    return _told(every_schedule(program, at_most))


def _told(found: Oracle) -> Answer:
    results: Counter[Any] = Counter()
    deadlocks = crashes = left_running = 0
    crowded: set[str] = set()
    for ending, number in found.endings.items():
        if not ending.deadlock and ending.main[0] == typed("returned"):
            results[ending.main[1]] += number
        deadlocks += number * ending.deadlock
        crashes += number * bool(ending.crashes)
        left_running += number * ending.left_running
        crowded.update(ending.crowded)
    return Answer(found.interleavings, dict(results), deadlocks, crashes, left_running, frozenset(crowded))


def exploration(program: Program, merge: bool = True, budget: int = STATES_AT_MOST) -> Any:
    """What `explore` finds, with the learner's side in this very process. Raises what `explore` raises."""
    request = {
        "function": Reference("student", program.entry),
        "arguments": list(program.arguments),
        "keywords": {},
        "feeder": program.feeder,
        "pipe_capacity": program.pipe_capacity,
        "merge": merge,
        "memory": program.memory,
    }
    lines = {"program": program.text.split("\n")}
    with closing(LocalService(ModuleSource.of_text(program.text))) as service:
        return Exploration(explored(Automata(service), request, budget, lines, program.entry))


def by_explore(program: Program, merge: bool = True, sections: tuple[str, ...] = ("s",)) -> Answer:
    found = exploration(program, merge)
    results = {typed(value): found.results[value] for value in found.results.values_returned()}
    crowded = frozenset(section for section in sections if found.at_once(section) > 1)
    return Answer(found.interleavings, results, found.deadlocks, found.crashes, found.left_running, crowded)


def compare(program: Program, at_most: int = 3_000, merge: tuple[bool, ...] = (True, False)) -> Answer:
    """Both engines on one program; `explore` with states merged, or not, or both ways. Raises Disagreement, TooMany."""
    oracle = by_oracle(program, at_most)
    for merged in merge:
        try:
            other: Any = by_explore(program, merged)
        except Exception as error:
            other = error
        if other != oracle:
            text = (
                f"feeder={program.feeder}, pipe_capacity={program.pipe_capacity}, memory={program.memory}, merge={merged}\n{program.text}\n"
                f"the oracle: {oracle}\nexplore:    {other if isinstance(other, Answer) else repr(other)}"
            )
            raise Disagreement(text)
    return oracle


def shrunk(program: Program, attempts: int = 150) -> Program:
    """A smaller program on which the engines still disagree: statements are dropped or replaced by their bodies."""
    best = program
    while attempts > 0:
        for text in _smaller(best.text):
            attempts -= 1
            if attempts <= 0:
                break
            try:
                smaller = Program(
                    text, feeder=program.feeder, pipe_capacity=program.pipe_capacity, memory=program.memory
                )
                compare(smaller, 3_000)
            except Disagreement:
                best = smaller
                break
            except Exception:  # too many schedules, or nothing that runs
                continue
        else:
            break
    return best


def _smaller(text: str) -> Iterator[str]:
    tree = ast.parse(text)
    for place in range(sum(1 for _ in _bodies(tree))):
        body = list(_bodies(tree))[place]
        for index in range(len(body) - 1, -1, -1):
            for change in (_dropped, _unwrapped):
                other = copy.deepcopy(tree)
                if change(list(_bodies(other))[place], index):
                    smaller = ast.unparse(ast.fix_missing_locations(other))
                    if smaller != text:
                        yield smaller


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list) and statements:
                yield statements


def _dropped(body: list[ast.stmt], index: int) -> bool:
    if isinstance(body[index], ast.AugAssign) and isinstance(body[index].op, ast.Sub):
        return False  # without counting down, a loop has no end
    body[index : index + 1] = [] if len(body) > 1 else [ast.Pass()]
    return True


def _unwrapped(body: list[ast.stmt], index: int) -> bool:
    inner = getattr(body[index], "body", None)
    if not isinstance(inner, list) or isinstance(body[index], (ast.FunctionDef, ast.ClassDef)):
        return False
    body[index : index + 1] = inner
    return True
