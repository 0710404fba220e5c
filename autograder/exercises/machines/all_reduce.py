"""All-reduce

Every rank has an array of floats, all of the same length, and every rank needs the **sum** of all arrays, element by element. That is an *all-reduce*, the most used collective call there is. MPI has it, as `comm.allreduce`; here you make it from sends and
receives, in two ways. Each rank calls the function with its own array `numbers`, which is not changed, and the function returns the sum on every rank. Any number of ranks, any length; every rank has the same numbers, to the last bit.

- `tree_all_reduce(comm, numbers)`: **up** a tree to rank 0, which adds up, and **down** again. With p ranks whole arrays go 2 (p - 1) times, and as ranks of different branches work at the same time, only about 2 log2 p of them one after the other (twice as many are accepted: in some trees a rank hears two others).
- `ring_all_reduce(comm, numbers)`: the array is cut into p **parts** (`np.array_split`), and in each step every rank sends one part to its right neighbour and gets one from the left. In p - 1 steps the sums are made, in p - 1 more they are dealt out. Each rank sends
  2 (p - 1) parts, which is about twice the array, however many ranks there are.

The checks count messages and bytes, and on the virtual machine a message takes a time of its own and some for each byte. No collective calls. (`numbers` may be sent by `comm.send`, or its elements by `comm.Send`.)
"""

import numpy as np

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, mpiexec, simulate

points = 6

hints = [
    "The tree, upward: `distance` is 1, 2, 4, ... A rank with `rank & distance` sends its sum to `rank - distance` and is done; another receives from `rank + distance`, if there is such a rank, and adds.",
    "The tree, downward, is the same backwards: receive the result from where you sent to (rank 0 has it), then send it to `rank + distance` for all smaller distances.",
    "The ring: in step number `step` of the first round, send part `(rank - step) % size`, receive part `(rank - step - 1) % size` and add it to yours. Then part `(rank + 1) % size` is complete here.",
    "The second round of the ring: in step number `step`, send part `(rank + 1 - step) % size`, and what comes is part `(rank - step) % size`, complete. `comm.sendrecv` does both at once.",
]


def tree_all_reduce(comm, numbers):
    """The sum of the arrays of all ranks, on every rank: up a tree, and down again."""
    ### BEGIN SOLUTION
    rank, size = comm.Get_rank(), comm.Get_size()
    total = numbers.copy()
    distance = 1
    while distance < size and not rank & distance:
        if rank + distance < size:
            total = total + comm.recv(source=rank + distance)
        distance *= 2
    if rank:
        comm.send(total, dest=rank - distance)
        total = comm.recv(source=rank - distance)
    while distance > 1:
        distance //= 2
        if rank + distance < size:
            comm.send(total, dest=rank + distance)
    return total
    ### END SOLUTION


def ring_all_reduce(comm, numbers):
    """The sum of the arrays of all ranks, on every rank: in parts, round the ring twice."""
    ### BEGIN SOLUTION
    rank, size = comm.Get_rank(), comm.Get_size()
    right, left = (rank + 1) % size, (rank - 1) % size
    parts = np.array_split(numbers, size)
    for step in range(size - 1):
        came = comm.sendrecv(parts[(rank - step) % size], dest=right, source=left)
        parts[(rank - step - 1) % size] = parts[(rank - step - 1) % size] + came
    for step in range(size - 1):
        parts[(rank - step) % size] = comm.sendrecv(parts[(rank + 1 - step) % size], dest=right, source=left)
    return np.concatenate(parts)
    ### END SOLUTION


@given
def numbers_of(rank, length):
    return np.arange(length) * (rank + 1.0)


@given
def tree_sums(comm, length):
    # The sums, and whether the array that was given is as it was.
    numbers = numbers_of(comm.Get_rank(), length)
    found = tree_all_reduce(comm, numbers)
    return np.array(found, dtype=float).tolist(), bool((numbers == numbers_of(comm.Get_rank(), length)).all())


