"""Textbook programs and their well-known mistakes, as text, each with where it is from and what is known of it."""

# ruff: noqa: E501 - a table, a program a line
from __future__ import annotations

from textwrap import dedent, indent
from typing import NamedTuple

RIGHT, CRASH, DEADLOCK, LIVELOCK, CROWD, WRONG = "right", "crash", "deadlock", "livelock", "two inside", "wrong result"


class Textbook(NamedTuple):
    """`verdict`: the first of its mistakes; `result`: what main should return; `inside`: how many may be in a section."""

    name: str
    source: str
    text: str
    verdict: str
    result: object = None
    inside: int = 1


def program(shared: str, *workers: str, result: str = "None", helpers: str = "") -> str:
    """Main makes what is shared, a name a statement; each worker is the body of a process that has all of it."""
    names = [statement.partition("=")[0].strip() for statement in shared.split(";")]
    parts = [dedent(helpers)]
    for number, body in enumerate(workers):
        parts.append(f"def work{number}({', '.join(names)}):\n{indent(dedent(body).strip(), '    ')}")
    makes = "\n".join(f"    {statement.strip()}" for statement in shared.split(";"))
    starts = ", ".join(f"Process(target=work{number}, args=({', '.join(names)},))" for number in range(len(workers)))
    end = f"    ps = [{starts}]\n    for p in ps: p.start()\n    for p in ps: p.join()\n    return {result}"
    return "\n".join([*parts, "def main():", makes, end])


def inside(body: str) -> str:
    return f"with inside('section'):\n{indent(dedent(body).strip(), '    ')}"


N = "n = Value('i', 0)"
ADD = "n.value += 1"
FLAGS = "a = Value('i', 0, lock=False); b = Value('i', 0, lock=False); turn = Value('i', 0, lock=False)"
IN = "with inside('section'): turn.value = turn.value"
BALANCE = "n = Value('i', 100)"
TAKE = "if n.value >= 100:\n    n.value -= 100\n    paid.value += 1"
PC = "items = Semaphore(0); mutex = Lock(); n = Value('i', 0, lock=False)"
MONITOR = "changed = Condition(); n = Value('i', 0, lock=False)"


def put(wait: str, notify: str) -> str:
    return f"with changed:\n    {wait} n.value == 1: changed.wait()\n    n.value += 1\n    assert n.value == 1\n    changed.{notify}"


def get(wait: str, notify: str) -> str:
    return f"with changed:\n    {wait} n.value == 0: changed.wait()\n    n.value -= 1\n    assert n.value == 0\n    changed.{notify}"


def monitor(wait: str, notify: str) -> str:
    return program(MONITOR, *[put(wait, notify)] * 2, *[get(wait, notify)] * 2, result="n.value")


BARRIER = "n = Value('i', 0, lock=False); mutex = Lock(); gate = Semaphore(0)"
COME = "with mutex:\n    n.value += 1\n    if n.value == 3: gate.release()\n"
TWICE = "n = Value('i', 0, lock=False); mutex = Lock(); gate = Semaphore(0); gate2 = Semaphore(1)"
ROUND = """
for _ in range(2):
    with mutex:
        n.value += 1
        if n.value == 2:
            gate2.acquire()
            gate.release()
    gate.acquire()
    gate.release()
    with inside('section'): pass
    with mutex:
        n.value -= 1
        if n.value == 0:
            gate.acquire()
            gate2.release()
    gate2.acquire()
    gate2.release()
"""
LOOSE = """
for _ in range(2):
    with mutex: n.value += 1
    if n.value == 2: gate.release()
    gate.acquire()
    gate.release()
    with mutex: n.value -= 1
    if n.value == 0: gate.acquire()
"""
SENSE = """
for sense in (1, 0):
    with mutex:
        n.value += 1
        last = n.value == 2
        if last: n.value = 0
    if last: gate.value = sense
    while gate.value != sense: pass
"""
FORKS = "a = Lock(); b = Lock(); c = Lock()"


def eat(left: str, right: str) -> str:
    return f"with {left}:\n    with {right}: pass"


