"""The proof of an exercise: what must come of its starter, its reference, other right answers and wrong ones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from autograder.authoring.exercise import Answer, Exercise
from autograder.authoring.puzzle import Puzzle
from autograder.grading.judging import judge, read_check_cell
from lockstep.checks.report import CheckResult, Report, failure_text
from lockstep.program.source import ModuleSource
from lockstep.student.launcher import local_launcher


@dataclass(frozen=True)
class Claim:
    """An answer to an exercise, of a kind that has its rule: starter, reference, also right, or wrong."""

    kind: str
    answer: Answer


@dataclass(frozen=True)
class Refusal:
    """A check that an answer does not pass, and what the learner reads there: the first line, in bold, and the rest."""

    sentence: str
    first_line: str
    rest: str


@dataclass(frozen=True)
class Proof:
    """What came of a claim. Without problems it holds; `seconds` are those of each check, by its sentence."""

    claim: Claim
    seconds: dict[str, float]
    refusals: tuple[Refusal, ...]
    problems: tuple[str, ...]


def claims(exercise: Exercise) -> Iterator[Claim]:
    """All that must hold of an exercise. A puzzle begins with its mistake, which is a wrong answer like others."""
    if isinstance(exercise, Puzzle):
        yield Claim("wrong", exercise.mistake)
    else:
        yield Claim("starter", Answer("the starter", exercise.starter))
    yield Claim("reference", Answer("the reference", exercise.solution))
    for answer in exercise.also_right:
        yield Claim("also right", answer)
    for answer in exercise.wrong:
        yield Claim("wrong", answer)


def prove(exercise: Exercise, claim: Claim, whole: bool = True) -> Proof:
    """Judges the answer by all checks of the exercise, in processes of its own and with the limits of a notebook.

    Unless `whole`, a wrong answer is judged only until it is refused in its words: the other checks cannot take that back.
    A right answer gets three times as long: that a machine is busy proves nothing against it.
    """
    rule, patience = _RULES[claim.kind]
    answer, reference = (
        ModuleSource.of_text(code, label)
        for code, label in ((claim.answer.code, "answer"), (exercise.solution, "reference"))
    )
    refused = partial(is_refused_as, claim.answer) if claim.kind == "wrong" and not whole else None
    cell = read_check_cell(exercise.checks)
    report = judge(cell, answer, local_launcher(), reference=reference, patience=patience, enough=refused)
    return Proof(
        claim,
        {result.sentence: result.seconds for result in report.results},
        tuple(_refusal(result) for result in report.results if not result.passed),
        tuple(rule(claim.answer, report)),
    )


def is_refused_as(answer: Answer, report: Report) -> bool:
    """Does a report on any answer say all that the refusal of this wrong one must say?"""
    return not any(_is_refused_in_its_words(answer, report))


def _fails_every_check(_answer: Answer, report: Report) -> Iterator[str]:
    for result in report.results:
        if result.passed:
            yield f"it passes “{result.sentence}”"


def _passes_every_check(_answer: Answer, report: Report) -> Iterator[str]:
    for result in report.results:
        if not result.passed:
            yield f"“{result.sentence}” refuses it: {failure_text(result)}"


def _is_refused_in_its_words(answer: Answer, report: Report) -> Iterator[str]:
    """The likely cause stands in the line that a learner reads first, the other words anywhere in the report."""
    first = next((_refusal(result) for result in report.results if not result.passed), None)
    if first is None:
        yield "no check refuses it"
        return
    if not answer.likely_cause:
        yield f"no words are given for the first line of its refusal, which says: {first.first_line}"
    elif answer.likely_cause not in first.first_line:
        yield f"the first line of its refusal does not say “{answer.likely_cause}”, but: {first.first_line}"
    text = report.text()
    for words in answer.words:
        if words not in text:
            yield f"its refusal does not say “{words}”"


_RULES: dict[str, tuple[Callable[[Answer, Report], Iterator[str]], float]] = {
    "starter": (_fails_every_check, 1),
    "reference": (_passes_every_check, 3),
    "also right": (_passes_every_check, 3),
    "wrong": (_is_refused_in_its_words, 1),
}  # with what time limits are multiplied by


def _refusal(result: CheckResult) -> Refusal:
    first, _, rest = failure_text(result).partition("\n")
    return Refusal(result.sentence, first, rest)
