"""Exact counts on programs whose counts are known."""

from math import comb

import pytest

from tests.exploration.taking import merged_and_not, take

COUNTER = """
    def add(total, times):
        for _ in range(times):
            total.value += 1

    def main(workers, times):
        total = Value("i", 0)
        processes = [Process(target=add, args=(total, times)) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return total.value
"""

PHILOSOPHERS = """
    def eat(left, right):
        with left:
            with right:
                pass

    def main(n, ordered=False):
        forks = [Lock() for _ in range(n)]
        pairs = [(forks[i], forks[(i + 1) % n]) for i in range(n)]
        if ordered:
            pairs[-1] = pairs[-1][::-1]
        processes = [Process(target=eat, args=pair) for pair in pairs]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
"""


@pytest.mark.parametrize("times", range(1, 11))
def test_two_processes_that_increment_without_a_lock_interleave_in_c_4k_2k_ways(times):
    found = take(COUNTER, 2, times)
    assert found.interleavings == comb(4 * times, 2 * times)
    assert sum(found.results.values()) == found.interleavings
    assert min(found.results) == (2 if times > 1 else 1)
    assert max(found.results) == 2 * times


def test_the_two_increments_of_two_processes_give_each_total_so_often():
    assert merged_and_not(COUNTER, 2, 2).results == {2: 32, 3: 32, 4: 6}


def test_three_processes_agree_with_histories():
    assert merged_and_not(COUNTER, 3, 2).interleavings == 34_650  # 12! / 4!^3


@pytest.mark.parametrize(
    ("n", "interleavings", "deadlocks"), [(3, 168, 6), (5, 66_468_720, 120), (6, 164_606_463_648, 720)]
)
def test_philosophers_who_take_left_then_right(n, interleavings, deadlocks):
    found = take(PHILOSOPHERS, n)
    assert (found.interleavings, found.deadlocks) == (interleavings, deadlocks)
    assert found.results == {None: interleavings - deadlocks}


def test_a_philosopher_who_takes_right_first_saves_them_all():
    take(PHILOSOPHERS, 5, True).always_ends()


def test_one_process_alone_has_one_interleaving():
    assert take("def main():\n    v = Value('i', 1)\n    v.value += 1\n    return v.value").results == {2: 1}


def test_a_program_without_operations_has_one_interleaving():
    found = take("def main():\n    return 7")
    assert (found.interleavings, found.states, found.results) == (1, 1, {7: 1})


def test_creating_starting_and_joining_add_no_interleavings():
    program = """
        def idle():
            pass

        def main(n):
            processes = [Process(target=idle) for _ in range(n)]
            for process in processes:
                process.start()
            locks = [Lock() for _ in range(n)]
            for process in processes:
                process.join()
            return [process.exitcode for process in processes]
    """
    found = take(program, 4)
    assert found.interleavings == 1
    assert list(found.results) == [(0, 0, 0, 0)]


def test_looking_at_a_process_makes_its_exit_a_step():
    program = """
        def idle():
            pass

        def main():
            process = Process(target=idle)
            process.start()
            return process.is_alive()
    """
    found = merged_and_not(program)
    assert found.results == {True: 1, False: 1}
    assert found.left_running == 1
