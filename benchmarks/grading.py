"""A class from nothing to feedback: stock nbgrader beside `autograder grade`, on the same submissions, in turn.

Run as `python -m benchmarks.grading`. A third of the submissions is right, a third wrong, and in a third the first
exercise hangs. Stock nbgrader is `nbgrader autograde` with its own Execute, then `nbgrader generate_feedback`; it takes
one submission after the other, so --stock of them are enough to know its pace. Seconds are of whole commands with all
their children. Then where they go: what a right submission's checks take, one after the other, and how much of that
is a sandboxed process for each that does nothing at all, below which no check can come.

With --large: 300 submissions of 20 checks each, whose scores are all known: none may be lost, none mixed up, and the
grader's memory may not grow with the class. With --kills 30: classes of 40 submissions of 10 checks, whose grader is killed
(SIGKILL) at random moments, so many times in all, before it may finish; scores and pages must be those of an undisturbed run.
"""

import contextlib
import ctypes
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
from nbgrader.api import Gradebook

from autograder.authoring.build import read_lessons
from autograder.authoring.catalogue import ROOT
from autograder.authoring.lesson import Lesson
from autograder.grading.grader import Grader, checks_in, open_sandbox
from autograder.grading.work import Settings
from autograder.nbgrader.handed_in import what_is_submitted
from autograder.nbgrader.registering import course_config, register
from benchmarks import options
from benchmarks.programs import classes

STOCK = """c = get_config()
c.CourseDirectory.course_id = "lockstep"
c.CourseDirectory.release_directory = "notebooks"
"""


@dataclass(frozen=True)
class Cost:
    """Seconds of a number of submissions, from nothing to feedback."""

    submissions: int
    wall: float
    cpu: float

    @property
    def a_minute(self) -> float:
        return 60 * self.submissions / self.wall

    @property
    def cpu_each(self) -> float:
        return self.cpu / self.submissions


def main() -> None:
    parser = options("grading", __doc__)
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--stock", type=int, default=6, help="of which so many are also graded by stock nbgrader")
    parser.add_argument("--unit", default="01-processes")
    parser.add_argument("--jobs", type=int, help="as `autograder grade --jobs`")
    parser.add_argument("--large", action="store_true", help="300 submissions of 20 checks in the place of that")
    parser.add_argument("--kills", type=int, default=0, help="kill the grader so many times in the place of that")
    arguments = parser.parse_args()
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="lockstep-benchmark-") as folder:
        if arguments.large:
            large(Path(folder), 12 if arguments.tiny else 300, 20)
        elif arguments.kills:
            killed(Path(folder), *((4, 3) if arguments.tiny else (40, 10)), arguments.kills)
        else:
            if arguments.tiny:
                arguments.submissions = arguments.stock = 1
            compared(Path(folder), arguments)


def compared(folder: Path, arguments: object) -> None:
    """Prints the table of stock nbgrader and ours."""
    unit, number, few, jobs = (getattr(arguments, name) for name in ("unit", "submissions", "stock", "jobs"))
    lesson = next(one for one in read_lessons() if one.name == unit)
    ours, again = of_ours(folder / "ours", lesson, number, jobs)
    stock = of_stock(folder / "stock", lesson, min(few, number))
    print(f"{unit} ({len(lesson.exercises)} exercises), from nothing to feedback, load {os.getloadavg()[0]:.1f}")
    rows = {"stock nbgrader": stock, "autograder grade": ours, "the same again": again}
    for name, cost in rows.items():
        print(
            f"  {name:18s} {cost.submissions:4d} submissions  {cost.wall:7.1f} s wall  {cost.cpu:7.1f} s CPU"
            f"  {cost.a_minute:7.1f} a minute  {cost.cpu_each:6.2f} s CPU each"
        )
    print(f"\n{where_it_goes(folder, lesson)}")
    faster, less = ours.a_minute / stock.a_minute, stock.cpu_each / ours.cpu_each
    print(f"\nin short: {faster:.1f} times stock's submissions a minute, {less:.1f} times fewer CPU seconds")


def where_it_goes(folder: Path, lesson: Lesson) -> str:
    """CPU seconds of judging one right submission, in words."""
    course = folder / "one"
    classes.of_the_course(course, lesson, 1)
    works = [work for _, work in what_is_submitted(course, [lesson.name], print).tasks]
    number = sum(map(checks_in, works))

    def judge() -> None:
        with closing(Grader(Settings(course / "journal.sqlite"))) as grader:
            for work in works:
                grader.grade(work)

    def do_nothing() -> None:
        with closing(open_sandbox()) as sandbox:
            for _ in range(number):
                sandbox.start().stop()

    judged, empty = spent(judge), spent(do_nothing)
    return (
        f"a right submission: {number} checks take {judged:.2f} s CPU, {1_000 * judged / number:.0f} ms each, "
        f"of which {1_000 * empty / number:.0f} ms are a sandboxed process that does nothing"
    )


