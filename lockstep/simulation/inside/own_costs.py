"""What the stand-in itself takes before an operation and after it, measured here, so that no program is charged with it."""

from __future__ import annotations

import pickle
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from lockstep.simulation.actors import Stretch
from lockstep.standin.kinds import operation_kind

# Between any two operations of other kinds stand those of a lock, so that what comes before one and after it can be told apart.
TURNS = """
import multiprocessing

def turns(n):
    lock, value, queue = multiprocessing.Lock(), multiprocessing.Value("i", 0), multiprocessing.Queue()
    reader, writer = multiprocessing.Pipe(False)
    for _ in range(n):
        lock.acquire()
        lock.release()
        value.value
        lock.acquire()
        queue.put(1)
        lock.release()
        queue.get()
        lock.acquire()
        writer.send(1)
        lock.release()
        reader.recv()
"""
_LOCK = ("lock.acquire", "lock.release")


@dataclass(frozen=True)
class OwnCosts:
    """Nanoseconds by kind of operation; `lock` is for all that are not named: what a lock's operations take, both parts of it."""

    lock: float = 0.0
    before: Mapping[str, float] | None = None
    after: Mapping[str, float] | None = None

    def of_stretch(self, last: str, following: str) -> float:
        """Of a stretch between two operations."""
        after, before = self.after or {}, self.before or {}
        return after.get(last, self.lock / 2) + before.get(following, self.lock / 2)


def own_costs(stretches: Iterable[Stretch]) -> OwnCosts:
    """From what `turns` did, when nothing was taken off. Pickling is a program's own: what it takes of such a number is left to it."""
    seen: dict[tuple[str, str], list[float]] = defaultdict(list)
    for last, stretch in pairwise(stretches):
        seen[last.operation.kind, stretch.operation.kind].append(stretch.cpu * 1e9)
    found = {kinds: statistics.median(values) for kinds, values in seen.items()}
    lock = found[_LOCK]
    dumped, loaded = _pickling()
    before = {
        kind: value - lock / 2 - dumped * (operation_kind(kind).passes == "in")
        for (last, kind), value in found.items() if last in _LOCK and kind not in _LOCK
    }  # fmt: skip
    after = {
        kind: value - lock / 2 - loaded * (operation_kind(kind).passes == "out")
        for (kind, following), value in found.items() if following in _LOCK and kind not in _LOCK
    }  # fmt: skip
    return OwnCosts(lock, before, after)


def _pickling() -> tuple[float, float]:
    """Nanoseconds of pickling a small number, and of unpickling it."""
    data = pickle.dumps(1)
    found = []
    for do in (lambda: pickle.dumps(1), lambda: pickle.loads(data)):
        begun = time.thread_time_ns()
        for _ in range(200):
            do()
        found.append((time.thread_time_ns() - begun) / 200)
    return found[0], found[1]
