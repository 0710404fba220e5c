"""An instrument's package that can itself be called.

`from lockstep import speedup` gives the package or the function in it, whichever was loaded first. Both can then be called.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class CallablePackage(ModuleType):
    """A call goes to the function that has the package's own name, in the module `_home`, which is loaded then."""

    _home: str

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return getattr(import_module(self._home), self.__name__.rpartition(".")[2])(*arguments, **named)


def make_callable(package: str, home: str) -> None:
    """Let `package(...)` mean the function of the same name in the module `home`."""
    module: Any = sys.modules[package]
    module.__class__ = CallablePackage
    module._home = home
