"""Learners' processes started one by one: the launcher where fork does not exist (Windows).

The next process is started while this one works, so that a check seldom waits for an interpreter to start.
"""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from typing import Any

import psutil

from lockstep.machine.ancestry import descendants_of
from lockstep.student.inside import segments
from lockstep.student.inside.belonging import notes_file
from lockstep.student.inside.keeper import cpu_seconds
from lockstep.student.inside.removal import remove_folder
from lockstep.student.inside.serving import become_student, serve
from lockstep.student.process import StudentProcess
from lockstep.student.sockets import FrameSocket


class OneByOneLauncher:
    """Starts `python -m lockstep.student.launcher_one_by_one` per process; both talk over loopback, after a shared secret."""

    def __init__(self) -> None:
        self._ready: StudentProcess | None = None

    def warm_up(self) -> None:
        if self._ready is None:
            self._ready = _start()

    def start(self) -> StudentProcess:
        """Raises OSError if an interpreter cannot be started."""
        self.warm_up()
        process, self._ready = self._ready, _start()
        assert process is not None
        return process

    def close(self) -> None:
        if self._ready is not None:
            self._ready.stop()
            self._ready = None


def _start() -> StudentProcess:
    secret = secrets.token_hex(16)
    folder = tempfile.mkdtemp(prefix="lockstep-")
    output, their_output = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        port = server.getsockname()[1]
        popen = subprocess.Popen(
            [sys.executable, "-m", "lockstep.student.launcher_one_by_one", str(port), folder],
            stdin=subprocess.PIPE,
            stdout=their_output,
            stderr=their_output,
            env=os.environ | {"PYTHONHASHSEED": "0"},
        )
        os.close(their_output)
        assert popen.stdin is not None
        with popen.stdin:
            popen.stdin.write(secret.encode())
        endpoint, _ = server.accept()
        endpoint.settimeout(30)
        if endpoint.recv(32, socket.MSG_WAITALL).decode() != secret:
            raise OSError("another program connected in the place of the learner's process")
        endpoint.settimeout(None)
    control, keepers = socket.socketpair()
    threading.Thread(target=_keep, args=(FrameSocket(keepers), popen, folder), daemon=True).start()
    return StudentProcess(control, endpoint, output)


def _keep(frames: FrameSocket, popen: "subprocess.Popen[bytes]", folder: str) -> None:
    """Answers as a keeper does, from a thread of the checker: there is no process above the learner's to do it."""
    threading.Thread(target=_tell_end, args=(frames, popen), daemon=True).start()
    try:
        while True:
            request = frames.receive()
            frames.send(_answer(request, popen, folder))
            if request == {"do": "stop"}:
                return
    except (EOFError, OSError):
        _kill(_tree(popen))
    finally:
        remove_folder(folder)


def _answer(request: Any, popen: "subprocess.Popen[bytes]", folder: str) -> dict[str, Any]:
    tree, notes = _tree(popen), notes_file(folder)
    match request:
        case {"do": "survey", "children": _}:
            others = [(process.pid, "running") for process in tree if process.pid != popen.pid]
            return {"processes": others, "segments": segments.left_behind(notes)}
        case {"do": "cpu"}:
            return {"cpu": cpu_seconds(popen.pid)}
    _kill(tree)
    if request == {"do": "stacks"}:
        return {"stacks": []}
    segments.remove_left_behind(notes)
    status = popen.wait()
    remove_folder(folder)
    return {"stopped": status}


def _tree(popen: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    try:
        process = psutil.Process(popen.pid)
        return [process, *descendants_of(process)]
    except psutil.NoSuchProcess:
        return []


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.Error:
            continue
    psutil.wait_procs(processes, timeout=5)


def _tell_end(frames: FrameSocket, popen: "subprocess.Popen[bytes]") -> None:
    status = popen.wait()
    try:
        frames.send({"ended": status})
    except OSError:
        return


def main(port: int, folder: str) -> None:
    secret = sys.stdin.buffer.read(32)
    endpoint = socket.create_connection(("127.0.0.1", port))
    endpoint.sendall(secret)
    become_student(folder, os.dup(1))
    serve(endpoint, folder)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
