"""What is not covered is refused by name; over the budget the claim weakens; what crosses is data."""

import sys

import pytest

from lockstep.exploration.automata import HiddenInput
from lockstep.exploration.claims import AllButOrder, AllInterleavings, FewPreemptions, Sampled
from lockstep.standin.machine import NotCovered
from lockstep.student.failure import StudentMissing
from tests.exploration.taking import IMPORTS, merged_and_not, take
from tests.exploration.test_counts import COUNTER, PHILOSOPHERS


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "from concurrent.futures import ThreadPoolExecutor; ThreadPoolExecutor()",
            "`concurrent.futures.ThreadPoolExecutor`: use ProcessPoolExecutor",
        ),
        ("mp.Manager().Pool()", "`Manager().Pool`: use its `list`"),
        (
            "from multiprocessing import heap; heap.Arena(8)",
            "`multiprocessing.heap`: use a Value or an Array",
        ),
        (
            "import multiprocessing.heap as heap; heap.Arena(8)",
            "`multiprocessing.heap.Arena`: use a Value or an Array",
        ),
        (
            "from concurrent.futures import ProcessPoolExecutor; ProcessPoolExecutor(1).submit(abs, 1).cancel()",
            "`Future.cancel`: let the task look at an Event",
        ),
        ("import threading; threading.Thread()", "`threading.Thread`: use multiprocessing"),
        ("import os; os.fork()", "`os.fork`: use multiprocessing.Process"),
        ("import time; time.time() > 1", "what depends on a clock: no time passes"),
        ("from time import perf_counter as p; p() - p() == 0", "what depends on a clock: no time passes"),
        ("import time; t = time.time()\n    while time.time() < t + 5:\n        pass", "what depends on a clock"),
        ("import time; int(time.time_ns() / 1e9)", "what depends on a clock: no time passes"),
        ("import time; return 3, time.process_time()", "what depends on a clock: no time passes"),
        ("import random, time; random.seed(time.time())", "what depends on a clock: no time passes"),
        ("import time; {time.monotonic(): 1}", "what depends on a clock: no time passes"),
        ("import time; 1 if time.time() else 2", "what depends on a clock: no time passes"),
        ("import time; max(time.time(), 3)", "what depends on a clock: no time passes"),
        ("import timeit; timeit.timeit('pass')", "`timeit.timeit`: no time passes"),
        ("import os; os._exit(1)", "`os._exit`: use sys.exit"),
        ("open('data.txt')", "`open`: pass the data as an argument"),
        ("input()", "`input`: pass the data as an argument"),
        ("import random; random.Random()", "`random.Random()` without a seed"),
        (
            "import numpy; numpy.atleast_1d(mp.RawArray('i', 3))",
            "this look at the memory of an Array: use np.frombuffer(",
        ),
        ("memoryview(mp.RawArray('d', 4))", "this look at the memory of an Array"),
        ("mp.Value('i', 0, lock=mp.Semaphore(1))", "Value(..., lock=Semaphore(...)): give it a Lock or an RLock"),
        ("mp.Array('i', 2, lock=mp.Condition())", "Array(..., lock=Condition(...)): give it a Lock or an RLock"),
        ("here, there = mp.Pipe(); here.send(there)", "a connection sent to a process: give it to the process as an a"),
        ("mp.SimpleQueue().put(mp.Pipe())", "a connection sent to a process: give it to the process as an argument"),
        ("mp.Pipe()[0].recv_bytes_into(bytearray(3))", "`recv_bytes_into`: use `recv_bytes`"),
        ("mp.current_process().authkey", "`authkey`: processes here need none"),
        ("mp.Process().authkey", "`authkey`: processes here need none"),
        (
            "mp.Condition(mp.Semaphore(1))",
            "a Condition with a Semaphore for its lock: give it a Lock, an RLock or none",
        ),
        ("import ctypes; mp.Value(ctypes.Union)", "shared memory of `Union`: use numbers, or a structure of them"),
        (
            "here, there = mp.Pipe(); here.send_bytes(b'x'); there.recv()",
            "`recv` of what `send_bytes` sent: use `recv_b",
        ),
        ("here, there = mp.Pipe(); here.send('x'); there.recv_bytes()", "`recv_bytes` of what `send` sent: use `recv`"),
        ("try:\n        mp.Manager().Pool()\n    except Exception:\n        pass", "`Manager().Pool`"),
    ],
)
def test_what_is_not_covered_is_refused_by_name(statement, told):
    with pytest.raises(NotCovered) as refused:
        take(f"def main():\n    {statement}\n")
    assert told in str(refused.value)
    assert "`explore` does not cover" in str(refused.value)


def test_an_import_that_is_not_covered_costs_only_what_uses_it():
    program = "from multiprocessing.heap import Arena\n\ndef other():\n    Arena(8)\n\ndef main():\n    return 1"
    assert take(program).results == {1: 1}
    with pytest.raises(NotCovered, match="Arena"):
        take(program, function="other")


