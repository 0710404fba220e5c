"""A process's store buffer: what it has written to memory without a lock and the others do not see yet, oldest first.

Owens, Sarkar & Sewell, "A better x86 memory model: x86-TSO" (TPHOLs 2009).
"""

from __future__ import annotations

from lockstep.standin.declared import Teller, machine_operation, object_kind
from lockstep.standin.operation import Message, Operation

BUFFER = "store buffer"
ARRIVE = "store_buffer.arrive"
HOLDS = 8  # values; processors have some dozens, and a loop that only writes would have states without end
_OF = f"{BUFFER} of "

Pending = tuple[tuple[str, Message], ...]  # cells and what was written into them


def _told(pending: Pending, tell: Teller) -> str:
    if not pending:
        return "empty"
    return (
        ", ".join(f"{tell.object(cell)} = {tell.message(message)}" for cell, message in pending)
        + " (nobody else sees it yet)"
    )


object_kind(BUFFER, _told)
machine_operation(ARRIVE, told="let the others see {object} = {1}")


def store_buffer_of(process: str) -> str:
    """The name of the process's store buffer."""
    return _OF + process


def is_store_buffer(name: str) -> bool:
    return name.startswith(_OF)


def in_memory(operation: Operation) -> bool:
    """Does it read or write a cell that no lock guards?"""
    return operation.kind in ("cell.read", "cell.write") and not operation.arguments[0]


def newest(pending: Pending, cell: str) -> Message | None:
    """What the process itself reads in the cell, None if it has written nothing there."""
    return next((message for name, message in reversed(pending) if name == cell), None)
