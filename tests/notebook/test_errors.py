"""What an instrument raises in a notebook: the learner's own lines and one sentence, and no frame of ours or of a library."""

import re

import pytest

from tests.notebook.test_kernel import run_notebook

PROGRAM = """
from multiprocessing import Pool, Process, Value
from lockstep import check, explore, predict, replay, simulate, speedup, timeline, you_drive
def bad(n):
    return 1 // (n - n)
def calls(n):
    return bad(n)
def uses():
    import asyncio
    return asyncio.run(asyncio.sleep(0))
def pooled(workers):
    with Pool(workers) as pool:
        return pool.map(bad, [1, 2])
def tick(total):
    total.value += 1
def ok():
    total = Value("i", 0)
    p = Process(target=tick, args=(total,))
    p.start()
    p.join()
    return total.value
""".strip()
ASKED = "TypeError: `{0}` takes a function and its arguments: {0}(f, x), not {0}(f(x))"
try:
    1 // 0
except ZeroDivisionError as error:
    DIVIDED = f"ZeroDivisionError: {error}"  # the words differ from Python to Python
DEEPER = ["In[2], line 6, in calls", "    return bad(n)", "In[2], line 4, in bad", "    return 1 // (n - n)", DIVIDED]
POOLED = [
    "In[2], line 12, in pooled",
    "    return pool.map(bad, [1, 2])",
    "In[2], line 4, in bad",
    "    return 1 // (n - n)",
    DIVIDED,
]
CASES = {
    "explore(3)": [ASKED.format("explore")],
    "explore(ok, budget=0)": ["ValueError: a budget is a number of states, at least 1, not 0"],
    "explore(uses)": ["NotExplored: `explore` does not cover `asyncio.run`: use multiprocessing.Process"],
    "explore(ok).always(lambda t: t / 0)": ["In[N], line 1, in <lambda>", "    explore(ok).always(lambda t: t / 0)", "ZeroDivisionError: division by zero"],
    "simulate(3, cores=2)": [ASKED.format("simulate")],
    "simulate(ok, cores=0)": ["ValueError: cores is how many cores to simulate: a whole number from 1, not 0"],
    "simulate(uses, cores=2)": ["NotSimulated: `simulate` does not cover `asyncio.run`: use multiprocessing.Process"],
    "simulate(calls, 1, cores=2)": DEEPER,
    "simulate.curve(calls, 1)": DEEPER,
    "speedup(3)": ["TypeError: speedup measures a function, and was given 3"],
    "speedup(pooled, workers='x')": ["ValueError: workers is a number of workers, or several of at least 1 each, not 'x'"],
    "speedup(calls)": DEEPER,
    "speedup(pooled, workers=[1])": POOLED,
    "timeline(3)": ["TypeError: timeline runs a function or shows a Timeline, and was given 3"],
    "timeline(calls, 1)": DEEPER,
    "timeline(pooled, 2)": POOLED,
    "predict('x', 'y')": ["ValueError: one choice is no choice: 'y'"],
    "check('')": ['TypeError: a check needs a sentence that says what must hold: @check("no increment is lost")'],
    "check.run('x')": ['ValueError: there is nothing to check for "x": run the whole cell, from its first line'],
    "replay(ok, schedule=[7])": ["ScheduleError: step 1: there is no Process-7; the processes are main, Process-1"],
    "you_drive(ok, goal=lambda t: t == 9)": ["ValueError: no interleaving of ok reaches this goal (the only interleaving)"],
}  # fmt: skip


def errors(cells):
    """What each cell shows as its error, in plain lines."""
    return [
        [line for o in cell.outputs if o.output_type == "error" for text in o.traceback for line in plain(text)]
        for cell in cells
    ]


def plain(text):
    return re.sub(r"\x1b\[[\d;]*m", "", text).split("\n")


@pytest.fixture(scope="module")
def shown():
    cells = run_notebook(PROGRAM, *CASES, allow_errors=True).cells[2:]
    return dict(zip(CASES, zip(errors(cells), cells, strict=True), strict=True))


@pytest.mark.parametrize("cell", CASES)
def test_an_error_of_an_instrument_is_the_learners_lines_and_a_sentence(shown, cell):
    lines, output = shown[cell]
    number = f"In[{output.execution_count}]"
    assert lines == [f"{number}, line 1", f"    {cell}", *(line.replace("In[N]", number) for line in CASES[cell])]


def test_an_error_that_is_none_of_ours_is_shown_as_ever_and_so_is_everything_without_the_package():
    cells = run_notebook(PROGRAM, "bad(1)", "1 +", "import json; json.loads('{')", allow_errors=True).cells[2:]
    for lines, name in zip(errors(cells), ["ZeroDivisionError", "SyntaxError", "JSONDecodeError"], strict=True):
        assert any(name in line for line in lines)
    assert any("Traceback (most recent call last)" in line for line in errors(cells)[0])


def test_a_cell_that_is_no_python_shows_its_own_line_alone_and_a_text_that_is_none_the_line_that_ran_it():
    cells = run_notebook("%load_ext lockstep", "def f(x)\n    return x", "eval('1 +')", allow_errors=True).cells[2:]
    own, evaluated = ("\n".join(lines) for lines in errors(cells))
    assert "def f(x)" in own
    assert "SyntaxError: expected ':'" in own
    assert not any(word in own for word in ("interactiveshell", "compilerop", "ast_parse", "Traceback"))
    assert "eval('1 +')" in evaluated


def test_a_handler_of_somebody_else_is_left_alone():
    own = "get_ipython().set_custom_exc((ValueError,), lambda *a, **k: print('mine'))"
    cells = run_notebook("%load_ext lockstep", "raise ValueError(1)", first=own, allow_errors=True).cells
    assert [o.text for o in cells[2].outputs] == ["mine\n"]