@pytest.mark.parametrize(
    "line",
    [
        "from multiprocessing import Manager, Pool, Process, Value",
        "import multiprocessing.managers, signal, subprocess, asyncio",
        "from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor",
        "from multiprocessing.heap import Arena; from threading import Thread",
    ],
)
def test_an_import_line_with_names_that_are_not_covered_spoils_nothing_else(line):
    program = f"{line}\n\ndef first(x: 'Pool', y=1):\n    return x + y\n\ndef main():\n    {line}\n    return first(1)"
    assert take(program).results == {2: 1}


def test_what_is_not_covered_is_refused_by_every_operator():
    head = "from multiprocessing.heap import Arena as Pool\n\ndef main():\n    return "
    uses = [
        "Pool == 1",
        "Pool != 1",
        "Pool in [1]",
        "hash(Pool)",
        "bool(Pool)",
        "f'{Pool}'",
        "Pool - 1",
    ]
    for use in [*uses, "[*Pool]", "Pool()", "Pool.x", "isinstance(1, Pool)", "isinstance(Pool, int)"]:
        with pytest.raises(NotCovered, match=r"`multiprocessing.heap.Arena`: use a Value"):
            take(head + use)


def test_a_module_that_does_not_exist_is_no_matter_of_what_is_covered():
    found = take(
        "def main():\n    try:\n        from multiprocessing import Lokc\n    except ImportError:\n        return 1"
    )
    assert found.results == {1: 1}
    found = take(
        "def main():\n    try:\n        import multiprocessing.lokc\n    except ImportError:\n        return 2"
    )
    assert found.results == {2: 1}


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("from datetime import datetime", "datetime.now().timestamp()"),
        ("import datetime", "datetime.datetime.now().hour"),
        ("import datetime", "datetime.date.today().toordinal()"),
        ("import time", "time.time()"),
        ("from time import *", "perf_counter() - monotonic()"),
        ("import time", "time.localtime().tm_min"),
        ("import time", "int(time.strftime('%H'))"),
    ],
)
def test_a_hidden_input_is_found_by_replaying(line, moment):
    program = f"""
        {line}

        def main():
            v = Value("d", 0.0)
            v.value = {moment}
            return v.value
    """
    with pytest.raises(HiddenInput, match=r"main acts differently on the same answers \(program, line \d+\)"):
        take(program)


@pytest.mark.parametrize(
    ("line", "clock"),
    [
        ("import time", "time.time()"),
        ("import time", "time.perf_counter_ns()"),
        ("from time import process_time", "process_time()"),
        ("from timeit import default_timer", "default_timer()"),
        ("import time", "time.clock_gettime(time.CLOCK_MONOTONIC)"),
        ("from datetime import datetime", "datetime.now()"),
    ],
)
def test_a_clock_that_is_only_shown_changes_nothing(line, clock):
    program = f"""
        {line}

        def add(v, q):
            began = {clock}
            v.value += 1
            took = {clock} - began
            print(f"{{took}} s", took * 2, -took, str(took), "%s" % took)

        def main():
            v, q = Value("i", 0), SimpleQueue()
            began = {clock}
            ps = [Process(target=add, args=(v, q)) for _ in range(2)]
            for p in ps:
                p.start()
            for p in ps:
                p.join()
            print("took", {clock} - began)
            return v.value
    """
    found = merged_and_not(program)
    assert (found.interleavings, found.results) == (6, {1: 4, 2: 2})


def test_a_time_that_is_sent_and_shown_changes_nothing():
    program = """
        import time

        def work(q):
            began = time.time()
            q.put(("took", time.time() - began, f"{time.time() - began:.3f} s, {time.time():.0f}"))

        def main():
            q = SimpleQueue()
            p = Process(target=work, args=(q,))
            p.start()
            p.join()
            name, seconds, text = q.get()
            return name, text, f"{seconds:.2f}", str(seconds / 2 + 1), round(seconds, 3) is seconds
    """
    assert take(program).results == {("took", "0.000 s, 1700000000", "0.00", "1.0", False): 1}


def test_pids_of_parents_say_their_place_too():
    program = """
        import os

        def tell(q):
            q.put((os.getpid(), os.getppid()))

        def main():
            q = SimpleQueue()
            p = Process(target=tell, args=(q,))
            p.start()
            p.join()
            return os.getppid(), os.getpid(), q.get()
    """
    assert list(take(program).results) == [(999, 1000, (1001, 1000))]


def test_random_numbers_are_the_same_in_every_interleaving_and_differ_between_processes():
    program = """
        import random

        def draw(q):
            q.put(random.random())

        def main():
            q = SimpleQueue()
            processes = [Process(target=draw, args=(q,)) for _ in range(2)]
            for process in processes:
                process.start()
            drawn = {q.get(), q.get()}
            for process in processes:
                process.join()
            return len(drawn)
    """
    found = merged_and_not(program)
    assert found.results == {2: found.interleavings}


