"""Attacks on the verdict: frames forged and malformed, values that explode, objects that lie, patched libraries."""

from tests.attacks.attack import Attack, hanging

# Finds the socket on which answers go back, and writes to it past everything that would encode a value.
_FRAMES = """
import os, stat, struct, time, msgpack
from lockstep.student.data import encode
def endpoint():
    return next(n for n in range(3, 256) if _socket(n))
def _socket(number):
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False
def send(body, length=None):
    data = struct.pack(">I", len(body) if length is None else length) + body
    while data:
        data = data[os.write(endpoint(), data):]
"""


def _frame(name: str, body: str, verdict: str, **more) -> Attack:
    return Attack("frames", name, f"{_FRAMES}\ndef attack(host):\n    {body}\n    time.sleep(60)\n", verdict, **more)


def _value(kind: str, name: str, body: str, verdict: str) -> Attack:
    return Attack(kind, name, f"def attack(host):\n    {body}\n", verdict)


_NOT_DATA = "not data that a check can read"

FORGERIES = (
    _frame("that says it is four gigabytes long", 'send(b"", 0xFFFFFFFF)', _NOT_DATA),
    _frame("of random bytes", "send(os.urandom(1000))", "came back"),
    _frame("of no bytes at all", 'send(b"")', _NOT_DATA),
    hanging("frames", "that ends half-way", f"{_FRAMES}\ndef attack(host):\n    send(b'x', 100)\n    time.sleep(60)\n"),
    _frame("with another kind of answer", 'send(encode({"verdict": "passed", "score": 100}))', "is not an answer"),
    _frame("that is no dict", "send(encode([1, 2, 3]))", "is not an answer"),
    _frame("with a pickle in an unknown extension", 'send(msgpack.packb(msgpack.ExtType(99, b"cos\\n")))', _NOT_DATA),
    _frame("with a map outside the format", 'send(msgpack.packb({"value": "held"}))', _NOT_DATA),
    _frame(
        "with an array of a trillion numbers",
        'send(msgpack.packb(msgpack.ExtType(7, msgpack.packb(["<f8", [10**12], b""]))))',
        _NOT_DATA,
    ),
    _frame(
        "with an array of objects",
        'send(msgpack.packb(msgpack.ExtType(7, msgpack.packb(["|O", [1], b"12345678"]))))',
        _NOT_DATA,
    ),
    _frame(
        "with an array of a billion rows that are empty",
        'send(msgpack.packb(msgpack.ExtType(7, msgpack.packb(["<f8", [10**9, 0], b""]))))',
        _NOT_DATA,
    ),
    _frame(
        "with exact numbers that are a thousand times as long as their text",
        'send(msgpack.packb([msgpack.ExtType(11, b"1E+999")] * 1_900_000))',
        _NOT_DATA,
    ),
    _frame(
        "with a reference to code",
        'send(msgpack.packb(msgpack.ExtType(9, msgpack.packb(["student", "attack", None]))))',
        _NOT_DATA,
    ),
    _frame("of types that are no text", 'send(encode({"raised": {"types": 3, "message": 4}}))', "is not an answer"),
    _frame(
        "that forges another exception",
        'send(encode({"raised": {"types": ("CheckPassed",), "message": "held", "traceback": ""}}))',
        "raised CheckPassed",
    ),
    Attack(
        "frames",
        "sent without end",
        f"{_FRAMES}\ndef attack(host):\n    while True:\n        send(encode({{'value': 'forged'}}))\n",
        "'forged'",
    ),
    Attack(
        "frames",
        "never read",
        f"{_FRAMES}\ndef attack(host):\n    time.sleep(60)\n",
        "did not come back",
        limit=2.0,
    ),
    Attack(
        "frames",
        "about what is left behind",
        """
        import os, time
        from lockstep.student.inside import calls
        def attack(host):
            calls._tidy = lambda *given: {"value": ["nothing"]}
            if os.fork() == 0:
                time.sleep(60)
            return "held"
        """,
        "still running",
    ),
    Attack(
        "frames",
        "asked for by a patched sender",
        """
        import lockstep.student.sockets as frames
        def attack(host):
            frames.FrameSocket.send = lambda self, value: self.socket.sendall(b"\\xff" * 20_000_000)
            return "held"
        """,
        _NOT_DATA,
    ),
    _frame("that is a bomb of lists", 'send(b"\\xdc\\xff\\xff" * 200_000)', _NOT_DATA),
    _frame("that is a bomb of depth", 'send(b"\\x91" * 1_000_000 + b"\\xc0")', _NOT_DATA),
    _frame(
        "that is a bomb of equal hashes",
        "alike = [msgpack.ExtType(1, (k * (2**61 - 1)).to_bytes(12, 'big')) for k in range(100_000)]\n"
        "    send(msgpack.packb(msgpack.ExtType(4, msgpack.packb(alike))))",
        _NOT_DATA,
    ),
    _value(
        "bombs",
        "nested a hundred thousand deep",
        "a = []\n    for _ in range(100_000): a = [a]\n    return a",
        "nested",
    ),
    _value("bombs", "that contains itself", "a = []\n    a.append(a)\n    return a", "contains itself"),
    _value("bombs", "of seventy megabytes", 'return ["x" * 10**6] * 70', "cannot be checked"),
    _value("bombs", "a number of a million digits", "return 1 << 4_000_000", "cannot be checked"),
    _value("bombs", "text with half a character", 'return "\\ud800\\x1b[2J\\x00"', "it came back with"),
    _value("bombs", "a message of ten megabytes", 'raise ValueError("\\x1b" * 10_000_000)', "ValueError"),
    Attack(
        "patches",
        "builtins",
        """
        import builtins
        def attack(host):
            builtins.len = builtins.sum = lambda *given: 0
            builtins.isinstance = lambda *given: True
            builtins.AssertionError = ValueError
            return "wrong"
        """,
        "came back",
    ),
    Attack(
        "patches",
        "NumPy's comparisons",
        """
        import numpy, numpy.testing
        def attack(host):
            numpy.array_equal = numpy.allclose = numpy.testing.assert_array_equal = lambda *given, **more: True
            return numpy.array([1, 2, 3])
        """,
        "it came back with array([1, 2, 3])",
    ),
    Attack(
        "patches",
        "the checking package",
        """
        import lockstep.checks.check as checking
        import lockstep.checks.report as report
        def attack(host):
            checking.run_checks = checking.check_one = lambda *given: None
            report.Report.share = 1.0
            return "wrong"
        """,
        "'wrong'",
    ),
    Attack(
        "patches",
        "the way out",
        """
        import atexit, sys
        def attack(host):
            sys.displayhook = sys.excepthook = lambda *given: None
            atexit.register(lambda: print("passed"))
            sys.stdout = None
            return "wrong"
        """,
        "'wrong'",
    ),
    Attack(
        "lies",
        "equal to everything",
        """
        class Equal(str):
            def __eq__(self, other):
                return True
            def __hash__(self):
                return 0
        def attack(host):
            return Equal("wrong")
        """,
        "'wrong'",
    ),
    Attack(
        "lies",
        "a number equal to everything",
        """
        class Equal(int):
            def __eq__(self, other):
                return True
        def attack(host):
            return [Equal(7)]
        """,
        "[7]",
    ),
    Attack(
        "lies",
        "of another class",
        """
        class Liar:
            __class__ = str
            def __eq__(self, other):
                return True
            def __str__(self):
                return "held"
        def attack(host):
            return Liar()
        """,
        "came back",
    ),
    Attack(
        "lies",
        "an exception that cannot be shown",
        """
        class Broken(Exception):
            def __str__(self):
                raise SystemExit(0)
        def attack(host):
            raise Broken
        """,
        "came back",
    ),
    Attack(
        "lies",
        "a signature of its own",
        """
        class Callable:
            def __call__(self, *given):
                return True
            def __getattr__(self, name):
                return self
        attack = Callable()
        """,
        "not defined",
    ),
)
