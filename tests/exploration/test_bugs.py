"""Bugs that learners write are found, and correct solutions of the same are declared correct."""

import pytest

from lockstep.exploration.claims import AllStates
from lockstep.student.failure import CheckFailed
from tests.exploration.taking import merged_and_not, take
from tests.exploration.test_counts import COUNTER, PHILOSOPHERS

BUFFER = """
    class Buffer:
        def __init__(self, how):
            self.item, self.full, self.changed, self.how = Value("i", 0), Value("i", 0), Condition(), how

        def put(self, item):
            with self.changed:
                self.wait_until(0)
                self.item.value, self.full.value = item, 1
                self.tell()

        def get(self):
            with self.changed:
                self.wait_until(1)
                self.full.value = 0
                item = self.item.value
                self.tell()
                return item

        def wait_until(self, full):
            if self.how == "if":
                if self.full.value != full:
                    self.changed.wait()
            elif self.how == "wait_for":
                self.changed.wait_for(lambda: self.full.value == full)
            else:
                while self.full.value != full:
                    self.changed.wait()

        def tell(self):
            if self.how == "notify":
                self.changed.notify()
            else:
                self.changed.notify_all()

    def produce(buffer, item):
        buffer.put(item)

    def consume(buffer, out):
        out.put(buffer.get())

    def main(how, n):
        buffer, out = Buffer(how), SimpleQueue()
        processes = [Process(target=produce, args=(buffer, i)) for i in range(n)]
        processes += [Process(target=consume, args=(buffer, out)) for i in range(n)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return sorted([out.get() for _ in range(n)])
"""

PETERSON = """
    class Peterson:
        def __init__(self, how):
            self.flags, self.turn, self.how = [RawValue("i", 0), RawValue("i", 0)], RawValue("i", 0), how

        def enter(self, me):
            if self.how == "flag after turn":
                self.turn.value = 1 - me
                self.flags[me].value = 1
            else:
                self.flags[me].value = 1
                self.turn.value = me if self.how == "turn to oneself" else 1 - me
            while self.flags[1 - me].value and (self.how == "no turn" or self.turn.value == 1 - me):
                pass

        def leave(self, me):
            self.flags[me].value = 0

    def visit(peterson, me, times):
        for _ in range(times):
            peterson.enter(me)
            with inside("section"):
                pass
            peterson.leave(me)

    def main(how, times):
        peterson = Peterson(how)
        processes = [Process(target=visit, args=(peterson, me, times)) for me in (0, 1)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
"""

PARALLEL_MAP = """
    def work(tasks, results):
        while (task := tasks.get()) is not None:
            results.put((task, task * task))

    def main(n, workers, how):
        tasks, results = Queue(), Queue()
        processes = [Process(target=work, args=(tasks, results)) for _ in range(workers)]
        for process in processes:
            process.start()
        for task in range(n):
            tasks.put(task)
        for _ in range(1 if how == "one sentinel" else workers):
            tasks.put(None)
        if how == "join first":
            for process in processes:
                process.join()
        found = [results.get() for _ in range(n)]
        for process in processes:
            process.join()
        return [square for _, square in (found if how == "as they come" else sorted(found))]
"""


def test_a_lost_update_is_found_with_the_shortest_schedule():
    with pytest.raises(CheckFailed) as failed:
        take(COUNTER, 2, 1).always(lambda total: total == 2)
    schedule = failed.value.evidence
    assert [step.process for step in schedule.steps] == ["Process-1", "Process-2", "Process-2", "Process-1", "main"]
    assert schedule.switches == 3
    assert str(failed.value).startswith("In 4 of 6 interleavings the result is wrong (1)")
    assert "total.value += 1" in str(failed.value)


def test_a_counter_with_a_lock_is_correct_in_all_interleavings():
    program = COUNTER.replace("total.value += 1", "with total.get_lock():\n                total.value += 1")
    found = merged_and_not(program, 2, 2).always(lambda total: total == 4)
    assert str(found.claim) == "all 6 interleavings"


def test_a_lock_around_the_write_alone_is_not_enough():
    text = "now = total.value\n            with total.get_lock():\n                total.value = now + 1"
    with pytest.raises(CheckFailed, match="the result is wrong"):
        merged_and_not(COUNTER.replace("total.value += 1", text), 2, 2).always(lambda total: total == 4)


def test_two_locks_in_opposite_order_deadlock():
    found = merged_and_not(PHILOSOPHERS, 2)
    with pytest.raises(CheckFailed, match="Nobody can go on: deadlock") as failed:
        found.never_deadlocks()
    assert {(w.process, w.holder) for w in failed.value.evidence.waiting} == {
        ("main", ""), ("Process-1", "Process-2"), ("Process-2", "Process-1"),
    }  # fmt: skip


@pytest.mark.parametrize("how", ["while", "wait_for"])
def test_a_buffer_that_waits_in_a_loop_is_correct(how):
    merged_and_not(BUFFER, how, 1).always(lambda items: items == [0])
    take(BUFFER, how, 2).always(lambda items: items == [0, 1])


