"""A puzzle of the gallery is one file: a story, a program with one mistake, a mended one, checks, wrong mendings.

It is read as an exercise is; there are no points, the learner begins with the mistake, and `play` drives into it.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.authoring.cells import play_cell, program_cell
from autograder.authoring.exercise import Answer, Exercise, answer_of, texts_of
from autograder.authoring.parts import Parts, read_parts
from autograder.authoring.rules import (
    RULES,
    Mistakes,
    equivalent_mutants_have_reasons,
    points_are_a_whole_number,
    require_rules,
    the_solution_stands_between_markers,
)


@dataclass(frozen=True)
class Puzzle(Exercise):
    """`program` is what uses the learner's part, `play` the call that it is driven by, `fewest` the steps to the failure."""

    mistake: Answer = field(kw_only=True)
    program: str = field(kw_only=True)
    play: str = field(kw_only=True)
    fewest: int = field(kw_only=True)

    @property
    def starter(self) -> str:
        return self.mistake.code

    @property
    def play_cell(self) -> str:
        return play_cell(self.name, self.play)


def read_puzzle(path: Path) -> Puzzle:
    """The puzzle in `path`. Raises AuthorError with file and line for every mistake of its author."""
    parts = read_parts(path)
    require_rules(parts, _PUZZLE_RULES)
    return Puzzle(
        **texts_of(parts),
        points=0,
        mistake=answer_of(parts, parts.mistake[0], "mistake"),
        program=program_cell(parts),
        play=parts.setting("play"),
        fewest=parts.setting("fewest"),
    )


def it_begins_with_one_mistake(parts: Parts) -> Mistakes:
    if len(parts.mistake) != 1 or not parts.mistake[0].words("mistake"):
        yield (
            1,
            'it needs one @mistake("likely cause"): the program that the learner begins with, and the words it is refused in',
        )


def it_can_be_driven(parts: Parts) -> Mistakes:
    if not isinstance(_literal(parts, "play"), str):
        yield 1, 'it needs the name of the function that is driven, such as `play = "crossing"`'
    if not isinstance(_literal(parts, "fewest"), int):
        yield 1, "it needs the fewest steps to the failure, such as `fewest = 9`"


def _literal(parts: Parts, name: str) -> Any:
    """The setting; None where it is missing, or no literal, which another rule names."""
    with suppress(ValueError):
        return parts.setting(name)
    return None


_OF_GRADES = (points_are_a_whole_number, equivalent_mutants_have_reasons, the_solution_stands_between_markers)
_PUZZLE_RULES = (*(rule for rule in RULES if rule not in _OF_GRADES), it_begins_with_one_mistake, it_can_be_driven)
