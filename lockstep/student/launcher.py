"""Which launcher this platform has: the one place that knows where fork exists."""

import atexit
import sys
from functools import cache

if sys.platform == "win32":  # what the other one needs is not loaded
    from lockstep.student.launcher_one_by_one import OneByOneLauncher as LocalLauncher
else:
    from lockstep.student.launcher_forking import ForkingLauncher as LocalLauncher


@cache
def local_launcher() -> LocalLauncher:
    """The one launcher of this process; its warm process ends with this one."""
    launcher = LocalLauncher()
    atexit.register(launcher.close)
    return launcher
