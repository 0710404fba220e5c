"""Process, and what `current_process()` gives."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lockstep.standin.declared import machine_operation
from lockstep.standin.lacking import Lacking
from lockstep.standin.machine import current, not_covered
from lockstep.standin.shared import ask

machine_operation("process.start", method="Process.start", cost="start")
machine_operation("process.begin", method="Process.start")
machine_operation("process.join", told="join {process}", method="Process.join", usual=0)
machine_operation("process.exit", told="exit", method="Process.exit", usual=None, cost="exit")
for _verb, _answers in (("is_alive", "fact"), ("exitcode", "")):
    machine_operation(
        f"process.{_verb}", told=f"{_verb} {{process}}", method=f"Process.{_verb}", answers=_answers, instead="`join()`",
        sees_exits="always", looks=True,
    )  # fmt: skip
for _verb in ("terminate", "kill"):
    machine_operation(f"process.{_verb}", told=f"{_verb} {{process}}", method=f"Process.{_verb}", sees_exits="always")


RANKS = 1_000_000  # of an MPI program's ranks, the number that rank 0 has among the processes of main


def process_name(identity: str) -> str:
    """What a reader calls the process: main, Process-1, Process-1:2; and what it has: feeder of Process-1."""
    what, of, whose = identity.rpartition(" of ")
    if of:
        return what + of + process_name(whose)
    return "main" if identity == "0" else given_name(identity)


def given_name(identity: str) -> str:
    """The name that multiprocessing gives it: MainProcess, Process-1, Process-1:2; of a rank, its rank."""
    number = int(identity.split(".")[1]) if "." in identity else 0
    if number >= RANKS:
        return f"rank {number - RANKS}" + "".join(f":{child}" for child in identity.split(".")[2:])
    return "MainProcess" if identity == "0" else "Process-" + identity[2:].replace(".", ":")


def pid_of(identity: str) -> int:
    """A process's id, which says its place in the tree: 1000 for main, 1001 for its first child."""
    pid = 1000
    for number in identity.split(".")[1:]:
        pid = (pid - 1000) * 100 + 1000 + int(number)
    return pid


_FIRST_SENTINEL = 1_000_000  # as a number of a file no program has so many


def sentinels_process(sentinel: int) -> str:
    """The child of the current process that this sentinel belongs to. Raises OSError for what is no sentinel."""
    identity = f"{current().process().identity}.{sentinel - _FIRST_SENTINEL}"
    if sentinel <= _FIRST_SENTINEL:
        raise OSError(9, "Bad file descriptor")
    return identity


