"""A program that puts its own answers in the place of what `explore` asks its process: it is refused soon and at little cost."""

import pytest

from lockstep import explore
from lockstep.checks.check import Check, check_one
from lockstep.exploration import automata
from lockstep.exploration.automata import Automata
from lockstep.program.source import ModuleSource
from lockstep.standin.operation import Answer
from lockstep.student.launcher import local_launcher
from lockstep.student.session import Session

PROGRAM = """
import sys
from multiprocessing import Process, Value
def add(total):
    total.value += 1
def count():
    service = sys.modules["lockstep.exploration.inside.service"]
    respond = service.respond
    nothing = {"first": 0, "locals": [], "edges": [], "calls": [], "texts": []}
    service.respond = lambda behaviour, request: LIE
    total = Value("i", 0)
    processes = [Process(target=add, args=(total,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value
"""
NOTHING = PROGRAM.replace("LIE", "nothing")
MUCH = PROGRAM.replace("LIE", "{**respond(behaviour, request), 'texts': ['x' * 3_000_000]}")


def judged(program: str) -> str:
    def judge(student):
        explore(student.count).always(lambda total: total == 2)

    session = Session(ModuleSource.of_text(program), ModuleSource(), local_launcher(), 2.0)
    result = check_one(Check("nothing is lost", judge, 2.0), session)
    assert not result.passed
    return result.explanation


def test_what_answers_nothing_is_not_asked_again():
    assert "no answer to what was asked" in judged(NOTHING)


def test_without_the_defence_it_is_asked_until_the_time_is_over(monkeypatch):
    def extend(self: Automata, wanted: list[tuple[int, Answer]]) -> None:
        self._ask({"do": "extend", "pairs": [[number, automata.to_wire(answer)] for number, answer in wanted]})

    monkeypatch.setattr(Automata, "extend", extend)
    assert "still running after 2 s" in judged(NOTHING)


def test_texts_are_not_kept_without_end(monkeypatch):
    monkeypatch.setattr(automata, "_LONGEST", 5_000_000)
    assert "more than 5,000,000 characters" in judged(MUCH)


def test_without_the_defence_they_are():
    assert "characters" not in judged(MUCH)


@pytest.mark.parametrize("lie", ["7", "{**nothing, 'locals': [[1, 2]]}", "{**nothing, 'edges': 7}", "dict(nothing=1)"])
def test_what_has_another_shape_is_no_answer(lie):
    assert "could not work with what came" in judged(PROGRAM.replace("LIE", lie))