def test_a_buffer_that_waits_with_if_takes_an_item_twice():
    with pytest.raises(CheckFailed, match="the result is wrong"):
        take(BUFFER, "if", 2).always(lambda items: items == [0, 1])


def test_a_buffer_that_notifies_one_loses_wake_ups():
    with pytest.raises(CheckFailed, match="deadlock"):
        take(BUFFER, "notify", 2).always_ends()


@pytest.mark.parametrize("times", [1, 2])
def test_peterson_is_proven_over_all_its_states(times):
    found = take(PETERSON, "right", times).at_most("section", 1).always_ends()
    assert isinstance(found.claim, AllStates)
    assert found.interleavings is None
    assert found.at_once("section") == 1


@pytest.mark.parametrize("how", ["turn to oneself", "flag after turn"])
def test_peterson_with_the_turn_set_wrongly_lets_two_inside(how):
    with pytest.raises(CheckFailed, match="2 processes can be inside 'section' at once, where at most 1 may"):
        take(PETERSON, how, 1).at_most("section", 1)


def test_flags_without_a_turn_keep_both_waiting_for_ever():
    found = take(PETERSON, "no turn", 1).at_most("section", 1)
    with pytest.raises(CheckFailed, match="livelock"):
        found.always_ends()
    assert found.deadlocks == 0


def test_a_parallel_map_is_correct():
    merged_and_not(PARALLEL_MAP, 1, 2, "right").always(lambda squares: squares == [0])
    take(PARALLEL_MAP, 2, 2, "right").always(lambda squares: squares == [0, 1]).never_leaves_running()


def test_one_sentinel_for_all_workers_is_missed():
    with pytest.raises(CheckFailed, match="deadlock"):
        take(PARALLEL_MAP, 2, 2, "one sentinel").always_ends()


def test_results_come_in_order_of_completion():
    with pytest.raises(CheckFailed, match="the result is wrong"):
        take(PARALLEL_MAP, 2, 2, "as they come").always(lambda squares: squares == [0, 1])


@pytest.mark.parametrize("feeder", [True, False])
def test_joining_before_draining_deadlocks_on_a_full_pipe(feeder):
    take(PARALLEL_MAP, 3, 1, "join first", feeder=feeder).always_ends()  # all fits into the pipe
    with pytest.raises(CheckFailed, match="deadlock"):
        take(PARALLEL_MAP, 3, 1, "join first", feeder=feeder, pipe_capacity=20).always_ends()
    take(PARALLEL_MAP, 3, 1, "right", feeder=feeder, pipe_capacity=20).always_ends()


def test_a_barrier_reused_wrongly_is_found():
    program = """
        class Wrong:
            def __init__(self, n):
                self.n, self.count, self.lock, self.gate = n, Value("i", 0), Lock(), Semaphore(0)

            def wait(self):
                with self.lock:
                    self.count.value += 1
                    if self.count.value == self.n:
                        for _ in range(self.n):
                            self.gate.release()
                        self.count.value = 0
                self.gate.acquire()

        def work(barrier, rounds, phase, me):
            for n in range(2):
                rounds[me] = n + 1
                barrier.wait()
                if min(rounds[0], rounds[1]) < n + 1:
                    phase.value = 1

        def main(right):
            barrier = Barrier(2) if right else Wrong(2)
            rounds, phase = RawArray("i", 2), RawValue("i", 0)
            processes = [Process(target=work, args=(barrier, rounds, phase, me)) for me in (0, 1)]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            return phase.value
    """
    take(program, True).always(lambda early: early == 0)
    wrong = take(program, False)  # who passes early takes a place that is not his, and somebody waits for ever
    with pytest.raises(CheckFailed, match="deadlock"):
        wrong.always_ends()


def test_a_race_fixed_by_sleeping_is_still_found():
    program = """
        import time

        def write(value):
            value.value = 1

        def main():
            value = Value("i", 0)
            process = Process(target=write, args=(value,))
            process.start()
            time.sleep(10)
            found = value.value
            process.join()
            return found
    """
    assert merged_and_not(program).results == {0: 1, 1: 1}


def test_coordination_through_a_module_global_is_found():
    program = """
        seen = []

        def add(total):
            seen.append(1)
            total.value += len(seen)

        def main():
            total = Value("i", 0)
            processes = [Process(target=add, args=(total,)) for _ in range(2)]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            return total.value, len(seen)
    """
    assert set(merged_and_not(program).results) == {(1, 0), (2, 0)}


def test_a_target_that_no_other_process_finds_is_told_in_words_wherever_it_is_shown():
    found = take(
        """
        def main():
            def work():
                pass
            p = Process(target=work)
            p.start()
        """
    )
    words = "a function inside a function (`work` in `main`) cannot go to another process"
    assert words in str(found)
    assert words in found.trace()
    assert "it's not found as" not in str(found) + found.trace()
