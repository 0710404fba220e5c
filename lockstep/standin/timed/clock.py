"""Time on a simulated machine: sleeping, clocks, and work whose cost is declared instead of measured."""

from __future__ import annotations

import time
from typing import Any

from lockstep.standin.declared import machine_operation
from lockstep.standin.machine import current, running
from lockstep.standin.shared import ask

_EPOCH = 1_700_000_000.0  # every simulation begins at the same moment, so that results repeat
_LONGEST = 2.0**63 * 1e-9  # seconds that a real sleep can take

machine_operation("time.sleep", method="time.sleep")
machine_operation("time.now", method="time.now", instead="`time.sleep()`", looks=True)


def now() -> float:
    """Seconds of virtual time since the program began."""
    seconds: float = ask("time.now", ())[0]
    return seconds


def cpu_time() -> float:
    """Seconds of CPU that this process has used."""
    seconds: float = ask("time.now", ())[1]
    return seconds


def sleep(seconds: float) -> None:
    if seconds != seconds:
        raise ValueError("Invalid value NaN (not a number)")
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if seconds > _LONGEST:
        raise OverflowError("timestamp out of range for platform time_t")
    ask("time.sleep", (), float(seconds))


def now_ns() -> int:
    return int(now() * 1e9)


def cpu_time_ns() -> int:
    return int(cpu_time() * 1e9)


def date() -> float:
    """`time.time()`: seconds since 1970."""
    return _EPOCH + now()


def date_ns() -> int:
    return int(date() * 1e9)


def clock_gettime(clock: int) -> float:
    if clock == getattr(time, "CLOCK_REALTIME", None):
        return date()
    ours = ("CLOCK_PROCESS_CPUTIME_ID", "CLOCK_THREAD_CPUTIME_ID")
    return cpu_time() if clock in [getattr(time, name, None) for name in ours] else now()


def clock_gettime_ns(clock: int) -> int:
    return int(clock_gettime(clock) * 1e9)


def localtime(seconds: float | None = None) -> time.struct_time:
    return time.localtime(date() if seconds is None else seconds)


def gmtime(seconds: float | None = None) -> time.struct_time:
    return time.gmtime(date() if seconds is None else seconds)


def ctime(seconds: float | None = None) -> str:
    return time.ctime(date() if seconds is None else seconds)


def asctime(moment: Any = None) -> str:
    return time.asctime(localtime() if moment is None else moment)


def strftime(form: str, moment: Any = None) -> str:
    return time.strftime(form, localtime() if moment is None else moment)


def clocks() -> dict[str, Any]:
    """What the module `time` offers to a simulated process."""
    return {
        "sleep": sleep,
        **dict.fromkeys(("monotonic", "perf_counter"), now),
        **dict.fromkeys(("process_time", "thread_time"), cpu_time),
        **dict.fromkeys(("monotonic_ns", "perf_counter_ns"), now_ns),
        **dict.fromkeys(("process_time_ns", "thread_time_ns"), cpu_time_ns),
        "time": date,
        "time_ns": date_ns,
        **{
            function.__name__: function
            for function in (clock_gettime, clock_gettime_ns, localtime, gmtime, ctime, asctime, strftime)
        },
    }


def work(seconds: float) -> None:
    """Computes for so many seconds of CPU.

    In a simulation the cost is declared and nothing is burnt; in `explore` it takes no time; anywhere else this
    spins. Raises ValueError below 0 and for no number or no end of seconds.
    """
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"work takes a number of seconds, 0 or more, not {seconds}")
    if running():
        declare = getattr(current(), "declare", None)
        if declare is not None:
            declare(float(seconds))
        return
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