@given
def ring_sums(comm, length):
    numbers = numbers_of(comm.Get_rank(), length)
    found = ring_all_reduce(comm, numbers)
    return np.array(found, dtype=float).tolist(), bool((numbers == numbers_of(comm.Get_rank(), length)).all())


@given
def many_ring_sums(comm, lengths):
    return [ring_sums(comm, length) for length in lengths]


@given
def tree_of_tenths(comm):
    return np.array(tree_all_reduce(comm, np.full(5, 0.1 * (comm.Get_rank() + 1)))).tolist()


@given
def ring_of_tenths(comm):
    return np.array(ring_all_reduce(comm, np.full(5, 0.1 * (comm.Get_rank() + 1)))).tolist()


@given
def long_tree(comm, length):
    return float(tree_all_reduce(comm, np.full(length, comm.Get_rank() + 1.0)).sum())


@given
def long_ring(comm, length):
    return float(ring_all_reduce(comm, np.full(length, comm.Get_rank() + 1.0)).sum())


@given
def both_long(comm, length):
    return long_tree(comm, length), long_ring(comm, length)


@check("the tree: nobody waits for ever, on any number of ranks, even if a message is only sent when it is received")
def _(student):
    for ranks in 1, 2, 3, 4:
        found = explore(student.tree_sums, 2, ranks=ranks)
        assert not found.deadlocks, (
            f"on {ranks} ranks somebody waits for ever. Has each receive a send, and each send a receive? Where the number of ranks is no power of 2, some ranks have no partner"
        )
        found.always_ends()


@check("the tree: every rank has the sum")
def _(student):
    for ranks in 2, 6, 8:
        right = [place * ranks * (ranks + 1) / 2 for place in range(3)]
        for rank, (sums, unchanged) in enumerate(simulate(student.tree_sums, 3, ranks=ranks, costs="ideal").result):
            assert sums == right, (
                f"on {ranks} ranks the sum is {right}, and rank {rank} has {sums}. Has every rank's array been added once, and has the whole sum come back to everybody?"
            )
            assert unchanged is True, f"rank {rank} of {ranks} has changed the array that it was given: add to a copy"


@check("the tree: 2 (p - 1) messages, and few of them one after the other, on 300 ranks", limit=60)
def _(student):
    assert not any(each.collective for each in simulate(student.tree_sums, 1, ranks=2, costs="ideal").sent), (
        "a collective call does it here: the tree is to be made of sends and receives"
    )
    for ranks, steps in (20, 10), (300, 18):
        found = simulate(student.tree_sums, 1, ranks=ranks, costs="ideal", network=(1.0, 0.0), limit=50)
        assert found.messages <= 2 * (ranks - 1), (
            f"{ranks} ranks sent {found.messages} messages, and {2 * (ranks - 1)} are enough: each rank but one sends its sum once up the tree, and gets the whole sum once"
        )
        assert found.makespan <= 2.1 * steps, (
            f"a message takes 1 s here, and on {ranks} ranks the sum is everywhere after {found.makespan:g} s, where a tree needs about {steps} s: two times log2 {ranks}, rounded up. "
            "If one rank hears all the others, one after another, it is no tree"
        )


@check("the ring: nobody waits for ever, on any number of ranks, even if a message is only sent when it is received")
def _(student):
    for ranks in 1, 2, 3, 4:
        found = explore(student.ring_sums, 3, ranks=ranks)
        assert not found.deadlocks or {"mpi.recv", "mpi.recv any", "mpi.wait", "mpi.wait any"} & found.operations, (
            f"on {ranks} ranks somebody waits for ever: if all send first, each `send` may wait until its message is received, to which nobody comes. Send and receive at once"
        )
        assert not found.deadlocks, f"on {ranks} ranks somebody waits for ever. Has each receive a send?"
        found.always_ends()


