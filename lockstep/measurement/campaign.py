"""The measuring campaign: warm-up, then rounds that take every number of workers in a new random order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from lockstep.machine.others import cpus_of_others
from lockstep.measurement.answers import disagreement
from lockstep.measurement.measured_program import Program
from lockstep.measurement.plan import SERIAL
from lockstep.measurement.samples import WARM_UP, Sample
from lockstep.measurement.speedup import Speedup
from lockstep.measurement.timing import Machine


def campaign(
    start: Speedup,
    program: Program,
    machine: Machine,
    rng: np.random.Generator,
    serial: Program | None = None,
) -> Iterator[Speedup]:
    """Measure `program` as `start.plan` says; yields what is known after every run, the finished result last.

    Interleaving the cases within rounds lets a slow spell of the machine meet all of them alike (Google
    Benchmark's random interleaving). The consumer may stop at any time: what it has is valid.
    """
    plan, now = start.plan, start

    def run(number: int, workers: int) -> tuple[Sample, Any]:
        chosen = serial if serial is not None and workers == SERIAL else program
        scale = max(1, workers) if plan.scaling == "weak" else 1
        seconds, answer = machine.run(chosen, workers, scale, plan.warm)
        return Sample(number, workers, seconds), answer

    answers: dict[int, Any] = {}
    for workers in plan.cases:
        sample, answers[workers] = run(WARM_UP, workers)
        now = now.with_sample(sample)
        yield now
    if plan.scaling == "strong":
        now = replace(now, disagreement=disagreement(answers, plan.base))
    now = replace(now, rounds=plan.rounds(sum(sample.seconds for sample in now.samples)))
    probed = min(max(plan.workers), machine.cpus.count)
    now = replace(now, capacities=(machine.capacity(probed),))
    yield now
    before = machine.reading()
    spent = longest = 0.0
    for number in range(1, now.rounds + 1):
        if number > 1 and plan.over(spent, longest):
            now = replace(now, rounds=number - 1)
            break
        taken = 0.0
        for workers in rng.permutation(np.array(plan.cases)):
            sample, _ = run(number, int(workers))
            taken += sample.seconds
            now = now.with_sample(sample)
            yield now
        spent, longest = spent + taken, max(longest, taken)
        others = cpus_of_others(before, machine.reading())
        now = replace(now, others=others if others is not None else now.others)
        yield now
    yield replace(now, capacities=(*now.capacities, machine.capacity(probed)), state="finished")
