"""Small random programs of two or three processes, over all kinds of objects and of statements."""

from __future__ import annotations

import random
import re

from .constructs import Writer
from .definitions import LIBRARY
from .engine import Program

# kind: (how it is made, in how many words it may be made)
_MADE: dict[str, list[str]] = {
    "Value": [
        'mp.Value("i", 0)',
        'mp.Value("i", 1)',
        'Value("i")',
        'mp.Value("h", 0, lock=True)',
        'mp.Value("i", 0, lock=mp.RLock())',
        'mp.Value("i", 2, lock=lk)',
    ],
    "RawValue": ['mp.RawValue("i", 0)', 'mp.Value("b", 1, lock=False)'],
    "Double": ['mp.Value("d", 0.0)', 'mp.Value("d", -0.0)'],
    "Array": ['mp.Array("i", 2)', 'Array("i", [1, 0])', 'mp.Array("l", range(2))'],
    "RawArray": ['mp.RawArray("i", 2)', 'mp.Array("i", [0, 1], lock=False)'],
    "Lock": ["mp.Lock()", "Lock()"],
    "RLock": ["mp.RLock()", 'mp.get_context("spawn").RLock()'],
    "Semaphore": ["mp.Semaphore(1)", "mp.Semaphore(1)", "mp.Semaphore(0)", "mp.Semaphore(2)", "mp.Semaphore()"],
    "Bounded": ["mp.BoundedSemaphore(1)", "mp.BoundedSemaphore(2)"],
    "Condition": ["mp.Condition()", "mp.Condition(mp.Lock())", "mp.Condition(mp.RLock())"],
    "Event": ["mp.Event()"],
    "Barrier": [
        "mp.Barrier(2)",
        "mp.Barrier(2)",
        "mp.Barrier(2, timeout=1)",
        "mp.Barrier(2, action=partial(bump, v))",
        "mp.Barrier(2, partial(fail, v))",
        "mp.Barrier(1)",
        "mp.Barrier(3)",
    ],
    "Queue": ["mp.Queue()", "mp.Queue(1)", "mp.Queue(maxsize=2)"],
    "Joinable": ["mp.JoinableQueue()", "mp.JoinableQueue(2)"],
    "SimpleQueue": ["mp.SimpleQueue()"],
    "Reader": ["mp.Pipe(False)"],
    "Duplex": ["mp.Pipe()", "mp.Pipe(duplex=True)"],
    "Bytes": ["mp.Pipe(True)"],
}
_SHORT = {
    "Value": "v",
    "RawValue": "r",
    "Double": "f",
    "Array": "a",
    "RawArray": "ra",
    "Lock": "lk",
    "RLock": "rl",
    "Semaphore": "sem",
    "Bounded": "bs",
    "Condition": "cv",
    "Event": "ev",
    "Barrier": "b",
    "Queue": "q",
    "Joinable": "jq",
    "SimpleQueue": "sq",
    "Reader": "c",
    "Duplex": "e",
    "Bytes": "by",
}
_FINAL = {
    "Value": "{}.value",
    "RawValue": "{}.value",
    "Double": "{}.value",
    "Array": "tuple({}[:])",
    "RawArray": "tuple({})",
    "Semaphore": "{}.get_value()",
    "Bounded": "{}.get_value()",
    "Event": "{}.is_set()",
    "Queue": "drained({})",
    "Joinable": "drained({})",
    "SimpleQueue": "{}.empty()",
    "Barrier": "{}.broken",
}

_IMPORTS = {
    "random": "import random",
    "sys": "import sys",
    "time": "import time",
    "partial": "from functools import partial",
    "Process": "from multiprocessing import Array, Lock, Process, Value",
    "Array": "",
    "Lock": "",
    "Value": "",
    "Full": "from queue import Empty, Full",
    "Empty": "",
    "inside": "from lockstep.exploration.sections import inside",
}


