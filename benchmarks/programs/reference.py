"""A parallel program of the course, the best serial one, and the same work through any map."""

from __future__ import annotations

import pickle
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
    What only one process can do while the others wait is timed as parts: `sends()`, which the serial program has not got (to pack what travels,
    to copy into shared memory), and `last()`, which it has (the last merge).
    """

    name: str
    ours: Callable[[], Any]
    serial: Callable[[], Any]
    by: Callable[[Map], Any]
    ceiling: float = 1.0
    why: str = ""
    sizes: tuple[int, ...] = ()
    in_threads: Callable[[Map], Any] | None = None
    sends: Callable[[], Any] | None = None
    last: Callable[[], Any] | None = None

    def reachable(self, serial: float, speedup: float, start: float, sends: float, last: float) -> float:
        """The speed-up where nothing is lost beside these parts, all in seconds: Amdahl's law with what parallelism adds.

        `speedup`: of a program without any overhead, the measured capacity. `start`: of workers that do nothing.
        """
        shared = max(0.0, serial - last) / (speedup * self.ceiling)
        return serial / (start + sends + last + shared)


def packed(*values: Any) -> Callable[[], Any]:
    """Packs each of the values for its journey to a worker, or back from it, as the process in the middle has to."""
    return lambda: [pickle.dumps(value) for value in values]
