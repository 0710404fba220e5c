"""A process's log of operations in a file that is mapped into memory, so that it survives the process.

Pool workers are ended by a signal and get no chance to write anything: every operation is therefore in the
file as soon as it is known, also the one that a process is in when it ends. Another process may read the
file meanwhile.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockstep.timeline.bars import Kind

CAPACITY = 200_000
"""Operations that one process can log; later ones are counted as lost. 5 MB of a sparse file."""

_HEADER = struct.Struct("<Qdddii")  # operations, born, died (0: alive), start of the open one, its number, lost
_RECORD = struct.Struct("<ddi4x")  # start and end on time.perf_counter's clock, number of the operation
_COUNT = struct.Struct("<Q")
_OPEN = struct.Struct("<di")
_DIED_AT, _OPEN_AT, _LOST_AT = 16, 24, 36
_SIZE = 64 + _RECORD.size * CAPACITY
_NONE = -1


@dataclass(frozen=True, slots=True)
class Operation:
    """An entry's kind and name, and the file and line that asked for it ("" and 0: no learner's)."""

    kind: Kind
    what: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    start: float
    end: float
    operation: Operation


@dataclass(frozen=True, slots=True)
class Log:
    """All that one process left; `asked` is when it was asked for.

    `born` is None until its own program begins, `died` while it lives.
    """

    name: str
    asked: float
    born: float | None
    died: float | None
    entries: tuple[Entry, ...]
    open: Entry | None
    lost: int


def announce(folder: Path, key: str, name: str, asked: float) -> None:
    """The parent writes that a process was asked for: it may be ended before it can say so itself."""
    (folder / f"{key}.names").write_text(json.dumps([name, asked]) + "\n", encoding="utf-8")


class LogWriter:
    """Appends to the log that was announced as `key`, from when the process was `born`."""

    def __init__(self, folder: Path, key: str, born: float) -> None:
        with open(folder / f"{key}.log", "w+b") as file:
            file.truncate(_SIZE)
            self._memory = mmap.mmap(file.fileno(), _SIZE)
        self._names = open(folder / f"{key}.names", "a", encoding="utf-8")  # noqa: SIM115  # open as long as this is
        self._numbers: dict[Hashable, int] = {}
        self._count = 0
        self._lost = 0
        _HEADER.pack_into(self._memory, 0, 0, born, 0.0, 0.0, _NONE, 0)

    def number(self, kind: Kind, what: str, file: str, line: int) -> int:
        """The number by which the log knows an operation; the names are written when it is new."""
        key = (kind, what, file, line)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self._numbers)
            self._names.write(json.dumps(key) + "\n")
            self._names.flush()
        return found

    def begin(self, start: float, number: int) -> None:
        _OPEN.pack_into(self._memory, _OPEN_AT, start, number)

    def append(self, start: float, end: float, number: int) -> None:
        if self._count < CAPACITY:
            _RECORD.pack_into(self._memory, 64 + _RECORD.size * self._count, start, end, number)
            self._count += 1
            _COUNT.pack_into(self._memory, 0, self._count)
        else:
            self._lost += 1
            struct.pack_into("<i", self._memory, _LOST_AT, min(self._lost, 2**31 - 1))
        _OPEN.pack_into(self._memory, _OPEN_AT, 0.0, _NONE)

    def close(self, died: float) -> None:
        struct.pack_into("<d", self._memory, _DIED_AT, died)
        self._memory.close()
        self._names.close()


def read(folder: Path) -> list[Log]:
    """Every log in the folder as far as it is written, in the order in which the processes were asked for."""
    logs = [_read(file) for file in folder.glob("*.names")]
    return sorted((log for log in logs if log is not None), key=lambda log: log.asked)


def _read(names: Path) -> Log | None:
    lines = names.read_text(encoding="utf-8").splitlines()
    known = [value for value in map(_value, lines) if value is not None]
    if not known:
        return None
    (name, asked), *operations = known
    table = [Operation(*operation) for operation in operations]
    try:
        file = open(names.with_suffix(".log"), "rb")  # noqa: SIM115  # closed below; only the opening may fail
    except FileNotFoundError:
        return Log(name, asked, None, None, (), None, 0)
    with file:
        header = file.read(64).ljust(64, b"\0")
        count, born, died, since, number, lost = _HEADER.unpack_from(header)
        records = file.read(_RECORD.size * count)
    entries = tuple(Entry(start, end, table[at]) for start, end, at in _RECORD.iter_unpack(records) if at < len(table))
    unfinished = Entry(since, since, table[number]) if 0 <= number < len(table) else None
    return Log(name, asked, born or None, died or None, entries, unfinished, lost)


def _value(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:  # the last line, half written
        return None
