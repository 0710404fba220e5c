"""Every puzzle of the gallery is proven: its mistake is found in so many steps, a right mending passes, wrong ones are refused."""

import ast
from collections import deque

import pytest

from autograder.authoring.catalogue import read_puzzles
from autograder.authoring.proof import claims, prove
from lockstep.player.aim import aimed_at
from lockstep.player.driving import choices, chosen
from lockstep.player.page_data import player_data
from lockstep.player.replaying import replayed
from lockstep.standin.objects.processes import process_name
from tests.exploration.taking import take

PUZZLES = read_puzzles()
SHARED = {"all_at_once"}  # the same in each


def proofs():
    """The mistake and the right program of every puzzle with the fast tests, other mendings with the slow ones."""
    for puzzle in PUZZLES.values():
        for claim in claims(puzzle):
            quick = claim.kind == "reference" or claim.answer == puzzle.mistake
            name = f"{puzzle.name}-{claim.answer.name.replace('the ', '')}"
            yield pytest.param(puzzle, claim, id=name, marks=[] if quick else [pytest.mark.slow])


@pytest.mark.timeout(200)
@pytest.mark.parametrize(("puzzle", "claim"), list(proofs()))
def test_what_a_puzzle_claims_of_a_program_holds(puzzle, claim):
    problems = prove(puzzle, claim, whole=False).problems
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("puzzle", PUZZLES.values(), ids=PUZZLES)
def test_a_puzzle_can_be_driven_to_its_failure_in_the_steps_that_it_says_and_in_no_fewer(puzzle):
    found = take(f"{puzzle.program}\n\n\n{puzzle.starter}\n", function=puzzle.play).findings
    goals = aimed_at(found, None)
    path = fewest_steps(found.graph, goals)
    assert len(path) == puzzle.fewest
    replay = replayed(found, [(process_name(actor), way) for actor, way in chosen(found.graph, path)])
    assert replay.state in goals
    assert len(replay.schedule) == puzzle.fewest
    assert player_data(found, puzzle=True)["drivable"]


@pytest.mark.parametrize("puzzle", PUZZLES.values(), ids=PUZZLES)
def test_a_mended_puzzle_has_nothing_to_be_driven_to(puzzle):
    found = take(f"{puzzle.program}\n\n\n{puzzle.solution}\n", function=puzzle.play).findings
    assert not aimed_at(found, None)


def test_no_two_puzzles_of_the_notebook_use_the_same_name():
    seen = {}
    for puzzle in PUZZLES.values():
        for node in ast.parse(f"{puzzle.program}\n{puzzle.starter}").body:
            name = getattr(node, "name", None)
            if name and name not in SHARED:
                assert name not in seen, f"`{name}` is in {puzzle.name} and in {seen[name]}"
                seen[name] = puzzle.name


def fewest_steps(graph, goals):
    """A path with the fewest steps to one of the states, found breadth first."""
    before = {graph.root: None}
    line = deque([graph.root])
    while line:
        state = line.popleft()
        if state in goals:
            path = []
            while before[state] is not None:
                step, state = before[state]
                path.append(step)
            return path[::-1]
        for ways in choices(graph, state).values():
            for choice in ways:
                if choice.move.after not in before:
                    before[choice.move.after] = (choice.step, state)
                    line.append(choice.move.after)
    raise AssertionError("the failure cannot be reached")
