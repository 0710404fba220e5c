"""The log of a simulated run: what every process did between its operations, from which a run can be computed anew."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lockstep.simulation.actors import Behaviour, Deadlock, Stretch, TooLong
from lockstep.simulation.costs import Costs
from lockstep.simulation.engine import OPERATIONS, Engine
from lockstep.standin.kinds import operation_kind
from lockstep.standin.objects.pipes import Channel
from lockstep.standin.operation import Answer, Creation, Message, Operation, Raised

VERSION = 1
Watch = Callable[[], None]
_LISTS, _ITEMS = 8, 16  # of one stretch at most on average; plain programs have five and eight
_PARTS = 5 * OPERATIONS  # in all stretches: names of objects, arguments, and objects that are made


def look_on() -> None:
    """Watches, and does nothing."""


class LogError(ValueError):
    """A log that no simulation wrote, or that does not go on where the engine needs it to."""


@dataclass(frozen=True)
class Log:
    """The stretches of every process, in its own order, and what they were simulated on.

    `closed`: what a process does follows from the answers it gets. It has asked for no number of cores, and touched no
    memory that it shares.
    """

    cores: float
    costs: Costs
    pipe_capacity: int
    processes: Mapping[str, tuple[Stretch, ...]]
    closed: bool = False

    def to_data(self) -> str:
        """JSON: it can be long, and nothing is encoded faster."""
        told = {
            "version": VERSION,
            "cores": self.cores,
            "costs": self.costs.to_data(),
            "pipe_capacity": self.pipe_capacity,
            "processes": self.processes,
            "closed": self.closed,
        }
        return json.dumps(told, separators=(",", ":"))

    @classmethod
    def of_data(cls, text: str) -> Log:
        """Raises LogError for what to_data never makes."""
        try:
            if text.count("[") > _LISTS * OPERATIONS or text.count(",") > _ITEMS * OPERATIONS:
                raise LogError("it is longer than that of any run")  # and would fill memory when it is read
            data = json.loads(text)
            if data["version"] != VERSION:
                raise LogError(f"the log has version {data['version']}, and this is {VERSION}")
            processes = {str(name): tuple(map(_stretch, done)) for name, done in data["processes"].items()}
            costs, capacity = Costs.of_data(data["costs"]), int(data["pipe_capacity"])
            return cls(float(data["cores"]), costs, capacity, processes, data["closed"] is True)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise LogError(f"this is no log of a simulation: {error}") from None

    @property
    def cpu(self) -> float:
        """Seconds of CPU that all processes' own code took."""
        return sum(stretch.cpu for done in self.processes.values() for stretch in done)

    def replay(self, cores: float | None = None, costs: Costs | None = None, watch: Watch = look_on) -> Engine:
        """The same run computed anew, or on other cores and costs, where processes do the same whatever they are answered.

        Raises Deadlock, TooLong, and LogError where the log does not go on; `watch` is called now and then, and may raise too.
        """
        return self._computed(
            self.cores if cores is None else cores,
            self.costs if costs is None else costs,
            Script(self.processes),
            watch,
        )

    def on(self, cores: float, watch: Watch = look_on) -> Log | None:
        """The log that the program would have on so many cores, or None if only running it can tell. `watch` as in replay.

        A process of a closed log would do the same there as here, as long as it gets the same answers: that is
        looked at for every one. An answer can differ where messages come in another order, a time limit passes or a
        clock is read.
        """
        if not self.closed:
            return None
        here = Script(self.processes)
        try:
            self._computed(self.cores, self.costs, here, watch)
            self._computed(cores, self.costs, Script(self.processes, here.answers), watch)
        except (Deadlock, TooLong, LogError):
            return None
        return replace(self, cores=cores)

    def _computed(self, cores: float, costs: Costs, script: Script, watch: Watch) -> Engine:
        engine = Engine(cores, costs, script, pipe_capacity=self.pipe_capacity, watch=watch)
        try:
            engine.run()
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, AssertionError) as error:
            if isinstance(error, LogError | Deadlock):
                raise
            raise LogError(f"the log contradicts itself: {type(error).__name__}: {error}") from None
        return engine


