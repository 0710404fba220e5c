"""ReadersWriterLock: the same object on every interleaving, in virtual time and with real processes."""

import multiprocessing

import pytest

from lockstep import ReadersWriterLock, explore, inside, simulate, work
from lockstep.student.failure import CheckFailed


def read(lock):
    with lock.reading(), inside("reading"):
        work(0.01)


def write(lock):
    with lock.writing(), inside("writing"), inside("reading"):
        work(0.01)


def run(readers, writers):
    lock = ReadersWriterLock()
    processes = [multiprocessing.Process(target=read, args=(lock,)) for _ in range(readers)]
    processes += [multiprocessing.Process(target=write, args=(lock,)) for _ in range(writers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def write_and_read_again(lock):
    with lock.writing(), lock.reading():
        pass


def wait_for_oneself():
    write_and_read_again(ReadersWriterLock())


def count(lock, total):
    with lock.writing():
        total.value += 1


def count_all():
    lock, total = ReadersWriterLock(), multiprocessing.Value("i", 0, lock=False)
    processes = [multiprocessing.Process(target=count, args=(lock, total)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value


def give_back_too_much():
    ReadersWriterLock().release_read()


def test_readers_are_inside_together_and_a_writer_is_alone():
    found = explore(run, 2, 1).always(lambda codes: codes == [0, 0, 0])
    assert found.at_most("writing", 1).at_once("reading") == 2
    assert explore(run, 0, 2).at_most("writing", 1).at_once("reading") == 1


def test_what_is_written_inside_is_not_lost():
    explore(count_all).always(lambda total: total == 2)
    assert count_all() == 2


def test_who_writes_and_then_reads_waits_for_himself_and_is_told_so():
    with pytest.raises(CheckFailed, match="deadlock") as failed:
        explore(wait_for_oneself).always_ends()
    assert "for reading, held by main" in failed.value.evidence.text()


def test_in_virtual_time_readers_overlap_and_writers_do_not():
    assert simulate(run, 4, 0, cores=4, costs="ideal").makespan == pytest.approx(0.01)
    assert simulate(run, 0, 4, cores=4, costs="ideal").makespan == pytest.approx(0.04)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_real_processes_share_it_under_every_start_method(method):
    context = multiprocessing.get_context(method)
    lock = ReadersWriterLock(context)
    processes = [context.Process(target=target, args=(lock,)) for target in (read, write)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]


def test_giving_back_what_one_does_not_hold_is_an_error_everywhere():
    assert explore(give_back_too_much).crashes == 1
    with pytest.raises(AssertionError, match="has not acquired"):
        give_back_too_much()
