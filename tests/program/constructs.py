"""Constructs at the top level of a notebook: cells, what `main()` returns on every machine, and how it may be told."""

from __future__ import annotations

from lockstep.program.source import Cell, ModuleSource

# Name -> (cells, what main returns).
CONSTRUCTS: dict[str, tuple[list[str], object]] = {
    "functions, classes and constants": (["N = 3\ndef f():\n    return N\nclass A:\n    x = 2", "def main():\n    return f() + A.x"], 5),
    "an import that a function uses": (["import math, json\ndef main():\n    return math.floor(2.5)"], 2),
    "an import under another name": (["from collections import Counter as C\ndef main():\n    return dict(C('aab'))"], {"a": 2, "b": 1}),
    "a local variable with the name of an import": (["import math\ndef main():\n    math = 3\n    return [math for math in [math]]"], [3]),
    "a magic around definitions": (["%%time\ndef main():\n    return 1"], 1),
    "a line magic": (["%matplotlib inline\ndef main():\n    return 1"], 1),
    "a percent sign within a string": (['TEXT = """\n%d items\n"""\ndef main():\n    return TEXT'], "\n%d items\n"),
    "a cell that does not parse": (["def f(:\n", "def main():\n    return 1"], 1),
    "a definition that fails": (["A = 1 + 'x'\ndef main():\n    return 1"], 1),
    "the last definition of a name wins": (["def f():\n    return 1", "def f():\n    return 2\ndef main():\n    return f()"], 2),
    "a class keeps the base that it was made with": (
        ["class A:\n    x = 1", "class B(A):\n    pass", "class A:\n    x = 2", "def main():\n    return A.x, B.x"], (2, 1)),
    "statements that share a line": (["N = 2; print('no'); M = N + 1\ndef main():\n    return M"], 3),
    "code under main": (["def main():\n    return 1\nif __name__ == '__main__':\n    print(main())"], 1),
    "a fallback import": (
        ["try:\n    import fast as engine\nexcept ImportError:\n    import json as engine\ndef main():\n    return engine.__name__"],
        "json"),
    "a function that is chosen": (["import sys\nif sys.maxsize > 0:\n    def main():\n        return 1\nelse:\n    def main():\n        return 2"], 1),
    "annotations that are never evaluated": (
        ["from __future__ import annotations\ndef f(x: Later) -> Later:\n    return x\nclass Later:\n    pass\ndef main():\n    return f(9)"], 9),
    "annotations from the future hold for the cells that follow": (
        ["from __future__ import annotations", "def f(x: Later):\n    return x", "class Later:\n    pass\ndef main():\n    return f(9)"], 9),
    "an annotation with a name that is not covered": (
        ["from multiprocessing import Pool\ndef f(pool: Pool = None):\n    return pool\ndef main():\n    return f()"], None),
    "a named tuple": (["from collections import namedtuple\nX = namedtuple('X', 'a b')\ndef main():\n    return X(1, 2).b"], 2),
    "an Enum": (["from enum import Enum\nX = Enum('X', 'A B')\ndef main():\n    return X.B.value"], 2),
    "a dataclass": (["from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 1\ndef main():\n    return P() == P(1)"], True),
    "a partial function": (["from functools import partial\nX = partial(int, base=2)\ndef main():\n    return X('11')"], 3),
    "a cached function": (["from functools import lru_cache\n@lru_cache\ndef f(n):\n    return n and n + f(n - 1)\ndef main():\n    return f(5)"], 15),
    "a lambda": (["X = lambda n: n + 1\ndef main():\n    return X(1)"], 2),
    "a start method's context": (["from multiprocessing import get_context\nX = get_context('spawn')\ndef main():\n    return X.Value('i', 3).value"], 3),
    "operators on kept names": (["Y = 4\nX = Y * 2 + 1\ndef main():\n    return X"], 9),
    "displays and f-strings": (["Y = [1, 2]\nX = (Y[0], {'a': -1.5}, {1, 2}, f'{Y}')\ndef main():\n    return X"], (1, {"a": -1.5}, {1, 2}, "[1, 2]")),
    "an annotated name": (["X: int = 3\ndef main():\n    return X"], 3),
    "several targets": (["X, Y = 1, 2\ndef main():\n    return X - Y"], -1),
    "a global that a function changes": (["n = 0\ndef main():\n    global n\n    n += 1\n    return n"], 1),
    "a default that remembers": (["def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)\ndef main():\n    return f(1), f(2)"], (1, 2)),
    "a mutable constant": (["seen = []\ndef main():\n    seen.append(1)\n    return len(seen)"], 1),
    "a generic function": (["from typing import TypeVar\nT = TypeVar('T')\ndef f(x: T) -> T:\n    return x\ndef main():\n    return f(1)"], 1),
}  # fmt: skip


def notebook(cells: list[str]) -> ModuleSource:
    return ModuleSource(tuple(Cell(f"In[{number}]", text) for number, text in enumerate(cells, 1)))
