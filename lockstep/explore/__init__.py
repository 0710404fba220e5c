"""`explore`: a program of processes on every one of its interleavings.

The package itself can be called, so that `from lockstep import explore` gives something to call whichever way it
was loaded.
"""

import sys
import types
from typing import Any


class _Callable(types.ModuleType):
    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        from lockstep.explore.exploring import explore

        return explore(*arguments, **keywords)


sys.modules[__name__].__class__ = _Callable
