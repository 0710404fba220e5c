"""`simulate(function, ..., cores=P)`: runs a program once and says what it would do on P cores."""

from __future__ import annotations

import contextlib
import operator
import statistics
import warnings
from collections.abc import Iterable
from typing import Any

from lockstep.simulation.actors import Deadlock, TooLong
from lockstep.simulation.calibration import costs_of_this_machine
from lockstep.simulation.costs import IDEAL, LAPTOP, PROFILES, Costs
from lockstep.simulation.curves import Curve
from lockstep.simulation.log import Log, LogError
from lockstep.simulation.phrases import deadlocked, endless
from lockstep.simulation.simulation import Failure, NoResult, Simulation, simulation_of
from lockstep.standin.objects.processes import given_name
from lockstep.student.data import Reference
from lockstep.student.failure import CheckFailed, StudentMissing, StudentRaised, StudentRefused, StudentTimedOut
from lockstep.student.session import Service, shown
from lockstep.student.target import Program, program

MOST_CORES = 100_000
PIPE_CAPACITY = 65_536  # bytes, as on Linux
LIMIT = 60.0  # seconds of real time that all runs may take together
_SERVICE = "lockstep.simulation.inside.service"
_SHORT = 0.3  # seconds: a serial base that takes less is timed twice
_UNSEEN = 0.10  # of the CPU that a process used, how much its own account may differ from the system's
_TICKS = 0.1  # seconds by which the system's account may be off, which counts in ticks


class NotSimulated(Exception):
    """The program uses something that `simulate` does not cover; the message names it and what to use instead."""


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
    with program(function, "simulate", limit) as opened, _Runs(opened, costs, limit, pipe_capacity) as runs:
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
    with program(function, "simulate.curve", limit) as opened, _Runs(opened, costs, limit, pipe_capacity) as runs:
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
    runs: _Runs, points: list[Simulation], reference: Any, arguments: Any, keywords: Any, cores: int
) -> Simulation:
    """The program on so many cores: from the log of the last point if that says for certain, else it runs again."""
    log = points[-1].log.on(cores) if points else None
    if log is None:
        return runs.run(reference, arguments, keywords, cores, scaled=True)
    last = points[-1]
    return simulation_of(log, last.program, result=last.result, failures=last.failures)


