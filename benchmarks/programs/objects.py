"""Objects of the literature and their well-known mistakes, each with a specification: do their calls happen one at a time?"""

from __future__ import annotations

from typing import Any, NamedTuple

from lockstep import wait_until


class Shared(NamedTuple):
    """A class as text, what it is made with, the calls of its clients, what it should be like, and whether it is."""

    name: str
    source: str
    text: str
    arguments: tuple[Any, ...]
    clients: list[str]
    like: type
    right: bool


class Queue:
    """What a bounded queue is like."""

    def __init__(self, size: int) -> None:
        self.size, self.items = size, []

    def put(self, item):
        wait_until(len(self.items) < self.size)
        self.items.append(item)

    def get(self):
        wait_until(self.items)
        return self.items.pop(0)


class Stack:
    """What a stack is like."""

    def __init__(self) -> None:
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.items.pop() if self.items else None


class Counter:
    """What a counter is like."""

    def __init__(self) -> None:
        self.n = 0

    def add(self):
        self.n += 1
        return self.n


RING = """
class Queue:
    def __init__(self, size):
        self.items = Array("i", size + 1, lock=False)
        self.first, self.last = RawValue("i", 0), RawValue("i", 0)

    def put(self, item):
        last = self.last.value
        after = (last + 1) % len(self.items)
        while after == self.first.value:
            pass
        self.items[last] = item
        self.last.value = after

    def get(self):
        first = self.first.value
        while first == self.last.value:
            pass
        item = self.items[first]
        self.first.value = (first + 1) % len(self.items)
        return item
"""
BUFFER = """
class Queue:
    def __init__(self, size):
        self.items, self.first, self.last = Array("i", size), Value("i", 0), Value("i", 0)
        self.mutex, self.room, self.filled = Lock(), Semaphore(size), Semaphore(0)

    def put(self, item):
        self.room.acquire()
        with self.mutex:
            self.items[self.last.value] = item
            self.last.value = (self.last.value + 1) % len(self.items)
        self.filled.release()

    def get(self):
        self.filled.acquire()
        with self.mutex:
            item = self.items[self.first.value]
            self.first.value = (self.first.value + 1) % len(self.items)
        self.room.release()
        return item
"""
STACK = """
class Stack:
    def __init__(self):
        self.items, self.top, self.mutex = Array("i", 3), Value("i", 0), Lock()

    def push(self, item):
        with self.mutex:
            self.items[self.top.value] = item
            self.top.value += 1

    def pop(self):
        with self.mutex:
            if self.top.value == 0:
                return None
            self.top.value -= 1
            return self.items[self.top.value]
"""
COUNTER = """
class Counter:
    def __init__(self):
        self.n = Value("i", 0)

    def add(self):
        with self.n.get_lock():
            self.n.value += 1
            return self.n.value
"""


def unlocked(text: str) -> str:
    return text.replace("with self.mutex:", "if True:").replace("with self.n.get_lock():", "if True:")


LATE = COUNTER.replace("            return", "        return")  # reads the number when others may have added
PUTS, GETS = ["put(1); put(2)", "get()", "get()"], ["put(1); put(2); put(3)", "get(); get(); get()"]
CALLS = ["push(1); pop()", "push(2)", "pop()"]
OBJECTS = [
    Shared("Buffer of semaphores", "Dijkstra 1965", BUFFER, (2,), PUTS, Queue, True),
    Shared("Buffer of semaphores, without its mutex", "Downey 2016, 4.1", unlocked(BUFFER), (2,), PUTS, Queue, False),
    Shared("Ring of one producer and one consumer", "Lamport 1977", RING, (1,), GETS, Queue, True),
    Shared("Ring of one producer, two consumers", "Lamport 1977", RING, (2,), PUTS, Queue, False),
    Shared("Stack with a lock", "Herlihy and Wing 1990", STACK, (), CALLS, Stack, True),
    Shared("Stack without its lock", "Treiber 1986", unlocked(STACK), (), CALLS, Stack, False),
    Shared("Counter with a lock", "Herlihy and Shavit 2008", COUNTER, (), ["add(); add()", "add()"], Counter, True),
    Shared(
        "Counter, read after its lock", "Herlihy and Shavit 2008", LATE, (), ["add(); add()", "add()"], Counter, False
    ),
]
