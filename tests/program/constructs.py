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
    # What is computed, and read by a function.
    "a struct": (["import struct\nHEADER = struct.Struct('!I')\ndef main():\n    return HEADER.pack(7)"], b"\x00\x00\x00\x07"),
    "a method of a literal": (["WORDS = 'a b'.split()\ndef main():\n    return WORDS"], ["a", "b"]),
    "a list comprehension": (["N = 3\nSQUARES = [n * n for n in range(N)]\ndef main():\n    return SQUARES"], [0, 1, 4]),
    "a dict comprehension": (["PLACE = {c: i for i, c in enumerate('ab')}\ndef main():\n    return PLACE"], {"a": 0, "b": 1}),
    "a generator that is used up": (["PAIRS = tuple((i, i) for i in range(2))\ndef main():\n    return PAIRS"], ((0, 0), (1, 1))),
    "a dict built by a loop": (["table = {}\nfor n in range(3):\n    table[n] = n * n\ndef main():\n    return table"], {0: 0, 1: 1, 2: 4}),
    "a list built by a while": (["n, seen = 3, []\nwhile n:\n    seen.append(n)\n    n -= 1\ndef main():\n    return seen, n"], ([3, 2, 1], 0)),
    "a call of a builtin": (["SAFE = max(0, 1)\ndef main():\n    return SAFE == 1, SAFE in [1], f'{SAFE}', SAFE - 1, SAFE is not None"], (True, True, "1", 0, True)),
    "a comparison of names": (["A = 3\nB = A > 2\nC = A * 2 + B\ndef main():\n    return B, C"], (True, 7)),
    "a hash": (["from hashlib import sha256\nTARGET = sha256(b'abc').hexdigest()[:8]\ndef main():\n    return TARGET"], "ba7816bf"),
    "a logger": (["import logging\nlog = logging.getLogger('mine')\nlog.setLevel(logging.ERROR)\ndef main():\n    log.info('quiet')\n    return log.name, log.level"], ("mine", 40)),
    "an instance of an own class": (
        ["class Account:\n    def __init__(self, n):\n        self.n = n\naccount = Account(5)\naccount.n += 1\ndef main():\n    return account.n"], 6),
    "a method that changes an instance": (
        ["class Box:\n    def __init__(self):\n        self.items = []\n    def put(self, x):\n        self.items.append(x)\nbox = Box()\nbox.put(4)",
         "def main():\n    return box.items"], [4]),
    "what a function of the program gives": (["def prime(n):\n    return all(n % d for d in range(2, n))\nPRIMES = list(filter(prime, range(2, 10)))\ndef main():\n    return PRIMES"], [2, 3, 5, 7]),
    "what reads what reads": (["a = [1]\nb = list(a)\nc = b + a\ndef main():\n    return c"], [1, 1]),
    "an item that is set": (["settings = {'shift': 3}", "settings['shift'] = 5", "def main():\n    return settings['shift']"], 5),
    "an item that is deleted": (["settings = dict(a=1, b=2)\ndel settings['a']\ndef main():\n    return settings"], {"b": 2}),
    "a number that is counted up": (["n = 1\nn += 2\nn *= 2\ndef main():\n    return n"], 6),
    "a list that is added to": (["data = [1]\ndata += [2]\ndata.extend(range(2))\ndef main():\n    return data"], [1, 2, 0, 1]),
    "a change by another name": (["table = [[0], [0]]\nrow = table[0]\nrow.append(1)\nfor one in table:\n    one.append(2)\ndef main():\n    return table"], [[0, 1, 2], [0, 2]]),
    "a change by a function": (["table = {}\ndef fill(t, n=1):\n    for i in range(2):\n        t[i] = n\nfill(table)\nfill(n=3, t=table)\ndef main():\n    return table"], {0: 3, 1: 3}),
    "a global that a function sets": (["def setup():\n    global ready\n    ready = [1]\nsetup()\ndef main():\n    return ready"], [1]),
    "a change by a function that calls one": (["seen = []\ndef note(x):\n    seen.append(x)\ndef all_of(xs):\n    for x in xs:\n        note(x)\nall_of('ab')\ndef main():\n    return seen"], ["a", "b"]),
    "a registry": (["TOOLS = {}\ndef tool(f):\n    TOOLS[f.__name__] = f\n    return f\n@tool\ndef one():\n    return 1\ndef main():\n    return [f() for f in TOOLS.values()]"], [1]),
    "a seed and a shuffle": (["import random\nrandom.seed(3)\norder = list(range(4))\nrandom.shuffle(order)\ndef main():\n    return order"], [3, 0, 2, 1]),
    "random numbers of a seed": (["import random\nnumbers = random.Random(1)\nDRAWN = [numbers.randrange(10) for _ in range(3)]\ndef main():\n    return DRAWN"], [2, 9, 1]),
    "a heap": (["import heapq\nheap = [3, 1, 2]\nheapq.heapify(heap)\nfirst = heapq.heappop(heap)\ndef main():\n    return first, sorted(heap)"], (1, [2, 3])),
    "a choice": (["n = len('abc')\nif n > 2:\n    KIND = 'large'\nelse:\n    KIND = 'small'\ndef main():\n    return KIND"], "large"),
    "a try": (["try:\n    LIMIT = int('x')\nexcept ValueError:\n    LIMIT = 7\ndef main():\n    return LIMIT"], 7),
    "a match": (["match len('ab'):\n    case 2:\n        SIZE = 'two'\n    case _:\n        SIZE = 'many'\ndef main():\n    return SIZE"], "two"),
    "a walrus": (["if (n := len('abc')) > 2:\n    pass\ndef main():\n    return n"], 3),
    "a star among targets": (["first, *rest = range(4)\ndef main():\n    return first, rest"], (0, [1, 2, 3])),
    "collections": (["from collections import Counter, defaultdict, deque\nc, d, q = Counter('aab'), defaultdict(list), deque([1], maxlen=2)\nd['x'].append(1)\nq.appendleft(0)\ndef main():\n    return dict(c), dict(d), list(q)"], ({"a": 2, "b": 1}, {"x": [1]}, [0, 1])),
    "an attribute of a class": (["class A:\n    rate = 1\nA.rate = 2\ndef main():\n    return A.rate"], 2),
    "an attribute of a function": (["def f():\n    return f.calls\nf.calls = 4\ndef main():\n    return f()"], 4),
    "a function that is wrapped anew": (["from functools import lru_cache\ndef f(n):\n    return n\nf = lru_cache(f)\ndef main():\n    f(1)\n    return f.cache_info().currsize"], 1),
    "a function made by a function": (["def adder(k):\n    def add(n):\n        return n + k\n    return add\nadd5 = adder(5)\ndef main():\n    return add5(1)"], 6),
    "what is printed on the way": (["def loud(n):\n    print('computing')\n    return n\nX = loud(3)\ndef main():\n    return X"], 3),
    "an experiment in between": (["data = [1]\ndef total():\n    return sum(data)\nprint(total())\ntotal()\nresults = [total() for _ in range(3)]", "def main():\n    return total()"], 1),
    "a cell that is run again": (["data = [1]\ndata.append(2)", "data = [1]\ndata.append(2)", "def main():\n    return data"], [1, 2]),
    "a value that is replaced later": (["n = len('a')\nm = n + 1\nn = len('abc')\ndef main():\n    return n, m"], (3, 2)),
    "a function that is replaced after it was used": (["def f():\n    return 1\nX = [f()]", "def f():\n    return 2", "def main():\n    return X, f()"], ([1], 2)),
    "a name that is deleted": (["list = [1]\ndel list\ndef main():\n    return list('a')"], ["a"]),
    "below main": (["N = len('a')\ndef main():\n    return N\nif __name__ == '__main__':\n    N = 7"], 1),
    "an array of NumPy": (["import numpy as np\nGRID = np.arange(4).reshape(2, 2)\nGRID[0] = 9\ndef main():\n    return GRID.tolist()"], [[9, 9], [2, 3]]),
    "an exact number": (["from decimal import Decimal, getcontext\ngetcontext().prec = 3\nTHIRD = Decimal(1) / 3\ndef main():\n    return str(THIRD)"], "0.333"),
    "a date": (["import datetime\nDAY = datetime.date(2024, 2, 28) + datetime.timedelta(days=2)\ndef main():\n    return str(DAY)"], "2024-03-01"),
    "a pattern": (["import re\nWORD = re.compile(r'\\w+')\ndef main():\n    return WORD.findall('a b')"], ["a", "b"]),
    "an Enum's members": (["from enum import Enum\nclass C(Enum):\n    A = 1\nALL = list(C)\ndef main():\n    return [c.value for c in ALL]"], [1]),
    "a partial with a computed part": (["from functools import partial\nBASE = int('2')\nread = partial(int, base=BASE)\ndef main():\n    return read('11')"], 3),
    "the beginning of what is found in a text": (
        ["import re\nBEGIN = re.search('b', 'ab').start()\ndef main():\n    return BEGIN"],
        1,
    ),
    "a top level that exits": (["import sys\nX = sys.exit(3)\ndef main():\n    return 1"], 1),
    "functions of one name that a decorator keeps": (
        ["from functools import singledispatch\n@singledispatch\ndef told(x):\n    return 'object'\n@told.register\ndef _(x: int):\n    return 'int'\n"
         "@told.register(str)\ndef _(x):\n    return 'str'\ndef main():\n    return told(1), told('a'), told(None)"], ("int", "str", "object")),
    "functions of one name that a function keeps": (
        ["TASKS = {}\ndef task(name):\n    def keep(f):\n        TASKS[name] = f\n        return f\n    return keep",
         "@task('a')\ndef _():\n    return 1", "@task('b')\ndef _():\n    return 2\ndef main():\n    return TASKS['a'](), TASKS['b']()"], (1, 2)),
    "classes of one name that their base keeps": (
        ["KINDS = []\nclass Task:\n    def __init_subclass__(cls):\n        KINDS.append(cls)",
         "class _(Task):\n    x = 1", "class _(Task):\n    x = 2\ndef main():\n    return [kind.x for kind in KINDS]"], [1, 2]),
    "a path": (["from pathlib import Path\nHERE = Path('a') / 'b'\ndef main():\n    return HERE.name"], "b"),
}  # fmt: skip


def notebook(cells: list[str]) -> ModuleSource:
    return ModuleSource(tuple(Cell(f"In[{number}]", text) for number, text in enumerate(cells, 1)))
