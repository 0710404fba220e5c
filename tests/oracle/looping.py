"""Small random programs that look again and again: spinning, polite flags, trying for locks, sections."""

from __future__ import annotations

import random
from textwrap import indent

from .engine import Program

_HEAD = """
import multiprocessing as mp
from multiprocessing import Lock, Process, Value
from lockstep import inside
"""
_MAIN = """
def main():
    a, b = Value("i", {a}, lock=False), Value("i", {b}, lock=False)
    l, m = Lock(), Lock()
    ps = [Process(target=f, args=(a, b, l, m)) for f in ({workers})]
    for p in ps: p.start()
    for p in ps: p.join()
"""
_WAIT = "while {x}.value == {n}: pass"
_SIMPLE = ("{x}.value = {n}", _WAIT, "with inside('s'): {x}.value = {n}", "with k: {x}.value = {n}")
_IN_A_LOOP = (
    "if {x}.value == {n}: break", "if k.acquire(False): break", "{x}.value = 1 - {x}.value",
    "k.acquire()\nif j.acquire(False):\n    j.release()\n    k.release()\n    break\nk.release()",
    "k.acquire()\nwith inside('s'): pass\nk.release()", "while not k.acquire(False): pass\nwith inside('s'): pass\nk.release()",
)  # fmt: skip


def looping_program(seed: int) -> Program:
    """Always the same one for a seed."""
    chance = random.Random(f"looping {seed}")
    workers = ["first", "second", "third"][: chance.choice((2, 2, 2, 3))]
    texts = [f"def {name}(a, b, l, m):\n{indent(_body(chance, len(workers)), '    ')}\n" for name in workers]
    main = _MAIN.format(a=chance.randrange(2), b=chance.randrange(2), workers=", ".join(workers))
    return Program(_HEAD + "\n".join(texts) + main)


def _body(chance: random.Random, workers: int) -> str:
    parts = [_filled(chance, chance.choice(_SIMPLE)) for _ in range(chance.randrange(2))]
    head = chance.choice(("while True:", "while True:", "for _ in range(2):", "while {x}.value != {n}:"))
    inner = [
        _filled(chance, chance.choice((*_IN_A_LOOP, *_SIMPLE)))
        for _ in range(1 if workers == 3 else chance.choice((1, 2)))
    ]
    parts.append(_filled(chance, head) + "\n" + indent("\n".join(inner), "    "))
    parts += [_filled(chance, chance.choice(_SIMPLE)) for _ in range(chance.randrange(2))]
    return "\n".join(parts)


def _filled(chance: random.Random, text: str) -> str:
    k, j = chance.sample("lm", 2)
    text = (
        text.replace("k.acquire", f"{k}.acquire").replace("k.release", f"{k}.release").replace("with k:", f"with {k}:")
    )
    text = text.replace("j.acquire", f"{j}.acquire").replace("j.release", f"{j}.release")
    return text.format(x=chance.choice("ab"), n=chance.randrange(2))
