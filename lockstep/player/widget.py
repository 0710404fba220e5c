"""The player in a notebook: shows what `explore` found, or lets a learner drive."""

from __future__ import annotations

import html
from typing import Any

import traitlets

from lockstep.exploration.findings import Findings
from lockstep.page.embedded_view import LiveView
from lockstep.player.aim import Goal, aimed_at, aims_of
from lockstep.player.page_data import player_data
from lockstep.player.replaying import Replay, ScheduleError, replayed
from lockstep.player.script import script, style
from lockstep.player.still import still
from lockstep.player.trace import trace_to


class Player(LiveView):
    """An interleaving to step through. `replay` is the last path that was driven to its end, run again on this side.

    `schedule` is that path as `replay(...)` takes it; `reached` says whether it comes to the goal.
    """

    KIND = "player"
    SCRIPT = script()
    STYLE = style()
    SAVED = ("data",)
    data = traitlets.Dict().tag(sync=True)
    path: Any = traitlets.List().tag(sync=True)
    verdict = traitlets.Unicode("").tag(sync=True)

    def __init__(self, findings: Findings, goal: Goal = None, *, puzzle: bool = False) -> None:
        super().__init__(data=player_data(findings, goal, puzzle=puzzle))
        self._findings, self._goal = findings, goal
        self._aimed = aimed_at(findings, goal)
        self.replay: Replay | None = None
        self.reached = False
        self.observe(self._driven, names="path")

    def still(self) -> tuple[str, str]:
        if self.data["puzzle"]:
            puzzle = f"{self.data['headline']} A puzzle: run this cell in a notebook, and drive."
            return f"<p>{html.escape(puzzle)}</p>", puzzle
        aim = aims_of(self._findings, self._goal)[0]
        told = trace_to(self._findings, set(aim.states), aim.headline)
        return still(told.schedule), told.text()

    @property
    def schedule(self) -> list[Any]:
        """The path that was driven: names of processes, or pairs (name, choice) where there were several ways to go."""
        return [] if self.replay is None else list(self.replay.schedule)

    def _driven(self, change: Any) -> None:
        try:
            self.replay = replayed(self._findings, [tuple(step) for step in change["new"]])
        except (ScheduleError, TypeError, ValueError) as error:
            self.replay, self.reached = None, False
            self.verdict = f"Python cannot replay this path: {error}"
            return
        self.reached = self.replay.state in self._aimed
        if self._goal is not None or self.data["puzzle"]:
            counts = "It counts." if self.reached else "That is not the goal."
            self.verdict = f"Python replayed your {len(self.replay.schedule)} steps: {self.replay.outcome} {counts}"
