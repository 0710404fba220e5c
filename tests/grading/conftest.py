"""A course of two tiny units in a folder of the test's own, built and entered into its gradebook once."""

import copy
import json
import logging
import os
import shutil
import sys
from pathlib import Path
from typing import ClassVar

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory

from autograder.authoring.build import build
from autograder.nbgrader.registering import course_config, register

EXERCISES = Path(__file__).parent / "exercises"
LESSON = """# %% [markdown]
# # Numbers

# %%
# exercise: double

# %% [markdown]
# Now the other way.

# %%
# exercise: halve
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]  # nbgrader calls alembic
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(EXERCISES, root / "autograder" / "exercises" / "numbers")
    (root / "lessons" / "numbers").mkdir(parents=True)
    (root / "lessons" / "numbers" / "numbers.py").write_text(LESSON)
    build(root)
    register(root, "numbers")
    return root


class Course:
    """A course directory with students' files, graded by nbgrader."""

    RIGHT: ClassVar = {
        "double": "def double(number):\n    return 2 * number",
        "halve": "def halve(number):\n    return number / 2",
    }

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = course_config(root)
        self.config.GradeInSandbox.unsandboxed = True
        self.messages: list[str] = []

    @property
    def released(self):
        return nbformat.read(self.root / "notebooks/numbers/numbers.ipynb", as_version=4)

    def answered(self, **answers: str):
        """The released notebook with right answers, or these, in the solution cells."""
        answers = self.RIGHT | answers
        notebook = copy.deepcopy(self.released)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in answers:
                cell.source = answers[name]
        return notebook

    def submit(self, student: str, content, name: str = "numbers.ipynb") -> Path:
        folder = self.root / "submitted" / student / "numbers"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def autograde(self, *, force: bool = False, student: str = "*") -> bool:
        """Whether nbgrader could grade everything; what it logged is in `messages`."""
        return self._run(Autograde, student, force)

    def feedback(self, student: str = "*") -> str:
        assert self._run(GenerateFeedback, student, True), self.messages
        return (self.root / f"feedback/{student}/numbers/numbers.html").read_text()

    def scores(self, student: str) -> dict[str, float | None]:
        """The automatic scores that the gradebook holds, None where none was recorded."""
        with Gradebook(f"sqlite:///{self.root}/gradebook.db") as gradebook:
            submission = gradebook.find_submission_notebook("numbers", "numbers", student)
            return {grade.name: grade.auto_score for grade in submission.grades}

    def _run(self, kind, student: str, force: bool) -> bool:
        coursedir = CourseDirectory(config=self.config)
        coursedir.assignment_id, coursedir.student_id = "numbers", student
        converter = kind(coursedir=coursedir, config=self.config)
        converter.force = force
        heard = _Listener(self.messages)
        log = logging.getLogger("traitlets")
        log.addHandler(heard)
        try:
            converter.start()
        except Exception:  # nbgrader raises at the end if anything failed
            return False
        else:
            return True
        finally:
            log.removeHandler(heard)


class _Listener(logging.Handler):
    def __init__(self, messages: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@pytest.fixture
def course(built, tmp_path) -> Course:
    root = tmp_path / "course"
    shutil.copytree(built, root)
    return Course(root)
