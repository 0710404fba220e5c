"""Train together

A linear model: the prediction for a row x of numbers is `x @ weights`. **Gradient descent** begins with weights that are all zero, and in each step goes a little against the gradient of the mean squared error over **all** rows:

    errors = rows @ weights - targets
    gradient = 2 * rows.T @ errors / number_of_rows
    weights = weights - rate * gradient

Now the rows are shared out. Each rank calls `train_together(comm, rows, targets, steps, rate)` with **its own** rows (an array of two dimensions) and their targets; the columns are as many everywhere, the rows need not be, and a rank may have none. The function
returns the weights after so many steps, the same on every rank, and the same as if one process had all rows (but for the last digits).

Rows stay where they are: in each step the ranks add up what each makes of its own rows, with **one** `comm.allreduce`. (Its sum works for arrays too: `comm.allreduce(array)`.) How many rows there are in all does not change, and is found out once.
`rows` and `targets` are not changed.
"""

import numpy as np

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, mpiexec, simulate

points = 5

hints = [
    "The gradient is a sum over rows, divided by the number of all rows. A sum over all rows is the sum of the ranks' sums: `rows.T @ errors` of its own rows on each.",
    "The number of all rows: `comm.allreduce(len(rows))`, once, before the loop.",
    "The mean of the ranks' means is something else if their shares differ: a rank with one row would count as much as one with a thousand.",
]


def train_together(comm, rows, targets, steps, rate):
    """The weights after so many steps of gradient descent on the rows of all ranks, of which each has some."""
    ### BEGIN SOLUTION
    number = comm.allreduce(len(rows))
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        errors = rows @ weights - targets
        gradient = comm.allreduce(2 * rows.T @ errors) / number
        weights = weights - rate * gradient
    return weights
    ### END SOLUTION


@given
def rows_of(number, columns, first=0):
    # Rows with these numbers, the same every time, and their targets.
    places = np.arange(first, first + number)[:, None] * 7 + np.arange(columns) * 3
    rows = places % 11 / 5 - 1
    return rows, rows @ np.arange(1.0, columns + 1) + (places[:, 0] % 5 - 2) / 4


@given
def trained(comm, shares, columns, steps):
    # The weights on this rank, whose share of the rows is one of `shares`, and whether its rows are as they were.
    rank = comm.Get_rank()
    rows, targets = rows_of(shares[rank], columns, sum(shares[:rank]))
    weights = train_together(comm, rows, targets, steps, 0.125)
    same = rows_of(shares[rank], columns, sum(shares[:rank]))
    unchanged = bool((rows == same[0]).all() and (targets == same[1]).all())
    return np.array(weights, dtype=float).round(9).tolist(), unchanged


@given
def trained_alone(number, columns, steps, factor=1.0):
    rows, targets = rows_of(number, columns)
    weights = np.zeros(columns)
    for _ in range(steps):
        weights = weights - 0.125 * factor * 2 * rows.T @ (rows @ weights - targets) / number
    return weights.round(9).tolist()


@given
def trained_apart(shares, columns, steps):
    # The mean of the weights that the ranks would have, each by itself.
    found = []
    for rank, share in enumerate(shares):
        rows, targets = rows_of(share, columns, sum(shares[:rank]))
        weights = np.zeros(columns)
        for _ in range(steps):
            weights = weights - 0.125 * 2 * rows.T @ (rows @ weights - targets) / max(1, share)
        found.append(weights)
    return np.mean(found, axis=0).round(9).tolist()


@check("one rank by itself")
def _(student):
    (weights, unchanged), *_ = simulate(student.trained, [6], 2, 5, ranks=1, costs="ideal").result
    expected = student.trained_alone(6, 2, 5)
    assert unchanged is True, "the rows or targets that were given have changed"
    assert weights != student.trained_alone(6, 2, 5, 0.5), (
        f"the weights are {weights}, and should be {expected}: the derivative of a square has a factor of 2"
    )
    assert weights != student.trained_alone(6, 2, 5, 6.0), (
        f"the weights are {weights}, and should be {expected}: the error is a mean, so the gradient is divided by the number of rows"
    )
    assert weights == expected, (
        f"after 5 steps with 6 rows on one rank the weights are {weights}, and should be {expected}"
    )


@check("shares of the same size: equal to one process with all rows")
def _(student):
    expected = student.trained_alone(12, 2, 6)
    found = simulate(student.trained, [4, 4, 4], 2, 6, ranks=3, costs="ideal").result
    for rank, (weights, unchanged) in enumerate(found):
        assert weights != student.trained_alone(12, 2, 6, 3.0), (
            f"three ranks with 4 rows each go steps that are three times too long: rank {rank} has {weights}, and {expected} is right. The sum of three means is no mean"
        )
        assert weights != student.trained_apart([4, 4, 4], 2, 6), (
            f"rank {rank} has {weights}, and {expected} is right: each rank went down its own slope, and the weights were averaged at the end. In every step the gradient "
            "of **all** rows is needed"
        )
        assert weights == expected, (
            f"three ranks with 4 rows each: rank {rank} has {weights}, and {expected} is right. Does every rank use the gradient of all rows, in every step?"
        )
        assert unchanged is True, "the rows or targets that were given have changed"


