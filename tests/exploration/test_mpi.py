"""MPI programs on every interleaving: whom a receive hears, what waits for ever, which collective calls do not meet."""

import random

import pytest

import lockstep.exploration.coverage as coverage
import lockstep.exploration.search.reduced as reduced
from lockstep.exploration.claims import AllButOrder, AllInterleavings, Beginning
from lockstep.exploration.search.watch import Interrupted, Watch
from lockstep.student.failure import CheckFailed
from tests.exploration.taking import merged_and_not, take

HEAD = """
from mpi4py import MPI

def main(comm):
    rank, size = comm.Get_rank(), comm.Get_size()
"""


def ranks(body: str, number: int = 2, **options):
    lines = "\n".join("    " + line for line in body.strip("\n").splitlines())
    return take(HEAD.replace("\n", "\n", 1) + lines + "\n", ranks=number, **options)


def only(found):
    """The only result."""
    (result,) = found.results.values_returned()
    return result


def why(found) -> str:
    with pytest.raises(CheckFailed) as failed:
        found.never_deadlocks()
    return str(failed.value)


BOTH_SEND = """
comm.send(rank, dest=1 - rank)
return comm.recv(source=1 - rank)
"""


def test_both_that_send_first_wait_for_ever_and_each_is_named_with_its_line():
    found = ranks(BOTH_SEND)
    assert found.deadlocks == found.interleavings == 2
    told = why(found)
    assert "rank 0  waits for finish sending to rank 1  (program, line 9: comm.send(rank, dest=1 - rank))" in told
    assert "rank 1  waits for finish sending to rank 0" in told


def test_where_mpi_keeps_what_is_sent_they_do_not():
    found = ranks(BOTH_SEND, buffered=True)
    assert found.deadlocks == 0
    assert only(found) == [1, 0]


def test_sendrecv_and_isend_do_not_wait_for_each_other():
    assert only(ranks("return comm.sendrecv(rank, dest=1 - rank, source=1 - rank)")) == [1, 0]
    assert only(ranks("r = comm.isend(rank, dest=1 - rank)\nx = comm.recv(source=1 - rank)\nr.wait()\nreturn x")) == [
        1,
        0,
    ]


ANY_TWICE = """
if rank == 0:
    return [comm.recv(source=MPI.ANY_SOURCE) for _ in range(size - 1)]
comm.send(rank, dest=0)
"""


def test_a_receive_from_any_source_hears_everybody_in_every_order():
    found = ranks(ANY_TWICE, 4)
    heard = sorted(result[0] for result in found.results.values_returned())
    assert heard == [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]]


def test_a_race_of_messages_is_found_that_a_run_hardly_shows():
    found = ranks(
        """
if rank == 0:
    first = comm.recv(source=MPI.ANY_SOURCE)
    return first, comm.recv(source=1)
comm.send(rank, dest=0)
""",
        3,
    )
    assert 0 < found.deadlocks < found.interleavings
    assert "rank 0  waits for receive from rank 1" in why(found)


def test_messages_of_one_source_do_not_overtake_each_other_but_tags_choose():
    assert only(
        ranks("if rank:\n    return comm.recv(source=0), comm.recv(source=0)\nfor i in 1, 2: comm.send(i, dest=1)")
    ) == [
        None,
        (1, 2),
    ]
    body = """
if rank:
    return comm.recv(source=0, tag=2), comm.recv(source=0, tag=1)
requests = [comm.isend(i, dest=1, tag=i) for i in (1, 2)]
MPI.Request.waitall(requests)
"""
    assert only(ranks(body)) == [None, (2, 1)]


def test_a_receive_that_was_begun_first_gets_the_message_first():
    body = """
if rank == 0:
    begun = comm.irecv(source=MPI.ANY_SOURCE)
    second = comm.recv(source=1)
    return begun.wait(), second
for i in range(2 if rank == 1 else 1):
    comm.send((rank, i), dest=0)
"""
    found = ranks(body, 3, buffered=True)
    assert sorted(result[0] for result in found.results.values_returned()) == [((1, 0), (1, 1)), ((2, 0), (1, 0))]