def test_pids_say_the_place_in_the_tree():
    program = """
        import os

        def tell(q):
            q.put((os.getpid(), current_process().name))

        def main():
            q = SimpleQueue()
            process = Process(target=tell, args=(q,))
            process.start()
            process.join()
            return os.getpid(), process.pid, q.get()
    """
    assert list(take(program).results) == [(1000, 1001, (1001, "Process-1"))]


def test_over_the_budget_independent_steps_are_taken_in_one_order_and_that_is_said():
    found = take(PHILOSOPHERS, 6, budget=5_000)
    assert isinstance(found.claim, AllButOrder)
    assert str(found).startswith("main: all interleavings that differ in more than the order of independent steps (")
    assert found.interleavings is None
    assert found.deadlocks > 0
    assert "Nobody can go on: deadlock." in found.trace()


def test_few_preemptions_find_a_lost_update():
    found = take(COUNTER, 3, 4, budget=15_000)
    assert isinstance(found.claim, FewPreemptions)
    assert 4 in found.results
    assert found.results[4] is None


def test_far_over_the_budget_a_sample_is_taken_and_said():
    found = take(COUNTER, 3, 4, budget=300)
    assert isinstance(found.claim, Sampled)
    assert str(found.claim) == (
        f"not all interleavings (it has more than 300 states), but a sample of {found.claim.interleavings} drawn at random, "
        "most of them with few changes of process, as most bugs need no more (PCT, depth 3); others may fail"
    )
    assert any(total < 12 for total in found.results)
    assert take(COUNTER, 3, 4, budget=300) == found  # the same claim on every machine


def test_a_wider_budget_takes_everything():
    assert isinstance(take(COUNTER, 3, 2, budget=50_000).claim, AllInterleavings)


def test_printing_is_no_step_and_crosses_nothing():
    assert take("def main():\n    print('hello')\n    return 1").results == {1: 1}


def test_a_function_that_is_missing_is_named():
    with pytest.raises(StudentMissing, match="`main` is not defined: run its cell, or restore its name"):
        take("def other(): pass")


def test_the_text_of_a_result_names_what_was_found():
    assert str(take(PHILOSOPHERS, 3)) == (
        "main: all 168 interleavings; results None: 162; deadlocks in 6 interleavings"
    )


def test_the_programs_here_run_on_the_real_module_too():
    scope = {}
    exec(IMPORTS + "def main():\n    with inside('x'):\n        return Value('i', 3).value\n", scope)
    assert scope["main"]() == 3


def test_processes_and_shared_objects_are_told_without_addresses():
    program = """
        class Worker(Process):
            def run(self):
                if self._args[0] is not None:
                    self._args[0].put((repr(self), str(current_process())))

        def main():
            q = SimpleQueue()
            told = [repr(Lock()), repr(Value("i", 0)), str(Pipe()[0]), f"{q}", f"{current_process()}"]
            child = Worker(args=(q,))
            told.append(repr(child))
            child.start()
            told.append(repr(child))
            told += q.get()
            child.join()
            told.append(repr(child))
            return told
    """
    assert list(merged_and_not(program).results) == [
        ("<Lock>", "<Value>", "<Connection>", "<SimpleQueue>", "<_MainProcess name='MainProcess' parent=None started>")
        + ("<Worker name='Process-1' parent=1000 initial>", "<Worker name='Process-1' pid=1001 parent=1000 started>")
        + ("<Worker name='Process-1' parent=1000 started>",) * 2
        + ("<Worker name='Process-1' pid=1001 parent=1000 stopped exitcode=0>",)
    ]


def test_a_plain_process_is_told_as_the_real_one_is():
    program = """
        def main():
            return repr(Process(name="x", daemon=True)), repr(Process())
    """
    first, second = next(iter(take(program).results))
    assert first == "<Process name='x' parent=1000 initial daemon>"
    assert second == "<Process name='Process-2' parent=1000 initial>"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("raise Odd('x', 1)", "Odd: ('x', 1)"),
        ("SimpleQueue().put(lambda: 1)", "PicklingError: a lambda cannot go to another process"),
        ("SimpleQueue().put(type('X', (Odd,), {'__module__': 'solution'}))", "<class 'X'>: it's not found as X"),
        ("raise ValueError('a solution.Odd')", "ValueError: a solution.Odd"),
    ],
)
def test_exceptions_are_told_by_the_names_that_the_learner_gave(statement, told):
    found = take(f"class Odd(Exception): pass\ndef main():\n    {statement}\n")
    assert told in found.findings.ends[0].crashes[0][1]
    assert found.findings.ends[0].crashes[0][1].count("solution.") == statement.count("solution.")


def test_a_dataclass_may_have_annotations_that_are_text(monkeypatch):
    monkeypatch.delitem(sys.modules, "solution", raising=False)
    found = take("""
        from __future__ import annotations
        from dataclasses import dataclass

        @dataclass
        class Message:
            value: int | None = None

        def main():
            return Message(3).value
    """)
    assert set(found.results) == {3}
