"""Both engines on what happens for ever under a fair scheduler: programs from the literature, and small random ones."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.programs.fair import PROGRAMS
from tests.exploration.taking import IMPORTS

from .comparison import exploration
from .engine import Program, TooMany
from .fairness import Fair, fair_answer
from .looping import looping_program

TOO_LARGE = {"Filter of three"}  # for an engine that executes every schedule from the start


def fair_by_explore(program: Program) -> Fair:
    found = exploration(program, budget=100_000)
    findings = found.findings
    starves = bool(findings.sections()) and findings.starving(None) is not None
    return Fair(found.livelocks > 0, found.deadlocks > 0, starves)


@pytest.mark.parametrize(
    "known", [known for known in PROGRAMS if known.name not in TOO_LARGE], ids=lambda known: known.name
)
def test_the_oracle_knows_what_the_literature_says(known):
    found = fair_answer(Program(IMPORTS + known.text))
    assert (not found.for_ever and not found.deadlock) == known.ends
    if known.starves is not None:
        assert found.starves == known.starves


def agreed(seeds: range) -> Counter[str]:
    """What was among the programs on which both engines agree; that they do is asserted."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        program = looping_program(seed)
        try:
            expected = fair_answer(program)
        except TooMany:
            continue
        found = fair_by_explore(program)
        assert found == expected, f"seed {seed}: explore {found}, the oracle {expected}\n{program.text}"
        seen["programs"] += 1
        seen.update(name for name, holds in expected._asdict().items() if holds)
        seen["ends"] += not expected.for_ever and not expected.deadlock
    return seen


@pytest.mark.timeout(600)  # 10 s of CPU time; more only where the machine is shared by many
def test_both_engines_agree_on_small_random_programs_that_loop():
    seen = agreed(range(70))
    assert seen["programs"] >= 50
    assert min(seen[name] for name in ("for_ever", "deadlock", "starves", "ends")) >= 3, seen


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("part", range(4))
def test_both_engines_agree_on_many_random_programs_that_loop(part):
    assert agreed(range(1_000 + part * 400, 1_400 + part * 400))["programs"] >= 250
