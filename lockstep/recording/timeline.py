"""A timeline: the bars of one run, recorded or simulated, which show themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lockstep.recording.bars import Bar, Bars, Lane


@dataclass(frozen=True)
class Timeline(Bars):
    """What every process of a run did, and when; recordings and simulations both give one. Times are in seconds.

        lanes       a process each: its name and its bars (start_s, end_s, kind, what, line)
        seconds     the time at which the last bar ends
        sentence()  what the picture shows, in words
        waits()     what was waited for, and how long, by all processes together
        table()     one row a process: its seconds of computing, communicating and waiting
        at_once()   how many processes were computing at the same time, on average
        figure()    the picture, for matplotlib
        answer      what the program returned

    >>> found = simulate(work_together, 8, 4, cores=4, costs="ideal").timeline()
    >>> found.seconds, found.at_once()
    (2.0, 4.0)
    """

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
