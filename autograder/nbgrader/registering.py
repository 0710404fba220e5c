"""Enters the units of source/ into nbgrader's gradebook, as generate_assignment does, and leaves notebooks/ alone."""

import argparse
import logging
import tempfile
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.grading.storage import CannotWrite, obstacle
from autograder.grading.work import NotGraded
from autograder.nbgrader.plugin import configure

PATIENCE = 60  # seconds that the gradebook may be locked by others


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("units", nargs="*", help="names such as 01-processes; all of source/ if none is given")
    parser.add_argument("--course", type=Path, default=Path.cwd(), help="the course directory (default: here)")


def run(arguments: argparse.Namespace) -> int:
    for name in arguments.units or units(arguments.course):
        register(arguments.course, name)
        print(f"{name}: in the gradebook")
    return 0


def units(course: Path) -> list[str]:
    """The names of the units in source/, in order."""
    return sorted(path.parent.name for path in course.glob("source/*/*.ipynb") if path.stem == path.parent.name)


def register(course: Path, name: str, config: Config | None = None) -> None:
    """Enters one unit, or brings what the gradebook has of it up to date. Raises NotGraded if nbgrader refuses."""
    if config is None:
        config = course_config(course)
    with tempfile.TemporaryDirectory(prefix="lockstep-release-") as folder:
        coursedir = CourseDirectory(config=config)
        coursedir.release_directory = folder  # the released notebooks come from our own build
        coursedir.assignment_id = name
        converter = GenerateAssignment(coursedir=coursedir, config=config)
        converter.log.setLevel(logging.WARNING)
        try:
            converter.start()
        except Exception as error:  # nbgrader's own classes and those of its database
            if what := obstacle(error):
                raise CannotWrite(f"{name} cannot be entered into the gradebook: {what}") from error
            raise NotGraded(f"nbgrader cannot enter {name} into the gradebook: {error}") from error


def course_config(course: Path) -> Config:
    """The configuration of nbgrader for the course in a folder: ours, and what its nbgrader_config.py adds.

    Raises NotGraded if that file cannot be executed.
    """
    config = Config()
    configure(config)
    own = course / "nbgrader_config.py"
    if own.is_file():
        try:
            config.merge(PyFileConfigLoader(own.name, str(course.resolve())).load_config())
        except Exception as error:  # whatever an instructor's file does
            raise NotGraded(f"{own} cannot be executed: {type(error).__name__}: {error}") from error
    config.CourseDirectory.root = str(course.resolve())
    config.CourseDirectory.db_url = gradebook_url(course)
    return config


def gradebook_url(course: Path) -> str:
    """The gradebook of a course, for who waits while others write to it."""
    return f"sqlite:///{course.resolve()}/gradebook.db?timeout={PATIENCE}"
