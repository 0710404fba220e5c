"""What a function on the stack stands for: the learner's own code, a library's, or a pool's or an executor's at work."""

from __future__ import annotations

import os
import sysconfig
import threading
from pathlib import Path
from types import CodeType

RESULT = "a result"
ENDINGS = ("Executor.shutdown", "Pool.terminate")
WORKERS = ("Pool: ", "Executor: ")

_OWN = str(Path(__file__).resolve().parents[1]) + os.sep
_LIBRARIES = tuple(
    {sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {str(Path(threading.__file__).resolve().parent) + os.sep}
)
_POOL = os.path.join("multiprocessing", "pool.py")
_FUTURES = os.path.join("concurrent", "futures", "")
_GIVE_RESULTS = {"wait", "result", "result_iterator", "as_completed", "next"}


def is_learners(file: str) -> bool:
    """Whether a source file is neither Python's, nor an installed library's, nor Lockstep's."""
    return not file.startswith(("<frozen", _OWN, *_LIBRARIES))


def role_of(code: CodeType) -> str | None:
    """ "" for a learner's code, None for a library's, else what it stands for."""
    file, name = code.co_filename, code.co_name
    if is_learners(file):
        return ""
    if name in _GIVE_RESULTS and file.endswith((_POOL, f"{_FUTURES}_base.py")):
        return RESULT
    if name == "shutdown" and file.endswith((f"{_FUTURES}process.py", f"{_FUTURES}thread.py")):
        return ENDINGS[0]
    if name == "_terminate_pool" and file.endswith(_POOL):  # also called by the garbage collector
        return ENDINGS[1]
    if name == "worker" and file.endswith(_POOL):
        return WORKERS[0]
    if name == "_process_worker":
        return WORKERS[1]
    return None
