"""A ring of ranks

Every rank has a value. Write `ring_exchange(comm, value)`, which each rank calls with its own, and which returns the list of **all** values on every rank, that of rank 0 first.

The ranks stand in a ring, and each only knows its neighbours: rank r sends to rank r + 1 and receives from rank r - 1; behind the last rank comes rank 0. In each step every rank passes on one value to the right, the one that it received in the step
before (in the first step its own), and receives one from the left. A value may be anything, and two ranks may have the same. After as many steps as there are **other** ranks everybody has seen everything, and nobody sends any more.

`send` may come back before somebody receives what was sent, and it may wait until then: MPI promises neither. So the program must come to its end in both cases, on any number of ranks, and on one. All
ranks work at the same time, and not one after the other. No collective calls.
"""

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, mpiexec, simulate

points = 4

hints = [
    "`rank, size = comm.Get_rank(), comm.Get_size()`. The right neighbour is `(rank + 1) % size`, the left one `(rank - 1) % size`: without `% size` rank 0 would receive from -1, which is nobody.",
    "`comm.sendrecv(passing, dest=right, source=left)` sends and receives at once, so that nobody has to come first. (Or `isend`, then `recv`, then `wait`.)",
    "Whose value comes in step number `step`, counted from 0? That of the rank `step + 1` places to the left: `(rank - step - 1) % size`.",
]


def ring_exchange(comm, value):
    """The list of the values of all ranks, by rank; each rank calls it with its own."""
    ### BEGIN SOLUTION
    rank, size = comm.Get_rank(), comm.Get_size()
    values = [None] * size
    values[rank] = passing = value
    for step in range(size - 1):
        passing = comm.sendrecv(passing, dest=(rank + 1) % size, source=(rank - 1) % size)
        values[(rank - step - 1) % size] = passing
    return values
    ### END SOLUTION


@given
def numbers_round(comm):
    return ring_exchange(comm, 10 + comm.Get_rank())


@given
def texts_round(comm, length):
    # Long texts, of which only the first letters and the lengths are given back.
    values = ring_exchange(comm, "abcdefghijklmnop"[comm.Get_rank()] * length)
    return [(text[0], len(text)) for text in values]


@given
def any_round(comm, values):
    return ring_exchange(comm, values[comm.Get_rank()])


@check("nobody waits for ever, even if a message is only sent when it is received")
def _(student):
    for ranks in 2, 3, 4:
        found = explore(student.numbers_round, ranks=ranks)
        sent = {"mpi.send", "mpi.isend"} & found.operations
        received = {"mpi.recv", "mpi.recv any", "mpi.wait", "mpi.wait any"} & found.operations
        if found.crashes:
            found.always_ends()
        assert not found.deadlocks or sent, (
            f"on {ranks} ranks all wait for a message, and nobody has sent one: where all receive first, nobody can go on (deadlock)"
        )
        assert not found.deadlocks or received, (
            f"on {ranks} ranks all send first, and each `send` may wait until its message is received, to which nobody comes (deadlock). That short messages pass "
            "on a real machine is luck: MPI keeps some thousand bytes, and none of a long one. Send and receive at once, or let somebody receive first"
        )
        assert not found.deadlocks, (
            f"on {ranks} ranks somebody waits for ever: there are as many steps as there are other ranks, and in each a rank sends once and receives once. "
            "(Rank -1 is nobody: who receives from it goes on, with `None`. The left neighbour of rank 0 is the last rank, `(rank - 1) % size`)"
        )
        found.always_ends()


@check("a ring of one rank")
def _(student):
    found = explore(student.numbers_round, ranks=1)
    assert not found.deadlocks, (
        "one rank by itself waits for ever: there are no other ranks, so there is no step at all"
    )
    found.always_ends()
    found.always(lambda result: result == [[10]])


