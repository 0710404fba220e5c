"""The timeline of a run that goes on: each picture takes in what is new in the logs, and coarsens what it has."""

from __future__ import annotations

from bisect import insort
from pathlib import Path

from lockstep.recording.bars import Bar, Kind, Lane
from lockstep.recording.lanes import START_UP, Label, in_tree_order, names_of, place_of, told_lost
from lockstep.recording.operation_log import LogReader, Record
from lockstep.recording.timeline import Timeline

_COMPUTING = -1
_COARSER = 4  # where there are too many bars, this many become one: seldom, so that it costs little


class Growth:
    """What is known of the logs in a folder, at most `most` bars of each.

    A picture costs what was logged since the last one, and what is shown; not the length of the run.
    """

    def __init__(self, folder: Path, label: Label = str, most: int = 600) -> None:
        self._folder = folder
        self._label = label
        self._most = most
        self._lanes: dict[Path, _GrowingLane] = {}

    def timeline(self, now: float) -> Timeline:
        """The run up to `now`, on the logs' own clock."""
        for names in self._folder.glob("*.names"):
            if names not in self._lanes:
                self._lanes[names] = _GrowingLane(LogReader(names), self._label, self._most)
            self._lanes[names].grow()
        grown = sorted((lane for lane in self._lanes.values() if lane.log.announced), key=lambda lane: lane.log.asked)
        zero = min((lane.log.asked for lane in grown), default=0.0)
        names_told = names_of([lane.log.name for lane in grown])
        lanes = in_tree_order([Lane(name, lane.bars(now, zero)) for name, lane in zip(names_told, grown, strict=True)])
        return Timeline(lanes, "measured", None, told_lost(sum(lane.log.lost for lane in grown)))


class _GrowingLane:
    """One process's bars as records, without gaps: those before `_group_start`, then a group of short ones."""

    def __init__(self, log: LogReader, label: Label, most: int) -> None:
        self.log = log
        self._label = label
        self._most = most
        self._told: list[tuple[Kind, str, str]] = []  # what the log's operations are called
        self._bars: list[Record] = []
        self._at = 0.0  # up to where the bars and the group have come
        self._resolution_s = 0.0  # bars shorter than this become a group
        self._group_start = 0.0
        self._filling: dict[int, float] = {}  # what the group consists of, in seconds
        self._waits: list[Record] = []  # these may be parts of the communication that is under way, or of one another

    def grow(self) -> None:
        """Take in what is new in the log."""
        records = self.log.news()
        if self.log.born is None:
            return
        self._at = self._at or self.log.born
        for operation in self.log.operations[len(self._told) :]:
            self._told.append((operation.kind, operation.what, place_of(operation, self._label)))
        for start, end, number in records:
            if self._told[number][0] == "waiting":
                insort(self._waits, (start, end, number))
                continue
            self._take_waits_before(start)
            self._until(start, _COMPUTING)
            for inner in self._waits:
                self._until(inner[0], number)
                self._until(inner[1], inner[2])
            self._waits.clear()
            self._until(end, number)
        self._take_waits_before(self.log.open[0] if self.log.open else float("inf"))

    def bars(self, now: float, zero: float) -> tuple[Bar, ...]:
        log = self.log
        if log.born is None:
            return (Bar(log.asked - zero, max(now, log.asked) - zero, "communicating", START_UP),)
        found = [Bar(log.asked - zero, log.born - zero, "communicating", START_UP)] if log.born > log.asked else []
        for start, end, number in [*self._bars, *self._last(log.died or now)]:
            if end > start:
                kind, what, line = self._told[number] if number != _COMPUTING else ("computing", "", "")
                found.append(Bar(start - zero, end - zero, kind, what, line))
        return tuple(found)

    def _last(self, end: float) -> list[Record]:
        """The group, and what the process has done since."""
        found: list[Record] = []
        if self._filling:
            found.append((self._group_start, self._at, max(self._filling, key=self._filling.__getitem__)))
        at, doing = self._at, _COMPUTING
        if self.log.open is not None and self.log.open[0] >= at:
            since, doing = self.log.open
            found.append((at, since, _COMPUTING))
            at = since
            for start, ended, number in self._waits:
                found += [(at, start, doing), (max(at, start), ended, number)]
                at = max(at, ended)
        return [*found, (at, end, doing)]

    def _take_waits_before(self, time: float) -> None:
        """Those are operations of their own."""
        if not self._waits:
            return
        for start, end, number in self._waits:
            if start < time:
                self._until(start, _COMPUTING)
                self._until(end, number)
        self._waits = [wait for wait in self._waits if wait[0] >= time]

    def _until(self, end: float, number: int) -> None:
        if end > self._at:
            self._add(self._at, end, number)
            self._at = end
            if len(self._bars) > self._most:
                self._coarsen()

    def _add(self, start: float, end: float, number: int) -> None:
        long = end - start >= self._resolution_s
        if self._filling and (long or end - self._group_start > self._resolution_s):
            self._close_group(start)
        if long:
            self._bars.append((start, end, number))
            return
        if not self._filling:
            self._group_start = start
        self._filling[number] = self._filling.get(number, 0.0) + end - start

    def _close_group(self, end: float) -> None:
        self._bars.append((self._group_start, end, max(self._filling, key=self._filling.__getitem__)))
        self._filling.clear()

    def _coarsen(self) -> None:
        if self._filling:
            self._close_group(self._at)
        bars, self._bars = self._bars, []
        self._resolution_s = _COARSER * (self._at - bars[0][0]) / self._most
        for bar in bars:
            self._add(*bar)
