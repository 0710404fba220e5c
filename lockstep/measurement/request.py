"""What a learner asked to be measured: a view's sliders change it and ask again."""

from __future__ import annotations

import inspect
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass

from lockstep.machine.usable import UsableCpus
from lockstep.measurement.elsewhere import Elsewhere
from lockstep.measurement.measured_program import Program
from lockstep.measurement.measurement import Simulated
from lockstep.measurement.plan import Plan
from lockstep.measurement.speedup import Speedup
from lockstep.measurement.timing import PoolFactory

Show = Callable[[Speedup], None]
_SIMULATED_WORKERS = 8


@dataclass(frozen=True)
class Request:
    """Everything that a learner asked for: the view's sliders change it and ask again."""

    program: Program
    plan: Plan
    cpus: UsableCpus
    pool: PoolFactory = multiprocessing.Pool
    serial: Program | None = None
    simulated: Simulated | None = None
    elsewhere: Elsewhere | None = None

    def start(self) -> Speedup:
        """The result before anything was measured."""
        base = f"{self.serial.name} (serial)" if self.serial is not None else "the same program with 1 worker"
        known = () if callable(self.simulated) else simulated_points(self.simulated, self.program, self.cpus)
        kept = self.elsewhere
        if kept is not None and (kept.sizes != tuple(self.program.sizes) or self.plan.scaling == "weak"):
            kept = None  # of other work
        return Speedup(self.program.title(), self.plan, self.cpus, base_title=base, simulated=known, elsewhere=kept)


def simulated_points(simulated: Simulated | None, program: Program, cpus: UsableCpus) -> tuple[tuple[int, float], ...]:
    """The pairs that were given, or those that the given function gives for 1 to at least 8 workers.

    A curve of `simulate`, which has `cores` and `speedups`, counts as pairs.
    """
    if simulated is None:
        return ()
    if hasattr(simulated, "cores") and hasattr(simulated, "speedups"):
        simulated = tuple(zip(simulated.cores, simulated.speedups, strict=True))
    if not callable(simulated):
        return tuple((int(workers), float(speedup)) for workers, speedup in simulated)
    alone = takes_workers_alone(simulated)
    most = max(_SIMULATED_WORKERS, 2 * cpus.count)
    sizes = () if alone else program.sizes
    return tuple((workers, float(simulated(*sizes, workers))) for workers in range(1, most + 1))


def takes_workers_alone(simulated: Callable[..., float]) -> bool:
    """Is it a function of the number of workers, whatever the sizes?"""
    return len(inspect.signature(simulated).parameters) == 1
