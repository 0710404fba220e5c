"""What a learner is told: every way in which a function can fail has its own words, and nothing is left behind."""

import multiprocessing
import os
import textwrap

import psutil
import pytest
from hypothesis import given, strategies

from autograder.grading.judging import judge, read_check_cell
from lockstep.checks.crashes import parted
from lockstep.checks.report import CheckResult, Report
from lockstep.checks.report_page import report_html
from lockstep.program.source import ModuleSource
from lockstep.student.given import GivenFunction
from lockstep.student.launcher import local_launcher
from lockstep.student.launcher_one_by_one import OneByOneLauncher
from lockstep.student.session import student as open_student
from lockstep.words import own_lines

methods = pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())


def report(program: str, body: str, given: str = "", limit: float = 10, launcher=None) -> Report:
    """The report of one check whose function has `body`, on `program`."""
    text = "from lockstep import check, given, raises\n" + textwrap.dedent(given)
    text += f"\n@check('it holds', limit={limit})\ndef _(student):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    cell = read_check_cell(text + "check.run('exercise')")
    source = ModuleSource.of_text(textwrap.dedent(program), "answer")
    return judge(cell, source, launcher or local_launcher())


def refusal(*arguments, **keywords) -> str:
    found = report(*arguments, **keywords)
    assert found.passed == 0
    return found.text()


def test_a_check_that_holds_passes():
    assert report("def f(n):\n    return n + 1", "assert student.f(1) == 2").passed == 1


def test_an_equality_says_what_was_expected_and_what_came():
    text = refusal("def f(n):\n    return [n, 3]", "assert student.f(1) == [1, 2]")
    assert "`f(1)` should be [1, 2], but is [1, 3]; they differ first at index 1: 3 in the place of 2" in text
    assert "f(1) returned [1, 3]" in text


def test_a_missing_return_is_guessed_from_what_was_printed():
    text = refusal("def f(n):\n    print([n, 3])", "first, second = student.f(1)")
    first, second = text.splitlines()[2:4]
    assert "`f(1)` should be 2 values (first, second), but is None" in first
    assert "`f(1)` returned None. If it should return something, its `return` is missing. It printed '[1, 3]'" in second
    assert "its `return` is missing" not in refusal("def f(n):\n    return n", "assert student.f(1) == 2")


def test_a_value_that_is_printed_in_the_place_of_being_returned_is_told_first():
    first, second = refusal("def f(n):\n    print(2)", "assert student.f(1) == 2").splitlines()[2:4]
    assert "`f(1)` returned None, and printed '2': printing shows a value to people, `return` hands it" in first
    assert "`f(1)` should be 2, but is None" in second
    other = refusal("def f(n):\n    print('at 12')", "assert student.f(1) == 2").splitlines()[2]
    assert "`f(1)` should be 2, but is None" in other, "what was printed is not the answer"


def test_a_missing_return_is_not_guessed_where_none_is_right_or_another_function_failed():
    left = "from multiprocessing import Process\nimport time\ndef f():\n    Process(target=time.sleep, args=(300,)).start()"
    assert "its `return` is missing" not in refusal(left, "assert student.f() is None")
    two = "def g():\n    return 3\ndef f():\n    pass"
    assert "its `return` is missing" not in refusal(two, "got = student.g()\nstudent.f()\nassert got == 4, 'four'")
    told = refusal("def f():\n    pass", "assert student.f() == 4, 'four'").splitlines()
    assert told[2].strip() == "four", "the check's own words come first"
    assert "its `return` is missing" in told[3]


def test_what_cannot_be_unpacked_is_told_with_what_came_and_what_was_expected():
    text = refusal("def f():\n    return 1, 2, 3", "first, second = student.f()")
    assert "`f()` should be 2 values (first, second), but is (1, 2, 3), which has 3" in text
    text = refusal("def f():\n    return [1, 2]", "for word, number in student.f():\n    pass")
    assert "each item of `f()` should be 2 values (word, number), but one is 1" in text


def test_what_cannot_cross_is_told_of_the_value_itself():
    text = refusal("def f():\n    return [object()]", "student.f()")
    assert "the result of `f` cannot be checked: its part [0] is an object, which cannot leave the process" in text


