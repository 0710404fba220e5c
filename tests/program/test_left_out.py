"""What other processes do not do again, and the words that whoever needs it gets, on every machine."""

import random
import time

import pytest

from lockstep.program.definitions import definitions
from lockstep.program.source import ModuleSource
from tests.program.constructs import notebook
from tests.program.loaded import load
from tests.program.machines import MACHINES, Refused

MULTIPROCESSING = (
    "import multiprocessing as mp\nfrom multiprocessing import *\nfrom concurrent.futures import ProcessPoolExecutor\n"
)
OWN = "under spawn every process makes one of its own, which"
# What computes X -> what is said of it.
LEFT_OUT = {
    "X = Lock()": f"`X` is made with `Lock` when the notebook runs (In[2], line 1); {OWN} keeps nobody out: make it in",
    "X = mp.get_context('spawn').RLock()": f"`X` is made with `RLock` when the notebook runs (In[2], line 1); {OWN} keeps",
    "X = [Lock() for _ in range(2)]": f"`X` is made with `Lock` when the notebook runs (In[2], line 1); {OWN} keeps",
    "X = Semaphore(2)": f"`X` is made with `Semaphore` when the notebook runs (In[2], line 1); {OWN} keeps nobody out",
    "X = Event()": f"`X` is made with `Event` when the notebook runs (In[2], line 1); {OWN} keeps nobody out",
    "X = Condition()": f"`X` is made with `Condition` when the notebook runs (In[2], line 1); {OWN} keeps nobody out",
    "X = Barrier(2)": f"`X` is made with `Barrier` when the notebook runs (In[2], line 1); {OWN} keeps nobody out",
    "X = Value('i', 0)": f"`X` is made with `Value` when the notebook runs (In[2], line 1); {OWN} shares nothing",
    "X = Array('i', 3)": f"`X` is made with `Array` when the notebook runs (In[2], line 1); {OWN} shares nothing",
    "X = mp.RawArray('d', 3)": f"`X` is made with `RawArray` when the notebook runs (In[2], line 1); {OWN} shares nothing",
    "X = mp.RawValue('d')": f"`X` is made with `RawValue` when the notebook runs (In[2], line 1); {OWN} shares nothing",
    "X = Queue()": f"`X` is made with `Queue` when the notebook runs (In[2], line 1); {OWN} shares nothing",
    "X = {'tasks': JoinableQueue(), 'n': 1}": f"`X` is made with `JoinableQueue` when the notebook runs (In[2], line 1); {OWN}",
    "here, X = Pipe()": f"`X` is made with `Pipe` when the notebook runs (In[2], line 1); {OWN} shares nothing",
    "class A:\n    def __init__(self):\n        self.lock = Lock()\nX = A()": f"`X` is made with `Lock` when the notebook runs (In[2], line 4); {OWN}",
    "class X:\n    lock = Lock()": f"`X` is made with `Lock` when the notebook runs (In[2], line 1); {OWN} keeps nobody out",
    "class X:\n    turn = Value('i', 0)": f"`X` is made with `Value` when the notebook runs (In[2], line 1); {OWN} shares",
    "def X(lock=Lock()):\n    return lock": f"`X` is made with `Lock` when the notebook runs (In[2], line 1); {OWN} keeps",
    "X = int(input())": "`X` is asked for when the notebook runs (In[2], line 1); pass it as an argument",
    "from lockstep import explore\nX = explore(main)": "`X` is computed when the notebook runs (In[2], line 2), by `explore`; pass it",
    "import matplotlib.pyplot as plt\nfig, X = plt.subplots()": "`X` is computed when the notebook runs (In[2], line 2), by `plt`; pass",
    "X = display(3)": "`X` is computed when the notebook runs (In[2], line 1), by `display`; pass it as an argument",
    "X = !ls": "`X` is computed when the notebook runs (In[2], line 1), by a magic; pass it as an argument",
    "X = %timeit -o 1": "`X` is computed when the notebook runs (In[2], line 1), by a magic; pass it as an argument",
    "if __name__ == '__main__':\n    X = 3": '`X` is set below `if __name__ == "__main__"` (In[2], line 1), which other processes',
    "X = 3\ndel X": "`X` was deleted (In[2], line 2): run its cell again",
    "X = 1 / 0": "`X` could not be defined (In[2], line 1): ZeroDivisionError: division by zero",
    "X = undefined + 1": "`X` could not be defined (In[2], line 1): NameError: name 'undefined' is not defined",
    "X = [n for n in range(3)\n": "`X` is not there: In[2] is no Python yet (line 1: '[' was never closed)",
}  # fmt: skip
STARTING = {
    "X = Pool(2)": "`X` comes from processes that are started by `Pool` when the notebook runs (In[2], line 1); every process would",
    "def square(x):\n    return x * x\nwith Pool(2) as pool:\n    X = pool.map(square, [1])": "`X` comes from processes that are started by `Pool`",
    "X = ProcessPoolExecutor(2)": "`X` comes from processes that are started by `ProcessPoolExecutor` when",
    "X = Manager().dict()": "`X` comes from processes that are started by `Manager` when",
    "import subprocess\nX = subprocess.run(['true'])": "`X` comes from processes that are started by `subprocess.run` when the",
    "import os\nX = os.fork()": "`X` comes from processes that are started by `fork` when the notebook",
    "def run():\n    p = Process(target=print)\n    p.start()\n    p.join()\n    return p.exitcode\nX = run()": "`X` comes from processes that are started by `run` when the notebook runs (In[2], line 6)",
}  # fmt: skip
USE = "def main():\n    return X\ndef other():\n    return 1"


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("cell", LEFT_OUT)
def test_what_is_left_out_is_told_by_its_name_and_reason(cell, machine):
    with pytest.raises(Refused) as refused:
        MACHINES[machine](notebook([MULTIPROCESSING, cell, USE]))
    assert LEFT_OUT[cell] in str(refused.value)