TANENBAUM = """
THINKING, HUNGRY, EATING = 0, 1, 2
def test(i, state, free):
    if state[i] == HUNGRY and state[i - 1] != EATING and state[(i + 1) % 3] != EATING:
        state[i] = EATING
        free[i].release()
def dine(i, state, mutex, free):
    with mutex:
        state[i] = HUNGRY
        test(i, state, free)
    free[i].acquire()
    with inside('section'): pass
    with mutex:
        state[i] = THINKING
        test((i - 1) % 3, state, free)
        test((i + 1) % 3, state, free)
"""
ACCOUNTS = "a = Value('i', 50); b = Value('i', 50)"


def transfer(first: str, second: str, source: str, target: str) -> str:
    return f"with {first}.get_lock():\n    with {second}.get_lock():\n        {source}.value -= 10\n        {target}.value += 10"


def peterson(mine: str, other: str, me: int, give: int, order: str = "flag first") -> str:
    steps = [f"{mine}.value = 1", f"turn.value = {give}"]
    steps = steps if order == "flag first" else steps[::-1]
    return "\n".join([*steps, f"while {other}.value and turn.value == {1 - me}: pass", IN, f"{mine}.value = 0"])


def hyman(mine: str, other: str, me: int) -> str:
    return f"{mine}.value = 1\nwhile turn.value != {me}:\n    while {other}.value: pass\n    turn.value = {me}\n{IN}\n{mine}.value = 0"


def burns(mine: str, other: str, me: int) -> str:
    if me == 0:
        return f"{mine}.value = 1\nwhile {other}.value: pass\n{IN}\n{mine}.value = 0"
    return f"while True:\n    {mine}.value = 1\n    if not {other}.value: break\n    {mine}.value = 0\n    while {other}.value: pass\n{IN}\n{mine}.value = 0"


SMOKERS = "agent = Semaphore(1); tobacco = Semaphore(0); paper = Semaphore(0); matches = Semaphore(0)"
SAVAGES = "pot = Value('i', 0, lock=False); mutex = Lock(); empty = Semaphore(0); full = Semaphore(0)"
EATS = "with mutex:\n    if pot.value == 0:\n        empty.release()\n        full.acquire()\n        pot.value = 2\n    pot.value -= 1"
WATER = "o = Semaphore(0); h = Semaphore(0); barrier = Barrier(3); n = Value('i', 0, lock=False); mutex = Lock(); bonds = Value('i', 0)"
SWITCH = "n = Value('i', 0, lock=False); mutex = Lock(); room = Lock(); written = Value('i', 0, lock=False)"
READS = "with mutex:\n    n.value += 1\n    if n.value == 1: room.acquire()\nseen = written.value\nassert seen == written.value\nwith mutex:\n    n.value -= 1\n    if n.value == 0: room.release()"
WRITES = "with room:\n    with inside('section'): written.value += 1"
BARBER = "waiting = Value('i', 0, lock=False); mutex = Lock(); customers = Semaphore(0); chair = Semaphore(0); cut = Value('i', 0, lock=False)"
CUSTOMER = "with mutex: waiting.value += 1\ncustomers.release()\nchair.acquire()\ncut.value = cut.value"
CUTS = "for _ in range(2):\n    customers.acquire()\n    with mutex: waiting.value -= 1\n    cut.value += 1\n    chair.release()"
PIPES = "ends = Pipe(); other = Pipe()"

