"""A learner's process seen from the side that checks: ask it, wait for it, see what it left, end it."""

import contextlib
import os
import selectors
import signal
import socket
import time
from dataclasses import dataclass
from typing import Any, Protocol

from lockstep.program.source import ModuleSource
from lockstep.student.data import DataError
from lockstep.student.deadline import Deadline
from lockstep.student.failure import StudentDied, StudentRefused
from lockstep.student.sockets import FrameSocket
from lockstep.student.stacks import ProcessStack, parse_stacks

OUTPUT_KEPT = 64 * 1024  # bytes of a program's output that a report keeps
_MOST_LEFT = 1_000  # processes and segments that are told of
_CONTROL_LIMIT = 16 * 2**20  # bytes of what a keeper tells
OUTPUT_LIMIT = 2**30  # bytes of output after which a program is ended; a sandbox sets its own


@dataclass(frozen=True)
class Leftovers:
    """What a program left behind: (pid, "running" or "ended") of processes, and names of segments and semaphores."""

    processes: tuple[tuple[int, str], ...] = ()
    segments: tuple[str, ...] = ()


class Launcher(Protocol):
    """Starts learners' processes: as children of this machine's user, or in a sandbox."""

    def start(self) -> "StudentProcess": ...

    def close(self) -> None: ...


