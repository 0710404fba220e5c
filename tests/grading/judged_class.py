"""A class judged into the journal, without what `autograder grade` does with the gradebook."""

from collections.abc import Callable
from pathlib import Path

from autograder.grading.work import Settings
from autograder.nbgrader.classroom import LocalJudges, judged
from autograder.nbgrader.handed_in import Outcome, what_is_submitted


def grade_class(
    course: Path,
    names: list[str],
    settings: Settings,
    jobs: int | None = None,
    finished: Callable[[Outcome], None] = lambda outcome: None,
    noted: Callable[[str], None] = lambda note: None,
) -> list[Outcome]:
    """The outcomes by unit, student and exercise; `finished` sees each at once, `noted` gets a line for all that is left out."""
    submitted = what_is_submitted(course, names, noted)
    order = {(one.unit, one.student, one.exercise): place for place, (one, _) in enumerate(submitted.tasks)}
    outcomes = list(submitted.problems)
    for problem in submitted.problems:
        finished(problem)
    with LocalJudges(settings, jobs) as judges:
        for outcome in judged(submitted.tasks, judges):
            outcomes.append(outcome)
            finished(outcome)
    return sorted(
        outcomes, key=lambda one: (one.unit, one.student, order.get((one.unit, one.student, one.exercise), -1))
    )
