"""MPI programs in virtual time: messages, bytes and seconds are those of the formulas."""

import math

import pytest

from benchmarks.programs import mpi as programs
from lockstep.program.source import ModuleSource
from lockstep.simulation.costs import IDEAL
from lockstep.simulation.inside.service import Simulator
from lockstep.simulation.log import Log
from lockstep.simulation.phrases import Deadlocked
from lockstep.simulation.simulating import simulate
from lockstep.simulation.simulation import simulation_of
from lockstep.student.data import Reference

ALPHA, BETA = 5e-6, 1e-9
HEAD = (
    "from mpi4py import MPI\nimport numpy as np\n\ndef main(comm):\n    rank, size = comm.Get_rank(), comm.Get_size()\n"
)


def virtual(body: str, ranks: int, network=(ALPHA, BETA)):
    """The simulation of these lines, in this process."""
    lines = "\n".join("    " + line for line in body.strip("\n").splitlines())
    return simulated(ModuleSource.of_text(HEAD + lines, "program"), "main", (), ranks, network)


def simulated(source: ModuleSource, name: str, arguments, ranks: int, network=(ALPHA, BETA)):
    costs = IDEAL.between_ranks(*network)
    request = {
        "function": Reference("student", name), "arguments": list(arguments), "keywords": {}, "cores": ranks, "ranks": ranks,
        "costs": costs.to_data(), "pipe_capacity": 65_536,
    }  # fmt: skip
    reply = Simulator(source, ModuleSource()).run(request)
    assert not reply["failures"], reply["failures"]
    return simulation_of(Log.of_data(reply["log"]), name, result=reply["value"])


def log2(ranks: int) -> int:
    return math.ceil(math.log2(ranks))


@pytest.mark.parametrize("p", [1, 2, 3, 5, 8, 13])
@pytest.mark.parametrize(
    ("call", "messages", "of"),
    [
        ("comm.Bcast(np.zeros(n), root=size - 1)", lambda p: p - 1, lambda p: 1),
        ("comm.Reduce(np.zeros(n), np.zeros(n), root=size // 2)", lambda p: p - 1, lambda p: 1),
        ("comm.Allreduce(np.zeros(n), np.zeros(n))", lambda p: 2 * (p - 1), lambda p: 1),
        ("comm.Scatter(np.zeros(n * size), np.zeros(n))", lambda p: p - 1, lambda p: 1),
        ("comm.Gather(np.zeros(n), np.zeros(n * size))", lambda p: p - 1, lambda p: 1),
        ("comm.Allgather(np.zeros(n), np.zeros(n * size))", lambda p: p * (p - 1), lambda p: 1),
        ("comm.Alltoall(np.zeros(n * size), np.zeros(n * size))", lambda p: p * (p - 1), lambda p: 1),
        ("comm.Scan(np.zeros(n), np.zeros(n))", lambda p: p - 1, lambda p: 1),
        ("comm.Barrier()", lambda p: p * log2(p) if p > 1 else 0, lambda p: 0),
    ],
)
def test_a_collective_call_sends_the_messages_and_bytes_of_its_algorithm(p, call, messages, of):
    n = 100
    found = virtual(f"n = {n}\n{call}", p)
    assert found.messages == messages(p)
    assert found.bytes == messages(p) * of(p) * 8 * n


@pytest.mark.parametrize("p", [2, 4, 8, 16])
def test_a_broadcast_and_a_barrier_take_log2_p_messages_one_after_the_other(p):
    each = ALPHA + 800 * BETA
    assert virtual("comm.Bcast(np.zeros(100))", p).makespan == pytest.approx(log2(p) * each)
    assert virtual("comm.Barrier()", p).makespan == pytest.approx(log2(p) * ALPHA)
    assert virtual("comm.Allreduce(np.zeros(100), np.zeros(100))", p).makespan == pytest.approx(2 * log2(p) * each)


@pytest.mark.parametrize("p", [2, 5, 9])
def test_what_all_send_to_one_comes_in_one_after_the_other(p):
    each = ALPHA + 800 * BETA
    assert virtual("comm.Gather(np.zeros(100), np.zeros(100 * size))", p).makespan == pytest.approx((p - 1) * each)
    assert virtual("comm.Scatter(np.zeros(100 * size), np.zeros(100))", p).makespan == pytest.approx((p - 1) * each)