@pytest.mark.parametrize("cell", STARTING)
def test_what_starts_processes_is_not_done_again(cell):
    with pytest.raises(Refused) as refused:
        MACHINES["real"](notebook([MULTIPROCESSING, cell, USE]))
    assert STARTING[cell] in str(refused.value)
    for machine in ("explore", "simulate"):
        with pytest.raises(Refused, match="`X` comes from processes|`X` is made with `Manager`|does not cover"):
            MACHINES[machine](notebook([MULTIPROCESSING, cell, USE]))


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("cell", [*LEFT_OUT, *STARTING])
def test_what_is_left_out_costs_nothing_else(cell, machine):
    source = notebook([MULTIPROCESSING, cell, USE.replace("main", "unused").replace("other", "main")])
    assert MACHINES[machine](source) == 1


@pytest.mark.parametrize("machine", MACHINES)
def test_a_file_is_called_a_file(machine):
    source = ModuleSource.of_text(f"{MULTIPROCESSING}X = Lock()\n{USE}", "mine.py")
    with pytest.raises(Refused, match=r"`X` is made with `Lock` when the file runs \(mine\.py, line 4\)"):
        MACHINES[machine](source)


USES = [
    "X == 1", "X != 1", "X is None", "X is not None", "1 in [X]", "X in [1]", "hash(X)", "bool(X)", "not X", "f'{X}'", "f'{X!r}'",
    "'%s' % X", "str(X)", "repr(X)", "X - 1", "1 - X", "X @ X", "-X", "X < 1", "X[0]", "X.a", "X()", "len(X)", "[*X]", "{**X}", "int(X)",
    "round(X)", "isinstance(X, int)", "isinstance(1, X)", "{X: 1}", "(lambda y: 2)(X)", "1 if X else 2", "[0, 1][X]", "print(X)",
    "range(X)", "sum([1, X])", "max(1, X)", "sorted([2, X])", "divmod(X, 2)", "abs(X)", "list(map(X, [1]))", "type(X)", "id(X)",
]  # fmt: skip


@pytest.mark.parametrize("use", USES)
def test_no_verdict_rests_on_what_is_not_there(use):
    source = notebook(
        [
            MULTIPROCESSING,
            "X = int(input())",
            f"def main():\n    try:\n        {use}\n    except Exception:\n        pass\n    return 1",
        ]
    )
    for machine in ("explore", "simulate"):
        with pytest.raises(Refused, match="`X` is asked for when the notebook runs"):
            MACHINES[machine](source)


# What only asks what an object is, nobody can keep a real process from asking.
@pytest.mark.parametrize(
    "use", [use for use in USES if use not in ("X is None", "X is not None", "(lambda y: 2)(X)", "type(X)", "id(X)")]
)
def test_a_real_process_is_told_by_every_operator(use):
    source = notebook(["X = int(input())", f"def main():\n    {use}"])
    with pytest.raises(NameError, match="`X` is asked for when the notebook runs"):
        load(source, "program").main()


def test_a_missing_name_hides_the_builtin_that_it_would_hide():
    source = notebook(["max = input()\ndef main():\n    return max(1, 2)"])
    for machine in MACHINES.values():
        with pytest.raises(Refused, match="`max` is asked for"):
            machine(source)


