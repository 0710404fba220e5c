"""What a Manager keeps: every call is one atomic operation on copies, on every interleaving and in virtual time."""

import pytest

from lockstep.simulation.costs import LAPTOP
from lockstep.standin.machine import NotCovered
from tests.exploration.taking import merged_and_not, take
from tests.simulation.virtual import reply, simulated

COUNTING = """
    def work_on(d, l):
        d["x"] += 1
        l.append(d["x"])

    def main():
        with mp.Manager() as manager:
            d, l = manager.dict(x=0), manager.list()
            processes = [mp.Process(target=work_on, args=(d, l)) for _ in range(2)]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            return str((dict(d), list(l)))
"""

SENDING = """
    class Item:
        def __init__(self, number):
            self.number = number

    def produce(q, ns, v, lock):
        with lock:
            v.value += 1
            ns.total += 1
            q.put(Item(v.value))

    def main():
        manager, box = mp.Manager(), mp.Queue()
        lock, v = manager.Lock(), manager.Value("i", 0)
        box.put((manager.Queue(), manager.Namespace(total=0)))
        q, ns = box.get()
        for _ in range(2):
            mp.Process(target=produce, args=(q, ns, v, lock)).start()
        return q.get().number, q.get().number, ns.total, v.value, q.empty()
"""

COPIES = """
    def main():
        manager = mp.Manager()
        rows = manager.list([manager.dict(a=1), [1]])
        rows[1].append(2)
        rows[0]["a"] += 1
        numbers = manager.Array("i", [3, 1])
        numbers[0] += 1
        found = [rows[1], rows[0]["a"], sorted(rows[0]), rows[0].items(), numbers[0], str(rows[0]), len(rows)]
        rows += [5]
        rows.sort(key=repr, reverse=True)
        rows.append(rows.pop(0))
        missing = []
        for ask in (
            lambda: rows[9], lambda: rows[0]["k"], lambda: manager.Namespace().x, manager.Queue().get_nowait,
            manager.Lock().release, lambda: rows.__setitem__("a", 1),
        ):
            try:
                ask()
            except Exception as error:
                missing.append(type(error).__name__)
        return found, missing, rows[-1]
"""


def test_adding_on_a_proxy_is_two_calls_and_may_lose_one():
    found = merged_and_not(COUNTING)
    assert found.interleavings == 70  # (8 over 4): four calls in each process
    assert set(found.results.values_returned()) == {
        "({'x': 1}, [1, 1])", "({'x': 2}, [1, 2])", "({'x': 2}, [2, 1])", "({'x': 2}, [2, 2])"
    }  # fmt: skip


def test_a_call_alone_is_atomic():
    text = COUNTING.replace('d["x"] += 1', "l.append(1)").replace('l.append(d["x"])', "d.setdefault(1, 1)")
    assert merged_and_not(text).results == {"({'x': 0, 1: 1}, [1, 1])": 6}


@pytest.mark.usefixtures("steady_cpu")
@pytest.mark.parametrize("costs", ["ideal", "laptop"])
def test_in_virtual_time_too(costs):
    options = {"costs": LAPTOP} if costs == "laptop" else {}
    assert simulated(COUNTING, **options).result in ("({'x': 1}, [1, 1])", "({'x': 2}, [1, 2])")
    assert simulated(SENDING, **options).result == (1, 2, 2, 2, True)


def test_proxies_go_through_queues_and_a_lock_of_the_manager_guards():
    assert set(merged_and_not(SENDING).results.values_returned()) == {(1, 2, 2, 2, True)}


def test_what_is_fetched_is_a_copy_and_errors_come_back():
    found = [[1], 2, ["a"], [("a", 2)], 4, "{'a': 2}", 2]
    missing = ["IndexError", "KeyError", "AttributeError", "Empty", "RuntimeError", "TypeError"]
    assert simulated(COPIES).result == (found, missing, [1])
    assert take(COPIES).results.values_returned() == [(found, missing, [1])]


def test_a_queue_of_a_manager_makes_put_wait_when_it_is_full():
    program = """
        def main():
            q = mp.Manager().Queue(1)
            q.put(1)
            {}
    """
    with pytest.raises(Exception, match="deadlock"):
        take(program.format("q.put(2)")).always_ends()
    full = "try:\n                q.put(2, timeout=1)\n            except Exception as error:\n                return type(error).__name__, q.full()"
    assert set(take(program.format(full)).results.values_returned()) == {("Full", True)}
    assert simulated(program.format(full)).result == ("Full", True)


def test_events_conditions_and_barriers_of_a_manager_wait():
    program = """
        def wait_for(event, condition, barrier, l):
            event.wait()
            with condition:
                l.append(1)
                condition.notify_all()
            barrier.wait()

        def main():
            manager = mp.Manager()
            event, condition, barrier, l = manager.Event(), manager.Condition(), manager.Barrier(2), manager.list()
            mp.Process(target=wait_for, args=(event, condition, barrier, l)).start()
            event.set()
            with condition:
                condition.wait_for(lambda: len(l) > 0)
            barrier.wait()
            return list(l)
    """
    assert simulated(program).result == [1]
    found = take(program)
    assert found.results.values_returned() == [[1]]
    assert found.deadlocks == 0


def test_who_comes_after_the_end_of_the_manager_gets_an_error():
    program = """
        def late(d):
            d["x"] = 1

        def main():
            with mp.Manager() as manager:
                d = manager.dict()
                process = mp.Process(target=late, args=(d,))
                process.start()
            process.join()
            try:
                len(d)
            except OSError as error:
                return type(error).__name__, process.exitcode
    """
    found = take(program)
    assert set(found.results.values_returned()) == {("BrokenPipeError", 0), ("BrokenPipeError", 1)}


def test_a_pool_in_virtual_time_shares_what_a_manager_keeps():
    program = """
        def note(both):
            d, n = both
            d[n] = n * n

        def main():
            with mp.Manager() as manager, mp.Pool(2) as pool:
                d = manager.dict()
                pool.map(note, [(d, n) for n in range(4)])
                return dict(d)
    """
    assert simulated(program).result == {0: 0, 1: 1, 2: 4, 3: 9}


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("mp.Manager().Pool(2)", "`Manager().Pool`: use its `list`"),
        ("mp.Manager().register('x')", "`Manager().register`"),
        ("BaseManager()", "`multiprocessing.managers.BaseManager`: use Manager()"),
        ("mp.Manager().Barrier(2, print)", "a Manager's Barrier with an action"),
    ],
)
def test_what_a_manager_does_not_do_here_is_refused_by_name(statement, told):
    program = f"from multiprocessing.managers import BaseManager\ndef main():\n    {statement}\n"
    with pytest.raises(NotCovered) as refused:
        take(program)
    assert told in str(refused.value)
    assert told in reply(program)["not_covered"]


def test_a_schedule_names_what_was_called():
    with pytest.raises(Exception, match="interleavings") as failed:
        take(COUNTING).always(lambda result: "2" in result)
    told = failed.value.evidence.text()
    assert "d['x'] = 1" in told
    assert "l.append(1)" in told