def test_a_status_tells_whom_it_came_from_and_its_tag():
    body = """
if rank == 0:
    status = MPI.Status()
    got = comm.recv(source=MPI.ANY_SOURCE, tag=MPI.ANY_TAG, status=status)
    return got, status.Get_source(), status.Get_tag(), status.source
comm.send("x", dest=0, tag=5)
"""
    assert only(ranks(body)) == [("x", 1, 5, 1), None]


def test_a_probe_and_a_test_that_are_repeated_find_what_comes():
    body = """
if rank == 0:
    while not comm.iprobe(source=1):
        pass
    begun = comm.irecv(source=1)
    done, value = begun.test()
    while not done:
        done, value = begun.test()
    return value
comm.send(3, dest=0)
"""
    found = ranks(body)
    assert only(found) == [3, None]
    assert not found.livelocks
    assert not found.deadlocks


def test_a_test_can_come_too_early():
    body = "if rank == 0:\n    r = comm.irecv(source=1)\n    early = r.test()[0]\n    r.wait()\n    return early\ncomm.send(3, dest=0)"
    assert [result[0] for result in ranks(body).results.values_returned()] in ([True, False], [False, True])


def test_waitany_takes_whichever_can_be():
    body = """
if rank == 0:
    requests = [comm.irecv(source=other) for other in (1, 2)]
    which, value = MPI.Request.waitany(requests)
    requests[1 - which].wait()
    return which, value
comm.send(rank * 10, dest=0)
"""
    found = ranks(body, 3)
    assert sorted(result[0] for result in found.results.values_returned()) == [(0, 10), (1, 20)]
    assert not found.deadlocks


COLLECTIVES = """
x = comm.bcast("x" if rank == 1 else None, root=1)
part = comm.scatter([i * i for i in range(size)] if rank == 0 else None)
whole = comm.allreduce(part)
all_ = comm.gather(whole + rank, root=1)
comm.Barrier()
return (x, part, whole, all_, comm.allgather(rank), comm.alltoall([10 * rank + i for i in range(size)]),
        comm.reduce(rank, op=MPI.MAX, root=2), comm.scan(rank + 1, op=MPI.PROD), comm.exscan(rank + 1))
"""


@pytest.mark.parametrize("buffered", [False, True])
def test_collective_calls_give_what_they_are_for(buffered):
    found = ranks(COLLECTIVES, 3, buffered=buffered)
    assert only(found) == [
        ("x", 0, 5, None, [0, 1, 2], [0, 10, 20], None, 1, None),
        ("x", 1, 5, [5, 6, 7], [0, 1, 2], [1, 11, 21], None, 2, 1),
        ("x", 4, 5, None, [0, 1, 2], [2, 12, 22], 2, 6, 3),
    ]
    assert not found.deadlocks
    assert not found.crashes


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "return comm.bcast(1) if rank == 0 else comm.reduce(1)",
            "rank 0 calls bcast(root=0) where rank 1 calls reduce(root=0)",
        ),
        ("return comm.bcast(1, root=rank)", "rank 0 calls bcast(root=0) where rank 1 calls bcast(root=1)"),
        (
            "comm.Barrier() if rank == 1 else None\nreturn comm.allreduce(1)",
            "rank 0 calls allreduce() where rank 1 calls Barrier()",
        ),
    ],
)
def test_collective_calls_that_do_not_meet_are_named(body, words):
    found = ranks(body)
    assert found.crashes == found.interleavings
    with pytest.raises(CheckFailed, match="CollectiveMismatch") as failed:
        found.never_crashes()
    assert words in str(failed.value)


def test_a_collective_call_that_somebody_leaves_out_waits_for_him():
    told = why(ranks("if rank != 1:\n    comm.Barrier()", 3))
    assert "rank 0  waits for finish Barrier" in told
    assert "rank 1 " not in told.rpartition("Barrier()")[2]


def test_a_send_before_a_broadcast_that_is_received_after_it_waits_for_ever_unless_mpi_keeps_it():
    body = "comm.send(1, dest=1) if rank == 0 else None\nx = comm.bcast(2)\nreturn x if rank == 0 else (x, comm.recv(source=0))"
    assert ranks(body).deadlocks
    assert only(ranks(body, buffered=True)) == [2, (2, 1)]