def test_a_race_that_hangs_on_a_computed_name_is_found():
    program = """
SAFE = max(0, 1)
from multiprocessing import Process, Value, Lock
def add(v, lock):
    if SAFE == 2:
        lock.acquire()
    v.value += 1
    if SAFE == 2:
        lock.release()
def main():
    v, lock = Value("i", 0), Lock()
    ps = [Process(target=add, args=(v, lock)) for _ in range(2)]
    for p in ps:
        p.start()
    for p in ps:
        p.join()
    return v.value
"""
    with pytest.raises(ValueError, match="too many values"):
        MACHINES["explore"](ModuleSource.of_text(program, "mine.py"))


def test_values_are_made_anew_in_every_simulated_process():
    program = """
from multiprocessing import Process, SimpleQueue
seen = list(range(1))
def note(q):
    seen.append(1)
    q.put(len(seen))
def main():
    q = SimpleQueue()
    for _ in range(2):
        p = Process(target=note, args=(q,))
        p.start()
        p.join()
    return q.get(), q.get(), len(seen)
"""
    for machine in ("explore", "simulate"):
        assert MACHINES[machine](ModuleSource.of_text(program, "mine.py")) == (2, 2, 1)


SLOW = "def slow(n):\n    while n:\n        n -= 1\n    return 1\nX = slow(10**9)\ndef main():\n    return X\n"


@pytest.mark.parametrize(("machine", "limit"), [("real", "1"), ("explore", "0.05"), ("simulate", "0.5")])
def test_a_value_that_takes_long_is_refused_soon_and_in_words(machine, limit):
    began = time.process_time()
    with pytest.raises(Refused) as refused:
        MACHINES[machine](notebook([SLOW]))
    assert str(refused.value).endswith(
        f"`X` takes too long to compute (In[1], line 5): every process computes anew what is read of the top level, and "
        f"may take {limit} s for all of it; pass it as an argument"
    )
    assert time.process_time() - began < 5


def test_a_value_that_takes_long_is_tried_once_by_all_simulated_processes():
    program = SLOW.replace(
        "return X", "ps = [Process(target=print) for _ in range(5)]\n    for p in ps:\n        p.start()\n    return 1"
    )
    began = time.process_time()
    assert MACHINES["explore"](notebook(["from multiprocessing import Process", program])) == 1
    assert time.process_time() - began < 2


def test_nobody_computes_what_only_a_plot_reads():
    cells = [
        "import matplotlib.pyplot as plt",
        "results = [n * n for n in range(5)]",
        "def show():\n    n = len(results)\n    plt.plot(n)\ndef f():\n    return 1",
    ]
    text = "\n".join(cell.source for cell in definitions(notebook(cells)).cells)
    assert "range(5)" not in text
    with pytest.raises(
        NameError, match=r"`results` is computed when the notebook runs \(In\[2\], line 1\); pass it as"
    ):
        load(notebook(cells), "m").show()


@pytest.mark.parametrize(
    "statement",
    ["f(data)", "print(f(data))", "data.count(1) == 2", "[f(data) for _ in range(9)]", "for _ in range(9):\n    f(data)",
     "explore(f, data)", "plt.plot(data)", "mp.set_start_method('spawn')", "p = Process(target=f); p.start()", "data == [2]"],
)  # fmt: skip
def test_an_experiment_is_not_repeated(statement):
    source = notebook(["data = [1]\ndef f(x):\n    return len(x)\ndef g():\n    return data", statement])
    assert statement not in "\n".join(cell.source for cell in definitions(source).cells)


SLOW_STEP = "def slow(n):\n    while n:\n        n -= 1\n    return 1\n"


def test_the_limit_is_for_all_that_is_computed_together():
    cells = [
        SLOW_STEP,
        *(f"X{n} = slow(4_000_000)" for n in range(40)),
        "def main():\n    return X0\ndef last():\n    return " + " + ".join(f"X{n}" for n in range(40)),
    ]
    began = time.process_time()
    module = load(notebook(cells), "program")
    assert module.main() == 1
    with pytest.raises(NameError, match="takes too long to compute"):
        module.last()
    assert time.process_time() - began < 4


UNFINISHED = {
    "data.append(int(input()))": "is asked for",
    "for _ in range(10**9):\n    data.append(1)": "takes too long to compute",
    "data.extend(open('nowhere.txt'))": "nowhere.txt|does not cover",
    "def fill(items):\n    items.append(Lock())\nfill(data)": "is made with `Lock`",
    "data.append(missing)": "`missing` is asked for",
    "def start():\n    p = Process(target=print)\n    p.start()\n    data.append(1)\nstart()": "started by `start`",
    "def start():\n    global data\n    data = 1\n    Process(target=print).start()\nstart()": "started by `start`",
}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("statement", UNFINISHED)
def test_what_is_only_half_changed_is_not_there(statement, machine):
    source = notebook([MULTIPROCESSING, "missing = input()\ndata = [0]", statement, "def main():\n    return data"])
    with pytest.raises(Refused, match=UNFINISHED[statement]):
        MACHINES[machine](source)