@pytest.mark.parametrize("made", ["Fraction(8)", "Decimal('8.0')", "np.float32(8)", "np.array(8.0)"])
def test_every_kind_of_number_is_accepted_where_a_number_is_asked(made):
    program = (
        f"from decimal import Decimal\nfrom fractions import Fraction\nimport numpy as np\ndef f():\n    return {made}"
    )
    assert report(program, "assert abs(student.f() - 8) < 1e-9").passed == 1
    assert report(program, "got = student.f()\nassert abs(got - 1.0) < 7.1, 'words'\nassert got == 8").passed == 1
    assert "should be 7.5, but is" in refusal(program, "assert student.f() == 7.5")


def test_an_exception_that_is_returned_is_told_to_be_raised():
    text = refusal("def f():\n    return ValueError('n')", "with raises(ValueError):\n    student.f()")
    assert "it is a ValueError, which was returned, not raised: write `raise ValueError(...)`" in text


def test_a_missing_function_is_named_with_what_to_do():
    assert "`f` is not defined: run its cell, or restore its name" in refusal("x = 1", "student.f()")


ASKED_BY_GIVEN = """
from multiprocessing import Process
from lockstep import explore

@given
def work(n):
    return Pair(n)

@given
def run(n):
    process = Process(target=work, args=(n,))
    process.start()
    process.join()
    return n
"""


@pytest.mark.parametrize("asked", ["given.work", "given.run"], ids=["in main", "in a process"])
def test_a_name_that_explored_given_code_asks_for_in_vain_is_one_calm_line(asked):
    body = f"explore({asked}, 1).always_ends()"
    lines = refusal("x = 1", body, ASKED_BY_GIVEN).splitlines()
    assert len(lines) == 3
    assert lines[2].strip() == "`Pair` is not defined: run its cell, or restore its name"
    assert report("def Pair(n):\n    return n, n", body, ASKED_BY_GIVEN).passed == 1


def test_a_name_that_the_learners_own_code_asks_for_in_vain_stays_its_error():
    told = refusal("def Pair(n):\n    return n, other", "explore(given.work, 1).always_ends()", ASKED_BY_GIVEN)
    assert "NameError: name 'other' is not defined" in told


def test_a_wrong_number_of_arguments_is_named():
    assert "`f(1)` cannot be called: f() takes 0 positional arguments" in refusal("def f(): pass", "student.f(1)")


def test_a_type_error_within_the_function_is_not_taken_for_a_wrong_call():
    text = refusal("def f():\n    return len(3)", "student.f()")
    assert "raised TypeError" in text
    assert 'File "answer", line 2, in f' in text


def test_an_exception_shows_the_learners_lines_alone():
    text = refusal("def f():\n    raise KeyError('k')", "student.f()")
    assert "raised KeyError: 'k'" in text
    assert "calls.py" not in text


def test_a_deadlock_names_the_line_of_every_process_and_what_it_waits_for():
    program = """
    from multiprocessing import Lock, Process
    def grab(lock):
        with lock:
            pass
    def f():
        lock = Lock()
        lock.acquire()
        process = Process(target=grab, args=(lock,))
        process.start()
        process.join()
    """
    text = refusal(program, "student.f()", limit=4)
    assert "`f()` did not come back within 4 s" in text
    assert "waits for a process to end, in `f` at answer, line 11" in text
    assert "waits for a lock or semaphore, in `grab` at answer, line 4" in text


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_the_lines_of_processes_under_another_start_method_are_named_too(method):
    program = f"""
    import time
    from multiprocessing import get_context
    def rest():
        time.sleep(300)
    def f():
        process = get_context({method!r}).Process(target=rest)
        process.start()
        process.join()
    """
    text = refusal(program, "student.f()", limit=4)
    assert "waits for a process to end, in `f` at answer" in text
    assert "in `rest` at answer, line 5" in text


def test_a_segment_left_by_a_spawned_process_is_told_too():
    program = """
    from multiprocessing import get_context
    from multiprocessing.shared_memory import SharedMemory
    def make(queue):
        segment = SharedMemory(create=True, size=100)
        queue.put(segment.name)
        queue.get()
    def f():
        context = get_context("spawn")
        queue = context.SimpleQueue()
        process = context.Process(target=make, args=(queue,))
        process.start()
        return queue.get()
    """
    assert "shared memory was never unlinked" in refusal(program, "student.f()")


def test_a_loop_without_end_names_its_line():
    text = refusal("def f():\n    while True:\n        pass", "student.f()", limit=1)
    assert "is computing, in `f` at answer, line" in text


