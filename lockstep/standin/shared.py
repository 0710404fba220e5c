"""What all objects of the stand-in have in common: a name, asking, and who may inherit them."""

from __future__ import annotations

import queue
import threading
from typing import Any

from lockstep.standin.lacking import Lacking
from lockstep.standin.machine import current
from lockstep.standin.operation import Creation, Operation, Raised, Value


class CollectiveMismatch(RuntimeError):
    """Ranks of an MPI program make different collective calls at the same turn."""


EXCEPTIONS: dict[str, type[Exception]] = {
    "AssertionError": AssertionError,
    "BrokenBarrierError": threading.BrokenBarrierError,
    "BrokenPipeError": BrokenPipeError,
    "CollectiveMismatch": CollectiveMismatch,
    "EOFError": EOFError,
    "Empty": queue.Empty,
    "FileNotFoundError": FileNotFoundError,
    "Full": queue.Full,
    "OverflowError": OverflowError,
    "ValueError": ValueError,
}


def ask(kind: str, objects: tuple[str, ...], *arguments: Any, patience: float | None = None) -> Any:
    """Performs an operation on the machine that runs now; an answer that is an exception is raised."""
    answer = current().perform(Operation(kind, objects, arguments, patience))
    if type(answer) is Raised:
        raise EXCEPTIONS[answer.exception](answer.text) if answer.text else EXCEPTIONS[answer.exception]()
    return answer


def new_name() -> str:
    """The name of the next object that the current process creates."""
    machine = current()
    return f"{machine.process().identity}#{machine.number_object()}"


class Shared(Lacking):
    """An object that processes share by its name. A copy in another process is the same object."""

    kind = "object"

    def _exist(self, kind: str, value: Value) -> str:
        name = new_name()
        current().create(Creation(name, kind, value))
        return name

    def __repr__(self) -> str:
        # No address, which differs from run to run, and no value: to look at it would be a step.
        return f"<{type(self).__name__.removeprefix('Shared')}>"

    def __reduce_ex__(self, protocol: Any) -> Any:
        if not current().spawning:
            raise RuntimeError(
                f"{type(self).__name__} objects should only be shared between processes through inheritance"
            )
        return _restore, (type(self), self._inherited())

    def _inherited(self) -> dict[str, Any]:
        """The attributes that a process gets which inherits this object."""
        return dict(self.__dict__)


def _restore(cls: type[Shared], attributes: dict[str, Any]) -> Shared:
    shared = cls.__new__(cls)
    shared.__dict__.update(attributes)
    return shared
