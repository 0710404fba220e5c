"""`one_at_a_time` and the oracle give the same verdicts about objects that are right, and about those with pieces left out."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import closing
from functools import partial
from typing import Any

import pytest

from lockstep import wait_until
from lockstep.exploration.automata import Automata
from lockstep.exploration.clients import Used, clients_of
from lockstep.exploration.exploration import Exploration
from lockstep.exploration.exploring import explored
from lockstep.exploration.inside.local_service import LocalService
from lockstep.program.source import ModuleSource
from lockstep.student.data import Reference
from lockstep.student.failure import CheckFailed

from .comparison import _smaller
from .engine import Program, TooMany
from .histories import MAIN, one_at_a_time

LARGE = 2_500  # schedules

BUFFER = """
class Thing:
    def __init__(self):
        self.items, self.first, self.last = mp.Array("i", 2, lock=False), mp.RawValue("i"), mp.RawValue("i")
        self.lock, self.room, self.filled = mp.Lock(), mp.Semaphore(2), mp.Semaphore(0)
    def put(self, item):
        self.room.acquire()
        with self.lock:
            self.items[self.last.value % 2] = item
            self.last.value += 1
        self.filled.release()
    def get(self):
        self.filled.acquire()
        with self.lock:
            item = self.items[self.first.value % 2]
            self.first.value += 1
        self.room.release()
        return item
"""
RING = """
class Thing:
    def __init__(self):
        self.items, self.first, self.last = mp.RawArray("i", 2), mp.RawValue("i"), mp.RawValue("i")
    def put(self, item):
        if self.last.value - self.first.value == 2:
            raise OverflowError
        self.items[self.last.value % 2] = item
        self.last.value += 1
    def get(self):
        if self.last.value == self.first.value:
            return None
        item = self.items[self.first.value % 2]
        self.first.value += 1
        return item
"""
STACK = """
class Thing:
    def __init__(self):
        self.items, self.top, self.lock = mp.RawArray("i", 4), mp.RawValue("i"), mp.Lock()
    def put(self, item):
        with self.lock:
            self.items[self.top.value] = item
            self.top.value += 1
    def get(self):
        with self.lock:
            if self.top.value == 0:
                raise IndexError
            self.top.value -= 1
            return self.items[self.top.value]
"""
LATCH = """
class Thing:
    def __init__(self):
        self.left, self.changed = mp.RawValue("i", 2), mp.Condition()
    def down(self):
        with self.changed:
            if self.left.value:
                self.left.value -= 1
                if self.left.value == 0:
                    self.changed.notify_all()
    def wait(self):
        with self.changed:
            if self.left.value:
                self.changed.wait()
"""
COUNTER = """
class Thing:
    def __init__(self):
        self.n = mp.Value("i", 0)
    def add(self, n):
        with self.n.get_lock():
            self.n.value += n
            return self.n.value
    def value(self):
        return self.n.value
    def nothing(self):
        return 0
"""
FLAG = """
class Thing:
    def __init__(self):
        self.flag, self.lock = mp.RawValue("b"), mp.Lock()
    def test_and_set(self):
        with self.lock:
            was = self.flag.value
            self.flag.value = 1
            return was
    def clear(self):
        with self.lock:
            self.flag.value = 0
