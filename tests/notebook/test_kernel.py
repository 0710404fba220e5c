"""A real kernel with the extension: child processes see the notebook, speak in whole lines, and never outlive it."""

import os
import re
import signal
import time

import nbclient
import nbformat
import psutil
import pytest
from jupyter_client.manager import start_new_kernel
from nbformat.v4 import new_code_cell, new_notebook


def run_notebook(*cells: str, allow_errors: bool = False, first: str = "%load_ext lockstep") -> nbformat.NotebookNode:
    """The notebook after a run in a fresh kernel."""
    # Where pytest's variable is set, ipykernel does not show what child processes print.
    os.environ.pop("PYTEST_CURRENT_TEST", None)
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in (first, *cells)])
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=allow_errors).execute()
    return notebook


def run(*cells: str, allow_errors: bool = False) -> list[dict[str, str]]:
    """Each cell's stdout and stderr after a run in a fresh kernel."""
    found = []
    for cell in run_notebook(*cells, allow_errors=allow_errors).cells[1:]:
        texts = {"stdout": "", "stderr": "", "error": ""}
        for output in cell.outputs:
            if output.output_type == "stream":
                texts[output.name] += output.text
            elif output.output_type == "error":
                texts["error"] += "\n".join(output.traceback)
        found.append(texts)
    return found


PROGRAM = """
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import wraps
from multiprocessing import get_context

FACTOR = 3

def traced(function):
    @wraps(function)
    def inner(*arguments):
        return function(*arguments)
    return inner

@dataclass
class Point:
    x: int
    def scaled(self):
        return Point(self.x * FACTOR)

class Odd(Exception):
    pass

@traced
def work(point):
    if point.x % 2:
        raise Odd(point.x)
    return point.scaled()

def speak(name):
    print("child", name, "speaks")
"""

SAME = """%%time
context = get_context(METHOD)
with context.Pool(2) as pool:
    print(pool.map(work, [Point(2), Point(4)]))
    try:
        pool.apply(work, [Point(1)])
    except Odd as error:
        print("odd", error)
processes = [context.Process(target=speak, args=(name,)) for name in "a"]
for process in processes:
    process.start()
for process in processes:
    process.join()
print([process.exitcode for process in processes])
with ProcessPoolExecutor(2, mp_context=context) as executor:
    print(list(executor.map(work, [Point(10)])))
"""


def test_the_same_program_gives_the_same_lines_under_every_start_method():
    methods = ["spawn", "fork", "forkserver"]
    outputs = run(PROGRAM.strip(), *(SAME.replace("METHOD", repr(method)) for method in methods))[1:]
    lines = [sorted(line for line in output["stdout"].splitlines() if " time" not in line) for output in outputs]
    assert lines[0] == lines[1] == lines[2]
    assert "[Point(x=6), Point(x=12)]" in lines[0]
    assert {"odd 1", "child a speaks", "[0]", "[Point(x=30)]"} <= set(lines[0])
    assert [output["stderr"] for output in outputs] == ["", "", ""]


def test_a_redefined_function_is_the_one_that_new_children_run():
    first = "from multiprocessing import get_context\ndef f(_):\n    return 'old'"
    use = "with get_context('spawn').Pool(1) as pool:\n    print(pool.map(f, [0]))"
    outputs = run(first, use, "def f(_):\n    return 'new'\n" + use, use.replace("spawn", "forkserver"))
    assert [output["stdout"] for output in outputs] == ["", "['old']\n", "['new']\n", "['new']\n"]


def test_an_open_pool_keeps_the_old_function_and_says_so():
    first = "from multiprocessing import get_context\ndef f(_):\n    return 'old'\npool = get_context('spawn').Pool(1)"
    outputs = run(first, "def f(_):\n    return 'new'", "print(pool.map(f, [0])); pool.terminate(); pool.join()")
    assert outputs[1]["stdout"] == (
        "Note: 1 worker of a pool that was opened earlier still has the old `f`: close it and open a new one.\n"
    )
    assert outputs[2]["stdout"] == "['old']\n"


