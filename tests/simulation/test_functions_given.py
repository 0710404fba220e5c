"""Functions that are given to a program cross by name, and only if the name means the same there."""

import statistics
from statistics import median, quantiles

import pytest

from lockstep import explore, simulate
from lockstep.student.session import student

from . import beside, programs, taking_functions


def test_functions_of_the_program_and_those_it_imports_are_given_to_it():
    assert simulate(taking_functions.applied, taking_functions.twice, 4, cores=1, costs="ideal").result == 8
    assert simulate(taking_functions.applied_first, [median], cores=1, costs="ideal").result == (2, True)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (statistics.mean, "`mean` of the module `statistics` is not what `mean` means beside `applied`"),
        (quantiles, "`quantiles` is imported beside it and not used there: define a function that calls it"),
        (beside.unknown_there, "`unknown_there` is not defined beside `applied`: define it there, or import it"),
        (taking_functions.inner(), "is inside a function or a class: define it at the top level"),
        (lambda number: number, "a lambda has no name to find it by: define it with `def`"),
    ],
)
@pytest.mark.parametrize("instrument", [simulate, explore])
def test_a_function_that_its_name_would_not_find_is_refused(instrument, function, words):
    options = {"cores": 1} if instrument is simulate else {}
    for argument in (function, [function], {"f": (function,)}):
        with pytest.raises(TypeError, match="argument 1 of `applied` cannot be found") as refused:
            instrument(taking_functions.applied, argument, 4, **options)
        assert words in str(refused.value)


@pytest.mark.parametrize(
    ("serial", "words"),
    [
        (beside.serial_sum, "`serial_sum` of the module `tests.simulation.beside` is not what"),
        (taking_functions.twice, "`twice` is not defined beside `parallel_sum`"),
        (lambda: 1, "a lambda has no name"),
        (len, "the serial function is to be a function of the program"),
    ],
)
def test_a_serial_function_of_another_program_is_refused(serial, words):
    with pytest.raises(TypeError, match=words):
        simulate(programs.parallel_sum, 2, cores=2, serial=serial)
    with pytest.raises(TypeError, match=words):
        simulate.curve(programs.parallel_sum, 2, cores=[1, 2], serial=serial)


def test_a_checks_own_function_and_another_learners_are_refused(tmp_path):
    (tmp_path / "mine.py").write_text("def call(f):\n    return f()\n\ndef seven():\n    return 7\n")
    with student(tmp_path / "mine.py") as one, student(tmp_path / "mine.py") as another:
        assert simulate(one.call, one.seven, cores=1).result == 7
        for function in (another.seven, programs.serial_sum):
            with pytest.raises(TypeError, match="argument 1 of `call`"):
                simulate(one.call, function, cores=1)
