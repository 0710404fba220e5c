"""From the logs of processes to lanes of bars: nested operations flattened, gaps taken for computing."""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Iterable, Sequence

from lockstep.recording.bars import Bar, Kind, Lane
from lockstep.recording.operation_log import Entry, Log, Operation
from lockstep.recording.timeline import Timeline

START_UP = "starting up"
_KINDS = ("Process", "PoolWorker", "PoolProcess", "Worker")
MOST_BARS = 1500
"""Bars of one lane; where there would be more, neighbours shorter than a pixel become one."""

_NUMBERED = re.compile(r"(?:Fork|Spawn|ForkServer)?(Process|PoolWorker|PoolProcess|Worker)-([\d:]+)")
Label = Callable[[str], str]


def timeline_of(logs: Sequence[Log], now: float, label: Label = str, most: int = MOST_BARS) -> Timeline:
    """The timeline of one run. `now` is the time up to which it has come, on the logs' own clock.

    `label` turns a file name into what the learner calls it. The first log is that of the starting process.
    """
    zero = min((log.asked for log in logs), default=0.0)
    names = names_of([log.name for log in logs])
    lanes = [Lane(name, coarsened(_bars(log, now, label, zero), most)) for name, log in zip(names, logs, strict=True)]
    return Timeline(in_tree_order(lanes), "measured", None, told_lost(sum(log.lost for log in logs)))


def coarsened(bars: Sequence[Bar], most: int) -> tuple[Bar, ...]:
    """About `most` bars: neighbours shorter than one in `most` parts become one, of what fills it most."""
    if len(bars) <= most:
        return tuple(bars)
    resolution_s = (bars[-1].end_s - bars[0].start_s) / most
    found: list[Bar] = []
    group: list[Bar] = []
    for bar in bars:
        if group and (bar.seconds >= resolution_s or bar.end_s - group[0].start_s > resolution_s):
            found.append(_one(group))
            group = []
        if bar.seconds >= resolution_s:
            found.append(bar)
        else:
            group.append(bar)
    if group:
        found.append(_one(group))
    return tuple(found)


def place_of(operation: Operation, label: Label) -> str:
    """The line that asked for an operation, as a bar tells it."""
    if not operation.file:
        return ""
    text = linecache.getline(operation.file, operation.line).strip()
    return f"{label(operation.file)}:{operation.line}" + (f"  {text}" if text else "")


def names_of(names: Sequence[str]) -> list[str]:
    """main, Process-1, Process-1:2, as everywhere.

    multiprocessing numbers processes over the parent's whole life, workers of pools apart: number those of this run from 1.
    """
    numbers: dict[tuple[str, ...], tuple[int, ...]] = {}  # multiprocessing's own -> this run's
    counts: dict[tuple[int, ...], int] = {}
    found = []
    for name in names:
        matched = _NUMBERED.fullmatch(name)
        if matched is None:
            found.append(name)
            continue
        *above, last = matched[2].split(":")
        parent = next((numbers[key] for key in ((kind, *above) for kind in _KINDS) if key in numbers), ())
        counts[parent] = counts.get(parent, 0) + 1
        number = numbers[matched[1], *above, last] = (*parent, counts[parent])
        found.append("Process-" + ":".join(map(str, number)))
    return found


def in_tree_order(lanes: Sequence[Lane]) -> tuple[Lane, ...]:
    """The starting process, then every process before its children; those with names of their own where they began."""
    place: list[list[int]] = []
    for lane in lanes:
        number = lane.name.removeprefix("Process-")
        last = place[-1] if place else []
        place.append([int(part) for part in number.split(":")] if number != lane.name else [*last, 0])
    order = sorted(range(1, len(lanes)), key=lambda at: place[at])
    return tuple(lanes[at] for at in [*range(min(1, len(lanes))), *order])


def told_lost(count: int) -> str:
    """What a picture must say of operations that no log had room for."""
    return f"{count} later operations were too many to record." if count else ""


def _one(group: Sequence[Bar]) -> Bar:
    filling: dict[tuple[Kind, str, str], float] = {}
    for bar in group:
        key = (bar.kind, bar.what, bar.line)
        filling[key] = filling.get(key, 0.0) + bar.seconds
    kind, what, line = max(filling, key=lambda key: filling[key])
    return Bar(group[0].start_s, group[-1].end_s, kind, what, line)


def _bars(log: Log, now: float, label: Label, zero: float) -> list[Bar]:
    """The bars of one process: starting up, then operations, with computing between them."""
    if log.born is None:
        return [Bar(log.asked - zero, max(now, log.asked) - zero, "communicating", START_UP)]
    last = max([log.born, *(entry.end for entry in log.entries)])
    end = log.died if log.died is not None else max(now, last)
    entries = list(log.entries)
    if log.open is not None:
        entries.append(Entry(log.open.start, max(end, log.open.start), log.open.operation))
    bars = [Bar(log.asked - zero, log.born - zero, "communicating", START_UP)] if log.born > log.asked else []
    at = log.born
    places: dict[Operation, str] = {}  # to look for a line is dear where its file is not to be found
    for start, stop, operation in _flat(entries):
        if operation not in places:
            places[operation] = place_of(operation, label)
        begin = max(start, at)
        if begin > at:
            bars.append(Bar(at - zero, begin - zero, "computing"))
        if stop > begin:
            bars.append(Bar(begin - zero, stop - zero, operation.kind, operation.what, places[operation]))
            at = stop
    if end > at:
        bars.append(Bar(at - zero, end - zero, "computing"))
    return bars


def _flat(entries: Iterable[Entry]) -> list[tuple[float, float, Operation]]:
    """Entries in order, where a wait inside a communication cuts it in two. They nest at most once."""
    found: list[tuple[float, float, Operation]] = []
    outer: Entry | None = None
    at = 0.0
    for entry in sorted(entries, key=lambda entry: (entry.start, -entry.end)):
        if outer is not None and entry.start < outer.end:
            found.append((at, entry.start, outer.operation))
            found.append((entry.start, min(entry.end, outer.end), entry.operation))
            at = min(entry.end, outer.end)
            continue
        if outer is not None:
            found.append((at, outer.end, outer.operation))
        outer, at = entry, entry.start
    if outer is not None:
        found.append((at, outer.end, outer.operation))
    return [(start, stop, operation) for start, stop, operation in found if stop > start]
