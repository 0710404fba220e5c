"""How far nbgrader has come with each submission, kept in files, so that what was interrupted is begun again.

nbgrader leaves alone what it finds converted, though the run that began it may have been killed in the middle. So each
conversion says that it begins and that it ends; one that has begun and whose process is no more has been interrupted.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

FOLDER = ".grading"  # in the root of the course
_LONGEST = 200  # bytes of a student's name in that of a file


@dataclass(frozen=True)
class Stage:
    """What is being done with a submission, or was: "autograde", "feedback", "complete".

    `process` and `born` are those of the process that does it, 0 when it is over; `of`, when complete, is what the
    results follow from.
    """

    what: str
    process: int = 0
    born: float = 0.0
    of: str = ""

    @property
    def interrupted(self) -> bool:
        if not self.process:
            return False
        try:
            return psutil.Process(self.process).create_time() != self.born
        except psutil.Error:
            return True


def begun(course: Path, unit: str, student: str, what: str) -> None:
    """This process begins. Raises OSError."""
    process = psutil.Process()
    _write(course, unit, student, Stage(what, process.pid, process.create_time()))


def ended(course: Path, unit: str, student: str, what: str, of: str = "") -> None:
    """What has begun is whole. Raises OSError."""
    _write(course, unit, student, Stage(what, of=of))


def stage(course: Path, unit: str, student: str) -> Stage | None:
    """The last that is known; None of a submission that nobody has begun."""
    try:
        return Stage(**json.loads(_place(course, unit, student).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _place(course: Path, unit: str, student: str) -> Path:
    # The name of a folder can be so long that no ending has room behind it.
    name = student if len(os.fsencode(student)) <= _LONGEST else hashlib.sha256(os.fsencode(student)).hexdigest()
    return course / FOLDER / unit / f"{name}.json"


def _write(course: Path, unit: str, student: str, one: Stage) -> None:
    place = _place(course, unit, student)
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_suffix(f".{os.getpid()}")
    try:
        new.write_text(json.dumps(asdict(one)))
        new.replace(place)
    finally:
        new.unlink(missing_ok=True)