def test_what_sleeps_and_what_is_idle_is_not_said_to_compute():
    program = """
    import time
    from multiprocessing import Pool
    def rest(n):
        time.sleep(300)
    def f():
        with Pool(3) as pool:
            pool.map(rest, [1])
    """
    text = refusal(program, "student.f()", limit=4)
    assert "sleeps, in `rest` at answer, line 5:  time.sleep(300)" in text
    assert text.count("waits for a task: it is a worker of a pool") == 2
    assert "main waits for the results of a pool, in `f` at answer, line 8" in text
    assert "is computing" not in text


def test_a_loop_around_a_closed_socket_computes_and_does_not_wait():
    program = """
    import socket
    def f():
        ours, theirs = socket.socketpair()
        theirs.close()
        text = b""
        while b"end" not in text:
            text += ours.recv(100)
    """
    assert "main is computing, in `f` at answer, line" in refusal(program, "student.f()", limit=2)
    waiting = "import socket\ndef f():\n    ours, theirs = socket.socketpair()\n    ours.recv(100)"
    assert "main waits for bytes from a socket, in `f`" in refusal(waiting, "student.f()", limit=2)


def test_an_exception_of_a_child_is_told_and_not_taken_for_something_printed():
    program = """
    from multiprocessing import Process
    def work():
        return missing
    def f():
        print("begun", flush=True)
        process = Process(target=work)
        process.start()
        process.join()
    """
    text = refusal(program, "assert student.f() == 3")
    lines = [line.strip() for line in text.splitlines()]
    assert lines[2] == "`f()` should be 3, but is None"
    assert "It printed 'begun';" in lines[3]
    assert lines[4] == "Process-1 was ended by an exception: NameError: name 'missing' is not defined"
    assert 'File "answer", line 4, in work' in text
    assert "multiprocessing/process.py" not in text
    assert lines[-2:] == ["What it printed:", "begun"]


def test_what_the_tracker_of_resources_warns_of_was_not_printed_by_the_program():
    warning = (
        "/usr/lib/python3.14/multiprocessing/resource_tracker.py:428: UserWarning: resource_tracker: leaked: {'/mp-1'}"
    )
    assert parted(f"before\n{warning}\n  warnings.warn(\nafter") == ("before\nafter", [])


def test_no_class_of_ours_is_named_by_its_place():
    assert own_lines("lockstep.standin.machine.NotCovered: use Pipe()") == "NotCovered: use Pipe()"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("lambda n: n", "a lambda cannot go to another process: write it as a function"),
        (
            "inner",
            "a function inside a function (`inner` in `f`) cannot go to another process: write it at the top level",
        ),
        ("Inner()", "a function inside a function (`Inner` in `f`) cannot go"),
        ("(n for n in 'ab')", "a `generator` cannot go to another process"),
    ],
)
def test_what_pickle_refuses_is_told_in_one_line(sent, words):
    program = f"""
    from multiprocessing import Pool, get_context
    def f():
        class Inner: pass
        def inner(n): return n
        with Pool(1) as pool:
            return pool.apply(len, [{sent}])
    def g():
        def inner(n): return n
        get_context("spawn").Process(target=inner).start()
    """
    text = refusal(program, "student.f()")
    assert words in text.splitlines()[2]
    assert text.count("pickle") <= 1, "in what was called (below it, since 3.13), and nowhere else"
    assert "pool.py" not in text
    assert len(text.splitlines()) < 12
    if sent == "inner":
        assert "(`inner` in `g`) cannot go to another process" in refusal(program, "student.g()").splitlines()[2]


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("os._exit(3)", "ended with exit code 3: did the program call os._exit"),
        ("os.kill(os.getpid(), 9)", "killed by SIGKILL"),
        ("os.kill(os.getpid(), 11)", "killed by SIGSEGV"),
    ],
)
def test_a_process_that_ends_is_told_with_how_it_ended(ending, words):
    text = refusal(f"import os\ndef f():\n    {ending}", "student.f()")
    assert words in text


def test_a_result_that_cannot_cross_says_what_to_return():
    assert "is a generator, which cannot leave the process; return a list" in refusal(
        "def f():\n    yield 1", "student.f()"
    )


