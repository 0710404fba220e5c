"""SharedMemory and NumPy's arrays on it, on every interleaving: an element at a time."""

import pytest

from lockstep.student.failure import CheckFailed
from tests.exploration.taking import local_states, merged_and_not, take

HEAD = """
from multiprocessing.shared_memory import SharedMemory
import numpy as np

def start(*targets):
    processes = [Process(target=target, args=arguments) for target, *arguments in targets]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

def add(name, place):
    shm = SharedMemory(name)
    numbers = np.ndarray((2,), dtype=np.int64, buffer=shm.buf)
    numbers[place] += 1
    shm.close()

def add_locked(shm, lock):
    numbers = np.frombuffer(shm.buf)
    with lock:
        numbers[0] += 1

def add_to_all(shm):
    numbers = np.ndarray(2, "i4", shm.buf)
    numbers += 1

def add_at_0(shm):
    np.add.at(np.ndarray(1, "i4", shm.buf), [0], 1)
"""


def main(body: str, **options):
    lines = "\n".join("    " + line for line in body.strip("\n").splitlines())
    return take(f"{HEAD}\ndef main():\n{lines}\n", **options)


TWO = """
shm = SharedMemory(create=True, size=16)
start((add, shm.name, 0), (add, shm.name, PLACE))
total = int(np.ndarray((2,), np.int64, shm.buf).sum())
shm.close()
shm.unlink()
return total
"""


def test_an_update_of_the_same_element_is_lost_and_of_another_is_not():
    # Each attaches, reads and writes: 20 orders; both read before either writes in 12 of them.
    found = main(TWO.replace("PLACE", "0"))
    assert found.results == {1: 12, 2: 8}
    assert main(TWO.replace("PLACE", "1")).results == {2: 20}
    with pytest.raises(CheckFailed) as failed:
        found.always(lambda total: total == 2)
    assert "read shm[0] gives 0" in str(failed.value)
    assert "shm: [0, 0] -> [1, 0]" in str(failed.value)


def test_with_a_lock_none_is_lost_and_a_process_inherits_the_memory_itself():
    body = "shm = SharedMemory(create=True, size=8)\nlock = Lock()\nstart((add_locked, shm, lock), (add_locked, shm, lock))\n"
    assert main(body + "return np.frombuffer(shm.buf).tolist()").results.values_returned() == [[2.0]]