@pytest.mark.parametrize(
    "pool", ["from multiprocessing import Pool\npool = Pool(2)", "from concurrent.futures import ProcessPoolExecutor\n"
             "pool = ProcessPoolExecutor(2)\npool.submit(len, 'a').result()"]
)  # fmt: skip
def test_a_pool_that_was_opened_above_its_function_says_so(pool):
    outputs = run("def g():\n    return 1", pool, "def f(x):\n    return x", "def g():\n    return 2")
    assert re.fullmatch(
        r"Note: \d workers? of a pool that was opened earlier do(es)? not know `f`: close it, and open one below that.\n",
        outputs[2]["stdout"],
    )
    assert "still ha" in outputs[3]["stdout"]
    assert "the old `g`: close it and open a new one" in outputs[3]["stdout"]


def test_a_process_that_hangs_keeps_the_old_function_and_its_end_is_told():
    start = "import time\nfrom multiprocessing import Process\np = Process(target=time.sleep, args=(60,)); p.start()"
    outputs = run(
        "def f():\n    return 1", start, "def f():\n    return 2", "p.kill(); p.join()", "def f():\n    return 3"
    )
    assert outputs[2]["stdout"] == (
        "Note: 1 process started earlier still has the old `f`. "
        "To end what is left: for p in multiprocessing.active_children(): p.kill()\n"
    )
    assert outputs[4]["stdout"] == ""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_an_exception_in_a_child_is_shown_in_the_cell_that_started_it(method):
    cell = (
        "from multiprocessing import get_context\ndef fail():\n    raise ValueError('on purpose')\n"
        f"process = get_context({method!r}).Process(target=fail)\nprocess.start()\nprocess.join()"
    )
    (output,) = run(cell)
    assert "ValueError: on purpose" in output["stderr"]
    assert "line 3, in fail" in output["stderr"]


def test_lines_of_many_children_stay_whole():
    cell = (
        "from multiprocessing import get_context\ndef speak(name):\n    for _ in range(50):\n"
        "        print(name, name, name, sep='-')\n"
        "processes = [get_context('fork').Process(target=speak, args=(c * 20,)) for c in 'abcd']\n"
        "for p in processes: p.start()\nfor p in processes: p.join()"
    )
    (output,) = run(cell)
    whole = {"-".join([c * 20] * 3) for c in "abcd"}
    lines = output["stdout"].splitlines()
    assert len(lines) == 200
    assert set(lines) == whole


COMPUTED = """
import struct, logging
from multiprocessing import get_context
HEADER = struct.Struct("!I")
WORDS = "a b".split()
PLACE = {}
for number, word in enumerate(WORDS):
    PLACE[word] = number
log = logging.getLogger("mine")
class Account:
    def __init__(self, n):
        self.n = n
account = Account(len(WORDS))
settings = {"shift": 3}
print("once")
"""
SHOW = """
settings["shift"] = 5
def show():
    print(HEADER.size, WORDS, PLACE, log.name, account.n, settings["shift"])
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_what_the_notebook_computes_is_there_in_children_under_every_start_method(method):
    use = f"p = get_context({method!r}).Process(target=show); p.start(); p.join()"
    outputs = run(COMPUTED, SHOW, use)
    assert [output["stderr"] for output in outputs] == ["", "", ""]
    assert [output["stdout"] for output in outputs] == ["once\n", "", "4 ['a', 'b'] {'a': 0, 'b': 1} mine 2 5\n"]


def test_what_an_experiment_with_processes_binds_is_as_in_a_script_below_main():
    program = "from multiprocessing import get_context\nmood = 'calm'\ndef tell():\n    print(mood)"
    loop = (
        "for method in ('fork', 'spawn'):\n    mood = 'changed'\n"
        "    p = get_context(method).Process(target=tell); p.start(); p.join()"
    )
    outputs = run(program, loop)
    assert outputs[1]["stdout"] == "changed\ncalm\n"
    assert outputs[1]["stderr"] == ""


def test_a_lock_of_the_notebook_is_refused_in_a_spawned_child_with_what_to_do():
    cell = (
        "from multiprocessing import Lock, get_context\nLOCK = Lock()\ndef show():\n    with LOCK:\n        print(1)\n"
        "p = get_context('spawn').Process(target=show); p.start(); p.join()"
    )
    (output,) = run(cell)
    assert "`LOCK` is made with `Lock` when the notebook runs (In[2], line 2); under spawn every" in output["stderr"]


START_CHILDREN = """
import time
from multiprocessing import get_context
def sleep():
    time.sleep(300)