def test_an_all_reduce_by_ring_tree_and_gather_has_the_time_of_its_formula():
    p, n = 8, 4_096
    source = ModuleSource.of_file(programs.__file__)

    def of(name):
        return simulated(source, name, (n,), p)

    ring, tree, gather = of("all_reduce_by_ring"), of("all_reduce_by_tree"), of("all_reduce_by_gather")
    whole, part = ALPHA + 8 * n * BETA, ALPHA + 8 * n / p * BETA
    assert (ring.messages, tree.messages, gather.messages) == (2 * p * (p - 1), 2 * (p - 1), 2 * (p - 1))
    assert ring.makespan == pytest.approx(2 * (p - 1) * part)
    assert tree.makespan == pytest.approx(2 * log2(p) * whole)
    assert gather.makespan == pytest.approx((p - 1 + log2(p)) * whole)


def test_who_computes_while_a_message_is_on_its_way_does_not_wait_for_it():
    body = """
from lockstep import work
if rank == 0:
    request = comm.Isend(np.zeros(1_000), dest=1)
    work(1.0)
    request.Wait()
else:
    work(1.0)
    comm.Recv(np.zeros(1_000), source=0)
"""
    assert virtual(body, 2, (0.5, 0.0)).makespan == pytest.approx(1.0)
    assert virtual(
        body.replace("Isend", "Send").replace("request.Wait()", "pass"), 2, (0.5, 0.0)
    ).makespan == pytest.approx(1.5)


def test_any_source_hears_who_comes_first():
    body = """
from lockstep import work
if rank == 0:
    return [comm.recv(source=MPI.ANY_SOURCE) for _ in range(size - 1)]
work(1.0 / rank)
comm.send(rank, dest=0)
"""
    assert virtual(body, 4).result[0] == [3, 2, 1]


def test_a_thousand_ranks_reduce_a_number():
    found = virtual("return comm.allreduce(rank)", 1_000)
    assert found.result == [499_500] * 1_000
    assert found.messages == 1_998
    assert found.makespan == pytest.approx(20 * ALPHA, rel=0.02)


@pytest.mark.parametrize("p", [1, 2, 3, 6])
def test_the_order_of_operands_is_that_of_the_ranks(p):
    body = """
join = MPI.Op.Create(lambda x, y: x + y, commute=False)
own = "abcdefgh"[rank]
return (comm.reduce(own, op=join, root=size - 1), comm.allreduce(own, op=join), comm.scan(own, op=join),
        comm.exscan(own, op=join))
"""
    whole = "abcdefgh"[:p]
    assert virtual(body, p).result == [
        (whole if rank == p - 1 else None, whole, whole[: rank + 1], whole[:rank] or None) for rank in range(p)
    ]


def test_each_message_is_told_with_its_ranks_and_bytes_and_whether_a_collective_call_sent_it():
    found = virtual("comm.Send(np.zeros(4), dest=1 - rank) if rank == 0 else comm.Recv(np.zeros(4))\ncomm.Barrier()", 2)
    assert [tuple(each) for each in found.sent if not each.collective] == [(0, 1, 32, False)]
    assert {(each.source, each.target, each.bytes) for each in found.sent if each.collective} == {(0, 1, 0), (1, 0, 0)}
    assert len(found.sent) == found.messages == 3


def test_a_deadlock_and_collective_calls_that_do_not_meet_are_told():
    with pytest.raises(Deadlocked, match="rank 0 waits for ever|2 processes|3 processes") as failed:
        simulate(programs.all_wait, ranks=2, costs="ideal")
    assert "rank 0 waits in Comm.recv" in failed.value.evidence.text()
    words = (
        r"after rank . ended with CollectiveMismatch: rank 0 calls reduce\(root=0\) where rank 1 calls bcast\(root=0\)"
    )
    with pytest.raises(Deadlocked, match=words), pytest.warns(UserWarning, match="CollectiveMismatch"):
        simulate(programs.other_calls, ranks=2, costs="ideal")


@pytest.mark.parametrize(
    "wrong",
    [
        {"ranks": -1},
        {"ranks": 2.5},
        {"ranks": 1_000_000},
        {"ranks": 2, "network": 3},
        {"ranks": 2, "network": (-1, 0)},
        {},
    ],
)
def test_options_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="ranks is how many|network is seconds|cores is how many"):
        simulate(programs.hello, **wrong)


def test_it_says_what_a_message_takes():
    assert (
        "a message between ranks takes 5 us and 1 ns a byte" in simulate(programs.hello, ranks=2, costs="ideal").text()
    )
