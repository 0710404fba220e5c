"""Seconds from running a check cell in a kernel to its verdict: a passing check, a whole exercise, a deadlock.

Run as `python -m benchmarks.checks`. Aims: 0.3 s median for a passing check; for one that deadlocks, its limit plus at
most 1.5 s.
"""

import statistics
import time

from jupyter_client.manager import start_new_kernel

from autograder.authoring.catalogue import read_exercises

REPETITIONS = 15
LIMIT = 2.0

PROGRAM = """
from multiprocessing import Lock
def double(n):
    return 2 * n
def deadlock():
    lock = Lock()
    lock.acquire()
    lock.acquire()
"""


def check_cell(body: str, limit: float) -> str:
    return (
        "from lockstep import check\n"
        f"@check('it holds', limit={limit})\ndef _(student):\n    {body}\n"
        "check.run('exercise')"
    )


def seconds(client, cell: str, repetitions: int) -> list[float]:
    taken = []
    for _ in range(repetitions):
        began = time.perf_counter()
        client.execute_interactive(cell, timeout=60, output_hook=lambda message: None)
        taken.append(time.perf_counter() - began)
    return taken


def main() -> None:
    manager, client = start_new_kernel(kernel_name="python3")
    exercise = read_exercises()["run_all"]
    try:
        for cell in ("%load_ext lockstep", PROGRAM, exercise.solution):
            client.execute_interactive(cell, timeout=60, output_hook=lambda message: None)
        rows = [
            ("the first check of a notebook", seconds(client, check_cell("assert student.double(2) == 4", 10), 1)),
            ("a passing check", seconds(client, check_cell("assert student.double(2) == 4", 10), REPETITIONS)),
            ("run_all, 4 checks with processes", seconds(client, exercise.visible_checks, REPETITIONS)),
            (f"a deadlock, limit {LIMIT:g} s", seconds(client, check_cell("student.deadlock()", LIMIT), 5)),
        ]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    print(f"{'seconds from run to verdict':36} {'median':>8} {'lowest':>8} {'highest':>8} {'runs':>5}")
    for name, taken in rows:
        print(f"{name:36} {statistics.median(taken):8.3f} {min(taken):8.3f} {max(taken):8.3f} {len(taken):5}")
    over = statistics.median(rows[3][1]) - LIMIT
    print(f"\na passing check: {statistics.median(rows[1][1]):.3f} s median (aim 0.3)")
    print(f"a deadlock: its limit plus {over:.2f} s (aim: at most 1.5)")


if __name__ == "__main__":
    main()
