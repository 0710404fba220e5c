"""What a recorded program waits for is told as waiting, by the name of what was called, and the program is none the worse."""

import copyreg
import multiprocessing
import pickle
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import connection

import pytest

from lockstep.recording.recorder import Recording
from lockstep.recording.recording import record
from tests.recording import programs

HELD_S = 0.4


SOME_S = 0.01  # of that, for whoever waits may be kept from it by other programs at first


def waits(lane):
    """Seconds that a process waited, by what for."""
    found = {}
    for bar in lane.bars:
        if bar.kind == "waiting":
            found[bar.what] = found.get(bar.what, 0.0) + bar.seconds
    return found


def test_a_closed_pool_that_is_joined_is_waited_for():
    def program():
        pool = multiprocessing.Pool(2)
        for _ in range(2):
            pool.apply_async(time.sleep, (HELD_S,))
        pool.close()
        pool.join()
        del pool  # which ends its threads, that have ended already

    found = record(program)
    assert waits(found.lanes[0])["Pool.join"] > SOME_S
    assert "a thread" not in waits(found.lanes[0])
    (line,) = {bar.line.split("  ")[1] for bar in found.lanes[0].bars if bar.what == "Pool.join"}
    assert line == "pool.join()"


@pytest.mark.parametrize("of", [ProcessPoolExecutor, ThreadPoolExecutor])
def test_an_executor_is_waited_for_where_its_with_block_ends(of):
    def program():
        with of(1) as executor:
            executor.submit(time.sleep, HELD_S)

    found = record(program)
    assert waits(found.lanes[0])["Executor.shutdown"] > SOME_S
    assert "a thread" not in waits(found.lanes[0])


def test_a_thread_that_is_joined_is_waited_for_and_gets_no_lane():
    def program():
        thread = threading.Thread(target=time.sleep, args=(HELD_S,))
        thread.start()
        thread.join()

    found = record(program)
    assert waits(found.lanes[0])["a thread"] > SOME_S
    assert len(found.lanes) == 1


@pytest.mark.parametrize(
    "wait", [connection.wait, lambda objects: connection.wait(objects)], ids=["by its own name", "of its module"]
)
def test_processes_that_are_waited_for_by_their_sentinels_are_waited_for(wait):
    def program():
        process = multiprocessing.Process(target=time.sleep, args=(HELD_S,))
        process.start()
        wait([process.sentinel])
        process.join()

    assert waits(record(program).lanes[0])["connection.wait"] > SOME_S


def test_bytes_received_into_a_buffer_are_waited_for():
    def program():
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.Process(target=_send_late, args=(theirs,))
        process.start()
        received = ours.recv_bytes_into(bytearray(8))
        process.join()
        return received

    found = record(program)
    assert found.answer == 4
    assert waits(found.lanes[0])["Connection.recv_bytes_into"] > SOME_S


def _send_late(pipe):
    time.sleep(HELD_S)
    pipe.send_bytes(b"late")


def test_the_threads_of_a_pool_are_nothing_that_the_program_waits_for():
    def program():
        with multiprocessing.Pool(1) as pool:
            spun = time.perf_counter() + HELD_S
            while time.perf_counter() < spun:  # meanwhile three threads of the pool wait and poll
                pass
            pool.apply(len, ("",))

    found = record(program)
    # Under a fork server, starting is waiting for the server.
    assert waits(found.lanes[0]).keys() <= {"Process.start", "a result", "Pool.terminate", "another thread"}
    assert found.lanes[0].seconds("computing") > HELD_S / 2


def test_the_picture_itself_is_nothing_that_the_program_waits_for():
    found = record(lambda: time.sleep(0.3), show=lambda timeline, more: time.sleep(0.2))
    assert waits(found.lanes[0]).keys() == {"time.sleep"}


def test_processes_that_were_there_before_are_said_not_to_be_recorded():
    seen = []
    with multiprocessing.Pool(2) as pool:
        found = record(lambda: pool.map(len, ["a", "bc"]))
        assert len(found.lanes) == 1
        assert "2 processes that were there before are not recorded" in found.sentence()
        with pytest.raises(TypeError):
            record(lambda: pool.map(len, [1]), show=lambda timeline, more: seen.append(timeline.note))
    assert "failed. 2 processes that were there before" in seen[-1]
    assert record(lambda: len("a")).note == ""


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_sleep_is_a_wait_under_every_name_and_crosses_to_processes(method):
    found = record(lambda: programs.sleep_by_its_own_name(multiprocessing.get_context(method)))
    assert found.answer == 0
    main, process, worker = found.lanes
    assert [bar.line.split("  ")[1] for bar in main.bars if bar.what == "time.sleep"] == ["sleep(0.01)"]
    assert sum(bar.what == "time.sleep" for bar in process.bars) == 1
    assert sum(bar.what == "time.sleep" for bar in worker.bars) == 3


def test_a_sleep_can_be_pickled_while_and_after_it_is_recorded():
    builtin = time.sleep
    before = copyreg.dispatch_table.copy()
    with Recording():
        recorded = time.sleep
        assert programs.sleep is recorded is not builtin
        assert pickle.loads(pickle.dumps(builtin)) is pickle.loads(pickle.dumps(recorded)) is recorded
        assert pickle.loads(pickle.dumps(len)) is len
        assert pickle.loads(pickle.dumps([1].count))(1) == 1
    assert time.sleep is programs.sleep is builtin
    assert copyreg.dispatch_table == before
    assert pickle.loads(pickle.dumps(recorded)) is recorded, "a module that was imported meanwhile has kept it"
    assert pickle.loads(pickle.dumps(builtin)) is builtin


def test_a_wrong_sleep_is_the_same_error_as_ever():
    with Recording(), pytest.raises(ValueError, match="must be non-negative"):
        time.sleep(-1)
