"""`autograder grade`: a class from submissions to feedback, in parallel, and again only what is missing."""

import argparse
import os
import sys
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import BrokenExecutor, Future
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path

from autograder.gradebook.alone import alone
from autograder.gradebook.filing import Filed, file_in_worker, open_filing
from autograder.gradebook.progress import Progress
from autograder.gradebook.state import Results, Submission
from autograder.grading.journal import Journal
from autograder.grading.options import at_least_one, positive
from autograder.grading.pool import Workers, judging_pool
from autograder.grading.storage import CannotWrite, told
from autograder.grading.work import NotGraded, Settings
from autograder.nbgrader import logs
from autograder.nbgrader.classroom import Judges, LocalJudges, judged
from autograder.nbgrader.handed_in import PLACE, Outcome, Submitted, what_is_submitted
from autograder.nbgrader.plugin import JOURNAL
from autograder.nbgrader.registering import units_asked_for
from lockstep.machine.usable import usable_cpus
from lockstep.words import brief, counted, one_line

_TRIES = 3  # at entering a submission whose process is killed
_AGAIN = "Nothing that was graded is lost: run the same command again, and it goes on from here."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("units", nargs="*", help="names such as 01-processes; all that were submitted if none is given")
    parser.add_argument("--course", type=Path, default=Path.cwd(), help="the course directory (default: here)")
    parser.add_argument(
        "--jobs",
        type=at_least_one,
        help="how many checks at once (default: two for each CPU, and more while CPUs are idle)",
    )
    parser.add_argument(
        "--patience", type=positive, default=1.0, help="time limits of checks are multiplied by this (default: 1)"
    )
    parser.add_argument("--unsandboxed", action="store_true", help="grade although there is no sandbox")
    parser.add_argument(
        "--scheduler", help="judge on the workers of a Dask cluster, such as tcp://10.0.0.1:8786 (docs/cluster.md)"
    )
    parser.description = (
        "Runs the checks of every submission in sandboxes, then enters scores into nbgrader's gradebook and writes the "
        "notebooks of autograded/ and the pages of feedback/, as `nbgrader autograde` and `nbgrader generate_feedback` "
        "do. It may be interrupted at any moment and begins again where it was; what is new, handed in again or has "
        "another deadline is done, and nothing else. After grading by hand, `nbgrader generate_feedback --force` writes "
        "the pages anew."
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints a line for each submission and the sums; returns 1 if something is not graded, 130 if interrupted."""
    course = arguments.course.resolve()
    # nbgrader calls alembic by its name
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    settings = Settings(course / JOURNAL, arguments.unsandboxed, arguments.patience)
    try:
        names = units_asked_for(course, arguments.units)
        with alone(course):
            if (aside := Journal(settings.journal).set_aside_if_damaged()) is not None:
                print(f"The journal was damaged; it is now {aside.name}, and what it had is graded again.")
            with _judges(arguments, settings) as judges:
                print(judges.describe())
                return 0 if Grading(course, judges).grade(names) else 1
    except KeyboardInterrupt:
        print(f"Interrupted. {_AGAIN}")
        return 130
    except CannotWrite as error:
        print(f"Stopped: {error}\n{_AGAIN}")
    except NotGraded as error:
        print(f"Nothing is graded: {error}")
    except OSError as error:
        print(f"Stopped: {told(error) or error}\n{_AGAIN}")
    return 1


@contextmanager
def _judges(arguments: argparse.Namespace, settings: Settings) -> Iterator[Judges]:
    """Those that were asked for; they end with the context. Raises NotGraded."""
    if arguments.scheduler is None:
        with LocalJudges(settings, arguments.jobs) as local:
            yield local
        return
    try:
        cluster = import_module("autograder.gradebook.cluster")
    except ModuleNotFoundError as error:
        raise NotGraded(f"--scheduler needs {error.name}, which is not installed: `make environment`") from None
    with logs.silenced(), cluster.ClusterJudges(arguments.scheduler, settings) as judges:  # its import made them speak
        yield judges


class Grading:
    """One run over the submissions of a class."""

    def __init__(self, course: Path, judges: Judges) -> None:
        self._course = course
        self._judges = judges

    def grade(self, names: list[str]) -> bool:
        """Whether everything that was submitted is graded and in the gradebook. Raises CannotWrite."""
        with ExitStack() as stack:
            filing = stack.enter_context(_filing_workers(self._course, self._judges.settings))
            submitted = what_is_submitted(self._course, names, print)
            results = Results(self._course, self._judges.settings, submitted)
            progress = stack.enter_context(Progress(len(submitted.tasks), len(results.submissions)))
            for problem in submitted.problems:
                progress.say(_not_graded(problem))
            filed = list(self._filed(submitted, results, filing, progress))
        print(_sums(filed, results, submitted))
        return (
            len(results.filed) + sum(not one.problem for one in filed) == len(results.submissions)
            and not submitted.problems
        )

    def _filed(self, submitted: Submitted, results: Results, filing: Workers, progress: Progress) -> Iterator[Filed]:
        """Each submission's entry. It is entered as soon as its last exercise is judged, while others are being judged."""
        waiting: dict[Future[Filed], Submission] = {}
        for outcome in judged(submitted.tasks, self._judges):
            progress.judged()
            if outcome.graded is None:
                progress.say(_not_graded(outcome))
            whole = results.add(outcome)
            if whole is not None and not whole.not_graded:
                if results.is_filed(whole):
                    progress.filed()
                else:
                    waiting[_begun(filing, whole)] = whole
            for future in [one for one in waiting if one.done()]:
                yield self._taken(future, waiting.pop(future), filing, progress)
        for future, submission in waiting.items():
            yield self._taken(future, submission, filing, progress)

    def _taken(self, future: Future[Filed], submission: Submission, filing: Workers, progress: Progress) -> Filed:
        for _ in range(_TRIES):
            try:
                filed = future.result()
                break
            except BrokenExecutor:  # its process was killed, or another's beside it: it is begun again
                future = _begun(filing, submission)
        else:
            filed = Filed(
                submission.student, submission.unit, problem="its process was killed; is there memory enough?"
            )
        progress.filed(_line(filed))
        return filed


def _begun(filing: Workers, submission: Submission) -> Future[Filed]:
    return filing.submit(file_in_worker, submission.unit, submission.student, submission.of)


def _filing_workers(course: Path, settings: Settings) -> Workers:
    many = usable_cpus().count
    return Workers(lambda: judging_pool(many, "autograder.gradebook.filing", open_filing, course, settings))


def _line(filed: Filed) -> str:
    where = one_line(f"{filed.student}, {filed.unit}")
    if filed.problem:
        return f"{where}: not in the gradebook: {one_line(filed.problem)}"
    late = f", {_points(filed.late)} of them taken off as it came late" if filed.late else ""
    by_hand = "; something waits for you in formgrader" if filed.by_hand else ""
    return f"{where}: {_points(filed.score)} of {_points(filed.points)} points{late}{by_hand}"


def _points(points: float) -> str:
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _named(those: AbstractSet[tuple[str, str]]) -> str:
    """Students, with their units where these are several."""
    several = len({unit for unit, _ in those}) > 1
    return brief(one_line(", ".join(f"{student} ({unit})" if several else student for unit, student in sorted(those))))


def _not_graded(one: Outcome) -> str:
    where = one_line(f"{one.student}, {one.unit}" + (f", {one.exercise}" if one.exercise else ""))
    return f"{where}: not graded: {one.problem}"


def _sums(filed: list[Filed], results: Results, submitted: Submitted) -> str:
    if not results.submissions and not submitted.problems:
        return f"There is nothing to grade: {PLACE}."
    new = [(one.unit, one.student) for one in filed if not one.problem]
    already = [(one.unit, one.student) for one in results.filed]
    missing = (results.submissions.keys() - {*new, *already}) | {(one.unit, one.student) for one in submitted.problems}
    parts = [f"{counted(len(new), 'submission')} graded and in the gradebook, with feedback"]
    if already:
        parts.append(f"{len(already)} {'was' if len(already) == 1 else 'were'} already")
    parts.append(f"{len(missing)} not graded (see above): {_named(missing)}" if missing else "none is missing")
    if waiting := sum(one.by_hand for one in filed):
        parts.append(f"{waiting} of the new ones {'waits' if waiting == 1 else 'wait'} to be graded by hand")
    return "; ".join(parts) + "."
