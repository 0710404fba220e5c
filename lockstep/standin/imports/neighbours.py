"""Modules of the learner's own that lie beside the program: every simulated process loads its own, as the program."""

from __future__ import annotations

import importlib.machinery
import os
import site
import sys
import types
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from lockstep.standin.machine import not_covered

_INSTALLED = tuple(
    os.path.realpath(folder) + os.sep
    for folder in (sys.prefix, sys.base_prefix, os.path.dirname(os.__file__), *site.getsitepackages(),
                   site.getusersitepackages(), os.path.dirname(os.path.dirname(os.path.dirname(__file__))))
)  # fmt: skip
_REAL = ("multiprocessing", "concurrent.futures")


def neighbour(
    name: str, builtins: Callable[[], dict[str, Any]], made: dict[str, types.ModuleType]
) -> types.ModuleType | None:
    """The module of this name loaded anew into `made`, if it is a file of the learner's own; else None.

    Raises what its code raises. Packages are not loaded anew: see `check_package`.
    """
    file, package = _own_file(name, tuple(sys.path))
    if file is None or package:
        return None
    module = types.ModuleType(name)
    module.__dict__.update(__file__=file, __builtins__=builtins())
    made[name] = module
    try:
        exec(_code(file, os.stat(file).st_mtime_ns), module.__dict__)
    except BaseException:
        del made[name]
        raise
    return module


def check_package(name: str) -> None:
    """Raises NotCovered if this is a package of the learner's own and uses real processes, which it would start."""
    if not _own_file(name, tuple(sys.path))[1]:
        return
    for loaded, module in list(sys.modules.items()):
        if loaded.partition(".")[0] == name and any(map(_is_real, vars(module).values())):
            raise not_covered(
                f"processes in the package `{name}`", f"put `{loaded}` into a file of its own beside the program"
            )


def _is_real(value: Any) -> bool:
    if isinstance(value, types.ModuleType):
        return value.__name__.startswith(_REAL)
    known = isinstance(value, type | types.FunctionType | types.MethodType)
    return known and str(value.__module__).startswith(_REAL)


@lru_cache(maxsize=1_000)
def _own_file(name: str, path: tuple[str, ...]) -> tuple[str | None, bool]:
    """The file of a module that is not installed, and whether it is a package's."""
    if name in sys.builtin_module_names or name in sys.stdlib_module_names:
        return None, False
    spec = importlib.machinery.PathFinder.find_spec(name, list(path))
    origin = spec.origin if spec is not None and spec.has_location else None
    if spec is None or origin is None or not origin.endswith(".py") or os.path.realpath(origin).startswith(_INSTALLED):
        return None, False
    return origin, spec.submodule_search_locations is not None


@lru_cache(maxsize=100)
def _code(file: str, changed: int) -> types.CodeType:
    with open(file, "rb") as opened:
        return compile(opened.read(), file, "exec", dont_inherit=True)
