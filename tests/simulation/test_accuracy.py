"""What a simulation says of its own worth: wider where programs of its kind were seen to go wrong."""

import pytest

from lockstep.simulation.accuracy import COMPUTE_BOUND, accuracy_of
from lockstep.simulation.actors import Stretch
from lockstep.simulation.costs import IDEAL, LAPTOP
from lockstep.standin.operation import Operation

from .scripts import ended, fork_join, get, join, put, queue, run, start


def accuracy(program, cores=4, segments=0):
    return accuracy_of(run(program, cores, LAPTOP), segments, declared_only=False)


def test_declared_work_on_an_ideal_machine_is_exact():
    found = accuracy_of(run(fork_join([1.0] * 4), 2, IDEAL), 0, declared_only=True)
    assert found.error == 0


def test_what_mostly_computes_has_the_smallest_error_and_what_it_leaves_out_is_said():
    found = accuracy(fork_join([1.0] * 4))
    assert found.error == COMPUTE_BOUND
    assert "it mostly computes" in str(found)
    assert "larger than a cache" in str(found)


def messages():
    main = [
        Stretch(0, start("0.1"), (queue("q"),)),
        *[Stretch(1e-5, put("q"))] * 2_000,
        Stretch(0, join("0.1")),
        ended(),
    ]
    return {"0": main, "0.1": [*[Stretch(1e-5, get("q"))] * 2_000, ended()]}


@pytest.mark.parametrize(
    ("program", "options", "reason"),
    [
        (fork_join([1.0] * 4), {"cores": 2}, "more processes than cores"),
        (fork_join([1.0] * 4), {"segments": 100 << 20}, "shared memory larger than a cache"),
        (fork_join([1e-3] * 50), {}, "starting processes"),
        (fork_join([1e-3] * 2), {}, "less than 20 ms"),
        (messages(), {}, "communicates often"),
    ],
)
def test_every_reason_widens_the_error(program, options, reason):
    found = accuracy(program, **options)
    assert reason in str(found)
    assert found.error > COMPUTE_BOUND
    assert reason not in str(accuracy(fork_join([1.0] * 4)))


def test_several_reasons_make_it_wider_than_any_of_them():
    both = accuracy(fork_join([1.0] * 4), cores=2, segments=100 << 20)
    assert len(both.reasons) == 2
    assert both.error > max(
        accuracy(fork_join([1.0] * 4), cores=2).error, accuracy(fork_join([1.0]), segments=100 << 20).error
    )


def test_what_mostly_sleeps_does_not_claim_to_compute():
    found = accuracy({"0": [Stretch(0.001, Operation("time.sleep", (), (5.0,))), ended()]})
    assert "waits for time to pass" in str(found)
