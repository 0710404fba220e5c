"""Where a learner was last in the course, and where to continue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lockstep.notebook import progress
from lockstep.notebook.units import notebook_of, numbered


@dataclass(frozen=True)
class Place:
    """A place to continue at: what to say before its title, and the title of its unit; `at` is when the learner was there."""

    words: str
    title: str
    unit: str
    link: str
    at: int = 0


def continue_at(units: list[dict[str, Any]], known: progress.Progress) -> Place | None:
    """Where the newest prediction or try was made, or behind an exercise that is done; at first the first unit."""
    if not units:
        return None
    first = Place("Begin with", numbered(units[0]), units[0]["question"], notebook_of(units[0]))
    return max(_places(units, known), key=lambda place: place.at, default=first)


def _places(units: list[dict[str, Any]], known: progress.Progress) -> Iterator[Place]:
    predicted = known.get(progress.PREDICTED, {})
    for unit in units:
        for each in unit["exercises"]:
            if (found := progress.checks(known, each["name"])) and found["tried"]:
                yield _at_exercise(unit, each, found)
        for name, puzzle in unit["puzzles"].items():
            if (found := progress.checks(known, name)) and found["tried"]:
                words = "You mended" if progress.all_hold(found) else "Continue with"
                yield Place(words, puzzle["title"], numbered(unit), notebook_of(unit) + puzzle["link"], found["tried"])
        for question, link in unit["predictions"].items():
            if at := progress.when(predicted.get(question)):
                words = "Continue where you predicted:"
                yield Place(words, question, numbered(unit), notebook_of(unit) + link, at)


def _at_exercise(unit: dict[str, Any], exercise: dict[str, Any], found: dict[str, int]) -> Place:
    then = exercise["then"]
    if not progress.all_hold(found):
        words = f"Continue where you were ({found['passed']} of {found['of']} checks):"
        return Place(words, exercise["title"], numbered(unit), notebook_of(unit) + exercise["link"], found["tried"])
    if not then:
        return Place(
            "You solved", exercise["title"], numbered(unit), notebook_of(unit) + exercise["link"], found["tried"]
        )
    link = notebook_of(unit) + then["link"] if then["link"].startswith("#") else then["link"]
    return Place(
        f"You solved “{exercise['title']}”. Continue with", then["title"], numbered(unit), link, found["tried"]
    )
