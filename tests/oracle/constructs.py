"""Random statements and expressions for small programs, each of which counts the operations that it costs."""

from __future__ import annotations

import random

from .expressions import COMPOUND
from .operations import ASKED, SHARING


class Writer:
    """Writes a function's body. `left` is how many operations it may still cost, counted as often as a loop runs."""

    def __init__(self, chance: random.Random, objects: dict[str, str], left: int) -> None:
        self.chance, self.objects, self.left = chance, objects, left
        self.times = 1
        self.names = ["x", "y"]
        self.loops = 0
        self.depth = 0
        self.fresh = 0

    def named(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.objects.items() if kind in kinds]

    def pick(self, *kinds: str) -> str | None:
        names = self.named(*kinds)
        return self.chance.choice(names) if names else None

    def pay(self, operations: int) -> bool:
        if self.left < operations * self.times:
            return False
        self.left -= operations * self.times
        return True

    def new(self, prefix: str) -> str:
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    def value(self) -> str | None:
        """The name of a Value of numbers."""
        return self.pick("Value", "Value", "RawValue")

    # Expressions, all of them small numbers.

    def pure(self) -> str:
        return self.chance.choice([*self.names, "1", "2", "0", "len(s)", "s[-1]", 'd.get("k", 1)', "len(txt)", "True"])

    def number(self, depth: int = 2) -> str:
        roll = self.chance.random()
        if roll < 0.45 or depth == 0:
            return self.asked() or self.pure()
        if roll < 0.55:
            return self.pure()
        return self.chance.choice(COMPOUND)(self, depth - 1)

    def asked(self) -> str | None:
        """A number that one operation answers."""
        kinds = sorted(set(self.objects.values()))
        self.chance.shuffle(kinds)
        for kind in kinds:
            words = ASKED.get(kind)
            if words and self.pay(1):
                return self.chance.choice(words).format(self.pick(kind), p=self.pure())
        return None

    def condition(self) -> str:
        left, right = self.number(1), self.number(1)
        how = self.chance.randrange(7)
        if how == 0:
            return f"0 <= {left} < {right} + 2"
        if how == 1:
            return f"{left} and {right}"
        if how == 2:
            return f"not {left} or {right}"
        if how == 3:
            return f"({self.chance.choice(self.names)} := {left}) == {right}"
        return f"{left} {self.chance.choice(['==', '<', '!=', '>='])} {right}"

    # Statements: lists of lines.

    def block(self, statements: int) -> list[str]:
        lines: list[str] = []
        for _ in range(statements):
            lines += self.statement()
        return lines or ["pass"]

    def inner(self, statements: int = 1) -> list[str]:
        self.depth += 1
        lines = self.block(statements)
        self.depth -= 1
        return ["    " + line for line in lines]

    def statement(self) -> list[str]:
        pool = _SIMPLE if self.depth >= 2 or self.chance.random() < 0.6 else _NESTED
        return self.chance.choice(pool)(self)


_NUMBERS = ("Value", "RawValue")


def _assign(w: Writer) -> list[str]:
    return [f"{w.chance.choice(w.names)} = {w.number()}"]


def _augmented(w: Writer) -> list[str]:
    return [f"{w.chance.choice(w.names)} {w.chance.choice(['+=', '-=', '+=', '^=', '|='])} {w.number()}"]


def _containers(w: Writer) -> list[str]:
    words = [
        "s.append({})",
        "s[0] += {}",
        'd["k"] = {}',
        "s.extend([{}, 1])",
        'd["j"] = d.get("j", 0) + {}',
        "txt += str({})",
        "s.insert(0, {})",
        "s += [{}]",
        "x, *rest = {}, *s",
        "(x, y) = s[-1], {}",
        "t.append({})",
        "s = [*s, {}]",
        "d.update(m={})",
        "d = {{**d, 'k': {}}}",
        "x = y = {}",
        "s[len(s) // 2:] = [{}, 2]",
        "d.setdefault('q', []).append({})",
        "o.n = {}",
        "h.n = {}",
        "txt = (lambda k: f'{{txt}}{{k}}')({})",
        "LOG.append({})",
        "STATE['n'] += {}",
        "Color.RED.seen = {}",
        "remember.calls = {}",
        "point = Point({}); x = point.flip() + point.y",
        "z: int = {}; x = z",
        "del s[:1]; x = {}",
    ]
    return [w.chance.choice(words).format(w.number())]


