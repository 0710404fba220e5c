"""Waiting for the first of several, and the children that still run, on every interleaving and in virtual time."""

import pytest

from lockstep.simulation.costs import LAPTOP
from lockstep.standin.machine import NotCovered
from tests.exploration.taking import merged_and_not, take
from tests.simulation.virtual import reply, simulated

RUN_ALL = """
    import time
    from multiprocessing.connection import wait

    def task(seconds):
        time.sleep(seconds)
        if seconds == 2:
            raise ValueError

    def main(*lengths):
        left = {}
        for seconds in lengths:
            process = mp.Process(target=task, args=(seconds,), name=str(seconds))
            process.start()
            left[process.sentinel] = process
        done = []
        while left:
            for sentinel in wait(list(left)):
                process = left.pop(sentinel)
                done.append((process.name, process.exitcode))
        return done
"""

RECEIVE = """
    import time
    from multiprocessing.connection import wait

    def send(connection, seconds):
        time.sleep(seconds)
        connection.send(seconds)

    def main(*lengths):
        pipes = [mp.Pipe(False) for _ in lengths]
        for (_, sender), seconds in zip(pipes, lengths):
            mp.Process(target=send, args=(sender, seconds)).start()
            sender.close()
        readers, got = [reader for reader, _ in pipes], []
        while readers:
            for reader in wait(readers):
                try:
                    got.append(reader.recv())
                except EOFError:
                    readers.remove(reader)
        return got
"""

CHILDREN = """
    import time
    from multiprocessing import active_children

    def main(*lengths):
        for seconds in lengths:
            mp.Process(target=time.sleep, args=(seconds,), name=str(seconds)).start()
        time.sleep(2)
        before = [child.name for child in active_children()]
        for child in active_children():
            child.join()
        return before, active_children()
"""


@pytest.mark.usefixtures("steady_cpu")
@pytest.mark.parametrize("costs", ["ideal", "laptop"])
def test_in_virtual_time_who_ends_first_is_told_first(costs):
    options = {"costs": LAPTOP} if costs == "laptop" else {}
    assert simulated(RUN_ALL, 3, 1, 2, **options).result == [("1", 0), ("2", 1), ("3", 0)]
    assert simulated(RECEIVE, 3, 1, 2, **options).result == [1, 2, 3]


def test_the_wait_is_for_whom_ended_it_and_ends_the_moment_it_can():
    found = simulated(RUN_ALL, 3, 1)
    assert found.makespan == pytest.approx(3)


def test_explore_takes_every_order_of_ends_and_of_messages():
    found = merged_and_not(RUN_ALL, 1, 2)
    assert sorted(map(str, found.results.values_returned())) == ["[('1', 0), ('2', 1)]", "[('2', 1), ('1', 0)]"]
    found = merged_and_not(RECEIVE, 1, 2)
    assert sorted(map(str, found.results.values_returned())) == ["[1, 2]", "[2, 1]"]
    assert found.deadlocks == 0


def test_a_wait_with_a_limit_may_be_over_before_anybody_is_ready():
    program = """
        from multiprocessing.connection import wait

        def main():
            process = mp.Process(target=int)
            process.start()
            first = len(wait([process.sentinel], 0.5))
            return first, len(wait([process.sentinel])), len(wait([process.sentinel], timeout=1))
    """
    assert set(merged_and_not(program).results.values_returned()) == {(0, 1, 1), (1, 1, 1)}
    assert simulated(program).result == (1, 1, 1)


def test_in_virtual_time_a_limit_passes():
    program = """
        from multiprocessing.connection import wait

        def main():
            process = mp.Process(target=time.sleep, args=(3,))
            process.start()
            return wait([process.sentinel], 1), time.perf_counter(), len(wait([process.sentinel], 5))
    """
    assert simulated(program).result == ([], pytest.approx(1), 1)


def test_a_wait_that_nobody_ends_is_a_deadlock():
    program = """
        from multiprocessing.connection import wait

        def main():
            here, there = Pipe()
            wait([here])
    """
    with pytest.raises(Exception, match="deadlock") as failed:
        take(program).always_ends()
    assert "waits for wait(...)" in failed.value.evidence.text()


def test_active_children_are_those_that_have_not_exited_and_it_joins_the_others():
    assert simulated(CHILDREN, 1, 3).result == (["3"], [])
    found = merged_and_not(CHILDREN, 1, 2)
    before = {tuple(names) for names, after in found.results.values_returned()}
    assert before == {(), ("1",), ("2",), ("1", "2")}
    assert all(after == [] for _, after in found.results.values_returned())


def test_who_is_not_joined_but_listed_tells_its_code_without_another_step():
    program = """
        def main():
            process = Process(target=int)
            process.start()
            while active_children():
                pass
            return process.exitcode, process.is_alive()
    """
    assert take(program).results == {(0, False): None}
    assert simulated(program.replace("Process(", "mp.Process(").replace("active", "mp.active")).result == (0, False)


def test_a_sentinel_is_there_from_the_start_and_for_the_parent():
    program = """
        def main():
            process = mp.Process(target=int)
            try:
                process.sentinel
            except ValueError as error:
                before = str(error)
            process.start()
            return before, isinstance(process.sentinel, int)
    """
    assert simulated(program).result == ("process not started", True)
    assert set(take(program).results) == {("process not started", True)}


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("wait([open])", "give `wait` connections and the sentinels"),
        ("wait([mp.Lock()])", "waiting for a Lock"),
        ("mp.connection.Listener()", "`multiprocessing.connection.Listener`: use Pipe()"),
    ],
)
def test_what_cannot_be_waited_for_is_refused_by_name(statement, told):
    program = f"from multiprocessing.connection import wait\ndef main():\n    {statement}\n"
    with pytest.raises(NotCovered) as refused:
        take(program)
    assert told in str(refused.value)
    assert told in reply(program)["not_covered"]