@check("the ring: every rank has the sum, of arrays of any length")
def _(student):
    lengths = [6, 1, 3, 0, 8]
    for ranks in 1, 2, 3, 5:
        for rank, came in enumerate(simulate(student.many_ring_sums, lengths, ranks=ranks, costs="ideal").result):
            for length, (sums, unchanged) in zip(lengths, came):
                right = [place * ranks * (ranks + 1) / 2 for place in range(length)]
                assert len(sums) == length, (
                    f"{length} numbers on {ranks} ranks: rank {rank} returns {len(sums)}. The parts need not be equally long"
                )
                whole = length // ranks * ranks
                assert sums == right or whole == 0 or sums[:whole] != right[:whole], (
                    f"{length} numbers on {ranks} ranks: the sum is {right}, and rank {rank} has {sums}: what is left over belongs to a part, too. The parts need not be equally long"
                )
                assert sums == right, (
                    f"{length} numbers on {ranks} ranks: the sum is {right}, and rank {rank} has {sums}. Which part is sent in which step, and which one comes?"
                )
                assert unchanged is True, (
                    f"rank {rank} of {ranks} has changed the array that it was given: the parts of `np.array_split` are views of it"
                )


@check("the ring: each rank sends 2 (p - 1) parts to its right neighbour, all at the same time")
def _(student):
    ranks, length = 10, 8_000
    found = simulate(student.long_ring, length, ranks=ranks, costs="ideal", network=(0.0, 1.0))
    assert not any(each.collective for each in found.sent), (
        "a collective call does it here: the ring is to be made of sends and receives"
    )
    for each in found.sent:
        assert each.target == (each.source + 1) % ranks, (
            f"on {ranks} ranks, rank {each.source} sends to rank {each.target}: in this ring it only knows rank {(each.source + 1) % ranks}"
        )
    most = max(sum(each.bytes for each in found.sent if each.source == rank) for rank in range(ranks))
    part, twice = 8 * length // ranks, 2 * 8 * length
    assert most <= 1.1 * twice, (
        f"an array has {8 * length:,} bytes, and one of {ranks} ranks sends {most:,}: in 2 (p - 1) steps a part of {part:,} bytes goes each time, about twice the array in all. "
        "Do whole arrays go round?"
    )
    assert found.messages <= 2 * ranks * (ranks - 1), (
        f"{ranks} ranks sent {found.messages} messages: 2 (p - 1) each are {2 * ranks * (ranks - 1)}"
    )
    assert found.makespan <= 2 * 1.1 * twice, (
        f"a byte takes 1 s here, and the sum is everywhere after {found.makespan:,.0f} s, where each rank sends about {twice:,} bytes: in each step **all** ranks send a part, and not one "
        "after the other"
    )


@check("the same numbers everywhere, to the last bit")
def _(student):
    for function in student.tree_of_tenths, student.ring_of_tenths:
        found = simulate(function, ranks=6, costs="ideal").result
        assert abs(found[0][0] - 2.1) < 1e-12, (
            f"on 6 ranks 0.1 + 0.2 + 0.3 + 0.4 + 0.5 + 0.6 is 2.1, and rank 0 has {found[0][0]!r:.20} ({function.name}): the sum is an array of floats, as the arrays are, and not of "
            "whole or shorter numbers"
        )
        assert all(each == found[0] for each in found), (
            f"on 6 ranks the sums of 0.1, 0.2, 0.3, ... differ in their last digits ({function.name}): floats that are added in another order can give another sum. "
            "Each sum is made in one place, and dealt out from there"
        )


@check("real ranks, where MPI is installed, with long arrays", limit=60)
def _(student):
    explore(student.tree_sums, 2, ranks=3).always_ends()
    explore(student.ring_sums, 3, ranks=3).always_ends()
    try:
        found = mpiexec(student.both_long, 3_600, ranks=3, limit=30)
    except RuntimeError:
        return  # no MPI here, which the report says
    assert found == [(21_600.0, 21_600.0)] * 3


@hidden
@check("other arrays, compared with the reference")
def _(student, reference):
    for name, ranks, length in ("tree_sums", 11, 3), ("ring_sums", 9, 20):
        found = simulate(getattr(student, name), length, ranks=ranks, costs="ideal").result
        right = simulate(getattr(reference, name), length, ranks=ranks, costs="ideal").result
        assert found == right, f"{name} of {length} numbers on {ranks} ranks differs from the reference"


