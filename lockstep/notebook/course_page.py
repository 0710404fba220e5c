"""The map of the course as HTML, which needs no script, and as text: a unit a line, which opens to its exercises."""

from __future__ import annotations

import html
import time
from collections.abc import Sequence

from lockstep.notebook.places import Place
from lockstep.notebook.units import Task, Unit
from lockstep.words import counted

_NO_MAP = "There is no map of the course beside this notebook. It is on the start page of the course."
_LINE = "display: inline-flex; flex-wrap: wrap; gap: 0 12px; width: calc(100% - 2em); vertical-align: top"
# Alike in each line; on a phone the last two stand below the others.
_WIDTHS = ("2 1 7em", "3 1 10em", "0 0 3.5em", "1 1 11.5em")
_LEVELS = ("", "a few lines, as in the lesson", "a step of your own", "takes thought, and more than one try")


def course_text(units: Sequence[Unit], here: Place | None) -> str:
    """The map as text."""
    if not units or here is None:
        return _NO_MAP
    lines = [f"{unit.title}: {unit.question} {_reached(unit)}" for unit in units]
    return "\n".join([f"{here.words} {here.title} ({here.unit})", *lines, _all(units)])


def course_page(units: Sequence[Unit], here: Place | None) -> str:
    """The map as HTML; the unit in which the learner is stands open."""
    if not units or here is None:
        return f"<p>{_NO_MAP}</p>"
    place = (
        f'<p style="font-size: 1.15em">{_plain(here.words)} {_link(here.link, here.title, "strong")} '
        f"({_plain(here.unit)}){_when(here.at, ', ')}</p>"
    )
    levels = "; ".join(f"{_dots(level)} {_LEVELS[level]}" for level in (1, 2, 3))
    rows = "".join(_unit(unit, unit.title == here.unit) for unit in units)
    return f'{place}<div>{rows}</div><p>{_all(units)}</p><p style="opacity: .75">Difficulty: {levels}.</p>'


def _unit(unit: Unit, is_here: bool) -> str:
    there, of = (unit.mended, unit.puzzles) if unit.puzzles else (unit.reached, unit.points)
    bar = f'<progress style="width: 5em" value="{there:.2f}" max="{of or 1}" aria-label="{_plain(unit.title)}"></progress>'
    title, reached = _link(unit.link, unit.title, "strong"), f"{bar} {_reached(unit)}"
    parts = (title, _plain(unit.question), _duration(unit.minutes), reached)
    line = "".join(f'<span style="flex: {width}">{part}</span>' for width, part in zip(_WIDTHS, parts, strict=True))
    summary = f'<summary style="padding: 3px 0"><span style="{_LINE}">{line}</span></summary>'
    tasks = _tasks(unit.tasks) if unit.tasks else "<p>The table at its top tells of each puzzle.</p>"
    return f"<details{' open' if is_here and unit.tasks else ''}>{summary}{tasks}</details>"


def _tasks(tasks: Sequence[Task]) -> str:
    others = "".join(f'<th scope="col">{name}</th>' for name in ("Difficulty", "Checks", "Points", "Tried"))
    head = f'<th scope="col" style="text-align: left">Exercise</th>{others}'
    rows = "".join(
        f'<tr><td style="text-align: left">{_link(task.link, task.title)}</td>'
        f'<td title="{_LEVELS[task.difficulty]}">{_dots(task.difficulty)}</td>'
        f"<td>{f'{task.best} of {task.of}' if task.of else ''}{' ✔' if task.done else ''}</td>"
        f"<td>{_number(task.reached)} of {task.points}</td><td>{_when(task.tried) or 'not yet'}</td></tr>"
        for task in tasks
    )
    return f'<table style="margin: 2px 0 10px 2em"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _all(units: Sequence[Unit]) -> str:
    tasks = [task for unit in units for task in unit.tasks]
    done = f"{sum(task.done for task in tasks)} of {counted(len(tasks), 'exercise')} done"
    points = f"{_number(sum(task.reached for task in tasks))} of {counted(sum(task.points for task in tasks), 'point')}"
    hours = counted(round(sum(unit.minutes for unit in units) / 60), "hour")
    return f"{done}, {points}. All units take about {hours}."


def _reached(unit: Unit) -> str:
    if unit.puzzles:
        return f"{unit.driven} driven, {unit.mended} mended of {unit.puzzles}"
    return f"{_number(unit.reached)} of {counted(unit.points, 'point')}"


def _number(points: float) -> str:
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _dots(level: int) -> str:
    return "●" * level + "○" * (3 - level) if level else ""


def _duration(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}\u00a0h"


def _when(at: int, before: str = "") -> str:
    """The day, and of today and yesterday the time."""
    if not at:
        return ""
    then, now = time.localtime(at), time.localtime()
    days = {time.strftime("%F", now): "today", time.strftime("%F", time.localtime(time.time() - 86_400)): "yesterday"}
    day = days.get(time.strftime("%F", then))
    return before + (f"{day} at {time.strftime('%H:%M', then)}" if day else time.strftime("%d %b %Y", then).lstrip("0"))


def _link(link: str, title: str, tag: str = "span") -> str:
    """A link; to which heading it leads, course_view.js reads: JupyterLab only opens the notebook."""
    return (
        f'<a href="{_plain(link)}" data-heading="{_plain(link.partition("#")[2])}"><{tag}>{_plain(title)}</{tag}></a>'
    )


def _plain(text: str) -> str:
    return html.escape(text.replace("`", ""))
