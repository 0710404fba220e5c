"""A schedule as a still picture: lanes in plain HTML, without a script, for reports of checks and feedback pages."""

from __future__ import annotations

import html

from lockstep.exploration.schedule import Schedule, Step
from lockstep.words import plain

# Okabe and Ito's colours, in the order of the player's lanes; main is grey. Names stand beside them.
_COLOURS = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#F0E442", "#0072B2", "#D55E00")
_CELL = "padding:3px 8px;text-align:left;vertical-align:top;border-left:1px solid rgba(128,128,128,.3);"
_BROKEN = "overflow-wrap:anywhere;"  # a learner's message may be one long word
_QUIET = "opacity:.7;font-size:.92em;"
_SHADED = "background:repeating-linear-gradient(-45deg,transparent 0 5px,rgba(128,128,128,.3) 5px 6px);"


def still(schedule: Schedule) -> str:
    """The schedule as a table: a column a process, a row a step, then who waits for what, and how it ended."""
    waiting = {each.process: each for each in schedule.waiting}
    lanes = sorted({*(step.process for step in schedule.steps), *waiting}, key=_in_order)
    colours = {name: _colour(name, place) for place, name in enumerate(lanes)}
    head = "".join(
        f'<th scope="col" style="{_CELL}border-bottom:4px solid {colours[name]};">{_escaped(name)}</th>'
        for name in lanes
    )
    rows = [_row(number, step, lanes, colours) for number, step in enumerate(schedule.steps, 1)]
    if waiting:
        cells = []
        for name in lanes:
            if name not in waiting:
                cells.append(f'<td style="{_CELL}"></td>')
                continue
            each = waiting[name]
            held = f", held by {each.holder}" if each.holder else ""
            cells.append(
                f'<td style="{_CELL}{_SHADED}">waits: {_escaped(each.operation + held)}{_line(each.source)}</td>'
            )
        rows.append(f'<tr><th scope="row">end</th>{"".join(cells)}</tr>')
    return (
        f'<p style="{_BROKEN}"><strong>{_escaped(schedule.title)}</strong></p>'
        '<div style="overflow-x:auto;"><table style="border-collapse:collapse;font-size:13px;color:inherit;">'
        f'<thead><tr><th scope="col">step</th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
        f'<p style="{_BROKEN}"><strong>{_escaped(schedule.outcome)}</strong></p>'
    )


def _row(number: int, step: Step, lanes: list[str], colours: dict[str, str]) -> str:
    cells = []
    for name in lanes:
        if name != step.process:
            cells.append(f'<td style="{_CELL}"></td>')
            continue
        answer = f" → {_escaped(step.answer)}" if step.answer else ""
        changes = "".join(
            f"<div>{_escaped(what)}: <s>{_escaped(before)}</s> → <b>{_escaped(after)}</b></div>"
            for what, before, after in step.changes
        )
        inside = "".join(f"<div>inside {_escaped(section)}</div>" for section in step.inside)
        cells.append(
            f'<td style="{_CELL}border-left:5px solid {colours[name]};"><b>{_escaped(step.operation)}</b>{answer}'
            f"{_line(step.source)}{changes}{inside}</td>"
        )
    mark = '<span role="img" aria-label="context switch" title="context switch">⇄</span> ' if step.switch else ""
    rule = ' style="border-top:2px dashed rgba(128,128,128,.6);"' if step.switch else ""
    numbered = f'<th scope="row" style="font-weight:400;white-space:nowrap;">{mark}{number}</th>'
    return f"<tr{rule}>{numbered}{''.join(cells)}</tr>"


def _escaped(text: str) -> str:
    return html.escape(plain(text))


def _line(source: str) -> str:
    return (
        f'<div style="{_QUIET}"><code style="background:none;padding:0">{_escaped(source)}</code></div>'
        if source
        else ""
    )


def _colour(name: str, place: int) -> str:
    if name == "main":
        return "#8a8a8a"
    number = name.partition("-")[2].partition(":")[0]
    return _COLOURS[(int(number) - 1 if number.isdigit() else place) % len(_COLOURS)]


def _in_order(name: str) -> tuple[bool, bool, list[int], str]:
    numbers = [int(part) for part in name.rpartition("-")[2].split(":") if part.isdigit()]
    return name.startswith("feeder"), name != "main", numbers, name
