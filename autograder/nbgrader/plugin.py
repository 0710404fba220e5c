"""What nbgrader loads from us: a reader of submissions, and the grading in the place of `Execute`."""

import atexit
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, Float, Unicode
from traitlets.config import Config

from autograder.grading.assembly import assemble
from autograder.grading.grader import Graded, Grader, NothingRuns
from autograder.grading.submission import UnreadableSubmission, read_submission, require_plain_file
from autograder.grading.unit import Unit, read_unit, work_in
from autograder.grading.work import NotGraded, Settings
from autograder.nbgrader.conversion import begin
from autograder.nbgrader.prose import FILTERS
from lockstep.checks.report_page import report_html
from lockstep.player.trace import module_for

JOURNAL = "journal.sqlite"  # in the root of the course

_DIGITS = 6  # of points behind the point: shares are fractions, and 9.6 is not to be read as 9.600000000000001

# nbgrader's pages hide the mark of what can be opened.
_STYLE = "<style>summary { display: list-item; }</style>"


def configure(config: Config) -> None:
    """Sets what nbgrader_config.py must say for a course of ours; everything else stays nbgrader's own."""
    here = "autograder.nbgrader.plugin"
    config.CourseDirectory.course_id = "lockstep"
    config.CourseDirectory.release_directory = "notebooks"
    config.Autograde.exporter_class = f"{here}.SubmissionExporter"
    for converter in (config.Autograde, config.GenerateFeedback):
        converter.pre_convert_hook = "autograder.nbgrader.conversion.before_conversion"
        converter.post_convert_hook = "autograder.nbgrader.conversion.after_conversion"
    # By name: the formgrader sends its configuration to the browser.
    config.Autograde.autograde_preprocessors = [
        f"{here}.GradeInSandbox" if step is Execute else f"{step.__module__}.{step.__name__}"
        for step in Autograde.autograde_preprocessors.default_args[0]
    ]
    config.HTMLExporter.filters = {name: f"autograder.nbgrader.prose.{name}" for name in FILTERS}
    config.HTMLExporter.preprocessors = ["autograder.nbgrader.feedback.RawAsText"]
    config.ExchangeFactory.collect = "autograder.nbgrader.collecting.CollectPlainFiles"
    config.ExportApp.plugin_class = "autograder.nbgrader.exporting.GradedCsvExport"
    config.GenerateFeedback.exporter_class = "autograder.nbgrader.feedback.FeedbackExporter"
    config.GenerateFeedback.preprocessors = [
        "autograder.nbgrader.feedback.HideHiddenChecks",
        *(f"{step.__module__}.{step.__name__}" for step in GenerateFeedback.preprocessors.default_args[0]),
    ]


class SubmissionExporter(NotebookExporter):
    """Reads a submission as untrusted text and puts it into the unit's own notebook, before nbgrader sees it."""

    optimistic_validation = Bool(True, help="Check the notebook once, not after each step").tag(config=True)

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)  # type: ignore[no-untyped-call]
        begin(self.parent)

    def from_filename(self, filename: str, resources: Any = None, **keywords: Any) -> Any:
        """Raises UnreadableSubmission and NotGraded; nbgrader reports them and goes on with the next submission."""
        student = _student(resources)
        try:
            require_plain_file(Path(filename))
            return super().from_filename(filename, resources=resources, **keywords)
        except UnreadableSubmission as error:
            self.log.error("%s, %s: not graded: %s", student, Path(filename).name, error)
            raise
        except NotGraded as error:
            self.log.error("%s, %s: not graded, the next run takes it up: %s", student, Path(filename).name, error)
            raise

    def from_file(self, file_stream: Any, resources: Any = None, **keywords: Any) -> Any:
        path = Path(file_stream.name)
        submission = read_submission(path)
        for note in submission.notes:
            self.log.warning("%s, %s: %s", _student(resources), path.name, note)
        converter: Any = self.parent
        unit = unit_of(converter.coursedir, resources)
        notebook = assemble(unit, submission)
        _add_checksums(notebook, _known_cells(unit, resources))
        from_node: Any = self.from_notebook_node
        return from_node(notebook, resources=resources, **keywords)