@wrong("If one rank hears all the others, one after another, it is no tree")
def all_to_rank_0_and_back():
    def tree_all_reduce(comm, numbers):
        rank, size = comm.Get_rank(), comm.Get_size()
        if rank:
            comm.send(numbers, dest=0)
            return comm.recv(source=0)
        total = numbers.copy()
        for other in range(1, size):
            total += comm.recv(source=other)
        for other in range(1, size):
            comm.send(total, dest=other)
        return total


@wrong("Has each receive a send, and each send a receive?", replaced={"if rank + distance < size:\n            total": "if True:\n            total"})  # fmt: skip
def only_for_powers_of_two(): ...


@wrong("has the whole sum come back to everybody?")
def the_sum_stays_with_rank_0():
    def tree_all_reduce(comm, numbers):
        rank, size = comm.Get_rank(), comm.Get_size()
        total = numbers.copy()
        distance = 1
        while distance < size:
            if rank & distance:
                comm.send(total, dest=rank - distance)
                break
            if rank + distance < size:
                total += comm.recv(source=rank + distance)
            distance *= 2
        return total


@wrong("has changed the array that it was given: add to a copy", replaced={"total = numbers.copy()": "total = numbers", "total = total + comm": "total += comm"})  # fmt: skip
def added_to_the_array_of_the_caller(): ...


@wrong("messages, and", "are enough: each rank but one sends its sum once up the tree")
def every_rank_with_every_other():
    def tree_all_reduce(comm, numbers):
        rank, size = comm.Get_rank(), comm.Get_size()
        arrays = [numbers] * size
        for other in range(size):
            if other != rank:
                arrays[other] = comm.sendrecv(numbers, dest=other, source=other)
        return sum(arrays[1:], arrays[0])


@wrong("messages, and", "are enough: each rank but one sends its sum once up the tree")
def both_of_a_pair_send():
    def tree_all_reduce(comm, numbers):
        rank, size = comm.Get_rank(), comm.Get_size()
        whole = 1
        while 2 * whole <= size:
            whole *= 2
        total = numbers
        if rank >= whole:
            comm.send(total, dest=rank - whole)
            return comm.recv(source=rank - whole)
        if rank + whole < size:
            total = total + comm.recv(source=rank + whole)
        distance = 1
        while distance < whole:
            partner = rank ^ distance
            total = total + comm.sendrecv(total, dest=partner, source=partner)
            distance *= 2
        if rank + whole < size:
            comm.send(total, dest=rank + whole)
        return total


@wrong("a collective call does it here: the tree")
def the_call_that_mpi_has():
    def tree_all_reduce(comm, numbers):
        return comm.allreduce(numbers)


@wrong("If one rank hears all the others, one after another, it is no tree")
def along_a_chain_and_back():
    def tree_all_reduce(comm, numbers):
        rank, size = comm.Get_rank(), comm.Get_size()
        total = numbers if rank == 0 else numbers + comm.recv(source=rank - 1)
        if rank < size - 1:
            comm.send(total, dest=rank + 1)
            total = comm.recv(source=rank + 1)
        if rank > 0:
            comm.send(total, dest=rank - 1)
        return total


@wrong("if all send first, each `send` may wait until its message is received", replaced={"came = comm.sendrecv(parts[(rank - step) % size], dest=right, source=left)": "comm.send(parts[(rank - step) % size], dest=right)\n        came = comm.recv(source=left)"})  # fmt: skip
def the_ring_sends_first(): ...


@wrong("Do whole arrays go round?")
def whole_arrays_round_the_ring():
    def ring_all_reduce(comm, numbers):
        rank, size = comm.Get_rank(), comm.Get_size()
        arrays = [None] * size
        arrays[rank] = numbers
        for step in range(size - 1):
            source = (rank - step - 1) % size
            arrays[source] = comm.sendrecv(
                arrays[(rank - step) % size], dest=(rank + 1) % size, source=(rank - 1) % size
            )
        return sum(arrays[1:], arrays[0])