def of_ours(course: Path, lesson: Lesson, number: int, jobs: int | None) -> tuple[Cost, Cost]:
    """The cost of `autograder grade`, and of the same command once more."""
    classes.of_the_course(course, lesson, number)
    command = [sys.executable, "-m", "autograder", "grade", lesson.name]
    if jobs is not None:
        command += ["--jobs", str(jobs)]
    return timed(course, number, [command]), timed(course, number, [command])


def of_stock(course: Path, lesson: Lesson, number: int) -> Cost:
    classes.of_the_course(course, lesson, number)
    register(course, lesson.name)
    (course / "nbgrader_config.py").write_text(STOCK)
    steps = ("autograde", "generate_feedback")
    commands = [[sys.executable, "-m", "nbgrader", step, lesson.name, "--log-level=ERROR"] for step in steps]
    return timed(course, number, commands)


def large(course: Path, number: int, checks: int) -> None:
    """Grades a class whose points are known, and looks at the memory of the grader meanwhile."""
    points = classes.made(course, number, checks)
    began = time.perf_counter()
    running = subprocess.Popen(grade(course), cwd=course, env=environment(), stdout=subprocess.DEVNULL)
    sizes = list(memory(running))
    wall = time.perf_counter() - began
    found = scores(course)
    wrong = {name: (found.get(name), right) for name, right in points.items() if found.get(name) != right}
    early = max(sizes[: max(1, len(sizes) // 3)])
    print(
        f"{number} submissions of {checks} checks: {wall:.0f} s, exit code {running.returncode}, load {os.getloadavg()[0]:.1f}"
    )
    print(f"the grader's own process: at most {early:.0f} MB in the first third, {max(sizes):.0f} MB in all")
    print(f"\nin short: {len(wrong)} of {number} scores lost or mixed up {wrong or ''}")


def memory(running: "subprocess.Popen[bytes]") -> Iterator[float]:
    """MB of a process, four times a second until it ends."""
    process = psutil.Process(running.pid)
    while running.poll() is None:
        with contextlib.suppress(psutil.Error):
            yield process.memory_info().rss / 1e6
        time.sleep(0.25)


def killed(folder: Path, number: int, checks: int, times: int) -> None:
    """Kills the grader again and again, in as many classes as that takes, and compares each with one that nobody disturbed."""
    undisturbed = folder / "undisturbed"
    classes.made(undisturbed, number, checks)
    began = time.perf_counter()
    subprocess.run(grade(undisturbed), env=environment(), check=True, stdout=subprocess.DEVNULL)
    whole = time.perf_counter() - began
    left, kills = 0, list[int]()  # the kills of each class
    same = True
    while sum(kills) < times:
        disturbed = folder / f"disturbed-{len(kills)}"
        classes.made(disturbed, number, checks)
        kills.append(0)
        while sum(kills) < times:
            running = subprocess.Popen(
                grade(disturbed), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(random.uniform(0, whole))
            if running.poll() is not None:
                break
            below = psutil.Process(running.pid).children(recursive=True)
            running.kill()
            running.wait()
            kills[-1] += 1
            left += len(psutil.wait_procs(below, timeout=3)[1])
        subprocess.run(grade(disturbed), env=environment(), check=True, stdout=subprocess.DEVNULL)
        same &= scores(undisturbed) == scores(disturbed) and pages(undisturbed) == pages(disturbed)
    print(f"{number} submissions of {checks} checks, {whole:.0f} s undisturbed, load {os.getloadavg()[0]:.1f}")
    print(f"killed in {len(kills)} classes: {', '.join(map(str, kills))} times; processes left after 3 s: {left}")
    print(f"\nin short: after {times} kills scores and pages are {'the same' if same else 'NOT the same'}")


def grade(course: Path) -> list[str]:
    return [sys.executable, "-m", "autograder", "grade", "--course", str(course)]


def environment() -> dict[str, str]:
    """For commands: everybody's modules are compiled once, as where they are installed, whatever this environment says."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(ROOT)}


def scores(course: Path) -> dict[str, float]:
    with Gradebook(course_config(course).CourseDirectory.db_url) as gradebook:
        return {one.student.id: one.score for one in gradebook.assignment_submissions(classes.MADE)}


def pages(course: Path) -> dict[str, bytes]:
    """What nbgrader has made of the class, without the seconds that checks took."""
    files = [path for part in ("autograded", "feedback") for path in (course / part).rglob("*") if path.is_file()]
    return {str(path.relative_to(course)): re.sub(rb"\d+\.\d+ s\b", b"", path.read_bytes()) for path in files}


def timed(course: Path, submissions: int, commands: list[list[str]]) -> Cost:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=course, check=True, capture_output=True, env=environment())
    wall = time.perf_counter() - began
    collect_orphans()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(submissions, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def spent(do: Callable[[], None]) -> float:
    """CPU seconds that this takes, here and in all processes that it starts and ends."""
    collect_orphans()
    before = os.times()
    do()
    collect_orphans()
    return sum(os.times()[:4]) - sum(before[:4])


def adopt_orphans() -> None:
    """Makes this process the parent of what the commands leave, so that its CPU seconds are counted, too."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def collect_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


if __name__ == "__main__":
    main()
