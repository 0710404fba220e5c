"""The report as one page of HTML that asks nothing of the network and runs no script."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.report.alike import Pair
from autograder.report.mistakes import ExerciseMistakes
from autograder.report.results import ClassResults, Judged
from autograder.sandbox.launching import DESCRIPTIONS
from lockstep.checks.report_page import marked
from lockstep.words import brief, counted, plain

_BARS = 12  # at most, in the picture of the points
_SLOWEST = 10
_TOLD = 90  # characters of what those are told who are like no wrong answer, where it is not opened


@dataclass(frozen=True)
class Bar:
    """How many students have points from `least` up to, not including, `below`; the last one includes its `below`."""

    least: int
    below: int
    count: int


def page(results: ClassResults, mistakes: Sequence[ExerciseMistakes], pairs: Sequence[Pair], title: str) -> str:
    """The whole page. Everything that comes from a submission is text on it, never markup."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=lambda value: plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    environment.filters["span"] = _span
    environment.filters["points"] = lambda points: f"{points:.2f}".rstrip("0").rstrip(".")
    environment.filters["brief"] = lambda text: brief(text, _TOLD)
    environment.filters["marked"] = lambda text: Markup(marked(text))
    points = [one.points for one in results.graded if one.points is not None]
    return environment.get_template("page.html").render(
        title=title,
        results=results,
        points=points,
        bars=bars(points, results.maximum),
        mistakes=mistakes,
        pairs=pairs,
        slowest=_slowest(results),
        tiers=_tiers(results),
        counted=counted,
        median=_median(points),
    )


def bars(points: Sequence[float], maximum: float) -> list[Bar]:
    """The distribution, in bars of equal whole widths from 0 to the most points that there are."""
    top = max(1, math.ceil(max([maximum, *points])))  # extra credit can be above the maximum
    width = math.ceil(top / _BARS)
    number = math.ceil(top / width)
    places = Counter(min(int(one // width), number - 1) for one in points)
    return [Bar(place * width, (place + 1) * width, places[place]) for place in range(number)]


def _span(bar: Bar, last: bool) -> str:
    """The points of a bar in words."""
    return f"{bar.least} to {bar.below}" if last else f"{bar.least} to below {bar.below}"


def _median(points: Sequence[float]) -> float | None:
    ordered = sorted(points)
    middle = len(ordered) // 2
    return (ordered[middle] + ordered[~middle]) / 2 if ordered else None


def _slowest(results: ClassResults) -> list[tuple[str, Judged]]:
    """The exercises of students that took the most seconds, the longest first."""
    every = [(student.student, one) for student in results.students for one in student.judged]
    return sorted(every, key=lambda pair: -pair[1].seconds)[:_SLOWEST]


def _tiers(results: ClassResults) -> list[tuple[str, int]]:
    """What held the programs, and how many exercises each tier did."""
    found: Counter[str] = Counter(one.tier for student in results.students for one in student.judged)
    return [(DESCRIPTIONS[tier], number) for tier, number in sorted(found.items())]
