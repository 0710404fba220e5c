"""What makes every process of a learner's program recognisable: names of what it shares, a file for its stacks.

A process that the program spawns calls `join_program` while it loads the learner's module; forked ones inherit it all.
"""

import contextlib
import faulthandler
import multiprocessing
import os
from multiprocessing import shared_memory

_FOLDER = "LOCKSTEP_FOLDER"  # environment variable: the folder of the program that this process belongs to


def semaphore_prefix(folder: str) -> str:
    """What the names of all semaphores of a learner's processes begin with; `folder` is the learner's own."""
    return os.path.basename(folder)


def segment_prefix(folder: str) -> str:
    """The same for segments that the program gave no name; short, since macOS allows a name few characters."""
    return os.path.basename(folder)[-6:].replace("_", "-") + "_"


def stacks_file(folder: str) -> str:
    """Where each process of the program writes its stacks when it is aborted."""
    return os.path.join(folder, ".stacks")


def begin_program(folder: str) -> None:
    """Makes this process the first of the program whose own folder is `folder`."""
    os.environ[_FOLDER] = folder
    join_program()


def join_program() -> None:
    """Makes this process, and those that it forks, part of the program that the environment names, if it names one."""
    folder = os.environ.get(_FOLDER)
    if folder is None:
        return
    multiprocessing.current_process()._config["semprefix"] = f"/{semaphore_prefix(folder)}"  # type: ignore[attr-defined]
    shared_memory._SHM_NAME_PREFIX = f"/{segment_prefix(folder)}"  # type: ignore[attr-defined]
    with contextlib.suppress(OSError):
        # Kept open for as long as the process lives: a signal handler cannot open files.
        descriptor = os.open(stacks_file(folder), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        faulthandler.enable(descriptor, all_threads=True)