def random_program(seed: int) -> Program:
    """The program of this seed; always the same text."""
    chance = random.Random(seed)
    objects = _objects(chance)
    feeder = chance.random() < 0.7
    capacity = chance.choice([20, 40]) if chance.random() < 0.15 else 65_536
    children = chance.choice([1, 2, 2, 2, 2, 2, 3])
    operations = {1: 7, 2: 5, 3: 2}[children]
    definitions, starts = [], []
    for index in range(children):
        mine = _given(chance, objects, index)
        definition, start = _child(chance, f"w{index}", mine, max(1, chance.randint(operations - 1, operations + 1)))
        definitions += definition
        starts.append(start)
    main = _main(chance, objects, starts, 2 if children == 1 else chance.choice([0, 0, 1]))
    body = "\n".join([*definitions, *main]) + "\n"
    return Program(_library(body) + body, feeder=feeder, pipe_capacity=capacity)


def _objects(chance: random.Random) -> dict[str, tuple[str, str]]:
    """Names of objects: (kind, how they are made)."""
    kinds = chance.sample(sorted(_MADE), chance.choice([1, 1, 2, 2, 3]))
    if "Value" not in kinds and chance.random() < 0.75:
        kinds.insert(0, "Value")
    kinds.sort(key=lambda kind: (kind != "Lock", kind != "Value"))
    found: dict[str, tuple[str, str]] = {}
    for kind in kinds:
        ways = [way for way in _MADE[kind] if ("lk" not in way or "lk" in found) and ("v)" not in way or "v" in found)]
        found[_SHORT[kind]] = kind, chance.choice(ways)
    if kinds == ["Value"]:
        found["w"] = "Value", 'mp.Value("i", 0)'
    return found


def _given(chance: random.Random, objects: dict[str, tuple[str, str]], index: int) -> dict[str, str]:
    """What a process gets: every object, of a pipe one end (0: the first)."""
    given = {}
    for name, (kind, _) in objects.items():
        if kind == "Reader":
            given[name + str(index % 2)] = ("Reader", "Sender")[index % 2]
        elif kind in ("Duplex", "Bytes"):
            given[name + str(index % 2)] = kind
        else:
            given[name] = kind
    return given


def _locals(chance: random.Random) -> list[str]:
    return [
        "x, y = 0, 1",
        "s = [1, 2, 3, 2]",
        'd = {"k": 2}',
        'txt = ""',
        "t = s",
        "o = type('O', (), {})()",
        "h = Hidden()",
    ]


def _body(chance: random.Random, objects: dict[str, str], operations: int, statements: int) -> list[str]:
    writer = Writer(chance, objects, operations)
    lines = writer.block(statements)
    while writer.left > 1 and len(lines) < 14:
        before = writer.left
        lines += writer.statement()
        if writer.left == before and chance.random() < 0.3:
            break
    head = ["global TOTAL"] if any("TOTAL" in line for line in lines) else []
    text = "\n".join(lines)
    used = [line for line in _locals(chance) if any(re.search(rf"\b{name}\b", text) for name in _bound(line))]
    if any(line == "t = s" for line in used) and "s = [1, 2, 3, 2]" not in used:
        used.insert(0, "s = [1, 2, 3, 2]")
    if "x, y = 0, 1" not in used:
        used.insert(0, "x, y = 0, 1")
    return [*head, *used, *lines]


def _bound(line: str) -> list[str]:
    return [name.strip() for name in line.split("=")[0].split(",")]


def _child(chance: random.Random, name: str, objects: dict[str, str], operations: int) -> tuple[list[str], str]:
    """The definition of a child's function or class, and the expression that constructs its process."""
    names = list(objects)
    statements = chance.randint(1, 3)
    body = _body(chance, objects, operations, statements)
    last = chance.random()
    if last < 0.55:
        text = "\n".join(body)
        parts = ["x", "y * 3"] + [f"sum(s) * 5 + len({x})" for x in ("s",) if re.search(r"\bs = \[", text)]
        parts += ["len(txt)"] if "txt =" in text else []
        parts += ["len(d)"] if "d = {" in text else []
        body.append(f"sys.exit(int({' + '.join(parts)}) % 120)")
    elif last < 0.65:
        body.append("return x")
    how = chance.random()
    daemon = ", daemon=True" if chance.random() < 0.06 else ""
    arguments = ", ".join(names)
    if how < 0.6:
        lines = [f"def {name}({arguments}):", *_indented(body)]
        if chance.random() < 0.5:
            return lines, f"mp.Process(target={name}, args=({arguments},){daemon})"
        first, rest = names[0], names[1:]
        keywords = ", ".join(f"{n!r}: {n}" for n in rest)
        return lines, f"Process(target={name}, args=[{first}], kwargs={{{keywords}}}, name='p{name}'{daemon})"
    if how < 0.75:
        lines = [f"def {name}(box, *more):", f"    {', '.join(names)}, = box", *_indented(body)]
        return lines, f"Process(None, {name}, args=([{arguments}], 1){daemon})"
    if how < 0.9:
        lines = [
            f"class {name.upper()}(Process):",
            f"    def __init__(self, {arguments}):",
            "        super().__init__()",
        ]
        lines += [f"        self.{n} = {n}" for n in names] + ["    def run(self):"]
        lines += _indented(_indented([f"{n} = self.{n}" for n in names] + body))
        return lines, f"{name.upper()}({arguments})"
    lines = [f"class {name.upper()}:", f"    def __init__(self, {arguments}):"]
    lines += [f"        self.{n} = {n}" for n in names] + ["    def go(self, k=1):"]
    lines += _indented(_indented([f"{n} = self.{n}" for n in names] + body))
    return lines, f"mp.Process(target={name.upper()}({arguments}).go{daemon})"


