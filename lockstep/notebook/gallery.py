"""The gallery of puzzles: a program is driven into its failure, then mended; what was reached is kept in the learner's progress."""

from __future__ import annotations

import html
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockstep.exploration.exploring import explore
from lockstep.notebook import progress
from lockstep.notebook.exercise_help import EXERCISES
from lockstep.player.aim import aimed_at, aims_of
from lockstep.player.widget import Player


def drive(puzzle: str, program: Any, *arguments: Any, **options: Any) -> Any:
    """A player in which you drive the program of a puzzle to any failure; in how many steps you came to it is kept.

        puzzle   its name, under which your progress is kept
        options  those of explore

    Where nothing fails any more it says so, and gives what explore found; a failure that cannot be driven to is shown. Raises what
    explore raises.

    >>> drive("counting", count, 2).schedule  # nothing was driven yet
    []
    """
    found = explore(program, *arguments, **options)
    if not any(aim.words for aim in aims_of(found.findings, None)):
        print(f"Nothing is left to drive to, in {found.claim}.")
        return found
    player = Player(found.findings, puzzle=True)
    if not player.data["drivable"]:
        return found.play()
    fewest = min(found.findings.graph.depths[state] for state in aimed_at(found.findings, None))
    path = progress.file()

    def keep(_change: Any) -> None:
        steps = len(player.schedule)
        told = f" In the fewest steps, {fewest}." if steps == fewest else f" {fewest} steps are enough."
        if player.reached and not player.verdict.endswith(told):
            before = progress.count(progress.read(path).get(progress.DRIVEN, {}).get(puzzle))
            progress.note(path, progress.DRIVEN, puzzle, min(steps, before or steps))
            player.verdict += told

    player.observe(keep, "verdict")
    return player


@dataclass(frozen=True)
class Gallery:
    """The puzzles of a notebook: title, fewest steps, in how many it was driven (0: not yet), is it mended?"""

    rows: tuple[tuple[str, int, int, bool], ...]

    def __str__(self) -> str:
        lines = [
            f"{title} ({fewest} steps): driven {_driven(fewest, steps)}, mended {_mended(mended)}"
            for title, fewest, steps, mended in self.rows
        ]
        return "\n".join([*lines, self._summary()])

    __repr__ = __str__

    def _summary(self) -> str:
        driven, mended = (sum(bool(row[place]) for row in self.rows) for place in (2, 3))
        return f"{driven} of {len(self.rows)} driven to the failure, {mended} mended."

    def _repr_html_(self) -> str:
        head = "".join(_cell(each, "th") for each in ("Puzzle", "Fewest steps", "Driven", "Mended"))
        rows = "".join(
            f"<tr>{_cell(_link(title))}{_cell(str(fewest))}{_cell(_driven(fewest, steps))}{_cell(_mended(mended))}</tr>"
            for title, fewest, steps, mended in self.rows
        )
        return f"<table><tr>{head}</tr>{rows}</table><p>{self._summary()}</p>"


def gallery() -> Gallery:
    """The puzzles of this notebook, and how far you have come with each.

    >>> gallery()
    0 of 0 driven to the failure, 0 mended.
    """
    known = progress.read(progress.file())
    driven = known.get(progress.DRIVEN, {})
    rows = []
    for name, told in _puzzles().items():
        steps, mended = progress.count(driven.get(name)), progress.all_hold(progress.checks(known, name))
        rows.append((str(told.get("title", name)), int(told["fewest"]), steps, mended))
    return Gallery(tuple(rows))


def _puzzles() -> dict[str, Any]:
    with suppress(OSError, ValueError, AttributeError):
        found = json.loads((Path.cwd() / EXERCISES).read_text("utf-8"))
        return {name: told for name, told in found.items() if isinstance(told, dict) and "fewest" in told}
    return {}


def _driven(fewest: int, steps: int) -> str:
    if not steps:
        return "not yet"
    return "in the fewest steps" if steps <= fewest else f"in {steps} steps"


def _mended(mended: bool) -> str:
    return "proven" if mended else "not yet"


def _link(title: str) -> str:
    return f'<a href="#{html.escape(title.replace(" ", "-"))}">{html.escape(title)}</a>'


def _cell(page: str, tag: str = "td") -> str:
    return f'<{tag} style="text-align: left">{page}</{tag}>'
