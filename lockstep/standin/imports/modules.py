"""Modules of which a program gets a part: what is not covered is refused by its name, and only when it is used."""

from __future__ import annotations

import importlib.util
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lockstep.standin.machine import NotCovered, not_covered
from lockstep.standin.missing import Missing


class StandIn(types.ModuleType):
    """Stands for a module. It has `contents`; of the rest it says what to use instead, by name or in general."""

    def __init__(self, name: str, contents: Mapping[str, Any], instead: Mapping[str, str], otherwise: str) -> None:
        super().__init__(name)
        public = {key: value for key, value in contents.items() if not key.startswith("__")}
        vars(self).update(public, __all__=sorted(public), __path__=[])
        self._instead, self._otherwise = instead, otherwise

    def __getattr__(self, name: str) -> Any:
        full = f"{self.__name__}.{name}"
        if name.startswith("__") or not _exists(self.__name__, name):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        raise not_covered(f"`{full}`", self._instead.get(name, self._otherwise))


class StandIns:
    """The stand-ins for some packages and their modules, by full name; made once, and the same for all processes."""

    def __init__(
        self,
        contents: Mapping[str, Mapping[str, Any]],
        instead: Mapping[str, str],
        otherwise: str,
        later: Mapping[str, Callable[[], tuple[Mapping[str, Mapping[str, Any]], Mapping[str, str]]]] | None = None,
    ) -> None:
        """`instead`: what to use for names and modules that are not covered, by their last word.

        `later`: packages whose contents and `instead` are asked for when they are first imported.
        """
        self._instead, self._otherwise, self._later = dict(instead), otherwise, dict(later or {})
        self._modules: dict[str, StandIn] = {}
        for name, names in contents.items():
            self._add(name, names)

    def packages(self) -> Iterable[str]:
        return {name.partition(".")[0] for name in self._modules} | self._later.keys()

    def module(self, name: str) -> StandIn:
        """The stand-in of this name. Raises ModuleNotFoundError if there is no such module in truth."""
        if (load := self._later.pop(name.partition(".")[0], None)) is not None:
            contents, instead = load()
            self._instead.update(instead)
            for each, names in contents.items():
                self._add(each, names)
        if name not in self._modules:
            if importlib.util.find_spec(name) is None:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            self._add(name, {})
        return self._modules[name]

    def _add(self, name: str, contents: Mapping[str, Any]) -> None:
        above, _, short = name.rpartition(".")
        otherwise = self._instead.get(short, self._otherwise)
        self._modules[name] = StandIn(name, contents, self._instead, otherwise)
        if above:
            setattr(self.module(above), short, self._modules[name])


class Lenient(types.ModuleType):
    """What `from module import ...` looks into: for what is not covered it gives what refuses every use."""

    def __init__(self, module: types.ModuleType, star: bool) -> None:
        super().__init__(module.__name__)
        self._module = module
        if star:
            vars(self)["__all__"] = _public_names(module)

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(self._module, name)
        except NotCovered as error:
            return Missing(str(error), NotCovered)


def _public_names(module: types.ModuleType) -> list[str]:
    """What a star brings from the real module."""
    real = importlib.import_module(module.__name__)
    return list(getattr(real, "__all__", [name for name in vars(real) if not name.startswith("_")]))


def _exists(module: str, name: str) -> bool:
    """Does the real module have this name?"""
    try:
        return (
            hasattr(importlib.import_module(module), name) or importlib.util.find_spec(f"{module}.{name}") is not None
        )
    except ImportError:
        return False
