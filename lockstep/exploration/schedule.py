"""Schedules: an interleaving, or the beginning of one, as steps in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step of a schedule, for readers: who did what at which line, and what it changed."""

    process: str
    label: str
    line: int
    source: str
    operation: str
    answer: str
    changes: tuple[tuple[str, str, str], ...]  # object, before, after
    objects: tuple[tuple[str, str], ...]  # object touched, its value after
    switch: bool  # another process than before
    inside: tuple[str, ...] = ()  # the sections that the process is in after the step


@dataclass(frozen=True)
class Waiting:
    """A process that cannot go on when the schedule is over."""

    process: str
    label: str
    line: int
    source: str
    operation: str
    holder: str = ""


@dataclass(frozen=True)
class Schedule:
    """An interleaving in words: what processes did, step by step, who waits when it is over, and how it ended.

    >>> found = explore(count, 2).schedule(lambda total: total == 1)
    >>> len(found.steps), found.switches, found.outcome
    (5, 3, 'count returns 1.')
    """

    title: str
    steps: tuple[Step, ...]
    waiting: tuple[Waiting, ...]
    outcome: str
    again: int = 0  # the step with which a circle begins that goes on to the last one; 0: there is none

    @property
    def switches(self) -> int:
        return sum(step.switch for step in self.steps)

    def text(self) -> str:
        """Plain text, a line a step."""
        lines = [self.title]
        who = max([len(step.process) for step in self.steps] + [len(w.process) for w in self.waiting] + [4])
        what = max([len(step.operation) for step in self.steps] + [9])
        for number, step in enumerate(self.steps, 1):
            changed = ", ".join(f"{name}: {before} -> {after}" for name, before, after in step.changes)
            if not changed:
                changed = ", ".join(f"{name}: {value}" for name, value in step.objects)
            answer = f" gives {step.answer}" if step.answer else ""
            mark = ">" if step.switch else " "
            at = f"{step.label}, line {step.line}: {step.source}" if step.label else ""
            told = f"{step.operation}{answer}"
            if number == self.again:
                lines.append("     --- from here on, round and round:")
            inside = f"  [inside {', '.join(step.inside)}]" if step.inside else ""
            lines.append(f"{number:4} {mark} {step.process:{who}}  {told:{what}}  {changed}{inside}".rstrip())
            if at:
                lines.append(f"     {'':{who}}    {at}".rstrip())
        if not self.steps:
            lines.append("     from the very beginning: nothing shared was read, written or waited for before")
        for waiting in self.waiting:
            held = f", held by {waiting.holder}" if waiting.holder else ""
            at = f"  ({waiting.label}, line {waiting.line}: {waiting.source})" if waiting.label else ""
            lines.append(f"     - {waiting.process:{who}}  waits for {waiting.operation}{held}{at}")
        lines.append(self.outcome)
        return "\n".join(lines)
