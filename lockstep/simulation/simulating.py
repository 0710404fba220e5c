"""`simulate(function, ..., cores=P)`: runs a program once and says what it would do on P cores."""

from __future__ import annotations

import contextlib
import operator
import statistics
from collections.abc import Iterable
from typing import Any

from lockstep.simulation.costs import Costs
from lockstep.simulation.curves import Curve
from lockstep.simulation.runs import Runs
from lockstep.simulation.simulation import Simulation, simulation_of
from lockstep.student.target import program

MOST_CORES = 100_000
PIPE_CAPACITY = 65_536  # bytes, as on Linux
LIMIT = 60.0  # seconds of real time that all runs may take together
_SHORT = 0.3  # seconds: a serial base that takes less is timed twice


def simulate(
    function: Any,
    *arguments: Any,
    cores: int,
    serial: Any = None,
    repeat: int = 1,
    costs: Costs | str | None = None,
    limit: float = LIMIT,
    pipe_capacity: int = PIPE_CAPACITY,
    **keywords: Any,
) -> Simulation:
    """What `function(*arguments, **keywords)` would do on so many cores.

    `function` is a function of a learner's module (`student.count`), or of the notebook or a file. `serial` is one of
    the same program with the same arguments, as far as it has parameters for them, timed before and after every run. Of
    `repeat` runs the one with the median parallelism is given. `costs` are those of a profile ("laptop", "ideal"), of
    "this machine", or `Costs`; unless given, "laptop" for a learner's program in a check, so that results repeat, and
    else "this machine". `limit` is in seconds of real time.

    Raises Deadlocked (a CheckFailed with the wait-for graph), NotSimulated, StudentRaised if the function raises,
    StudentTimedOut, StudentMissing, and ValueError or TypeError for options that make no sense.
    """
    cores = _cores(cores)
    repeat = _whole("repeat is how often to run", repeat)
    pipe_capacity = _check_options(serial, limit, pipe_capacity)
    with program(function, "simulate", limit) as opened, Runs(opened, costs, limit, pipe_capacity) as runs:
        base = None if serial is None else _Serial(runs, serial, arguments, keywords)
        found = []
        for _ in range(repeat):
            before = base.time() if base else None
            once = runs.run(opened.reference, arguments, keywords, cores)
            after = base.time() if base else None
            both = [seconds for seconds in (before, after) if seconds is not None]
            found.append(once.with_serial(statistics.mean(both) if both else None))
        return sorted(found, key=lambda one: one.parallelism)[(len(found) - 1) // 2]


def curve(
    function: Any,
    *arguments: Any,
    cores: Iterable[int] = (1, 2, 4, 8, 16, 32, 64),
    serial: Any = None,
    costs: Costs | str | None = None,
    limit: float = LIMIT,
    pipe_capacity: int = PIPE_CAPACITY,
    **keywords: Any,
) -> Curve:
    """The program on each of these numbers of cores.

    The program runs once for each of them, or less often where the log of one run says for certain what another would
    be (`Log.on`). A parameter for the number of workers that is left free gets the number of cores. Without `serial`,
    the base of the speed-up is the program itself on one core. Raises as `simulate` does.
    """
    if isinstance(cores, str) or not isinstance(cores, Iterable) or not (cores := list(cores)):
        raise ValueError("cores is a list of numbers of cores, such as [1, 2, 4, 8]")
    pipe_capacity = _check_options(serial, limit, pipe_capacity)
    numbers = sorted({_cores(number) for number in cores})
    with program(function, "simulate.curve", limit) as opened, Runs(opened, costs, limit, pipe_capacity) as runs:
        base = None if serial is None else _Serial(runs, serial, arguments, keywords)
        times = [] if base is None else [base.time()]
        again = bool(times) and times[0] < _SHORT  # else once must do
        points: list[Simulation] = []
        for place, number in enumerate(numbers):
            points.append(_next_point(runs, points, opened.reference, arguments, keywords, number))
            if base is not None and again and place == len(numbers) // 2:
                times.append(base.time())
        if base is None:
            on_one = points if numbers[0] == 1 else []
            times = [(on_one or [_next_point(runs, points, opened.reference, arguments, keywords, 1)])[0].makespan]
        seconds = statistics.mean(times)
        return Curve(opened.name, seconds, serial is not None, tuple(point.with_serial(seconds) for point in points))


simulate.curve = curve  # type: ignore[attr-defined]  # so that a reader writes `simulate.curve(f, x)`


def _next_point(
    runs: Runs, points: list[Simulation], reference: Any, arguments: Any, keywords: Any, cores: int
) -> Simulation:
    """The program on so many cores: from the log of the last point if that says for certain, else it runs again."""
    log = points[-1].log.on(cores) if points else None
    if log is None:
        return runs.run(reference, arguments, keywords, cores, scaled=True)
    last = points[-1]
    return simulation_of(log, last.program, result=last.result, failures=last.failures)


class _Serial:
    """The serial function, timed on one virtual core."""

    def __init__(self, runs: Runs, function: Any, arguments: Any, keywords: Any) -> None:
        self._reference = runs.beside(function, "the serial function")
        self._runs, self._arguments, self._keywords = runs, arguments, keywords

    def time(self) -> float:
        """Its makespan in seconds."""
        return self._runs.run(self._reference, self._arguments, self._keywords, 1, fitting=True).makespan


def _cores(cores: Any) -> int:
    number = _whole("cores is how many cores to simulate", cores)
    if number > MOST_CORES:
        raise ValueError(f"cores is how many cores to simulate: at most {MOST_CORES:_}, not {number}")
    return number


def _whole(what: str, number: Any) -> int:
    """The number as Python's own int, for NumPy has others."""
    with contextlib.suppress(TypeError):
        if not isinstance(number, bool) and operator.index(number) >= 1:
            return operator.index(number)
    raise ValueError(f"{what}: a whole number from 1, not {number!r}")


def _check_options(serial: Any, limit: Any, pipe_capacity: Any) -> int:
    if serial is not None and not callable(serial):
        raise TypeError(f"serial is a function to compare with, not {serial!r}")
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 < limit < float("inf"):
        raise ValueError(f"limit is how many seconds of real time all runs may take, more than 0, not {limit!r}")
    return _whole("pipe_capacity is how many bytes a pipe holds", pipe_capacity)
