"""How many CPUs this process may use, as a whole number and as a share, and where each limit came from."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

import psutil

from lockstep.machine.cgroup import Quota, quotas
from lockstep.words import counted


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `cpus` CPUs, because of `source`, in the learner's words."""

    cpus: float
    source: str


@dataclass(frozen=True, slots=True)
class UsableCpus:
    """What this process may use of the machine.

    `count`     processes that can make progress at once: a whole number, at least 1.
    `share`     seconds of CPU in a second: at most `count`, and a fraction under a quota (0.5 is half a CPU).
    `logical`   CPUs the operating system shows; `physical` cores among them, None where it does not tell.
    `limits`    every limit that was found, the strictest first.
    """

    count: int
    share: float
    logical: int
    physical: int | None
    limits: tuple[Limit, ...]

    @property
    def has_quota(self) -> bool:
        """Whether time is limited, not only places: short runs can then burst above the share."""
        return self.share < self.count or any("quota" in limit.source for limit in self.limits)

    def sentence(self) -> str:
        machine = counted(self.logical, "logical CPU")
        if self.physical is not None and self.physical != self.logical:
            machine += f" on {counted(self.physical, 'physical core')}"
        binding = [limit for limit in self.limits if math.isclose(limit.cpus, self.share)]
        if not binding or self.share >= self.logical:
            return (
                f"This machine shows {machine}, and this process may use {'all of them' if self.logical > 1 else 'it'}."
            )
        return f"This machine shows {machine}; this process may use {self.share:g} ({binding[0].source})."

    def __str__(self) -> str:
        return self.sentence()


def usable_cpus(root: Path = Path("/")) -> UsableCpus:
    """The CPUs that this process may use: by its affinity, by the quotas of its control groups, and by what
    LOKY_MAX_CPU_COUNT asks of joblib and its like. `root` is where `proc` and `sys` are looked for.
    """
    logical = os.cpu_count() or 1
    return from_limits(
        logical=logical,
        physical=psutil.cpu_count(logical=False),
        affinity=_affinity(logical),
        asked=os.environ.get("LOKY_MAX_CPU_COUNT"),
        quotas=quotas(root),
    )


def from_limits(
    logical: int,
    physical: int | None,
    affinity: int,
    asked: str | None = None,
    quotas: tuple[Quota, ...] = (),
) -> UsableCpus:
    """All limits combined; `asked` is what the environment asks for."""
    limits = [Limit(quota.cpus, f"quota in {quota.source}") for quota in quotas]
    if affinity < logical:
        limits.append(Limit(affinity, "affinity mask of this process"))
    if asked is not None and asked.isdigit() and int(asked) < logical:
        limits.append(Limit(int(asked), "environment variable LOKY_MAX_CPU_COUNT"))
    count = max(1, min([logical, affinity, *(math.ceil(limit.cpus) for limit in limits)]))
    share = min([float(count), *(quota.cpus for quota in quotas)])
    return UsableCpus(count, share, logical, physical, tuple(sorted(limits, key=lambda limit: limit.cpus)))


def _affinity(logical: int) -> int:
    try:
        return len(psutil.Process().cpu_affinity() or ()) or logical
    except (AttributeError, psutil.Error):  # macOS has no affinity
        return logical
