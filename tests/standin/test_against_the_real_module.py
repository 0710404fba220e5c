"""Small programs on real processes give only results that `explore` lists."""

import multiprocessing
import sys
from textwrap import dedent

import pytest

from tests.exploration.taking import IMPORTS, take
from tests.standin.programs import PROGRAMS

RUNS = 6


def on_the_real_machine(text: str, runs: int, tmp_path, name: str) -> set[str]:
    """The results of some runs, each result as text; fork, because it starts fastest."""
    path = tmp_path / f"{name}.py"
    path.write_text(IMPORTS + dedent(text), encoding="utf-8")
    scope: dict = {"__name__": name}
    context = multiprocessing.get_context("fork")
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
    receiver, sender = context.Pipe(False)

    def all_runs() -> None:
        for _ in range(runs):
            try:
                sender.send(repr(scope["main"]()))
            except Exception as error:
                sender.send(f"raised {type(error).__name__}")

    process = context.Process(target=all_runs)
    process.start()
    found = set()
    for _ in range(runs):
        assert receiver.poll(30), "the real program hangs"
        found.add(receiver.recv())
    process.join()
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="fork")
@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_real_results_are_among_the_explored_ones(name, tmp_path):
    found = take(PROGRAMS[name])
    explored = {repr(value) for value in found.results.values_returned()}
    explored |= {f"raised {error}" for error in found.errors_of_main()}
    assert found.deadlocks == 0
    assert explored
    real = on_the_real_machine(PROGRAMS[name], RUNS, tmp_path, name)
    assert real <= explored


def test_there_are_at_least_sixty_programs():
    assert len(PROGRAMS) >= 60
