"""`speedup(program, size, ...)`: from what a learner writes to a finished measurement."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np

from lockstep.machine.usable import UsableCpus, usable_cpus
from lockstep.measurement.campaign import campaign
from lockstep.measurement.elsewhere import measured_elsewhere
from lockstep.measurement.measured_program import program_of, serial_program
from lockstep.measurement.measurement import Simulated
from lockstep.measurement.plan import Scaling, Workers, plan_for
from lockstep.measurement.request import Request, Show, simulated_points
from lockstep.measurement.speedup import Speedup
from lockstep.measurement.speedup_view import SpeedupView
from lockstep.measurement.timing import PoolFactory, ThisMachine
from lockstep.page.kernel import in_notebook, stop_what_waits


def speedup(
    program: Callable[..., Any],
    *sizes: Any,
    workers: Workers | None = None,
    serial: Callable[..., Any] | None = None,
    careful: bool = False,
    warm: bool = False,
    scaling: Scaling = "strong",
    chunk: int | None = None,
    seconds: float | None = None,
    simulated: Simulated | None = None,
    elsewhere: str | None = None,
    pool: PoolFactory = multiprocessing.Pool,
    cpus: UsableCpus | None = None,
    live: bool | None = None,
) -> Speedup:
    """Measures how much faster `program(*sizes, workers)` gets with more workers, shows it while it runs, and gives a Speedup.

        sizes      what the program is called with before its workers
        workers    the largest number of workers, or the numbers; by default up to the usable CPUs
        serial     the best serial program, called with the sizes alone: the base case
        careful    at least 9 rounds and about 30 s instead of a quick look of about 4 s
        warm       do not count the start of the pool; for programs with a parameter `pool` instead of workers
        scaling    "strong": the same work for all; "weak": the first size times the number of workers
        chunk      a chunk size, for programs with a parameter `chunk`
        seconds    time to spend on the rounds, instead of 4 or 30
        simulated  (workers, speed-up) pairs, or a function of (sizes and) workers, for the region beyond
        elsewhere  the name of a program of the course: what is kept of it from a larger machine is drawn too, if anything is
        pool       what makes the pool for a program that takes one: multiprocessing.Pool, ProcessPoolExecutor
        cpus       the CPUs to believe in, instead of usable_cpus()
        live       show the live view; by default in notebooks

    While measuring, numerical libraries have one thread a process, so that workers alone make the difference; only processes of a
    forkserver that has others at work already keep their threads. A slider of the view measures again and makes another value, the
    first one's `.latest`. Interrupting gives what was measured so far. Raises TypeError or ValueError, in plain words, when the
    arguments do not fit together, and what the program raises.

    >>> result = speedup(squares, 200, workers=[1, 2], seconds=1)
    >>> [point.workers for point in result.points]
    [1, 2]
    """
    request = request_for(
        program, sizes, workers, serial, careful, warm, scaling, chunk, seconds, simulated, elsewhere, pool, cpus
    )
    if not (in_notebook() if live is None else live):
        return measured(request)
    return SpeedupView(request, measured).in_cell()


def request_for(
    program: Callable[..., Any],
    sizes: tuple[Any, ...],
    workers: Workers | None = None,
    serial: Callable[..., Any] | None = None,
    careful: bool = False,
    warm: bool = False,
    scaling: Scaling = "strong",
    chunk: int | None = None,
    seconds: float | None = None,
    simulated: Simulated | None = None,
    elsewhere: str | None = None,
    pool: PoolFactory = multiprocessing.Pool,
    cpus: UsableCpus | None = None,
) -> Request:
    called = program_of(program, sizes, chunk)
    if warm and called.pool is None:
        raise TypeError(
            f"warm=True starts the pool before the clock, so {called.name} must take it: give it a parameter `pool`"
        )
    if cpus is not None and not isinstance(cpus, UsableCpus):
        raise TypeError(
            f"cpus is what usable_cpus() gives, or a UsableCpus of your own, not {cpus!r}; "
            "how many workers to measure is said with workers="
        )
    if scaling == "weak" and not (sizes and isinstance(sizes[0], Real)):
        raise TypeError('scaling="weak" multiplies the first size, which must be a number')
    cpus = cpus if cpus is not None else usable_cpus()
    plan = plan_for(cpus, workers, serial is not None, careful, warm, scaling, seconds)
    base = None if serial is None else serial_program(serial, sizes)
    kept = None if elsewhere is None else measured_elsewhere(elsewhere)
    return Request(called, plan, cpus, pool, base, simulated, kept)


def measured(request: Request, show: Show = lambda result: None) -> Speedup:
    """Run the campaign on this machine, telling `show` after every run.

    An interrupt ends it with what is known so far. An error of the program is raised, after `show` was told the
    result that it stopped, as "failed". No process that the program started is left behind either way.
    """
    result = request.start()
    simulated = result.simulated
    show(result)
    try:
        with ThisMachine(request.pool, request.cpus) as machine:
            rng = np.random.default_rng()
            for now in campaign(result, request.program, machine, rng, request.serial):
                result = replace(now, simulated=simulated)
                show(result)
                if callable(request.simulated) and not simulated:
                    simulated = simulated_points(request.simulated, request.program, request.cpus)
    except KeyboardInterrupt:
        result = replace(result, state="interrupted")
        show(result)
        stop_what_waits()
    except BaseException:
        show(replace(result, state="failed"))
        raise
    return result
