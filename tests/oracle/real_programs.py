"""Small fixed programs that run on real processes as well as in `explore`.

Each has `main(a, b)`: `a` and `b` are delays in seconds that bring real processes into one order or the other; no
result depends on them. `run` starts the processes given and joins them all.
"""

from __future__ import annotations

from .real_messages import MESSAGES

PRELUDE = """import multiprocessing as mp
import sys
import time
from queue import Empty, Full

def run(*processes):
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return tuple(process.exitcode for process in processes)

def both(work, a, b, *shared):
    return run(*(mp.Process(target=work, args=(*shared, delay)) for delay in (a, b)))

"""


def _value(kind: str, *body: str, finish: str = "v.value") -> str:
    """A program of two equal processes that share one object `v` and a lock."""
    lines = "".join(f"    {line}\n" for line in body)
    return (
        f"def work(v, lock, delay):\n    time.sleep(delay)\n{lines}"
        f"def main(a, b):\n    v, lock = {kind}, mp.Lock()\n"
        f"    codes = both(work, a, b, v, lock)\n    return codes, {finish}\n"
    )


_INT = 'mp.Value("i", 0)'

OBJECTS: dict[str, str] = {
    # Values and arrays.
    "an unlocked increment": _value(_INT, "v.value += 1"),
    "two unlocked increments": _value(_INT, "v.value += 1", "v.value += 1"),
    "an increment under a lock": _value(_INT, "with lock:", "    v.value += 1"),
    "an increment under the value's own lock": _value(_INT, "with v.get_lock():", "    v.value += 1"),
    "a value as its own context": _value(_INT, "with v:", "    v.value += 1"),
    "check, then act": _value(_INT, "if v.value == 0:", "    v.value += 1"),
    "a test of what another has written": _value(_INT, "v.value = v.value + 2", "sys.exit(v.value)"),
    "a value that wraps round": _value('mp.Value("b", 127)', "with lock:", "    v.value += 1"),
    "doubles": _value('mp.Value("d", 0.5)', "v.value *= 2"),
    "a value without a lock": _value('mp.Value("i", 0, lock=False)', "v.value += 1"),
    "a raw value": _value('mp.RawValue("i", 0)', "with lock:", "    v.value += 2"),
    "text is no number": _value(_INT, "try:", "    v.value = 'a'", "except TypeError:", "    v.value = 7"),
    "elements of an array": _value('mp.Array("i", 2)', "v[0] += 1", "v[1] = v[0]", finish="v[:]"),
    "a slice of an array at once": _value('mp.Array("i", 2)', "v[:] = [v[1] + 1, v[0] + 1]", finish="tuple(v)"),
    "an index out of range": _value('mp.Array("i", 2)', "v[0] += 1", "v[2] = 1", finish="v[:]"),
    "a sum over an array": _value('mp.Array("i", [1, 2])', "v[0] = sum(v)", finish="v[:]"),
    "a raw array": _value('mp.RawArray("i", [3, 4])', "v[-1] += len(v)", finish="v[:]"),
    "a value that two locks guard": _value(_INT, "with lock, v.get_lock():", "    v.value += 1"),
    "an own lock that is not reentrant": """
def work(v):
    with v.get_lock():
        v.value += 1
def main(a, b):
    v = mp.Value("i", 0, lock=mp.Lock())
    return run(mp.Process(target=work, args=(v,)))
""",
    # Locks.
    "a lock is released by another": _value(
        _INT, "if lock.acquire(timeout=0.3):", "    v.value += 1", "else:", "    lock.release()"
    ),
    "a lock is released twice": _value(_INT, "try:", "    lock.release()", "except ValueError:", "    v.value += 1"),
    "a lock that is tried": _value(_INT, "if lock.acquire(False):", "    v.value += 1", "    lock.release()"),
    "a lock that is kept": _value(_INT, "sys.exit(lock.acquire(block=False))"),
    "an rlock is taken twice": _value("mp.RLock()", "with v:", "    with v:", "        pass", finish="0"),
    "an rlock of another": _value(
        "mp.RLock()", "try:", "    v.release()", "except AssertionError:", "    sys.exit(3)", finish="0"
    ),
    "a semaphore of two": _value("mp.Semaphore(2)", "v.acquire()", "sys.exit(v.get_value())", finish="v.get_value()"),
    "a semaphore grows": _value("mp.Semaphore(0)", "v.release()", finish="v.get_value()"),
    "a semaphore that is tried": _value("mp.Semaphore(1)", "sys.exit(v.acquire(timeout=0))", finish="v.get_value()"),
    "a bounded semaphore": _value(
        "mp.BoundedSemaphore(1)",
        "try:",
        "    v.release()",
        "except ValueError:",
        "    sys.exit(2)",
        finish="v.get_value()",
    ),
    "two locks in opposite order": """
def work(first, second, delay):
    time.sleep(delay)
    with first:
        with second:
            pass
def main(a, b):
    one, two = mp.Lock(), mp.Lock()
    return run(mp.Process(target=work, args=(one, two, a)), mp.Process(target=work, args=(two, one, b)))
""",
    "two locks in one order": """
def work(first, second, delay):
    time.sleep(delay)
    with first, second:
        pass
def main(a, b):
    one, two = mp.Lock(), mp.Lock()
    return run(mp.Process(target=work, args=(one, two, a)), mp.Process(target=work, args=(one, two, b)))
""",
    "a child dies with a lock": """
def work(lock):
    lock.acquire()
    raise KeyError
def main(a, b):
    lock = mp.Lock()
    return run(mp.Process(target=work, args=(lock,))), lock.acquire(timeout=0.2)
""",
    # Conditions and events.
    "wait and notify with a flag": """
def waits(c, v, delay):
    time.sleep(delay)
    with c:
        while v.value == 0:
            c.wait()
    sys.exit(v.value)
def wakes(c, v, delay):
    time.sleep(delay)
    with c:
        v.value = 5
        c.notify()
def main(a, b):
    c, v = mp.Condition(), mp.Value("i", 0)
    return run(mp.Process(target=waits, args=(c, v, a)), mp.Process(target=wakes, args=(c, v, b)))
""",
    "wait without a flag loses the notification": """
def waits(c, delay):
    time.sleep(delay)
    with c:
        c.wait()
def wakes(c, delay):
    time.sleep(delay)
    with c:
        c.notify_all()
def main(a, b):
    c = mp.Condition()
    return run(mp.Process(target=waits, args=(c, a)), mp.Process(target=wakes, args=(c, b)))
""",
    "wait_for with a time limit": """
def waits(c, v, delay):
    time.sleep(delay)
    with c:
        sys.exit(int(c.wait_for(lambda: v.value, timeout=0.1)) + 1)
def wakes(c, v, delay):
    time.sleep(delay)
    with c:
        v.value = 5
        c.notify()
def main(a, b):
    c, v = mp.Condition(mp.Lock()), mp.Value("i", 0)
    return run(mp.Process(target=waits, args=(c, v, a)), mp.Process(target=wakes, args=(c, v, b)))
""",
    "wait with a time limit": _value("mp.Condition()", "with v:", "    sys.exit(v.wait(0.05))", finish="0"),
    "notify one of two with time limits": """
def waits(c, delay):
    with c:
        sys.exit(c.wait(0.2) + 1)
def wakes(c, delay):
    time.sleep(delay)
    with c:
        c.notify()
def main(a, b):
    c = mp.Condition()
    ps = [mp.Process(target=waits, args=(c, a)) for _ in range(2)] + [mp.Process(target=wakes, args=(c, b))]
    return run(*ps)
""",
    "wait without the lock": _value(
        "mp.Condition()", "try:", "    v.wait()", "except AssertionError:", "    sys.exit(4)", finish="0"
    ),
    "notify without the lock": _value(
        "mp.Condition()", "try:", "    v.notify()", "except AssertionError:", "    sys.exit(4)", finish="0"
    ),
    "an event is waited for": """
def work(e, v, delay):
    e.wait()
    sys.exit(v.value)
def main(a, b):
    e, v = mp.Event(), mp.Value("i", 0)
    ps = [mp.Process(target=work, args=(e, v, d)) for d in (a, b)]
    for p in ps:
        p.start()
    time.sleep(a)
    v.value = 1
    e.set()
    v.value = 2
    for p in ps:
        p.join()
    return tuple(p.exitcode for p in ps), e.is_set()
""",
    "an event with a time limit": """
def work(e, delay):
    sys.exit(e.wait(0.05) + e.is_set())
def main(a, b):
    e = mp.Event()
    p = mp.Process(target=work, args=(e, a))
    p.start()
    time.sleep(b)
    e.set()
    p.join()
    return p.exitcode
""",
    "an event that is set and cleared at once": """
def work(e, delay):
    time.sleep(delay)
    sys.exit(e.wait() + 1)
def main(a, b):
    e = mp.Event()
    p = mp.Process(target=work, args=(e, a))
    p.start()
    time.sleep(b)
    e.set()
    e.clear()
    p.join()
    return p.exitcode
""",
    "an event that nobody sets": _value("mp.Event()", "v.wait()", finish="0"),
    # Barriers.
    "a barrier": _value("mp.Barrier(2)", "sys.exit(v.wait())", finish="v.n_waiting"),
    "a barrier twice": _value("mp.Barrier(2)", "sys.exit(v.wait() + 2 * v.wait())", finish="v.broken"),
    "a barrier of three for two": _value("mp.Barrier(3)", "v.wait()", finish="0"),
    "a barrier with a time limit": _value(
        "mp.Barrier(3)", "try:", "    v.wait(0.1)", "except RuntimeError:", "    sys.exit(5)", finish="v.broken"
    ),
    "a barrier that one aborts": _value(
        "mp.Barrier(2)",
        "try:",
        "    if lock.acquire(False):",
        "        v.abort()",
        "    else:",
        "        v.wait()",
        "except RuntimeError:",
        "    sys.exit(5)",
        finish="v.broken",
    ),
    "a barrier between phases": """
def work(v, w, b, i, delay):
    time.sleep(delay)
    v[i] = i + 1
    b.wait()
    w[i] = sum(v[:])
def main(a, b):
    v, w, barrier = mp.Array("i", 2), mp.Array("i", 2), mp.Barrier(2)
    run(*(mp.Process(target=work, args=(v, w, barrier, i, d)) for i, d in enumerate((a, b))))
    return w[:]
""",
    "a race that sleeping seems to mend": _value(_INT, "x = v.value", "time.sleep(0.01)", "v.value = x + 1"),
}

PROGRAMS = OBJECTS | MESSAGES