def test_arrays_go_by_their_elements_and_into_the_buffer():
    body = """
import numpy as np
a, b = np.arange(4.0) * (rank + 1), np.empty(4)
comm.Allreduce(a, b)
c = np.empty(4)
comm.Sendrecv(a, dest=1 - rank, recvbuf=c, source=1 - rank)
d = np.empty(8) if rank == 0 else None
comm.Gather([a, MPI.DOUBLE], d)
e = np.empty(2)
comm.Scatter(a if rank == 1 else None, e, root=1)
comm.Allreduce(MPI.IN_PLACE, a, op=MPI.MAX)
return b.tolist(), c.tolist(), None if d is None else d.tolist(), e.tolist(), a.tolist()
"""
    (first, second) = only(ranks(body))
    assert first == ([0, 3, 6, 9], [0, 2, 4, 6], [0, 1, 2, 3, 0, 2, 4, 6], [0, 2], [0, 2, 4, 6])
    assert second == ([0, 3, 6, 9], [0, 1, 2, 3], None, [4, 6], [0, 2, 4, 6])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "import numpy as np\ncomm.Send(np.arange(4), dest=1) if rank == 0 else comm.Recv(np.empty(2), source=0)",
            "MPI_ERR_TRUNCATE",
        ),
        ("comm.send(1, dest=2)", "invalid rank 2: there are the ranks 0 to 1"),
        ("comm.scatter([1, 2, 3])", "expecting 2 items, got 3"),
        ("comm.send(1, dest=1, tag=-4)", "MPI_ERR_TAG"),
    ],
)
def test_what_mpi_refuses_is_refused(body, words):
    found = ranks(body)
    assert found.crashes
    assert words in found.trace()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("comm.Create_cart([2])", "`explore` does not cover `Comm.Create_cart`: compute the neighbours from the rank"),
        ("comm.Ibcast(None)", "`Comm.Ibcast`: use the call without I, which waits"),
        ("MPI.Win.Create(None)", "`mpi4py.MPI.Win`: send messages"),
        ("comm.Abort()", "`Comm.Abort`: raise an exception"),
    ],
)
def test_what_is_not_covered_is_named(body, words):
    with pytest.raises(BaseException, match="does not cover") as failed:
        ranks(body)
    assert words in str(failed.value)


def test_mpi_in_a_program_without_ranks_says_how_many_are_wanted():
    with pytest.raises(BaseException, match=r"say how many, as in explore\(f, ranks=4\)"):
        take("from mpi4py import MPI\ndef main():\n    return MPI.COMM_WORLD.Get_rank()")


def test_a_program_may_take_the_communicator_from_the_module_and_at_its_top_level():
    text = """
from mpi4py import MPI
comm = MPI.COMM_WORLD
rank = comm.Get_rank()

def main(times):
    return times * rank, comm.size
"""
    assert take(text, 10, ranks=2).results.values_returned() == [[(0, 2), (10, 2)]]


def test_nobody_is_sent_to_and_nothing_is_received_beyond_the_ends():
    body = """
left = rank - 1 if rank else MPI.PROC_NULL
right = rank + 1 if rank + 1 < size else MPI.PROC_NULL
return comm.sendrecv(rank, dest=right, source=left)
"""
    assert only(ranks(body, 3)) == [None, 0, 1]


def test_communicators_that_are_split_have_messages_of_their_own():
    body = """
half = comm.Split(rank % 2, key=-rank)
comm.send("world", dest=2) if rank == 0 else None
half.send("half", dest=0) if rank == 0 else None
got = (half.recv(source=1), comm.recv(source=0)) if rank == 2 else None
return half.Get_rank(), half.allreduce(rank), got
"""
    found = ranks(body, 4, buffered=True)
    assert only(found) == [(1, 2, None), (1, 4, None), (0, 2, ("half", "world")), (0, 4, None)]


def test_what_ranks_remember_and_their_histories_give_the_same():
    lines = "\n".join("    " + line for line in ANY_TWICE.strip("\n").splitlines())
    merged_and_not(HEAD + lines, ranks=3)


