"""What a simulated number is worth, and why: the errors that were seen for programs of its kind."""

from __future__ import annotations

from dataclasses import dataclass

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
        return Accuracy(DECLARED, ("exact: only declared work takes time on an ideal machine",))
    makespan = engine.makespan or 1.0
    found: list[tuple[float, str]] = []
    communicating = sum(
        span.end - span.start for actor in engine.actors.values() for span in actor.history
        if span.kind == "communicating" and not span.operation.startswith("process.")
    )  # fmt: skip
    arrivals = sum(
        1 for actor in engine.actors.values() for span in actor.history
        if span.operation == "barrier.arrive" and span.kind == "communicating"
    )  # fmt: skip
    workers = max(1, len(engine.actors) - 1)
    cores = min(engine.cores.number, len(engine.actors))
    if makespan < _MOMENT:
        found.append((SHORT, f"it takes less than {_MOMENT * 1e3:.0f} ms, so that every disturbance counts"))
    if arrivals / workers * (engine.costs.barrier + workers * engine.costs.passing) > _OFTEN * makespan:
        found.append((BARRIERS, "much of the time goes into barriers, whose cost varies"))
    if segments > _CACHE:
        found.append((MEMORY_BOUND, "it works on shared memory larger than a cache; cores then slow each other"))
    if communicating > 2 * _OFTEN * makespan * cores:
        found.append((COMMUNICATING, "it communicates often, and messages wait for the system"))
    if _longest_starting(engine) > 2 * _OFTEN * makespan:
        found.append((STARTING, "much of it is starting processes, whose cost varies"))
    if engine.cores.crowded > 2 * _OFTEN * makespan and engine.cores.number > 1:
        found.append((CROWDED, "more processes than cores compute at once"))
    if not found:
        if sum(actor.work for actor in engine.actors.values()) < makespan / 2:
            return Accuracy(COMPUTE_BOUND, ("it mostly waits for time to pass",))
        return Accuracy(
            COMPUTE_BOUND, ("it mostly computes; on data of its own larger than a cache the error is larger",)
        )
    worst = max(error for error, _ in found)
    return Accuracy(worst + 0.05 * (len(found) - 1), tuple(reason for _, reason in found))


def _longest_starting(engine: Engine) -> float:
    """The most seconds that a process takes to start others."""
    return max(
        sum(span.end - span.start for span in actor.history if span.operation == "process.start")
        for actor in engine.actors.values()
    )