class StudentProcess:
    """One running process that serves one service; closes with `stop`."""

    def __init__(
        self, control: socket.socket, endpoint: socket.socket, output: int, output_limit: int = OUTPUT_LIMIT
    ) -> None:
        self._control = FrameSocket(control, limit=_CONTROL_LIMIT)
        self._frames = FrameSocket(endpoint)
        self._output = output
        self._output_limit = output_limit
        os.set_blocking(output, False)
        self._kept = bytearray()
        self.output_size = 0  # bytes that the program has written, kept or not
        self._ended: int | None = None
        self._because = ""
        self._stopped = False

    def begin(self, service: str, source: ModuleSource, given: ModuleSource) -> None:
        """Loads the programs and starts the service; its answers come by `ask`."""
        order = {"service": service, "source": source.to_data(), "given": given.to_data()}
        with contextlib.suppress(OSError):  # a process that has died is reported by the first ask
            self._send(order, 15)

    def wait_until_kept(self, deadline: float) -> None:
        """Waits until the keeper is there. Raises EOFError or TimeoutError if it does not come, DataError."""
        if not isinstance(answer := self._control.receive(deadline), dict) or "started" not in answer:
            raise EOFError("its first word was not that it had started")

    def ask(self, value: Any, deadline: Deadline) -> Any:
        """The answer to `value`. Raises StudentTimedOut at the deadline, StudentDied and StudentRefused."""
        with contextlib.suppress(OSError):
            self._send(value, deadline.remaining())
        try:
            return self._receive(self._frames, deadline)
        except DataError as error:
            raise StudentRefused(f"what came back is not data that a check can read: {error}") from None

    def survey(self, children: tuple[int, ...]) -> Leftovers:
        """What is there beside the learner's own process, which says that it started `children` (pids).

        Raises StudentDied if nobody can tell.
        """
        try:
            answer = self._request("survey", children=children)
            processes = tuple((int(pid), str(state)[:20]) for pid, state in answer["processes"][:_MOST_LEFT])
            return Leftovers(processes, tuple(str(name)[:200] for name in answer["segments"][:_MOST_LEFT]))
        except (KeyError, ValueError, TypeError, OSError, EOFError, TimeoutError):
            raise StudentDied(_ending(self._ended, self._because)) from None

    def cpu_seconds(self) -> float | None:
        """Seconds of CPU that the learner's own process has used; None where that cannot be seen."""
        try:
            return float(self._request("cpu")["cpu"])
        except (KeyError, ValueError, TypeError, OSError, EOFError, TimeoutError, DataError):
            return None

    def stacks(self) -> list[ProcessStack]:
        """Freezes every process, takes the line each one is at, and ends them."""
        try:
            return parse_stacks(self._request("stacks")["stacks"])
        except (KeyError, ValueError, TypeError, OSError, EOFError, TimeoutError, DataError):
            return []

    def stop(self) -> None:
        """Ends the whole tree of processes; safe to call twice."""
        if self._stopped:
            return
        self._stopped = True
        with contextlib.suppress(OSError, EOFError, TimeoutError, DataError):
            self._request("stop")
        self._drain()
        self._control.close()
        self._frames.close()
        os.close(self._output)

    @property
    def output(self) -> str:
        """What the program printed, its middle cut out when it is long."""
        if not self._stopped:
            self._drain()
        text = self._kept.decode("utf-8", "replace")
        if self.output_size > len(self._kept):
            text += f"\n… cut here: the program printed {_size(self.output_size)} in all\n"
        return text

    def _request(self, what: str, **more: Any) -> Any:
        self._control.send({"do": what, **more})
        return self._receive_control(time.monotonic() + 15)

    def _receive_control(self, deadline: float) -> Any:
        while True:
            answer = self._control.receive(deadline)
            if not isinstance(answer, dict):
                raise ValueError("the keeper's answer is not a dict")
            if not self._note(answer) and "started" not in answer:
                return answer

    def _receive(self, frames: FrameSocket, deadline: Deadline) -> Any:
        with selectors.DefaultSelector() as selector:
            for watched in (frames, self._control):
                selector.register(watched, selectors.EVENT_READ)
            if not self._stopped:
                selector.register(self._output, selectors.EVENT_READ)
            closed = False
            while True:
                if self.output_size > self._output_limit:
                    raise StudentDied(f"the program printed more than {_size(self._output_limit)}")
                found, value = frames.take()
                if found:
                    return value
                self._note_end()
                if self._ended is not None or closed:
                    raise StudentDied(_ending(self._ended, self._because))
                for key, _ in selector.select(deadline.pause()):
                    if key.fileobj is frames:
                        if not frames.read_available():
                            selector.unregister(frames)
                            closed = self._wait_for_end()
                    elif key.fileobj is self._control:
                        if not self._control.read_available():
                            closed = True
                    elif not self._drain():
                        selector.unregister(self._output)
                frames.read_available()  # an answer may have come just before the end

    def _note_end(self) -> None:
        while (taken := self._control.take())[0]:
            self._note(taken[1])

    def _note(self, told: Any) -> bool:
        """Whether the keeper tells that the learner's process has ended; keeps how and why."""
        if not isinstance(told, dict) or "ended" not in told:
            return False
        self._ended = status if type(status := told["ended"]) is int and abs(status) < 2**31 else 1
        self._because = str(told.get("because", ""))[:300]
        return True

    def _send(self, value: Any, seconds: float) -> None:
        # A program that does not read must not hold the checker.
        self._frames.socket.settimeout(max(0.01, seconds))
        self._frames.send(value)

    def _wait_for_end(self) -> bool:
        deadline = time.monotonic() + 1
        with contextlib.suppress(EOFError, TimeoutError):
            while self._ended is None:
                self._note(self._control.receive(deadline))
        return True

    def _drain(self) -> bool:
        """Takes what the program has printed; False at its end."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(64):  # a program that prints without end must not hold the checker
                chunk = os.read(self._output, 1 << 16)
                if not chunk:
                    return False
                self.output_size += len(chunk)
                self._kept += chunk[: max(0, OUTPUT_KEPT - len(self._kept))]
                if len(chunk) < 1 << 16:
                    return True
        return True


def _ending(status: int | None, because: str) -> str:
    if because:
        return because
    if status is None:
        return "the process ended"
    if status < 0:
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        return f"the process was killed by {name}"
    return f"the process ended with exit code {status}: did the program call os._exit or sys.exit?"


def _size(number: int) -> str:
    for unit in ("bytes", "KB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number = number / 1000  # type: ignore[assignment]
    return f"{number:.1f} GB"
