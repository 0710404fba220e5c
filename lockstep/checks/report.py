"""What the checks of one exercise found, as data, as text and as HTML."""

import html
import platform
import sys
from dataclasses import dataclass

from lockstep.student.failure import Evidence, told_with
from lockstep.version import __version__
from lockstep.words import plain


@dataclass(frozen=True)
class CheckResult:
    """One check: whether it held, how long it took (seconds), and for a failed one everything that explains it."""

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
            if not result.passed:
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


def report_html(report: Report, *, waiting: tuple[str, ...] = ()) -> str:
    """The report as HTML; `waiting` are the sentences of checks that have not finished yet."""
    rows = [_row(result, report.exercise) for result in report.results]
    rows += [f'<div class="lockstep-row">… {_escaped(sentence)}</div>' for sentence in waiting]
    headline = _escaped(f"{report.exercise}: checking …" if waiting else report.headline)
    note = f'<div class="lockstep-note">{_escaped(report.note)}</div>' if report.note else ""
    return f'{_STYLE}<div class="lockstep-report"><strong>{headline}</strong>{"".join(rows)}{note}</div>'


def _row(result: CheckResult, exercise: str) -> str:
    seconds = f'<span class="lockstep-time">{result.seconds:.2f} s</span>'
    if result.passed:
        mark = '<span class="lockstep-pass" role="img" aria-label="holds">✔</span>'
        return f'<div class="lockstep-row">{mark} {_escaped(result.sentence)} {seconds}</div>'
    mark = '<span class="lockstep-fail" role="img" aria-label="does not hold">✘</span>'
    summary = f"<summary>{mark} {_escaped(result.sentence)} {seconds}</summary>"
    body = f'<div class="lockstep-why">{_escaped(result.explanation)}</div>' * (not _says_why(result))
    if result.calls:
        body += f"<div>What was called:</div><pre>{_escaped(chr(10).join(result.calls))}</pre>"
    if result.detail:
        body += f"<pre>{_escaped(result.detail)}</pre>"
    if result.evidence is not None:
        shown = getattr(result.evidence, "_repr_html_", None)
        page = shown() if shown is not None else f"<pre>{_escaped(result.evidence.text())}</pre>"
        body += f"<div>{page}</div>"
    if result.output.strip():
        body += f"<details><summary>What it printed</summary><pre>{_escaped(result.output)}</pre></details>"
    doubt = (
        ""
        if result.not_begun
        else (
            "<details><summary>I think this check is wrong</summary><p>Send this text to whoever gives the course:</p>"
            f"<pre>{_escaped(_doubt(result, exercise))}</pre></details>"
        )
    )
    return f'<details class="lockstep-row" open>{summary}{body}{doubt}</details>'


def _says_why(result: CheckResult) -> bool:
    """Does the evidence begin with the explanation, so that it need not be said before?"""
    return result.evidence is not None and result.evidence.text().startswith(result.explanation)


def _doubt(result: CheckResult, exercise: str) -> str:
    machine = f"Lockstep {__version__}, Python {platform.python_version()}, {sys.platform}"
    lines = [f"Exercise: {exercise}", f"Check: {result.sentence}", f"It said: {result.explanation}"]
    return "\n".join([*lines, *(f"Called: {call}" for call in result.calls), machine, "Why I think it is wrong: "])


def _escaped(text: str) -> str:
    return html.escape(plain(text))


_STYLE = """<style>
.lockstep-report { font-family: var(--jp-ui-font-family, system-ui, sans-serif); line-height: 1.5; }
.lockstep-row { margin: .15em 0 .15em .6em; }
.lockstep-report .lockstep-row pre { white-space: pre-wrap; margin: .3em 0 .3em 1.4em !important;
  padding: .2em .8em !important; font-size: .92em; border: 0; border-left: 3px solid currentColor !important;
  background: transparent !important; color: inherit; overflow-x: auto; }
.lockstep-row > div, .lockstep-row > details { margin-left: 1.4em; }
.lockstep-why { font-weight: 600; white-space: pre-wrap; }
.lockstep-pass { color: #009E73; font-weight: 700; }
.lockstep-fail { color: #D55E00; font-weight: 700; }
.lockstep-time, .lockstep-note { opacity: .65; font-size: .88em; }
.lockstep-row summary { cursor: pointer; display: list-item; }
</style>"""
