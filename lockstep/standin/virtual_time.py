"""Time on a simulated machine: sleeping, clocks, and work whose cost is declared instead of measured."""

from __future__ import annotations

import time
from typing import Any

from lockstep.standin.machine import current, running
from lockstep.standin.shared import ask

_EPOCH = 1_700_000_000.0  # every simulation begins at the same moment, so that results repeat


def now() -> float:
    """Seconds of virtual time since the program began."""
    seconds: float = ask("time.now", ())[0]
    return seconds


def cpu_time() -> float:
    """Seconds of CPU that this process has used."""
    seconds: float = ask("time.now", ())[1]
    return seconds


def sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    ask("time.sleep", (), float(seconds))


def clocks() -> dict[str, Any]:
    """What the module `time` offers to a simulated process."""
    return {
        "sleep": sleep,
        **dict.fromkeys(("monotonic", "perf_counter"), now),
        **dict.fromkeys(("process_time", "thread_time"), cpu_time),
        **dict.fromkeys(("monotonic_ns", "perf_counter_ns"), lambda: int(now() * 1e9)),
        **dict.fromkeys(("process_time_ns", "thread_time_ns"), lambda: int(cpu_time() * 1e9)),
        "time": lambda: _EPOCH + now(),
        "time_ns": lambda: int((_EPOCH + now()) * 1e9),
        "localtime": lambda seconds=None: time.localtime(_EPOCH + now() if seconds is None else seconds),
        "gmtime": lambda seconds=None: time.gmtime(_EPOCH + now() if seconds is None else seconds),
        "ctime": lambda seconds=None: time.ctime(_EPOCH + now() if seconds is None else seconds),
        "strftime": lambda form, t=None: time.strftime(form, time.localtime(_EPOCH + now()) if t is None else t),
    }


def work(seconds: float) -> None:
    """Computes for so many seconds of CPU.

    In a simulation the cost is declared and nothing is burnt; in `explore` it takes no time; anywhere else this
    spins. Raises ValueError below 0.
    """
    if not seconds >= 0:
        raise ValueError(f"work takes 0 seconds or more, not {seconds}")
    if running():
        declare = getattr(current(), "declare", None)
        if declare is not None:
            declare(float(seconds))
        return
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
