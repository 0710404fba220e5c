"""The oracle's pipes and queues."""

from __future__ import annotations

import queue as real_queue
from typing import Any

from . import pickles
from .engine import Commit, Machine, Process, Raised
from .locks import always, ask, me, when
from .pickles import HEADER, Shared


def pickled(value: Any) -> bytes:
    return pickles.dump(Machine.running, value)


def unpickled(data: bytes) -> Any:
    namespace = me().namespace
    assert namespace is not None
    return pickles.load(Machine.running, namespace, data)


class Channel:
    """One direction of a pipe."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.readers: set[Process] = set()
        self.writers: set[Process] = set()
        self.capacity = Machine.running.program.pipe_capacity

    @property
    def overfull(self) -> bool:
        return sum(len(message) + HEADER for message in self.messages) > self.capacity


class Connection(Shared):
    """One end of a pipe: what it reads from, what it writes to."""

    def __init__(self, reads: Channel | None, writes: Channel | None) -> None:
        self.reads, self.writes = reads, writes
        self.hold(me())

    def hold(self, process: Process) -> None:
        if self.reads is not None:
            self.reads.readers.add(process)
        if self.writes is not None:
            self.writes.writers.add(process)

    def _held(self, process: Process) -> bool:
        return (self.reads is not None and process in self.reads.readers) or (
            self.writes is not None and process in self.writes.writers
        )

    @property
    def closed(self) -> bool:
        return not self._held(me())

    def close(self) -> None:
        process = me()
        if not self._held(process):
            return

        def commit() -> None:
            if self.reads is not None:
                self.reads.readers.discard(process)
            if self.writes is not None:
                self.writes.writers.discard(process)

        always("close", commit)

    def _usable(self, channel: Channel | None, how: str) -> Channel:
        if not self._held(me()):
            raise OSError("handle is closed")
        if channel is None:
            raise OSError(f"connection is {how}")
        return channel

    def send(self, value: Any) -> None:
        self._write(pickled(value))

    def send_bytes(self, value: bytes) -> None:
        self._write(bytes(value))

    def _write(self, data: bytes) -> None:
        channel = self._usable(self.writes, "read-only")

        def written() -> bool:
            channel.messages.append(data)
            return channel.overfull

        def broken() -> Raised:
            return Raised(BrokenPipeError("Broken pipe"))

        def begin() -> tuple[Commit, ...]:
            if not channel.readers:
                Machine.running.need_exits_later()
                return (broken,)
            return () if channel.overfull else (written,)

        def end() -> tuple[Commit, ...]:
            if not channel.overfull:
                return (lambda: None,)
            if not channel.readers:
                Machine.running.need_exits_later()
                return (broken,)
            return ()

        if ask("pipe.send", begin):
            ask("pipe.sent", end)

    def recv(self) -> Any:
        return unpickled(self._read())

    def recv_bytes(self) -> bytes:
        return self._read()

    def _read(self) -> bytes:
        channel = self._usable(self.reads, "write-only")

        def commit() -> Any:
            return channel.messages.pop(0) if channel.messages else Raised(EOFError())

        return when("pipe.recv", lambda: bool(channel.messages) or not channel.writers, commit)

    def poll(self, timeout: float | None = 0.0) -> bool:
        channel = self._usable(self.reads, "write-only")

        def ready() -> bool:
            return bool(channel.messages) or not channel.writers

        if timeout is None:
            return when("pipe.poll", ready, ready)
        return always("pipe.poll", ready)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def pipe(duplex: bool = True) -> tuple[Connection, Connection]:
    """Two ends: both read and write, or the first reads and the second writes."""
    there = Channel()
    channels = [there]
    if not duplex:
        ends = Connection(there, None), Connection(None, there)
    else:
        back = Channel()
        channels.append(back)
        ends = Connection(there, back), Connection(back, there)
    Machine.running.channels += channels
    return ends


class SimpleQueue(Shared):
    def __init__(self) -> None:
        self.pipe = Channel()

    def put(self, value: Any) -> None:
        data, channel = pickled(value), self.pipe

        def written() -> bool:
            channel.messages.append(data)
            return channel.overfull

        if when("put", lambda: not channel.overfull, written):
            when("sent", lambda: not channel.overfull, lambda: None)

    def get(self) -> Any:
        channel = self.pipe
        return unpickled(when("get", lambda: bool(channel.messages), lambda: channel.messages.pop(0)))

    def empty(self) -> bool:
        return always("empty", lambda: not self.pipe.messages)


class Queue(Shared):
    """A queue with feeders, or, as the program's options say, without."""

    def __init__(self, maxsize: int = 0) -> None:
        self.maxsize, self.used = maxsize, 0
        self.feeder = Machine.running.program.feeder
        self.pipe = Channel()
        self.line: list[tuple[Process, bytes]] = []  # on their way, in the order of the puts
        self.stuck: set[Process] = set()
        self.unfinished = 0
        self.joiners: dict[Process, bool] = {}
        self.closed_by: set[Process] = set()
        Machine.running.queues.append(self)

    def on_its_way(self, process: Process) -> bool:
        return process in self.stuck or any(owner is process for owner, _ in self.line)

    def drop(self, process: Process) -> None:
        self.line = [(owner, data) for owner, data in self.line if owner is not process]

    def can_feed(self) -> list[Process]:
        if not self.feeder or not self.line or self.pipe.overfull:
            return []
        return list(dict.fromkeys(owner for owner, _ in self.line))

    def feed(self, process: Process) -> None:
        index = next(index for index, (owner, _) in enumerate(self.line) if owner is process)
        self._enter(index)

    def _enter(self, index: int) -> None:
        owner, data = self.line.pop(index)
        self.pipe.messages.append(data)
        if self.pipe.overfull:
            self.stuck.add(owner)

    def _move_on(self) -> None:
        if not self.pipe.overfull:
            self.stuck.clear()
        if not self.feeder:
            while self.line and not self.pipe.overfull:
                self._enter(0)

    def _open(self) -> None:
        if me() in self.closed_by:
            raise ValueError(f"Queue {self!r} is closed")

    def put(self, value: Any, block: bool = True, timeout: float | None = None) -> None:
        self._open()
        process, data, tries = me(), pickled(value), not block or timeout is not None

        def commit() -> None:
            self.used += 1
            self.unfinished += 1
            self.line.append((process, data))
            self._move_on()

        def outcomes() -> tuple[Commit, ...]:
            if self.maxsize <= 0 or self.used < self.maxsize:
                return (commit,)
            return (lambda: Raised(real_queue.Full()),) if tries else ()

        return ask("put", outcomes)

    def put_nowait(self, value: Any) -> None:
        return self.put(value, False)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        self._open()
        tries = not block or timeout is not None

        def commit() -> bytes:
            data = self.pipe.messages.pop(0)
            self.used -= 1
            self._move_on()
            return data

        def outcomes() -> tuple[Commit, ...]:
            if self.pipe.messages:
                return (commit,)
            return (lambda: Raised(real_queue.Empty()),) if tries else ()

        return unpickled(ask("get", outcomes))

    def get_nowait(self) -> Any:
        return self.get(False)

    def empty(self) -> bool:
        return always("empty", lambda: not self.pipe.messages)

    def full(self) -> bool:
        return always("full", lambda: self.used == self.maxsize > 0)

    def qsize(self) -> int:
        return always("qsize", lambda: self.used)

    def close(self) -> None:
        self.closed_by.add(me())

    def cancel_join_thread(self) -> None:
        me().abandoned.add(self)

    def join_thread(self) -> None:
        process = me()
        when("join_thread", lambda: not self.on_its_way(process), lambda: None)


class JoinableQueue(Queue):
    def task_done(self) -> None:
        def commit() -> Any:
            if self.unfinished == 0:
                return Raised(ValueError("task_done() called too many times"))
            self.unfinished -= 1
            if self.unfinished == 0:
                for joiner in self.joiners:
                    self.joiners[joiner] = True
            return None

        return always("task_done", commit)

    def join(self) -> None:
        process = me()

        def begin() -> bool:
            if self.unfinished:
                self.joiners[process] = False
            return self.unfinished == 0

        if not always("queue.join", begin):
            when("queue.joined", lambda: self.joiners[process], lambda: self.joiners.pop(process) and None)
