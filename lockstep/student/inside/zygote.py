"""A warm process that forks one keeper for every learner's process: what takes long to import is imported once.

Run as `python -m lockstep.student.inside.zygote FD`, where FD is a UNIX socket. A request is one byte: `+` with three
descriptors beside it, the control socket, the learner's socket, the end of the output pipe; or `=` with one, a file of cells
that many programs have, as JSON. NumPy is there from the beginning in a notebook, and in a sandbox once such a cell imports it:
every process that is forked pays for what is loaded.
"""

import ast
import contextlib
import gc
import json
import os
import socket
import sys
import tempfile

from lockstep.program.cells import Facts, analysed
from lockstep.student.inside import calls, keeper
from lockstep.student.inside.confinement import Confinement, Unconfined
from lockstep.student.inside.removal import remove_folder

_NUMPY = "numpy"
_WARM = (calls.__name__, "multiprocessing.pool", "multiprocessing.shared_memory", "concurrent.futures.process")


def main(descriptor: int, confinement: Confinement, *more: str) -> None:
    """Serves requests until the socket `descriptor` closes; `confinement` holds every learner's process.

    `more` are modules to load beside those that every check needs.
    """
    _warm_up(*_WARM, *more)
    requests = socket.socket(fileno=descriptor)
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(requests, 1, 3)
        except InterruptedError:
            continue
        if not message:
            return
        if message == b"=":
            _read_cells(*descriptors)
        else:
            _fork_keeper(requests, descriptors, confinement)
        _reap()


def _warm_up(*modules: str) -> None:
    for name in modules:
        with contextlib.suppress(ImportError):
            __import__(name)
    _keep_for_ever()


def _keep_for_ever() -> None:
    """What is loaded now stays: a collection in a child must not touch, and so copy, all of its pages."""
    gc.collect()
    gc.freeze()


def _read_cells(descriptor: int) -> None:
    with open(descriptor, encoding="utf-8") as file:
        for text in json.load(file):
            with contextlib.suppress(Exception):  # a program that has it will say what is the matter with it
                if any(map(_imports_numpy, analysed(text)[1])):
                    __import__(_NUMPY)
    _keep_for_ever()


def _imports_numpy(statement: Facts) -> bool:
    match statement.node:
        case ast.Import(names):
            return any(alias.name == _NUMPY for alias in names)
        case ast.ImportFrom(module=name):
            return name == _NUMPY
    return False


def _fork_keeper(requests: socket.socket, descriptors: list[int], confinement: Confinement) -> None:
    control, endpoint, output = descriptors
    if os.fork() == 0:
        folder = None
        status = 1
        try:
            requests.close()
            confinement.isolate()
            folder = tempfile.mkdtemp(prefix="lockstep-")
            keeper.keep(socket.socket(fileno=control), socket.socket(fileno=endpoint), output, folder, confinement)
            status = 0
        finally:
            try:
                if folder is not None:
                    remove_folder(folder)
            finally:
                os._exit(status)
    for number in descriptors:
        os.close(number)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    main(int(sys.argv[1]), Unconfined(), _NUMPY)
