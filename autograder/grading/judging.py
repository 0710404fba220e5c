"""Judges a learner's program by the checks of a trusted cell: the checks run here, the program elsewhere."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from lockstep.checks.check import Check, run_checks
from lockstep.checks.report import Report
from lockstep.notebook.check_cells import check
from lockstep.program.loading import remember_source
from lockstep.program.source import ModuleSource
from lockstep.student.process import Launcher
from lockstep.student.session import Session


@dataclass(frozen=True)
class CheckCell:
    """The checks of one exercise and the given code beside them, as a trusted check cell registers them."""

    exercise: str
    checks: tuple[Check, ...]
    given: ModuleSource


class _Collector:
    def __init__(self) -> None:
        self.cell: CheckCell | None = None

    def run(self, exercise: str, checks: Sequence[Check], given_source: ModuleSource) -> None:
        self.cell = CheckCell(exercise, tuple(checks), given_source)


@cache
def read_check_cell(text: str) -> CheckCell:
    """Executes a check cell of ours without running its checks. Raises ValueError if it has no `check.run(...)`.

    Only for text from our own sources or the gradebook: it is executed in this process.
    """
    label = f"checks-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    remember_source(label, text)
    collector = _Collector()
    with check.running_with(collector):
        exec(compile(text, label, "exec", dont_inherit=True), {"__name__": label})
    if collector.cell is None:
        raise ValueError('the check cell does not end with check.run("name")')
    return collector.cell


def judge(
    cell: CheckCell,
    program: ModuleSource,
    launcher: Launcher,
    *,
    reference: ModuleSource | None = None,
    patience: float = 1.0,
    enough: Callable[[Report], bool] | None = None,
) -> Report:
    """The report on `program`. Time limits are those of the checks times `patience`; it ends early where it says `enough`."""

    def session(source: ModuleSource, limit: float) -> Session:
        return Session(source, cell.given, launcher, limit * patience)

    other = None if reference is None else partial(session, reference)
    return run_checks(cell.exercise, cell.checks, partial(session, program), other, enough=enough)
