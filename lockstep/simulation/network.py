"""The network between MPI's ranks: when a message has left its sender, and when it is there.

A message takes alpha seconds and beta for each of its bytes (Hockney, "The communication challenge for MPP", 1994). Every rank has a port
out and a port in; each takes one message after the other, and both work at once.
"""

from __future__ import annotations


class Network:
    """`alpha`, `beta`: seconds of a message, and of each of its bytes."""

    def __init__(self, alpha: float, beta: float) -> None:
        self._alpha, self._beta = alpha, beta
        self._out: dict[str, float] = {}  # by rank: until when its port is taken
        self._in: dict[str, float] = {}

    def times(self, source: str, to: str, size: int, now: float) -> tuple[float, float]:
        """When a message of so many bytes, sent now, has left the source, and when it is there."""
        seconds = self._alpha + self._beta * size
        gone = self._out[source] = max(now, self._out.get(source, 0.0)) + seconds
        there = self._in[to] = max(gone, self._in.get(to, 0.0) + seconds)
        return gone, there