class Process(Lacking):
    """As `multiprocessing.Process`. Its state in the process that constructed it; a copy runs in the new one."""

    def __init__(
        self,
        group: None = None,
        target: Callable[..., Any] | None = None,
        name: str | None = None,
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        daemon: bool | None = None,
    ) -> None:
        assert group is None, "group argument must be None for now"
        creator = current().process()
        self.identity: str = f"{creator.identity}.{current().number_process()}"
        self._creator = creator.identity
        self._name = name or given_name(self.identity)
        self._target, self._args, self._kwargs = target, tuple(args), dict(kwargs or {})
        self._daemon = creator.daemon if daemon is None else daemon
        self._started = False
        self._code: int | None = None  # known after join
        self._closed = False

    def __hash__(self) -> int:
        # By number, not by address, which differs from run to run: the order of a set is then always the same.
        return pid_of(self.__dict__.get("identity", "0"))

    def run(self) -> None:
        """What the process does; subclasses override it."""
        target = self._target
        if target is not None:
            target(*self._args, **self._kwargs)

    def _check_closed(self) -> None:
        if self._closed:
            raise ValueError("process object is closed")

    def start(self) -> None:
        self._check_closed()
        assert not self._started, "cannot start a process twice"
        assert current().process().identity == self._creator, (
            "can only start a process object created by current process"
        )
        assert not current().process().daemon, "daemonic processes are not allowed to have children"
        self._started = True
        current().start(self)
        current().children().append(self)

    def join(self, timeout: float | None = None) -> None:
        self._check_closed()
        assert current().process().identity == self._creator, "can only join a child process"
        assert self._started, "can only join a started process"
        if self._code is None and timeout is None:
            self.learn(current().join(self))

    def learn(self, code: int | None) -> None:
        """This is its exit code; None while it runs. Who knows it has joined it."""
        self._code = code
        if code is not None:
            children = current().children()
            children[:] = [child for child in children if child is not self]

    def _observe(self, what: str) -> Any:
        return ask(f"process.{what}", (), self.identity)

    def is_alive(self) -> bool:
        self._check_closed()
        if current().process().identity == self.identity:
            return True
        assert current().process().identity == self._creator, "can only test a child process"
        if not self._started or self._code is not None:
            return False
        return bool(self._observe("is_alive"))

    @property
    def exitcode(self) -> int | None:
        self._check_closed()
        if not self._started or self._code is not None:
            return self._code
        code: int | None = self._observe("exitcode")
        return code

    def terminate(self) -> None:
        self._check_closed()
        if self._code is None:
            self._observe("terminate")

    def kill(self) -> None:
        self._check_closed()
        if self._code is None:
            self._observe("kill")

    if sys.version_info >= (3, 14):

        def interrupt(self) -> None:
            raise not_covered("`Process.interrupt`", "use `terminate()`, or an Event that the process looks at")

    def close(self) -> None:
        if self._started and self._code is None:
            raise ValueError(
                "Cannot close a process while it is still running. You should first call join() or terminate()."
            )
        self._closed = True

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        assert isinstance(name, str), "name must be a string"
        self._name = name

    @property
    def daemon(self) -> bool:
        return self._daemon

    @daemon.setter
    def daemon(self, daemon: bool) -> None:
        assert not self._started, "process has already started"
        self._daemon = daemon

    @property
    def pid(self) -> int | None:
        self._check_closed()
        return pid_of(self.identity) if self._started else None

    @property
    def ident(self) -> int | None:
        return self.pid

    @property
    def sentinel(self) -> int:
        self._check_closed()
        if not self._started or current().process().identity != self._creator:
            raise ValueError("process not started")
        return _FIRST_SENTINEL + int(self.identity.rpartition(".")[2])

    @property
    def authkey(self) -> bytes:
        raise _no_key()

    def __repr__(self) -> str:
        # As the real one, but who has not joined it is told that it is started: to look would be a step.
        ours = type(self).__module__.partition(".")[0] == "lockstep"
        parts = ["Process" if ours else type(self).__name__, f"name={self._name!r}"]
        me = current().process().identity
        if self._closed:
            return f"<{parts[0]} {parts[1]} closed>"
        if me == self._creator and self._started:
            parts.append(f"pid={self.pid}")
        parts.append(f"parent={pid_of(self._creator)}")
        if me == self.identity:
            parts.append("started")
        elif me != self._creator:
            parts.append("unknown")
        elif self._code is None:
            parts.append("started" if self._started else "initial")
        else:
            parts.append(f"stopped exitcode={_SIGNALS.get(self._code, self._code)}")
        return f"<{' '.join(parts)}{' daemon' if self._daemon else ''}>"


_SIGNALS = {-9: "-SIGKILL", -15: "-SIGTERM"}


def _no_key() -> BaseException:
    return not_covered("`authkey`", "processes here need none: pass what they share as arguments")


class MainProcess(Lacking):
    """What `current_process()` gives in main."""

    identity: str = "0"
    name: str = "MainProcess"
    daemon: bool = False
    exitcode = None

    @property
    def pid(self) -> int:
        return pid_of(self.identity)

    @property
    def ident(self) -> int:
        return self.pid

    @property
    def authkey(self) -> bytes:
        raise _no_key()

    def is_alive(self) -> bool:
        return True

    def __repr__(self) -> str:
        return "<_MainProcess name='MainProcess' parent=None started>"
