"""Definitions that random programs draw on."""

from __future__ import annotations

# Definitions that programs draw on; `name: text`. A program holds those that it mentions.
LIBRARY = {
    "size": """
def size(x):
    return x if isinstance(x, int) else len(repr(x)) % 7
""",
    "drained": """
def drained(q):
    items = []
    while True:
        try:
            items.append(size(q.get(timeout=1)))
        except Empty:
            return tuple(items)
""",
    "bump": """
def bump(v):
    v.value += 1
""",
    "fail": """
def fail(v):
    v.value += 1
    raise ZeroDivisionError
""",
    "gen": """
def gen(v, n):
    try:
        for i in range(n):
            yield v.value + i
    finally:
        LOG.append(n)
""",
    "through": """
def through(v):
    got = yield from gen(v, 2)
    yield 5 if got is None else got
""",
    "LOG": "LOG = []\n",
    "remember": """
def remember(x, seen=[]):
    seen.append(x)
    return sum(seen)
""",
    "Box": """
class Box:
    total = 0
    def __init__(self, v):
        self.v, self.seen = v, []
    def read(self):
        self.seen.append(self.v.value)
        return self.seen[-1]
    def add(self, n):
        self.v.value += n
        Box.total += n
        return self
    @property
    def now(self):
        return self.v.value
    def __bool__(self):
        return bool(self.v.value)
    def __add__(self, n):
        return self.v.value + n + len(self.seen)
    def __enter__(self):
        return self.v.value
    def __exit__(self, kind, error, trace):
        self.v.value = len(self.seen) + 1
        return kind is KeyError
""",
    "Loud": """
class Loud(Box):
    def read(self):
        return super().read() * 2
    @staticmethod
    def half(n):
        return n // 2
    @classmethod
    def count(cls, n):
        cls.total += n
        return cls.total
""",
    "Hidden": """
class Hidden:
    def __getstate__(self):
        return {}
    def __eq__(self, other):
        return True
    def __hash__(self):
        return 1
""",
    "Slots": """
class Slots:
    __slots__ = ("n",)
""",
    "Color": """
from enum import Enum
class Color(Enum):
    RED = 1
""",
    "Point": """
from dataclasses import dataclass
@dataclass
class Point:
    x: int
    y: int = 0
    def flip(self):
        self.x, self.y = self.y, self.x
        return self.x
""",
    "section": """
from contextlib import contextmanager
@contextmanager
def section(n):
    LOG.append(n)
    try:
        yield n
    finally:
        LOG.pop()
""",
    "guarded": """
from contextlib import contextmanager
@contextmanager
def guarded(v):
    x = v.value
    try:
        yield x
    except ZeroDivisionError:
        v.value = x + 1
""",
    "down": """
def down(v, n, seen=None):
    seen = [] if seen is None else seen
    seen.append(v.value)
    return sum(seen) if n == 0 else down(v, n - 1, seen) + n
""",
    "mixed": """
def mixed(a, *rest, k=1, **more):
    return a + sum(rest) * k + len(more)
""",
    "first": """
from functools import lru_cache
@lru_cache(None)
def first(v):
    return v.value
""",
    "leave": """
def leave(v):
    try:
        return v.value
    finally:
        v.value = 4
""",
    "override": """
def override(v):
    for i in range(2):
        try:
            return v.value
        finally:
            if v.value:
                break
    return 9
""",
    "swallow": """
def swallow(v):
    try:
        raise KeyError(v.value)
    except KeyError as error:
        try:
            v.value = 3
            raise ValueError from error
        except ValueError as other:
            return other.__cause__.args[0]
""",
    "again": """
def again(v):
    try:
        raise KeyError(v.value)
    except KeyError:
        v.value += 1
        raise
""",
    "counter": """
def counter(v):
    n = 0
    def more(k=1):
        nonlocal n
        n += v.value + k
        return n
    return more
""",
    "TOTAL": "TOTAL = 0\n",
    "STATE": "STATE = {'n': 0}\n",
}
