"""What every process of one run did, and when, as plain values: a recorded child loads them, and no plotting library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from lockstep.words import counted

Kind = Literal["computing", "communicating", "waiting"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Origin = Literal["measured", "simulated"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of time in which a process did one thing.

    `start_s` and `end_s` are seconds since the run began. `what` names the operation in the learner's words
    ("Lock.acquire", "Queue.get"; empty while computing), `line` the place that asked for it ("In[3]:12";
    empty where no line of the learner's program did).
    """

    start_s: float
    end_s: float
    kind: Kind
    what: str = ""
    line: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a bar is one of {', '.join(KINDS)}, not {self.kind!r}")
        if self.end_s < self.start_s:
            raise ValueError(f"a bar ends at {self.end_s} s, before it starts at {self.start_s} s")

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Lane:
    """One process: its name, and its bars in order of time, none overlapping.

    Time covered by no bar is time in which the process did not exist.
    """

    name: str
    bars: tuple[Bar, ...] = ()

    def __post_init__(self) -> None:
        for before, after in zip(self.bars, self.bars[1:], strict=False):
            if after.start_s < before.end_s:
                raise ValueError(
                    f"{self.name}: the bar that starts at {after.start_s} s overlaps "
                    f"the one before it, which ends at {before.end_s} s"
                )

    def seconds(self, kind: Kind) -> float:
        """How long the process was doing `kind`, in seconds."""
        return sum(bar.seconds for bar in self.bars if bar.kind == kind)


def _waited_for(bar: Bar) -> str:
    place, _, text = bar.line.partition("  ")
    return bar.what + (f" at {place}" if place else "") + (f" ({text})" if text else "")


@dataclass(frozen=True)
class Bars:
    """All processes of one run, the first being the one that started the others.

    `origin` says whether it was measured or simulated, and `cores` on how many cores (None when not known).
    `note` is a sentence to show beneath it, `answer` what the program returned, `shown` the number of the
    cell that shows it already.
    """

    lanes: tuple[Lane, ...]
    origin: Origin = "measured"
    cores: int | None = None
    note: str = ""
    title: str = ""
    answer: Any = field(default=None, compare=False, repr=False)
    shown: int | None = field(default=None, compare=False, repr=False)

    @property
    def seconds(self) -> float:
        """The time at which the last bar ends: the makespan."""
        return max((lane.bars[-1].end_s for lane in self.lanes if lane.bars), default=0.0)

    def bars(self) -> Iterator[tuple[Lane, Bar]]:
        for lane in self.lanes:
            for bar in lane.bars:
                yield lane, bar

    def share(self, kind: Kind) -> float:
        """The part of all processes' lives spent on `kind`, between 0 and 1."""
        lived = sum(bar.seconds for _, bar in self.bars())
        return sum(lane.seconds(kind) for lane in self.lanes) / lived if lived else 0.0

    def at_once(self) -> float:
        """How many processes were computing at the same time, on average over the run."""
        return sum(lane.seconds("computing") for lane in self.lanes) / self.seconds if self.seconds else 0.0

    def waits(self) -> list[tuple[str, float]]:
        """What was waited for and for how many seconds, by all processes together, the longest first."""
        return self._totals("waiting", lambda bar: bar.what)

    def sentence(self) -> str:
        """What the picture shows, in words."""
        count = len(self.lanes)
        told = f"{self.title}: " if self.title else ""
        told += f"{counted(count, 'process')} in {self.seconds:.3g} s"
        told += f"{' (simulated)' * (self.origin == 'simulated')}, {self.at_once():.2f} computing at a time."
        waits = self._totals("waiting", _waited_for)
        if waits:
            told += f" Longest wait: {waits[0][0]}, {waits[0][1]:.3g} s over all processes."
        return f"{told} {self.note}".rstrip()

    def table(self) -> list[dict[str, Any]]:
        """One row a process: its seconds of each kind."""
        return [{"process": lane.name} | {kind: lane.seconds(kind) for kind in KINDS} for lane in self.lanes]

    def _totals(self, kind: Kind, name: Callable[[Bar], str]) -> list[tuple[str, float]]:
        totals: dict[str, float] = {}
        for _, bar in self.bars():
            if bar.kind == kind:
                totals[name(bar)] = totals.get(name(bar), 0.0) + bar.seconds
        return sorted(totals.items(), key=lambda pair: -pair[1])

    def to_json(self) -> dict[str, Any]:
        """Plain data: what the view draws and what a file keeps."""
        return {
            "origin": self.origin,
            "cores": self.cores,
            "note": self.note,
            "title": self.title,
            "seconds": self.seconds,
            "sentence": self.sentence(),
            "lanes": [
                {
                    "name": lane.name,
                    "bars": [[bar.start_s, bar.end_s, bar.kind, bar.what, bar.line] for bar in lane.bars],
                }
                for lane in self.lanes
            ],
        }
