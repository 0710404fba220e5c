"""Fresh modules of a learner's program for every simulated process."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

from lockstep.program.loading import Loadable, Watch
from lockstep.standin.imports.covered import covered_builtins
from lockstep.standin.machine import NotCovered
from lockstep.standin.missing import Missing, reason_missing

SOLUTION, GIVEN = "solution", "given"
Importing = Callable[[str, Mapping[str, types.ModuleType], dict[str, types.ModuleType]], Callable[..., Any]]


class Namespaces:
    """The modules of one simulated process: the learner's, and the given code beside it.

    A name that is missing is bound nowhere, so that whatever looks it up is refused, even to ask what it is.
    """

    def __init__(self, identity: str, program: Loadable, given: Loadable, importing: Importing, watch: Watch) -> None:
        """`importing` makes an `__import__` of a process's identity, its modules and `made`; `watch` as in loading."""
        self.modules: dict[str, types.ModuleType]
        self.made: dict[str, types.ModuleType] = {}  # `random` and others that are this process's own
        for kind in (dict, _Refusing) if program.complete else (_Refusing,):
            self.modules = {name: types.ModuleType(name) for name in (SOLUTION, GIVEN)}
            self.made.clear()
            self.importer = importing(identity, self.modules, self.made)
            builtins = kind(covered_builtins(self.importer))
            self._absent = _Absent(builtins)
            # Where `dataclass` looks for what annotations written as text name.
            for name, module in self.modules.items():
                sys.modules.setdefault(name, module)
            self._load(program, given, builtins, watch)
            # Looking up names is slower in what can refuse some, so that is for programs which need it.
            if not self._absent:
                break

    def _load(self, program: Loadable, given: Loadable, builtins: dict[str, Any], watch: Watch) -> None:
        self.made["builtins"] = types.ModuleType("builtins")
        vars(self.made["builtins"]).update(builtins)
        solution, beside = (vars(module) for module in self.modules.values())
        solution["__builtins__"] = beside["__builtins__"] = builtins
        program.execute(solution, watch, self._absent, NotCovered)
        # As `from solution import *` does.
        public = solution.get("__all__", [name for name in solution if not name.startswith("_")])
        beside.update({name: solution[name] for name in public if name in solution})
        given.execute(beside, watch, self._absent, NotCovered)

    def find(self, module: str, qualname: str) -> Any:
        """What the name means here. Raises AttributeError if nothing, NotCovered if it is missing."""
        found: Any = self.modules[module] if module in self.modules else self.importer(module)
        first = qualname.partition(".")[0]
        if module in self.modules and first in self._absent and first not in vars(found):
            raise NotCovered(reason_missing(self._absent[first]))
        for part in qualname.split("."):
            found = getattr(found, part)
        return found

    def named(self, origin: str, name: str) -> Any:
        """What a reference means here: the name of the learner's ("student") or of given code; raises as `find`."""
        return self.find(GIVEN if origin == GIVEN else SOLUTION, name)

    def own_name(self, thing: Any) -> tuple[str, str] | None:
        """The module and the name by which every process finds its own one of a function or class, if it has one."""
        random = self.made.get("random")
        if random is not None and getattr(thing, "__self__", None) is vars(random)["_inst"]:
            return "random", thing.__name__
        module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", "")
        found: Any = self.made.get(module) if isinstance(module, str) else None
        for part in name.split(".") if found is not None else ():
            found = getattr(found, part, None)
        return (module, name) if found is thing and isinstance(module, str) else None


class _Refusing(dict[str, Any]):
    """Builtins that refuse the names which are absent: a name is looked for here when its module does not bind it."""

    absent: Mapping[str, Missing]

    def __missing__(self, name: str) -> Any:
        if name in self.absent:
            raise NotCovered(reason_missing(self.absent[name]))
        raise KeyError(name)


class _Absent(dict[str, Missing]):
    """The names that a process's modules lack, which hide builtins as they would if they were there."""

    def __init__(self, builtins: dict[str, Any]) -> None:
        super().__init__()
        self._builtins = builtins
        if isinstance(builtins, _Refusing):
            builtins.absent = self

    def __setitem__(self, name: str, missing: Missing) -> None:
        self._builtins.pop(name, None)
        super().__setitem__(name, missing)
