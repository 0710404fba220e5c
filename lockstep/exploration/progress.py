"""What is told of an exploration that takes long: how far it has come, and what it will be able to say."""

from __future__ import annotations

import time

from lockstep.page.bar import Bar

PATIENCE = 1.0  # seconds before anything is told
_OFTEN = 0.3  # seconds between two changes


class Progress:
    """Told of by the search's `Watch`; `close` takes away what is shown."""

    def __init__(self, name: str, budget: int) -> None:
        self._name, self._budget, self._bar = name, budget, Bar()
        self._next = 0.0

    def __call__(self, seconds: float, states: int, rate: float, what: str) -> None:
        """`what`: the interleavings that are being taken, as their claim will say."""
        now = time.monotonic()
        if seconds < PATIENCE or now < self._next:
            return
        self._next = now + _OFTEN
        self._bar.tell(self.line(seconds, states, rate, what), states / self._budget)

    def line(self, seconds: float, states: int, rate: float, what: str) -> str:
        share = min(1.0, states / self._budget)
        return (
            f"explore {self._name}, {seconds:.0f} s: {states:,} states ({rate:,.0f} a second), {share:.0%} of the "
            f"budget, on the way to {what}; interrupt it to see what was found so far"
        )

    def close(self) -> None:
        self._bar.close()