pids = []
for method in ["fork", "spawn", "forkserver"]:
    process = get_context(method).Process(target=sleep, daemon=method == "spawn")
    process.start()
    pids.append(process.pid)
print(*pids)
"""


@pytest.mark.parametrize("ending", ["killed", "exits"])
def test_no_child_outlives_the_kernel(ending):
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive("%load_ext lockstep", timeout=60)
        printed = []
        client.execute_interactive(
            START_CHILDREN,
            timeout=60,
            output_hook=lambda message: printed.append(message["content"].get("text", "")),
        )
        pids = [int(word) for word in "".join(printed).split()]
        assert len(pids) == 3
        assert all(psutil.pid_exists(pid) for pid in pids)
        kernel = manager.provisioner.process.pid
        if ending == "killed":
            os.kill(kernel, signal.SIGKILL)
        else:
            client.execute("import os; os._exit(0)")
        deadline = time.monotonic() + 30
        while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not [pid for pid in pids if alive(pid)]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


CHECKED = """
from lockstep import check
@check("it doubles")
def _(student):
    assert student.double(4) == 8
@check("it doubles zero")
def _(student):
    assert student.double(0) == 0
check.run("double")
"""


def test_a_check_cell_sees_the_newest_definition_and_raises_only_when_a_check_fails():
    outputs = run(
        "def double(n):\n    return n + 2", CHECKED, "def double(n):\n    return n * 2", CHECKED, allow_errors=True
    )
    assert outputs[1]["error"] == "ChecksFailed: double: 0 of 2 checks hold"
    assert outputs[3] == {"stdout": "", "stderr": "", "error": ""}


def test_a_check_of_a_function_that_was_deleted_says_so():
    outputs = run("def double(n):\n    return n * 2", "del double", CHECKED, allow_errors=True)
    assert outputs[2]["error"] == "ChecksFailed: double: 0 of 2 checks hold"


GIVEN = """
from multiprocessing import Process, SimpleQueue, Value
from lockstep import check, explore, given
@given
def is_even(n):
    return n % 2 == 0
@given
def exit_with(code):
    import sys
    sys.exit(code)
@given
def add(v):
    v.value += 1
@given
def two_add():
    v = Value("i", 0)
    ps = [Process(target=add, args=(v,)) for _ in range(2)]
    for p in ps:
        p.start()
    for p in ps:
        p.join()
    return v.value
@check("it keeps")
def _(student):
    assert student.keep(given.is_even, [1, 2]) == [2]
    assert student.run([given.exit_with(3)]) == [3]
    explore(student.two_add).result(1)
