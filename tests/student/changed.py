"""A launcher some of whose defences are changed: a proof that it is they which hold."""

import sys

from lockstep.student.launcher_forking import ForkingLauncher

_MAIN = """
import os, pathlib
from lockstep.student.inside import confinement, keeper, segments, zygote
{changes}
zygote.main({descriptor}, confinement.Unconfined())
"""


class ChangedLauncher(ForkingLauncher):
    """Its zygote executes the statements `changes` first."""

    def __init__(self, changes):
        super().__init__()
        self.changes = changes

    def _command(self, descriptor):
        return [sys.executable, "-c", _MAIN.format(changes=self.changes, descriptor=descriptor)]
