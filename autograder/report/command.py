"""`autograder report UNIT`: writes the page on a class, and its grades as CSV beside it."""

import argparse
import copy
import os
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from autograder.grading.options import positive
from autograder.grading.storage import gradebook_obstacle
from autograder.grading.unit import Unit, program, read_unit
from autograder.grading.work import NotGraded
from autograder.nbgrader.exporting import GradedCsvExport
from autograder.nbgrader.registering import course_config, units_asked_for
from autograder.report.alike import alike
from autograder.report.mistakes import exercise_of, mistakes
from autograder.report.page import page
from autograder.report.results import class_results


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("unit", help="the unit, such as 01-processes")
    parser.add_argument("--course", type=Path, default=Path.cwd(), help="the course directory (default: here)")
    parser.add_argument("--patience", type=positive, default=1.0, help="what `grade` was given, if anything")


def run(arguments: argparse.Namespace) -> int:
    """Returns 1 if there is nothing to report on."""
    warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own use of its database
    try:
        written, table = write_report(arguments.course, arguments.unit, arguments.patience)
    except NotGraded as error:
        print(f"No report: {error}")
        return 1
    except SQLAlchemyError as error:
        print(f"No report: the gradebook cannot be used: {gradebook_obstacle(error) or error}")
        return 1
    print(f"The report: {written}\nThe grades: {table}")
    return 0


def write_report(course: Path, name: str, patience: float = 1.0) -> tuple[Path, Path]:
    """Writes reports/NAME.html and reports/NAME.csv of a course. Raises NotGraded where nothing was handed in."""
    units_asked_for(course, [name])
    unit = read_unit(course / "source" / name / f"{name}.ipynb")
    results = class_results(course, unit, patience)
    if not results.students:
        raise NotGraded(f"there is nothing in {course}/submitted/STUDENT/{name}")
    programs = {one.student: one.program for one in results.students if one.program}
    wrong = mistakes(course, results.students)
    text = page(results, wrong, alike(programs, _known(course, unit, [one.name for one in wrong])), name)
    written, table = (course / "reports" / f"{name}.{kind}" for kind in ("html", "csv"))
    written.parent.mkdir(exist_ok=True)
    with _in_place_of(written) as new:
        new.write_text(text, encoding="utf-8")
    config = course_config(course)
    with _in_place_of(table) as new, Gradebook(CourseDirectory(config=config).db_url) as gradebook:
        export = GradedCsvExport(to=str(new), assignment=[name], config=config)
        export.waiting = {one.student for one in results.not_graded}
        export.export(gradebook)
    return written, table


def _known(course: Path, unit: Unit, exercises: Iterable[str]) -> Iterator[str]:
    """What nobody needs another student for: the unit as it is released, and its right answers."""
    notebook, _ = ClearSolutions().preprocess(copy.deepcopy(unit.notebook), {})
    for one in (program(notebook), unit.reference):
        yield "\n\n".join(cell.source for cell in one.cells)
    for name in exercises:
        if exercise := exercise_of(course, name):
            yield from (answer.code for answer in exercise.also_right)


@contextmanager
def _in_place_of(path: Path) -> Iterator[Path]:
    """A file to write, for its owner alone, since it holds names and grades. There is the whole one or the old one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    os.close(descriptor)
    try:
        yield Path(name)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