def _main(chance: random.Random, objects: dict[str, tuple[str, str]], starts: list[str], operations: int) -> list[str]:
    lines = []
    for name, (kind, made) in objects.items():
        lines.append(f"{name}0, {name}1 = {made}" if kind in ("Reader", "Duplex", "Bytes") else f"{name} = {made}")
    for name, (kind, made) in objects.items():
        if kind in ("Queue", "Joinable", "SimpleQueue") and chance.random() < 0.4:
            lines.append(f"{name}.put({chance.choice(['5', '(1, 2)', 'None'])})")
    lines.append(f"ps = [{', '.join(starts)}]")
    lines += ["for p in ps:", "    p.start()"]
    for name, (kind, _) in objects.items():
        if kind in ("Reader", "Duplex", "Bytes") and chance.random() < 0.5:
            lines.append(f"{name}{chance.randrange(2)}.close()")
    if operations:
        body = _body(chance, _given(chance, objects, chance.randrange(2)), operations, 1)
        lines += [line for line in body if line != "global TOTAL"]
        if "global TOTAL" in body:
            lines.insert(0, "global TOTAL")
    drains = [name for name, (kind, _) in objects.items() if kind == "Queue" and chance.random() < 0.15]
    lines += [f"early = drained({name})" for name in drains]
    how = chance.random()
    if how < 0.8:
        lines += ["for p in ps:", "    p.join()"]
    elif how < 0.85:
        lines += ["ps[0].join()"]
    elif how < 0.9:
        lines += ["ps[-1].join(1)", "for p in ps:", "    p.join()"]
    elif how < 0.94:
        lines += ["ps[0].terminate()", "for p in reversed(ps):", "    p.join()"]
    elif how < 0.97:
        lines += ["alive = ps[0].is_alive()", "for p in ps:", "    p.join()"]
    finals = [
        _FINAL[kind].format(name) for name, (kind, _) in objects.items() if kind in _FINAL and chance.random() < 0.9
    ]
    codes = "tuple(p.exitcode for p in ps)" if how < 0.8 else "0"
    finals += ["x, y"] if operations and chance.random() < 0.7 else []
    finals += ["early"] if drains else []
    finals += ["alive"] if any("alive =" in line for line in lines) else []
    return ["def main():", *_indented(lines), f"    return {codes}, {', '.join(finals)}"]


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def _library(body: str) -> str:
    """The definitions that the program mentions, and those that they mention."""
    needed: list[str] = []
    texts = [body]
    while texts:
        text = texts.pop()
        for name in LIBRARY:
            if name not in needed and re.search(rf"\b{name}\b", text):
                needed.append(name)
                texts.append(LIBRARY[name])
    text = "".join(LIBRARY[name] for name in LIBRARY if name in needed)
    together = text + body
    imports = {line for name, line in _IMPORTS.items() if re.search(rf"\b{name}\b", together)}
    if "" in imports:
        imports |= {_IMPORTS["Process"]} if re.search(r"(?<!\.)\b(Array|Lock|Value)\(", together) else set()
        imports |= {_IMPORTS["Full"]} if re.search(r"\bEmpty\b", together) else set()
    return "\n".join(["import multiprocessing as mp", *sorted(imports - {""})]) + "\n" + text
