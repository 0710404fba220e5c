"""How a program can end, or not: livelocks, crashes, processes left running, and what a failure then shows."""

import pytest

from lockstep.student.failure import CheckFailed
from tests.exploration.taking import merged_and_not, take


def test_a_spin_wait_that_never_ends_is_a_livelock():
    program = """
        def wait(flag):
            while not flag.value:
                pass

        def main(set_it):
            flag = Value("i", 0)
            process = Process(target=wait, args=(flag,))
            process.start()
            if set_it:
                flag.value = 1
            process.join()
            return "done"
    """
    take(program, True).always(lambda value: value == "done")
    found = take(program, False)
    assert found.livelocks > 0
    with pytest.raises(CheckFailed, match="livelock") as failed:
        found.always_ends()
    lap = failed.value.evidence.steps
    assert 0 < len(lap) <= 2  # a lap of the loop, though it goes on for ever from the beginning
    assert {step.operation for step in lap} == {"read flag"}


def test_whoever_waits_for_ever_for_a_process_that_crashed_is_told_of_the_crash():
    program = """
        def enter(flag, fails):
            while not flag.value:
                pass
            if fails:
                raise NotImplementedError

        def main(fails):
            first, second = Value("i", 1), Value("i", 0)
            processes = [Process(target=enter, args=(first, fails)), Process(target=enter, args=(second, False))]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
    """
    with pytest.raises(CheckFailed, match=r"ends with an exception, and others wait for it for ever") as failed:
        take(program, True).always_ends()
    assert "Process-1 ended with NotImplementedError." in failed.value.evidence.text()
    with pytest.raises(CheckFailed, match="livelock"):
        take(program, False).always_ends()


def test_a_failure_without_any_step_says_so():
    program = """
        def enter():
            with inside("the room"):
                Value("i", 0).value += 1

        def main():
            processes = [Process(target=enter) for _ in range(2)]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
    """
    with pytest.raises(CheckFailed) as failed:
        take(program).at_most("the room", 1)
    assert "from the very beginning: nothing shared was read, written or waited for before" in str(
        failed.value.evidence.text()
    )


def test_an_exception_in_a_child_is_a_crash_and_the_others_go_on():
    program = """
        def fail(lock):
            with lock:
                raise ValueError("too small")

        def main():
            lock = Lock()
            process = Process(target=fail, args=(lock,))
            process.start()
            with lock:
                pass
            process.join()
            return process.exitcode
    """
    found = merged_and_not(program)
    assert found.results == {1: found.interleavings}
    assert found.crashes == found.interleavings
    for verdict in (found.never_crashes, found.always_ends, lambda: found.at_most("anywhere", 1)):
        with pytest.raises(CheckFailed, match="Process-1 ends with ValueError: too small"):
            verdict()


def test_a_process_left_running_has_a_name():
    program = """
        def slow(lock):
            lock.acquire()

        def main(daemon):
            Process(target=slow, args=(Lock(),), daemon=daemon).start()
            return 1
    """
    for daemon in (False, True):
        found = take(program, daemon)
        assert found.left_running == found.interleavings == 1
        with pytest.raises(CheckFailed, match="still running when main is done"):
            found.never_leaves_running()


def test_main_is_not_done_before_the_last_process_that_it_starts_has_begun():
    program = """
        def idle():
            pass

        def write(total):
            total.value = 1

        def main():
            total = RawValue("i", 0)
            Process(target=idle).start()
            Process(target=write, args=(total,)).start()
            return 1
    """
    found = merged_and_not(program)
    assert found.left_running == found.interleavings == 1


def notifying(number: str) -> str:
    return f"""
        def main():
            changed = Condition(Lock())
            with changed:
                changed.notify({number})
            return 1
    """


@pytest.mark.parametrize("number", ["-1", "0", "0.5", "float('inf')", "True"])
def test_notifying_any_number_of_a_condition_where_nobody_waits_is_one_step(number):
    found = merged_and_not(notifying(number))
    assert found.results == {1: 1}
    assert found.deadlocks == found.crashes == 0


def test_notifying_what_is_no_number_is_an_exception_of_the_program():
    found = take(notifying("'x'"))
    assert "TypeError: '<' not supported between instances of 'int' and 'str'" in str(found)


def test_notifying_nobody_wakes_nobody():
    program = """
        def sleep(changed):
            with changed:
                changed.wait()

        def main():
            changed = Condition()
            process = Process(target=sleep, args=(changed,))
            process.start()
            with changed:
                changed.notify(-1)
            process.join()
    """
    found = merged_and_not(program)
    assert found.deadlocks == found.interleavings


def test_long_values_and_messages_are_cut_where_they_are_told():
    program = """
        def fail():
            raise ValueError("y" * 300)

        def main():
            process = Process(target=fail)
            process.start()
            process.join()
            return "x" * 300
    """
    found = take(program)
    assert f"results '{'x' * 76}...: 1; crashes" in str(found)
    assert f"(Process-1: ValueError: {'y' * 225}...)" in str(found)
    with pytest.raises(CheckFailed, match=r"No interleaving gives such a result; it is 'x{76}\.\.\.\. Taken"):
        found.sometimes(lambda value: value == "x")
    assert found.results == {"x" * 300: 1}


@pytest.mark.parametrize(("call", "told"), [("sys.exit(2)", "SystemExit: 2"), ("sys.exit()", "SystemExit")])
def test_main_that_exits_has_returned_nothing(call, told):
    found = merged_and_not(f"import sys\ndef main():\n    {call}\n")
    assert (found.results, found.crashes, found.errors_of_main()) == ({}, 1, {"SystemExit"})
    assert str(found) == f"main: the only interleaving; crashes in 1 interleaving (main: {told})"


def test_a_child_that_exits_has_not_crashed():
    program = """
        import sys

        def main():
            process = Process(target=sys.exit, args=(3,))
            process.start()
            process.join()
            return process.exitcode
    """
    found = merged_and_not(program)
    assert (found.results, found.crashes) == ({3: 1}, 0)


def test_a_value_of_a_class_of_the_programs_own_is_the_same_in_every_run():
    program = """
        from typing import NamedTuple

        class Sold(NamedTuple):
            tickets: int
            left: int

        def sell(left):
            with left.get_lock():
                left.value -= 1

        def main():
            left = Value("i", 3)
            process = Process(target=sell, args=(left,))
            process.start()
            process.join()
            return Sold(1, left.value)
    """
    assert merged_and_not(program).results == {(1, 2): 1}


def test_whoever_only_sleeps_until_it_is_terminated_can_be_terminated():
    program = """
        import time

        def beat():
            while True:
                time.sleep(1)

        def main(ends):
            process = Process(target=beat, daemon=True)
            process.start()
            if ends:
                process.terminate()
            process.join()
            return process.exitcode
    """
    found = take(program, True)
    assert found.always_ends().results.values_returned() == [-15]
    with pytest.raises(CheckFailed, match="go on for ever"):
        take(program, False).always_ends()
