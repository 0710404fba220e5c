"""A parallel program of the course, the best serial one, and the same work through any map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.comparing.ways import Map


@dataclass(frozen=True)
class Reference:
    """`ours()` is the course's program on P workers, `serial()` the best serial one, `by(map)` the work through a map.

    `ceiling` is the speed-up, as a share of P, that the algorithm itself can reach; `why` says where it is below 1. `sizes` are what a
    lesson calls the program with, where the lesson measures it. `in_threads` is the same work through a map of threads,
    which see one another's arrays; where NumPy does not release the interpreter's lock nobody would take them, and it is None.
    """

    name: str
    ours: Callable[[], Any]
    serial: Callable[[], Any]
    by: Callable[[Map], Any]
    ceiling: float = 1.0
    why: str = ""
    sizes: tuple[int, ...] = ()
    in_threads: Callable[[Map], Any] | None = None
