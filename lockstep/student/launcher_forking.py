"""Learners' processes forked from a warm zygote: the launcher where fork exists."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Collection

from lockstep.student.process import OUTPUT_LIMIT, StudentProcess


class ForkingLauncher:
    """Keeps one zygote for as long as it lives; a process from it starts in some ten milliseconds."""

    output_limit = OUTPUT_LIMIT  # bytes printed after which a program is ended

    def __init__(self) -> None:
        self._zygote: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None
        self._common: set[str] = set()

    def expect(self, cells: Collection[str]) -> None:
        """Has the zygote read these texts of cells, so that no process has to that gets a program with some of them.

        What is in a zygote can be found by every program that runs below it: nothing secret may be among them.
        """
        new = set(cells) - self._common
        self._common |= new
        if new and self._requests is not None:
            self._tell(new)

    def warm_up(self) -> None:
        """Starts the zygote, if it is not there, without waiting until it has loaded what it needs."""
        if self._zygote is not None and self._zygote.poll() is None:
            return
        self.close()
        self._requests, theirs = socket.socketpair()
        with theirs:
            self._zygote = subprocess.Popen(
                self._command(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # Its own session: interrupting the kernel must not end it.
                start_new_session=True,
                env=self._environment(),
            )
        if self._common:
            self._tell(self._common)

    def _tell(self, cells: Collection[str]) -> None:
        assert self._requests is not None
        with tempfile.TemporaryFile("w+") as file, contextlib.suppress(OSError):  # what it does not know it reads later
            json.dump(sorted(cells), file)
            file.seek(0)
            socket.send_fds(self._requests, [b"="], [file.fileno()])

    def start(self) -> StudentProcess:
        """Raises OSError if the zygote cannot be started."""
        self.warm_up()
        assert self._requests is not None
        control, their_control = socket.socketpair()
        endpoint, their_endpoint = socket.socketpair()
        output, their_output = os.pipe()
        with their_control, their_endpoint:
            descriptors = [their_control.fileno(), their_endpoint.fileno(), their_output]
            socket.send_fds(self._requests, [b"+"], descriptors)
        os.close(their_output)
        return StudentProcess(control, endpoint, output, self.output_limit)

    def _command(self, descriptor: int) -> list[str]:
        """How the zygote is started, with its end of the socket of requests as `descriptor`."""
        return [sys.executable, "-m", "lockstep.student.inside.zygote", str(descriptor)]

    def _environment(self) -> dict[str, str]:
        return os.environ | {"PYTHONHASHSEED": "0"}

    def close(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._zygote is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._zygote.wait(2)
            self._zygote.kill()
            self._zygote.wait()
            self._zygote = None
