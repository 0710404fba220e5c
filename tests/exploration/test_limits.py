"""Programs that are too large, or grow without end: explored within the limit, and told truly."""

import re
import signal
import threading
import time

import pytest

from lockstep.checks.check import Check, check_one
from lockstep.checks.report import Report
from lockstep.exploration.automata import Automata
from lockstep.exploration.exploring import explore
from lockstep.exploration.findings import NotExplored
from lockstep.exploration.search import watch as watching
from lockstep.exploration.search.change import EndlessStep
from lockstep.exploration.search.watch import Watch
from lockstep.program.source import ModuleSource
from lockstep.student.failure import CheckFailed
from lockstep.student.launcher import local_launcher
from lockstep.student.session import Session, student

from .taking import take

STUCK = """
from multiprocessing import Process, Value

def work(v):
    v.value = 1
    while True:
        pass

def main():
    v = Value("i", 0)
    p = Process(target=work, args=(v,))
    p.start()
    v.value = 2
    p.join()
"""

TWO = """
    def main():
        s, v, q = Semaphore(0), Value("i", 0, lock=False), Queue()
        ps = [Process(target=work, args=(s, v, q)) for _ in range(2)]
        for p in ps: p.start()
        for p in ps: p.join()
"""


@pytest.mark.parametrize(
    ("work", "told"),
    [
        ("s.release()", "s grows without end: Process-1 goes round and round in line 5 (while True: s.release())"),
        ("q.put(1)", "q grows without end: Process-1 goes round and round in line 5 (while True: q.put(1))"),
        ("v.value += 1", "v takes ever new values, "),
    ],
)
def test_what_grows_without_end_is_named_with_its_line(work, told):
    program = f"    def work(s, v, q):\n        while True: {work}\n{TWO}"
    found = take(program, budget=30_000)
    assert f"since {told}" in str(found)
    assert found.states < 40_000
    with pytest.raises(CheckFailed) as failed:
        found.always_ends()
    assert failed.value.message.startswith(told)
    assert "without an operation" not in failed.value.message


def test_a_program_that_begins_again_and_again_is_told_by_the_line_that_makes_new_objects():
    program = """
    def add(total):
        total.value += 1

    def main():
        while True:
            total = Value("i", 0)
            ps = [Process(target=add, args=(total,)) for _ in range(2)]
            for p in ps: p.start()
            for p in ps: p.join()
            if total.value == 2:
                return total.value
    """
    found = take(program, budget=1_200)
    assert list(found.results) == [2]
    with pytest.raises(
        CheckFailed, match=r"main makes new objects in line 10 \(total = Value\(\"i\", 0\)\) again and again"
    ):
        found.always(lambda total: total == 2)


def test_a_loop_with_a_way_out_does_not_grow_without_end():
    program = """
    def work(s, v):
        while not v.value:
            s.release()

    def main():
        s, v = Semaphore(0), Value("i", 0, lock=False)
        p = Process(target=work, args=(s, v))
        p.start()
        v.value = 1
        p.join()
    """
    found = take(program, budget=3_000)
    assert "grows" not in str(found)
    assert not found.claim.complete


def test_a_loop_whose_end_has_only_not_been_come_to_does_not_grow_without_end():
    program = """
    def work(tasks, out):
        while True:
            n = tasks.get()
            if n is None:
                break
            out.put(n)

    def main():
        tasks, out = Queue(), Queue()
        ps = [Process(target=work, args=(tasks, out)) for _ in range(2)]
        for p in ps: p.start()
        for n in range(12): tasks.put(n)
        for _ in ps: tasks.put(None)
        total = sum(out.get() for _ in range(12))
        for p in ps: p.join()
        return total
    """
    found = take(program, budget=8_000)
    assert not found.claim.complete
    assert found.findings.grows == ""
    found.always_ends()


def test_many_processes_that_do_nothing_shared_may_follow_from_one_step():
    program = "def main(n):\n    for _ in range(n):\n        p = Process(target=abs, args=(1,))\n        p.start()\n        p.join()"
    assert take(program, 200).interleavings == 1
    with pytest.raises(EndlessStep):
        take(program, 100_000)


PROGRAM = """
from multiprocessing import Process, Semaphore, Value

def spin(s):
    while True:
        s.release()

def releases():
    s = Semaphore(0)
    p = Process(target=spin, args=(s,))
    p.start()
    p.join()

def starts():
    while True:
        p = Process(target=print)
        p.start()
        p.join()

def add(total, times):
    for _ in range(times):
        total.value += 1

def count(processes, times):
    total = Value("i", 0)
    ps = [Process(target=add, args=(total, times)) for _ in range(processes)]
    for p in ps: p.start()
    for p in ps: p.join()
    return total.value
"""


def checked(text, function, limit=3.0):
    """The result of one check of these definitions."""
    source = ModuleSource.of_text(text, "answer")
    return check_one(
        Check("it is so in every interleaving", function, limit),
        Session(source, ModuleSource(), local_launcher(), limit),
    )


def test_within_a_check_growth_is_told_and_no_word_of_missing_operations():
    result = checked(PROGRAM, lambda student: explore(student.releases).always_ends())
    assert not result.passed
    assert result.explanation.startswith("s grows without end: Process-1 goes round and round in line 6")


