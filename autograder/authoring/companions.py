"""What a unit's notebook can tell of its exercises beside what stands in it, as two files of data.

`exercises.json` goes with the notebook: points, the starter, where to go on. `.solutions.json` is optional: an answer of ours and other
right ones, to be revealed. Whoever gives a class hands out the first without the second.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from autograder.authoring.exercise import Exercise
from autograder.authoring.parts import BEGIN, END
from autograder.authoring.puzzle import Puzzle

EXERCISES, SOLUTIONS = "exercises.json", ".solutions.json"
_HEADING = re.compile(r"^#{1,3} (.+)$", re.MULTILINE)


def exercises_text(
    exercises: Sequence[Exercise], puzzles: Sequence[Puzzle], cells: Sequence[Any], following: tuple[str, str] | None
) -> str:
    """exercises.json. `cells` are the notebook's; `following` is the title and the name of the next unit."""
    told: dict[str, Any] = {
        each.name: {"points": each.points, "starter": each.starter, "then": way_on(each.name, cells, following)}
        for each in exercises
    }
    told |= {each.name: {"title": each.title, "fewest": each.fewest, "starter": each.starter} for each in puzzles}
    return _text(told)


def solutions_text(exercises: Sequence[Exercise]) -> str:
    """.solutions.json"""
    return _text(
        {
            each.name: {
                "solution": "\n".join(line for line in each.solution.split("\n") if line.strip() not in (BEGIN, END)),
                "also_right": [answer.code for answer in each.also_right],
            }
            for each in exercises
        }
    )


def title_of(cells: Sequence[Any]) -> str:
    """The first heading of a notebook."""
    return next((found[1] for cell in cells if (found := _HEADING.search(cell.source))), "")


def way_on(name: str, cells: Sequence[Any], following: tuple[str, str] | None) -> dict[str, str]:
    """Where to go on behind an exercise: the next heading, else the next unit."""
    place = next(
        at for at, cell in enumerate(cells) if cell.metadata.get("nbgrader", {}).get("grade_id") == f"{name}-checks"
    )
    for cell in cells[place + 1 :]:
        if cell.cell_type == "markdown" and (found := _HEADING.search(cell.source)):
            return {"title": found[1], "link": heading_link(found[1])}
    if following is None:
        return {}
    title, unit = following
    return {"title": title, "link": f"../{unit}/{unit}.ipynb"}


def heading_link(heading: str) -> str:
    """The place of a heading within its notebook, as Jupyter names it."""
    return "#" + re.sub(r"[`*]", "", heading).replace(" ", "-")


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
