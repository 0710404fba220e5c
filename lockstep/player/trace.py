"""A trace: an interleaving that shows something, as text, as a still picture, and where scripts run as a player."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from lockstep.exploration.findings import Findings
from lockstep.exploration.schedule import Schedule, Step, Waiting
from lockstep.exploration.search.shortest import PathStep
from lockstep.player.aim import Aim
from lockstep.player.page_data import trace_data
from lockstep.player.standalone import PLACE, module, place
from lockstep.player.still import still

RULES = 1_500  # a report may hold many players: a larger program is shown, not driven
LONGEST = 200_000  # characters of one player; beyond, the still picture is all


@dataclass(frozen=True)
class Trace:
    """The steps of `path` under a title; `goals` are the states that they were to come to.

    `bare`: shown as a still picture, with nothing of the program but its own steps. `starving`: whom the steps keep out.
    """

    findings: Findings = field(repr=False, compare=False)
    path: list[PathStep] = field(repr=False)
    title: str
    goals: frozenset[int] = frozenset()
    bare: bool = False
    starving: str = ""

    @cached_property
    def schedule(self) -> Schedule:
        return self.findings.told(self.path, self.title, self.starving)

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.schedule.steps

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        return self.schedule.waiting

    @property
    def outcome(self) -> str:
        return self.schedule.outcome

    @property
    def switches(self) -> int:
        """How often another process goes than before."""
        return self.schedule.switches

    def text(self) -> str:
        """Plain text, a line a step."""
        return self.schedule.text()

    def bared(self) -> Trace:
        """The same, to be shown bare."""
        return replace(self, bare=True)

    def _repr_html_(self) -> str:
        """HTML that needs `module_for` once on its page to become a player, and is a still picture until then."""
        picture = still(self.schedule)
        data = self._data()
        if data is None:
            return picture
        shown = place(data, picture)
        return shown if len(shown) - len(picture) <= LONGEST else picture

    def _data(self) -> dict[str, Any] | None:
        if self.bare or not self.path:
            return None
        last = self.path[-1][2]
        headline = self.title.removesuffix("; the shortest:").rstrip(":") + "."
        if self.starving:
            aim = Aim("starvation", frozenset(), headline, told=self.outcome)
            return trace_data(self.findings, [(aim, self.path)], limit=RULES)
        circle = last in self.findings.circling and last not in self.findings.lost
        goals = frozenset[int]() if circle else self.goals or frozenset([last])
        aim = Aim(_words(self.findings, last), goals, headline)
        return trace_data(self.findings, [(aim, self.path)], limit=RULES)


def trace_to(findings: Findings, goals: set[int], title: str) -> Trace:
    """The shortest way to one of these states."""
    return Trace(findings, findings.path_shown(goals), title, frozenset(goals))


def module_for(page: str) -> str:
    """The player's style and script, if there is a place for a player in this HTML; else nothing."""
    return module() if PLACE in page else ""


def _words(findings: Findings, state: int) -> str:
    """What it has come to in this state, in two words."""
    if state in findings.lost or state in findings.circling:
        return "a livelock"
    end = next((end for end in findings.ends if end.state == state), None)
    if end is None:
        return "this failure"
    return "a deadlock" if end.deadlocked else "a crash" if end.crashes else "such an end"
