"""What a simulated number is worth, and why: the errors that were seen for programs of its kind."""

from __future__ import annotations

from dataclasses import dataclass

from lockstep.simulate.engine import Engine

# Seen at P = 2 with `python -m benchmarks.prediction`, rounded up.
COMPUTE_BOUND = 0.15
COMMUNICATING = 0.30
BARRIERS = 0.35
MEMORY_BOUND = 0.35
CROWDED = 0.20
DECLARED = 0.0

_CACHE = 8 << 20  # bytes: what does not fit keeps cores waiting for each other's memory traffic
_OFTEN = 0.05  # of the makespan


@dataclass(frozen=True)
class Accuracy:
    """`error`: the makespan is expected within this fraction of a measured one; `reasons` say why."""

    error: float
    reasons: tuple[str, ...]

    def __str__(self) -> str:
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
    if arrivals / workers * (engine.costs.barrier + workers * engine.costs.passing) > _OFTEN * makespan:
        found.append((BARRIERS, "much of the time goes into barriers, whose cost varies"))
    if segments > _CACHE:
        found.append((MEMORY_BOUND, "it works on shared memory larger than a cache; cores then slow each other"))
    if communicating > _OFTEN * makespan * min(engine.cores.number, len(engine.actors)):
        found.append((COMMUNICATING, "it communicates often, and messages wait for the system"))
    if engine.cores.crowded > 2 * _OFTEN * makespan and engine.cores.number > 1:
        found.append((CROWDED, "more processes than cores compute at once"))
    if not found:
        return Accuracy(COMPUTE_BOUND, ("it mostly computes",))
    worst = max(error for error, _ in found)
    return Accuracy(worst + 0.05 * (len(found) - 1), tuple(reason for _, reason in found))
