"""A timeline as a matplotlib picture: what is saved, and what is shown where no live view can be."""

from __future__ import annotations

import html as escaping

from matplotlib.patches import Patch

from lockstep.page.picture import Picture, html_table
from lockstep.recording.bars import KINDS, Bars, Kind

COLORS: dict[Kind, str] = {"computing": "#0072B2", "communicating": "#E69F00", "waiting": "#CC79A7"}
HEIGHTS: dict[Kind, float] = {"computing": 0.8, "communicating": 0.5, "waiting": 0.16}
"""A bar's height tells the same as its colour (Okabe and Ito's)."""


def draw(timeline: Bars) -> Picture:
    """One row a process, the starting one on top; time from left to right."""
    rows = len(timeline.lanes)
    picture = Picture(figsize=(8.0, 1.3 + 0.38 * max(rows, 1)), layout="constrained")
    axes = picture.subplots()
    unit, factor = ("ms", 1000.0) if timeline.seconds < 1 else ("s", 1.0)
    for row, lane in enumerate(timeline.lanes):
        for kind, color in COLORS.items():
            spans = [(factor * bar.start_s, factor * bar.seconds) for bar in lane.bars if bar.kind == kind]
            height = HEIGHTS[kind]
            axes.broken_barh(spans, (row - height / 2, height), facecolors=color)
    axes.set_yticks(range(rows), [lane.name for lane in timeline.lanes])
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlim(0, factor * timeline.seconds or 1.0)
    axes.set_xlabel(f"time ({unit}), {timeline.origin}")
    axes.set_ylabel("process")
    axes.set_title(timeline.title)
    picture.legend(
        handles=[Patch(color=color, label=kind) for kind, color in COLORS.items()],
        loc="outside lower center",
        ncols=3,
        fontsize=8,
    )
    return picture


def html(timeline: Bars) -> str:
    """The picture with its sentence and its numbers, for a page without the live view."""
    rows = [[row["process"], *(f"{row[kind]:.3g}" for kind in KINDS)] for row in timeline.table()]
    return (
        draw(timeline).html(f"Timeline. {timeline.sentence()}")
        + f"<p>{escaping.escape(timeline.sentence())}</p>"
        + html_table(["process", *(f"{kind}, s" for kind in KINDS)], rows)
    )
