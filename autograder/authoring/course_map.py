"""The map of the course, made of its units: what each asks, how long it takes, its exercises, and the words met in it.

`course.json` goes with the start notebook; the tables of units and words go into its text, where a cell says `table: units` or
`table: glossary`. How hard an exercise is and what a word means are told in lessons/difficulty.toml and lessons/glossary.toml.
"""

import ast
import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.authoring.companions import heading_link, title_of, way_on
from autograder.authoring.lesson import START, Lesson
from autograder.authoring.parts import AuthorError
from lockstep.words import counted

COURSE = "course.json"
TABLE_LINE = re.compile(r"^table:\s*(\S+)\s*$")
_QUESTION = re.compile(r"\*\*(?:The question of this unit: )?(.+?)\*\*", re.DOTALL)
_HEADING = re.compile(r"^#{1,3} (.+)$", re.MULTILINE)
_WORDS_A_MINUTE = 130
_MINUTES_A_CELL = 1.5  # to predict, to run, to look at what came, to change it
_MINUTES_AN_EXERCISE = (15, 10, 20, 40)  # by its difficulty; 0: nobody has said
_MINUTES_A_PUZZLE = 12
_MINUTES_A_TEXT = 45  # of those that a person reads


def course_map(lessons: Sequence[Lesson], root: Path) -> list[dict[str, Any]]:
    """A dict for each unit but the start: name, title, question, minutes, exercises, puzzles, and where predictions are asked for."""
    difficulty = read_difficulty(root)
    units = [lesson for lesson in lessons if lesson.name != START]
    following = [*((title_of(each.notebook.cells), each.name) for each in units[1:]), None]
    return [_unit(lesson, difficulty, then) for lesson, then in zip(units, following, strict=True)]


def course_text(units: Sequence[dict[str, Any]]) -> str:
    """course.json"""
    return json.dumps({"units": units}, indent=1, ensure_ascii=False) + "\n"


def read_difficulty(root: Path) -> dict[str, int]:
    """Exercise -> 1, 2 or 3. Raises AuthorError."""
    path = root / "lessons" / "difficulty.toml"
    found: dict[str, int] = {}
    for told in _read(path).values():
        for name, level in told.items():
            if level not in (1, 2, 3):
                raise AuthorError(path, 1, f"the difficulty of `{name}` is 1, 2 or 3")
            found[name] = level
    return found


def read_glossary(root: Path) -> dict[str, dict[str, str]]:
    """Unit -> word -> what it means. Raises AuthorError."""
    return _read(root / "lessons" / "glossary.toml")


def fill_tables(lesson: Lesson, units: Sequence[dict[str, Any]], root: Path) -> None:
    """Puts the tables into the cells of the lesson that name them. Raises AuthorError for a name that there is not."""
    for cell in lesson.notebook.cells:
        if found := TABLE_LINE.match(cell.source.strip()):
            match found[1]:
                case "units":
                    cell.source = _units_table(units)
                case "glossary":
                    cell.source = _glossary_table(units, read_glossary(root))
                case name:
                    raise AuthorError(lesson.path, 1, f"there is no table called `{name}`; there are units, glossary")


def _unit(lesson: Lesson, difficulty: dict[str, int], following: tuple[str, str] | None) -> dict[str, Any]:
    cells = lesson.notebook.cells
    question = _QUESTION.search(cells[0].source)
    return {
        "name": lesson.name,
        "title": title_of(cells),
        "question": _sentence(question[1]) if question else "",
        "minutes": _minutes(lesson, difficulty),
        "exercises": [
            {
                "name": each.name,
                "title": each.title,
                "points": each.points,
                "difficulty": difficulty.get(each.name, 0),
                "link": heading_link(f"Exercise: {each.title}"),
                "then": way_on(each.name, cells, following),
            }
            for each in lesson.exercises
        ],
        "puzzles": {each.name: {"title": each.title, "link": heading_link(each.title)} for each in lesson.puzzles},
        "predictions": _predictions(cells),
    }


def _sentence(text: str) -> str:
    words = " ".join(text.split())
    return words[:1].upper() + words[1:]


def _minutes(lesson: Lesson, difficulty: dict[str, int]) -> int:
    """For a first reading with all exercises, to a quarter of an hour."""
    prose = sum(len(cell.source.split()) for cell in lesson.notebook.cells if cell.cell_type == "markdown")
    cells = [cell for cell in lesson.notebook.cells if cell.cell_type == "code" and "nbgrader" not in cell.metadata]
    runs = 0 if lesson.puzzles else len(cells)
    exercises = sum(_MINUTES_AN_EXERCISE[difficulty.get(each.name, 0)] for each in lesson.exercises)
    texts = sum("nbgrader" in cell.metadata for cell in lesson.notebook.cells if cell.cell_type == "markdown")
    exercises += texts * _MINUTES_A_TEXT
    whole = prose / _WORDS_A_MINUTE + runs * _MINUTES_A_CELL + exercises + len(lesson.puzzles) * _MINUTES_A_PUZZLE
    return 15 * round(whole / 15)


def _predictions(cells: Sequence[Any]) -> dict[str, str]:
    """The question of each `predict` -> the heading above it, as a link."""
    found: dict[str, str] = {}
    heading = ""
    for cell in cells:
        if cell.cell_type == "markdown":
            heading = (_HEADING.findall(cell.source) or [heading])[-1]
        elif "predict(" in cell.source:
            code = "\n".join(line for line in cell.source.split("\n") if not line.startswith("%"))
            for node in ast.walk(ast.parse(code)):
                match node:
                    case ast.Call(func=ast.Name("predict"), args=[ast.Constant(str(question)), *_]):
                        found[question] = heading_link(heading)
    return found


def _units_table(units: Sequence[dict[str, Any]]) -> str:
    rows = [
        f"| [{_number(each['name'])} {each['title']}](../{each['name']}/{each['name']}.ipynb) | {each['question']} "
        f"| {_duration(each['minutes'])} | {_tasks(each)} |"
        for each in units
    ]
    return "\n".join(["| Unit | Its question | Time | Tasks |", "| --- | --- | --- | --- |", *rows])


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02}\u00a0h"


def _number(unit: str) -> str:
    return unit.split("-")[0]


def _tasks(unit: dict[str, Any]) -> str:
    if unit["puzzles"]:
        return f"{len(unit['puzzles'])} puzzles"
    exercises = unit["exercises"]
    return f"{counted(len(exercises), 'exercise')}, {sum(each['points'] for each in exercises)} points"


def _glossary_table(units: Sequence[dict[str, Any]], glossary: dict[str, dict[str, str]]) -> str:
    titles = {each["name"]: f"{_number(each['name'])} {each['title']}" for each in units}
    told = sorted(
        (word, meaning, name) for name, words in glossary.items() if name in titles for word, meaning in words.items()
    )
    rows = [
        f"| **{word}** | {meaning} | [{titles[name]}](../{name}/{name}.ipynb) |"
        for word, meaning, name in sorted(told, key=lambda row: row[0].casefold())
    ]
    return "\n".join(["| Word | What it means | Where you meet it |", "| --- | --- | --- |", *rows])


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise AuthorError(path, 1, f"it does not parse: {error}") from None