def _recall(w: Writer) -> list[str]:
    """Reads back what a process could remember where nobody looks for it."""
    words = [
        "x = len(LOG) + sum(LOG)",
        "x += STATE['n']",
        "y = getattr(Color.RED, 'seen', 0)",
        "y = getattr(remember, 'calls', 1)",
        "x = getattr(h, 'n', 2)",
        "x = getattr(o, 'n', 3)",
        "y = Box.total",
        "x = sum(t)",
        "y = len(d)",
        "x = len(txt)",
        "x = sum(remember.__defaults__[0])",
        "y = Loud.total",
        "random.seed(x); y = random.randrange(4)",
        "random.seed(y); x = [1, 2, 3]; random.shuffle(x); x = x[0]",
    ]
    return [w.chance.choice(words)]


def _share(w: Writer) -> list[str]:
    """A statement that changes a shared object."""
    kinds = sorted(set(w.objects.values()))
    w.chance.shuffle(kinds)
    for kind in kinds:
        if kind not in SHARING:
            continue
        cost, text = w.chance.choice(SHARING[kind])
        if w.pay(cost):
            return text.format(w.pick(kind), n=w.number(1), p=w.pure()).split("\n")
    return _assign(w)


def _if(w: Writer) -> list[str]:
    lines = [f"if {w.condition()}:", *w.inner()]
    if w.chance.random() < 0.3:
        lines += [f"elif {w.condition()}:", *w.inner()]
    if w.chance.random() < 0.5:
        lines += ["else:", *w.inner()]
    return lines


def _looped(w: Writer, head: str, first: list[str]) -> list[str]:
    """A loop of two rounds."""
    w.times *= 2
    w.loops += 1
    lines = [head, *first, *w.inner()]
    how = w.chance.random()
    if how < 0.25:
        lines += [f"    if {w.condition()}:", "        break"]
    elif how < 0.5:
        lines += [f"    if {w.condition()}:", "        continue", *w.inner()]
    w.times //= 2
    w.loops -= 1
    if w.chance.random() < 0.4:
        lines += ["else:", *w.inner()]
    return lines


def _for(w: Writer) -> list[str]:
    i = w.new("i")
    over = w.chance.choice(
        ["range(2)", "(1, 2)", "'ab'", "enumerate(s[:2])", "[3, x]", "{1: 2, 3: 4}", "zip(s, (1, 2))"]
    )
    v = w.value()
    if v and w.chance.random() < 0.25 and w.pay(2):
        over = w.chance.choice([f"gen({v}, 2)", f"({v}.value for _ in range(2))", f"[{v}.value, {v}.value]"])
    use = [] if "enum" in over or "zip" in over or "'ab'" in over else [f"    x += {i}"]
    return _looped(w, f"for {i} in {over}:", use)


def _while(w: Writer) -> list[str]:
    n = w.new("n")
    if w.chance.random() < 0.3 and w.left >= 3:
        w.left -= 3
        condition = f"{n} and {w.value() or n}" + (".value < 50" if w.value() and w.named(*_NUMBERS) else "")
        condition = f"{n} and ({w.chance.choice(w.named(*_NUMBERS))}.value < 50)" if w.named(*_NUMBERS) else n
        return [f"{n} = 2", *_looped(w, f"while {condition}:", [f"    {n} -= 1"])]
    return [f"{n} = 2", *_looped(w, f"while {n}:", [f"    {n} -= 1"])]


def _raise(w: Writer) -> list[str]:
    return [
        w.chance.choice(
            ["raise KeyError({})", "raise ValueError({}, 1)", "x = 1 // ({} % 2)", "assert {}, 'no'", "s[9] = {}"]
        ).format(w.number(1))
    ]


def _try(w: Writer) -> list[str]:
    lines = ["try:", *w.inner()]
    if w.chance.random() < 0.6:
        w.depth += 1
        lines += ["    " + line for line in _raise(w)]
        w.depth -= 1
    elif w.loops and w.chance.random() < 0.5:
        lines += [f"    if {w.condition()}:", f"        {w.chance.choice(['break', 'continue'])}"]
    how = w.chance.random()
    if how < 0.75:
        kind = w.chance.choice(["KeyError", "ValueError", "(KeyError, IndexError)", "Exception", "ArithmeticError"])
        lines += [f"except {kind} as error:", "    x += len(error.args)", *w.inner()]
        if w.chance.random() < 0.2:
            lines += ["    raise"]
        elif w.chance.random() < 0.2:
            lines += ["    raise RuntimeError from error"]
        if w.chance.random() < 0.3:
            lines += ["else:", *w.inner()]
    if how > 0.5:
        lines += ["finally:", *w.inner()]
        if w.loops and w.chance.random() < 0.2:
            lines += [f"    {'break'}"]
    return lines


