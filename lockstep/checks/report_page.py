"""The report of an exercise's checks as HTML: a row a check, its mark in a column of its own, and why it does not hold."""

import html
import platform
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lockstep.checks.report import CheckResult, Report
from lockstep.page.silence import silence
from lockstep.version import __version__
from lockstep.words import plain

_SLACK = 10.0  # seconds, beside twice the limit of a check, in which a kernel that is there has said something
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Waiting:
    """A check that has not finished: its sentence, and the most seconds that it may take."""

    sentence: str
    limit: float


def report_html(
    report: Report, *, waiting: Sequence[Waiting] = (), seconds: float = 0.0, interrupted: str = "", footer: str = ""
) -> str:
    """The report as HTML. `waiting` are the checks that have not finished, the first of which runs, for so many `seconds`.

    `interrupted`: what is said of them if they never will. `footer`: HTML below the rows.
    """
    if report.results and report.results[0].not_begun:
        return f'{_STYLE}<div class="lockstep-report lockstep-calm">{_not_begun(report)}</div>'
    rows = []
    failures = 0
    details: set[str] = set()
    for each in report.results:
        result = replace(each, detail="") if each.detail in details else each  # the same again stands above
        details.add(each.detail)
        rows.append(_row(result, report.exercise, opened=failures == 0))
        failures += not result.passed
    for one in waiting:
        mark = '<span class="lockstep-mark" aria-label="not run yet">…</span>'
        rows.append(f'<div class="lockstep-row">{mark}<div>{marked(one.sentence)}</div></div>')
    running = running_headline(report, waiting, seconds) if waiting else ""
    headline = interrupted or running or report.headline
    note = f'<div class="lockstep-note">{marked(report.note)}</div>' if report.note else ""
    if running and not interrupted:
        note += silence(_SLACK + 2 * waiting[0].limit)
    return (
        f'{_STYLE}<div class="lockstep-report"><strong>{marked(headline)}</strong>{"".join(rows)}{note}{footer}</div>'
    )


def _not_begun(report: Report) -> str:
    """The one line on an exercise that nobody has touched."""
    waiting = "its check waits" if report.total == 1 else f"its {report.total} checks wait"
    words, name = report.results[0].explanation, f"`{report.exercise}`"
    return marked(f"{words if words.startswith(name) else f'{name}: {words}'}; {waiting} for that.")


def running_headline(report: Report, waiting: Sequence[Waiting], seconds: float = 0.0) -> str:
    """What is said while checks run: which one, how long it may take, and for how long it runs, once that is a second."""
    number = report.total - len(waiting) + 1
    passed = f", {seconds:.0f} s so far" if seconds >= 1 else ""
    return f"checking `{report.exercise}`: check {number} of {report.total}, at most {waiting[0].limit:g} s{passed}"


def marked(text: str) -> str:
    """Text as HTML, with `code` between backticks as code."""
    return _CODE.sub(r"<code>\1</code>", _escaped(text))


def _row(result: CheckResult, exercise: str, opened: bool) -> str:
    seconds = f'<span class="lockstep-time">{result.seconds:.2f} s</span>'
    sentence = f"{marked(result.sentence)} {seconds}"
    if result.passed:
        mark = '<span class="lockstep-mark lockstep-pass" role="img" aria-label="holds">✔</span>'
        note = f'<div class="lockstep-why">{marked(result.explanation)}</div>' if result.explanation else ""
        return f'<div class="lockstep-row">{mark}<div>{sentence}{note}</div></div>'
    mark = '<span class="lockstep-mark lockstep-fail" role="img" aria-label="does not hold">✘</span>'
    return f'<div class="lockstep-row">{mark}<div>{sentence}{_why(result, exercise, opened)}</div></div>'


def _why(result: CheckResult, exercise: str, opened: bool) -> str:
    """The explanation, and what else there is to see; of the first failure all of it, of others after a click."""
    first, _, rest = result.explanation.partition("\n")
    evidence = result.evidence
    told = evidence is not None and opened and evidence.text().startswith(result.explanation)  # it begins with that
    body = "" if told else f'<div class="lockstep-why">{marked(first)}</div>'
    body += f'<div class="lockstep-more">{marked(rest)}</div>' if rest else ""
    if result.calls:
        body += f"<div>What was called:</div><pre>{_escaped(chr(10).join(result.calls))}</pre>"
    if result.detail:
        body += f"<pre>{_escaped(result.detail)}</pre>"
    if evidence is not None:
        shown = getattr(evidence, "_repr_html_", None)
        page = shown() if shown is not None else f"<pre>{_escaped(evidence.text())}</pre>"
        body += f"<details{' open' if opened else ''}><summary>The steps that lead there</summary>{page}</details>"
    if result.output.strip():
        body += f"<details><summary>What it printed</summary><pre>{_escaped(result.output)}</pre></details>"
    return body + (
        "<details><summary>I think this check is wrong</summary><p>Send this text to whoever gives the course:</p>"
        f"<pre>{_escaped(_doubt(result, exercise))}</pre></details>"
    )


def _doubt(result: CheckResult, exercise: str) -> str:
    machine = f"Lockstep {__version__}, Python {platform.python_version()}, {sys.platform}"
    lines = [f"Exercise: {exercise}", f"Check: {result.sentence}", f"It said: {result.explanation}"]
    return "\n".join([*lines, *(f"Called: {call}" for call in result.calls), machine, "Why I think it is wrong: "])


def _escaped(text: str) -> str:
    return html.escape(plain(text))


_STYLE = """<style>
.lockstep-report { font-family: var(--jp-ui-font-family, system-ui, sans-serif); line-height: 1.5; max-width: 75em; }
.lockstep-report .lockstep-row { display: grid; grid-template-columns: 1.5em minmax(0, 1fr); margin: .15em 0; overflow-wrap: break-word; }
.lockstep-report pre { white-space: pre-wrap; word-break: normal; overflow-wrap: break-word;
  margin: .3em 0 !important; padding: .2em .8em !important; font-size: .92em; border: 0;
  border-left: 3px solid currentColor !important; background: transparent !important; color: inherit; overflow-x: auto; }
.lockstep-report .lockstep-row code { background: rgba(128, 128, 128, .16); color: inherit; padding: 0 .25em; border-radius: 3px;
  font-weight: inherit; overflow-wrap: break-word; }
.lockstep-why { font-weight: 600; }
.lockstep-more { white-space: pre-wrap; }
.lockstep-calm { opacity: .8; }
.lockstep-mark { text-align: center; font-weight: 700; }
.lockstep-pass { color: #009E73; }
.lockstep-fail { color: #D55E00; }
.lockstep-time, .lockstep-note { opacity: .65; font-size: .88em; }
.lockstep-time { white-space: nowrap; }
.lockstep-report summary { cursor: pointer; display: list-item; }
</style>"""
