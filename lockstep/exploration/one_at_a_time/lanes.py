"""Calls as intervals, a lane a process: as text and as a picture."""

from __future__ import annotations

import html
from collections.abc import Sequence

from lockstep.exploration.one_at_a_time.history import Interval
from lockstep.words import brief, brief_value, plain

_WIDE, _HIGH, _NAME = 7.4, 44, 100  # pixels of a character, of a lane, of the names before them
_LONGEST = 44  # characters in an interval


def label(call: Interval) -> str:
    """The call and what it gave: "get() → 2"."""
    if call.outcome is None:
        return brief(f"{call.call} ...", _LONGEST)
    kind, what, *_ = call.outcome
    gives = str(what) if kind == "raised" else "" if what is None else brief_value(what)
    return brief(f"{call.call} → {gives}" if gives else str(call.call), _LONGEST)


def _columns(calls: Sequence[Interval]) -> tuple[dict[Interval, tuple[int, int]], int]:
    """Where each interval begins and ends, in characters, so that each has room for its label; and the width of all."""
    moments = sorted(
        {*(2 * call.begin for call in calls), *(2 * call.end + 1 for call in calls if call.end is not None)}
    )
    at: dict[int, int] = {}
    column = 0
    for moment in moments:
        column += 2
        for call in calls:
            if call.end is not None and 2 * call.end + 1 == moment:
                column = max(column, at[2 * call.begin] + len(label(call)) + 3)
        at[moment] = column
    open_ends = [at[2 * call.begin] + len(label(call)) + 3 for call in calls if call.end is None]
    width = max([column, *open_ends]) + 1
    return {call: (at[2 * call.begin], width if call.end is None else at[2 * call.end + 1]) for call in calls}, width


def _lanes(calls: Sequence[Interval]) -> list[str]:
    return [process for _, process in sorted({(call.client, call.process) for call in calls})]


def lanes_text(calls: Sequence[Interval]) -> str:
    """Intervals as ├─ put(1) ─┤, without a right end for a call that never comes back."""
    places, width = _columns(calls)
    lanes = _lanes(calls)
    longest = max(map(len, lanes), default=0)
    lines = []
    for lane in lanes:
        line = [" "] * (width + 1)
        for call, (left, right) in places.items():
            if call.process == lane:
                body = f" {label(call)} "
                rest = "─" * (right - left - 1 - len(body))
                drawn = f"├{body}{rest}{'┤' if call.end is not None else '╌'}"
                line[left : left + len(drawn)] = drawn
        lines.append(f"  {lane:{longest}} {''.join(line).rstrip()}")
    return "\n".join(lines)


def lanes_svg(calls: Sequence[Interval], refused: Sequence[Interval]) -> str:
    """The same as a picture; `refused` are the calls that do not fit together."""
    places, width = _columns(calls)
    lanes = _lanes(calls)
    wide, high = _NAME + (width + 1) * _WIDE, len(lanes) * _HIGH + 8
    parts = []
    for row, lane in enumerate(lanes):
        y = row * _HIGH + 4
        parts.append(f'<text x="4" y="{y + 24}" font-weight="600">{_escaped(lane)}</text>')
        parts.append(
            f'<line x1="{_NAME}" y1="{y + 36}" x2="{wide:.0f}" y2="{y + 36}" stroke="currentColor" opacity=".25"/>'
        )
        parts += [_interval(call, places[call], y, call in refused) for call in calls if call.process == lane]
    alt = "; ".join(f"{call.process}: {label(call)}" for call in calls)
    return (
        f'<div style="overflow-x:auto;"><svg role="img" aria-label="{_escaped(alt)}" width="{wide:.0f}" height="{high}" '
        f'viewBox="0 0 {wide:.0f} {high}" style="color:inherit;font:13px system-ui,sans-serif;" fill="currentColor">'
        f"{''.join(parts)}</svg></div>"
    )


def _interval(call: Interval, place: tuple[int, int], y: int, refused: bool) -> str:
    left, right = (_NAME + column * _WIDE for column in place)
    colour = "#D55E00" if refused else "#0072B2"
    dashes = "" if call.end is not None else ' stroke-dasharray="5 4"'
    ends = [f"M{left:.1f} {y + 4}V{y + 32}"] + ([f"M{right:.1f} {y + 4}V{y + 32}"] if call.end is not None else [])
    return (
        f'<rect x="{left:.1f}" y="{y + 6}" width="{right - left:.1f}" height="24" fill="{colour}" fill-opacity=".16" '
        f'stroke="{colour}"{dashes}/><path d="{"".join(ends)}" stroke="{colour}" stroke-width="2.5"/>'
        f'<text x="{(left + right) / 2:.1f}" y="{y + 23}" text-anchor="middle">{_escaped(label(call))}</text>'
    )


def _escaped(text: str) -> str:
    return html.escape(plain(text))
