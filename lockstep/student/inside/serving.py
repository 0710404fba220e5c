"""What runs in a learner's process: it loads the learner's module and serves one instrument over a socket.

Nothing here decides anything. A value that is asked for crosses as data; a check, a reference or a verdict is never in
this process.
"""

import contextlib
import importlib
import multiprocessing
import os
import random
import socket
import sys
import threading
import types
from dataclasses import dataclass
from typing import Any

from lockstep.program.definitions import with_given
from lockstep.program.loading import main_file_text
from lockstep.program.source import ModuleSource
from lockstep.student.data import DataError
from lockstep.student.inside.belonging import begin_program
from lockstep.student.sockets import FrameSocket

SOLUTION, GIVEN = "solution", "given"


@dataclass(frozen=True)
class Programs:
    """The learner's module and the given code beside it, as text and, once loaded, as modules."""

    source: ModuleSource
    given: ModuleSource
    folder: str

    def load(self) -> tuple[types.ModuleType, types.ModuleType]:
        """Imports both as real modules from files, so that Pool can pickle their functions under any start method."""
        self.write()
        importlib.invalidate_caches()
        # A fork server loads the program once, as it would a program's main module, and not in every process.
        if "forkserver" in multiprocessing.get_all_start_methods():
            multiprocessing.set_forkserver_preload([SOLUTION, GIVEN])
        program = importlib.import_module(SOLUTION)
        sys.modules.pop(GIVEN, None)  # should the program have imported it, and put something into it
        return program, importlib.import_module(GIVEN)

    def write(self) -> None:
        """Writes both as files into the folder."""
        program, given = map(main_file_text, with_given(self.source, self.given))
        _write(self.folder, SOLUTION, program)
        _write(self.folder, GIVEN, f"from {SOLUTION} import *\n{given}")


class ServiceConnection:
    """The student's end of a service: values of the closed format, one at a time."""

    def __init__(self, frames: FrameSocket) -> None:
        self._frames = frames

    def receive(self) -> Any:
        """Raises EOFError when the checker is done."""
        return self._frames.receive()

    def send(self, value: Any) -> None:
        """Raises DataError if the value cannot cross."""
        try:
            self._frames.send(value)
        except MemoryError:
            raise DataError("there was not enough memory to send it") from None


def serve(endpoint: socket.socket, folder: str) -> None:
    """Serves the one service that the first frame names; returns when the checker closes the connection."""
    frames = FrameSocket(endpoint, references=True)
    with contextlib.suppress(EOFError, ConnectionError):
        order = frames.receive()
        programs = Programs(ModuleSource.of_data(order["source"]), ModuleSource.of_data(order["given"]), folder)
        service = importlib.import_module(order["service"])
        service.serve(ServiceConnection(frames), programs)


def become_student(folder: str, output: int) -> None:
    """Makes this process fit for a learner's code: output captured, a folder of its own, nothing of the checker's."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    if output > 2:
        os.close(output)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - open for as long as the process lives
    sys.stdout = open(1, "w", buffering=1, closefd=False, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    os.environ["MPI4PY_RC_INITIALIZE"] = "0"  # a program that uses MPI is imported here, and is no rank
    os.chdir(folder)
    sys.path[:] = [folder, *(entry for entry in sys.path if entry not in ("", folder))]
    sys.argv = [SOLUTION]
    # Children under spawn must not load the checker's main module.
    sys.modules["__main__"] = types.ModuleType("__main__")
    begin_program(folder)
    random.seed()
    threading.excepthook = threading.__excepthook__


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, f"{name}.py"), "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write(text)
