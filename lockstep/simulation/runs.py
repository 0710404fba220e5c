"""Runs of a program under simulation: what is asked of the learner's process, and how far its answer is believed."""

from __future__ import annotations

import warnings
from typing import Any

from lockstep.checks.crashes import unpicklable
from lockstep.simulation.actors import Deadlock, TooLong
from lockstep.simulation.calibration import costs_of_this_machine
from lockstep.simulation.costs import IDEAL, LAPTOP, PROFILES, Costs
from lockstep.simulation.engine import OPERATIONS
from lockstep.simulation.log import Log, LogError
from lockstep.simulation.phrases import Done, deadlocked, endless
from lockstep.simulation.simulation import Failure, NoResult, Simulation, simulation_of
from lockstep.standin.objects.processes import process_name
from lockstep.student.data import Reference
from lockstep.student.failure import CheckFailed, StudentMissing, StudentRaised, StudentRefused, StudentTimedOut
from lockstep.student.session import Service
from lockstep.student.shown import shown
from lockstep.student.target import Program

_SERVICE = "lockstep.simulation.inside.service"
_SHARE = 0.9  # of the limit, in CPU time: then the process itself stops a run, and says what it did until then
_LONGEST = 200  # characters of a name or a place that is told
_UNSEEN = 0.10  # of the CPU that a process used, how much its own account may differ from the system's
_TICKS = 0.1  # seconds by which the system's account may be off, which counts in ticks


class NotSimulated(CheckFailed):
    """The program uses something that `simulate` does not cover; the message names it and what to use instead."""


class Runs:
    """A service that runs one program, and the checks on what it says."""

    def __init__(
        self, opened: Program, costs: Costs | str | None, limit: float | None, pipe_capacity: int, ranks: int = 0,
        network: tuple[float, float] = (0.0, 0.0),
    ) -> None:  # fmt: skip
        """`limit`: seconds for all; without one it is what is left of the session's. `ranks`: of an MPI program, whose `network`
        takes so many seconds for a message and for each byte of it."""
        self.costs = costs_named(costs, opened.trusted)
        if ranks:
            self.costs = self.costs.between_ranks(*network)
        self._ranks = ranks
        self._program, self._pipe_capacity = opened, pipe_capacity
        self._trusted = opened.trusted  # else a check tells what is wrong
        self._declaring = opened.trusted or self.costs.name == IDEAL.name
        self._service: Service = opened.session.open_service(_SERVICE, limit=limit)
        # Loading comes first, so that its CPU is not taken for the program's.
        self._told, self._seen = self._cpu()

    def __enter__(self) -> Runs:
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
            "function": reference, "arguments": positional, "keywords": named, "cores": cores, "scaled": scaled,
            "fitting": fitting, "costs": self.costs.to_data(), "pipe_capacity": self._pipe_capacity,
            "ranks": 0 if fitting else self._ranks, "operations": OPERATIONS, "seconds": _SHARE * self._service.limit,
        }  # fmt: skip
        name = f"{reference.name}({', '.join(shown(argument) for argument in arguments)})"
        reply = self._ask(request, name)
        failures: tuple[Failure, ...] = ()
        try:
            log = self._believed(reply, cores)
            failures = _failures_in(reply)
            result = NoResult(str(reply["refused"])) if "refused" in reply else reply.get("value")
            self._warn(name, failures, result)
            return simulation_of(log, name, failures=failures, result=result, watch=self.watch)
        except Deadlock as error:
            raise deadlocked(name, error, [failure.text() for failure in failures]) from None
        except (TooLong, LogError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise StudentRefused(f"what came back from the simulation of `{name}` makes no sense: {error}") from None

    def watch(self) -> None:
        """To be called while a run is computed anew here, which is part of its time. Raises StudentTimedOut when that is over."""
        try:
            self._service.look()
        except StudentTimedOut:
            raise StudentTimedOut(
                f"`{self._program.name}` was not simulated within {self._within}: take a smaller case"
            ) from None

    @property
    def _within(self) -> str:
        return f"{self._service.limit:g} s of real time"

    def _asked(self, request: dict[str, Any], name: str) -> dict[str, Any]:
        try:
            reply: dict[str, Any] = self._service.ask(request)
        except StudentTimedOut as error:
            raise StudentTimedOut(
                f"`{name}` was not simulated within {self._within}: it does too much for that, or a loop looks again and "
                "again at a clock or at shared memory, and hardly gets on: sleep, or wait for a Lock, Event or Queue",
                error.stacks,
            ) from None
        return reply

    def _ask(self, request: dict[str, Any], name: str) -> dict[str, Any]:
        """What the learner's process says of the run. Raises what it says instead of a log."""
        reply = self._asked(request, name)
        match reply:
            case {"endless": (int(operations), int(often), str(kind), str(line), bool(looks)), "late": bool(late)}:
                done = Done(operations, often, kind[:_LONGEST], line[:_LONGEST], looks)
                if late:
                    raise StudentTimedOut(endless(name, done, self._within))
                raise CheckFailed(endless(name, done))
            case {"not_covered": str(why)}:
                raise NotSimulated(why)
            case {"missing": str(why)}:
                raise StudentMissing(why)
            case {"raised": {"types": tuple(types), "message": str(message), "traceback": str(text)}} if types:
                raise StudentRaised(tuple(map(str, types)), unpicklable(message) or message, text)
        return reply

    def _believed(self, reply: dict[str, Any], cores: int) -> Log:
        """The log, as far as it can be told to be of this run. Raises LogError."""
        log = Log.of_data(reply["log"])
        if (log.cores, log.costs, log.pipe_capacity) != (float(cores), self.costs, self._pipe_capacity):
            raise LogError("the log is of another simulation")
        self._compare_cpu(log.cpu, float(reply["declared"]))
        return log

    def _warn(self, name: str, failures: tuple[Failure, ...], result: Any) -> None:
        """Says what went wrong in a program of one's own; in a check that is the check's part."""
        for failure in failures if self._trusted else ():
            warnings.warn(f"what is simulated fails: {failure.text()}", stacklevel=5)
        if self._trusted and isinstance(result, NoResult):
            warnings.warn(f"the result of `{name}` is not there: {result.why}", stacklevel=5)

    def _cpu(self) -> tuple[float, float | None]:
        """Seconds of CPU since the process began: by its own account, and by the system's."""
        return float(self._asked({"do": "cpu"}, self._program.name)["cpu"]), self._service.cpu_seconds()

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


def _failures_in(reply: dict[str, Any]) -> tuple[Failure, ...]:
    """The exceptions of children."""
    return tuple(
        Failure(process_name(str(who)), str(kind), unpicklable(str(message)) or str(message), str(text))
        for who, kind, message, text in reply["failures"]
    )


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
