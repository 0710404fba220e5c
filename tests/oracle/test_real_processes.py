"""What real processes do is among what `explore` lists: small fixed programs, each run several times.

Known differences, which these programs keep clear of:

| program does | the real module | `explore` |
|---|---|---|
| changes an object after `Queue.put(object)` | the feeder pickles later, and may see the change | pickled at once |
| fills a duplex pipe | holds 219,000 bytes in one message, but only 278 small ones | `pipe_capacity` bytes |
| `get_nowait` while another process is inside `get` | may be Empty although there is a message | is not |
| terminates a process inside a queue's operation | may corrupt the queue, or leave it locked | between operations |
| closes a socket with an unread message | the other end may get ConnectionResetError | EOFError |
| counts on ends of pipes under fork | children inherit every end: no EOFError | ends in the arguments, as under spawn |
| puts a lock into a `Queue` | the feeder prints the RuntimeError, `put` returns | `put` raises it |
| gives a child the only reference to a lock | it may be gone first: FileNotFoundError in the child | works |
| `recv()` of what `send_bytes` sent | UnpicklingError | says that it is not covered |
| uses a lock that is made at the top level | every process has another one | refuses it, and says why |
"""

from __future__ import annotations

import ast
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .comparison import exploration
from .engine import Program
from .real_programs import PRELUDE, PROGRAMS

DELAYS = [(0, 0), (0.08, 0), (0, 0.08), (0, 0), (0.01, 0.01)]
FEW = [
    "an unlocked increment", "check, then act", "two consumers", "a barrier", "tasks are joined", "poll", "exit codes",
    "there and back",
]  # fmt: skip
RUNS_OF_A_STUCK_PROGRAM = 3
PATIENCE = 4.0  # seconds, after which a program that may deadlock is taken to have done so

MAIN = """
if __name__ == "__main__":
    for arguments in {delays!r}:
        print("returned", ascii((main(*arguments),)), flush=True)
"""


def real_runs(path: Path, text: str, delays: list[tuple[float, float]], limit: float) -> tuple[list[object], bool, str]:
    """What main returned, run after run, in a process of its own, whether it ended in time, and all it said."""
    start = 'mp.set_start_method("forkserver" if "forkserver" in mp.get_all_start_methods() else "spawn", force=True)'
    path.write_text(text + MAIN.format(delays=delays).replace("    for", f"    {start}\n    for", 1), encoding="utf-8")
    child = subprocess.Popen(
        [sys.executable, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        out, _ = child.communicate(timeout=limit)
        ended = True
    except subprocess.TimeoutExpired:
        ended = False
    finally:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        child.kill()
    if not ended:
        out, _ = child.communicate()
    returned = [ast.literal_eval(line.partition(" ")[2]) for line in out.splitlines() if line.startswith("returned (")]
    return [value for (value,) in returned], ended, out


def undisturbed_runs(
    path: Path, text: str, delays: list[tuple[float, float]], limit: float
) -> tuple[list[object], bool, str]:
    """The same, again if a semaphore's name vanished: programs that tidy up after others on this machine remove it."""
    for _ in range(3):
        returned, ended, said = real_runs(path, text, delays, limit)
        if "_rebuild" not in said or "FileNotFoundError" not in said:
            break
    return returned, ended, said


def check(name: str, path: Path, delays: list[tuple[float, float]]) -> None:
    text = PRELUDE + PROGRAMS[name]
    found = exploration(Program(text, arguments=(0, 0)))
    listed = found.results.values_returned()
    if found.deadlocks:
        runs = [undisturbed_runs(path, text, [pair], PATIENCE) for pair in delays[:RUNS_OF_A_STUCK_PROGRAM]]
        returned = [value for values, _, _ in runs for value in values]
        said = ""
    else:
        returned, ended, said = undisturbed_runs(path, text, delays, 60.0)
        assert ended, f"{name}: real processes hang, and explore lists no deadlock"
        assert len(returned) == len(delays), f"{name}: {len(returned)} of {len(delays)} runs returned something"
    for value in returned:
        assert value in found.results, f"{name}: really {value!r}, which is not among {listed}\n{said[-2_000:]}"


@pytest.mark.skipif(sys.platform == "win32", reason="processes start too slowly there for the fast suite")
@pytest.mark.parametrize("name", FEW)
def test_real_processes_do_what_explore_lists(name, tmp_path):
    check(name, tmp_path / "program.py", DELAYS[:3])


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in PROGRAMS if name not in FEW])
def test_more_real_processes_do_what_explore_lists(name, tmp_path):
    check(name, tmp_path / "program.py", DELAYS)


def test_there_are_enough_programs_and_some_of_them_can_deadlock():
    assert len(PROGRAMS) >= 60
    stuck = [name for name in PROGRAMS if exploration(Program(PRELUDE + PROGRAMS[name], arguments=(0, 0))).deadlocks]
    assert len(stuck) >= 8, stuck
