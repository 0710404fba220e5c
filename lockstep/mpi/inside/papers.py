"""The files through which ranks and whoever started them tell each other things, in a folder of the run's own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from pathlib import Path
from typing import Any

from lockstep.student.data import DataError, decode, encode

STACK_SIGNAL = getattr(signal, "SIGUSR1", None)  # a rank that gets it writes down where it is
_SHARED = Path("/dev/shm")
_SEGMENT = re.compile(r"/dev/shm/(mpich_shm_\w+)$")  # on other systems they are no files
_MOST = 4 << 20  # bytes of output that are shown at most, of all ranks


class Papers:
    """One run's folder."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    @property
    def output(self) -> Path:
        """Lines that ranks printed, in the order in which they did, each after its rank and a tab."""
        return self.folder / "output"

    def stack(self, rank: int) -> Path:
        """Where the rank writes down where it is."""
        return self.folder / f"stack.{rank}"

    def ask(self, request: dict[str, Any]) -> None:
        (self.folder / "request").write_bytes(encode(request))

    def asked(self) -> dict[str, Any]:
        found: dict[str, Any] = decode((self.folder / "request").read_bytes(), references=True)
        return found

    def begin(self, rank: int) -> None:
        """The rank is there: its process, and the segments that MPI made for it."""
        (self.folder / f"process.{rank}").write_text(str(os.getpid()))
        with contextlib.suppress(OSError):
            mapped = {line.rstrip("\n").rpartition(" ")[2] for line in open("/proc/self/maps")}  # noqa: SIM115
            names = sorted(found[1] for path in mapped if (found := _SEGMENT.search(path)))
            told = [f"{name} {os.stat(_SHARED / name).st_ino}\n" for name in names]
            (self.folder / f"segments.{rank}").write_text("".join(told))

    def loaded(self, rank: int) -> None:
        """The rank has loaded the program and calls it now."""
        (self.folder / f"loaded.{rank}").touch()

    def all_loaded(self, ranks: int) -> bool:
        return all((self.folder / f"loaded.{rank}").exists() for rank in range(ranks))

    def process(self, rank: int) -> int | None:
        """The process of the rank, None if it has not begun."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.folder / f"process.{rank}").read_text())
        return None

    def end(self, rank: int, answer: dict[str, Any]) -> None:
        """What became of the rank. Raises DataError for a value that cannot cross."""
        data = encode(answer)
        partial = self.folder / f"partial.{rank}"
        partial.write_bytes(data)
        partial.rename(self.folder / f"answer.{rank}")

    def answer(self, rank: int) -> dict[str, Any] | None:
        """None if the rank has not come to its end."""
        with contextlib.suppress(OSError, DataError):
            found = decode((self.folder / f"answer.{rank}").read_bytes())
            return found if isinstance(found, dict) else None
        return None

    def lines(self) -> list[list[Any]]:
        """[rank, line] of what ranks printed."""
        with contextlib.suppress(OSError), open(self.output, "rb") as file:
            told = [line.partition("\t") for line in file.read(_MOST).decode("utf-8", "replace").split("\n")]
            return [[int(rank), text] for rank, tab, text in told if tab and rank.isdigit()]
        return []

    def remove_segments(self, ranks: int) -> None:
        """What MPI left behind of the segments of these ranks: a rank that is ended removes none."""
        for rank in range(ranks):
            with contextlib.suppress(OSError, ValueError):
                for line in (self.folder / f"segments.{rank}").read_text().splitlines():
                    name, _, number = line.partition(" ")
                    if _SEGMENT.fullmatch(f"/dev/shm/{name}") and os.lstat(_SHARED / name).st_ino == int(number):
                        os.unlink(_SHARED / name)