def _with(w: Writer) -> list[str]:
    name = w.pick("Lock", "RLock", "Semaphore", "Bounded", "Condition")
    v = w.value()
    heads = []
    if name and w.pay(2):
        heads.append(name)
        if w.chance.random() < 0.15:
            other = w.pick("RLock", "Lock", "Semaphore")
            if other and other != name and w.pay(2):
                heads.append(other)
    if v and w.chance.random() < 0.5 and w.pay(1):
        heads.append(f"section({v}.value) as k")
    if v and w.chance.random() < 0.2 and w.pay(2):
        heads.append(f"Box({v}) as k")
    if v and w.chance.random() < 0.15 and w.pay(2):
        heads.append(f"guarded({v}) as k")
    if w.chance.random() < 0.2:
        heads.append("inside('s')")
    if not heads:
        return _assign(w)
    head = f"with {', '.join(heads)}:" if w.chance.random() < 0.7 or len(heads) < 2 else f"with ({', '.join(heads)}):"
    body = w.inner(w.chance.choice([1, 1, 2]))
    if "as k" in head:
        body += ["    x += k"]
    if w.chance.random() < 0.15:
        w.depth += 1
        body += ["    " + line for line in _raise(w)]
        w.depth -= 1
    return [head, *body]


def _match(w: Writer) -> list[str]:
    return [
        f"match {w.number()}:",
        "    case 0 | 1:",
        *("    " + line for line in w.inner()),
        "    case int(n) if n > 2:",
        *("    " + line for line in w.inner()),
        "    case _:",
        "        x += 1",
    ]


def _closure(w: Writer) -> list[str]:
    v = w.value()
    if not v or not w.pay(2):
        return _assign(w)
    how = w.chance.randrange(4)
    if how == 0:
        b = w.new("c")
        return [f"{b} = counter({v})", f"x += {b}() + {b}(2)"]
    if how == 1:
        f = w.new("f")
        return [
            f"def {f}(k={w.pure()}):",
            "    nonlocal x",
            f"    x = {v}.value + k",
            "    return x",
            f"y = {f}() + {f}(k=2)",
        ]
    if how == 2:
        it = w.new("it")
        return [f"{it} = gen({v}, 2)", f"x = next({it})", f"y = s.pop() + next({it}, 0)"]
    fs = w.new("fs")
    return [f"{fs} = [lambda k=k: {v}.value + k for k in range(2)]", f"x = {fs}[0]()", f"y = s.pop() + {fs}[1]()"]


def _method(w: Writer) -> list[str]:
    v = w.value()
    if not v or not w.pay(2):
        return _assign(w)
    b = w.new("b")
    return [
        f"{b} = {w.chance.choice(['Box', 'Loud'])}({v})",
        w.chance.choice(
            [f"x = {b}.read() + {b}.read()", f"{b}.add(x)", f"x += {b}.now; y = len({b}.seen)", f"x = {b} + {b}.now"]
        ),
    ]


def _global(w: Writer) -> list[str]:
    return [f"TOTAL += {w.number(1)}"] if w.chance.random() < 0.7 else ["x = TOTAL"]


def _again(w: Writer) -> list[str]:
    v = w.value()
    if not v or not w.pay(3):
        return _assign(w)
    return ["try:", f"    again({v})", "except KeyError as error:", "    y = error.args[0]"]


def _waits_for(w: Writer) -> list[str]:
    condition, v = w.pick("Condition"), w.value()
    if not condition or not v or not w.pay(4):
        return _share(w)
    return w.chance.choice(
        [
            [f"with {condition}:", f"    {condition}.wait_for(lambda: {v}.value)"],
            [f"with {condition}:", f"    x = {condition}.wait_for(lambda: {v}.value > 1, timeout=1)"],
            [f"with {condition}:", f"    while {v}.value == 0:", f"        {condition}.wait()"],
            [f"with {condition}:", f"    if not {v}.value:", f"        {condition}.wait()", "    x += 1"],
            [f"with {condition}:", f"    {v}.value = 1", f"    {condition}.notify()"],
            [f"with {condition}:", f"    {v}.value += 1", f"    {condition}.notify_all()"],
        ]
    )


def _return(w: Writer) -> list[str]:
    return [f"if {w.condition()}:", f"    return {w.number(1)}"]


_SIMPLE = [
    _assign,
    _augmented,
    _containers,
    _containers,
    _containers,
    _recall,
    *[_share] * 12,
    _global,
    *[_waits_for] * 2,
    _closure,
    _method,
]
_NESTED = [
    _if,
    _if,
    _for,
    _for,
    _while,
    _try,
    _try,
    _try,
    _with,
    _with,
    _with,
    _match,
    _closure,
    _method,
    _again,
    _return,
    lambda w: ["time.sleep(1)"],
    _waits_for,
]
