"""Which launcher this platform has: the one place that knows where fork exists."""

import atexit
import sys
from functools import cache

from lockstep.student.forked import ForkedLauncher
from lockstep.student.spawned import SpawnedLauncher


@cache
def local_launcher() -> ForkedLauncher | SpawnedLauncher:
    """The one launcher of this process; its warm process ends with this one."""
    launcher = SpawnedLauncher() if sys.platform == "win32" else ForkedLauncher()
    atexit.register(launcher.close)
    return launcher
