"""One program does the same on the real machine, in `explore` and in `simulate`."""

import random
import re

import pytest

from lockstep.program.source import ModuleSource
from tests.oracle.constructs import _NESTED, _SIMPLE, Writer
from tests.oracle.definitions import LIBRARY
from tests.program.constructs import CONSTRUCTS, notebook
from tests.program.loaded import load
from tests.program.machines import in_explore, in_simulate, real


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_a_construct_at_the_top_level_is_the_same_everywhere(name):
    cells, expected = CONSTRUCTS[name]
    source = notebook(cells)
    assert (real(source), in_explore(source), in_simulate(source)) == (expected, expected, expected)


def statements_of_one_process(kind: int) -> str:
    """A program without other processes in which this construct of the random programs is used, some times."""
    construct = [*_SIMPLE, *_NESTED][kind]
    chance = random.Random(kind)
    body = []
    for _ in range(4):
        writer = Writer(chance, {"v": "Value", "a": "Array", "ra": "RawArray"}, 40)
        writer.depth = 1
        lines = construct(writer)
        body += ["try:", *("    " + line for line in lines), "except Exception as error:", "    x = repr(error)"]
        body += ["seen.append((repr(x), repr(y), repr(s), repr(d), txt, v.value, a[:], list(ra)))", "x = 1"]
    lines = [
        "import multiprocessing as mp", "import random, sys, time", "from functools import partial",
        "from lockstep.exploration.sections import inside", *LIBRARY.values(),
        "def main():", "    global TOTAL",
        '    v, a, ra = mp.Value("i", 1), mp.Array("i", 2), mp.RawArray("i", 2)',
        "    x, y, s, d, txt, seen, h = 0, 1, [1, 2, 3, 2], {'k': 2}, '', [], Hidden()", "    t = s",
        "    o = type('O', (), {})()", "    random.seed(1)", *("    " + line for line in body), "    return seen",
    ]  # fmt: skip
    return re.sub(r"time\.sleep\(1\)", "time.sleep(0)", "\n".join(lines))


@pytest.mark.parametrize("kind", range(len({*_SIMPLE, *_NESTED})))
def test_a_statement_is_the_same_everywhere(kind):
    source = ModuleSource.of_text(statements_of_one_process(kind), "program")
    module = load(source, "program")
    expected = module.main()
    assert len(expected) == 4
    assert in_explore(source) == expected
    assert in_simulate(source) == expected
