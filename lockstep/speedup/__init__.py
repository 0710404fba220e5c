"""How much faster a program gets with more workers: measured honestly, shown while it is measured.

The package itself can be called: `from lockstep import speedup` gives something to call whichever way it was loaded.
"""

import sys
from types import ModuleType
from typing import Any

from lockstep.speedup.measure import speedup
from lockstep.speedup.plan import Plan
from lockstep.speedup.result import Speedup
from lockstep.speedup.samples import Point, Sample

__all__ = ["Plan", "Point", "Sample", "Speedup", "speedup"]


class _CallablePackage(ModuleType):
    def __call__(self, *arguments: Any, **named: Any) -> Speedup:
        return speedup(*arguments, **named)


sys.modules[__name__].__class__ = _CallablePackage
