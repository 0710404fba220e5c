"""What a program's module holds in other processes, and what of its top level they do not do again, with the words for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from lockstep.program.source import Cell

_CELL = re.compile(r"In\[\d+\]|cell \d+|given")
_PASS = "pass it as an argument"
_GUARDS = frozenset({"Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier"})
_STARTS = frozenset({"Manager", "Pool", "Process", "ProcessPoolExecutor", "SyncManager"})


class Changing(NamedTuple):
    """Names whose objects a statement of the top level changes beside those that it binds, and that something reads."""

    label: str
    line: int
    names: tuple[str, ...]


class LeftOut(NamedTuple):
    """Names that a statement of the top level binds and that are not there, from its place in its cell on, and why."""

    label: str
    line: int
    names: tuple[str, ...]
    why: str  # of one of the names: "is computed when ..."


@dataclass(frozen=True)
class Definitions:
    """A module's cells with only what it is made of left, and what could not be kept."""

    cells: tuple[Cell, ...]
    left_out: tuple[LeftOut, ...] = ()  # that something kept reads
    changing: tuple[Changing, ...] = ()
    unparsed: dict[str, str] = field(default_factory=dict)  # label of a cell that does not parse -> why


class NotAgain(BaseException):  # not an Exception, or a program could take it for one of its own
    """The top level does what other processes must not do again; `words(label, line)` say it of a name."""

    def __init__(self, words: Callable[[str, int], str]) -> None:
        super().__init__(words("top level", 0))
        self.words = words


def when(label: str, line: int) -> str:
    """When a top-level statement runs: "when the notebook runs (In[3], line 2)"."""
    return f"when the {'notebook' if _CELL.fullmatch(label) else 'file'} runs ({label}, line {line})"


def computed(label: str, line: int) -> str:
    return f"is computed {when(label, line)}; {_PASS}"


def shown(label: str, line: int, what: str) -> str:
    return f"is computed {when(label, line)}, by {what}; {_PASS}"


def asked_for(label: str, line: int) -> str:
    return f"is asked for {when(label, line)}; {_PASS}"


def below_main(label: str, line: int) -> str:
    return (
        f'is set below `if __name__ == "__main__"` ({label}, line {line}), which other processes do not run; set it '
        f"above, or {_PASS}"
    )


def deleted(label: str, line: int) -> str:
    return f"was deleted ({label}, line {line}): run its cell again"


def not_python(label: str, problem: str) -> str:
    return f"is not there: {label} is no Python yet ({problem})"


def too_long(label: str, line: int, seconds: float) -> str:
    return (
        f"takes too long to compute ({label}, line {line}): every process computes anew what is read of the top level, "
        f"and may take {seconds:g} s for all of it; {_PASS}"
    )


def writing(label: str, line: int) -> str:
    return (
        f"comes from a file that is written {when(label, line)}; every process would write it anew: write it in a "
        f"function, or {_PASS}"
    )


def shared(label: str, line: int, what: str) -> str:
    """`what`: the object of `multiprocessing` that is made at the top level ("Lock"), or what starts processes ("Pool", "subprocess.run")."""
    where = f"`{what}` {when(label, line)}"
    if what in _STARTS or "." in what:
        return (
            f"comes from processes that are started by {where}; every process would start them again: start them in a "
            f"function, or {_PASS}"
        )
    alone = "keeps nobody out" if what in _GUARDS else "shares nothing"
    return (
        f"is made with {where}; under spawn every process makes one of its own, which {alone}: make it in the function "
        f"that starts the processes, and give it to them as an argument (to a pool by `initializer` and `initargs`)"
    )
