"""What makes every process of a learner's program part of it: notes of what it shares, a file for its stacks.

A process that the program spawns calls `join_program` before it is given its work; forked ones inherit it all.
"""

import contextlib
import faulthandler
import multiprocessing
import os
import sys

from lockstep.student.inside import segments

_FOLDER = "LOCKSTEP_FOLDER"  # environment variable: the folder of the program that this process belongs to
_LONGEST = 80  # bytes of the path of a folder that can hold sockets on every system
_MAIN = "from lockstep.student.inside.belonging import join_program\njoin_program()\n"


def stacks_file(folder: str) -> str:
    """Where each process of the program writes its stacks when it is aborted; `folder` is the learner's own."""
    return os.path.join(folder, ".stacks")


def notes_file(folder: str) -> str:
    """Where each process of the program notes the segments and semaphores that it makes."""
    return os.path.join(folder, ".made")


def begin_program(folder: str) -> None:
    """Makes this process the first of the program whose own folder is `folder`, and its main module what joins it."""
    os.environ[_FOLDER] = folder
    main = os.path.join(folder, ".main.py")
    with open(main, "w", encoding="utf-8") as file:
        file.write(_MAIN)
    # Whatever multiprocessing spawns loads the main module first.
    sys.modules["__main__"].__file__ = main
    if len(os.fsencode(folder)) <= _LONGEST:
        # Sockets of fork servers and managers: otherwise each has a folder beside this one, which nobody removes.
        multiprocessing.current_process()._config["tempdir"] = folder  # type: ignore[attr-defined]
    join_program()


def join_program() -> None:
    """Makes this process, and those that it forks, part of the program that the environment names, if it names one."""
    folder = os.environ.get(_FOLDER)
    if folder is None:
        return
    segments.note_into(notes_file(folder))
    with contextlib.suppress(OSError):
        # Kept open for as long as the process lives: a signal handler cannot open files.
        descriptor = os.open(stacks_file(folder), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        faulthandler.enable(descriptor, all_threads=True)
