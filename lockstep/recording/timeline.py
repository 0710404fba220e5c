"""A timeline: the bars of one run, recorded or simulated, which show themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lockstep.recording.bars import Bar, Bars, Lane


@dataclass(frozen=True)
class Timeline(Bars):
    """The value that recordings and simulations both produce."""

    def figure(self) -> Any:
        """The picture, for matplotlib: save it with `.savefig("timeline.svg")`."""
        from lockstep.recording.timeline_figure import draw  # a grader, which shows nothing, needs no plotting library

        return draw(self)

    def _ipython_display_(self) -> None:
        from lockstep.recording.timeline_view import show

        show(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Timeline:
        lanes = tuple(Lane(lane["name"], tuple(Bar(*bar) for bar in lane["bars"])) for lane in value["lanes"])
        return cls(lanes, value["origin"], value.get("cores"), value.get("note", ""), title=value.get("title", ""))
