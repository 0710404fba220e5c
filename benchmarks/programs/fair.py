"""Programs whose behaviour under a fair scheduler is known from the literature, with what is known of them."""

# ruff: noqa: E501 - a table, a program a line
from __future__ import annotations

from textwrap import dedent, indent
from typing import NamedTuple


class Known(NamedTuple):
    """`ends`: under every fair schedule. `starves`: whether somebody can be kept out; None where that is not asked."""

    name: str
    text: str
    ends: bool
    starves: bool | None
    source: str


def two(body: str, *, shared: str = "", arguments: str = "flags, turn", processes: int = 2) -> str:
    """Main starts processes of `work(me, ...)`."""
    return f"""
def work(me, {arguments}):
{indent(dedent(body).strip(), "    ")}

def main():
    flags, turn = Array("i", {processes}, lock=False), Value("i", 0, lock=False)
    {shared or "pass"}
    ps = [Process(target=work, args=(me, {arguments})) for me in range({processes})]
    for p in ps: p.start()
    for p in ps: p.join()
"""


def rounds(enter: str, leave: str, times: str = "for _ in range(2)", **options: str) -> str:
    """Each goes through the section again and again."""
    section = f"{times}:\n{indent(dedent(enter).strip(), '    ')}\n    with inside('section'):\n        pass\n{indent(dedent(leave).strip(), '    ')}"
    return two(section, **options)


PETERSON = ("flags[me] = 1\nturn.value = 1 - me\nwhile flags[1 - me] and turn.value != me: pass", "flags[me] = 0")
DEKKER = ("""
flags[me] = 1
while flags[1 - me]:
    if turn.value != me:
        flags[me] = 0
        while turn.value != me: pass
        flags[me] = 1
""", "turn.value = 1 - me\nflags[me] = 0")  # fmt: skip
ALTERNATE = ("while turn.value != me: pass", "turn.value = 1 - me")
BOTH_WANT = ("flags[me] = 1\nwhile flags[1 - me]: pass", "flags[me] = 0")
POLITE = ("flags[me] = 1\nwhile flags[1 - me]:\n    flags[me] = 0\n    flags[me] = 1", "flags[me] = 0")
LOOK_THEN_RAISE = ("while flags[1 - me]: pass\nflags[me] = 1", "flags[me] = 0")
SPIN = ("while not lock.acquire(False): pass", "lock.release()")
LOCK = ("lock.acquire()", "lock.release()")
FILTER = ("""
for level in (1, 2):
    flags[me] = level
    last[level] = me
    while last[level] == me and any_at(flags, me, level): pass
""", "flags[me] = 0")  # fmt: skip
ANY_AT = """
def any_at(flags, me, level):
    for other in range(3):
        if other != me and flags[other] >= level:
            return True
    return False
"""
TICKET = ("mine = draw(turn, lock)\nwhile serving.value != mine: pass", "serving.value = (serving.value + 1) % 2")
DRAW = """
def draw(turn, lock):
    with lock:
        mine = turn.value
        turn.value = (mine + 1) % 2
    return mine
"""
KESSELS = ("""
flags[me] = 1
turns[me] = turns[1 - me] if me else 1 - turns[1 - me]
while flags[1 - me] and (turns[0] == turns[1] if me else turns[0] != turns[1]): pass
""", "flags[me] = 0")  # fmt: skip
BAKERY = """
def work(me, flags, turn, number):
    flags[me] = 1
    number[me] = 1 + max(number[0], number[1])
    flags[me] = 0
    other = 1 - me
    while flags[other]: pass
    while number[other] and (number[other], other) < (number[me], me): pass
    number[me] = 0

def main():
    flags, turn, number = Array("i", 2, lock=False), None, Array("i", 2, lock=False)
    ps = [Process(target=work, args=(me, flags, turn, number)) for me in range(2)]
    for p in ps: p.start()
    for p in ps: p.join()
"""
TRY_RELEASE_RETRY = """
def work(first, second):
    while True:
        first.acquire()
        if second.acquire(False):
            break
        first.release()
    second.release()
    first.release()

def main():
    a, b = Lock(), Lock()
    ps = [Process(target=work, args=(a, b)), Process(target=work, args=(b, a))]
    for p in ps: p.start()
    for p in ps: p.join()
"""
RETRY_IN_ORDER = TRY_RELEASE_RETRY.replace("args=(b, a)", "args=(a, b)")
RETRY_WITH_A_TICKET = """
def work(me, first, second, turn):
    while True:
        first.acquire()
        if second.acquire(False):
            break
        first.release()
        while turn.value != me: pass
    turn.value = 1 - me
    second.release()
    first.release()

def main():
    a, b, turn = Lock(), Lock(), Value("i", 0, lock=False)
    ps = [Process(target=work, args=(0, a, b, turn)), Process(target=work, args=(1, b, a, turn))]
    for p in ps: p.start()
    for p in ps: p.join()
"""
POLL = """
def work(lock, done):
    with lock:
        done.value = 1

def main():
    lock, done = Lock(), Value("i", 0, lock=False)
    p = Process(target=work, args=(lock, done))
    p.start()
    while True:
        with lock:
            if done.value: break
    p.join()
"""
WAIT_WITH_A_LIMIT = """
def work(event): event.set()

def main():
    event = Event()
    p = Process(target=work, args=(event,))
    p.start()
    while not event.wait(0.1): pass
    p.join()
"""
NOBODY_SETS = """
def main():
    event = Event()
    while not event.wait(0.1): pass
"""
BLINKING = """
def work(lamp, seen):
    while not seen.value:
        lamp.value = 1
        lamp.value = 0

def main():
    lamp, seen = Value("i", 0, lock=False), Value("i", 0, lock=False)
    p = Process(target=work, args=(lamp, seen))
    p.start()
    while not lamp.value: pass
    seen.value = 1
    p.join()
"""