def test_hundreds_of_megabytes_of_output_are_cut():
    program = "def f():\n    for _ in range(300):\n        print('x' * 1_000_000)\n    return 1"
    text = refusal(program, "assert student.f() == 2", limit=90)
    assert "`f()` should be 2, but is 1" in text
    assert "cut here: the program printed 300 MB in all" in text
    assert len(text) < 200_000


def test_an_answer_is_not_lost_in_the_output():
    program = "def f():\n    for _ in range(50):\n        print('x' * 1_000_000)\n    return 1"
    assert report(program, "assert student.f() == 1").passed == 1


@methods
def test_a_process_left_running_is_named_and_ended(method):
    program = """
    import time
    from multiprocessing import get_context
    def rest():
        time.sleep(300)
    def f(method):
        process = get_context(method).Process(target=rest, name="sleeper")
        process.start()
        return process.pid
    """
    found = report(program, f"print(student.f({method!r}))")
    assert "1 process is still running (`sleeper`)" in found.text()
    pid = int(found.results[0].calls[0].split()[-1])
    assert not psutil.pid_exists(pid)


@methods
def test_a_process_that_was_never_joined_is_told(method):
    program = """
    import os
    from multiprocessing import connection, get_context
    def f(method, join):
        process = get_context(method).Process(target=print, name="forgotten")
        process.start()
        connection.wait([process.sentinel])
        if method != "forkserver":  # whose processes are those of the server
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        if join:
            process.join()
    """
    told = "1 process has ended but never been joined (`forgotten`)"
    assert told in refusal(program, f"student.f({method!r}, False)")
    assert report(program, f"student.f({method!r}, True)").passed == 1


@methods
def test_functions_given_beside_a_class_of_their_own_go_to_another_process(method):
    given = """
    from multiprocessing import get_context

    @given
    def tell(end, n):
        class Twice:
            value = 2 * n
        end.send(twice(Twice.value))

    @given
    def told_elsewhere(method, n):
        ours, theirs = get_context(method).Pipe()
        process = get_context(method).Process(target=tell, args=(theirs, n))
        process.start()
        process.join()
        return ours.recv()
    """
    program = "def twice(n):\n    return 2 * n"
    assert report(program, f"assert student.told_elsewhere({method!r}, 3) == 12", given).passed == 1


def test_shared_memory_left_behind_is_told_and_removed():
    program = """
    from multiprocessing.shared_memory import SharedMemory
    def f():
        segment = SharedMemory(create=True, size=100)
        segment.close()
        return segment.name
    """
    text = refusal(program, "student.f()")
    assert "shared memory was never unlinked" in text
    assert text.split("['")[1].split("']")[0] not in os.listdir("/dev/shm")


def test_a_tidy_pool_manager_and_segment_leave_nothing():
    program = """
    from multiprocessing import Manager, Pool
    from multiprocessing.shared_memory import SharedMemory
    def f():
        with Pool(2) as pool:
            total = sum(pool.map(abs, [-1, -2]))
            pool.close()
            pool.join()
        with Manager() as manager:
            total += manager.list([1])[0]
        segment = SharedMemory(create=True, size=100)
        segment.close()
        segment.unlink()
        return total
    """
    found = report(program, "assert student.f() == 4")
    assert found.passed == 1, found.text()


def test_answers_in_place_come_back():
    body = "result, (items,) = student.f.in_place([3, 1, 2])\nassert result is None\nassert items == [1, 2, 3]"
    assert report("def f(items):\n    items.sort()", body).passed == 1


def test_an_expected_exception_passes_and_its_absence_fails():
    body = "with raises(ValueError):\n    student.f()"
    assert report("def f():\n    raise UnicodeError('x')", body).passed == 1
    assert "`f()` should raise ValueError, but returned 1" in refusal("def f():\n    return 1", body)
    assert "it should raise ValueError, but raised KeyError: 1" in refusal("def f():\n    raise KeyError(1)", body)


GIVEN = """
import sys
@given
def exit_with(code):
    sys.exit(code)
@given
def twice(n):
    return 2 * f(n)
"""


strip = "a name of the notebook\n    that has nothing to do with it"


def stripped(text):
    return text.strip()


def test_given_code_brings_along_the_names_that_it_reads_and_no_attributes():
    assert GivenFunction(stripped).imports == ""


