"""`simulate(function, ..., cores=P)`: runs a program once and says what it would do on P cores."""

from __future__ import annotations

import contextlib
import operator
import statistics
from collections.abc import Iterable
from itertools import islice
from typing import Any

from lockstep.simulation.costs import Costs
from lockstep.simulation.curves import Curve
from lockstep.simulation.runs import Runs
from lockstep.simulation.simulation import Simulation, simulation_of
from lockstep.student.target import program

MOST_CORES = 100_000
MOST_RANKS = 2_000
NETWORK = (5e-6, 1e-9)  # seconds: a good cluster's, 1 GB/s
PIPE_CAPACITY = 65_536  # bytes, as on Linux
LIMIT = 60.0  # seconds of real time that all runs may take together, outside of checks
_POINTS = 1_000  # of a curve
_SHORT = 0.4  # seconds: a curve with a base that takes less is made twice


def simulate(
    function: Any,
    *arguments: Any,
    cores: int | None = None,
    ranks: int = 0,
    network: tuple[float, float] = NETWORK,
    serial: Any = None,
    repeat: int = 1,
    costs: Costs | str | None = None,
    limit: float | None = None,
    pipe_capacity: int = PIPE_CAPACITY,
    **keywords: Any,
) -> Simulation:
    """What a program would do on so many cores, as a Simulation; this machine may have fewer.

        function       the program: a function of the notebook or of a file
        arguments      what it is called with
        cores          how many cores to simulate, at least 1
        ranks          of an MPI program: how many run the function, each on a core of its own if no number is given; its first
                       parameter, if it is `comm`, is MPI.COMM_WORLD, and the result is the list of what the ranks return
        network        seconds that a message between ranks takes, and each byte of it
        serial         a serial function with the same arguments, to compare with: then there is a speed-up
        repeat         how often to run; the run with the median parallelism is given
        costs          what processes, locks and messages cost: "this machine", "laptop", "ideal" (nothing), or Costs
        limit          seconds of real time that all runs may take together: 60, and in a check what is left of its own
        pipe_capacity  bytes that a pipe holds before whoever sends has to wait

    Raises NotSimulated for what it does not cover, Deadlocked, StudentRaised if the function raises, StudentTimedOut over the limit,
    and TypeError or ValueError for options that make no sense. In a check the costs are "laptop", so that results repeat.

    >>> simulate(work_together, 8, 4, cores=2, costs="ideal")  # 8 s of work, shared by 4 processes
    work_together(8, 4) on 2 virtual cores (simulated):
      makespan 4 s, work 8 s, span 2 s
      parallelism 2.00, efficiency 100%
      5 processes, 0 messages, 0 bytes
      main waited 4 s in Process.join (documented.py:27), for Process-1
      exact: only declared work takes time on an ideal machine
    """
    ranks, network = _ranks(ranks), _network(network)
    cores = _cores(ranks if cores is None and ranks else cores)
    repeat = _whole("repeat is how often to run", repeat)
    pipe_capacity = _check_options(serial, limit, pipe_capacity)
    with (
        program(function, "simulate", limit or LIMIT) as opened,
        Runs(opened, costs, limit, pipe_capacity, ranks, network) as runs,
    ):
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
    limit: float | None = None,
    pipe_capacity: int = PIPE_CAPACITY,
    **keywords: Any,
) -> Curve:
    """A program on each of several numbers of cores, as a Curve; a parameter for the number of workers that is left free gets that number.

        cores   the numbers of cores
        serial  a serial function as the base of the speed-up; without one, the program itself on one core

    The other options are those of simulate, and it raises what simulate raises. The program runs once for each number, or less often
    where the log of one run says for certain what another would be. What disturbs a run only adds to its time: of the serial runs,
    before and after, the shortest counts, and where that is short all is done twice, and for each number the shorter run counts.

    >>> simulate.curve(work_together, 8, cores=[1, 2, 4], costs="ideal").speedups
    (1.0, 2.0, 4.0)
    """
    if isinstance(cores, str) or not isinstance(cores, Iterable) or not (cores := list(islice(cores, _POINTS + 1))):
        raise ValueError("cores is a list of numbers of cores, such as [1, 2, 4, 8]")
    if len(cores) > _POINTS:
        raise ValueError(f"cores is a list of numbers of cores, at most {_POINTS:_}: it has more, or no end")
    pipe_capacity = _check_options(serial, limit, pipe_capacity)
    numbers = sorted({_cores(number) for number in cores})
    with (
        program(function, "simulate.curve", limit or LIMIT) as opened,
        Runs(opened, costs, limit, pipe_capacity) as runs,
    ):
        base = None if serial is None else _Serial(runs, serial, arguments, keywords)
        bases = [] if base is None else [base.time()]
        passes: list[list[Simulation]] = []
        while not passes or (base is not None and len(passes) < 2 and bases[0] < _SHORT):
            points: list[Simulation] = []
            for number in numbers:
                points.append(_next_point(runs, points, opened.reference, arguments, keywords, number))
            passes.append(points)
            if base is not None:
                bases.append(base.time())
        points = [min(same, key=lambda one: one.makespan) for same in zip(*passes, strict=True)]
        if base is None:
            on_one = points if numbers[0] == 1 else []
            bases = [(on_one or [_next_point(runs, points, opened.reference, arguments, keywords, 1)])[0].makespan]
        seconds = min(bases)
        return Curve(opened.name, seconds, serial is not None, tuple(point.with_serial(seconds) for point in points))


simulate.curve = curve  # type: ignore[attr-defined]  # so that a reader writes `simulate.curve(f, x)`


def _next_point(
    runs: Runs, points: list[Simulation], reference: Any, arguments: Any, keywords: Any, cores: int
) -> Simulation:
    """The program on so many cores: from the log of the last point if that says for certain, else it runs again."""
    log = points[-1].log.on(cores, runs.watch) if points else None
    if log is None:
        return runs.run(reference, arguments, keywords, cores, scaled=True)
    last = points[-1]
    return simulation_of(log, last.program, result=last.result, failures=last.failures, watch=runs.watch)


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


def _ranks(ranks: Any) -> int:
    number = (
        0 if ranks == 0 and not isinstance(ranks, bool) else _whole("ranks is how many ranks an MPI program has", ranks)
    )
    if number > MOST_RANKS:
        raise ValueError(f"ranks is how many ranks an MPI program has: at most {MOST_RANKS:_}, not {number}")
    return number


def _network(network: Any) -> tuple[float, float]:
    match network:
        case (int() | float() as alpha, int() | float() as beta) if 0 <= alpha < 1e4 and 0 <= beta < 1e4:
            return float(alpha), float(beta)
    raise ValueError(f"network is seconds a message takes and each byte of it, as in (5e-6, 1e-9), not {network!r}")


def _whole(what: str, number: Any) -> int:
    """The number as Python's own int, for NumPy has others."""
    with contextlib.suppress(TypeError):
        if not isinstance(number, bool) and operator.index(number) >= 1:
            return operator.index(number)
    raise ValueError(f"{what}: a whole number from 1, not {number!r}")


def _check_options(serial: Any, limit: Any, pipe_capacity: Any) -> int:
    if serial is not None and not callable(serial):
        raise TypeError(f"serial is a function to compare with, not {serial!r}")
    if limit is not None and (
        isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 < limit < float("inf")
    ):
        raise ValueError(f"limit is how many seconds of real time all runs may take, more than 0, not {limit!r}")
    return _whole("pipe_capacity is how many bytes a pipe holds", pipe_capacity)