check.run("keep")
"""
TRIED = """
from multiprocessing import set_start_method
set_start_method(METHOD, force=True)
print(is_even(4), keep(is_even, [4, 7]), keep(given.is_even, [4, 7]))
print(run([given.exit_with(3)]), run([given.exit_with(code) for code in (0, 5)]))
print(two_add() > 0)
print(explore(two_add))
print(explore(keep, is_even, [1, 2]))
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_given_functions_can_be_tried_in_a_cell_of_the_learners_own(method):
    program = (
        "from multiprocessing import Process\ndef keep(f, items):\n    return [x for x in items if f(x)]\n"
        "def run(tasks):\n    ps = [Process(target=task) for task in tasks]\n    for p in ps:\n        p.start()\n"
        "    for p in ps:\n        p.join()\n    return [p.exitcode for p in ps]"
    )
    outputs = run(
        program, GIVEN.replace("    explore(student.two_add).result(1)\n", ""), TRIED.replace("METHOD", repr(method))
    )
    assert [output["stderr"] for output in outputs] == ["", "", ""]
    assert outputs[2]["stdout"].splitlines() == [
        "True [4] [4]", "[3] [0, 5]", "True", "two_add: all 6 interleavings; results 1: 4, 2: 2",
        "keep: the only interleaving; results (2,): 1",
    ]  # fmt: skip


def test_a_check_after_a_cell_that_did_not_parse_says_that_it_judges_the_cell_before():
    broken = "def double(n):\n    return (n * 2"
    right = "def double(n):\n    return n * 2"
    outputs = run("def double(n):\n    return n + 2", broken, CHECKED, right, CHECKED, allow_errors=True)
    assert "In[3] was not run, because of line 2: '(' was never closed." in outputs[2]["stdout"]
    assert outputs[4]["stdout"] == ""


def test_a_notebook_whose_first_cell_was_not_run_says_so_once():
    cells = [
        "from lockstep import explore, work",
        "from lockstep import check",
        "%load_ext lockstep\nfrom lockstep import given",
    ]
    found = run_notebook(*cells, first="1 + 1")
    texts = ["".join(o.text for o in cell.outputs if o.output_type == "stream") for cell in found.cells[1:]]
    assert texts == [
        "Run the first cell of this notebook too (%load_ext lockstep): "
        "without it, child processes do not find what the notebook defines.\n", "", "",
    ]  # fmt: skip
    found = run_notebook("from lockstep import explore, work")
    assert not found.cells[1].outputs


def test_every_cell_that_starts_processes_without_the_first_cell_says_so_above_what_they_say():
    note = "Run the first cell of this notebook too (%load_ext lockstep)"
    define = "from multiprocessing import get_context\nfrom lockstep import explore\ndef f(x):\n    return x"
    start = "p = get_context({!r}).Process(target=f, args=(1,)); p.start(); p.join()"
    found = run_notebook(
        define, start.format("spawn"), start.format("spawn") * 1, start.format("fork"), "%load_ext lockstep",
        start.format("spawn"), first="1 + 1",
    )  # fmt: skip
    texts = [[o.text for o in cell.outputs if o.output_type == "stream"] for cell in found.cells[1:]]
    assert [sum(text.count(note) for text in each) for each in texts] == [1, 1, 1, 0, 0, 0]
    assert texts[1][0].startswith(note), "before the traceback"


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([], "`double` is not defined: run its cell, or restore its name"),
        (
            ["def double(n):\n    return (n * 2"],
            "`double` is not there: In[2] is no Python yet (line 2: '(' was never closed)",
        ),
        (
            ["def double(n):\n    raise NotImplementedError()"],
            "`double` is not begun: it still raises NotImplementedError",
        ),
        (
            ["def double(n):\n    return n * 2", "del double"],
            "`double` was deleted (In[3], line 1): run its cell again",
        ),
    ],
    ids=["cell not run", "syntax error", "not begun", "deleted"],
)
def test_what_is_not_there_to_be_checked_is_one_calm_line(cells, told):
    notebook = run_notebook(*cells, CHECKED, allow_errors=True)
    (shown,) = [o["data"]["text/plain"] for o in notebook.cells[-1].outputs if o.output_type == "display_data"]
    headline, sentence, line, rest = shown.split("\n")
    assert (headline, line) == ("double: 0 of 2 checks hold", f"      {told}")
    assert sentence.startswith("  ✘ it doubles  (")
    assert rest == "The other checks wait for that."
    assert not [o for o in notebook.cells[-1].outputs if o.output_type == "stream"]


