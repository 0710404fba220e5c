"""A program that does more operations than are simulated is told what it does again and again, and what to do."""

import pytest

from lockstep import simulate
from lockstep.simulation import runs
from lockstep.simulation.phrases import Done, endless
from lockstep.student.failure import CheckFailed
from tests.simulation import polling
from tests.simulation.virtual import reply


def told(body: str) -> str:
    """What is said of `main`, after a definition of `nap`, when it has done 300 operations."""
    text = f"def nap():\n    time.sleep(1e6)\n\ndef main():\n    {body}"
    return endless("main()", Done(*reply(text, operations=300)["endless"]))


@pytest.mark.parametrize(
    ("body", "what", "instead"),
    [
        ("p = mp.Process(target=nap)\n    p.start()\n    while p.is_alive(): pass", "Process.is_alive", "`join()`"),
        ("e = mp.Event()\n    while not e.is_set(): pass", "Event.is_set", "the Event's `wait()`"),
        ("q = mp.Queue()\n    while q.empty(): pass", "Queue.empty", "`get()`"),
        ("c = mp.Pipe()[0]\n    while not c.poll(): pass", "Connection.poll", "`recv()`"),
        ("r = mp.Pool(1).apply_async(nap)\n    while not r.ready(): pass", "Pool.results", "`get()` or `wait()`"),
        ("while time.time() < 2e9: pass", "time.now", "`time.sleep()`"),
    ],
)
def test_a_loop_that_looks_again_and_again_is_told_what_waits(body, what, instead):
    sentence = told(body)
    assert sentence.startswith("`main()` did 30")
    assert f"times at {what} (program:" in sentence
    assert f"wait with {instead}" in sentence or instead in sentence.rpartition("so wait with")[2]


@pytest.mark.parametrize(
    "body",
    [
        "lock = mp.Lock()\n    while True: lock.acquire() and lock.release()",
        "q = mp.Queue()\n    while True: q.put(1) or q.get()",
    ],
)
def test_a_loop_that_works_is_told_to_do_less(body):
    assert "simulate a smaller case" in told(body)
    assert "looked" not in told(body)


def test_the_failed_check_says_it(monkeypatch):
    assert simulate(polling.is_watched, 20, cores=2, costs="ideal").result is None
    monkeypatch.setattr(runs, "OPERATIONS", 14)
    with pytest.raises(CheckFailed, match=r"`is_watched\(20\)` did 15 operations, .* looked 15 times .*polling.py:8"):
        simulate(polling.is_watched, 20, cores=2, costs="ideal")
