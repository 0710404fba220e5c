"""Memory with store buffers: the litmus tests of x86-TSO, and both engines on random programs that write without a lock."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from .comparison import Disagreement, compare, exploration, shrunk
from .engine import Program, TooMany
from .programs import random_program
from .schedules import estimate, typed

LARGE = 1_500  # schedules, roughly


def litmus(*bodies: str, memory: str = "store buffers") -> Program:
    """A process for each body, on x = y = 0; what they have read goes into `r`, and is returned."""
    work = "\n".join(
        f"def work{n}(x, y, lock, r):\n" + "\n".join("    " + line for line in body.split("; "))
        for n, body in enumerate(bodies)
    )
    works = ", ".join(f"work{n}" for n in range(len(bodies)))
    return Program(
        f"import multiprocessing as mp\n{work}\ndef main():\n"
        f'    x, y, lock, r = mp.RawValue("i"), mp.RawValue("i"), mp.Lock(), mp.SimpleQueue()\n'
        f"    ps = [mp.Process(target=work, args=(x, y, lock, r)) for work in ({works})]\n"
        f"    for p in ps:\n        p.start()\n    for p in ps:\n        p.join()\n"
        f"    return sorted(r.get() for _ in range({sum('r.put' in body for body in bodies)}))\n",
        memory=memory,
    )


STORE_BUFFERING = ("x.value = 1; a = y.value; r.put(('a', a))", "y.value = 1; b = x.value; r.put(('b', b))")
FENCED = tuple(body.replace("; ", "; lock.acquire(); lock.release(); ", 1) for body in STORE_BUFFERING)
ONE_FENCED = (FENCED[0], STORE_BUFFERING[1])
MESSAGE_PASSING = ("x.value = 1; y.value = 1", "a = y.value; b = x.value; r.put((a, b))")
LOAD_BUFFERING = ("a = x.value; y.value = 1; r.put(('a', a))", "b = y.value; x.value = 1; r.put(('b', b))")
COHERENCE = ("x.value = 1; x.value = 2", "a = x.value; b = x.value; r.put((a, b))")
OWN = ("x.value = 1; a = x.value; b = y.value; r.put((a, b))", "y.value = 1; a = y.value; b = x.value; r.put((a, b))")
R = ("x.value = 1; y.value = 1", "y.value = 2; a = x.value; r.put(a)")
TWO_PLUS_TWO_WRITES = ("x.value = 1; y.value = 2; r.put(x.value)", "y.value = 1; x.value = 2")


def results(program: Program) -> set[str]:
    return {repr(value) for value in compare(program, at_most=60_000, merge=(True,)).results}


def seen(program: Program, value: object) -> bool:
    return repr(typed(value)) in results(program)


def test_both_may_read_what_was_before_and_never_when_writes_are_seen_at_once():
    assert seen(litmus(*STORE_BUFFERING), [("a", 0), ("b", 0)])
    assert not seen(litmus(*STORE_BUFFERING, memory="sequential"), [("a", 0), ("b", 0)])


def test_a_lock_taken_and_given_back_is_a_fence_and_both_need_it():
    assert not seen(litmus(*FENCED), [("a", 0), ("b", 0)])
    assert seen(litmus(*ONE_FENCED), [("a", 0), ("b", 0)])


def test_writes_arrive_in_their_order():
    assert not seen(litmus(*MESSAGE_PASSING), [(1, 0)])
    assert not seen(litmus(*COHERENCE), [(2, 1)])


def test_nobody_reads_what_comes_later():
    assert not seen(litmus(*LOAD_BUFFERING), [("a", 1), ("b", 1)])


def test_a_process_sees_its_own_writes_before_the_others():
    assert seen(litmus(*OWN), [(1, 0), (1, 0)])
    assert not seen(litmus(*OWN), [(0, 0), (0, 0)])


def test_all_others_see_writes_in_one_order():
    readers = ("a = x.value; b = y.value; r.put(('a', a, b))", "c = y.value; d = x.value; r.put(('b', c, d))")
    for memory in ("store buffers", "sequential"):
        text = litmus("x.value = 1", "y.value = 1", *readers, memory=memory)
        found = results_of_explore(text)
        assert [("a", 1, 0), ("b", 1, 0)] not in found
        assert [("a", 1, 0), ("b", 1, 1)] in found


def results_of_explore(program: Program) -> list[object]:
    return exploration(program).results.values_returned()


def test_the_engines_agree_on_the_other_litmus_tests():
    for bodies in (R, TWO_PLUS_TWO_WRITES):
        assert len(results(litmus(*bodies))) > 1


def test_starting_joining_and_ending_empty_the_buffer():
    text = """
