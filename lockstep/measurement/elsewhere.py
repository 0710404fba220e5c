"""Speed-ups that somebody measured on a larger machine and that are kept with the course, to be drawn beside others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

FILE = Path(__file__).with_name("sixteen.json")
"""What `make sixteen` writes, on a machine that has 16 CPUs; it need not be there."""


@dataclass(frozen=True)
class Elsewhere:
    """The speed-ups (workers, speed-up) of the program that was called with `sizes`, and the machine they are from."""

    machine: str
    sizes: tuple[Any, ...]
    speedups: tuple[tuple[int, float], ...]

    @property
    def label(self) -> str:
        return f"measured on {self.machine}"


def measured_elsewhere(name: str, file: Path = FILE) -> Elsewhere | None:
    """What is kept of the program of that name; None where nothing is kept of any program.

    A speed-up is the median time of the serial program over the median time with so many workers. Raises ValueError for a
    name that is not among those kept.
    """
    if not file.exists():
        return None
    kept = json.loads(file.read_text(encoding="utf-8"))
    programs = kept["programs"]
    if name not in programs:
        raise ValueError(
            f"no measurement of {name!r} is kept with the course; there are some of {', '.join(sorted(programs))}"
        )
    seconds = programs[name]["seconds"]
    alone = median(seconds["serial"])
    runs = sorted((int(workers), median(taken)) for workers, taken in seconds.items() if workers != "serial")
    return Elsewhere(
        _machine(kept, runs[-1][0]),
        tuple(programs[name]["sizes"]),
        tuple((workers, alone / taken) for workers, taken in runs),
    )


def _machine(kept: dict[str, Any], most: int) -> str:
    """Two hyper-threads of a core are two CPUs, but no two cores: then it is said how many they were as fast as."""
    cpu, cores = kept["machine"]["cpu"], median(kept["capacity"])
    return f"{most} cores of {cpu}" if cores > 0.9 * most else f"{most} CPUs of {cpu}, as fast as {cores:.1f} cores"