def philosophers(take: str, give: str, people: int = 3, times: str = "for _ in range(1)") -> str:
    return f"""
def eat(me, forks, waiter):
    left, right = forks[me], forks[(me + 1) % {people}]
    {times}:
{indent(dedent(take).strip(), "        ")}
        with inside("eating"): pass
{indent(dedent(give).strip(), "        ")}

def main():
    forks, waiter = [Lock() for _ in range({people})], Semaphore({people - 1})
    ps = [Process(target=eat, args=(me, forks, waiter)) for me in range({people})]
    for p in ps: p.start()
    for p in ps: p.join()
"""


GIVE = "left.release()\nright.release()"
ORDERED = "low, high = (left, right) if me != {last} else (right, left)\nlow.acquire()\nhigh.acquire()"
BOTH_OR_NONE = """
while True:
    left.acquire()
    if right.acquire(False): break
    left.release()
"""


def readers_writers(reader: str, writer: str, extra: str = "") -> str:
    return f"""
def read(count, mutex, room, turnstile):
    while True:
{indent(dedent(reader).strip(), "        ")}

def write(count, mutex, room, turnstile):
    while True:
{indent(dedent(writer).strip(), "        ")}

def main():
    count, mutex, room, turnstile = Value("i", 0, lock=False), Lock(), Semaphore(1), Lock()
    shared = (count, mutex, room, turnstile)
    ps = [Process(target=f, args=shared) for f in (read, read, write)]
    for p in ps: p.start()
    for p in ps: p.join()
"""


READ = """
with mutex:
    count.value += 1
    if count.value == 1: room.acquire()
with inside("reading"): pass
with mutex:
    count.value -= 1
    if count.value == 0: room.release()
"""
WRITE = "room.acquire()\nwith inside('writing'): pass\nroom.release()"
EVER = "while True"

