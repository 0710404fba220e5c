"""Where the ranks are that did not come to their end, in words."""

from __future__ import annotations

from typing import Any

from lockstep.student.stacks import parse_stacks


def where(waiting: list[Any], sources: dict[str, list[str]]) -> str:
    """A line a rank: the innermost line of the program that it stands in. `sources`: the lines of each cell by its label."""
    return "\n".join(f"rank {rank} {_told(one, sources)}" for rank, one in enumerate(waiting))


def _told(one: Any, sources: dict[str, list[str]]) -> str:
    state, stack = str(one["state"]), str(one["stack"])
    if state == "ended":
        return "has returned, and waits for the others to end"
    if state == "unborn":
        return "has not begun"
    (parsed,) = parse_stacks([(one["pid"], 0, stack, False)])
    own = parsed.own_frame(frozenset(sources))
    if own is None:
        return "is somewhere outside of the program"
    frame, _ = own
    lines = sources[frame.file]
    text = lines[frame.line - 1].strip() if 0 < frame.line <= len(lines) else ""
    return f"is in `{frame.function}` at {frame.file}, line {frame.line}:  {text[:200]}"
