"""A schedule as evidence in a report: a still picture, and where scripts run a player in its place."""

from __future__ import annotations

from typing import Any

from lockstep.exploration.findings import Findings
from lockstep.exploration.schedule import Schedule
from lockstep.player.aim import Aim
from lockstep.player.page_data import trace_data
from lockstep.player.standalone import PLACE, module, place
from lockstep.player.still import still

RULES = 1_500  # a report may hold many players: a larger program is shown, not driven
LONGEST = 200_000  # characters of one player; beyond, the still picture is all


def evidence_html(schedule: Schedule) -> str:
    """HTML that needs `module_for` once on its page to become a player, and is a still picture until then."""
    picture = still(schedule)
    data = _data(schedule)
    if data is None:
        return picture
    shown = place(data, picture)
    return shown if len(shown) - len(picture) <= LONGEST else picture


def module_for(page: str) -> str:
    """The player's style and script, if there is a place for a player in this HTML; else nothing."""
    return module() if PLACE in page else ""


def _data(schedule: Schedule) -> dict[str, Any] | None:
    if schedule.bare or schedule.taken is None or not schedule.steps:
        return None
    findings, path, states = schedule.taken
    last = path[-1][2]
    headline = schedule.title.removesuffix("; the shortest:").rstrip(":") + "."
    aim = Aim(_words(findings, last), states or frozenset([last]), headline)
    return trace_data(findings, [(aim, path)], limit=RULES)


def _words(findings: Findings, state: int) -> str:
    """What it has come to in this state, in two words."""
    if state in findings.lost:
        return "a livelock"
    end = next((end for end in findings.ends if end.state == state), None)
    if end is None:
        return "this failure"
    return "a deadlock" if end.deadlocked else "a crash" if end.crashes else "such an end"
