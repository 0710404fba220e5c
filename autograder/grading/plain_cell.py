"""A grade cell in plain nbgrader style, executed after the learner's cells, in the learner's process.

There is nothing between such a cell and the submission: a submission can change what its asserts mean. So it runs
where the submission runs, and the report says so.
"""

import time

from autograder.grading.hidden import hidden_lines
from autograder.grading.journal import Row
from autograder.grading.work import GradeCell
from lockstep.checks.report import CheckResult
from lockstep.program.source import Cell, ModuleSource
from lockstep.student.data import Reference
from lockstep.student.failure import StudentDied, StudentMissing, StudentRaised, StudentRefused, StudentTimedOut
from lockstep.student.process import Launcher
from lockstep.student.session import Session

LIMIT = 30.0  # seconds for the cells above and the grade cell, nbgrader's own for a cell
SHARED = (
    "This grade cell is in plain nbgrader style: it ran in one process with the submission, "
    "which could have changed what it found."
)
_SENTENCE = "the asserts of the cell hold"

# Shipped to the learner's process. The cells are executed in the module `solution`, not in a dict: functions that
# they define can then be sent to other processes.
_GIVEN = """
def execute_cells(cells, grade_text):
    import ast, traceback
    import solution
    from lockstep.program.cells import parsed
    from lockstep.program.loading import remember_source

    def execute(label, text):
        text, tree, problem = parsed(text)
        if problem:
            raise SyntaxError(problem)
        remember_source(label, text)
        *statements, last = tree.body or [ast.Pass(lineno=1, col_offset=0)]
        if not isinstance(last, ast.Expr):
            statements.append(last)
        exec(compile(ast.Module(statements, []), label, "exec"), vars(solution))
        if isinstance(last, ast.Expr):
            return eval(compile(ast.Expression(last.value), label, "eval"), vars(solution))

    for label, text in cells:
        try:
            execute(label, text)
        except BaseException as error:
            print(f"{label} raised {type(error).__name__}: {error}")
    try:
        value = execute("the grade cell", grade_text)
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        line = max((f.lineno for f in frames if f.filename == "the grade cell"), default=0)
        own = [f"{f.filename}, line {f.lineno}" for f in frames if f.filename.startswith("cell ")]
        said = "".join(traceback.format_exception_only(type(error), error)).strip()
        return {"error": said[-2000:], "line": line, "where": own[-1] if own else ""}
    return {"result": None if value is None else repr(value)[:200]}
"""


def run_plain_cell(cell: GradeCell, above: ModuleSource, launcher: Launcher, patience: float = 1.0) -> Row:
    """The outcome by nbgrader's rule: an error gives nothing, a number as the last value so many points, else all.

    Unlike there, what is written to stderr costs nothing, and a number that is no number of points gives none.
    Raises OSError if the process cannot be started.
    """
    began = time.perf_counter()
    session = Session(above, ModuleSource((Cell("given", _GIVEN),)), launcher, LIMIT * patience)
    try:
        explanation, detail, share = _outcome(cell, above, session)
        output = session.output
    finally:
        session.close()
    seconds = time.perf_counter() - began
    return Row(CheckResult(_SENTENCE, share == 1.0, seconds, explanation, detail, (), output), share)


def _outcome(cell: GradeCell, above: ModuleSource, session: Session) -> tuple[str, str, float]:
    """(explanation, detail, share of the points)."""
    try:
        answer = session.call(Reference("given", "execute_cells"), (above.to_data(), cell.text), {}, False)
    except StudentTimedOut as error:
        return f"the cells above and this one took more than {session.limit:g} s", error.stacks, 0.0
    except StudentDied as error:
        return f"its process never came back: {str(error).rpartition('never came back: ')[2]}", "", 0.0
    except (StudentRaised, StudentMissing, StudentRefused):
        return "the cell could not be executed beside the submission", "", 0.0
    match answer:
        case {"error": str(said), "line": int(line), "where": str(where)}:
            place = _line(cell.text, line)
            return said + (f" (at {where})" if where else ""), place, 0.0
        case {"result": None}:
            return "", "", 1.0
        case {"result": str(text)}:
            return _partial(text, cell.points)
    return "what came back from the cell is not an outcome", "", 0.0


def _partial(text: str, points: float) -> tuple[str, str, float]:
    """nbgrader.utils.get_partial_grade's rule, but for numbers that are no number of points."""
    try:
        number = float(text)
    except ValueError:
        return "", "", 1.0
    if not 0 <= number <= points:
        return f"the cell's value is {text}, which is not from 0 to its {points:g} points", "", 0.0
    if number == points:
        return "", "", 1.0
    return f"the cell gives {number:g} of its {points:g} points", "", number / points


def _line(text: str, number: int) -> str:
    """The line of the grade cell, unless it is in a hidden region."""
    lines = text.split("\n")
    if not 1 <= number <= len(lines):
        return ""
    return (
        "in a hidden part of the cell"
        if number in hidden_lines(text)
        else f"line {number} of the cell:  {lines[number - 1].strip()}"
    )
