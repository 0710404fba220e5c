"""A learner's progress in one small file: what was predicted, and what exercises came to.

The file lies at the top of the learner's folder. Two notebooks may write at once: each change reads the file anew, under a lock, and
replaces it whole. Progress can be taken along: what another file holds is merged, and nothing of either is lost.
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
_LARGEST = 1_000_000  # characters of a file that is taken back
Progress = dict[str, dict[str, Any]]
"""Kind ("predictions", CHECKED, DRIVEN, "revealed") -> name -> plain data."""
CHECKED = "exercises"  # exercise or puzzle -> {"passed", "of": checks, "best": the most that passed, "tried": when}
DRIVEN = "driven"  # puzzle -> the fewest steps in which it was driven to its failure
PREDICTED = "predictions"  # question -> {"said", "outcome", "at": when}; times are whole seconds since 1970


def file(folder: Path | None = None) -> Path:
    """Where progress is kept: at the top of the learner's folder, else beside the notebook."""
    here = (folder or Path.cwd()).resolve()
    top = next((each for each in (here, *here.parents) if (each / RECORD).exists()), here)
    return top / FILE


def read(path: Path) -> Progress:
    """What is known; nothing where there is no file, or one that is damaged."""
    with suppress(OSError, ValueError):
        return _parsed(path.read_text("utf-8"))
    return {}


def note(path: Path, kind: str, name: str, value: Any) -> None:
    """Keeps `value` (plain data) under this name. A folder that cannot be written to keeps nothing, and says nothing."""
    change(path, lambda known: known.setdefault(kind, {}).__setitem__(name, value))


def note_checks(path: Path, name: str, passed: int, of: int) -> None:
    """Keeps what the checks of an exercise or a puzzle came to just now."""
    tried = {"passed": passed, "of": of, "best": passed, "tried": now()}
    change(path, lambda known: known.setdefault(CHECKED, {}).update({name: _better(known[CHECKED].get(name), tried)}))


def now() -> int:
    return int(time.time())


def checks(known: Progress, name: str) -> dict[str, int]:
    """What is known of the checks of an exercise: all of "passed", "of", "best", "tried"; nothing if it was not tried."""
    found = known.get(CHECKED, {}).get(name)
    if not isinstance(found, dict):
        return {}
    passed, of, best, tried = (count(found.get(key)) for key in ("passed", "of", "best", "tried"))
    if not of:
        return {}
    return {"passed": min(passed, of), "of": of, "best": min(max(passed, best), of), "tried": tried}


def all_hold(checked: dict[str, int]) -> bool:
    """Whether all checks held in one of the tries."""
    return bool(checked) and checked["best"] == checked["of"]


def count(value: Any) -> int:
    """A number that was kept, 0 for anything else."""
    return value if type(value) is int and 0 <= value < 1_000_000_000_000 else 0


def when(prediction: Any) -> int:
    """The time of what was kept of a prediction; 0 if it has none."""
    return count(prediction.get("at")) if isinstance(prediction, dict) else 0


def saved(path: Path) -> str:
    """The progress as text, to be taken along."""
    return _text(read(path))


def take_back(path: Path, text: str) -> None:
    """Merges what was saved into the file. Raises ValueError, in words for a learner, for a text that is no progress."""
    if len(text) > _LARGEST:
        raise ValueError("this file is too large to be your progress")
    try:
        other = _parsed(text)
    except (ValueError, RecursionError):
        raise ValueError(f"this is no progress of this course: {FILE} is") from None
    change(path, lambda known: merge(known, other))


def merge(known: Progress, other: Progress) -> None:
    """Adds to `known` what `other` has more: of checks and of drives the better, of predictions the newer."""
    for kind, entries in other.items():
        mine = known.setdefault(kind, {})
        for name, value in entries.items():
            match kind:
                case "exercises":
                    if theirs := checks(other, name):
                        mine[name] = _better(mine.get(name), theirs)
                case "driven":
                    if steps := count(value):
                        mine[name] = min(steps, count(mine.get(name)) or steps)
                case "predictions":
                    if name not in mine or when(value) > when(mine[name]):
                        mine[name] = value
                case _:
                    mine.setdefault(name, value)


def forget(path: Path) -> None:
    """Deletes the file."""
    path.unlink(missing_ok=True)


def change(path: Path, edit: Callable[[Progress], None]) -> None:
    """Applies `edit` to what the file holds, while no other notebook does."""
    with suppress(OSError):
        lock = path.with_name(f"{path.name}.lock")
        _take(lock)
        try:
            known = read(path)
            edit(known)
            _replace(path, _text(known))
        finally:
            lock.unlink(missing_ok=True)


def _better(before: Any, after: dict[str, int]) -> dict[str, int]:
    """The later of two tries, with the best of both; what was reached on other checks than these counts no more."""
    earlier = checks({CHECKED: {"": before}}, "")
    if not earlier:
        return after
    first, last = sorted((earlier, after), key=lambda one: one["tried"])
    best = max(first["best"], last["best"]) if first["of"] == last["of"] else last["best"]
    return last | {"best": best}


def _text(known: Progress) -> str:
    return json.dumps(known, indent=1, sort_keys=True)


def _parsed(text: str) -> Progress:
    found = json.loads(text)
    if not isinstance(found, dict) or not all(isinstance(part, dict) for part in found.values()):
        raise ValueError("no progress")
    return found


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