PROGRAMS = [
    Known("Peterson", rounds(*PETERSON), True, False, "Peterson 1981"),
    Known("Peterson for ever", rounds(*PETERSON, times=EVER), False, False, "Peterson 1981"),
    Known("Dekker", rounds(*DEKKER), True, False, "Dijkstra 1965"),
    Known("Dekker for ever", rounds(*DEKKER, times=EVER), False, False, "Dijkstra 1965"),
    Known("Dekker 1: taking turns", rounds(*ALTERNATE), True, False, "Ben-Ari 2006, 3.2"),
    Known("Dekker 1 with unequal numbers", rounds(*ALTERNATE, times="for _ in range(1 + me)"), False, None, "Ben-Ari 2006, 3.2"),
    Known("Dekker 2: look, then raise", rounds(*LOOK_THEN_RAISE), True, None, "Ben-Ari 2006, 3.6"),
    Known("Dekker 3: raise, then look", rounds(*BOTH_WANT), False, None, "Ben-Ari 2006, 3.7"),
    Known("Dekker 4: polite flags", rounds(*POLITE, times="for _ in range(1)"), False, None, "Ben-Ari 2006, 3.8"),
    Known("Dekker 4 for ever", rounds(*POLITE, times=EVER), False, True, "Ben-Ari 2006, 3.8"),
    Known("Kessels", rounds(*KESSELS, shared="turns = Array('i', 2, lock=False)", arguments="flags, turn, turns"), True, False, "Kessels 1982"),
    Known("Filter of three", ANY_AT + rounds(*FILTER, "for _ in range(1)", shared="last = Array('i', 3, lock=False)", arguments="flags, turn, last", processes=3), True, None, "Peterson 1981"),
    Known("Bakery of two", BAKERY, True, None, "Lamport 1974"),
    Known("Spin lock", rounds(*SPIN, shared="lock = Lock()", arguments="flags, turn, lock"), True, False, "Herlihy and Shavit 2008, 7.2"),
    Known("Spin lock for ever", rounds(*SPIN, times=EVER, shared="lock = Lock()", arguments="flags, turn, lock"), False, True, "Herlihy and Shavit 2008, 7.2"),
    Known("Lock for ever", rounds(*LOCK, times=EVER, shared="lock = Lock()", arguments="flags, turn, lock"), False, False, "Dijkstra 1968"),
    Known("Semaphore of three for ever", rounds("lock.acquire()", "lock.release()", EVER, shared="lock = Semaphore(1)", arguments="flags, turn, lock", processes=3), False, False, "Dijkstra 1968"),
    Known("Ticket lock", DRAW + rounds(*TICKET, shared="lock, serving = Lock(), Value('i', 0, lock=False)", arguments="flags, turn, lock, serving"), True, False, "Reed and Kanodia 1979"),
    Known("Ticket lock for ever", DRAW + rounds(*TICKET, EVER, shared="lock, serving = Lock(), Value('i', 0, lock=False)", arguments="flags, turn, lock, serving"), False, False, "Reed and Kanodia 1979"),
    Known("Try, release, retry", TRY_RELEASE_RETRY, False, None, "Tanenbaum and Bos 2014, 6.7.3"),
    Known("Try, release, retry in one order", RETRY_IN_ORDER, True, None, "Havender 1968"),
    Known("Retry with a ticket", RETRY_WITH_A_TICKET, True, None, "own"),
    Known("Polling under a lock", POLL, True, None, "own: strong fairness"),
    Known("Waiting with a limit", WAIT_WITH_A_LIMIT, True, None, "own"),
    Known("Nobody sets the event", NOBODY_SETS, False, None, "own"),
    Known("A lamp that blinks", BLINKING, False, None, "Andrews 2000, 2.8: a condition that is true again and again"),
    Known("Philosophers, one left-handed", philosophers(ORDERED.format(last=2), GIVE), True, False, "Dijkstra 1971"),
    Known("Philosophers for ever, one left-handed", philosophers(ORDERED.format(last=2), GIVE, times=EVER), False, False, "Dijkstra 1971"),
    Known("Philosophers, a waiter", philosophers("waiter.acquire()\nleft.acquire()\nright.acquire()", GIVE + "\nwaiter.release()"), True, False, "Downey 2016, 4.4"),
    Known("Philosophers who put back", philosophers(BOTH_OR_NONE, GIVE, 2), False, None, "Andrews 2000, 4.3"),
    Known("Philosophers who put back, one left-handed", philosophers(BOTH_OR_NONE.replace("left", "low").replace("right", "high").replace("while True:", "low, high = (left, right) if me else (right, left)\nwhile True:"), GIVE, 2), True, None, "own"),
    Known("Readers first", readers_writers(READ, WRITE), False, True, "Courtois, Heymans and Parnas 1971"),
    Known("Readers and writers through a turnstile", readers_writers("turnstile.acquire()\nturnstile.release()\n" + READ, "turnstile.acquire()\n" + WRITE + "\nturnstile.release()"), False, False, "Downey 2016, 4.2"),
    Known("Readers one at a time", readers_writers("room.acquire()\nwith inside('reading'): pass\nroom.release()", WRITE), False, False, "own"),
]  # fmt: skip
