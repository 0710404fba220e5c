"""A process's log of operations in a file that is mapped into memory, so that it survives the process.

Pool workers are ended by a signal and get no chance to write anything: every operation is therefore in the
file as soon as it is known, also the one that a process is in when it ends. Another process may read the
file meanwhile.
"""

from __future__ import annotations

import itertools
import json
import mmap
import struct
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

from lockstep.recording.bars import Kind

CAPACITY = 200_000
"""Operations that one process can log; later ones are counted as lost. 5 MB of a sparse file."""

_HEADER = struct.Struct("<Qdddii")  # operations, born, died (0: alive), start of the open one, its number, lost
_RECORD = struct.Struct("<ddi4x")  # start and end on time.perf_counter's clock, number of the operation
_COUNT = struct.Struct("<Q")
_OPEN = struct.Struct("<di")
_DIED_AT, _OPEN_AT, _LOST_AT = 16, 24, 36
Record = tuple[float, float, int]
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

    def finish(self, start: float, end: float, number: int) -> None:
        """The operation that began is over."""
        self.append(start, end, number)
        _OPEN.pack_into(self._memory, _OPEN_AT, 0.0, _NONE)

    def close(self, died: float) -> None:
        struct.pack_into("<d", self._memory, _DIED_AT, died)
        self._memory.close()
        self._names.close()


def read(folder: Path) -> list[Log]:
    """Every log in the folder as far as it is written, in the order in which the processes were asked for."""
    readers = [LogReader(names) for names in folder.glob("*.names")]
    logs = [reader.log() for reader in readers if reader.announced]
    return sorted(logs, key=lambda log: log.asked)


class LogReader:
    """A log that grows, read from where the last reading ended. Its attributes are as of then, like those of Log.

    `open` is the start of the operation under way and its number, an index of `operations`.
    """

    def __init__(self, names: Path) -> None:
        self.name, self.asked = "", 0.0
        self.born: float | None = None
        self.died: float | None = None
        self.open: tuple[float, int] | None = None
        self.lost = 0
        self.operations: list[Operation] = []
        self._names = names
        self._read_names = 0  # bytes
        self._read_records = 0
        self._whole = False
        self._take_names()

    @property
    def announced(self) -> bool:
        """Whether it is known whose log this is: all else is unknown until then."""
        return self._read_names > 0

    def news(self) -> list[Record]:
        """What was appended since the last time: starts, ends and numbers."""
        if self._whole:
            return []
        try:
            file = open(self._names.with_suffix(".log"), "rb")  # noqa: SIM115  # closed below; only the opening may fail
        except FileNotFoundError:
            self._take_names()
            return []
        with file:
            header = file.read(_HEADER.size).ljust(_HEADER.size, b"\0")
            count, born, died, since, number, self.lost = _HEADER.unpack(header)
            file.seek(64 + _RECORD.size * self._read_records)
            records = file.read(_RECORD.size * (count - self._read_records))
        self._take_names()  # a name is written before the records that it is for, and read after them
        known = len(self.operations)
        found = list(itertools.takewhile(lambda record: record[2] < known, _RECORD.iter_unpack(records)))
        self._read_records += len(found)
        self.born, self.died = born or None, died or None
        self.open = (since, number) if 0 <= number < known else None
        self._whole = self.died is not None and self._read_records == count
        return found

    def log(self) -> Log:
        """All of a log that was not read yet."""
        records, table = self.news(), self.operations
        entries = tuple(Entry(start, end, table[number]) for start, end, number in records)
        unfinished = Entry(self.open[0], self.open[0], table[self.open[1]]) if self.open else None
        return Log(self.name, self.asked, self.born, self.died, entries, unfinished, self.lost)

    def _take_names(self) -> None:
        with open(self._names, "rb") as file:
            file.seek(self._read_names)
            lines, end, _ = file.read().rpartition(b"\n")  # the last line may be half written
        values = [json.loads(line) for line in lines.splitlines()]
        if values and not self.announced:
            self.name, self.asked = values.pop(0)
        self._read_names += len(lines + end)
        self.operations += [Operation(*value) for value in values]