@check("shares of different sizes, also of no rows")
def _(student):
    for shares in [1, 7, 4], [5, 0, 3], [0, 9]:
        ranks, number = len(shares), sum(shares)
        found = explore(student.trained, shares, 2, 2, ranks=ranks)
        assert not found.deadlocks, (
            f"with {shares} rows on {ranks} ranks somebody waits for ever: every rank comes to every `allreduce`, also one that has no rows or has found nothing to do"
        )
        found.always_ends()
        expected = student.trained_alone(number, 2, 6)
        for rank, (weights, _) in enumerate(simulate(student.trained, shares, 2, 6, ranks=ranks, costs="ideal").result):
            assert all(one == one for one in weights), (
                f"with {shares} rows on {ranks} ranks, rank {rank} has {weights}: the mean of no rows is 0 / 0, which is `nan`. A sum of no rows is 0"
            )
            assert weights == expected, (
                f"with {shares} rows on {ranks} ranks, rank {rank} has {weights}, and {expected} is right: every **row** counts as much as any other, so the ranks' "
                "sums are added and divided by the number of all rows. The mean of means weighs a rank with few rows as much as one with many"
            )


@check("one all-reduce in each step, and no rows travel")
def _(student):
    ranks, steps, columns = 4, 20, 3
    found = simulate(student.trained, [500] * ranks, columns, steps, ranks=ranks, costs="ideal")
    each = 2 * (ranks - 1)
    assert found.bytes <= 36_000, (
        f"{found.bytes:,} bytes were sent, where a gradient has {8 * columns} and all rows have {8 * columns * 500 * ranks:,}: rows travel. They stay where they are, and "
        "what each rank makes of them is added up"
    )
    assert found.messages >= each * steps, (
        f"{steps} steps on {ranks} ranks sent {found.messages} messages, and an all-reduce is {each}: in every step the ranks add up their parts of the gradient"
    )
    assert found.messages <= each * (steps + 3), (
        f"{steps} steps on {ranks} ranks sent {found.messages} messages, and an all-reduce is {each}: one in each step is enough, and one before for the number of all rows"
    )


@check("real ranks, where MPI is installed", limit=60)
def _(student):
    explore(student.trained, [3, 2], 2, 1, ranks=2).always_ends()
    try:
        found = mpiexec(student.trained, [5, 2, 3], 3, 10, ranks=3, limit=30)
    except RuntimeError:
        return  # no MPI here, which the report says
    expected = student.trained_alone(10, 3, 10)
    assert [weights for weights, _ in found] == [expected] * 3


@hidden
@check("other shares, compared with the reference")
def _(student, reference):
    for shares, columns, steps in ([3, 1, 1, 6, 2], 4, 12), ([2, 5], 1, 0):
        found = simulate(student.trained, shares, columns, steps, ranks=len(shares), costs="ideal").result
        right = simulate(reference.trained, shares, columns, steps, ranks=len(shares), costs="ideal").result
        assert found == right, (
            f"shares of {shares} rows, {columns} columns, {steps} steps: the weights differ from the reference's"
        )


@wrong("The mean of means weighs a rank with few rows as much as one with many")
def the_mean_of_means():
    def train_together(comm, rows, targets, steps, rate):
        weights = np.zeros(rows.shape[1])
        for _ in range(steps):
            errors = rows @ weights - targets
            gradient = 2 * rows.T @ errors / max(1, len(rows))
            weights = weights - rate * comm.allreduce(gradient) / comm.Get_size()
        return weights


@wrong("The sum of three means is no mean", replaced={"comm.allreduce(2 * rows.T @ errors) / number": "comm.allreduce(2 * rows.T @ errors / max(1, len(rows)))"})  # fmt: skip
def the_sum_of_means(): ...


@wrong("the mean of no rows is 0 / 0", replaced={"comm.allreduce(2 * rows.T @ errors) / number": "comm.allreduce(2 * rows.T @ errors / np.float64(len(rows)) * len(rows)) / number"})  # fmt: skip
def a_rank_without_rows_divides_by_zero(): ...


@wrong("and the weights were averaged at the end")
def each_for_itself_and_the_mean_at_the_end():
    def train_together(comm, rows, targets, steps, rate):
        weights = np.zeros(rows.shape[1])
        for _ in range(steps):
            errors = rows @ weights - targets
            weights = weights - rate * 2 * rows.T @ errors / max(1, len(rows))
        return comm.allreduce(weights) / comm.Get_size()


@wrong("Does every rank use the gradient of all rows, in every step?", replaced={"comm.allreduce(2 * rows.T @ errors)": "2 * rows.T @ errors * comm.Get_size()"})  # fmt: skip
def nobody_adds_up(): ...