@check("every rank gets all values, in the order of the ranks")
def _(student):
    for ranks in 2, 3, 6:
        for rank, came in enumerate(simulate(student.numbers_round, ranks=ranks, costs="ideal").result):
            expected = [10 + each for each in range(ranks)]
            assert came is not None, f"rank {rank} returns None: every rank returns the list of all values"
            assert not (isinstance(came, list) and None in came), (
                f"the values are {expected}, and rank {rank} of {ranks} has {came}: there are as many steps as there are other ranks, and in each something comes from the left"
            )
            assert came != [10 + rank] * ranks, f"rank {rank} of {ranks} has only its own value, {came}"
            assert sorted(came) != expected or came == expected, (
                f"rank {rank} of {ranks} has all values, but as {came}: the value of rank 0 comes first. What comes in step number `step` is that of the rank "
                "`step + 1` places to the left"
            )
            assert len(came) == ranks, (
                f"there are {ranks} values, and rank {rank} of {ranks} returns {len(came)}: {came}"
            )
            assert came == expected, (
                f"rank {rank} of {ranks} has {came}, and the values are {expected}: does each pass on what it has just received?"
            )


@check("values that are alike, in any order, and none at all")
def _(student):
    explore(student.any_round, [None, 0], ranks=2).always_ends()
    for values in [7, 3, 7, 3], [2, 0, None, 1]:
        found = simulate(student.any_round, values, ranks=4, costs="ideal")
        assert not found.failures, (
            f"with the values {values}, {found.failures[0].text()[:200]}. A value may be anything"
        )
        for rank, came in enumerate(found.result):
            assert came != sorted(values, key=str) or came == values, (
                f"the values of the ranks are {values}, and rank {rank} has {came}: not those that are smaller come first, but those of the first ranks"
            )
            assert came == values, (
                f"the values of the ranks are {values}, and rank {rank} has {came}. A value may be anything, also 0 or `None`, and two ranks may have the same: whose it is tells "
                "the step in which it comes, and not the value"
            )


@check("each rank sends to its right neighbour only, one value in each step")
def _(student):
    for ranks in 3, 6:
        found = simulate(student.texts_round, 1_000, ranks=ranks, costs="ideal")
        assert not found.failures, f"with texts for values, {found.failures[0].text()[:200]}. A value may be anything"
        assert not any(each.collective for each in found.sent), (
            "a collective call does it here: use `send`, `recv`, `sendrecv`, `isend` and `irecv` alone"
        )
        for each in found.sent:
            assert each.target == (each.source + 1) % ranks, (
                f"on {ranks} ranks, rank {each.source} sends to rank {each.target}: in this ring it only knows rank {(each.source + 1) % ranks}, on its right"
            )
        steps = ranks * (ranks - 1)
        assert found.messages >= steps, (
            f"{ranks} ranks that each send in {ranks - 1} steps send {steps} messages, and there were only {found.messages}"
        )
        assert found.messages == steps, (
            f"{ranks} ranks that each send in {ranks - 1} steps send {steps} messages, and there were {found.messages}: after {ranks - 1} steps everybody has everything"
        )
        assert found.bytes <= steps * 1_100, (
            f"{steps} messages with one value of 1,000 bytes each, and {found.bytes:,} bytes were sent: pass on one value in a step, and not all that you have"
        )


@check("all ranks work at the same time")
def _(student):
    found = simulate(student.numbers_round, ranks=8, costs="ideal", network=(1.0, 0.0))
    assert found.makespan <= 3 * 7, (
        f"a message takes 1 s here, and 8 ranks need {found.makespan:g} s, where 7 steps of all at once take 7 s (14 if half of them receive first): in each "
        "step everybody passes on something, and not one after the other"
    )


@check("real ranks, where MPI is installed, with long messages", limit=60)
def _(student):
    explore(student.numbers_round, ranks=3).always_ends()
    try:
        came = mpiexec(student.texts_round, 20_000, ranks=3, limit=30)
    except RuntimeError:
        return  # no MPI here, which the report says
    assert came == [[("a", 20_000), ("b", 20_000), ("c", 20_000)]] * 3


@hidden
@check("other numbers of ranks, compared with the reference")
def _(student, reference):
    for ranks in 1, 7:
        found = simulate(student.texts_round, 100, ranks=ranks, costs="ideal")
        right = simulate(reference.texts_round, 100, ranks=ranks, costs="ideal")
        assert found.result == right.result, f"on {ranks} ranks not every rank has all values in their order"
        assert found.messages == right.messages, (
            f"{ranks} ranks send {found.messages} messages, and {right.messages} are enough"
        )


