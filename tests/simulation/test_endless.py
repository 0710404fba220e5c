"""A program without end is stopped after so many operations, so much CPU time or so much memory, on both sides, and says so."""

import re

import pytest

from lockstep import simulate
from lockstep.simulation import engine, log
from lockstep.simulation.inside import timed_machine
from lockstep.simulation.phrases import Done, endless
from lockstep.student import deadline
from lockstep.student.failure import StudentTimedOut
from lockstep.student.session import Service, student
from tests.simulation import polling
from tests.simulation.virtual import reply

RANKS = """
from mpi4py import MPI

def main(comm):
    rank, size = comm.Get_rank(), comm.Get_size()
    token = 0
    while True:
        comm.send(token, dest=(rank + 1) % size)
        token = comm.recv(source=(rank - 1) % size) + 1
"""
LOCKS = """
def main():
    lock = mp.Lock()
    while True:
        with lock:
            pass
"""
PROCESSES = """
def main():
    while True:
        process = mp.Process(target=len, args=("a" * 1_000_000,))
        process.start()
        process.join()
"""
PUTS = """
def main():
    queue = mp.Queue()
    while True:
        queue.put("a" * 1_000)
"""
WAITS = """
def main():
    ends = [mp.Pipe()[0] for _ in range(100)]
    while True:
        connection.wait(ends, 0)
"""


def test_ranks_without_end_are_stopped_by_their_operations_and_send_no_log():
    said = reply(RANKS, ranks=3, operations=3_000)
    assert said.keys() == {"endless", "late"}
    told = endless("main()", Done(*said["endless"]))
    assert re.match(r"`main\(\)` did 3_0\d\d operations, as many as are simulated, and goes on; ", told)
    assert "of them were Comm." in told


def test_a_program_that_used_its_cpu_time_is_stopped_and_says_what_it_did():
    said = reply(LOCKS, seconds=0.0)
    assert said["late"]
    told = endless("main()", Done(*said["endless"]), "10 s of real time")
    assert told.startswith(
        "`main()` was not simulated within 10 s of real time; it did 1_000 operations until then, and 500"
    )
    assert "simulate a smaller case" in told


def test_messages_that_nobody_takes_are_bounded(monkeypatch):
    monkeypatch.setattr(timed_machine, "_MOST_HELD", 100_000)
    assert "more than 1 GB of messages that nobody has taken" in reply(PUTS)["not_covered"]
    taken = PUTS.replace('queue.put("a" * 1_000)', 'queue.put("a" * 1_000); queue.get()')
    assert reply(taken, operations=1_000)["endless"].operations == 1_001, "what was taken is not counted"


def test_what_is_written_down_is_bounded_where_operations_are_few(monkeypatch):
    monkeypatch.setattr(log, "_PARTS", 10_000)
    assert reply("from multiprocessing import connection\n" + WAITS)["endless"].operations < 200


def test_processes_that_have_ended_leave_nothing_in_memory(monkeypatch):
    machines = []
    made = timed_machine.SimulateMachine.__init__

    def make(machine, *arguments, **options):
        machines.append(machine)
        made(machine, *arguments, **options)

    def count(machine):
        left.append((len(machine._lives), len(machine._payloads)))

    left = []
    monkeypatch.setattr(timed_machine.SimulateMachine, "__init__", make)
    monkeypatch.setattr(timed_machine.SimulateMachine, "close", count)
    assert reply(PROCESSES, operations=300)["endless"].operations == 301
    lives, payloads = left[-1]
    assert lives <= 2
    assert payloads <= 1


def test_computing_a_run_anew_is_part_of_its_time(monkeypatch):
    def over(service):
        raise StudentTimedOut("no answer came in time")

    monkeypatch.setattr(Service, "look", over)
    assert simulate(polling.is_watched, 20, cores=2, costs="ideal").result is None, "it is looked at now and then"
    monkeypatch.setattr(engine, "_OFTEN", 1)
    with pytest.raises(
        StudentTimedOut, match=r"`is_watched` was not simulated within 60 s of real time: take a smaller"
    ):
        simulate(polling.is_watched, 20, cores=2, costs="ideal")


def test_computing_a_run_anew_is_told_while_it_takes_long(monkeypatch):
    happened = []
    ask = Service.ask

    def asking(service, request):
        said = ask(service, request)
        happened.append("asked")
        return said

    monkeypatch.setattr(Service, "ask", asking)
    monkeypatch.setattr(engine, "_OFTEN", 1)
    monkeypatch.setattr(deadline, "_OFTEN", 0.0)
    monkeypatch.setattr("lockstep.page.bar.PATIENCE", 0.0)
    monkeypatch.setattr("lockstep.page.bar.Bar.tell", lambda bar, text, share: happened.append(text.partition(":")[0]))
    simulate.curve(polling.is_watched, 20, cores=[1, 2, 4], costs="ideal")
    assert happened[-1] == "simulate.curve is_watched", "the last points are computed from the log of the first"


def test_in_a_check_a_run_has_no_more_time_than_the_check(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("def spin():\n    while True:\n        pass\n")
    with (
        student(path, limit=1) as mine,
        pytest.raises(StudentTimedOut, match=r"`spin(\(\))?` was not simulated within 1 s of real time"),
    ):
        simulate(mine.spin, cores=2)


def test_a_curve_of_numbers_without_end_is_refused():
    with pytest.raises(ValueError, match="at most 1_000: it has more, or no end"):
        simulate.curve(polling.is_watched, 1, cores=iter(int, 1))
