"""What a simulation says: an immutable value computed from the log alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from lockstep.recording.bars import Bar, Lane
from lockstep.recording.timeline import Timeline
from lockstep.simulation.accuracy import Accuracy, accuracy_of
from lockstep.simulation.actors import Actor
from lockstep.simulation.costs import IDEAL
from lockstep.simulation.engine import Engine
from lockstep.simulation.log import Log, Watch, look_on
from lockstep.simulation.phrases import operation_name
from lockstep.standin.objects.mpi_messages import COLLECTIVE, SENDING
from lockstep.standin.objects.processes import process_name
from lockstep.words import counted


@dataclass(frozen=True)
class Wait:
    """How long a process waited in one operation at one line, in all, in seconds.

    `for_whom`: the processes whose acts ended these waits, the longest first: who released the lock, sent the message,
    made room in the queue, came last to the barrier, ended. Empty if only time did: a sleep, a time limit.
    """

    process: str
    what: str
    line: str
    seconds: float
    for_whom: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """A child that ended with an exception."""

    process: str
    kind: str
    message: str
    traceback: str

    def text(self) -> str:
        return f"{self.process} ended with {self.kind}: {self.message}"


class Sent(NamedTuple):
    """A message between two ranks, of so many bytes; `collective` if a call such as `bcast` sent it, and not the program itself."""

    source: int
    target: int
    bytes: int
    collective: bool


@dataclass(frozen=True)
class NoResult:
    """Stands for a result that cannot leave the process, and says why."""

    why: str

    def __repr__(self) -> str:
        return f"no result: {self.why}"


@dataclass(frozen=True)
class Simulation:
    """One program on virtual cores; times are in seconds.

        makespan, work, span     from start to end; all computing; the longest chain of what waits for each other
        parallelism, efficiency  cores that were busy on average; and as a share of all cores
        speedup, extra_work      compared with the serial function, if one was given
        waiting                  who waited, where, for how long and for whom, the longest first
        sent                     the messages between ranks, each a Sent: source, target, bytes, collective
        timeline()               a bar a process
        result, failures         what the program returned (NoResult if that is no data), children that ended with an exception
        accuracy, costs          how far to believe it

    >>> found = simulate(work_together, 8, 4, cores=2, costs="ideal")
    >>> found.makespan, found.parallelism
    (4.0, 2.0)
    """

    program: str
    cores: int
    makespan: float
    work: float
    span: float
    processes: int
    messages: int
    bytes: int
    busy: Mapping[str, float]
    waiting: tuple[Wait, ...]
    accuracy: Accuracy
    costs: str
    serial: float | None
    result: Any
    failures: tuple[Failure, ...]
    log: Log
    lanes: tuple[Lane, ...]

    @property
    def parallelism(self) -> float:
        """Work / makespan: how many cores were busy on average."""
        return self.work / self.makespan if self.makespan else 1.0

    @property
    def speedup(self) -> float:
        """Serial time / makespan. Raises ValueError if no serial function was given."""
        if self.serial is None:
            raise ValueError("a speed-up compares with a serial function: simulate(..., serial=f)")
        return self.serial / self.makespan if self.makespan else 1.0

    @property
    def efficiency(self) -> float:
        """Speed-up / cores; without a serial function parallelism / cores."""
        return (self.parallelism if self.serial is None else self.speedup) / self.cores

    @property
    def extra_work(self) -> float:
        """Work / serial time: 1 if nothing more is computed than serially. Raises ValueError without a serial one."""
        if self.serial is None:
            raise ValueError("extra work compares with a serial function: simulate(..., serial=f)")
        return self.work / self.serial if self.serial else 1.0

    @property
    def sent(self) -> tuple[Sent, ...]:
        """The messages between ranks, of each rank in its order."""
        asked = [each.operation for done in self.log.processes.values() for each in done]
        return tuple(
            Sent(source, target, message.size, context.endswith(COLLECTIVE))
            for message, context, _, _, source, target in (each.arguments for each in asked if each.kind in SENDING)
        )

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "busy": dict(self.busy)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, busy=MappingProxyType(state["busy"]))

    def with_serial(self, seconds: float | None) -> Simulation:
        """The same, compared with a serial function that took so long."""
        return replace(self, serial=seconds)

    def timeline(self) -> Timeline:
        return Timeline(self.lanes, "simulated", self.cores, f"Simulated, {self.accuracy}.", self.program)

    def text(self) -> str:
        lines = [
            f"{self.program} on {counted(self.cores, 'virtual core')} (simulated):",
            f"  makespan {_seconds(self.makespan)}, work {_seconds(self.work)}, span {_seconds(self.span)}",
            f"  parallelism {self.parallelism:.2f}"
            + (f", speed-up {self.speedup:.2f}" if self.serial is not None else "")
            + f", efficiency {self.efficiency:.0%}",
            f"  {self.processes} processes, {self.messages} messages, {self.bytes} bytes",
        ]
        alpha, beta = self.log.costs.alpha, self.log.costs.beta
        if alpha or beta:
            lines.append(f"  a message between ranks takes {alpha * 1e6:g} us and {beta * 1e9:g} ns a byte")
        for wait in self.waiting[:3]:
            where = f" ({wait.line})" if wait.line else ""
            lines.append(
                f"  {wait.process} waited {_seconds(wait.seconds)} in {wait.what}{where}{_whom(wait.for_whom)}"
            )
        for failure in self.failures:
            lines.append(f"  {failure.text()}")
        if isinstance(self.result, NoResult):
            lines.append(f"  {self.result}")
        return "\n".join([*lines, f"  {self.accuracy}"])

    __str__ = text

    def __repr__(self) -> str:
        return self.text()


def simulation_of(
    log: Log, program: str, *, result: Any = None, failures: tuple[Failure, ...] = (), watch: Watch = look_on
) -> Simulation:
    """Computes the run anew from its log, without a serial time. Raises as `Log.replay`, which calls `watch`."""
    engine = log.replay(watch=watch)
    actors = list(engine.actors.values())
    segments = sum(
        int(creation.value) for done in log.processes.values() for stretch in done for creation in stretch.created
        if creation.kind == "memory"
    )  # fmt: skip
    return Simulation(
        program=program,
        cores=int(log.cores),
        makespan=engine.makespan,
        work=sum(actor.work for actor in actors),
        span=max(actor.span for actor in actors),
        processes=len(actors),
        messages=engine.messages,
        bytes=engine.bytes,
        busy=MappingProxyType({process_name(actor.identity): actor.work for actor in actors}),
        waiting=_waits(actors),
        accuracy=accuracy_of(engine, segments, log.costs.name == IDEAL.name),
        costs=log.costs.name,
        serial=None,
        result=result,
        failures=failures,
        log=log,
        lanes=_lanes(engine),
    )


def _waits(actors: list[Actor]) -> tuple[Wait, ...]:
    found: dict[tuple[str, str, str], dict[str, float]] = {}
    for actor in actors:
        for span in actor.history:
            if span.kind == "waiting":
                key = process_name(actor.identity), operation_name(span.operation), span.line
                whom = found.setdefault(key, {})
                whom[span.for_whom] = whom.get(span.for_whom, 0.0) + span.end - span.start
    waits = (
        Wait(*key, sum(whom.values()), tuple(process_name(who) for who in sorted(whom, key=lambda w: -whom[w]) if who))
        for key, whom in found.items()
    )
    return tuple(sorted(waits, key=lambda wait: -wait.seconds))


def _whom(processes: tuple[str, ...]) -> str:
    if len(processes) > 3:
        return f", for {', '.join(processes[:2])} and {len(processes) - 2} others"
    return f", for {' and '.join(processes)}" if processes else ""


def _lanes(engine: Engine) -> tuple[Lane, ...]:
    return tuple(
        Lane(
            process_name(actor.identity),
            tuple(
                Bar(span.start, span.end, span.kind, operation_name(span.operation), span.line)  # type: ignore[arg-type]
                for span in actor.history
            ),
        )
        for actor in sorted(engine.actors.values(), key=lambda actor: [int(n) for n in actor.identity.split(".")])
    )


def _seconds(seconds: float) -> str:
    if seconds >= 1_000:
        return f"{seconds:.0f} s"
    return f"{seconds:.3g} s" if seconds >= 1 or seconds == 0 else f"{seconds * 1e3:.3g} ms"
