"""Ends every process that a kernel started once the kernel itself has ended, however it ended.

Run as `python guardian.py`, a child of the kernel in a session of its own. It imports almost nothing, so that it
costs a notebook some 6 MB.
"""

import os
import signal
import sys
import time

POLL = 0.5  # seconds between looks at whether the kernel is still there
GRACE = 2.0  # seconds that children get between SIGTERM and SIGKILL; resource trackers clean up in them


def main(kernel: int) -> None:
    while os.getppid() == kernel:
        time.sleep(POLL)
    end_group(kernel)


def end_group(group: int) -> None:
    """Ends the process group `group`, gently first."""
    deadline = time.monotonic() + GRACE
    try:
        _signal(group, signal.SIGTERM)
        while time.monotonic() < deadline:
            time.sleep(0.05)
            _signal(group, 0)
        _signal(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _signal(group: int, number: int) -> None:
    """Raises ProcessLookupError if nobody is left in the group, or its number has become another program's.

    Its leader, the kernel, has ended: where a process of that number lives again, it is somebody else's.
    """
    try:
        with open(f"/proc/{group}/stat") as file:
            state = file.read().rpartition(")")[2].split()[0]
    except OSError:  # gone; or this is not Linux, and it cannot be told
        state = "X"
    if state not in "ZX":
        raise ProcessLookupError
    os.killpg(group, number)


if __name__ == "__main__":
    main(int(sys.argv[1]))
