"""A warm process that forks one keeper for every learner's process: what takes long to import is imported once.

Run as `python -m lockstep.checking.zygote FD`, where FD is a UNIX socket. A request is one frame, with three
descriptors sent beside it: the control socket, the learner's socket, the end of the output pipe.
"""

import contextlib
import os
import shutil
import socket
import sys
import tempfile

from lockstep.checking import calls, keeper

_WARM = ("numpy", "multiprocessing.pool", "multiprocessing.shared_memory", "concurrent.futures.process")


def main(descriptor: int) -> None:
    _warm_up()
    requests = socket.socket(fileno=descriptor)
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(requests, 1, 3)
        except InterruptedError:
            continue
        if not message:
            return
        _fork_keeper(requests, descriptors)
        _reap()


def _warm_up() -> None:
    for name in (*_WARM, calls.__name__):
        with contextlib.suppress(ImportError):
            __import__(name)


def _fork_keeper(requests: socket.socket, descriptors: list[int]) -> None:
    control, endpoint, output = descriptors
    if os.fork() == 0:
        folder = tempfile.mkdtemp(prefix="lockstep-")
        status = 1
        try:
            requests.close()
            keeper.keep(socket.socket(fileno=control), socket.socket(fileno=endpoint), output, folder, _confine)
            status = 0
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(status)
    for number in descriptors:
        os.close(number)


def _confine() -> None:
    """In a notebook a learner's process is as free as the learner."""


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    main(int(sys.argv[1]))
