"""The player in a notebook: shows what `explore` found, or lets a learner drive."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from lockstep.exploration.exploration import Exploration
from lockstep.exploration.exploring import explore
from lockstep.page.display import data_of
from lockstep.player.aim import Goal, aimed_at, aims_of
from lockstep.player.page_data import player_data
from lockstep.player.replaying import Replay, ScheduleError, replayed
from lockstep.player.script import script, style
from lockstep.player.still import still


class Player(anywidget.AnyWidget):
    """An interleaving to step through. `replay` is the last path that was driven to its end, run again on this side.

    `schedule` is that path as `replay(...)` takes it; `reached` says whether it comes to the goal.
    """

    _esm = script()
    _css = style()
    data = traitlets.Dict().tag(sync=True)
    path: Any = traitlets.List().tag(sync=True)
    verdict = traitlets.Unicode("").tag(sync=True)

    def __init__(self, found: Exploration, goal: Goal = None, *, puzzle: bool = False) -> None:
        super().__init__(data=player_data(found, goal, puzzle=puzzle))
        self._found, self._goal = found, goal
        self._aimed = aimed_at(found, goal)
        self.replay: Replay | None = None
        self.reached = False
        self.observe(self._driven, names="path")

    def _repr_mimebundle_(self, **keywords: Any) -> Any:
        """The widget, and a still picture and a text for pages that show no widgets."""
        bundle = super()._repr_mimebundle_(**keywords)
        shown = data_of(bundle)
        if shown and self.data["puzzle"]:
            shown["text/plain"] = f"{self.data['headline']} A puzzle: run this cell in a notebook, and drive."
        elif shown:
            aim = aims_of(self._found, self._goal)[0]
            told = self._found._findings.schedule(set(aim.states), aim.headline)
            shown["text/plain"], shown["text/html"] = told.text(), still(told)
        return bundle

    @property
    def schedule(self) -> list[Any]:
        """The path that was driven: names of processes, or pairs (name, choice) where there were several ways to go."""
        return [] if self.replay is None else list(self.replay.schedule)

    def _driven(self, change: Any) -> None:
        try:
            self.replay = replayed(self._found, [tuple(step) for step in change["new"]])
        except (ScheduleError, TypeError, ValueError) as error:
            self.replay, self.reached = None, False
            self.verdict = f"Python cannot replay this path: {error}"
            return
        self.reached = self.replay.state in self._aimed
        if self._goal is not None or self.data["puzzle"]:
            counts = "It counts." if self.reached else "That is not the goal."
            self.verdict = f"Python replayed your {len(self.replay.schedule)} steps: {self.replay.outcome} {counts}"


def you_drive(program: Any, *arguments: Any, goal: Goal = None, **options: Any) -> Player:
    """A player in which the learner chooses who goes next, until the program does what `goal` says.

    `goal` is a function of what the program returns, "deadlock" or "livelock"; without one, any failure. Takes the
    options of `explore`.
    Raises ValueError when the goal cannot be reached, or the program is too large to be driven.
    """
    found = explore(program, *arguments, **options)
    player = Player(found, goal, puzzle=True)
    if not player.data["drivable"]:
        raise ValueError(
            f"{player.data['program']} has {found.states:,} states, too many to drive: take fewer processes or steps"
        )
    return player
