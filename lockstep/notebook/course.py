"""`course()`: the map of the units with the learner's own progress, and where to continue."""

from __future__ import annotations

from pathlib import Path

from lockstep.notebook import progress
from lockstep.notebook.course_page import course_page, course_text
from lockstep.notebook.course_view import show_course
from lockstep.notebook.places import continue_at
from lockstep.notebook.units import told_units, units_with_progress


class Course:
    """The map, which shows itself. Progress is kept in `file`; it can be saved elsewhere, taken back and deleted."""

    def __init__(self, folder: Path) -> None:
        self.file = progress.file(folder)
        self._units = told_units(folder)

    def save(self, file: str) -> None:
        """Writes your progress into another file, to be taken along. Raises OSError."""
        Path(file).write_text(progress.saved(self.file), encoding="utf-8")
        print(f"Your progress is in {file}.")

    def take_back(self, file: str) -> None:
        """Adds what was saved to your progress; of each exercise the better is kept. Raises ValueError for another file, and OSError."""
        progress.take_back(self.file, Path(file).read_text("utf-8", errors="replace"))
        print(f"What {file} holds is added; of each exercise the better is kept.")

    def forget(self) -> None:
        """Deletes your progress; your notebooks stay as they are. Raises OSError."""
        progress.forget(self.file)
        print("Your progress is deleted; your notebooks are as they were.")

    def __repr__(self) -> str:
        known = progress.read(self.file)
        return course_text(units_with_progress(self._units, known), continue_at(self._units, known))

    def _repr_html_(self) -> str:
        known = progress.read(self.file)
        return course_page(units_with_progress(self._units, known), continue_at(self._units, known))

    def _ipython_display_(self) -> None:
        show_course(self, self.file)


def course() -> Course:
    """The units of this course, how far you have come, and where to continue.

        course().save("mine.json")       your progress in a file, to be taken along
        course().take_back("mine.json")  and back again: of each exercise the better is kept
        course().forget()                deletes it

    >>> course()
    There is no map of the course beside this notebook. It is on the start page of the course.
    """
    return Course(Path.cwd())
