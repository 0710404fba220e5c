"""Where the package that a check needs is missing, it is not graded, and says so in a line."""

from autograder.authoring.catalogue import find_exercise
from autograder.grading.judging import judge, read_check_cell
from lockstep.program.source import ModuleSource
from lockstep.student.launcher import local_launcher


def test_a_check_that_needs_dask_is_not_graded_without_it():
    exercise = find_exercise("distributed_word_count")
    answer = ModuleSource.of_text(f"import sys\nsys.modules['dask.distributed'] = None\n{exercise.solution}", "answer")
    first, *others = judge(read_check_cell(exercise.checks), answer, local_launcher()).results
    assert not others
    assert first.infrastructure
    assert not first.passed
    assert "Dask is not installed here: run `%pip install distributed`" in first.explanation
