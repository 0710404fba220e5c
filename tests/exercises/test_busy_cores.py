"""Right answers pass beside busy cores, within the limits of a notebook and of a grader: another part of them each day."""

import datetime
import time

import psutil
import pytest

from autograder.authoring.catalogue import read_exercises
from autograder.authoring.repeating import busy_cores, launchers, repeated, right_answers

SECONDS = 300  # for all of them together
EVERY = [(exercise, answer) for exercise in read_exercises().values() for answer in right_answers(exercise)]


def of_today() -> list:
    """All right answers, beginning with others each day."""
    first = datetime.date.today().toordinal() * 17 % len(EVERY)
    return EVERY[first:] + EVERY[:first]


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(SECONDS + 120)
def test_right_answers_pass_beside_busy_cores():
    end = time.monotonic() + SECONDS
    refused, judged = [], 0
    with launchers() as found, busy_cores():
        for exercise, answer in of_today():
            if time.monotonic() > end:
                break
            result = repeated(exercise, answer, len(found), found)
            refused += [f"{exercise.name}, {answer.name}: {refusal}" for refusal in result.refusals]
            judged += result.times
    assert not refused, "\n\n".join(refused)
    assert judged


def test_busy_cores_are_busy_and_then_let_go():
    others = {process.pid for process in psutil.Process().children()}
    with busy_cores(1):
        (busy,) = [process for process in psutil.Process().children() if process.pid not in others]
        while busy.cpu_times().user < 0.1:
            time.sleep(0.02)
    assert not busy.is_running()


def test_each_day_begins_elsewhere_and_none_is_left_out():
    assert sorted(map(id, (answer for _, answer in of_today()))) == sorted(map(id, (answer for _, answer in EVERY)))
