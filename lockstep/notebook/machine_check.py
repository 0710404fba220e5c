"""`machine_check()`: what this machine gives the course: CPUs, start methods, and what is measured here and what simulated."""

from __future__ import annotations

import html
import multiprocessing
import platform
import re
import shutil
import statistics
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockstep.machine.capacity import KERNEL_SECONDS, QUOTA_SECONDS, CapacityProbe
from lockstep.machine.usable import usable_cpus
from lockstep.page.bar import Bar
from lockstep.words import counted, enumerated

_PATIENCE_S = 20  # for a child that only starts and ends
_MOST_PROCESSES = 8  # that are tried at once
_TURNS = 3  # of trying them, of which the middle one counts
_SCARCE = 128 * 2**20  # bytes of shared memory


@dataclass(frozen=True)
class MachineCheck:
    """What was found, a (name, sentence) each."""

    rows: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {words}" for name, words in self.rows)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" style="text-align: left; vertical-align: top">{html.escape(name)}</th>'
            f'<td style="text-align: left">{_with_code(words)}</td></tr>'
            for name, words in self.rows
        )
        return f"<table><tbody>{rows}</tbody></table>"


def machine_check() -> MachineCheck:
    """Tries what the course needs from this machine, in some seconds: its CPUs, each start method, shared memory."""
    cpus = usable_cpus()
    tried = max(2, min(cpus.count, _MOST_PROCESSES))
    bar = Bar()
    try:
        speedup = _speedup(tried, QUOTA_SECONDS if cpus.has_quota else KERNEL_SECONDS, bar)
        start_methods = _start_methods(bar)
    finally:
        bar.close()
    return MachineCheck(
        (
            ("CPUs", cpus.sentence()),
            ("Just now", _just_now(tried, speedup)),
            ("Measured", _measured(cpus.count, cpus.share)),
            (
                "Simulated",
                "`simulate` runs your program on 1 to 64 virtual cores, whatever this machine has; its curves say so.",
            ),
            ("Start methods", start_methods),
            ("Shared memory", _shared_memory(Path("/dev/shm"))),
            ("Python", f"{platform.python_version()} on {platform.system()}."),
        )
    )


def _speedup(processes: int, seconds: float, bar: Bar) -> float:
    """How many times the work of one so many processes do that only compute."""
    told = f"{counted(processes, 'process')} compute at the same time"
    bar.tell(told, 0.1)
    found = []
    with CapacityProbe(processes, seconds) as probe:
        for turn in range(_TURNS):
            bar.tell(told, 0.2 + 0.4 * turn / _TURNS)
            found.append(probe.measure(processes, repetitions=1).speedup)
    return statistics.median(found)


def _with_code(words: str) -> str:
    return re.sub(r"`(.+?)`", r"<code>\1</code>", html.escape(words))


def _just_now(processes: int, speedup: float) -> str:
    words = (
        f"{counted(processes, 'process')} that only compute did {min(speedup, processes):.1f} times the work of one."
    )
    return words if speedup > 0.8 * processes else f"{words} Others are using this machine, or there are too few CPUs."


def _measured(count: int, share: float) -> str:
    if share < 2:
        return "Processes that compute cannot be faster together than one alone here; waiting can overlap. So measured curves stay near 1."
    return f"`speedup` measures with 1 to {count} workers; what a plot shows beyond is simulated, and is labelled so."


def _start_methods(bar: Bar) -> str:
    methods = multiprocessing.get_all_start_methods()
    default, told = methods[0], []
    for turn, method in enumerate(methods):
        bar.tell(f"a child is started by {method}", 0.6 + 0.4 * turn / len(methods))
        told.append(f"{method} {_tried(method)}")
    return f"{enumerated(told)}. Without asking you get {default}."


def _tried(method: str) -> str:
    """Starts a child by this method, and says how long it took or that it did not end well."""
    context: Any = multiprocessing.get_context(method)  # whose types know Process only of a method that is named
    child = context.Process(target=_nothing)
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of fork beside threads: nothing runs in this child
        child.start()
    child.join(_PATIENCE_S)
    spent = time.perf_counter() - start
    code = child.exitcode
    if code is None:
        child.kill()
        child.join()
    child.close()
    return f"works ({1000 * spent:.0f} ms)" if code == 0 else "does not work here"


def _nothing() -> None:
    """What a child does that is only tried."""


def _shared_memory(place: Path) -> str:
    if not place.is_dir():
        return "Where it lies, the system decides."
    free = shutil.disk_usage(place).free
    words = f"{free // 2**20:,} MB are free."
    return words if free >= _SCARCE else f"{words} That is enough for the course, and not for much larger arrays."
