"""A learner's progress in one small file: what was predicted, and what exercises came to.

The file lies at the top of the learner's folder. Two notebooks may write at once: each change reads the file anew, under a lock, and
replaces it whole.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from lockstep.workspace import RECORD

FILE = "lockstep-progress.json"
_PATIENCE_S = 2.0  # for another notebook's change; whoever was killed in one does not hold up others for longer
Progress = dict[str, dict[str, Any]]
"""Kind ("predictions", CHECKED, "driven") -> name -> plain data."""
CHECKED = "exercises"  # the kind of what checks came to: exercise or puzzle -> {"passed": ..., "of": ...}


def file(folder: Path | None = None) -> Path:
    """Where progress is kept: at the top of the learner's folder, else beside the notebook."""
    here = (folder or Path.cwd()).resolve()
    top = next((each for each in (here, *here.parents) if (each / RECORD).exists()), here)
    return top / FILE


def read(path: Path) -> Progress:
    """What is known; nothing where there is no file, or one that is damaged."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text("utf-8"))
        if isinstance(found, dict) and all(isinstance(part, dict) for part in found.values()):
            return found
    return {}


def note(path: Path, kind: str, name: str, value: Any) -> None:
    """Keeps `value` (plain data) under this name. A folder that cannot be written to keeps nothing, and says nothing."""
    change(path, lambda known: known.setdefault(kind, {}).__setitem__(name, value))


def change(path: Path, edit: Callable[[Progress], None]) -> None:
    """Applies `edit` to what the file holds, while no other notebook does."""
    with suppress(OSError):
        lock = path.with_name(f"{path.name}.lock")
        _take(lock)
        try:
            known = read(path)
            edit(known)
            _replace(path, json.dumps(known, indent=1, sort_keys=True))
        finally:
            lock.unlink(missing_ok=True)


def _take(lock: Path) -> None:
    """Makes the lock file, which only one can."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            return
        except FileExistsError:
            if time.monotonic() > until:
                lock.unlink(missing_ok=True)
            time.sleep(0.01)


def _replace(path: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}", delete=False
    ) as new:
        new.write(text)
    os.replace(new.name, path)
