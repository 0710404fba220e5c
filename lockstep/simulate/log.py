"""The log of a simulated run: what every process did between its operations, from which a run can be computed anew."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lockstep.simulate.actors import Behaviour, Deadlock, Stretch
from lockstep.simulate.costs import Costs
from lockstep.simulate.engine import OPERATIONS, Engine
from lockstep.standin.operation import Answer, Creation, Message, Operation
from lockstep.standin.pipes import Channel

VERSION = 1


class LogError(ValueError):
    """A log that no simulation wrote, or that does not go on where the engine needs it to."""


@dataclass(frozen=True)
class Log:
    """The stretches of every process, in its own order, and what they were simulated on."""

    cores: float
    costs: Costs
    pipe_capacity: int
    processes: Mapping[str, tuple[Stretch, ...]]

    def to_data(self) -> str:
        """JSON: it can be long, and nothing is encoded faster."""
        told = {
            "version": VERSION,
            "cores": self.cores,
            "costs": self.costs.to_data(),
            "pipe_capacity": self.pipe_capacity,
            "processes": self.processes,
        }
        return json.dumps(told, separators=(",", ":"))

    @classmethod
    def of_data(cls, text: str) -> Log:
        """Raises LogError for what to_data never makes."""
        try:
            data = json.loads(text)
            if data["version"] != VERSION:
                raise LogError(f"the log has version {data['version']}, and this is {VERSION}")
            processes = {str(name): tuple(map(_stretch, done)) for name, done in data["processes"].items()}
            return cls(float(data["cores"]), Costs.of_data(data["costs"]), int(data["pipe_capacity"]), processes)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise LogError(f"this is no log of a simulation: {error}") from None

    @property
    def cpu(self) -> float:
        """Seconds of CPU that all processes' own code took."""
        return sum(stretch.cpu for done in self.processes.values() for stretch in done)

    def replay(self, cores: float | None = None, costs: Costs | None = None, limit: int = OPERATIONS) -> Engine:
        """The same run computed anew, or on other cores with the same answers to the same questions.

        Raises Deadlock, TooLong, and LogError where the processes would have gone another way.
        """
        engine = Engine(
            self.cores if cores is None else cores,
            self.costs if costs is None else costs,
            Script(self.processes),
            pipe_capacity=self.pipe_capacity,
            limit=limit,
        )
        try:
            engine.run()
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, AssertionError) as error:
            if isinstance(error, LogError | Deadlock):
                raise
            raise LogError(f"the log contradicts itself: {type(error).__name__}: {error}") from None
        return engine


class Script:
    """Processes whose every stretch is written down."""

    def __init__(self, processes: Mapping[str, tuple[Stretch, ...]]) -> None:
        self._processes = processes
        self._place = dict.fromkeys(processes, 0)

    def begin(self, process: str) -> Stretch:
        return self.resume(process, None)

    def resume(self, process: str, answer: Answer) -> Stretch:
        place = self._place.get(process, 0)
        if place >= len(self._processes.get(process, ())):
            raise LogError(f"the log says nothing about process {process} after its operation {place}")
        self._place[process] = place + 1
        return self._processes[process][place]

    def end(self, process: str) -> None:
        """Nothing more will be asked."""


class Recorder:
    """Passes a behaviour on and writes down what every process did."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self.processes: dict[str, list[Stretch]] = {}

    def begin(self, process: str) -> Stretch:
        stretch = self._behaviour.begin(process)
        self.processes[process] = [stretch]
        return stretch

    def resume(self, process: str, answer: Answer) -> Stretch:
        stretch = self._behaviour.resume(process, answer)
        self.processes[process].append(stretch)
        return stretch

    def end(self, process: str) -> None:
        self._behaviour.end(process)


# Their first argument is a message.
_WITH_MESSAGE = frozenset(["queue.put", "pipe.send", "simplequeue.put", "pool.give", "pool.answer"])


def _stretch(told: Any) -> Stretch:
    cpu, (kind, objects, arguments, patience), created, line = told
    if type(cpu) is not float or not math.isfinite(cpu) or cpu < 0:
        raise ValueError("a stretch has CPU seconds")
    if type(kind) is not str or type(line) is not str or not (patience is None or math.isfinite(patience)):
        raise ValueError("a stretch has an operation and a line")
    if kind in _WITH_MESSAGE:
        token, size = arguments[0]
        arguments[0] = Message(int(token), int(size))
    operation = Operation(kind, _tuples(objects), _tuples(arguments), patience)
    return Stretch(cpu, operation, tuple(_creation(*one) for one in created), line)


def _creation(name: Any, kind: Any, value: Any) -> Creation:
    return Creation(str(name), str(kind), Channel(*_tuples(value)) if kind == "channel" else _tuples(value))


def _tuples(value: Any) -> Any:
    if type(value) is list:
        return tuple([_tuples(item) for item in value])
    return value
