"""Copies as many pieces of memory as the number on each line it is sent, and answers with the seconds of wall and CPU it took.

Run as a program by `lockstep.machine.capacity`, in the place of its countdown, for programs that wait for memory: what
is copied is larger than caches are (McCalpin, Memory bandwidth and machine balance, 1995).
"""

import contextlib
import sys
import time

PIECE, PIECES = 1 << 14, 1 << 12  # 64 MB in all


def answer() -> None:
    source, target = memoryview(bytearray(PIECE * PIECES)), memoryview(bytearray(PIECE * PIECES))
    places = [slice(PIECE * piece, PIECE * (piece + 1)) for piece in range(PIECES)]
    for place in places:  # every page is there before a clock runs
        source[place] = target[place] = b"x" * PIECE
    for line in iter(sys.stdin.readline, ""):
        wall, cpu = time.perf_counter(), time.process_time()
        for step in range(int(line)):
            place = places[step % PIECES]
            target[place] = source[place]
        sys.stdout.write(f"{time.perf_counter() - wall} {time.process_time() - cpu}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        answer()