@wrong("Which part is sent in which step, and which one comes?", replaced={"parts[(rank - step) % size] = comm.sendrecv(parts[(rank + 1 - step) % size]": "parts[(rank - step) % size] = comm.sendrecv(parts[(rank - step) % size]"})  # fmt: skip
def the_second_round_begins_with_the_wrong_part(): ...


@wrong(
    "Which part is sent in which step, and which one comes?",
    replaced={"parts[(rank - step - 1) % size] + came": "came"},
)
def parts_replaced_and_not_added(): ...


@wrong("The parts need not be equally long", replaced={"parts = np.array_split(numbers, size)": "length = len(numbers) // size\n    parts = [numbers[n * length : (n + 1) * length] for n in range(size)]"})  # fmt: skip
def what_is_left_over_is_lost(): ...


@wrong("what is left over belongs to a part, too")
def what_is_left_over_stays_as_it_was():
    def ring_all_reduce(comm, numbers):
        rank, size = comm.Get_rank(), comm.Get_size()
        right, left = (rank + 1) % size, (rank - 1) % size
        total, length = numbers.copy(), len(numbers) // size
        parts = [total[n * length : (n + 1) * length] for n in range(size)]
        for step in range(size - 1):
            parts[(rank - step - 1) % size] += comm.sendrecv(parts[(rank - step) % size], dest=right, source=left)
        for step in range(size - 1):
            parts[(rank - step) % size][:] = comm.sendrecv(parts[(rank + 1 - step) % size], dest=right, source=left)
        return total


@wrong("the parts of `np.array_split` are views of it", replaced={"parts[(rank - step - 1) % size] = parts[(rank - step - 1) % size] + came": "parts[(rank - step - 1) % size] += came"})  # fmt: skip
def parts_are_views(): ...


@wrong("in this ring it only knows rank", "✘ the ring: each rank sends 2 (p - 1) parts to its right neighbour")
def the_ring_is_a_tree():
    def ring_all_reduce(comm, numbers):
        return tree_all_reduce(comm, numbers)


@wrong("and not one after the other", "✘ the ring: each rank sends 2 (p - 1) parts")
def a_token_goes_round():
    def ring_all_reduce(comm, numbers):
        rank, size = comm.Get_rank(), comm.Get_size()
        right, left = (rank + 1) % size, (rank - 1) % size
        if size == 1:
            return numbers.copy()
        total = numbers if rank == 0 else numbers + comm.recv(source=left)
        comm.send(total, dest=right)
        total = comm.recv(source=left)
        if rank < size - 1:
            comm.send(total, dest=right)
        return total


@wrong("and not of whole or shorter numbers", replaced={"total = numbers.copy()": "total = numbers.astype(int)"})
def whole_numbers(): ...


@wrong("and not of whole or shorter numbers", replaced={"total = numbers.copy()": "total = numbers.astype(np.float32)"})
def shorter_floats(): ...


@wrong("differ in their last digits", "✘ the same numbers everywhere, to the last bit")
def each_rank_adds_in_its_own_order():
    def ring_all_reduce(comm, numbers):
        rank, size = comm.Get_rank(), comm.Get_size()
        right, left = (rank + 1) % size, (rank - 1) % size
        if len(numbers) < 100:
            total = passing = numbers
            for _ in range(size - 1):
                passing = comm.sendrecv(passing, dest=right, source=left)
                total = total + passing
            return total
        parts = np.array_split(numbers, size)
        for step in range(size - 1):
            came = comm.sendrecv(parts[(rank - step) % size], dest=right, source=left)
            parts[(rank - step - 1) % size] = parts[(rank - step - 1) % size] + came
        for step in range(size - 1):
            parts[(rank - step) % size] = comm.sendrecv(parts[(rank + 1 - step) % size], dest=right, source=left)
        return np.concatenate(parts)


