"""Pipe: two connections that pass messages through channels of limited capacity."""

from __future__ import annotations

from typing import Any, NamedTuple

from lockstep.standin.declared import BLOCKED, Limit, object_kind, one, operation
from lockstep.standin.machine import current, not_covered
from lockstep.standin.objects.queues import SOMETHING, size, told_messages
from lockstep.standin.operation import Creation, Message, Outcome, Raised, Value
from lockstep.standin.shared import Shared, ask, new_name

_BROKEN = Raised("BrokenPipeError", "[Errno 32] Broken pipe")


class Raw(NamedTuple):
    """Bytes sent as they are."""

    data: bytes


class Channel(NamedTuple):
    """One direction of a pipe: its messages, and the processes that hold its ends, sorted."""

    messages: tuple[Message, ...] = ()
    readers: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()


object_kind("channel", lambda value, tell: told_messages(value.messages, tell))


def opened(channel: Channel, process: str, reads: bool) -> Channel:
    """The channel when `process` holds this end too."""
    if reads:
        return channel._replace(readers=tuple(sorted({*channel.readers, process})))
    return channel._replace(writers=tuple(sorted({*channel.writers, process})))


def let_go(channel: Channel, process: str, reads: bool = True, writes: bool = True) -> Channel:
    """The channel when `process` holds this end (both ends) no longer."""
    if reads:
        channel = channel._replace(readers=tuple(p for p in channel.readers if p != process))
    if writes:
        channel = channel._replace(writers=tuple(p for p in channel.writers if p != process))
    return channel


@operation(
    "pipe.send", told="send {0} to {object}", method="Connection.send", answers="never", passes="in", usual=True,
    sees_exits="on error", cost="message",
)  # fmt: skip
def _send(values: tuple[Value, ...], process: str, message: Message, capacity: int) -> list[Outcome]:
    (channel,) = values
    if not channel.readers:
        return one(values, _BROKEN)
    if size(channel.messages) > capacity:
        return BLOCKED
    messages = (*channel.messages, message)
    return one((channel._replace(messages=messages),), size(messages) <= capacity)


@operation("pipe.sent", told="finish sending {object}", method="Connection.send", sees_exits="on error", wakes_all=True)
def _sent(values: tuple[Value, ...], process: str, capacity: int) -> list[Outcome]:
    (channel,) = values
    if size(channel.messages) <= capacity:
        return one(values, None)
    return BLOCKED if channel.readers else one(values, _BROKEN)


@operation("pipe.recv", told="recv {object}", method="Connection.recv", answers="value", wait=SOMETHING, passes="out")
def _receive(values: tuple[Value, ...], process: str) -> list[Outcome]:
    (channel,) = values
    if channel.messages:
        return one((channel._replace(messages=channel.messages[1:]),), channel.messages[0])
    return BLOCKED if channel.writers else one(values, Raised("EOFError"))


@operation(
    "pipe.poll", told="poll {object}", method="Connection.poll", instead="`recv()`, or `poll(None)`", limit=Limit(0, True),
    sees_exits="always", wakes_all=True, looks=True, cost="lock",
)  # fmt: skip
def _poll(values: tuple[Value, ...], process: str, blocking: bool) -> list[Outcome]:
    (channel,) = values
    ready = bool(channel.messages) or not channel.writers
    return BLOCKED if blocking and not ready else one(values, ready)


@operation("pipe.close", told="close {object}", method="Connection.close", usual=None, cost="lock")
def _close(values: tuple[Value, ...], process: str, reads: tuple[bool, ...]) -> list[Outcome]:
    closed = (let_go(channel, process, end, not end) for channel, end in zip(values, reads, strict=True))
    return one(tuple(closed), None)


class Connection(Shared):
    """As `multiprocessing.connection.Connection`: one end of a pipe."""

    def __init__(self, reads: str | None, writes: str | None) -> None:
        self.reads, self.writes = reads, writes
        self.capacity: int = current().option("pipe_capacity")
        self.closed = False

    def __reduce_ex__(self, protocol: Any) -> Any:
        if not current().spawning:
            raise not_covered("a connection sent to a process", "give it to the process as an argument")
        return super().__reduce_ex__(protocol)

    def _inherited(self) -> dict[str, Any]:
        self._check_open()
        current().inherits(self)
        return dict(self.__dict__)

    def _check_open(self) -> None:
        if self.closed:
            raise OSError("handle is closed")

    def _writable(self) -> tuple[str]:
        self._check_open()
        if self.writes is None:
            raise OSError("connection is read-only")
        return (self.writes,)

    def _readable(self) -> tuple[str]:
        self._check_open()
        if self.reads is None:
            raise OSError("connection is write-only")
        return (self.reads,)

    def source(self) -> tuple[str]:
        """The channel that it reads. Raises OSError if there is none."""
        return self._readable()

    @property
    def readable(self) -> bool:
        return self.reads is not None

    @property
    def writable(self) -> bool:
        return self.writes is not None

    def fileno(self) -> int:
        raise not_covered("`fileno` of a connection", "use `recv` and `poll`")

    def _write(self, message: Message) -> None:
        channel = self._writable()
        written = ask("pipe.send", channel, message, self.capacity)
        if not written:
            ask("pipe.sent", channel, self.capacity)

    def send(self, obj: Any) -> None:
        self._writable()
        message = current().pack(obj)
        self._write(message)

    def send_bytes(self, buf: Any, offset: int = 0, size: int | None = None) -> None:
        self._writable()
        data = bytes(buf)[offset:] if size is None else bytes(buf)[offset : offset + size]
        message = current().pack(Raw(data))
        self._write(Message(message.token, 4 + len(data)))

    def recv(self) -> Any:
        value = self._received()
        if type(value) is Raw:
            raise not_covered("`recv` of what `send_bytes` sent", "use `recv_bytes`")
        return value

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        value = self._received()
        if type(value) is not Raw:
            raise not_covered("`recv_bytes` of what `send` sent", "use `recv`")
        if maxlength is not None and len(value.data) > maxlength:
            raise OSError("bad message length")
        return value.data

    def recv_bytes_into(self, buf: Any, offset: int = 0) -> int:
        raise not_covered("`recv_bytes_into`", "use `recv_bytes`")

    def _received(self) -> Any:
        message = ask("pipe.recv", self._readable())
        return current().unpack(message)

    def poll(self, timeout: float | None = 0.0) -> bool:
        return bool(ask("pipe.poll", self._readable(), timeout is None, patience=timeout))

    def close(self) -> None:
        if self.closed:
            return
        ends = tuple(name for name in (self.reads, self.writes) if name is not None)
        reads = tuple(name is self.reads for name in (self.reads, self.writes) if name is not None)
        ask("pipe.close", ends, reads)
        self.closed = True

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()


def pipe(duplex: bool = True) -> tuple[Connection, Connection]:
    """As `multiprocessing.Pipe`: two connected ends; without `duplex` the first only receives and the second only
    sends."""
    me = current().process().identity
    names = []
    for _ in range(2 if duplex else 1):
        name = new_name()
        current().create(Creation(name, "channel", Channel((), (me,), (me,))))
        names.append(name)
    back = names[1] if duplex else None
    return Connection(names[0], back), Connection(back, names[0])
