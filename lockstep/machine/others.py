"""How much CPU other programs used while ours ran: the gate against measuring on a busy machine."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class CpuReading:
    """Seconds since some start: of wall, of all the machine's busy CPUs, of this process and its children."""

    wall_s: float
    busy_s: float
    ours_s: float


KEEPS_CHILDRENS_TIME = os.name != "nt"
"""Whether the system keeps the CPU time of processes that have ended. Windows does not: there what a pool used would
count as others', and every program with short-lived processes would find its machine busy; so nothing is read there."""


def cpu_reading() -> CpuReading | None:
    """The counters now; None where the platform does not count ours and all (they are then never compared)."""
    if not KEEPS_CHILDRENS_TIME:
        return None
    try:
        times = psutil.cpu_times()
    except (psutil.Error, OSError):
        return None
    fields = ("user", "nice", "system", "irq", "softirq", "steal", "interrupt", "dpc")
    busy = sum(getattr(times, field, 0.0) for field in fields)
    own = os.times()
    ours = own.user + own.system + own.children_user + own.children_system
    for child in psutil.Process().children(recursive=True):
        try:
            used = child.cpu_times()
            ours += used.user + used.system
            ours += getattr(used, "children_user", 0.0) + getattr(used, "children_system", 0.0)
        except psutil.Error:
            continue  # it ended meanwhile, and is counted with the children that were waited for
    return CpuReading(time.perf_counter(), busy, ours)


def cpus_of_others(before: CpuReading | None, after: CpuReading | None) -> float | None:
    """CPUs kept busy by others on average between two readings, at least 0; None when that is not known.

    A counter ticks every 10 ms, so readings less than 50 ms apart tell nothing.
    """
    if before is None or after is None:
        return None
    wall = after.wall_s - before.wall_s
    busy = after.busy_s - before.busy_s
    ours = after.ours_s - before.ours_s
    if wall < 0.05 or busy <= 0 < ours:  # a container can show counters that stand still
        return None
    return max(0.0, (busy - ours) / wall)
