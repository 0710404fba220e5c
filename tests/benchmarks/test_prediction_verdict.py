"""The interval of a prediction's error decides a row, or it is said that nothing does; and the speed of the machine is no error."""

from dataclasses import replace

import pytest

from benchmarks.comparing.predictions import Effort, Repetition, contention, repetition, verdict
from benchmarks.prediction import of_rows
from benchmarks.programs.prediction_rows import COMPUTE, Row
from lockstep.machine.capacity import Capacity
from lockstep.simulation.actors import Stretch
from lockstep.simulation.costs import IDEAL
from lockstep.simulation.log import Log
from lockstep.simulation.simulation import simulation_of
from lockstep.standin.operation import Operation

ROW = Row("a program", lambda size, workers: size, lambda size: size, 1, COMPUTE)
EXIT = Operation("process.exit", (), (0, ()))
TWO_SECONDS_OF_WORK = Log(
    2.0,
    IDEAL,
    65_536,
    {
        "0": (
            Stretch(0.0, Operation("process.start", (), ("0.1", False, ()))),
            Stretch(1.0, Operation("process.join", (), ("0.1",))),
            Stretch(0.0, EXIT),
        ),
        "0.1": (Stretch(1.0, EXIT),),
    },
)


def judged(errors, others=0.1, unsteady=0.05):
    found = [Repetition(1 + error, 1.0, 1.0, 1.0, 0.15, others, 2.0, unsteady) for error in errors]
    return verdict(ROW, found, Effort(5))


def test_errors_within_the_bar_are_ok():
    found = judged([0.02, 0.03, 0.01, 0.02, 0.04])
    assert found.error == pytest.approx(0.02)
    assert found.kept is True
    assert "bar 15%: ok" in str(found)


def test_errors_outside_the_bar_are_a_miss():
    found = judged([-0.3, -0.31, -0.35, -0.29, -0.33])
    assert found.kept is False
    assert "MISSED" in str(found)


def test_an_interval_that_holds_the_bar_leaves_it_open():
    found = judged([0.02, 0.4, 0.1, -0.2, 0.3])
    assert found.kept is None
    assert "OPEN" in str(found)


def test_what_is_said_in_short_is_the_median_over_rows_and_how_each_was_decided():
    ok, missed, undecided = judged([0.03] * 5), judged([-0.4] * 5), judged([0.02, 0.4, 0.1, -0.2, 0.3])
    assert of_rows([ok, ok, missed, undecided, None]) == (
        "median error 6.5% over 4 of 5 rows (aim: 5%), 2 ok, 2 open, 1 missed",
        False,
    )
    assert of_rows([ok, judged([-0.01] * 5)]) == (
        "median error 2.0% over 2 of 2 rows (aim: 5%), 2 ok, 0 open, 0 missed",
        True,
    )


@pytest.mark.parametrize("verdicts", [["ok", "missed"], ["ok", "open"], ["ok", None]])
def test_a_row_that_is_missed_or_open_is_not_within_the_aim(verdicts):
    kinds = {"ok": judged([0.01] * 5), "missed": judged([0.4] * 5), "open": judged([0.0, 0.4, 0.0, -0.4, 0.0])}
    assert of_rows([kinds.get(one) for one in verdicts])[1] is False


def test_where_no_row_was_measured_no_median_is_told():
    assert of_rows([None, None]) == ("no row of 2 was measured while the machine was steady", False)


@pytest.mark.parametrize("disturbed", [{"others": 1.5}, {"others": None}, {"unsteady": 0.3}])
def test_disturbed_repetitions_decide_nothing(disturbed):
    assert judged([0.02, 0.03, 0.01, 0.02, 0.04], **disturbed) is None


@pytest.mark.parametrize(
    ("alone", "together", "seconds"),
    [
        (1.0, 1.0, 1.0),  # a machine with two cores
        (1.5, 1.5, 1.25),  # that was slower
        (1.0, 1.5, 1.25),  # whose cores slowed each other
        (1.0, 3.0, 2.0),  # that really had one core
    ],
)
def test_what_is_predicted_is_for_the_machine_as_it_was(alone, together, seconds):
    """`alone`, `together`: of the countdown before the run; of the others each took a second."""
    before, between = Capacity(2, alone, alone, together), Capacity(2, 1.0, 1.0, 1.0)
    costs = replace(IDEAL, contention=contention(before, between))
    run = simulation_of(replace(TWO_SECONDS_OF_WORK, costs=costs), "work")
    found = repetition(run, (before, between, between), seconds, 2.0, 0.0)
    assert found.error == pytest.approx(0.0)
    assert found.capacity == pytest.approx(2 / (1 + costs.contention))
