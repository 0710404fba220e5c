"""The units of the course as the build tells them, with what a learner has reached in each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockstep.notebook import progress

COURSE = "course.json"  # beside the start notebook


@dataclass(frozen=True)
class Task:
    """An exercise, and what its checks came to: the most that held in one try, and when it was tried last, in seconds since 1970."""

    title: str
    link: str
    points: int
    difficulty: int  # 1 to 3; 0: nobody has said
    best: int
    of: int  # checks; 0: not tried
    tried: int

    @property
    def done(self) -> bool:
        return 0 < self.of == self.best

    @property
    def reached(self) -> float:
        """Points: the share of checks that held."""
        return self.points * self.best / self.of if self.of else 0.0


@dataclass(frozen=True)
class Unit:
    """A unit with its exercises; a gallery has puzzles instead, of which some were driven and some mended."""

    title: str
    link: str
    question: str
    minutes: int
    tasks: tuple[Task, ...]
    puzzles: int
    driven: int
    mended: int

    @property
    def points(self) -> int:
        return sum(task.points for task in self.tasks)

    @property
    def reached(self) -> float:
        return sum(task.reached for task in self.tasks)


def told_units(folder: Path) -> list[dict[str, Any]]:
    """What the build tells; nothing where there is no such file, or a damaged one."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return list(json.loads((folder / COURSE).read_text("utf-8"))["units"])
    return []


def units_with_progress(told: Sequence[dict[str, Any]], known: progress.Progress) -> tuple[Unit, ...]:
    return tuple(_unit(each, known) for each in told)


def notebook_of(told: dict[str, Any]) -> str:
    """The unit's notebook, as a link from the start page."""
    return f"../{told['name']}/{told['name']}.ipynb"


def numbered(told: dict[str, Any]) -> str:
    """The title with the number of the unit: "05 Races"."""
    return f"{told['name'].split('-')[0]} {told['title']}"


def _unit(told: dict[str, Any], known: progress.Progress) -> Unit:
    driven = known.get(progress.DRIVEN, {})
    return Unit(
        title=numbered(told),
        link=notebook_of(told),
        question=told["question"],
        minutes=told["minutes"],
        tasks=tuple(_task(each, notebook_of(told), known) for each in told["exercises"]),
        puzzles=len(told["puzzles"]),
        driven=sum(bool(progress.count(driven.get(name))) for name in told["puzzles"]),
        mended=sum(progress.all_hold(progress.checks(known, name)) for name in told["puzzles"]),
    )


def _task(told: dict[str, Any], notebook: str, known: progress.Progress) -> Task:
    found = progress.checks(known, told["name"]) or {"best": 0, "of": 0, "tried": 0}
    return Task(
        title=told["title"],
        link=notebook + told["link"],
        points=told["points"],
        difficulty=told["difficulty"],
        best=found["best"],
        of=found["of"],
        tried=found["tried"],
    )
