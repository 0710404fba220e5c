"""One execution of a program under one schedule, its processes in greenlets.

Nothing is rewritten, and no code is shared with the engine that this one judges.
"""

from __future__ import annotations

import builtins
import random
import types
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from greenlet import GreenletExit, getcurrent, greenlet

from . import pickles

Commit = Callable[[], Any]
Outcomes = Callable[[], Sequence[Commit]]

ASK_FOR_EXITS = frozenset({"process.is_alive", "process.exitcode", "process.terminate", "process.kill", "pipe.poll"})
STEPS_AT_MOST = 400  # of one schedule: a program that is longer busy-waits


class Raised:
    """An answer that is an exception."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


class TooMany(Exception):
    """The program has more schedules, or longer ones, than the oracle is willing to execute."""


class ExitsAreSteps(BaseException):
    """The exploration starts anew with exits as steps."""


class Ending(NamedTuple):
    """How one schedule ended. `main` is ("returned", value), ("raised", class name) or ("stuck",)."""

    main: tuple[Any, ...]
    deadlock: bool
    left_running: bool
    crashes: tuple[tuple[str, str], ...]  # process, class of the exception; sorted
    crowded: tuple[str, ...]  # sections in which two or more processes were at once


CUT = Ending(("cut",), False, False, (), ())  # of a schedule that was not taken further


class Process:
    """What the machine knows about one process."""

    def __init__(self, number: str, parent: Process | None, daemon: bool) -> None:
        self.number, self.parent, self.daemon = number, parent, daemon
        self.status = "constructed"  # then "started", "ended", "exited"
        self.code: int | None = None
        self.error: str | None = None
        self.value: Any = None
        self.children: list[Process] = []
        self.constructed = 0
        self.outcomes: Outcomes | None = None
        self.waits_for: Process | None = None
        self.greenlet: greenlet | None = None
        self.namespace: types.ModuleType | None = None
        self.self_object: Any = None
        self.inside: list[str] = []
        self.been_inside: set[str] = set()
        self.asks = ""
        self.written: list[tuple[list[Any], int, Any]] = []  # with store buffers: cells, index, value; oldest first
        self.abandoned: set[Any] = set()  # queues of which cancel_join_thread() was called
        self.exits_by_step = False
        self.random = random.Random(number)

    @property
    def rests(self) -> bool:
        return self.status in ("started", "ended")


class Machine:
    """One execution of a program under one schedule."""

    running: Machine

    def __init__(self, program: Program, exits_are_steps: bool, steps: int | None = None) -> None:
        self.program, self.exits_are_steps, self.steps = program, exits_are_steps, steps
        self.hub = getcurrent()
        self.dying = False
        self.main = Process("0", None, False)
        self.active = self.main
        self.processes = {"0": self.main}
        self.objects: list[Any] = []
        self.queues: list[Any] = []
        self.channels: list[Any] = []
        self.left_running = False
        self.crowded: set[str] = set()
        self.sections_used = False
        self.unsettled = False  # somebody has ended or exited: exits or joins may have become possible

    # What processes ask for.

    def ask(self, name: str, outcomes: Outcomes) -> Any:
        """Rests the running process before an operation; returns, or raises, the answer once it has been taken."""
        if self.dying:
            raise GreenletExit
        if name in ASK_FOR_EXITS:
            self.need_exits()
        self.active.outcomes, self.active.asks = outcomes, name
        answer = self.hub.switch()
        if self.dying:
            raise GreenletExit
        if type(answer) is Raised:
            raise answer.error
        return answer

    def need_exits(self) -> None:
        if not self.exits_are_steps:
            self.hub.throw(ExitsAreSteps)

    def need_exits_later(self) -> None:
        """The same, found out by the hub itself, while it looks for what is possible."""
        if not self.exits_are_steps:
            raise ExitsAreSteps

    def construct(self, daemon: bool) -> Process:
        parent = self.active
        parent.constructed += 1
        child = Process(f"{parent.number}.{parent.constructed}", parent, daemon)
        self.processes[child.number] = child
        return child

    def start(self, child: Process, process_object: Any) -> None:
        if self.dying:
            raise GreenletExit
        self.empty(self.active)
        payload, ends = pickles.dump_process(self, process_object)
        for end in ends:
            end.hold(child)
        child.parent.children.append(child)  # type: ignore[union-attr]

        def body() -> Any:
            child.namespace = self.program.fresh()
            child.self_object = pickles.load(self, child.namespace, payload)
            return child.self_object.run()

        self.hub.switch((child, body))

    def join(self, child: Process) -> int | None:
        if self.dying:
            raise GreenletExit
        self.empty(self.active)
        if child.status != "exited":
            self.active.waits_for = child
            self.hub.switch()
            if self.dying:
                raise GreenletExit
        return child.code

    # What the hub does with them.

    def launch(self, process: Process, body: Callable[[], Any]) -> None:
        process.status = "started"
        process.greenlet = greenlet(lambda _: self._life(process, body), self.hub)
        self.resume(process, None)
        self.settle()

    def _life(self, process: Process, body: Callable[[], Any]) -> None:
        try:
            process.value = body()
            process.code = 0
        except GreenletExit:
            return
        except SystemExit as error:
            process.code = 0 if error.code is None else error.code if isinstance(error.code, int) else 1
            process.error = "SystemExit" if process is self.main else None
        except BaseException as error:
            process.code, process.error = 1, type(error).__name__
        if not self.dying:
            self.end(process)

    def resume(self, process: Process, answer: Any) -> None:
        """Runs a process to its next rest; the processes it starts on the way run to theirs at once."""
        process.outcomes = process.waits_for = None
        if self.sections_used:
            process.been_inside = set(process.inside)
        while True:
            self.active = process
            assert process.greenlet is not None
            request = process.greenlet.switch(answer)
            if not request:
                break
            self.launch(*request)
            answer = None

    def empty(self, process: Process) -> None:
        """What the process has written is seen by all."""
        for cells, index, value in process.written:
            cells[index] = value
        process.written = []

    def end(self, process: Process) -> None:
        self.empty(process)
        process.status = "ended"
        self.unsettled = True
        if process is self.main:
            self.left_running = any(child.status != "exited" for child in process.children)
        for child in process.children:
            if child.daemon and child.rests:
                self.kill(child, -15)
        if self.exits_are_steps or process.been_inside:
            process.exits_by_step = True
            process.outcomes = lambda: (lambda: self.exit(process),) if self.may_exit(process) else ()

    def kill(self, process: Process, code: int) -> None:
        if process.status != "exited":
            process.code, process.error = code, None  # what a signal ends has not crashed
            for queue in self.queues:
                queue.drop(process)
            self.exit(process)

    def may_exit(self, process: Process) -> bool:
        if any(child.status != "exited" and not child.daemon for child in process.children):
            return False
        return not any(queue.on_its_way(process) for queue in self.queues if queue not in process.abandoned)

    def exit(self, process: Process) -> None:
        self.empty(process)
        process.status = "exited"
        self.unsettled = True
        process.outcomes = process.waits_for = None
        process.inside, process.been_inside = [], set()
        for channel in self.channels:
            channel.readers.discard(process)
            channel.writers.discard(process)
        for queue in process.abandoned:
            queue.drop(process)

    def settle(self) -> None:
        """Exits and joins that have become possible happen in the same instant."""
        again = self.unsettled
        while again:
            again = False
            for process in list(self.processes.values()):
                if process.status == "ended" and not process.exits_by_step and self.may_exit(process):
                    self.exit(process)
                    again = True
                elif process.waits_for is not None and process.waits_for.status == "exited":
                    self.resume(process, None)
                    again = True
        self.unsettled = any(process.status == "ended" for process in self.processes.values())

    # The scheduler's side.

    def choices(self) -> list[tuple[Any, int]]:
        """Every step that some actor could take now: the actor, and which of the outcomes."""
        found: list[tuple[Any, int]] = []
        for process in self.processes.values():
            if process.outcomes is not None:
                found += [(process.number, k) for k in range(len(process.outcomes()))]
        for index, queue in enumerate(self.queues):
            found += [((index, process.number), 0) for process in queue.can_feed()]
        found += [(("memory", process.number), 0) for process in self.processes.values() if process.written]
        return found

    def take(self, actor: Any, k: int) -> None:
        if isinstance(actor, tuple) and actor[0] == "memory":
            cells, index, value = self.processes[actor[1]].written.pop(0)
            cells[index] = value
        elif isinstance(actor, tuple):
            self.queues[actor[0]].feed(self.processes[actor[1]])
        else:
            process = self.processes[actor]
            assert process.outcomes is not None
            if process.asks != "raw":
                self.empty(process)
            answer = process.outcomes()[k]()
            if process.status == "started":
                self.resume(process, answer)
        self.settle()
        self.look_around()

    def look_around(self) -> None:
        if not self.sections_used:
            return
        seen: Counter[str] = Counter()
        for process in self.processes.values():
            if process.been_inside:
                seen.update(process.been_inside)
        self.crowded.update(section for section, number in seen.items() if number > 1)

    def execute(self, choose: Callable[[int, list[tuple[Any, int]] | None], tuple[Any, int] | None]) -> Ending:
        """Executes the program. `choose(depth, choices)` gets None first, and the choices if that was not enough."""
        Machine.running = self
        try:
            main = self.main
            main.namespace = self.program.fresh()
            entry = getattr(main.namespace, self.program.entry)
            self.launch(main, lambda: entry(*self.program.arguments))
            self.look_around()
            depth = 0
            while True:
                if depth == self.steps:
                    return CUT
                step = choose(depth, None)
                if step is None:
                    choices = self.choices()
                    if not choices:
                        return self.ending()
                    step = choose(depth, choices)
                    assert step is not None
                self.take(*step)
                depth += 1
                if depth > STEPS_AT_MOST:
                    raise TooMany("a schedule that is too long")
        finally:
            self.put_away()

    def ending(self) -> Ending:
        main = self.main
        if main.status in ("ended", "exited"):
            answer = ("raised", main.error) if main.error else ("returned", main.value)
        else:
            answer = ("stuck",)
        everybody = [p for p in self.processes.values() if p.status != "constructed"]
        crashes = tuple(sorted((p.number, p.error) for p in everybody if p.error))
        deadlock = any(p.status != "exited" for p in everybody)
        return Ending(answer, deadlock, self.left_running, crashes, tuple(sorted(self.crowded)))

    def put_away(self) -> None:
        self.dying = True
        for process in list(self.processes.values()):
            lived = process.greenlet
            while lived is not None and lived and not lived.dead:
                self.active = process
                lived.throw(GreenletExit)


class Program:
    """The text of a program, the name of its main function, and the options that it is explored with."""

    def __init__(
        self, text: str, entry: str = "main", arguments: tuple[Any, ...] = (), *, feeder: bool = True,
        pipe_capacity: int = 65_536, memory: str = "sequential",
    ) -> None:  # fmt: skip
        self.text, self.entry, self.arguments = text, entry, arguments
        self.feeder, self.pipe_capacity, self.memory = feeder, pipe_capacity, memory
        self._code = compile(text, "program", "exec", dont_inherit=True)

    def fresh(self) -> types.ModuleType:
        """A fresh module of the program, with the oracle's own `multiprocessing` to import."""
        from .module import importing  # the module's objects need the machine of this file

        namespace = types.ModuleType("solution")
        namespace.__dict__["__builtins__"] = {**vars(builtins), "__import__": importing}
        exec(self._code, namespace.__dict__)
        return namespace
