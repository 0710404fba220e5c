"""Enters the units of source/ into nbgrader's gradebook, as generate_assignment does, and leaves notebooks/ alone."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.grading.storage import CannotWrite, gradebook_obstacle, told
from autograder.grading.work import NotGraded
from autograder.nbgrader.conversion import Noticing
from autograder.nbgrader.plugin import configure
from lockstep.words import counted, one_line

_OWN = "nbgrader_config.py"
PATIENCE = 60  # seconds that the gradebook may be locked by others


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("units", nargs="*", help="names such as 01-processes; all of source/ if none is given")
    parser.add_argument("--course", type=Path, default=Path.cwd(), help="the course directory (default: here)")


def run(arguments: argparse.Namespace) -> int:
    try:
        for name in units_asked_for(arguments.course, arguments.units):
            register(arguments.course, name)
            print(f"{name}: in the gradebook")
    except NotGraded as error:
        print(error)
        return 1
    return 0


def units(course: Path) -> list[str]:
    """The names of the units in source/, in order."""
    return sorted(path.parent.name for path in course.glob("source/*/*.ipynb") if path.stem == path.parent.name)


def units_asked_for(course: Path, names: Sequence[str]) -> list[str]:
    """These units, or all of source/ if none is named. Raises NotGraded for a folder without units, and for other names."""
    known = units(course)
    if not known:
        raise NotGraded(
            f"{course} is no course directory: it has no source/UNIT/UNIT.ipynb. Go to one, or give it as --course; in a "
            "clone, `python -m autograder build` makes source/"
        )
    for name in names:
        if name not in known:
            raise NotGraded(f"there is no unit {one_line(name)} in {course}/source; there are {', '.join(known)}")
    return list(names) or known


def register(course: Path, name: str, config: Config | None = None) -> None:
    """Enters one unit, or brings what the gradebook has of it up to date. Raises NotGraded if nbgrader refuses."""
    if config is None:
        config = course_config(course)
    with tempfile.TemporaryDirectory(prefix="lockstep-release-") as folder:
        coursedir = CourseDirectory(config=config)
        coursedir.release_directory = folder  # the released notebooks come from our own build
        coursedir.assignment_id = name
        converter = _Registering(coursedir=coursedir, config=config)
        try:
            converter.start()
        except Exception as failed:  # nbgrader's own classes and those of its database
            error = converter.problem or failed
            if what := told(error) or gradebook_obstacle(error):
                raise CannotWrite(f"{name} cannot be entered into the gradebook: {what}") from error
            raise NotGraded(f"nbgrader cannot enter {name} into the gradebook: {_why(config, name, error)}") from error


class _Registering(Noticing, GenerateAssignment):  # type: ignore[misc]
    pass


def _why(config: Config, name: str, error: Exception | SystemExit) -> str:
    """What nbgrader could not do; once there are submissions it takes no cell more, and none away."""
    try:
        with Gradebook(CourseDirectory(config=config).db_url) as gradebook:
            submitted = gradebook.find_assignment(name).num_submissions
    except Exception:  # a gradebook that cannot be used is what was to be told
        submitted = 0
    if submitted:
        return (
            f"{counted(submitted, 'submission')} {'is' if submitted == 1 else 'are'} in it, and nbgrader then takes no "
            "exercise more, and none away, nor another name. Put the exercise into another unit, or take the old state of source/ back"
        )
    return f"{type(error).__name__}: {error}"


def course_config(course: Path) -> Config:
    """The configuration of nbgrader for the course in a folder, with what its own nbgrader_config.py says.

    Raises NotGraded if that file cannot be executed.
    """
    config = Config()
    configure(config)
    if (course / _OWN).exists():
        if str(course.resolve()) not in sys.path:  # as nbgrader does, for plugins that stand beside it
            sys.path.insert(0, str(course.resolve()))
        try:
            config.merge(PyFileConfigLoader(_OWN, path=str(course)).load_config())
        except Exception as error:  # whatever a file of Python leads to
            raise NotGraded(f"{course / _OWN} cannot be executed: {type(error).__name__}: {error}") from error
    config.CourseDirectory.root = str(course.resolve())
    if "db_url" not in config.CourseDirectory:
        # Whoever comes while others write to it waits.
        config.CourseDirectory.db_url = f"sqlite:///{course.resolve()}/gradebook.db?timeout={PATIENCE}"
    return config