@also_right
def elements_by_send_and_recv():
    def tree_all_reduce(comm, numbers):
        rank, size = comm.rank, comm.size
        total, came = np.array(numbers, dtype=float), np.empty(len(numbers))
        children, distance = [], 1
        while distance < size and rank % (2 * distance) == 0:
            if rank + distance < size:
                children.append(rank + distance)
                comm.Recv(came, source=rank + distance)
                total += came
            distance *= 2
        if rank > 0:
            parent = rank - (rank & -rank)
            comm.Send(total, dest=parent)
            comm.Recv(total, source=parent)
        for child in reversed(children):
            comm.Send(total, dest=child)
        return total

    def ring_all_reduce(comm, numbers):
        rank, size = comm.rank, comm.size
        total = np.array(numbers, dtype=float)
        bounds = [len(total) * n // size for n in range(size + 1)]
        parts = [total[first:last] for first, last in zip(bounds, bounds[1:])]
        for step in range(2 * (size - 1)):
            sent, comes = parts[(rank - step) % size], parts[(rank - step - 1) % size]
            request = comm.Isend(sent, dest=(rank + 1) % size)
            came = np.empty(len(comes))
            comm.Recv(came, source=(rank - 1) % size)
            request.Wait()
            comes[:] = comes + came if step < size - 1 else came
        return total


@also_right
def halves_by_recursion():
    def reduce_between(comm, numbers, low, high):
        # The sum of the ranks from low to before high, at low.
        rank, middle = comm.Get_rank(), (low + high + 1) // 2
        if high - low == 1:
            return numbers
        if rank < middle:
            total = reduce_between(comm, numbers, low, middle)
            return total + comm.recv(source=middle) if rank == low else total
        total = reduce_between(comm, numbers, middle, high)
        if rank == middle:
            comm.send(total, dest=low)
        return total

    def deal_out(comm, total, low, high):
        rank, middle = comm.Get_rank(), (low + high + 1) // 2
        if high - low == 1:
            return total
        if rank == low:
            comm.send(total, dest=middle)
        if rank == middle:
            total = comm.recv(source=low)
        return deal_out(comm, total, low, middle) if rank < middle else deal_out(comm, total, middle, high)

    def tree_all_reduce(comm, numbers):
        total = reduce_between(comm, numbers, 0, comm.Get_size())
        return np.array(deal_out(comm, total, 0, comm.Get_size()))

    def ring_all_reduce(comm, numbers):
        rank, size = comm.Get_rank(), comm.Get_size()
        parts = {n: part.tolist() for n, part in enumerate(np.array_split(numbers, size))}
        own = rank
        for step in range(2 * size - 2):
            before = (own - 1) % size
            request = comm.irecv(2_000_000, source=(rank - 1) % size)
            comm.send(np.array(parts[own]), dest=(rank + 1) % size)
            came = request.wait().tolist()
            parts[before] = [x + y for x, y in zip(parts[before], came)] if step < size - 1 else came
            own = before
        return np.array(sum((parts[n] for n in range(size)), []))


@also_right
def two_children_for_every_rank():
    def tree_all_reduce(comm, numbers):
        rank, size = comm.Get_rank(), comm.Get_size()
        children = [child for child in (2 * rank + 1, 2 * rank + 2) if child < size]
        total = numbers + 0
        for child in children:
            total = total + comm.recv(source=child)
        if rank:
            comm.send(total, (rank - 1) // 2)
            total = comm.recv(source=(rank - 1) // 2)
        for child in children:
            comm.send(total, child)
        return total


@also_right
def in_a_class_with_even_ranks_first():
    class Ring:
        def __init__(self, comm):
            self.comm, self.rank, self.size = comm, comm.Get_rank(), comm.Get_size()

        def shift(self, part):
            right, left = (self.rank + 1) % self.size, (self.rank - 1) % self.size
            if self.rank % 2 == 0:
                self.comm.send(part, right)
                return self.comm.recv(source=left)
            came = self.comm.recv(source=left)
            self.comm.send(part, right)
            return came

    def ring_all_reduce(comm, numbers):
        ring = Ring(comm)
        parts = [part.copy() for part in np.array_split(numbers, ring.size)]
        for turn in range(2):
            for step in range(ring.size - 1):
                came = ring.shift(parts[(ring.rank + turn - step) % ring.size])
                place = (ring.rank + turn - step - 1) % ring.size
                parts[place] = came if turn else parts[place] + came
        return np.hstack(parts)