import multiprocessing as mp
def work(x):
    x.value += 1
def main():
    x = mp.RawValue("i")
    x.value = 1
    p = mp.Process(target=work, args=(x,))
    p.start()
    p.join()
    return x.value
"""
    assert results(Program(text, memory="store buffers")) == {repr(typed(2))}


def test_what_was_written_before_a_signal_arrives_all_the_same():
    text = """
import multiprocessing as mp
def work(x, e):
    x.value = 1
    e.wait()
def main():
    x, e = mp.RawValue("i"), mp.Event()
    p = mp.Process(target=work, args=(x, e))
    p.start()
    p.terminate()
    p.join()
    return x.value
"""
    assert results(Program(text, memory="store buffers")) == {repr(typed(0)), repr(typed(1))}


def writing(seed: int) -> Program:
    """A random litmus test: a few reads and writes without a lock, and now and then something that is a fence."""
    chance = random.Random(seed)
    bodies = []
    for process in range(chance.choice([2, 2, 2, 3])):
        lines = []
        for number in range(chance.randint(1, 3)):
            cell = chance.choice(["x", "y"])
            lines.append(chance.choice([
                f"{cell}.value = {chance.choice([1, 2])}", f"{cell}.value = {chance.choice([1, 2])}",
                f"a{number} = {cell}.value", f"a{number} = {cell}.value", f"{cell}.value += 1",
                "lock.acquire(); lock.release()", "r.put(0); r.get()",
            ]))  # fmt: skip
        told = ", ".join(line.split()[0] for line in lines if line.startswith("a"))
        bodies.append("; ".join([*lines, *([f"r.put(({process}, {told}))"] if told else [])]))
    return litmus(*bodies)


def agreed(programs: list[Program]) -> Counter[str]:
    found: Counter[str] = Counter()
    for program in programs:
        try:
            if estimate(program) > LARGE:
                continue
            answer = compare(program, merge=(True,))
        except TooMany:
            continue
        except Disagreement as first:
            try:
                compare(shrunk(program))
            except Disagreement as smaller:
                raise AssertionError(f"shrunk:\n{smaller}") from None
            raise AssertionError(str(first)) from None
        found["programs"] += 1
        found["several results"] += len(answer.results) > 1
        found["some deadlock"] += answer.deadlocks > 0
    return found


def of_any_kind(seed: int) -> Program:
    program = random_program(seed)
    return Program(program.text, feeder=program.feeder, pipe_capacity=program.pipe_capacity, memory="store buffers")


def test_the_engines_agree_on_random_litmus_tests():
    found = agreed([writing(seed) for seed in range(60)])
    assert found["programs"] > 15
    assert found["several results"] > 10


def test_the_engines_agree_on_random_programs_over_all_objects():
    raw = [
        seed for seed in range(400) if "lock=False" in random_program(seed).text or "Raw" in random_program(seed).text
    ]
    assert agreed([of_any_kind(seed) for seed in raw[:40]])["programs"] > 15


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("drawn", [writing, of_any_kind])
def test_the_engines_agree_on_many_random_programs(drawn, part):
    first = 1_000 + 375 * part
    assert agreed([drawn(seed) for seed in range(first, first + 375)])["programs"] > 100
