"""What a process remembers while it rests, and where: each a trap for merging its local states."""

from __future__ import annotations

# Each is the body of `work(v, w)`; another process writes 1 and then 0 to `v` and 1 to `w` meanwhile.
TRAPS = {
    "a local list changes within the statement": "s = [1, 2]\nw.value = s.pop() + v.value",
    "a local dictionary changes within the statement": "d = {'x': 2}\nw.value = d.pop('x') + v.value",
    "a name is bound within the statement": "x = 0\nw.value = (x := v.value) + v.value * 2 + x",
    "the left operand waits on the stack": "w.value = v.value * 4 + v.value * 2 + v.value",
    "an outer frame holds what a call answered": """
class Reader:
    def __init__(self, v):
        self.v = v
    def read(self):
        return self.v.value
r = Reader(v)
w.value = r.read() * 2 + r.read()""",
    "an outer frame holds what was asked before the call": """
def twice(a):
    return a * 2 + v.value
w.value = v.value * 4 + twice(v.value)""",
    "a returned value waits for finally": """
def f():
    try:
        return v.value
    finally:
        w.value = 5
w.value = f() + 1""",
    "finally overrides what is returned": """
def f():
    try:
        return v.value
    finally:
        if v.value:
            return 7
w.value = f()""",
    "an exception is on its way through finally": """
try:
    try:
        raise KeyError(v.value)
    finally:
        w.value = 3
except KeyError as error:
    w.value = error.args[0] + 1""",
    "a break is on its way through finally": """
x = 0
for i in (1, 2):
    try:
        if v.value:
            break
        continue
    finally:
        w.value = 2
    x = 9
else:
    x = 4
w.value = x""",
    "a bare raise after an operation": """
try:
    try:
        raise KeyError(v.value)
    except KeyError:
        w.value = 2
        raise
except KeyError as error:
    w.value = error.args[0] + 3""",
    "a user hides state from pickle": """
class Hidden:
    def __getstate__(self):
        return {}
h = Hidden()
h.n = v.value
w.value = 2
w.value = h.n + 3""",
    "a user hides state from equality": """
class Equal:
    def __eq__(self, other):
        return True
    def __hash__(self):
        return 1
h = Equal()
h.n = v.value
w.value = 2
w.value = h.n + 3""",
    "a mutable default remembers": """
def f(x, seen=[]):
    seen.append(x)
    return sum(seen)
f(v.value)
w.value = 2
w.value = f(1) + 3""",
    "a cause remembers": """
try:
    try:
        raise KeyError(v.value)
    except KeyError as error:
        raise ValueError from error
except ValueError as error:
    kept = error
w.value = 2
w.value = kept.__cause__.args[0] + 3""",
    "an attribute of a class remembers": "class A: pass\nA.n = v.value\nw.value = 2\nw.value = A.n + 3",
    "an attribute of a function remembers": "def f(): pass\nf.n = v.value\nw.value = 2\nw.value = f.n + 3",
    "a cell remembers": """
def outer():
    n = v.value
    def inner():
        return n
    return inner
f = outer()
w.value = 2
w.value = f() + 3""",
    "a partial remembers": "f = partial(int, v.value)\nw.value = 2\nw.value = f() + 3",
    "an iterator remembers": "it = iter([3, 4, 5])\nif v.value: next(it)\nw.value = 2\nw.value = next(it)",
    "a generator remembers": """
def g():
    x = v.value
    yield 1
    yield x
it = g()
next(it)
w.value = 2
w.value = next(it) + 3""",
    "a cache remembers": """
@lru_cache(None)
def f():
    return v.value
f()
w.value = 2
w.value = f() + 3""",
    "random numbers remember": "random.seed(v.value)\nw.value = 2\nw.value = random.randrange(100)",
    "a module's global remembers": "global TOTAL\nTOTAL = v.value\nw.value = 2\nw.value = TOTAL + 3",
    "an Enum's attribute remembers": "Color.RED.seen = v.value\nw.value = 2\nw.value = Color.RED.seen + 3",
    "slots remember": "o = Slots()\no.n = v.value\nw.value = 2\nw.value = o.n + 3",
    "a learner's object is put away and read back": "p = Point(v.value)\nw.value = 2\nw.value = p.x + 3",
    "two names for one list": "s = [0]\nt = s if v.value else [0]\nw.value = 2\ns.append(1)\nw.value = len(t) + 3",
    "a comprehension asks": "w.value = sum([v.value * k for k in (1, 2, 4)])",
    "a generator expression asks": "w.value = 1 if all(v.value == k for k in (0, 1)) else 2",
    "a lambda asks": "w.value = sum(map(lambda k: v.value * k, (1, 2, 4)))",
    "a sort asks": "w.value = sorted((2, 1), key=lambda k: v.value * k)[0] + 3",
    "True is not 1": "x = v.value == 1\ny = v.value\nw.value = len(str(x)) if x else len(str(y))",
    "True and 1 in one place": "x = v.value or True\nw.value = 2\nw.value = len(str(x))",
    "with evaluates its second item inside the first": "with LOCK, section(v.value) as k:\n    w.value = k + 3",
    "an item of with fails after the first was entered": """
try:
    with LOCK, section(1 // v.value):
        w.value = 3
except ZeroDivisionError:
    w.value = LOCK.acquire(False) + 4""",
    "arguments come from a generator": "w.value = max(*(v.value + k for k in (0, 1)))",
    "a function gets its arguments from a generator": """
def f(*a):
    return v.value + sum(a)
w.value = f(*(v.value for _ in (1, 2)))""",
    "a chained comparison": "w.value = 5 if v.value <= v.value < v.value + 1 else 6",
    "an f-string": "w.value = len(f'{v.value or 10}{v.value or 100}')",
    "an augmented assignment in place": "s = [0]\ns[0] += v.value\ns += [v.value]\nw.value = s[0] * 2 + s[1]",
    "unpacking an iterator that asks": "x, *y = (v.value for _ in range(2))\nw.value = x * 2 + len(y)",
    "recursion": "def f(n):\n    return v.value + (f(n - 1) * 2 if n else 0)\nw.value = f(2)",
    "yield from": """
def inner():
    got = yield v.value
    return got + v.value
def outer():
    x = yield from inner()
    yield x
it = outer()
x = next(it)
w.value = x * 2 + it.send(3)""",
    "a generator is closed by an operation": """
def g():
    try:
        yield v.value
    finally:
        w.value = 4
it = g()
x = next(it)
it.close()
w.value = x + 5""",
    "an operator of a learner's class asks": """
class Plus:
    def __add__(self, other):
        return v.value + other
    def __bool__(self):
        return bool(v.value)
w.value = (Plus() + v.value) * 2 + (1 if Plus() else 0)""",
    "a property asks": """
class Now:
    @property
    def now(self):
        return v.value
w.value = Now().now * 2 + Now().now""",
    "a context manager asks when it leaves": """
class Leaving:
    def __enter__(self):
        return v.value
    def __exit__(self, kind, error, trace):
        w.value = 2
        return kind is KeyError
with Leaving() as k:
    raise KeyError
w.value = k + 3""",
    "match asks": """
match v.value:
    case 0:
        w.value = 2
    case n if v.value:
        w.value = n + 2
    case _:
        w.value = 4""",
    "a while loop counts": "n = 0\nwhile n < 2 and not v.value:\n    n += 1\nelse:\n    n += 5\nw.value = n",
    "an exception group": """
try:
    raise ExceptionGroup('both', [KeyError(v.value), ValueError(1)])
except* KeyError as group:
    w.value = group.exceptions[0].args[0] + 2
except* ValueError:
    w.value = v.value + 4""",
}
