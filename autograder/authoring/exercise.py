"""An exercise is one file: prompt, points, hints, reference, given code, checks, wrong answers, other right answers.

The file is read as text and never imported: its parts become the cells of a notebook and the material of tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.authoring.cells import answer_cell, check_cell, solution_cell
from autograder.authoring.parts import BEGIN, END, Part, Parts, read_parts
from autograder.authoring.rules import require_rules


@dataclass(frozen=True)
class Answer:
    """A complete answer to an exercise; a wrong one has the words that its refusal must contain."""

    name: str
    code: str
    words: tuple[str, ...] = ()

    @property
    def likely_cause(self) -> str:
        """The words that the first line of its refusal must contain: the first of them that name no check (✘ ...)."""
        return next((words for words in self.words if not words.startswith("✘")), "")


@dataclass(frozen=True)
class Exercise:
    """The parts of one exercise file, each as the text of a cell."""

    name: str
    path: Path
    title: str
    prompt: str
    points: int
    hints: tuple[str, ...]
    solution: str  # the reference, with the lines between the markers still in it
    checks: str  # the check cell with the hidden checks in nbgrader's markers
    wrong: tuple[Answer, ...]
    also_right: tuple[Answer, ...]
    equivalent_mutants: Mapping[str, str] = field(default_factory=dict)  # a change of the reference: why it is none

    @property
    def starter(self) -> str:
        """The solution cell as learners get it, as nbgrader's ClearSolutions makes it."""
        kept: list[str] = []
        within = False
        for line in self.solution.split("\n"):
            if line.strip() == BEGIN:
                within = True
                indent = line[: len(line) - len(line.lstrip())]
                kept += [f"{indent}# YOUR CODE HERE", f"{indent}raise NotImplementedError()"]
            elif line.strip() == END:
                within = False
            elif not within:
                kept.append(line)
        return "\n".join(kept)

    @property
    def visible_checks(self) -> str:
        """The check cell as learners get it."""
        parts = self.checks.split("### BEGIN HIDDEN TESTS\n")
        return parts[0] + "".join(part.split("### END HIDDEN TESTS\n", 1)[1] for part in parts[1:])


def read_exercise(path: Path) -> Exercise:
    """The exercise in `path`. Raises AuthorError with file and line for every mistake of its author."""
    parts = read_parts(path)
    require_rules(parts)
    return Exercise(
        **texts_of(parts),
        points=parts.setting("points"),
        equivalent_mutants=parts.setting("equivalent_mutants", {}),
    )


def texts_of(parts: Parts) -> dict[str, Any]:
    """What an exercise and a puzzle have alike, by the names of an Exercise's fields."""
    title, _, prompt = parts.docstring.partition("\n")
    return {
        "name": parts.path.stem,
        "path": parts.path,
        "title": title.strip(),
        "prompt": prompt.strip(),
        "hints": tuple(parts.setting("hints", ())),
        "solution": solution_cell(parts),
        "checks": check_cell(parts),
        "wrong": tuple(answer_of(parts, part, "wrong") for part in parts.wrong),
        "also_right": tuple(answer_of(parts, part, "wrong") for part in parts.also_right),
    }


def answer_of(parts: Parts, part: Part, mark: str) -> Answer:
    """The answer that is a function's body, with the words that its mark is called with."""
    return Answer(getattr(part.node, "name", ""), answer_cell(parts, part), part.words(mark))
