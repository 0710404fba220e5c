"""Runs a check cell in the kernel: a line for every check as it finishes, and an error at the end if one fails."""

import re
from collections.abc import Iterator, Sequence

from lockstep.checks.check import Check, Checks, run_checks
from lockstep.checks.report import CheckResult, Report, report_html
from lockstep.player.trace import module_for
from lockstep.program.definitions import definitions
from lockstep.program.history import notebook_source
from lockstep.program.source import ModuleSource
from lockstep.student.launcher import local_launcher
from lockstep.student.session import Session

_DEFINED = re.compile(r"^(?:def|class)\s+(\w+)", re.MULTILINE)


class ChecksFailed(Exception):
    """At least one check of the cell does not hold; its report is above."""

    def _render_traceback_(self) -> list[str]:
        # IPython's protocol: the report above says why, and no stack of ours helps a learner.
        return [f"ChecksFailed: {self}"]


class NotebookRunner:
    """Runs checks against the notebook's own definitions and shows a live report."""

    def run(self, exercise: str, checks: Sequence[Check], given_source: ModuleSource) -> None:
        """Raises ChecksFailed at the end if a check does not hold."""
        source = notebook_source()
        for note in _cells_not_run(source):
            print(note)
        launcher = local_launcher()
        view = _LiveReport(exercise, [one.sentence for one in checks])
        report = run_checks(
            exercise,
            checks,
            lambda limit: Session(source, given_source, launcher, limit),
            # Only an instructor's notebook, which holds the solution itself, has checks that take a reference.
            lambda limit: Session(source, given_source, launcher, limit),
            view.add,
        )
        view.finish(report)
        if report.passed < report.total:
            raise ChecksFailed(report.headline)


def _cells_not_run(source: ModuleSource) -> Iterator[str]:
    """A word on each cell that does not parse and would define anew what no later cell does."""
    problems = definitions(source).unparsed
    defined = [set(_DEFINED.findall(cell.source)) for cell in source.cells]
    for place, cell in enumerate(source.cells):
        older = {name for names in defined[:place] for name in names}
        newer = {name for names in defined[place + 1 :] for name in names}
        if cell.label in problems and (defined[place] & older) - newer:
            yield (
                f"{cell.label} was not run, because of {problems[cell.label]}. "
                f"What follows is about what was defined before it."
            )


class _LiveReport:
    def __init__(self, exercise: str, sentences: list[str]) -> None:
        self._exercise = exercise
        self._waiting = sentences
        self._results: list[CheckResult] = []
        from IPython.display import display  # a grader, which shows no live report, never needs it

        self._handle = display(self._bundle(), raw=True, display_id=True)

    def add(self, result: CheckResult) -> None:
        self._results.append(result)
        self._waiting = self._waiting[1:]
        if self._waiting:
            self._update()

    def finish(self, report: Report) -> None:
        self._waiting = []
        self._update(report)

    def _update(self, report: Report | None = None) -> None:
        if self._handle is not None:
            self._handle.update(self._bundle(report), raw=True)

    def _bundle(self, report: Report | None = None) -> dict[str, str]:
        report = report or Report(self._exercise, tuple(self._results), len(self._results) + len(self._waiting))
        page = report_html(report, waiting=tuple(self._waiting))
        return {"text/html": page + module_for(page), "text/plain": report.text()}


check = Checks(NotebookRunner())
