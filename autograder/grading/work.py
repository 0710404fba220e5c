"""What there is to grade, as plain data that can be sent to another process."""

from dataclasses import dataclass
from pathlib import Path

from lockstep.program.source import ModuleSource


class NotGraded(Exception):
    """The grader could not do its work, which is never a score of 0; the message says what to do."""


@dataclass(frozen=True)
class GradeCell:
    """A trusted grade cell: `checks` tells ours, which end with check.run(...), from plain nbgrader ones."""

    grade_id: str
    text: str
    points: float
    checks: bool


@dataclass(frozen=True)
class Work:
    """One grade cell, the program that it judges, our own answer, and the cells that everybody was given."""

    cell: GradeCell
    program: ModuleSource
    reference: ModuleSource
    given: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Settings:
    """How to grade: where the journal is, whether without a sandbox, what time limits are multiplied by.

    `tier` is a sandbox found earlier, which saves looking for it in every process.
    """

    journal: Path
    unsandboxed: bool = False
    patience: float = 1.0
    tier: str | None = None
