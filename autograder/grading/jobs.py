"""How many exercises to judge at once: one for each CPU, and more for as long as they leave CPUs idle by waiting."""

import time

import psutil

from lockstep.machine.usable import usable_cpus

_EACH = 8  # exercises for each CPU at most: the programs of some sleep, and those that hang do nothing else
_MEMORY = 150 * 2**20  # bytes that a worker and its two sandboxes take, more or less
_IDLE = 80.0  # per cent of busy CPUs below which one more may begin


class Jobs:
    """Grows by one each time that it is asked and the CPUs have been idle since; a number that is given stays."""

    patience = 0.5  # seconds after which it is worth asking again

    def __init__(self, given: int | None = None) -> None:
        cpus = usable_cpus().count
        room = max(1, int(psutil.virtual_memory().available * 0.5 / _MEMORY))
        self.most = max(1, given) if given is not None else max(cpus, min(_EACH * cpus, room))
        self._now = self.most if given is not None else cpus
        self._asked = time.monotonic()
        psutil.cpu_percent()

    def now(self) -> int:
        """How many may be at work now."""
        if self._now < self.most and time.monotonic() - self._asked >= self.patience:
            self._asked = time.monotonic()
            self._now += psutil.cpu_percent() < _IDLE
        return self._now
