"""The sentences under a speed-up plot: what it shows, and whether to believe it."""

from __future__ import annotations

from collections.abc import Iterator

from lockstep.measurement.measurement import Measurement
from lockstep.measurement.plan import CAREFUL_ROUNDS
from lockstep.measurement.samples import Point
from lockstep.words import counted

ABOVE_IDEAL = 1.1
"""Times the ideal: a simulation is no more exact than that."""
SHORT_RUN_S = 0.01
BURST_S = 1.0


def sentence(result: Measurement) -> str:
    """A paragraph for a learner, the finding first."""
    return " ".join(_sentences(result))


def _sentences(result: Measurement) -> Iterator[str]:
    if not result.points:
        ended = {"failed": "stopped by an error", "interrupted": "interrupted"}.get(result.state)
        told = f"{ended} before anything was measured" if ended else "nothing has been measured yet"
        yield f"{result.title}: {told}."
        return
    if result.disagreement:
        yield result.disagreement
    reason = result.busy
    if reason:
        yield f"Too busy to tell: {reason}. The dots are the runs as they came; no measured curve is drawn from them."
        if result.simulated:
            workers, speedup = max(result.simulated, key=lambda pair: pair[1])
            yield f"Take the simulated curve for an answer: {speedup:.2f} at best, with {counted(workers, 'worker')}."
        else:
            yield "Close what else is running and measure again, or give simulated= for a curve that needs no quiet machine."
        if result.state in ("interrupted", "failed"):
            yield _trust(result)
    else:
        yield _finding(result)
        yield _trust(result)
    yield from _remarks(result)
    yield from _beyond(result)


def _finding(result: Measurement) -> str:
    point = max(result.points, key=lambda point: point.workers)
    base = f"{result.base_title}, which takes {seconds(result.base_seconds or 0.0)}"
    started = "" if not result.plan.warm else " The pool was started before the clock."
    if point.workers == 1 and result.plan.base == 1:
        return f"The base case is {base}; there is no second number of workers to compare it with.{started}"
    workers = counted(point.workers, "worker")
    work = f" on {point.workers} times the work" if result.plan.scaling == "weak" else ""
    spread = "" if point.low is None else f" (95 % interval {point.low:.2f} to {point.high:.2f})"
    return f"With {workers}{work}, {result.title} has a speed-up of {point.speedup:.2f}{spread} over {base}.{started}"


def _trust(result: Measurement) -> str:
    rounds = counted(result.rounds_done, "round")
    if result.state == "running":
        return f"Still measuring: {rounds} of {result.rounds or result.plan.fewest}."
    if result.state == "interrupted":
        if not result.rounds_done:
            return "Interrupted after the first runs, which only warm up: take it as a glance."
        return f"Interrupted after {rounds} of {result.rounds or result.plan.fewest}: take it as a first look."
    if result.state == "failed":
        runs = len(result.samples)
        return f"Stopped by an error after {counted(runs, 'run')}: what was measured until then is shown."
    quiet = "others left the machine quiet" if result.others is not None else "no gate on others' load here"
    if result.capacity is not None:
        wanted = min(result.capacity.workers, result.cpus.share)
        quiet += f", and {result.cpus_there:.2f} of {counted(wanted, 'CPU')} {_were(wanted)} really there"
    if not result.plan.careful:
        enough = any(point.low is not None for point in result.points)
        wide = "so the interval is wide" if enough else "too few for an interval"
        return f"Quick mode: {rounds}, {wide} ({quiet}). For a figure to quote, use careful=True."
    if result.rounds_done < CAREFUL_ROUNDS:
        return f"Only {rounds} fitted in: not enough to quote ({quiet})."
    return f"Believe it: {rounds} in random order, {quiet}."


def _remarks(result: Measurement) -> Iterator[str]:
    measured = [point for point in result.points if not point.provisional]
    above = [point for point in measured if _surely_above(point)]
    if above and not result.busy:
        yield (
            f"A speed-up above {above[0].workers} with {above[0].workers} workers: check the base case "
            "(is it the best "
            "serial program?); if it is, the data of each worker may fit a cache that all of it did not."
        )
    unclear = [point for point in measured if point.workers > 1 and _holds_one(point)]
    if unclear and not result.busy and result.state != "running":
        told = ", ".join(str(point.workers) for point in unclear)
        yield f"With {told} workers the interval holds 1: no difference was shown."
    if result.base_seconds is not None and result.base_seconds < SHORT_RUN_S:
        yield (
            f"A run of {seconds(result.base_seconds)} is shorter than starting a process: take a larger "
            "size to see "
            "what workers can do."
        )
    elif result.cpus.has_quota and (result.base_seconds or 0) < BURST_S:
        yield "Under a CPU quota a run shorter than 1 s can burst above its share: take a larger size."


def _beyond(result: Measurement) -> Iterator[str]:
    cpus = result.cpus
    over = [workers for workers in result.plan.workers if workers > cpus.count]
    if over:
        yield f"With more than {cpus.count} workers they share {counted(cpus.share, 'CPU')}."
    if cpus.count == 1:
        source = f" ({cpus.limits[0].source})" if cpus.limits else ""
        amount = "one CPU" if cpus.share == 1 else f"{cpus.share:g} of a CPU"
        yield f"This process may use {amount}{source}, so no real speed-up above 1 can be measured here."
    if result.elsewhere is not None:
        workers, speedup = max(result.elsewhere.speedups, key=lambda pair: pair[1])
        yield f"The curve with triangles was {result.elsewhere.label}: {speedup:.2f} at best, with {counted(workers, 'worker')}."
    if result.simulated:
        yield f"Beyond {counted(cpus.count, 'worker')} the {'dashed ' if result.elsewhere else ''}curve is simulated, not measured."
        beyond = [workers for workers, speedup in result.simulated if speedup > ABOVE_IDEAL * workers]
        if beyond:
            told = ", ".join(map(str, beyond))
            yield (
                f"Do not believe it at {told} workers, where it lies above the ideal: this machine's speed changed "
                "between the runs that it was made from. Simulate again."
            )


def _surely_above(point: Point) -> bool:
    return point.low is not None and point.low > 1.02 * point.workers


def _holds_one(point: Point) -> bool:
    return point.low is not None and point.high is not None and point.low <= 1.0 <= point.high


def _were(amount: float) -> str:
    return "was" if amount <= 1 else "were"


def seconds(value: float) -> str:
    """0.512 -> "0.512 s", 0.0031 -> "3.1 ms"."""
    if value < 0.1:
        return f"{1000 * value:.2g} ms" if value < 0.01 else f"{1000 * value:.0f} ms"
    return f"{value:.3g} s"
