"""How many checks to judge at once: two for each CPU, and more for as long as they leave CPUs idle by waiting."""

import os
import time

import psutil

from lockstep.machine.usable import usable_cpus

_EACH = 24  # checks for each CPU at most: the programs of some sleep, and those that hang do nothing else
_MEMORY = 150 * 2**20  # bytes that a worker and its two sandboxes take, more or less
_LEAST = 2  # checks for each CPU, however busy: one that waits must not hold up all
_BUSY = 80.0  # per cent of the usable CPUs from which on nothing more begins
_AT_ONCE = 2  # checks for each CPU that begin between two looks where all are idle: to begin is work, too


class Jobs:
    """Lets more begin while CPUs are idle, and fewer when they are not; a number that is given is kept to."""

    patience = 0.5  # seconds after which it is worth asking again

    def __init__(self, given: int | None = None) -> None:
        self._given = given is not None
        self._cpus = usable_cpus().count
        room = int(psutil.virtual_memory().available * 0.5 / _MEMORY)
        self.most = max(1, given) if given is not None else max(_LEAST * self._cpus, min(_EACH * self._cpus, room))
        self._more = 0  # that may begin before the next look
        self._looked = time.monotonic()
        psutil.cpu_percent()

    def may_begin(self, at_work: int) -> bool:
        """Whether one more may begin beside so many that are at work. Who is told so begins it."""
        if at_work >= self.most:
            return False
        if self._given or at_work < _LEAST * self._cpus:
            return True
        if (now := time.monotonic()) - self._looked >= self.patience:
            self._looked = now
            idle = max(0.0, 1 - _busy(self._cpus) / _BUSY)
            self._more = round(_AT_ONCE * self._cpus * idle)
        self._more -= 1
        return self._more >= 0


def _busy(usable: int) -> float:
    """Per cent of so many CPUs that the machine was busy with since this was asked last, of 100 at most."""
    return min(100.0, psutil.cpu_percent() * (os.cpu_count() or 1) / usable)