class _Runs:
    """A service that runs one program, and the checks on what it says."""

    def __init__(self, opened: Program, costs: Costs | str | None, limit: float, pipe_capacity: int) -> None:
        self.costs = costs_named(costs, opened.trusted)
        self._program, self._pipe_capacity, self._limit = opened, pipe_capacity, limit
        self._trusted = opened.trusted  # else a check tells what is wrong
        self._declaring = opened.trusted or self.costs.name == IDEAL.name
        self._service: Service = opened.session.open_service(_SERVICE, limit=limit)
        # Loading comes first, so that its CPU is not taken for the program's.
        self._told, self._seen = self._cpu()

    def __enter__(self) -> _Runs:
        return self

    def __exit__(self, *exception: Any) -> None:
        self._service.close()

    def beside(self, function: Any, which: str) -> Reference:
        """Another function of the program. Raises TypeError for what is none."""
        return self._program.beside(function, which)

    def run(
        self, reference: Any, arguments: Any, keywords: Any, cores: int, scaled: bool = False, fitting: bool = False
    ) -> Simulation:
        """Runs once; the result lacks only the serial time."""
        positional, named = self._program.arguments(arguments, keywords)
        request = {
            "function": reference,
            "arguments": positional,
            "keywords": named,
            "cores": cores,
            "scaled": scaled,
            "fitting": fitting,
            "costs": self.costs.to_data(),
            "pipe_capacity": self._pipe_capacity,
        }
        name = f"{reference.name}({', '.join(shown(argument) for argument in arguments)})"
        try:
            reply = self._service.ask(request)
        except StudentTimedOut as error:
            raise StudentTimedOut(
                f"`{name}` was not simulated within {self._limit:g} s of real time; a loop that looks again and again at "
                "a clock or at shared memory hardly gets on there: sleep, or wait for a Lock, Event or Queue",
                error.stacks,
            ) from None
        match reply:
            case {"not_covered": str(why)}:
                raise NotSimulated(why)
            case {"missing": str(why)}:
                raise StudentMissing(why)
            case {"raised": {"types": tuple(types), "message": str(message), "traceback": str(text)}} if types:
                raise StudentRaised(tuple(map(str, types)), message, text)
        failures: tuple[Failure, ...] = ()
        try:
            log = Log.of_data(reply["log"])
            if (log.cores, log.costs, log.pipe_capacity) != (float(cores), self.costs, self._pipe_capacity):
                raise LogError("the log is of another simulation")
            self._compare_cpu(log.cpu, float(reply["declared"]))
            failures = tuple(
                Failure(given_name(str(who)), str(kind), str(message), str(text))
                for who, kind, message, text in reply["failures"]
            )
            for failure in failures if self._trusted else ():
                warnings.warn(f"what is simulated fails: {failure.text()}", stacklevel=4)
            result = NoResult(str(reply["refused"])) if "refused" in reply else reply.get("value")
            if self._trusted and isinstance(result, NoResult):
                warnings.warn(f"the result of `{name}` is not there: {result.why}", stacklevel=4)
            return simulation_of(log, name, failures=failures, result=result)
        except Deadlock as error:
            raise deadlocked(name, error, [failure.text() for failure in failures]) from None
        except TooLong:
            raise CheckFailed(endless(name, log.processes.values())) from None
        except (LogError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise StudentRefused(f"what came back from the simulation of `{name}` makes no sense: {error}") from None

    def _cpu(self) -> tuple[float, float | None]:
        """Seconds of CPU since the process began: by its own account, and by the system's."""
        return float(self._service.ask({"do": "cpu"})["cpu"]), self._service.cpu_seconds()

    def _compare_cpu(self, claimed: float, declared: float) -> None:
        """The CPU seconds in the log against the process's own account and the system's. Raises LogError.

        What a learner's program declares by `work` is no reason to claim more: with it, idle processes would look busy.
        """
        measured = claimed - declared if self._declaring else claimed
        now, seen = self._cpu()
        told, self._told = now - self._told, now
        if measured > told * (1 + _UNSEEN) + _TICKS and declared and not self._declaring:
            raise LogError("it declares its work; in a check, `work` counts only with costs='ideal'")
        if measured > told * (1 + _UNSEEN) + _TICKS:
            raise LogError(f"its processes claim {measured:.3g} s of CPU, and only {told:.3g} s were used")
        if seen is not None and self._seen is not None:
            outside = seen - self._seen
            if abs(outside - told) > _UNSEEN * told + _TICKS:
                raise LogError(f"it tells of {told:.3g} s of CPU, and the system of {outside:.3g} s")
        self._seen = seen


class _Serial:
    """The serial function, timed on one virtual core."""

    def __init__(self, runs: _Runs, function: Any, arguments: Any, keywords: Any) -> None:
        self._reference = runs.beside(function, "the serial function")
        self._runs, self._arguments, self._keywords = runs, arguments, keywords

    def time(self) -> float:
        """Its makespan in seconds."""
        return self._runs.run(self._reference, self._arguments, self._keywords, 1, fitting=True).makespan


def costs_named(costs: Costs | str | None, trusted: bool) -> Costs:
    """The costs that `simulate` uses for its argument. Raises ValueError for an unknown name."""
    match costs:
        case Costs():
            return costs
        case None if not trusted:
            return LAPTOP
        case None | "this machine":
            return costs_of_this_machine()
        case str() if costs in PROFILES:
            return PROFILES[costs]
    raise ValueError(f"costs are Costs, {', '.join(map(repr, PROFILES))} or 'this machine', not {costs!r}")


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
