"""Runs a check cell in the kernel: a line for every check as it finishes, and an error at the end if one fails."""

import re
import time
from collections.abc import Iterator, Sequence

from lockstep.checks.check import Check, Checks, run_checks
from lockstep.checks.report import CheckResult, Report
from lockstep.checks.report_page import Waiting, report_html, running_headline
from lockstep.notebook import progress
from lockstep.notebook.exercise_help import EXERCISES, known, offer, where_to_go_on
from lockstep.page.bar import PATIENCE
from lockstep.page.kernel import stop_what_waits
from lockstep.page.tracebacks import interrupted
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


class ChecksInterrupted(KeyboardInterrupt):
    """Somebody interrupted the checks; the report above says how far they came."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class NotebookRunner:
    """Runs checks against the notebook's own definitions and shows a live report."""

    def run(self, exercise: str, checks: Sequence[Check], given_source: ModuleSource) -> None:
        """Raises ChecksFailed at the end if a check does not hold, and ChecksInterrupted."""
        began = time.monotonic()
        source = notebook_source()
        for note in _cells_not_run(source):
            print(note)
        launcher = local_launcher()
        view = _LiveReport(exercise, checks)
        try:
            report = run_checks(
                exercise,
                checks,
                lambda limit: Session(source, given_source, launcher, limit, view.wait),
                # Only an instructor's notebook, which holds the solution itself, has checks that take a reference.
                lambda limit: Session(source, given_source, launcher, limit),
                view.add,
            )
        except KeyboardInterrupt:
            words = interrupted(f"`{exercise}`", time.monotonic() - began, view.interrupted())
            view.end(words)
            stop_what_waits()
            raise ChecksInterrupted(words.partition(":")[0] + ".") from None
        passed = report.passed == report.total
        told = known(EXERCISES, exercise)
        if told:
            progress.note_checks(progress.file(), exercise, report.passed, report.total)
        view.finish(report, where_to_go_on(told) if passed else "")
        offer(exercise, passed)
        if not passed:
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
    def __init__(self, exercise: str, checks: Sequence[Check]) -> None:
        self._exercise = exercise
        self._total = len(checks)
        self._waiting = [Waiting(one.sentence, one.limit) for one in checks]
        self._results: list[CheckResult] = []
        from IPython.display import display  # a grader, which shows no live report, never needs it

        self._handle = display(self._bundle(), raw=True, display_id=True)

    def wait(self, seconds: float) -> None:
        """The running check takes so long already. A report is not drawn anew below somebody who reads why a check failed."""
        if self._waiting and seconds >= PATIENCE and all(result.passed for result in self._results):
            self._update(self._bundle(seconds))

    def add(self, result: CheckResult) -> None:
        self._results.append(result)
        self._waiting = self._waiting[1:]
        if self._waiting:
            self._update(self._bundle())

    def finish(self, report: Report, footer: str) -> None:
        self._waiting = []
        page = report_html(report, footer=f"<div>{footer}</div>" if footer else "")
        self._update({"text/html": page + module_for(page), "text/plain": report.text()})

    def interrupted(self) -> str:
        """How far the checks came."""
        done = len(self._results)
        return f"{done} of {self._total} checks were done, and nothing was recorded"

    def end(self, words: str) -> None:
        """Says that the others will not come."""
        report = Report(self._exercise, tuple(self._results), self._total)
        page = report_html(report, waiting=self._waiting, interrupted=words)
        text = "\n".join([words, *report.text().splitlines()[1:]])
        self._update({"text/html": page + module_for(page), "text/plain": text})

    def _update(self, bundle: dict[str, str]) -> None:
        if self._handle is not None:
            self._handle.update(bundle, raw=True)

    def _bundle(self, seconds: float = 0.0) -> dict[str, str]:
        report = Report(self._exercise, tuple(self._results), self._total)
        page = report_html(report, waiting=self._waiting, seconds=seconds)
        return {"text/html": page + module_for(page), "text/plain": running_headline(report, self._waiting, seconds)}


check = Checks(NotebookRunner())
