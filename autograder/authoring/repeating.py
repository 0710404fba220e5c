"""How often right answers pass while other programs keep the processor busy: a check must not refuse one for that."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.authoring.exercise import Answer, Exercise
from autograder.grading.grader import open_sandbox
from autograder.grading.judging import judge, read_check_cell
from autograder.grading.work import NotGraded
from lockstep.checks.report import failure_text
from lockstep.program.source import ModuleSource
from lockstep.student.launcher import local_launcher
from lockstep.student.process import Launcher

# Ends with whoever started it, whatever becomes of that one.
_BUSY = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    sum(range(100_000))"


@dataclass(frozen=True)
class Repeated:
    """An answer that was judged `times` times; why it was refused, once for each time that it was."""

    answer: Answer
    times: int
    refusals: tuple[str, ...]
    slowest: float  # seconds of the slowest check

    @property
    def told(self) -> str:
        passed = self.times - len(self.refusals)
        return f"{self.answer.name}: {passed} of {self.times}, the slowest check took {self.slowest:.1f} s"


def right_answers(exercise: Exercise) -> list[Answer]:
    return [Answer("the reference", exercise.solution), *exercise.also_right]


def repeated(exercise: Exercise, answer: Answer, times: int, launchers: Sequence[Launcher]) -> Repeated:
    """Judges a right answer `times` times by all checks with their own limits, by each of the launchers in turn."""
    cell = read_check_cell(exercise.checks)
    program, reference = ModuleSource.of_text(answer.code, "answer"), ModuleSource.of_text(exercise.solution, "ref")
    refusals, slowest = [], 0.0
    for number in range(times):
        report = judge(cell, program, launchers[number % len(launchers)], reference=reference)
        slowest = max(slowest, *(result.seconds for result in report.results))
        failed = [result for result in report.results if not result.passed]
        if failed:
            refusals.append("\n".join(f"“{result.sentence}”: {failure_text(result)}" for result in failed))
    return Repeated(answer, times, tuple(refusals), slowest)


@contextlib.contextmanager
def launchers() -> Iterator[list[Launcher]]:
    """As in a notebook, and as a grader has it where there is a sandbox."""
    found: list[Launcher] = [local_launcher()]
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(NotGraded):
            found.append(stack.enter_context(contextlib.closing(open_sandbox())))
        yield found


@contextlib.contextmanager
def busy_cores(programs: int | None = None) -> Iterator[None]:
    """Within it so many programs do nothing but reckon; two for each core if no number is given."""
    number = 2 * (os.cpu_count() or 1) if programs is None else programs
    running = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(number)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()
