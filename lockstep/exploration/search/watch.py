"""The clock of a search: what time it may take, what a learner is told meanwhile, and how it is interrupted."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

OFTEN = 1_024  # states between two looks at the clock
_STUCK = 1.0  # seconds after which an interrupt does not wait for an answer any more


class TimeIsUp(Exception):
    """The time for this part of a search is over."""


class Interrupted(Exception):
    """The learner wants what has been found so far."""


class Watch:
    """Seen by a search every now and then: `look` raises TimeIsUp and Interrupted, and tells how far it has come."""

    def __init__(
        self,
        over: Callable[[float, float], bool] = lambda since, share: False,
        told: Callable[[float, int, float, str], None] | None = None,
    ) -> None:
        """`over` says whether a share of the time is over that was left at a moment. `told` gets seconds so far, states,
        states a second, and what is searched; without it nobody looks on, and an interrupt ends the search."""
        self._over, self._told = over, told
        self._began = self._looked = self._phase = time.monotonic()
        self._share = 1.0
        self._interrupts = 0
        self.what = ""

    @property
    def seconds(self) -> float:
        """Since the search began."""
        return time.monotonic() - self._began

    def phase(self, what: str, share: float) -> None:
        """A part of the search begins, which may take this share of the time that is left."""
        self.what, self._phase, self._share = what, time.monotonic(), share

    def look(self, states: int) -> None:
        """Raises TimeIsUp or Interrupted; `states` is how many were visited in this part."""
        self._looked = time.monotonic()
        if self._interrupts:
            raise Interrupted
        if self._over(self._phase, self._share):
            raise TimeIsUp
        if self._told is not None:
            self._told(self.seconds, states, states / max(1e-3, self._looked - self._phase), self.what)

    def wait(self, seconds: float) -> None:
        """To be called about once a second while the search waits for an answer. Raises Interrupted if an interrupt does, too."""
        if self._interrupts and time.monotonic() - self._looked > _STUCK:
            raise Interrupted

    @contextmanager
    def interruptible(self, asking: Callable[[], bool]) -> Iterator[None]:
        """Within it an interrupt (Ctrl-C, a kernel's stop button) makes the next `look` raise Interrupted.

        While the search is `asking`, which takes as long as the learner's code, it is raised at once: by a second interrupt, or
        where the last look is long ago.
        """
        alone = threading.current_thread() is not threading.main_thread() or not callable(
            signal.getsignal(signal.SIGINT)
        )
        if alone or self._told is None:
            yield
            return
        before = signal.signal(signal.SIGINT, partial(self._interrupt, asking))
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _interrupt(self, asking: Callable[[], bool], number: int, frame: FrameType | None) -> Any:
        self._interrupts += 1
        if self._interrupts > 1 or time.monotonic() - self._looked > _STUCK:
            raise Interrupted if asking() else KeyboardInterrupt
