"""What the checks of one exercise found, as data, as text and as HTML."""

from dataclasses import dataclass

from lockstep.student.failure import Evidence, told_with
from lockstep.words import plain


@dataclass(frozen=True)
class CheckResult:
    """One check: whether it held, how long it took (seconds), and for a failed one everything that explains it.

    `explanation` of one that holds is what must be said of it all the same, such as that not everything was tried.
    """

    sentence: str
    passed: bool
    seconds: float
    explanation: str = ""
    detail: str = ""  # stacks of a time-out, traceback of an exception
    calls: tuple[str, ...] = ()
    output: str = ""
    evidence: Evidence | None = None
    infrastructure: bool = False  # the machinery failed, not the learner
    not_begun: bool = False  # there is nothing to check: the function is not there, or does nothing yet


@dataclass(frozen=True)
class Report:
    """The results of an exercise's checks, in order; `total` counts those that could not run, too."""

    exercise: str
    results: tuple[CheckResult, ...]
    total: int
    note: str = ""  # said of the whole report, such as the sandbox it ran in

    @property
    def passed(self) -> int:
        return sum(result.passed for result in self.results)

    @property
    def share(self) -> float:
        """The share of the checks that hold, from 0 to 1."""
        return self.passed / self.total if self.total else 0.0

    @property
    def headline(self) -> str:
        if self.passed == self.total:
            return f"{self.exercise}: {'the check holds' if self.total == 1 else f'all {self.total} checks hold'}"
        return f"{self.exercise}: {self.passed} of {self.total} checks hold"

    def text(self) -> str:
        lines = [self.headline]
        for result in self.results:
            lines.append(f"  {'✔' if result.passed else '✘'} {result.sentence}  ({result.seconds:.2f} s)")
            if result.passed:
                lines += [f"      {line}" for line in result.explanation.splitlines()]
            else:
                lines += [f"      {line}" for line in failure_text(result).splitlines()]
        return plain("\n".join([*lines, *([self.note] if self.note else [])]))


def failure_text(result: CheckResult) -> str:
    """Why a check failed: in words, then what was called, the detail, the evidence and the output."""
    evidence = result.evidence
    parts = [result.explanation if evidence is None else told_with(result.explanation, evidence)]
    if result.calls:
        parts += ["What was called:", *(f"  {call}" for call in result.calls)]
    if result.detail:
        parts += [result.detail.rstrip()]
    if result.output.strip():
        parts += ["What it printed:", result.output.rstrip()]
    return "\n".join(parts)
