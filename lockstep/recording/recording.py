"""`timeline(program, ...)`: run a program, record what its processes do, and show it while they do it."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from lockstep.machine.processes import NoneLeftBehind
from lockstep.machine.usable import usable_cpus
from lockstep.page.kernel import cell_label, in_notebook, running_cell, stop_what_waits
from lockstep.recording.growth import Growth
from lockstep.recording.lanes import timeline_of
from lockstep.recording.recorder import Recording
from lockstep.recording.timeline import Timeline
from lockstep.recording.timeline_view import TimelineView, show
from lockstep.words import brief

LIVE_S = 0.2
_LIVE_SHARE = 0.02
"""Of one CPU, for live pictures: after one that cost much, the next waits longer."""

Show = Callable[[Timeline, bool], None]
"""Takes the timeline so far, and whether more is to come."""


def timeline(
    program: Callable[..., Any] | Timeline, *arguments: Any, live: bool | None = None, **named: Any
) -> Timeline:
    """Runs a program, shows a bar for each of its processes as they run, and gives a Timeline; shows a Timeline that it is given.

        program    a function, or a Timeline (simulate(...).timeline() makes one)
        arguments  what the function is called with
        live       show the view; by default in notebooks

    What the program returned is the result's `answer`. "Computing" is all time between operations of multiprocessing, joined
    threads and sleeps (under the name that a module imported `time.sleep` by), also where the system gave the CPU to others. Live
    pictures take about a fiftieth of a CPU from the program. Interrupting gives what was recorded so far; an error of the program is
    raised after the picture is drawn. Raises TypeError for what is no function and no Timeline.

    >>> found = timeline(count, 2)
    >>> [lane.name for lane in found.lanes]
    ['main', 'Process-1', 'Process-2']
    """
    shown = in_notebook() if live is None else live
    if isinstance(program, Timeline):
        if shown:
            show(program)
        return replace(program, shown=running_cell())
    if not callable(program):
        raise TypeError(f"timeline runs a function or shows a Timeline, and was given {program!r:.40}")
    view = TimelineView() if shown else None
    title = f"{getattr(program, '__name__', 'program')}({', '.join(map(_short, arguments))})"
    if view is None:
        return record(lambda: program(*arguments, **named), title)
    finished = record(lambda: program(*arguments, **named), title, view.show)
    return replace(finished, shown=running_cell())


def record(program: Callable[[], Any], title: str = "", show: Show | None = None) -> Timeline:
    """Run `program` and give its timeline; `show` gets it while it runs, and at the end.

    While it runs it comes every LIVE_S seconds, or so seldom that reading the logs and `show` take less than
    _LIVE_SHARE of a CPU.
    """
    recording = Recording()
    end = time.perf_counter()
    note, answer = "", None
    earlier = _earlier(len(multiprocessing.active_children()))
    dress = partial(replace, cores=usable_cpus().count, title=title)
    watching = _Watching(recording, dress, show)
    try:
        # The watcher starts before the recording, which would record that this process waits for it to start.
        with NoneLeftBehind(), watching, recording:
            try:
                answer = program()
            finally:
                end = time.perf_counter()
                recording.stop()
                watching.stop()
    except KeyboardInterrupt:
        note = "Interrupted: this is what was recorded until then. "
        stop_what_waits()
    except BaseException:
        if show is not None:
            show(dress(_finished(recording, end, f"The program failed. {earlier}".rstrip(), None)), False)
        raise
    result: Timeline = dress(_finished(recording, end, note + earlier, answer))
    if show is not None:
        show(result, False)
    return result


class _Watching:
    """Shows a recording while it goes on, from a thread of its own; `dress` gives a timeline its title and cores."""

    def __init__(self, recording: Recording, dress: Callable[[Timeline], Timeline], show: Show | None) -> None:
        self._recording, self._dress, self._show = recording, dress, show
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="timeline view", daemon=True)

    def __enter__(self) -> None:
        if self._show is not None:
            self._thread.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Shows no more; returns when the last picture is drawn."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        assert self._show is not None
        growth, pause = Growth(self._recording.folder, cell_label), LIVE_S
        while not self._ended.wait(pause):
            start = time.thread_time()
            self._show(self._dress(growth.timeline(time.perf_counter())), True)
            pause = max(LIVE_S, (time.thread_time() - start) / _LIVE_SHARE)


def _finished(recording: Recording, end: float, note: str, answer: Any) -> Timeline:
    found = timeline_of(recording.logs(), end, cell_label)
    return replace(found, note=f"{note} {found.note}".strip(), answer=answer)


def _earlier(count: int) -> str:
    """What a picture must say of the processes that multiprocessing started before it."""
    if not count:
        return ""
    told = f"{count} processes that were there before are" if count > 1 else "A process that was there before is"
    return f"{told} not recorded: only what the program itself starts is."


def _short(value: Any) -> str:
    return brief(f"{value:_}" if isinstance(value, int) else repr(value), 24)