def test_given_code_crosses_by_name_and_sees_the_learners_names():
    program = "def f(n):\n    return n + 1\ndef run(task):\n    try:\n        task()\n    except SystemExit as e:\n        return e.code"
    assert report(program, "assert student.run(given.exit_with(4)) == 4", GIVEN).passed == 1
    assert report(program, "assert student.twice(1) == 4", GIVEN).passed == 1


def test_given_code_sees_what_the_learner_computes():
    given = "@given\ndef biggest():\n    return max(SIZES)\n"
    assert report("SIZES = [n * n for n in range(4)]", "assert student.biggest() == 9", given).passed == 1


MANAGED = """
import struct
from multiprocessing import Process
from multiprocessing.managers import BaseManager
HEADER = struct.Struct("!I")
class Counter:
    def __init__(self):
        self.n = 0
    def add(self):
        self.n += 1
    def value(self):
        return self.n
class MyManager(BaseManager):
    pass
MyManager.register("Counter", Counter)
settings = {}
settings["times"] = len(HEADER.pack(1)) // 2
def add(counter):
    for _ in range(settings["times"]):
        counter.add()
def count():
    with MyManager() as manager:
        counter = manager.Counter()
        process = Process(target=add, args=(counter,))
        process.start()
        process.join()
        return counter.value()
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_statements_of_the_top_level_that_change_something_are_executed_in_a_check(method):
    program = MANAGED + f"import multiprocessing\nmultiprocessing.set_start_method({method!r}, force=True)\n"
    program += f"def run():\n    multiprocessing.set_start_method({method!r}, force=True)\n    return count()"
    assert report(program, "assert student.run() == 2").passed == 1


def test_what_needs_a_lock_of_the_top_level_hears_why_it_is_refused():
    program = "from multiprocessing import Lock\nlock = Lock()\ndef f():\n    with lock:\n        return 1"
    told = refusal(program, "student.f()")
    assert "`lock` is made with `Lock` when the file runs (answer, line 2); under spawn every process makes one" in told


@pytest.mark.parametrize(
    "body",
    [
        "student.f(1)",
        "with raises(ValueError):\n    student.f(1)",
        "explore(student.f, 1).always(lambda value: value == 1)",
        "assert student.g(1) == 2",
    ],
)
def test_what_is_not_begun_is_one_line_and_no_traceback(body):
    program = "def f(n):\n    raise NotImplementedError()\ndef g(n):\n    return f(n)"
    lines = refusal(program, body, "from lockstep import explore").splitlines()
    assert len(lines) == 3
    assert "not begun" in lines[2]


def test_an_error_that_the_learner_raises_is_shown_with_its_traceback():
    told = refusal("def f(n):\n    raise NotImplementedError('for n > 3')", "student.f(1)")
    assert "raised NotImplementedError: for n > 3" in told
    assert "line 2, in f" in told


def test_a_learners_function_can_be_an_argument():
    program = "def apply(g, n):\n    return g(n)\ndef double(n):\n    return 2 * n"
    assert report(program, "assert student.apply(student.double, 4) == 8").passed == 1


def test_each_check_gets_a_fresh_process():
    program = "seen = []\ndef f():\n    seen.append(1)\n    return len(seen)"
    text = "from lockstep import check\n"
    for number in range(2):
        text += f"@check('{number}')\ndef _(student):\n    assert student.f() == 1\n"
    cell = read_check_cell(text + "check.run('x')")
    assert judge(cell, ModuleSource.of_text(program), local_launcher()).passed == 2


def test_a_check_that_cannot_use_what_came_blames_no_internals():
    text = refusal("def f():\n    return None", "assert len(student.f()) == 2")
    assert "`f()` returned None; what is needed there is several values, such as a list or a tuple" in text
    assert "its `return` is missing" in text
    assert "NoneType" not in text


def test_output_and_messages_are_escaped_where_they_are_shown():
    found = report(
        "def f():\n    print('<script>alert(1)</script>\\x1b[31m')\n    raise ValueError('<b>')", "student.f()"
    )
    page = report_html(found)
    assert "<script>alert" not in page
    assert "<b>" not in page
    assert "\x1b" not in page
    assert "\x1b" not in found.text()


def test_lone_surrogates_and_control_characters_can_be_shown():
    result = CheckResult("s", False, 0.0, "\udc80\x00\x9b")
    Report("x", (result,), 1).text().encode("utf-8")


def test_a_file_can_be_opened_like_a_notebook(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("def double(n):\n    return 2 * n\n")
    with open_student(path) as student:
        assert student.double(4) == 8


def test_the_launcher_of_platforms_without_fork_gives_the_same_answers():
    launcher = OneByOneLauncher()
    try:
        program = (
            "import os\ndef f(n):\n    return n + 1\ndef die():\n    os._exit(3)\ndef hang():\n    while True: pass"
        )
        assert report(program, "assert student.f(1) == 2", launcher=launcher).passed == 1
        assert "exit code 3" in refusal(program, "student.die()", launcher=launcher)
        assert "did not come back within 1 s" in refusal(program, "student.hang()", limit=1, launcher=launcher)
    finally:
        launcher.close()


def test_a_check_cell_without_run_is_an_authors_mistake():
    with pytest.raises(ValueError, match="does not end with check.run"):
        read_check_cell("from lockstep import check")


def test_what_came_is_told_in_few_words_however_large_or_odd_it_is():
    def first(program: str, text: str = "assert student.f() == 3") -> str:
        told = refusal(program, text)
        assert len(told) < 6_000
        return told.splitlines()[2].strip()

    assert "is a whole number of 30 million digits, too large" in first("def f():\n    return 1 << 100_000_000")
    assert "should be 3, but is <a whole number of 100,001 digits>" in first("def f():\n    return 10 ** 100_000")
    deep = "def f():\n    value = 1\n    for _ in range(80):\n        value = [value]\n    return value"
    assert first(deep).count("[0]") == 20
    assert first("async def f():\n    return 3").endswith(
        "it is a coroutine, which cannot leave the process; leave out `async`"
    )
    assert "never awaited" not in refusal("async def f():\n    return 3", "assert student.f() == 3")
    long = "def f():\n    raise ValueError('x' * 10_000_000)"
    assert first(long).startswith("`f()` raised ValueError: xxx")
    assert "line 2, in f" in refusal(long, "student.f()"), "and where it was raised"


def test_a_complex_number_is_no_answer_where_a_real_one_is_asked():
    near = "assert abs(student.f() - 8) < 1e-9"
    assert "`f()` should be 8, but is (8+0j) (a complex, not an int)" in refusal(
        "def f():\n    return complex(8, 0)", near
    )
    assert report("def f():\n    return 8.0", near).passed == 1
    assert report("def f():\n    return 8", "assert abs(student.f() - (8 + 0j)) < 1e-9").passed == 1


def test_the_news_stands_before_the_end_of_a_long_call():
    call = "student.f([f'word{number}x' for number in range(500)])"
    first = refusal("def f(words):\n    while True:\n        pass", call, limit=1).splitlines()[2]
    assert len(first.partition("did not come back")[0]) < 100
    first = refusal("def f(words):\n    raise KeyError('k')", call).splitlines()[2]
    assert "` raised KeyError: 'k'" in first[:120]


def test_a_key_of_a_hundred_thousand_digits_is_told_like_any_other():
    said = refusal("def f():\n    return {}, 10 ** 100_000", "found, key = student.f()\nassert found[key] == 3")
    assert "where the key <a whole number of 100,001 digits> is needed" in said


LIBRARY_FRAME = '  File "/usr/lib/python3.11/multiprocessing/process.py", line 314, in _bootstrap\n    self.run()'


@pytest.mark.parametrize(
    "errors", [("ValueError: no luck",) * 3, ("ValueError: no luck", "KeyError: 'a'", "ZeroDivisionError: 1")]
)
@given(order=strategies.permutations([0] * 6 + [1] * 6 + [2] * 6))
def test_processes_that_print_their_tracebacks_at_once_are_all_named(errors, order):
    texts = [
        [
            f"Process Process-{number + 1}:", "Traceback (most recent call last):", *LIBRARY_FRAME.split("\n"),
            '  File "solution", line 3, in worker', error,
        ]
        for number, error in enumerate(errors)
    ]  # fmt: skip
    mixed = [texts[number].pop(0) for number in order]
    printed, crashes = parted("\n".join(["hello", *mixed, "good bye"]))
    assert printed == "hello\ngood bye"
    told = "\n".join(crash.told for crash in crashes)
    assert all(f"Process-{number}" in told for number in (1, 2, 3))
    assert all(error in told for error in errors)
    assert "Traceback" not in told
    assert "Process Process" not in told
    assert all("multiprocessing" not in crash.text and "line 3, in worker" in crash.text for crash in crashes)