class GradeInSandbox(NbGraderPreprocessor):  # type: ignore[misc]
    """Stands in the place of nbgrader's `Execute`: writes each grade cell's report and score as its outputs."""

    unsandboxed = Bool(False, help="Grade although this machine has no sandbox (tier D)").tag(config=True)
    patience = Float(1.0, help="Time limits of the checks are multiplied by this").tag(config=True)
    recorded = Unicode("", help="A tier of sandbox: take all results that it gave from the journal, run nothing").tag(
        config=True
    )
    journal = Unicode("", help="The journal's file; default: journal.sqlite in the course directory").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> Any:
        """Raises NotGraded, so that nbgrader records no score, if any exercise of the notebook cannot be graded."""
        coursedir = self.parent.parent.coursedir
        unit = unit_of(coursedir, resources)
        journal = Path(self.journal or JOURNAL)
        settings = Settings(Path(coursedir.root, journal), self.unsandboxed, self.patience, self.recorded or None)
        grader = _grader(settings)
        found = {work.cell.grade_id: grader.grade(work) for work in work_in(unit, nb)}
        texts = {cell.grade_id: cell.text for cell in unit.grade_cells}
        ready = False  # has a report before brought the player's module?
        for number, cell in enumerate(nb.cells, 1):
            if cell.cell_type == "code":
                cell.execution_count = number  # so that pages show the number by which a report calls the cell
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
                if is_grade(cell) and not is_solution(cell):
                    cell.source = texts[grade_id]  # what was judged, should the gradebook have an older text
                    points = float(cell.metadata.nbgrader["points"])
                    cell.outputs = outputs(found[grade_id], points, number, with_module=not ready)
                    ready = ready or bool(module_for(cell.outputs[0].data["text/html"]))
        return nb, resources


def outputs(graded: Graded, points: float, number: int, *, with_module: bool = True) -> list[Any]:
    """A grade cell's outputs: the report, and the score as the number that nbgrader looks for.

    `with_module`: players in the report bring what they need to run; on a page one report must.
    """
    report = graded.report
    page = _STYLE + report_html(report)
    if with_module:
        page += module_for(page)
    return [
        new_output("display_data", data={"text/html": page, "text/plain": report.text()}),
        new_output(
            "execute_result", data={"text/plain": repr(round(points * graded.share, _DIGITS))}, execution_count=number
        ),
    ]


def unit_of(coursedir: CourseDirectory, resources: Any) -> Unit:
    """The trusted unit of a notebook that nbgrader is converting. Raises NotGraded."""
    names = resources["nbgrader"]
    folder = coursedir.format_path(coursedir.source_directory, ".", names["assignment"])
    return _unit(Path(coursedir.root, folder, f"{names['notebook']}.ipynb"))


def _unit(path: Path) -> Unit:
    try:
        return _unit_at(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return read_unit(path)


@cache
def _unit_at(path: Path, _changed: int) -> Unit:
    return read_unit(path)


@cache
def _grader(settings: Settings) -> Grader:
    grader = Grader(settings, NothingRuns(settings.tier) if settings.tier else None)
    atexit.register(grader.close)
    return grader


def _student(resources: Any) -> str:
    return str((resources or {}).get("nbgrader", {}).get("student", "?"))


def _known_cells(unit: Unit, resources: Any) -> dict[str, str]:
    """The checksums of the cells that the gradebook knows, by name.

    Raises NotGraded if it lacks a cell of the unit, of which nbgrader would make a broken notebook.
    """
    names = resources["nbgrader"]
    with Gradebook(names["db_url"]) as gradebook:
        cells = gradebook.find_notebook(names["notebook"], names["assignment"]).source_cells
        known = {cell.name: cell.checksum for cell in cells}
    missing = sorted(unit.grade_ids - known.keys())
    if missing:
        raise NotGraded(
            f"the gradebook does not know the cell{'s' * (len(missing) > 1)} {', '.join(missing)}: "
            f"run `python -m autograder register {names['assignment']}`"
        )
    return known


def _add_checksums(notebook: Any, checksums: dict[str, str]) -> None:
    """By them nbgrader knows an answer that nobody has begun, which then waits for nobody's judgement."""
    for cell in notebook.cells:
        tag = cell.metadata.get("nbgrader", {})
        if tag.get("grade_id") in checksums:
            tag["checksum"] = checksums[tag["grade_id"]]
