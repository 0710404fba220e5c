"""Seconds from running a check cell in a kernel to its verdict: a passing check, a whole exercise, a deadlock.

Run as `python -m benchmarks.checks`.
"""

import statistics
import time

from jupyter_client.manager import start_new_kernel

from autograder.authoring.catalogue import read_exercises
from benchmarks import options

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
    tiny = options("checks", __doc__).parse_args().tiny
    repetitions, deadlocks, limit = (1, 1, 0.2) if tiny else (15, 5, 2.0)
    manager, client = start_new_kernel(kernel_name="python3")
    exercise = read_exercises()["run_all"]
    try:
        for cell in ("%load_ext lockstep", PROGRAM, exercise.solution):
            client.execute_interactive(cell, timeout=60, output_hook=lambda message: None)
        rows = [
            ("the first check of a notebook", seconds(client, check_cell("assert student.double(2) == 4", 10), 1)),
            ("a passing check", seconds(client, check_cell("assert student.double(2) == 4", 10), repetitions)),
            ("run_all, 4 checks with processes", seconds(client, exercise.visible_checks, repetitions)),
            (f"a deadlock, limit {limit:g} s", seconds(client, check_cell("student.deadlock()", limit), deadlocks)),
        ]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    print(f"{'seconds from run to verdict':36} {'median':>8} {'lowest':>8} {'highest':>8} {'runs':>5}")
    for name, taken in rows:
        print(f"{name:36} {statistics.median(taken):8.3f} {min(taken):8.3f} {max(taken):8.3f} {len(taken):5}")
    over = statistics.median(rows[3][1]) - limit
    print(
        f"\nin short: a passing check {statistics.median(rows[1][1]):.3f} s in the median (aim: 0.3), "
        f"a deadlock its limit plus {over:.2f} s (aim: at most 1.5)"
    )


if __name__ == "__main__":
    main()
