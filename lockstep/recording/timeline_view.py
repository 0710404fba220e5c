"""A timeline in a notebook: bars that grow while the program runs, then to be zoomed into and read."""

from __future__ import annotations

from pathlib import Path

import traitlets

from lockstep.page.embedded_view import Display, LiveView, script
from lockstep.page.kernel import running_cell
from lockstep.recording import timeline_figure as figure
from lockstep.recording.bars import Bars


class TimelinePlot(LiveView):
    """What the browser draws: `timeline` is Timeline.to_json(), `running` whether more of it is to come."""

    KIND = "timeline"
    SCRIPT = script(Path(__file__).with_name("timeline_plot.js"))
    SAVED = ("timeline", "running")
    timeline = traitlets.Dict().tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)
    shown: Bars | None = None  # what the still picture is of

    def still(self) -> tuple[str, str]:
        return ("", "a timeline") if self.shown is None else (figure.html(self.shown), self.shown.sentence())


class TimelineView:
    """A plot on the page, for a timeline that grows."""

    def __init__(self) -> None:
        self._plot = TimelinePlot(running=True)
        self._display = Display(self._plot)

    def show(self, timeline: Bars, running: bool) -> None:
        with self._plot.hold_sync():
            self._plot.timeline = timeline.to_json()
            self._plot.running = running
        if not running:
            self._plot.shown = timeline
            self._display.save()


def show(timeline: Bars) -> None:
    """Show a finished timeline, unless the running cell already does."""
    if timeline.shown is None or timeline.shown != running_cell():
        TimelineView().show(timeline, running=False)
