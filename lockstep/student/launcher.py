"""Which launcher this platform has: the one place that knows where fork exists."""

import atexit
import sys
from functools import cache

from lockstep.student.launcher_forking import ForkingLauncher
from lockstep.student.launcher_one_by_one import OneByOneLauncher


@cache
def local_launcher() -> ForkingLauncher | OneByOneLauncher:
    """The one launcher of this process; its warm process ends with this one."""
    launcher = OneByOneLauncher() if sys.platform == "win32" else ForkingLauncher()
    atexit.register(launcher.close)
    return launcher
