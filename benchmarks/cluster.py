"""A class graded on 1, 2 and 4 workers of a Dask cluster on this machine, where every check waits: whole commands.

Run as `python -m benchmarks.cluster`. A worker judges one check at a time; the checks wait one second each, so that workers
share the time and not the CPUs. All scores are known, and are looked at.
"""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from distributed import LocalCluster

from benchmarks import options
from benchmarks.grading import environment, grade, scores
from benchmarks.programs import classes

WORKERS = (1, 2, 4)
CHECKS = 4  # of each submission


def main() -> None:
    parser = options("cluster", __doc__)
    parser.add_argument("--submissions", type=int, default=24)
    chosen = parser.parse_args()
    number, waits = (2, 0.2) if chosen.tiny else (chosen.submissions, 1.0)
    walls, wrong = {}, 0
    with tempfile.TemporaryDirectory(prefix="lockstep-benchmark-") as folder:
        for workers in WORKERS:
            course = Path(folder, f"{workers}-workers")
            points = classes.made(course, number, CHECKS, waits)
            walls[workers] = graded(course, workers)
            found = scores(course)
            wrong += sum(found.get(student) != right for student, right in points.items())
    waited = number * CHECKS * waits
    print(f"{number} submissions of {CHECKS} checks that wait {waited:.0f} s in all, load {os.getloadavg()[0]:.1f}")
    for workers, wall in walls.items():
        print(f"  {workers} workers  {wall:6.1f} s  {walls[1] / wall:5.2f} times as fast as one")
    told = ", ".join(f"{walls[1] / walls[workers]:.2f} with {workers}" for workers in WORKERS[1:])
    print(f"\nin short: times as fast as one worker: {told}; {wrong} scores lost or mixed up")


def graded(course: Path, workers: int) -> float:
    """Seconds of the command, whose cluster is there before."""
    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster:
        began = time.perf_counter()
        command = [*grade(course), "--scheduler", cluster.scheduler_address]
        subprocess.run(command, env=environment(), check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
