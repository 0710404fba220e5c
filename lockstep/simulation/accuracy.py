"""What a simulated number is worth, and why: the errors that were seen for programs of its kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lockstep.simulation.actors import Span
from lockstep.simulation.engine import Engine

# No less than the largest median error of such a program in the table of `python -m benchmarks.prediction`, which fails
# where one goes beyond; and more than that, because the table is of one machine with two cores.
COMPUTE_BOUND = 0.15
STARTING = 0.25
COMMUNICATING = 0.30
BARRIERS = 0.35
MEMORY_BOUND = 0.50
CROWDED = 0.20
SHORT = 0.50  # the table has no such program: it is by how much the runs of one differ
DECLARED = 0.0

_CACHE = 8 << 20  # bytes: what does not fit keeps cores waiting for each other's memory traffic
_OFTEN = 0.05  # of the makespan
_MOMENT = 0.02  # seconds


@dataclass(frozen=True)
class Accuracy:
    """`error`: the makespan is expected within this fraction of a measured one; `reasons` say why."""

    error: float
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        if not self.error:
            return "; ".join(self.reasons)
        return f"within about {self.error:.0%}: {'; '.join(self.reasons)}"


def accuracy_of(engine: Engine, segments: int, declared_only: bool) -> Accuracy:
    """`segments`: bytes of shared memory that the program made."""
    if declared_only:
        sends = engine.costs.alpha or engine.costs.beta
        what = "work and messages between ranks take" if sends else "work takes"
        return Accuracy(DECLARED, (f"exact: only declared {what} time on an ideal machine",))
    found = [(error, reason) for error, reason, holds in _REASONS if holds(engine, segments)]
    if found:
        worst = max(error for error, _ in found)
        return Accuracy(worst + 0.05 * (len(found) - 1), tuple(reason for _, reason in found))
    if sum(actor.work for actor in engine.actors.values()) < _makespan(engine) / 2:
        return Accuracy(COMPUTE_BOUND, ("it mostly waits for time to pass",))
    return Accuracy(COMPUTE_BOUND, ("it mostly computes; on data of its own larger than a cache the error is larger",))


def _makespan(engine: Engine) -> float:
    return engine.makespan or 1.0


def _seconds(engine: Engine, which: Callable[[Span], bool]) -> dict[str, float]:
    """The seconds that every process spends in such spans."""
    return {
        name: sum(span.end - span.start for span in actor.history if which(span))
        for name, actor in engine.actors.items()
    }


def _meets_at_barriers(engine: Engine, segments: int) -> bool:
    arrivals = sum(
        span.operation == "barrier.arrive" and span.kind == "communicating"
        for actor in engine.actors.values() for span in actor.history
    )  # fmt: skip
    workers = max(1, len(engine.actors) - 1)
    each = engine.costs.barrier + workers * engine.costs.passing
    return arrivals / workers * each > _OFTEN * _makespan(engine)


def _communicates(engine: Engine, segments: int) -> bool:
    spent = _seconds(engine, lambda s: s.kind == "communicating" and not s.operation.startswith("process."))
    return sum(spent.values()) > 2 * _OFTEN * _makespan(engine) * min(engine.cores.number, len(engine.actors))


def _starts_processes(engine: Engine, segments: int) -> bool:
    spent = _seconds(engine, lambda span: span.operation == "process.start")
    return max(spent.values()) > 2 * _OFTEN * _makespan(engine)


_REASONS: tuple[tuple[float, str, Callable[[Engine, int], bool]], ...] = (
    (SHORT, f"it takes less than {_MOMENT * 1e3:.0f} ms, so that every disturbance counts",
     lambda engine, segments: _makespan(engine) < _MOMENT),
    (BARRIERS, "much of the time goes into barriers, whose cost varies", _meets_at_barriers),
    (MEMORY_BOUND, "it works on shared memory larger than a cache; cores then slow each other",
     lambda engine, segments: segments > _CACHE),
    (COMMUNICATING, "it communicates often, and messages wait for the system", _communicates),
    (STARTING, "much of it is starting processes, whose cost varies", _starts_processes),
    (CROWDED, "more processes than cores compute at once",
     lambda engine, segments: engine.cores.crowded > 2 * _OFTEN * _makespan(engine) and engine.cores.number > 1),
)  # fmt: skip
"""The error, what to say of it, and whether it is so of a run."""
