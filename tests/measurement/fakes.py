"""A machine that takes no time: runs advance a clock of its own by what a model says."""

from dataclasses import dataclass, field

import numpy as np

from lockstep.machine.capacity import Capacity
from lockstep.machine.cgroup import Quota
from lockstep.machine.others import CpuReading
from lockstep.machine.usable import from_limits
from lockstep.measurement.plan import plan_for
from lockstep.measurement.speedup import Speedup


def cpus_of(count, quota=None):
    quotas = () if quota is None else (Quota(quota, "/sys/fs/cgroup"),)
    return from_limits(logical=count, physical=count, affinity=count, quotas=quotas)


@dataclass
class FakeMachine:
    """`time_of(workers, scale)` gives seconds; `others` CPUs are busy elsewhere, `got` is the share given."""

    time_of: object
    cpus: object
    others: float | None = 0.0
    got: float = 1.0
    noise: float = 0.0
    clock: float = 0.0
    ours: float = 0.0
    order: list = field(default_factory=list)
    interrupt_at: int | None = None
    rng: object = field(default_factory=lambda: np.random.default_rng(3))

    def run(self, program, workers, scale, warm):
        if self.interrupt_at is not None and len(self.order) == self.interrupt_at:
            raise KeyboardInterrupt
        answer = program.call(workers, scale=scale)
        seconds = self.time_of(workers, scale) * float(np.exp(self.rng.normal(0, self.noise)))
        self.order.append(workers)
        self.clock += seconds
        self.ours += seconds
        return seconds, answer

    def capacity(self, workers):
        got = min(workers, self.cpus.share) * self.got
        alone = 1.0 / min(1.0, self.cpus.share)
        return Capacity(workers, alone, 1.0, workers / got)

    def reading(self):
        if self.others is None:
            return None
        return CpuReading(self.clock, self.ours + self.others * self.clock, self.ours)


def start_of(machine, workers=None, **options):
    plan = plan_for(machine.cpus, workers, **options)
    return Speedup("count(100)", plan, machine.cpus, base_title="the same program with 1 worker")
