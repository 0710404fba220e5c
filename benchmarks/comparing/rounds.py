"""Cases that take turns, and their ratios within rounds as median and 95 % interval (bootstrap)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from lockstep.measurement.samples import interval

Case = Callable[[], Any]
Times = dict[str, list[float]]
Row = tuple[float, float | None, float | None]  # median, and the ends of its 95 % interval


def side_by_side(cases: dict[str, Case], rounds: int) -> Times:
    """Seconds of every case in every round of random order, after one round that is thrown away."""
    rng = np.random.default_rng()
    times: Times = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name in rng.permutation(list(cases)):
            start = time.perf_counter()
            cases[name]()
            if number:
                times[name].append(time.perf_counter() - start)
    return times


def summary(values: list[float]) -> Row:
    return float(np.median(values)), *interval(values)


def ratio(times: Times, name: str, base: str) -> Row:
    """How many times as long as `base`, paired within rounds."""
    return summary([one / other for one, other in zip(times[name], times[base], strict=True)])


def told(row: Row, scale: float = 1.0, digits: int = 2) -> str:
    median, low, high = row
    spread = "" if low is None or high is None else f" ({scale * low:.{digits}f} to {scale * high:.{digits}f})"
    return f"{scale * median:.{digits}f}{spread}"