def test_of_many_ranks_only_whom_a_receive_hears_is_branched_on():
    ring = """
total = value = rank
for _ in range(size - 1):
    value = comm.sendrecv(value, dest=(rank + 1) % size, source=(rank - 1) % size)
    total += value
return total
"""
    found = ranks(ring, 12)
    assert isinstance(found.claim, AllButOrder)
    assert found.states < 10
    assert only(found) == [66] * 12
    found = ranks(ANY_TWICE, 6)
    assert isinstance(found.claim, AllButOrder)
    assert len(found.results) == 120


def random_program(draw: random.Random) -> str:
    """Ranks that send, receive from somebody or from anybody, begin to receive, and meet; most of them are wrong."""
    bodies = []
    for rank in range(3):
        lines, begun = ["out = []"], 0
        for _ in range(draw.randint(1, 4)):
            other = draw.choice([each for each in range(3) if each != rank])
            what = draw.choice(
                ["send", "send", "isend", "recv", "any", "irecv", "irecv any", "barrier", "wait", "test"]
            )
            if what == "send":
                lines.append(f"comm.send({draw.randint(0, 9)}, dest={other}, tag={draw.randint(0, 1)})")
            elif what == "recv":
                lines.append(f"out.append(comm.recv(source={other}{draw.choice(['', ', tag=1'])}))")
            elif what == "any":
                lines.append("out.append(comm.recv(source=MPI.ANY_SOURCE))")
            elif what == "barrier":
                lines.append("comm.Barrier()")
            elif what in ("wait", "test") and begun:
                lines.append(f"out.append(r{draw.randrange(begun)}.{what}())")
            elif what in ("isend", "irecv", "irecv any"):
                call = {"isend": f"isend({draw.randint(0, 9)}, dest={other})", "irecv": f"irecv(source={other})"}
                lines.append(f"r{begun} = comm.{call.get(what, 'irecv(source=MPI.ANY_SOURCE)')}")
                begun += 1
        bodies.append(f"if rank == {rank}:\n" + "\n".join(f"    {line}" for line in [*lines, "return out"]))
    return "\n".join(bodies)


def check_orders_are_left_out_soundly(monkeypatch, seeds, buffered: bool) -> None:
    for seed in seeds:
        body = random_program(random.Random(seed))
        monkeypatch.setattr(coverage, "_RANKS_STATES", 100_000)
        whole = ranks(body, 3, buffered=buffered)
        monkeypatch.setattr(coverage, "_RANKS_STATES", 1)
        reduced = ranks(body, 3, buffered=buffered)
        assert isinstance(whole.claim, AllInterleavings), body
        assert dict.fromkeys(whole.results) == dict.fromkeys(reduced.results), body
        assert bool(whole.deadlocks) == bool(reduced.deadlocks), body
        assert bool(whole.crashes) == bool(reduced.crashes), body


@pytest.mark.parametrize("buffered", [False, True])
def test_leaving_out_orders_changes_no_result_and_no_verdict(monkeypatch, buffered):
    check_orders_are_left_out_soundly(monkeypatch, range(25), buffered)


@pytest.mark.slow
@pytest.mark.parametrize("buffered", [False, True])
def test_leaving_out_orders_changes_nothing_in_hundreds_of_programs(monkeypatch, buffered):
    check_orders_are_left_out_soundly(monkeypatch, range(1_000, 1_200), buffered)


def test_a_search_of_ranks_that_is_interrupted_does_not_claim_to_be_whole(monkeypatch):
    look = Watch.look

    def interrupted(watch, states):
        if watch.what.startswith("all that differ") and states > 2:
            raise Interrupted
        look(watch, states)

    monkeypatch.setattr(coverage, "_RANKS_STATES", 5)
    monkeypatch.setattr(reduced, "OFTEN", 1)
    monkeypatch.setattr(Watch, "look", interrupted)
    found = ranks(
        "if rank:\n    comm.send(rank, dest=0)\nelse:\n    return [comm.recv(source=MPI.ANY_SOURCE) for _ in range(3)]",
        4,
    )
    assert isinstance(found.claim, Beginning)
    assert "since it was interrupted after" in str(found)
