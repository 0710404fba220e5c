"""The service of `mpiexec` in the learner's process: starts the ranks, sees to their end, and says what became of them."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from lockstep.mpi.inside.papers import STACK_SIGNAL, Papers
from lockstep.student.inside.serving import Programs, ServiceConnection

STARTING = 30.0  # seconds in which ranks have surely loaded the program
_PATIENCE = 5.0  # seconds for ranks that are asked where they are, or to end
_MOST_SAID = 2_000  # bytes of what mpiexec itself says


def serve(connection: ServiceConnection, programs: Programs) -> None:
    """Requests: {"function", "arguments", "keywords", "ranks", "limit"}."""
    programs.write()
    while True:
        try:
            request = connection.receive()
        except EOFError:
            return
        connection.send(_run(request, programs.folder))


def launcher() -> str | None:
    """The `mpiexec` beside this Python, or else the first on the path."""
    beside = str(Path(sys.executable).parent)
    return shutil.which("mpiexec", path=beside) or shutil.which("mpiexec")


def _run(request: dict[str, Any], folder: str) -> dict[str, Any]:
    """The reply: "lines" that were printed, and "values", "raised" (with its "rank"), "refused", "missing", "waiting" or "died"."""
    command = launcher()
    if command is None or importlib.util.find_spec("mpi4py") is None:
        return {"lines": [], "absent": "MPI"}
    with tempfile.TemporaryDirectory(dir=folder, prefix="ranks-", ignore_cleanup_errors=True) as own:
        papers = Papers(own)
        papers.ask(request)
        ranks: int = request["ranks"]
        with open(papers.folder / "said", "wb") as said:
            process = subprocess.Popen(
                [command, "-n", str(ranks), sys.executable, "-m", "lockstep.mpi.inside.rank", own],
                cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip
            waiting = None
            try:
                _wait_until_loaded(process, papers, ranks)
                process.wait(request["limit"])
            except subprocess.TimeoutExpired:
                waiting = _where(papers, ranks)
            finally:
                _end(process)
                papers.remove_segments(ranks)
        reply: dict[str, Any] = {"lines": papers.lines()}
        if waiting is not None:
            return {**reply, "waiting": waiting}
        with open(papers.folder / "said", "rb") as said_:
            text = said_.read(_MOST_SAID).decode("utf-8", "replace")
        return {**reply, **_ended(papers, ranks, process.returncode, text)}


def _wait_until_loaded(process: subprocess.Popen[bytes], papers: Papers, ranks: int) -> None:
    """Until all ranks have loaded the program, as far as they do: the limit is for what they do then."""
    until = time.monotonic() + STARTING
    while time.monotonic() < until and process.poll() is None and not papers.all_loaded(ranks):
        time.sleep(0.02)


def _environment() -> dict[str, str]:
    """The ranks' environment: they are MPI's, which this process must not become by importing what uses MPI.

    UCX, below MPICH, would use System V's shared memory, which a sandbox does not give and which outlives a rank that is killed.
    """
    left_out = ("MPI4PY_RC_INITIALIZE",)
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {**{name: value for name, value in os.environ.items() if name not in left_out}, "PYTHONPATH": path,
            "HYDRA_LAUNCHER": "fork", "UCX_TLS": "posix,self"}  # fmt: skip


def _ended(papers: Papers, ranks: int, code: int, said: str) -> dict[str, Any]:
    answers = [papers.answer(rank) for rank in range(ranks)]
    for kind in ("missing", "raised", "refused"):
        for rank, answer in enumerate(answers):
            if answer is not None and kind in answer:
                return {kind: answer[kind], "rank": rank}
    if any(answer is None or "value" not in answer for answer in answers):
        return {"died": code, "said": said}
    return {"values": [answer["value"] for answer in answers if answer is not None]}


def _where(papers: Papers, ranks: int) -> list[dict[str, Any]]:
    """Of each rank: "ended", "unborn", or its stack as faulthandler writes it."""
    asked = {}
    below = {process.pid for process in psutil.Process().children(recursive=True)}
    for rank in range(ranks):
        process = papers.process(rank)
        if papers.answer(rank) is None and process in below and STACK_SIGNAL is not None:
            with contextlib.suppress(OSError):
                os.kill(process, STACK_SIGNAL)
                asked[rank] = process
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and not all(_is_whole(_written(papers, rank)) for rank in asked):
        time.sleep(0.02)
    return [
        {"state": "ended" if papers.answer(rank) is not None else "unborn" if rank not in asked else "", "pid": asked.get(rank, 0),
         "stack": _written(papers, rank)}
        for rank in range(ranks)
    ]  # fmt: skip


def _is_whole(stack: str) -> bool:
    """Is it written to its end: the outermost function of a rank, or what stands for the rest of a hundred?"""
    return stack.rstrip().endswith(("in _run_module_as_main", "..."))


def _written(papers: Papers, rank: int) -> str:
    try:
        with open(papers.stack(rank), encoding="utf-8", errors="replace") as file:
            return file.read(50_000)
    except OSError:
        return ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends mpiexec and all that it started."""
    below = []
    with contextlib.suppress(psutil.Error):
        below = psutil.Process(process.pid).children(recursive=True)
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
    for each in below:
        with contextlib.suppress(psutil.Error):
            each.kill()
    if process.poll() is None:
        process.kill()
        process.wait()
    psutil.wait_procs(below, _PATIENCE)