def test_in_place_each_element_is_read_and_written_before_the_next():
    body = "shm = SharedMemory(create=True, size=8)\nstart((add_to_all, shm), (add_to_all, shm))\nreturn np.ndarray(2, 'i4', shm.buf).tolist()"
    found = main(body)
    assert set(found.results) == {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert found.interleavings == 70


def test_changes_at_indices_are_lost_as_those_in_place_are():
    body = "shm = SharedMemory(create=True, size=8)\nstart((add_at_0, shm), (add_at_0, shm))\nreturn int(np.ndarray(1, 'i4', shm.buf)[0])"
    assert set(main(body).results) == {1, 2}


def test_merged_states_and_histories_give_the_same():
    lines = "\n".join("    " + line for line in TWO.replace("PLACE", "0").strip("\n").splitlines())
    merged_and_not(f"{HEAD}\ndef main():\n{lines}\n")


def test_numbers_of_numpy_keep_no_state_from_being_the_same():
    text = """
import numpy as np
def work(v):
    rows = np.zeros((2, 2))
    part = rows[1]
    for _ in range(3):
        part[0] = float(v.value > 5)
        last = np.int64(v.value)
def main():
    v = Value("i", 0)
    p = Process(target=work, args=(v,))
    p.start()
    v.value = 1
    v.value = 2
    p.join()
"""
    assert local_states(take(text)) < local_states(take(text, merge=False))


ONE = "shm = SharedMemory(create=True, size=16)\nfirst = np.ndarray((2, 2), dtype='i4', buffer=shm.buf)\nfirst[:] = [[1, 2], [3, 4]]\n"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("first.tolist()", [[1, 2], [3, 4]]),
        ("first[1, 0]", 3),
        ("first[1].tolist()", [3, 4]),
        ("first[:, 1].sum()", 6),
        ("(first + first).tolist()", [[2, 4], [6, 8]]),
        ("(10 - first.T).tolist()", [[9, 7], [8, 6]]),
        ("(first == 3).any()", True),
        ("first[first > 2].tolist()", [3, 4]),
        ("np.sum(first), first.max(), first.mean()", (10, 4, 2.5)),
        ("first.shape, first.dtype.str, len(first), first.nbytes, first.ndim", ((2, 2), "<i4", 2, 16, 2)),
        (
            "isinstance(first, np.ndarray), isinstance(np.zeros(1), np.ndarray), isinstance(3, np.ndarray)",
            (True, True, False),
        ),
        ("[int(x) for x in first.reshape(-1)]", [1, 2, 3, 4]),
        ("np.array(first).tolist()", [[1, 2], [3, 4]]),
        ("bytes(shm.buf[:4]), shm.buf[4], len(shm.buf)", (b"\x01\x00\x00\x00", 2, 16)),
        ("np.frombuffer(shm.buf, dtype=np.int32, count=2, offset=8).tolist()", [3, 4]),
        ("(first.fill(7), first.tolist())[1]", [[7, 7], [7, 7]]),
        ("(np.add.at(first[0], [1, 0, 1], 5), first.tolist())[1]", [[6, 12], [3, 4]]),
        ("(np.add.at(first, ([0, 1], [0, 1]), np.array([10, 20])), first.tolist())[1]", [[11, 2], [3, 24]]),
        ("(np.negative.at(first, 0), first.tolist())[1]", [[-1, -2], [3, 4]]),
        ("(np.maximum.at(first, (slice(None), 0), 2), first.tolist())[1]", [[2, 2], [3, 4]]),
        ("np.testing.assert_array_equal(first, [[1, 2], [3, 4]])", None),
        (
            "np.ndarray((2,)).shape, np.ndarray is type(np.zeros(2)), np.frombuffer(b'ab', 'u1').tolist()",
            ((2,), False, [97, 98]),
        ),
    ],
)
def test_an_array_on_it_is_as_any_other(expression, value):
    found = main(f"{ONE}return {expression}")
    assert found.results.values_returned() == [value]


def test_a_part_of_it_is_the_same_memory():
    assert main(
        f"{ONE}row = first[0]\nrow[:] = 9\nrow += 1\nshm.buf[12] = 5\nreturn first.tolist()"
    ).results.values_returned() == [[[10, 10], [3, 5]]]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("SharedMemory('mine', create=True, size=8)", "let SharedMemory choose it"),
        ("SharedMemory(create=True, size=10_000)", "take fewer elements"),
        (f"{ONE}first.sort()", "`sort` of an array in shared memory"),
        (f"{ONE}np.add.accumulate(first, out=first)", "`accumulate` into an array in shared memory"),
        (f"{ONE}np.ndarray(2, complex, shm.buf)", "use integers or floats"),
        ("from multiprocessing.shared_memory import ShareableList\nShareableList([1])", "ShareableList"),
    ],
)
def test_what_is_not_covered_is_named(body, words):
    with pytest.raises(BaseException, match="does not cover") as failed:
        main(body)
    assert words in str(failed.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("shm = SharedMemory(create=True, size=8)\nshm.unlink()\nSharedMemory(shm.name)", "FileNotFoundError"),
        ("shm = SharedMemory(create=True, size=8)\nshm.unlink()\nshm.unlink()", "FileNotFoundError"),
        ("shm = SharedMemory(create=True, size=8)\nnp.ndarray(2, float, shm.buf)", "buffer is too small"),
        (f"{ONE}first[5, 0]", "IndexError"),
        ("SharedMemory(create=True)", "must be a positive number"),
    ],
)
def test_mistakes_are_what_they_are_in_truth(body, words):
    found = main(body)
    assert found.crashes == found.interleavings
    assert words in found.trace()
