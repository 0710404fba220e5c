"""What is done around each of nbgrader's conversions: what it must not open is left out, what was interrupted begun again."""

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.converters.base import BaseConverter
from nbgrader.utils import rmtree

from autograder.nbgrader import stages
from autograder.nbgrader.collecting import leave_out_what_is_no_file
from autograder.nbgrader.logs import in_our_words


def begin(converter: Any) -> None:
    """nbgrader makes an exporter when it knows what to convert and has not opened any of it."""
    if isinstance(converter, BaseConverter):
        for log in (converter.log, logging.getLogger("tornado.application")):  # the converter's, the gradebook's
            log.addFilter(in_our_words)
        leave_out_what_is_no_file(converter)
        take_up_what_was_interrupted(converter)


class Noticing(BaseConverter):  # type: ignore[misc]
    """A converter that keeps as `problem` the first thing that goes wrong, of which nbgrader's own exception says nothing."""

    problem: Exception | SystemExit | None = None

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        with self._noticing():
            super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        with self._noticing():
            super().convert_single_notebook(notebook_filename)

    @contextlib.contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except (Exception, SystemExit) as error:  # with which nbgrader ends over what it cannot read
            self.problem = self.problem or error
            raise


def before_conversion(*, assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook before each submission: notes that it begins, and names a notebook that is not its unit's."""
    for notebook in notebooks:
        path = Path(notebook)
        if path.stem != path.parent.name and not (path.parent / f"{path.parent.name}.ipynb").exists():
            logging.getLogger("traitlets").error(
                "%s: there is no %s.ipynb but %s; give it its name back and grade again",
                path.parent.parent.name,
                path.parent.name,
                path.name,
            )
    stages.begun(*_submission_of(notebooks[0]))


def after_conversion(*, assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook after each submission that it could convert."""
    stages.ended(*_submission_of(notebooks[0]))


def _submission_of(notebook: str) -> tuple[Path, str, str, str]:
    """(course, unit, student, what is done with it) of a file that nbgrader converts."""
    folder = Path(notebook).absolute().parent
    what = "autograde" if folder.parents[1].name == "submitted" else "feedback"
    return folder.parents[2], folder.name, folder.parent.name, what


def take_up_what_was_interrupted(converter: BaseConverter) -> None:
    """Takes away what a conversion that was killed has left, so that it is begun again."""
    for folder in sorted(converter.assignments):
        course, unit, student, what = _submission_of(os.path.join(folder, "any"))
        found = stages.stage(course, unit, student)
        if found is None or not found.interrupted:
            continue
        if what == "feedback" and found.what == "autograde":
            converter.log.error(
                "%s, %s: no feedback: its autograding was interrupted; autograde it again", student, unit
            )
            del converter.assignments[folder]
        elif what == found.what:
            converter.log.warning("%s, %s: was interrupted, and is begun again", student, unit)
            left = converter._format_dest(unit, student)
            if os.path.exists(left):
                rmtree(left)
