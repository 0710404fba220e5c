"""Counts down from the number on each line it is sent, and answers with the seconds of wall and CPU it took.

Run as a program by `lockstep.machine.capacity`: nothing here may need more than the interpreter itself, so that
it starts in milliseconds, touches no memory outside the first cache, and ends when its parent closes the
pipe.
"""

import contextlib
import sys
import time


def answer() -> None:
    for line in iter(sys.stdin.readline, ""):
        left = int(line)
        wall, cpu = time.perf_counter(), time.process_time()
        while left:
            left -= 1
        sys.stdout.write(f"{time.perf_counter() - wall} {time.process_time() - cpu}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        answer()
