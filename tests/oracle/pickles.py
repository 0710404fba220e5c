"""Pickles between the oracle's processes: shared objects go by reference, the program's names by name."""

from __future__ import annotations

import io
import pickle
import types
from typing import Any

HEADER = 4  # bytes before every message in a pipe


class Shared:
    """An object of the oracle's `multiprocessing` that all processes share. It is numbered when it is first pickled."""


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, machine: Any, starting: bool) -> None:
        super().__init__(file, protocol=4)
        self.machine, self.starting = machine, starting
        self.ends: list[Any] = []

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, Shared):
            if not self.starting:
                kind = type(obj).__name__
                raise RuntimeError(f"{kind} objects should only be shared between processes through inheritance")
            if hasattr(obj, "hold"):
                self.ends.append(obj)
            self.machine.objects.append(obj)
            return "shared", len(self.machine.objects) - 1
        if isinstance(obj, (type, types.FunctionType)) and obj.__module__ == "solution":
            if "<" in obj.__qualname__:
                raise pickle.PicklingError(f"Can't pickle {obj!r}")
            return "name", obj.__qualname__
        return None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, machine: Any, namespace: types.ModuleType) -> None:
        super().__init__(file)
        self.machine, self.namespace = machine, namespace

    def persistent_load(self, pid: Any) -> Any:
        kind, what = pid
        if kind == "shared":
            return self.machine.objects[what]
        found: Any = self.namespace
        for name in what.split("."):
            found = getattr(found, name)
        return found


def dump_process(machine: Any, process_object: Any) -> tuple[bytes, list[Any]]:
    """The pickle of a process object, and the ends of pipes in it."""
    file = io.BytesIO()
    pickler = _Pickler(file, machine, starting=True)
    pickler.dump(process_object)
    return file.getvalue(), pickler.ends


def dump(machine: Any, value: Any) -> bytes:
    """The pickle of a message."""
    file = io.BytesIO()
    _Pickler(file, machine, starting=False).dump(value)
    return file.getvalue()


def load(machine: Any, namespace: types.ModuleType, data: bytes) -> Any:
    """What was pickled, with the names of the program found in `namespace`."""
    return _Unpickler(io.BytesIO(data), machine, namespace).load()
