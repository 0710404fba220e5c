"""`nbgrader autograde` with our grading beside the stock `Execute`, on the same submissions, in turn.

Run as `python -m benchmarks.grading`. Every submission is right, so that both do all of their work. Three rows: the
stock step, ours with an empty journal, and ours after `python -m autograder grade` has filled it. Seconds are of the
whole command, its children included.
"""

import contextlib
import ctypes
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat

from autograder.authoring.build import read_lessons
from autograder.authoring.catalogue import ROOT
from autograder.authoring.lesson import Lesson
from autograder.demo.answers import ANSWERS
from autograder.demo.course import answered
from autograder.nbgrader.registering import register
from benchmarks import options

STOCK = """c = get_config()
c.CourseDirectory.course_id = "lockstep"
c.CourseDirectory.release_directory = "notebooks"
"""


def main() -> None:
    parser = options("grading", __doc__)
    parser.add_argument("--submissions", type=int, default=5)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--unit", default="01-processes")
    arguments = parser.parse_args()
    if arguments.tiny:
        arguments.submissions = arguments.repetitions = 1
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    adopt_orphans()
    lesson = next(one for one in read_lessons() if one.name == arguments.unit)
    rows: dict[str, list[tuple[float, float]]] = {"stock Execute": [], "ours": [], "ours, from the journal": []}
    with tempfile.TemporaryDirectory(prefix="lockstep-benchmark-") as folder:
        course = Path(folder) / "course"
        make(course, lesson, arguments.submissions)
        for _ in range(arguments.repetitions):
            rows["stock Execute"].append(timed(course, arguments.unit, lambda: use(course, STOCK)))
            rows["ours"].append(timed(course, arguments.unit, lambda: fresh(course)))
            rows["ours, from the journal"].append(timed(course, arguments.unit, lambda: use(course, ours())))
    what = f"{arguments.submissions} submissions of {arguments.unit} ({len(lesson.exercises)} exercises)"
    print(f"{what}, load {os.getloadavg()[0]:.1f}")
    print(f"median of {arguments.repetitions}, per submission:")
    walls = {name: statistics.median(wall for wall, _ in times) for name, times in rows.items()}
    shares = {name: wall / walls["stock Execute"] for name, wall in walls.items()}
    for name, times in rows.items():
        wall, cpu = (
            walls[name] / arguments.submissions,
            statistics.median(cpu for _, cpu in times) / arguments.submissions,
        )
        print(f"  {name:24s} {wall:7.2f} s wall  {cpu:7.2f} s CPU  {shares[name]:5.2f} of the stock's wall")
    journal = shares["ours, from the journal"]
    print(
        f"\nin short: ours takes {shares['ours']:.2f} of the stock's time, and {journal:.2f} when the journal is filled"
    )


def make(course: Path, lesson: Lesson, number: int) -> None:
    for part in ("source", "notebooks"):
        shutil.copytree(ROOT / part / lesson.name, course / part / lesson.name)
    use(course, ours())
    register(course, lesson.name)
    released = nbformat.read(course / "notebooks" / lesson.name / f"{lesson.name}.ipynb", as_version=4)
    for index in range(number):
        notebook = answered(released, lesson, ANSWERS["right"])
        # Each its own program: equal ones would be judged once.
        notebook.cells[-2].source += f"\n# {index}"
        path = course / "submitted" / f"student{index}" / lesson.name / f"{lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def ours() -> str:
    return (ROOT / "nbgrader_config.py").read_text()


def use(course: Path, config: str) -> None:
    (course / "nbgrader_config.py").write_text(config)


def fresh(course: Path) -> None:
    use(course, ours())
    (course / "journal.sqlite").unlink(missing_ok=True)


def timed(course: Path, unit: str, prepare: Callable[[], None]) -> tuple[float, float]:
    """(wall, CPU) seconds of one `nbgrader autograde` of all submissions."""
    prepare()
    shutil.rmtree(course / "autograded", ignore_errors=True)
    command = [sys.executable, "-m", "nbgrader", "autograde", unit, "--log-level=ERROR"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(command, cwd=course, check=True, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    wall = time.perf_counter() - began
    collect_orphans()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def adopt_orphans() -> None:
    """Makes this process the parent of what the command leaves, so that its CPU seconds are counted, too."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def collect_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


if __name__ == "__main__":
    main()