@pytest.mark.parametrize("statement", ["data.append(typo)", "data.append(1 / 0)", "data.appendd(1)", "data[7] = 1"])
def test_a_cell_that_failed_in_the_notebook_leaves_what_it_left_there(statement):
    source = notebook(["data = [0]", statement, "data.append(2)", "def main():\n    return data"])
    for machine in MACHINES.values():
        assert machine(source) == [0, 2]


def test_what_cannot_be_changed_is_as_it_was_defined():
    start = "def start(names):\n    p = Process(target=print)\n    p.start()\n    names.append(1)\nstart([mood])\nmoods = [mood]"
    source = notebook([MULTIPROCESSING, "mood = 'calm'", start, "moods.append(1)\ndef main():\n    return mood"])
    for machine in MACHINES.values():
        assert machine(source) == "calm"


BANK = """
class Bank:
    def __init__(self):
        self.accounts = {}
    def open(self, name):
        self.accounts[name] = 0
    def total(self):
        return sum(self.accounts.values())
    def simulate(self):
        print(self.total())
        p = Process(target=print)
        p.start()
bank = Bank()
bank.open("me")
"""


def test_a_method_that_changes_nothing_is_an_experiment():
    source = notebook([MULTIPROCESSING, BANK, "bank.simulate()\nbank.total()", "def main():\n    return bank.accounts"])
    for machine in MACHINES.values():
        assert machine(source) == {"me": 0}


def test_numbers_are_drawn_in_the_order_of_the_notebook():
    cells = [
        "import random\nrng = random.Random(5)",
        "print(rng.random())",
        "first = rng.random()",
        "rng.choice('ab')",
        "DATA = [rng.random() for _ in range(2)]\ndef main():\n    return DATA",
    ]
    expected = random.Random(5)
    expected.random(), expected.random(), expected.choice("ab")
    drawn = [expected.random(), expected.random()]
    for machine in MACHINES.values():
        assert machine(notebook(cells)) == drawn


def test_a_file_is_not_written_anew_by_every_process(tmp_path):
    path = tmp_path / "log.txt"
    path.write_text("kept")
    cell = f"log = open({str(path)!r}, 'w')\ndef main():\n    return log.name\ndef other():\n    return 1"
    for machine in MACHINES.values():
        with pytest.raises(
            Refused, match="`log` comes from a file that is written when the notebook runs|does not cover"
        ):
            machine(notebook([cell]))
    assert path.read_text() == "kept"


def kept(*cells: str) -> str:
    return "\n".join(cell.source for cell in definitions(notebook(list(cells))).cells)


@pytest.mark.parametrize(
    "cells",
    [
        # A variable of an experiment has the name of a function, or of what a function reads.
        ["count = len(experiment())", "def count():\n    return 1"],
        ["n = len(experiment())\nn += 1", "n = 3\ndef f():\n    return n"],
        ["for n in experiment():\n    print(n)", "n = 3\ndef f():\n    return n"],
        # Nobody reads what it makes, or only another experiment does.
        ["rows = experiment()\nbest = max(rows)", "def f(rows):\n    return rows"],
        ["child = Process(target=experiment)\nchild.start()\nchild.join()\nprint(child.exitcode)", "def f():\n    return 1"],
        # It starts processes, directly or by a function.
        ["def run():\n    with Pool(2) as pool:\n        return pool.map(abs, experiment())", "rows = run()\ndef f():\n    return rows"],
        ["for method in ('fork', 'spawn'):\n    mood = experiment\n    p = Process(target=f)\n    p.start()", "mood = 1\ndef f():\n    return mood"],
    ],
)  # fmt: skip
def test_an_experiment_is_not_executed_in_other_processes(cells):
    text = kept(*cells)
    assert "experiment" not in text.replace(
        "def run():\n    with Pool(2) as pool:\n        return pool.map(abs, experiment())", ""
    )


def test_what_is_read_before_it_is_replaced_is_kept():
    text = kept("n = len('a')", "m = n + len('b')", "n = len('abc')", "def f():\n    return n, m")
    assert text.count("len(") == 3
    assert "len('old')" not in kept("n = len('old')", "n = len('abc')", "def f():\n    return n")
