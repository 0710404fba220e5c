"""Store buffering on the real machine: two processes each write one value and read the other's; may both miss the write?"""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass
from typing import Any

from lockstep.machine.usable import usable_cpus

_LINE = 128  # bytes, so that no two values share a line of the processor's cache
_SPINS = 2_000  # between two looks at the clock
_STARTING = 20.0  # seconds in which both are sure to have started


@dataclass(frozen=True)
class StoreBuffering:
    """In `rounds` rounds both processes read 0, what was there before either wrote, `both` times. Different in every run."""

    rounds: int
    both: int
    cpus: int

    def __str__(self) -> str:
        if self.cpus < 2:
            return (
                "There is one CPU here: two processes never run at once on it, and a processor always sees what it has "
                'written itself. So this cannot show here; `explore(..., memory="store buffers")` shows it anywhere.'
            )
        share = f" ({100 * self.both / self.rounds:.2g} %)" if self.both else ""
        return f"In {self.both:,} of {self.rounds:,} rounds{share} both processes read 0, on {self.cpus} CPUs."

    __repr__ = __str__


def store_buffering(rounds: int = 20_000, seconds: float = 5.0) -> StoreBuffering:
    """Plays so many rounds, or as many as there is time for: `x = 1; read y` in one process, `y = 1; read x` in another.

    A look at the machine, nothing to rely on: the effect comes and goes with the processor, the load and the version of
    Python. Raises ValueError for rounds or seconds that are not positive.
    """
    if rounds < 1 or not seconds > 0:
        raise ValueError(f"at least one round and some time are needed, not {rounds!r} rounds and {seconds!r} seconds")
    cpus = usable_cpus().count
    if cpus < 2:
        return StoreBuffering(0, 0, cpus)
    context = multiprocessing.get_context("spawn")
    memory = context.RawArray("b", 2 * _LINE * (rounds + 1))
    missed = [context.RawArray("b", rounds) for _ in range(2)]
    done = context.RawArray("q", 2)
    sides = [
        context.Process(target=_side, args=(me, rounds, seconds, memory, missed[me], done), daemon=True)
        for me in range(2)
    ]
    for side in sides:
        side.start()
    for side in sides:
        side.join(2 * _STARTING + seconds)
        if side.is_alive():
            side.kill()
            side.join()
    played = min(done)
    return StoreBuffering(played, sum(map(min, missed[0][:played], missed[1][:played])), cpus)


def _side(me: int, rounds: int, seconds: float, memory: Any, missed: Any, done: Any) -> None:
    """One of the two. A round begins when both have said that they are at it."""
    cells = memoryview(memory).cast("B")
    numbers = cells[: 2 * _LINE].cast("q")  # the round in which each is
    mine, other = (0, _LINE // 8) if me == 0 else (_LINE // 8, 0)
    until = time.monotonic() + _STARTING + seconds
    spins = 0
    for number in range(1, rounds + 1):
        write, read = (2 * _LINE * number + _LINE * which for which in (me, 1 - me))
        numbers[mine] = number
        while numbers[other] < number:
            spins += 1
            if not spins % _SPINS and time.monotonic() > until:
                return
        if number == 1:
            until = time.monotonic() + seconds
        cells[write] = 1
        missed[number - 1] = 1 - cells[read]
        done[me] = number
