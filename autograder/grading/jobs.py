"""How many checks to judge at once: two for each CPU, and one more for each that does nothing but wait."""

import os
import time

import psutil

from lockstep.machine.usable import usable_cpus

_EACH = 24  # checks for each CPU at most: the programs of some sleep, and those that hang do nothing else
_MEMORY = 150 * 2**20  # bytes that a worker and its two sandboxes take, more or less
_LEAST = 2  # checks for each CPU that compute, or may be about to
_SATURATED = 95.0  # per cent of the usable CPUs from which on nobody can tell how many wait for one
_DECAY = 0.9  # of the room that is left then from one look to the next, for fewer wait than were thought


class Jobs:
    """Makes room for as many as wait, which is told by what the CPUs do not do; a number that is given is kept to.

    Those that end are replaced at once, and the room changes from one look at the CPUs to the next.
    """

    patience = 0.5  # seconds from one look to the next

    def __init__(self, given: int | None = None) -> None:
        self._given = given is not None
        self._cpus = usable_cpus().count
        self._least = _LEAST * self._cpus
        room = int(psutil.virtual_memory().available * 0.5 / _MEMORY)
        self.most = max(1, given) if given is not None else max(self._least, min(_EACH * self._cpus, room))
        self._room = self._least
        self._looked = time.monotonic()
        psutil.cpu_percent()

    def may_begin(self, at_work: int) -> bool:
        """Whether one more may begin beside so many that are at work. Who is told so begins it."""
        if self._given:
            return at_work < self.most
        if (now := time.monotonic()) - self._looked >= self.patience:
            self._looked = now
            self._room = min(self.most, max(self._least, self._room_beside(at_work)))
        return at_work < self._room

    def _room_beside(self, at_work: int) -> int:
        busy = _busy(self._cpus)
        if busy >= _SATURATED:
            return int(_DECAY * min(self._room, at_work))
        computing = round(self._cpus * busy / 100)
        return at_work - computing + self._least


def _busy(usable: int) -> float:
    """Per cent of so many CPUs that the machine was busy with since this was asked last, of 100 at most."""
    return min(100.0, psutil.cpu_percent() * (os.cpu_count() or 1) / usable)