"""


class Buffer:
    def __init__(self):
        self.items = []

    def put(self, item):
        wait_until(len(self.items) < 2)
        self.items.append(item)

    def get(self):
        wait_until(self.items)
        return self.items.pop(0)


class Ring:
    def __init__(self):
        self.items = []

    def put(self, item):
        if len(self.items) == 2:
            raise OverflowError
        self.items.append(item)

    def get(self):
        return self.items.pop(0) if self.items else None


class Stack:
    def __init__(self):
        self.items = []

    def put(self, item):
        self.items.append(item)

    def get(self):
        return self.items.pop()


class Latch:
    def __init__(self):
        self.left = 2

    def down(self):
        self.left = max(0, self.left - 1)

    def wait(self):
        wait_until(self.left == 0)


class Tally:
    def __init__(self):
        self.n = 0

    def add(self, n):
        self.n += n
        return self.n

    def value(self):
        return self.n

    def nothing(self):
        return 0


class Flag:
    def __init__(self):
        self.flag = 0

    def test_and_set(self):
        was, self.flag = self.flag, 1
        return was

    def clear(self):
        self.flag = 0


OBJECTS: dict[str, tuple[str, Any, list[str]]] = {
    "buffer": (BUFFER, Buffer, ["put({n})", "get()"]),
    "ring": (RING, Ring, ["put({n})", "get()"]),
    "stack": (STACK, Stack, ["put({n})", "get()"]),
    "latch": (LATCH, Latch, ["down()", "wait()"]),
    "counter": (COUNTER, Tally, ["add({n})", "value()", "nothing()"]),
    "flag": (FLAG, Flag, ["test_and_set()", "clear()"]),
}


def by_explore(text: str, clients: list[str], specification: Any) -> bool:
    used = Used(clients_of(clients), (), {})
    request = {
        "function": Reference("student", "Thing"), "arguments": [], "keywords": {}, "feeder": True,
        "pipe_capacity": 65_536, "merge": True, "clients": used.as_data(),
    }  # fmt: skip
    with closing(LocalService(ModuleSource.of_text("import multiprocessing as mp\n" + text))) as service:
        found = Exploration(explored(Automata(service), request, 40_000, {}, "Thing"), used)
        try:
            found.one_at_a_time(specification)
        except CheckFailed:
            return False
        return True


def by_oracle(text: str, clients: list[str], specification: Any) -> bool:
    calls = [[(call.method, call.arguments) for call in client] for client in clients_of(clients)]
    main = MAIN.format(make="Thing()", clients=repr(calls))
    return one_at_a_time(Program("import multiprocessing as mp\n" + text + main), calls, specification, LARGE)


def drawn(seed: int) -> tuple[str, str, list[str], Any]:
    """An object, in most cases with pieces left out, and clients that use it."""
    chance = random.Random(seed)
    name = chance.choice(list(OBJECTS))
    text, specification, calls = OBJECTS[name]
    for _ in range(chance.choice([0, 1, 1, 1, 2])):
        text = chance.choice([smaller for smaller in _smaller(text) if "def __init__" in smaller])
    numbers = iter(range(1, 20))
    clients = [
        "; ".join(chance.choice(calls).format(n=next(numbers)) for _ in range(chance.choice([1, 1, 2])))
        for _ in range(chance.choice([2, 2, 2, 3]))
    ]
    return name, text, clients, specification


def agreed(seeds: range) -> Counter[str]:
    seen: Counter[str] = Counter()
    for seed in seeds:
        name, text, clients, specification = drawn(seed)
        try:
            right = by_oracle(text, clients, specification)
        except (TooMany, RecursionError):
            continue
        assert by_explore(text, clients, specification) is right, f"seed {seed}: {right}\n{text}\n{clients}"
        seen[name] += 1
        seen["right" if right else "wrong"] += 1
    return seen


def test_the_verdicts_agree_on_random_objects_and_clients():
    seen = agreed(range(80))
    assert seen["right"] > 15
    assert seen["wrong"] > 15
    assert all(seen[name] for name in OBJECTS)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(4))
def test_the_verdicts_agree_on_many_random_objects_and_clients(part):
    seen = agreed(range(1_000 + 750 * part, 1_750 + 750 * part))
    assert seen["right"] > 100
    assert seen["wrong"] > 100


@pytest.mark.parametrize("name", OBJECTS)
def test_every_object_as_it_is_written_is_right_for_a_client_of_each_kind(name):
    text, specification, calls = OBJECTS[name]
    clients = [call.format(n=number) for number, call in enumerate(calls, 1)]
    for judge in map(partial, (by_explore, by_oracle)):
        assert judge(text, clients, specification)
