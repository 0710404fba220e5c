"""A probe of what P processes really get from this machine, whatever its settings promise."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

Reply = tuple[float, float]  # seconds of wall, seconds of CPU, of one process's countdown
Countdown = Callable[[int, int], tuple[float, Sequence[Reply]]]  # (processes, steps) -> wall of all, replies

KERNEL_SECONDS = 0.15  # a system may take some hundredths to put a second process on another CPU
SPIN = Path(__file__).with_name("spin.py")
QUOTA_SECONDS = 0.4  # several periods of a control group's quota (100 ms each), or a burst is measured


@dataclass(frozen=True, slots=True)
class Capacity:
    """What `workers` busy processes got.

    `alone_s`, `alone_cpu_s`: wall and CPU seconds of one process's countdown, running alone.
    `together_s`: wall seconds until `workers` processes had each done as much, at the same time.
    """

    workers: int
    alone_s: float
    alone_cpu_s: float
    together_s: float

    @property
    def cpus(self) -> float:
        """How many undisturbed CPUs' worth of work was done: falls under a quota and under others' load."""
        return self.workers * self.alone_cpu_s / self.together_s

    @property
    def speedup(self) -> float:
        """P x T1 / TP: the speed-up of a program without any overhead, the ceiling for every other."""
        return self.workers * self.alone_s / self.together_s


class CapacityProbe:
    """Persistent processes that count down in registers. A context manager: none is left when it ends."""

    def __init__(self, workers: int, seconds: float = KERNEL_SECONDS, kernel: Path = SPIN) -> None:
        """`kernel`: a program that takes numbers of steps and answers as `spin.py` does, where something else is to be measured."""
        self._workers = workers
        self._seconds = seconds
        self._kernel = kernel
        self._steps = 0
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> CapacityProbe:
        try:
            for _ in range(self._workers):
                self._processes.append(_start(self._kernel))
            self._countdown(self._workers, 1)  # every interpreter is up
            trial = 200_000
            self._steps = max(1, int(trial * self._seconds / self._countdown(1, trial)[1][0][1]))
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def measure(self, workers: int, repetitions: int = 3) -> Capacity:
        """The capacity of `workers` processes, at most as many as the probe has, at least 1."""
        return capacity_from(self._countdown, workers, self._steps, repetitions)

    def close(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.communicate()
        self._processes.clear()

    def _countdown(self, workers: int, steps: int) -> tuple[float, Sequence[Reply]]:
        chosen = self._processes[:workers]
        start = time.perf_counter()
        for process in chosen:
            assert process.stdin is not None
            process.stdin.write(f"{steps}\n")
            process.stdin.flush()
        replies = []
        for process in chosen:
            assert process.stdout is not None
            wall, cpu = process.stdout.readline().split()
            replies.append((float(wall), float(cpu)))
        return time.perf_counter() - start, replies


def capacity_from(countdown: Countdown, workers: int, steps: int, repetitions: int = 3) -> Capacity:
    """Medians over `repetitions`, alone and together taking turns so that a slow spell meets both."""
    if workers < 1:
        raise ValueError(f"the capacity of {workers} processes cannot be measured: give at least 1")
    alone: list[Reply] = []
    together: list[float] = []
    for _ in range(repetitions):
        _, (reply,) = countdown(1, steps)
        alone.append(reply)
        together.append(reply[0] if workers == 1 else countdown(workers, steps)[0])
    return Capacity(
        workers,
        statistics.median(wall for wall, _ in alone),
        statistics.median(cpu for _, cpu in alone),
        statistics.median(together),
    )


def _start(kernel: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(kernel)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # a notebook interrupts its whole process group; this one ends when its pipe is closed
    )
