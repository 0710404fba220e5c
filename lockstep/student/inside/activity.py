"""Which processes compute and which wait, by the kernel's view of them."""

import contextlib
import time

import psutil

_LOOKS = 7
_PAUSE_S = 0.01


def computing(processes: list[psutil.Process]) -> frozenset[int]:
    """The pids of those that ran, or could have run, at most of several looks; takes some 0.1 s."""
    seen = dict.fromkeys((process.pid for process in processes), 0)
    for _ in range(_LOOKS):
        for process in processes:
            with contextlib.suppress(psutil.Error):
                seen[process.pid] += process.status() == psutil.STATUS_RUNNING
        time.sleep(_PAUSE_S)
    return frozenset(pid for pid, times in seen.items() if times > _LOOKS // 2)
