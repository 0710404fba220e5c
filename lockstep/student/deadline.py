"""A check's time limit: it counts what the machine could give, so on a busy one it lasts longer, and never without end."""

import os
import time
from collections.abc import Callable

import psutil

from lockstep.student.failure import StudentTimedOut

Tell = Callable[[float], None]  # takes the seconds that somebody has waited

MOST = 6.0  # times as long as on an idle machine
_OFTEN = 1.0  # seconds between two times that it is told
_FIELDS = ("user", "nice", "system", "irq", "softirq", "steal", "interrupt", "dpc")


class Deadline:
    """`limit` seconds of a machine that does nothing else, from now.

    Where other programs keep half of all CPUs busy, a second counts half. What descends from this process is no other
    program, as far as it is there when it is looked at; a program that hides its work thus gets more time, up to MOST.
    """

    def __init__(self, limit: float, tell: Tell | None = None) -> None:
        """`tell` is called about once a second while somebody waits by `pause`."""
        self.limit = limit
        self._began = time.monotonic()
        self.tell = tell
        self._next = self._began + _OFTEN
        self._born = time.time()
        self._busy = _busy_seconds()
        self._own = sum(os.times()[:2])
        self._end = self._began + limit
        self._last = self._began + MOST * limit

    def put_off(self, seconds: float) -> None:
        """Does not count `seconds` that have passed."""
        self._end += seconds
        self._last += seconds

    def remaining(self) -> float:
        """Seconds that one may wait before one asks again. Raises StudentTimedOut when the limit is over."""
        left = self._end - time.monotonic()
        if left > 0:
            return left
        left = self._stretched() - time.monotonic()
        if left <= 0.01 * self.limit:  # or the last part would be taken in ever smaller ones
            raise StudentTimedOut("no answer came in time")
        return left

    def pause(self) -> float:
        """As `remaining`, and short enough that it can be told how long it takes."""
        left = self.remaining()
        if self.tell is None:
            return left
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _OFTEN
            self.tell(now - self._began)
        return min(left, self._next - now)

    def over(self, since: float, share: float) -> bool:
        """Is this share of the time over that was left at `since`, a moment of the monotonic clock?"""
        now = time.monotonic()
        return now - since >= share * (self._end - since) and now - since >= share * (self._stretched() - since)

    def _stretched(self) -> float:
        """When the limit is over, as far as can be told now."""
        self._end = min(self._last, max(self._end, self._began + self.limit / self._share(time.monotonic())))
        return self._end

    @property
    def told(self) -> str:
        """The limit for readers: "10 s", and what it has become."""
        passed = self._end - self._began
        stretched = f" ({passed:.0f} s, since this machine is busy)" if passed > 1.5 * self.limit else ""
        return f"{self.limit:g} s{stretched}"

    def _share(self, now: float) -> float:
        """The share of the machine that others left, from 1 / MOST to 1."""
        wall = now - self._began
        if self._busy is None or wall < 0.05:
            return 1.0
        busy = (_busy_seconds() or self._busy) - self._busy
        ours = sum(os.times()[:2]) - self._own + self._used_by_descendants()
        others = max(0.0, busy - ours) / wall / (os.cpu_count() or 1)
        return min(1.0, max(1 / MOST, 1.0 - others))

    def _used_by_descendants(self) -> float:
        """Seconds of CPU of the processes below this one that began after the deadline was set."""
        used = 0.0
        for process in psutil.Process().children(recursive=True):
            try:
                if process.create_time() >= self._born - 0.05:
                    times = process.cpu_times()
                    used += times.user + times.system
                    used += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
            except psutil.Error:
                continue  # it ended meanwhile
        return used


def _busy_seconds() -> float | None:
    """Seconds that all CPUs together have been busy; None where the system does not tell."""
    try:
        times = psutil.cpu_times()
    except (psutil.Error, OSError):
        return None
    return float(sum(getattr(times, field, 0.0) for field in _FIELDS))