@wrong("Does every rank use the gradient of all rows, in every step?")
def only_rank_0_goes_on():
    def train_together(comm, rows, targets, steps, rate):
        number = comm.allreduce(len(rows))
        weights = np.zeros(rows.shape[1])
        for _ in range(steps):
            total = comm.reduce(2 * rows.T @ (rows @ weights - targets), root=0)
            if comm.Get_rank() == 0:
                weights = weights - rate * total / number
        return weights


@wrong("rows travel. They stay where they are")
def all_rows_to_everybody():
    def train_together(comm, rows, targets, steps, rate):
        rows, targets = np.vstack(comm.allgather(rows)), np.hstack(comm.allgather(targets))
        weights = np.zeros(rows.shape[1])
        for _ in range(steps):
            gradient = comm.allreduce(2 * rows.T @ (rows @ weights - targets)) / comm.Get_size() / len(rows)
            weights = weights - rate * gradient
        return weights


@wrong("in every step the ranks add up their parts of the gradient", "✘ one all-reduce in each step")
def what_the_rows_come_to_is_added_up_once():
    def train_together(comm, rows, targets, steps, rate):
        number = comm.allreduce(len(rows))
        square, right_side = comm.allreduce(rows.T @ rows), comm.allreduce(rows.T @ targets)
        weights = np.zeros(rows.shape[1])
        for _ in range(steps):
            weights = weights - rate * 2 * (square @ weights - right_side) / number
        return weights


@wrong("rows travel. They stay where they are", "✘ one all-reduce in each step")
def rank_0_has_all_rows():
    def train_together(comm, rows, targets, steps, rate):
        both = comm.gather((rows, targets), root=0)
        weights = np.zeros(rows.shape[1])
        if comm.Get_rank() == 0:
            rows, targets = np.vstack([one for one, _ in both]), np.hstack([other for _, other in both])
            for _ in range(steps):
                weights = weights - rate * 2 * rows.T @ (rows @ weights - targets) / len(rows)
        return comm.bcast(weights, root=0)


@wrong("one in each step is enough", replaced={"errors = rows @ weights - targets": "number = comm.allreduce(len(rows))\n        errors = rows @ weights - targets"})  # fmt: skip
def the_number_of_rows_is_asked_in_every_step(): ...


@wrong("the derivative of a square has a factor of 2", replaced={"2 * rows.T": "rows.T"})
def without_the_factor_of_2(): ...


@wrong("so the gradient is divided by the number of rows", replaced={" / number": ""})
def not_divided_by_the_number_of_rows(): ...


@wrong("every rank comes to every `allreduce`", replaced={"number = comm.allreduce(len(rows))": "if len(rows) == 0:\n        return np.zeros(rows.shape[1])\n    number = comm.allreduce(len(rows))"})  # fmt: skip
def a_rank_without_rows_goes_home(): ...


@wrong("every rank comes to every `allreduce`", replaced={"errors = rows @ weights - targets": "errors = rows @ weights - targets\n        if np.abs(errors).sum() < 1e-6:\n            break"})  # fmt: skip
def whoever_has_no_error_stops(): ...


@wrong("have changed", replaced={"errors = rows @ weights - targets": "errors = np.subtract(rows @ weights, targets, out=targets)"})  # fmt: skip
def errors_in_the_place_of_targets(): ...


@also_right
def elements_by_upper_case_calls():
    def train_together(comm, rows, targets, steps, rate):
        rows, targets = np.asarray(rows, dtype=float), np.asarray(targets, dtype=float)
        columns = rows.shape[1]
        number, total = np.zeros(1), np.zeros(columns)
        comm.Allreduce(np.array([float(len(rows))]), number)
        weights = np.zeros(columns)
        for _ in range(steps):
            comm.Allreduce(rows.T @ (rows @ weights - targets), total)
            weights -= 2 * rate / number[0] * total
        return weights


@also_right
def the_number_travels_with_the_gradient():
    def train_together(comm, rows, targets, steps, rate):
        weights = np.zeros(rows.shape[1])
        for step in range(steps):
            total = comm.allreduce(np.append(2 * rows.T @ (rows @ weights - targets), len(rows)))
            weights = weights - rate * total[:-1] / total[-1]
        return weights


@also_right
def reduced_and_dealt_out():
    def slope(rows, targets, weights):
        return sum((2 * row * (row @ weights - target) for row, target in zip(rows, targets)), np.zeros(rows.shape[1]))

    def train_together(comm, rows, targets, steps: int, rate: float):
        number = comm.bcast(comm.reduce(len(targets), root=0), root=0)
        weights = np.zeros(rows.shape[1])
        while steps > 0:
            total = comm.bcast(comm.reduce(slope(rows, targets, weights), root=0), root=0)
            weights, steps = weights - rate * total / number, steps - 1
        return weights


@also_right
def weights_averaged_by_rows():
    def train_together(comm, rows, targets, steps, rate):
        share = len(rows) / comm.allreduce(len(rows))
        weights = np.zeros(rows.shape[1])
        for _ in range(steps):
            mine = weights.copy()
            if len(rows):
                mine -= rate * 2 * rows.T @ (rows @ weights - targets) / len(rows)
            weights = comm.allreduce(share * mine)
        return weights