@wrong(
    "on 2 ranks all send first",
    replaced={
        "passing = comm.sendrecv(passing, dest=(rank + 1) % size, source=(rank - 1) % size)": "comm.send(passing, dest=(rank + 1) % size)\n"
        "        passing = comm.recv(source=(rank - 1) % size)"
    },
)
def both_send_first(): ...


@wrong(
    "where all receive first, nobody can go on (deadlock)",
    replaced={
        "values[rank] = passing = value": "values[rank] = sending = value",
        "passing = comm.sendrecv(passing, dest=(rank + 1) % size, source=(rank - 1) % size)": "passing = comm.recv(source=(rank - 1) % size)\n"
        "        comm.send(sending, dest=(rank + 1) % size)\n        sending = passing",
    },
)
def both_receive_first(): ...


@wrong("one rank by itself waits for ever")
def a_ring_of_one_sends_to_itself():
    def ring_exchange(comm, value):
        rank, size = comm.Get_rank(), comm.Get_size()
        values = [None] * size
        sending = value
        for step in range(max(1, size - 1)):
            if rank % 2 == 0:
                comm.send(sending, dest=(rank + 1) % size)
                came = comm.recv(source=(rank - 1) % size)
            else:
                came = comm.recv(source=(rank - 1) % size)
                comm.send(sending, dest=(rank + 1) % size)
            sending = came
            values[(rank - step - 1) % size] = came
        values[rank] = value
        return values


@wrong("Rank -1 is nobody: who receives from it goes on", replaced={"source=(rank - 1) % size": "source=rank - 1"})
def the_left_neighbour_of_rank_0_is_nobody(): ...


@wrong("invalid rank 2: there are the ranks 0 to 1", replaced={"dest=(rank + 1) % size": "dest=rank + 1"})
def the_right_neighbour_of_the_last_rank(): ...


@wrong("the value of rank 0 comes first", replaced={"values[(rank - step - 1) % size] = passing": "values[step + 1] = passing", "values[rank] = passing": "values[0] = passing"})  # fmt: skip
def in_the_order_in_which_they_came(): ...


@wrong("not those that are smaller come first, but those of the first ranks")
def sorted_by_value():
    def ring_exchange(comm, value):
        rank, size = comm.Get_rank(), comm.Get_size()
        values = [value]
        for _ in range(size - 1):
            values.append(comm.sendrecv(values[-1], dest=(rank + 1) % size, source=(rank - 1) % size))
        return sorted(values, key=str)


@wrong("also 0 or `None`", replaced={"values[(rank - step - 1) % size] = passing": "values[(rank - step - 1) % size] = passing or values[(rank - step - 1) % size]"})  # fmt: skip
def what_is_false_is_taken_for_nothing(): ...


@wrong("go on for ever and never end (livelock)", "✘ values that are alike, in any order, and none at all")
def until_no_place_is_empty():
    def ring_exchange(comm, value):
        rank, size = comm.Get_rank(), comm.Get_size()
        values = [None] * size
        values[rank] = passing = value
        place = rank
        while None in values:
            passing = comm.sendrecv(passing, dest=(rank + 1) % size, source=(rank - 1) % size)
            place = (place - 1) % size
            values[place] = passing
        return values


@wrong("does each pass on what it has just received?", replaced={"comm.sendrecv(passing,": "comm.sendrecv(value,"})
def always_its_own_value(): ...


@wrong("there are as many steps as there are other ranks", replaced={"range(size - 1)": "range(size - 2)"})
def one_step_too_few(): ...


@wrong("after 2 steps everybody has everything", replaced={"range(size - 1)": "range(size)"})
def until_its_own_value_comes_home(): ...


@wrong("a collective call does it here")
def all_gather():
    def ring_exchange(comm, value):
        return comm.allgather(value)


@wrong("in this ring it only knows rank", "✘ each rank sends to its right neighbour only")
def everybody_to_everybody():
    def ring_exchange(comm, value):
        rank, size = comm.Get_rank(), comm.Get_size()
        others = [other for other in range(size) if other != rank]
        requests = [comm.isend(value, dest=other) for other in others]
        values = [value if other == rank else comm.recv(source=other) for other in range(size)]
        for request in requests:
            request.wait()
        return values


