"""`python -m benchmarks.mpi`: MPI programs by real ranks, on every interleaving and in virtual time; do all of them agree?"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks import options
from benchmarks.programs import mpi as programs
from lockstep.exploration.exploring import explore
from lockstep.exploration.typed import typed_key
from lockstep.mpi.mpiexec import mpiexec
from lockstep.simulation.simulating import simulate

ALPHA, BETA = 5e-6, 1e-9  # seconds a message, and a byte


class Case(NamedTuple):
    """A program, its ranks, and what is known of its messages and their bytes. `races`: results differ from run to run."""

    program: Callable[..., Any]
    arguments: tuple[Any, ...]
    ranks: int
    messages: int | None = None
    bytes: int | None = None
    deadlocks: bool = False
    races: bool = False


def log2(p: int) -> int:
    return math.ceil(math.log2(p))


def cases(p: int) -> list[Case]:
    """Programs on p ranks, p being a power of 2, with messages and bytes by their formulas."""
    n = 4_096
    return [
        Case(programs.hello, (), p, 0, 0),
        Case(programs.ping_pong, (3,), 2, 6),
        Case(programs.ring_exchange, (), p, p * (p - 1)),
        Case(programs.token_ring, (), p, p),
        Case(programs.all_reduce_by_ring, (n,), p, 2 * p * (p - 1), 2 * (p - 1) * 8 * n),
        Case(programs.all_reduce_by_tree, (n,), p, 2 * (p - 1), 2 * (p - 1) * 8 * n),
        Case(programs.all_reduce_by_gather, (n,), p, 2 * (p - 1), 2 * (p - 1) * 8 * n),
        Case(programs.all_reduce_built_in, (n,), p, 2 * (p - 1), 2 * (p - 1) * 8 * n),
        Case(programs.halo_exchange, (8, 3), p, 3 * 2 * (p - 1) + p - 1),
        Case(programs.scatter_gather, (3,), p, 2 * (p - 1)),
        Case(programs.master_worker, (5,), p, 2 * 5 + p - 1),
        Case(programs.train_together, (3,), p, 3 * 2 * (p - 1), 3 * 2 * (p - 1) * 16),
        Case(programs.matrix_vector, (2 * p,), p, p - 1 + p * (p - 1)),
        Case(programs.transpose, (), p, p * (p - 1)),
        Case(programs.prefix_sums, (), p, 2 * (p - 1)),
        Case(programs.odd_even_sort, (), p, p // 2 * p + (p // 2 - 1) * p),
        Case(programs.non_blocking, (), p, p * (p - 1)),
        Case(programs.tags, (), p, 2),
        Case(programs.rows_and_columns, (2,), p, 2 * p * (p - 1) + 2 * (p // 2 - 1) * 2 + 2 * (2 - 1) * p // 2),
        Case(programs.longest_word, (["a", "bbb", "cc", "dddd", "e", "ffffff", "g", "hh"],), p, 2 * (p - 1)),
        Case(programs.both_send_first, (), 2, 2, deadlocks=True),
        Case(programs.first_comes, (), p, p - 1, races=True),
    ]


class Row(NamedTuple):
    """What came of a case: is all as it should be; states of `explore`; messages, bytes and virtual seconds; seconds that each took."""

    name: str
    ranks: int
    agrees: bool
    why: str
    states: int
    messages: int
    bytes: int
    makespan: float
    seconds: tuple[float, float, float]


def row(case: Case) -> Row:
    began = time.perf_counter()
    real = mpiexec(case.program, *case.arguments, ranks=case.ranks, limit=60)
    ran = time.perf_counter()
    found = explore(case.program, *case.arguments, ranks=case.ranks)
    explored = time.perf_counter()
    virtual = simulate(case.program, *case.arguments, ranks=case.ranks, costs="ideal", network=(ALPHA, BETA))
    simulated = time.perf_counter()
    wrong = []
    if bool(found.deadlocks) != case.deadlocks:
        wrong.append(f"{found.deadlocks} deadlocks")
    if found.crashes or not found.claim.complete:
        wrong.append(f"{found.crashes} crashes, {found.claim}")
    if not case.deadlocks and real not in found.results:
        wrong.append("what came out really is no result of explore")
    if not case.deadlocks and (len(found.results) > 1) != case.races:
        wrong.append(f"{len(found.results)} results")
    if not case.races and typed_key(virtual.result) != typed_key(real):
        wrong.append(f"simulate gives {virtual.result!r}, and really it is {real!r}")
    if case.messages is not None and virtual.messages != case.messages:
        wrong.append(f"{virtual.messages} messages, and not {case.messages}")
    if case.bytes is not None and virtual.bytes != case.bytes:
        wrong.append(f"{virtual.bytes} bytes, and not {case.bytes}")
    seconds = (ran - began, explored - ran, simulated - explored)
    return Row(
        case.program.__name__, case.ranks, not wrong, "; ".join(wrong), found.states, virtual.messages, virtual.bytes,
        virtual.makespan, seconds,
    )  # fmt: skip


def main(tiny: bool) -> None:
    print(f"a message takes {ALPHA * 1e6:g} us and {BETA * 1e9:g} ns a byte; seconds: really, explore, simulate")
    print(f"{'program':22} {'ranks':>5} {'states':>7} {'messages':>8} {'bytes':>9} {'makespan':>10}  seconds")
    table = []
    for case in cases(4)[: 3 if tiny else None]:
        found = row(case)
        table.append(found)
        seconds = " ".join(f"{each:5.2f}" for each in found.seconds)
        told = "" if found.agrees else f"  DIFFERS: {found.why}"
        print(
            f"{found.name:22} {found.ranks:5} {found.states:7} {found.messages:8} {found.bytes:9} "
            f"{found.makespan * 1e6:7.1f} us  {seconds}{told}"
        )
    if not tiny:
        print("\nall_reduce of 4,096 floats on 8 ranks, and a message of one number reduced on 1,000:")
        for program in (programs.all_reduce_by_ring, programs.all_reduce_by_tree, programs.all_reduce_by_gather):
            virtual = simulate(program, 4_096, ranks=8, costs="ideal", network=(ALPHA, BETA))
            print(f"  {program.__name__:22} {virtual.messages:4} messages {virtual.makespan * 1e6:6.0f} us")
        began = time.perf_counter()
        virtual = simulate(programs.all_reduce_built_in, 1, ranks=1_000, costs="ideal", network=(ALPHA, BETA))
        took = time.perf_counter() - began
        print(
            f"  {'on 1,000 ranks':22} {virtual.messages:4} messages {virtual.makespan * 1e6:6.0f} us, simulated in {took:.1f} s"
        )
    same = sum(found.agrees for found in table)
    print(
        f"\nin short: {same} of {len(table)} programs give the same really, on every interleaving and in virtual time"
    )


if __name__ == "__main__":
    main(options("mpi", __doc__).parse_args().tiny)