def test_processes_started_without_end_and_without_an_operation_are_refused_in_words(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(PROGRAM, encoding="utf-8")
    with (
        student(path) as mine,
        pytest.raises(NotExplored, match="main goes on and on without an operation on anything"),
    ):
        explore(mine.starts)


def test_a_partial_verdict_says_so_in_the_checks_own_line():
    result = checked(PROGRAM, lambda student: explore(student.count, 2, 3, budget=30).always(lambda total: total <= 6))
    assert result.passed
    assert "`always` holds only as far as was looked: not all interleavings (it has more than 30 states)" in (
        result.explanation
    )
    assert "only as far as was looked" in Report("x", (result,), 1).text()
    whole = checked(PROGRAM, lambda student: explore(student.count, 2, 1).always(lambda total: total <= 6))
    assert whole.passed
    assert whole.explanation == ""


@pytest.mark.parametrize(("times", "budget"), [(4, 50), pytest.param(12, 200, marks=pytest.mark.slow)])
def test_a_failure_that_a_partial_search_met_is_shown_when_nobody_can_be_asked_any_more(times, budget):
    result = checked(
        PROGRAM, lambda student: explore(student.count, 3, times, budget=budget).always(lambda total: total == 0), 10.0
    )
    assert not result.passed
    assert result.explanation.startswith("There are interleavings in which the result is wrong")


def test_outside_of_a_check_a_partial_verdict_prints_that_it_is_partial(capsys):
    found = take(TWO.replace("args=(s, v, q)", "args=(v,)") + "\n    def work(v):\n        for _ in range(9): v.value += 1",
                 budget=60)  # fmt: skip
    found.always_ends()
    assert capsys.readouterr().out.startswith(
        "main: `always_ends` holds only as far as was looked: not all interleavings"
    )


def test_the_time_of_a_check_ends_the_search_and_what_was_found_is_told(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(PROGRAM, encoding="utf-8")
    with student(path, limit=3.0) as mine:
        found = explore(mine.count, 3, 12, budget=10**9)
    assert not found.claim.complete
    assert "the time was up after" in str(found)


@pytest.fixture
def interrupt():
    """Sends an interrupt from another thread, once its event is set."""
    when = threading.Event()

    def send():
        when.wait()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)  # it may be waiting for an answer

    threading.Thread(target=send, daemon=True).start()
    return when


@pytest.fixture
def mine(tmp_path):
    """Programs of a file outside of a check, where interrupts are listened to."""
    path = tmp_path / "mine.py"
    path.write_text(PROGRAM + STUCK, encoding="utf-8")
    with student(path, limit=600.0) as opened:
        yield opened


def test_an_interrupt_gives_what_has_been_found_so_far(mine, interrupt, monkeypatch):
    look = Watch.look

    def looking(watch, states):
        if states > 1_000:
            interrupt.set()
        look(watch, states)

    monkeypatch.setattr(Watch, "look", looking)
    found = explore(mine.count, 3, 12, budget=10**9)
    assert "states, since it was interrupted after" in str(found)
    assert found.states > 1_000


def test_processes_that_run_at_once_are_counted():
    program = """
    def work(v): v.value += 1

    def main(together):
        v = Value("i", 0)
        ps = [Process(target=work, args=(v,)) for _ in range(3)]
        for p in ps:
            p.start()
            while p.is_alive() and not together: pass
        for p in ps: p.join()
    """
    assert take(program, True).running_at_once == 3
    assert take(program, False).running_at_once == 1


def test_a_set_of_processes_has_one_order():
    program = """
    def work(v): v.value += 1

    def main():
        v = Value("i", 0)
        ps = {Process(target=work, args=(v,)) for _ in range(4)}
        for p in ps: p.start()
        for p in ps: p.join()
        return v.value
    """
    assert sorted(take(program).results) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("missing", r"^Main ends with an exception \(NameError: name 'missing' is not defined\), in the only"),
        ("return None", r"^`main` returns None: its `return` is missing\."),
        ("p = Process(target=lambda: 1); p.start()", "^A lambda cannot go to another process"),
        ("def add(): pass\n        p = Process(target=add); p.start()",
         r"^A function inside a function \(`add` in `main`\) cannot go to another process: write it at the top level"),
    ],
)  # fmt: skip
def test_the_first_line_names_the_cause(body, told):
    with pytest.raises(CheckFailed, match=told):
        take(f"    def main():\n        {body}").always(lambda value: value == 1)


@pytest.mark.parametrize("stuck", [0.0, 2.5], ids=["which takes effect at once", "which waits for an answer first"])
def test_an_interrupt_while_the_program_computes_gives_what_was_found_before(mine, interrupt, monkeypatch, stuck):
    extend, wait = Automata.extend, Watch.wait
    asked = []

    def extending(known, wanted):
        asked[:] = [known]
        extend(known, wanted)

    def waiting(watch, seconds):
        if asked and asked[0].asking and time.monotonic() - asked[0].asked > 1.2:  # no other question takes that long
            interrupt.set()
        wait(watch, seconds)

    monkeypatch.setattr(Automata, "extend", extending)
    monkeypatch.setattr(Watch, "wait", waiting)
    monkeypatch.setattr(watching, "_STUCK", stuck)
    found = explore(mine.main)
    assert re.search(
        r"since it was interrupted after \d+ s, the last \d+ of them without an operation on anything shared",
        str(found),
    )
    assert not found.claim.complete
    with pytest.raises(CheckFailed, match="No interleaving gives such a result"):
        found.sometimes(lambda value: True)
    assert found.trace() == "Nothing to show: no interleaving was seen to its end."
