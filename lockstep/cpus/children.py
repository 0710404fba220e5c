"""The processes that this one started, and how those that were left behind are stopped."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

import psutil

_SERVICES = ("resource_tracker", "forkserver import main")  # they outlive programs on purpose
_GRACE_S = 1.0


def descendants() -> set[psutil.Process]:
    """All children and theirs, without multiprocessing's own services."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if not any(service in " ".join(process.cmdline()) for service in _SERVICES):
                found.add(process)
    return found


def stop(processes: Iterable[psutil.Process]) -> None:
    """Ask them to end, then make them, and wait until they are gone."""
    asked = list(processes)
    for process in asked:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(asked, timeout=_GRACE_S)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=_GRACE_S)