class Script:
    """Processes whose every stretch is written down; `answers` are those that they got so far."""

    def __init__(
        self, processes: Mapping[str, tuple[Stretch, ...]], expected: Mapping[str, list[Answer]] | None = None
    ) -> None:
        """`expected`: the answers on which the stretches rest. Another one is a LogError."""
        self._processes, self._expected = processes, expected
        self.answers: dict[str, list[Answer]] = {name: [] for name in processes}

    def begin(self, process: str) -> Stretch:
        return self.resume(process, None)

    def resume(self, process: str, answer: Answer) -> Stretch:
        answers = self.answers.get(process, [])
        place = len(answers)
        if place >= len(self._processes.get(process, ())):
            raise LogError(f"the log says nothing about process {process} after its operation {place}")
        if self._expected is not None and self._expected[process][place : place + 1] != [answer]:
            raise LogError(f"process {process} gets another answer to its operation {place}")
        answers.append(answer)
        return self._processes[process][place]

    def end(self, process: str) -> None:
        """Nothing more will be asked."""


class Recorder:
    """Passes a behaviour on and writes down what every process did, as plain data: numbers of NumPy become Python's.

    Raises TooLong for more than a log may hold.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self.processes: dict[str, list[Stretch]] = {}
        self._parts = 0

    def begin(self, process: str) -> Stretch:
        self.processes[process] = []
        return self._noted(process, self._behaviour.begin(process))

    def resume(self, process: str, answer: Answer) -> Stretch:
        return self._noted(process, self._behaviour.resume(process, answer))

    def end(self, process: str) -> None:
        self._behaviour.end(process)

    def _noted(self, process: str, stretch: Stretch) -> Stretch:
        patience = stretch.operation.patience
        while patience is not None and not math.isfinite(patience):
            # As the real module: it raises before anything is asked.
            why = _NO_LIMIT[math.isnan(patience)]
            after = self._behaviour.resume(process, why)
            stretch = after._replace(cpu=stretch.cpu + after.cpu, created=stretch.created + after.created)
            patience = stretch.operation.patience
        stretch = _plain(stretch)
        self.processes[process].append(stretch)
        self._parts += len(stretch.operation.objects) + len(stretch.operation.arguments) + len(stretch.created)
        if self._parts > _PARTS:
            raise TooLong("what it does takes more to write down than any log may hold")
        return stretch


_NO_LIMIT = (
    Raised("OverflowError", "cannot convert float infinity to integer"),
    Raised("ValueError", "cannot convert float NaN to integer"),
)
_PLAIN = frozenset([int, float, str, bool, tuple, type(None), Message])


def _plain(stretch: Stretch) -> Stretch:
    operation = stretch.operation
    if operation.patience is not None and type(operation.patience) is not float:
        operation = operation._replace(patience=float(operation.patience))
    if not _PLAIN.issuperset(map(type, operation.arguments)):
        operation = operation._replace(arguments=tuple(map(_number, operation.arguments)))
    created = stretch.created
    if not all(type(creation.value) in _PLAIN for creation in created):
        created = tuple(creation._replace(value=_number(creation.value)) for creation in created)
    return stretch._replace(operation=operation, created=created)


def _number(value: Any) -> Any:
    """NumPy's scalars as Python's; anything else as it is."""
    return value.item() if type(value).__module__ == "numpy" and hasattr(value, "item") else value


def _stretch(told: Any) -> Stretch:
    cpu, (kind, objects, arguments, patience), created, line = told
    if type(cpu) is not float or not math.isfinite(cpu) or cpu < 0:
        raise ValueError("a stretch has CPU seconds")
    if type(kind) is not str or type(line) is not str or not (patience is None or math.isfinite(patience)):
        raise ValueError("a stretch has an operation and a line")
    if operation_kind(kind).passes == "in":
        token, size = arguments[0]
        arguments[0] = Message(int(token), int(size))
    operation = Operation(sys.intern(kind), _tuples(objects), _tuples(arguments), patience)
    return Stretch(cpu, operation, tuple(_creation(*one) for one in created), sys.intern(line))


def _creation(name: Any, kind: Any, value: Any) -> Creation:
    return Creation(str(name), str(kind), Channel(*_tuples(value)) if kind == "channel" else _tuples(value))


def _tuples(value: Any) -> Any:
    if type(value) is list:
        return tuple([_tuples(item) for item in value])
    return value
