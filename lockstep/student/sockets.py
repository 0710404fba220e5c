"""Values of the closed format as frames over a socket, with a limit on size and a deadline."""

import selectors
import socket
import struct
import time
from typing import Any

from lockstep.student.data import FRAME_LIMIT, DataError, decode, encode


class FrameSocket:
    """Sends and receives one value a frame: 4 bytes of length, big-endian, then the encoded value."""

    def __init__(self, endpoint: socket.socket, *, references: bool = False, limit: int = FRAME_LIMIT) -> None:
        """`limit`: bytes of a frame that may come."""
        self.socket = endpoint
        self._limit = limit
        self._references = references
        self._buffer = bytearray()

    def fileno(self) -> int:
        return self.socket.fileno()

    def send(self, value: Any) -> None:
        """Raises DataError if the value cannot cross, OSError if the other end is gone."""
        body = encode(value)
        self.socket.sendall(struct.pack(">I", len(body)) + body)

    def receive(self, deadline: float | None = None) -> Any:
        """The next value; waits until `deadline` (time.monotonic seconds, None: for ever).

        Raises EOFError when the other end is closed, TimeoutError at the deadline, DataError for a bad frame.
        """
        while (body := self._take()) is None:
            remaining = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not self._readable(remaining):
                raise TimeoutError("nothing came in time")
            if not self.read_available():
                raise EOFError("the other end is closed")
        return decode(body, references=self._references)

    def read_available(self) -> bool:
        """Takes what the socket holds now, without waiting; False at its end."""
        if not self._readable(0):
            return True
        try:
            chunk = self.socket.recv(1 << 18)
        except (ConnectionResetError, BrokenPipeError):
            return False
        self._buffer += chunk
        return bool(chunk)

    def take(self) -> tuple[bool, Any]:
        """(True, the next value) if a whole frame has been read, else (False, None)."""
        body = self._take()
        return (False, None) if body is None else (True, decode(body, references=self._references))

    def close(self) -> None:
        self.socket.close()

    def _take(self) -> bytes | None:
        if len(self._buffer) < 4:
            return None
        (length,) = struct.unpack(">I", self._buffer[:4])
        if length > self._limit:
            raise DataError(f"a frame that says it has {length} bytes")
        if len(self._buffer) < 4 + length:
            return None
        body = bytes(self._buffer[4 : 4 + length])
        del self._buffer[: 4 + length]
        return body

    def _readable(self, seconds: float | None) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            return bool(selector.select(seconds))