ASKED_BY_GIVEN = """
from lockstep import check, given
@given
def doubled(n):
    return double(n)
@check("it doubles")
def _(student):
    assert student.doubled(4) == 8
@check("it doubles zero")
def _(student):
    assert student.doubled(0) == 0
check.run("double")
"""


def test_what_given_code_asks_for_and_is_not_there_is_one_calm_line_too():
    for cell, words in [
        ("", "`double` is not defined"),
        ("def double(n):\n    return n * two", "name 'two' is not defined"),
    ]:
        notebook = run_notebook("%load_ext lockstep", cell, ASKED_BY_GIVEN, allow_errors=True)
        (shown,) = [o["data"]["text/plain"] for o in notebook.cells[-1].outputs if o.output_type == "display_data"]
        assert words in shown
        assert shown.endswith("The other checks wait for that.") == (cell == ""), (
            "two is a name in the learner's own function"
        )


WAITS = """
import time
from lockstep import check, simulate

def slow(seconds):
    time.sleep(seconds)
    return sum(range(1_000_000))
"""
LONG_CHECK = """
@check("it comes back")
def _(student):
    student.slow(6)

check.run("slow")
"""
LONG_RUN = """
def busy():
    return sum(sum(range(1_000_000)) for _ in range(700))

simulate(busy, cores=2, costs="ideal", limit=60);
"""


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "what"), [(LONG_CHECK, " s so far"), (LONG_RUN, "simulate busy: ")])
def test_a_cell_that_only_waits_says_for_how_long_and_leaves_nothing_of_that(cell, what):
    seen = []

    class Client(nbclient.NotebookClient):
        def process_message(self, msg, cell, cell_index):
            seen.append(msg["content"].get("data", {}).get("text/html", ""))
            return super().process_message(msg, cell, cell_index)

    os.environ.pop("PYTEST_CURRENT_TEST", None)
    notebook = new_notebook(cells=[new_code_cell(code) for code in ("%load_ext lockstep", WAITS, cell)])
    Client(notebook, timeout=400, kernel_name="python3").execute()
    assert any(what in text for text in seen)
    assert not [output for output in notebook.cells[-1].outputs if what in str(output)]


def test_what_a_child_printed_before_it_was_joined_stands_above_what_is_printed_after():
    program = """
from multiprocessing import Process

def speak(number):
    print("child", number)

for number in range(20):
    child = Process(target=speak, args=(number,))
    child.start()
    child.join()
    print("joined", number)
"""
    (told,) = run(program)
    assert told["stdout"].split("\n")[:-1] == [f"{who} {number}" for number in range(20) for who in ("child", "joined")]


def test_printing_goes_on_after_cells_that_await():
    cells = ['print("one")', "import asyncio\nawait asyncio.sleep(0)\nprint('two')", 'print("three")'] * 3
    told = run(*cells)
    assert [one["stdout"] for one in told] == ["one\n", "two\n", "three\n"] * 3


def test_what_children_print_last_stands_in_their_cell_and_no_mark_is_left():
    cells = [
        "import os, subprocess, sys\nfrom multiprocessing import get_context",
        "subprocess.run([sys.executable, '-c', 'print(1)'])",
        "os.system('echo 2')",
        *(f"p = get_context({method!r}).Process(target=print, args=(3,)); p.start(); p.join()"
          for method in ("fork", "spawn", "forkserver")),
        "print(4)",
    ]  # fmt: skip
    told = run(*(cell + ";" for cell in cells))
    assert [one["stdout"] for one in told] == ["", "1\n", "2\n", "3\n", "3\n", "3\n", "4\n"]
    (first,) = run_notebook(first="%load_ext lockstep\nfrom multiprocessing import Process\n"
                            "p = Process(target=print, args=(5,)); p.start(); p.join()").cells  # fmt: skip
    assert [output.text for output in first.outputs] == ["5\n"]