@wrong("in this ring it only knows rank")
def round_to_the_left():
    def ring_exchange(comm, value):
        rank, size = comm.Get_rank(), comm.Get_size()
        values = [None] * size
        values[rank] = passing = value
        for step in range(size - 1):
            passing = comm.sendrecv(passing, dest=(rank - 1) % size, source=(rank + 1) % size)
            values[(rank + step + 1) % size] = passing
        return values


@wrong("pass on one value in a step, and not all that you have")
def the_whole_list_is_passed_on():
    def ring_exchange(comm, value):
        rank, size = comm.Get_rank(), comm.Get_size()
        known = {rank: value}
        for _ in range(size - 1):
            known |= comm.sendrecv(known, dest=(rank + 1) % size, source=(rank - 1) % size)
        return [known[each] for each in range(size)]


@wrong("and there were only 5", "✘ each rank sends to its right neighbour only")
def one_list_that_goes_round_twice():
    def ring_exchange(comm, value):
        rank, size = comm.Get_rank(), comm.Get_size()
        right, left = (rank + 1) % size, (rank - 1) % size
        if size == 1:
            return [value]
        if rank == 0:
            comm.send([value], dest=right)
            values = comm.recv(source=left)
            comm.send(values, dest=right)
            return values
        values = comm.recv(source=left) + [value]
        comm.send(values, dest=right)
        values = comm.recv(source=left)
        if rank < size - 1:
            comm.send(values, dest=right)
        return values


@wrong("and not one after the other")
def rank_0_sends_first_and_all_others_receive_first():
    def ring_exchange(comm, value):
        rank, size = comm.Get_rank(), comm.Get_size()
        values = [None] * size
        values[rank] = passing = value
        for step in range(size - 1):
            if rank == 0:
                comm.send(passing, dest=1)
                came = comm.recv(source=size - 1)
            else:
                came = comm.recv(source=rank - 1)
                comm.send(passing, dest=(rank + 1) % size)
            passing = values[(rank - step - 1) % size] = came
        return values


@wrong("returns None: every rank returns the list of all values", replaced={"return values": "return values if rank == 0 else None"})  # fmt: skip
def only_rank_0_has_them(): ...


@also_right
def even_ranks_send_first():
    def ring_exchange(comm, value):
        rank, size = comm.rank, comm.size
        right, left = (rank + 1) % size, (rank - 1) % size
        values = {rank: value}
        passing = value
        for step in range(1, size):
            if rank % 2:
                came = comm.recv(source=left)
                comm.send(passing, right)
            else:
                comm.send(passing, right)
                came = comm.recv(source=left)
            passing = values[(rank - step) % size] = came
        return [values[each] for each in sorted(values)]


@also_right
def receives_begun_beforehand():
    import numpy as np

    def ring_exchange(comm, value):
        rank, size = comm.Get_rank(), comm.Get_size()
        came = [value]
        while len(came) < size:
            request = comm.irecv(2_000_000, source=rank - 1 if rank else size - 1, tag=len(came))
            comm.send(came[-1], dest=rank + 1 if rank + 1 < size else 0, tag=len(came))
            came.append(request.wait())
        return [came[(rank - each) % size] for each in np.arange(size)]


@also_right
def rank_0_receives_first():
    def pass_on(comm, value):
        rank, last = comm.Get_rank(), comm.Get_size() - 1
        if rank == 0:
            came = comm.recv(source=last)
            comm.send(value, dest=1)
        else:
            comm.send(value, dest=rank + 1 if rank < last else 0)
            came = comm.recv(source=rank - 1)
        return came

    def ring_exchange(comm, value):
        values = [value]
        for _ in range(comm.Get_size() - 1):
            values.insert(0, pass_on(comm, values[0]))
        # The last of them is this rank's own, and rank 0's is as many places before.
        own = len(values) - 1 - comm.Get_rank()
        return values[own:] + values[:own]


@also_right
def pairs_that_say_whose_they_are():
    def ring_exchange(comm, value):
        size, passing, values = comm.Get_size(), (comm.Get_rank(), value), []
        for step in range(size):
            values.append(passing)
            if step < size - 1:
                request = comm.isend(passing, dest=(passing[0] + step + 1) % size)
                passing = comm.recv()
                request.wait()
        return [value for _, value in sorted(values)]