LBS = "Downey 2016, "
TEXTBOOK = [
    Textbook("Lost update", "Silberschatz et al. 2018, 6.1", program(N, ADD, ADD, result="n.value"), WRONG, 2),
    Textbook("Update with a lock", "Silberschatz et al. 2018, 6.5", program(N, *[f"with n.get_lock(): {ADD}"] * 2, result="n.value"), RIGHT, 2),
    Textbook("A lock for each", "own", program(N, *[f"with Lock(): {ADD}"] * 2, result="n.value"), WRONG, 2),
    Textbook("Check, then act", "Goetz et al. 2006, 2.2", program(f"{BALANCE}; paid = Value('i', 0)", TAKE, TAKE, result="paid.value"), WRONG, 1),
    Textbook("Check and act in one", "Goetz et al. 2006, 2.3", program(f"{BALANCE}; paid = Value('i', 0)", *[f"with n.get_lock():\n{indent(TAKE, '    ')}"] * 2, result="paid.value"), RIGHT, 1),
    Textbook("Signalling", LBS + "3.1", program("s = Semaphore(0); n = Value('i', 0, lock=False)", "n.value = 7\ns.release()", "s.acquire()\nassert n.value == 7"), RIGHT),
    Textbook("A flag raised too early", "own", program("ready = Value('i', 0, lock=False); n = Value('i', 0, lock=False)", "ready.value = 1\nn.value = 7", "if ready.value: assert n.value == 7"), CRASH),
    Textbook("A flag raised in time", "own", program("ready = Value('i', 0, lock=False); n = Value('i', 0, lock=False)", "n.value = 7\nready.value = 1", "if ready.value: assert n.value == 7"), RIGHT),
    Textbook("Rendezvous", LBS + "3.3", program("a = Semaphore(0); b = Semaphore(0)", "a.release()\nb.acquire()", "b.release()\na.acquire()"), RIGHT),
    Textbook("Rendezvous, both wait first", LBS + "3.3.2", program("a = Semaphore(0); b = Semaphore(0)", "b.acquire()\na.release()", "a.acquire()\nb.release()"), DEADLOCK),
    Textbook("Mutex", LBS + "3.4", program("s = Semaphore(1)", *["s.acquire()\n" + inside("s.get_value()") + "\ns.release()"] * 3), RIGHT),
    Textbook("Multiplex", LBS + "3.5", program("s = Semaphore(2)", *["s.acquire()\n" + inside("s.get_value()") + "\ns.release()"] * 3), RIGHT, None, 2),
    Textbook("A semaphore released twice", LBS + "3.4", program("s = Semaphore(1)", *["s.acquire()\n" + inside("s.get_value()") + "\ns.release()\ns.release()"] * 3), CROWD),
    Textbook("Barrier", LBS + "3.6.4", program(BARRIER, *[COME + "gate.acquire()\ngate.release()"] * 3), RIGHT),
    Textbook("Barrier, one is let through", LBS + "3.6.2", program(BARRIER, *[COME + "gate.acquire()"] * 3), DEADLOCK),
    Textbook("Barrier, waiting with the mutex", LBS + "3.6.5", program(BARRIER, *[COME + "    gate.acquire()\n    gate.release()"] * 3), DEADLOCK),
    Textbook("Reusable barrier", LBS + "3.7.5", program(TWICE, ROUND, ROUND), RIGHT, None, 2),
    Textbook("Reusable barrier, counting outside", LBS + "3.7.1", program(BARRIER, LOOSE, LOOSE), DEADLOCK),
    Textbook("Sense-reversing barrier", "Herlihy and Shavit 2008, 17.3", program("n = Value('i', 0, lock=False); mutex = Lock(); gate = Value('i', 0, lock=False)", SENSE, SENSE), RIGHT),
    Textbook("Dancers", LBS + "3.8", program("leaders = Semaphore(0); followers = Semaphore(0)", *["followers.release()\nleaders.acquire()"] * 2, *["leaders.release()\nfollowers.acquire()"] * 2), RIGHT),
    Textbook("Producer and consumer", LBS + "4.1.2", program(PC, *["with mutex: n.value += 1\nitems.release()"] * 2, *["items.acquire()\nwith mutex: n.value -= 1"] * 2, result="n.value"), RIGHT, 0),
    Textbook("Consumer waits with the mutex", LBS + "4.1.3", program(PC, *["with mutex: n.value += 1\nitems.release()"] * 2, *["with mutex:\n    items.acquire()\n    n.value -= 1"] * 2), DEADLOCK),
    Textbook("Monitor buffer", "Hoare 1974; while, notify_all", monitor("while", "notify_all()"), RIGHT, 0),
    Textbook("Monitor buffer, one condition, notify", "Andrews 2000, 5.1", monitor("while", "notify()"), DEADLOCK, 0),
    Textbook("Monitor buffer, if", "Lampson and Redell 1980", monitor("if", "notify_all()"), CRASH, 0),
    Textbook("Lost wake-up", "Birrell 1989", program("c = Condition()", "with c: c.wait()", "with c: c.notify()"), DEADLOCK),
    Textbook("Philosophers", "Dijkstra 1971", program(FORKS, eat("a", "b"), eat("b", "c"), eat("c", "a")), DEADLOCK),
    Textbook("Philosophers, forks in order", "Havender 1968", program(FORKS, eat("a", "b"), eat("b", "c"), eat("a", "c")), RIGHT),
    Textbook("Philosophers with states", "Tanenbaum and Bos 2014, 2.5", program("state = Array('i', 3, lock=False); mutex = Lock(); free = [Semaphore(0) for _ in range(3)]", *[f"dine({i}, state, mutex, free)" for i in range(3)], helpers=TANENBAUM), RIGHT),
    Textbook("Transfers in opposite order", "Silberschatz et al. 2018, 8.5", program(ACCOUNTS, transfer("a", "b", "a", "b"), transfer("b", "a", "b", "a"), result="a.value + b.value"), DEADLOCK, 100),
    Textbook("Transfers in one order", "Silberschatz et al. 2018, 8.5", program(ACCOUNTS, transfer("a", "b", "a", "b"), transfer("a", "b", "b", "a"), result="a.value + b.value"), RIGHT, 100),
    Textbook("Peterson, the turn kept", "Peterson 1981", program(FLAGS, peterson("a", "b", 0, 0), peterson("b", "a", 1, 1)), CROWD),
    Textbook("Peterson, the turn given first", "Peterson 1981", program(FLAGS, peterson("a", "b", 0, 1, "turn first"), peterson("b", "a", 1, 0, "turn first")), CROWD),
    Textbook("Hyman", "Hyman 1966; Knuth 1966", program(FLAGS, hyman("a", "b", 0), hyman("b", "a", 1)), CROWD),
    Textbook("One bit each", "Burns 1981; Lamport 1986", program(FLAGS, burns("a", "b", 0), burns("b", "a", 1)), RIGHT),
    Textbook("Smokers, each takes what he needs", LBS + "4.5.2", program(SMOKERS, "agent.acquire()\ntobacco.release()\npaper.release()", "tobacco.acquire()\npaper.acquire()", "paper.acquire()\nmatches.acquire()"), DEADLOCK),
    Textbook("Savages", LBS + "5.1", program(SAVAGES, EATS, EATS, "empty.acquire()\nfull.release()", result="pot.value"), RIGHT, 0),
    Textbook("Barber", LBS + "5.2", program(BARBER, CUSTOMER, CUSTOMER, CUTS), RIGHT),
    Textbook("Building water", LBS + "5.6", program(WATER, "h.release()\nh.release()\nbarrier.wait()\nbonds.value += 1", *["h.acquire()\nbarrier.wait()"] * 2, result="bonds.value"), RIGHT, 1),
    Textbook("Readers and a writer", "Courtois, Heymans and Parnas 1971", program(SWITCH, READS, READS, WRITES), RIGHT),
    Textbook("Readers without a room", "Courtois, Heymans and Parnas 1971", program(SWITCH, READS.replace("room.acquire()", "pass").replace("room.release()", "pass"), WRITES), CRASH),
    Textbook("A crash with the lock", "own", program("lock = Lock()", "lock.acquire()\n1 / 0", "with lock: pass"), CRASH),
    Textbook("Both send first", "Hoare 1978", program(PIPES, "ends[0].send(1)\nends[0].recv()", "ends[1].send(2)\nends[1].recv()"), RIGHT),
    Textbook("Both receive first", "Hoare 1978", program(PIPES, "ends[0].recv()\nends[0].send(1)", "ends[1].recv()\nends[1].send(2)"), DEADLOCK),
    Textbook("A recursive call of a lock", "own", program("lock = Lock()", "with lock:\n    with lock: pass"), DEADLOCK),
    Textbook("A recursive call of an RLock", "own", program("lock = RLock()", *["with lock:\n    with lock:\n" + indent(inside("lock.acquire(); lock.release()"), "        ")] * 2), RIGHT),
]  # fmt: skip
