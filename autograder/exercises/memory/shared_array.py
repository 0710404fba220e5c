"""An array that several processes have

Write two context managers.

- `shared_array(shape, dtype)` makes new shared memory and gives a pair: a NumPy array of this shape and dtype on it, filled with zeros, and the name of the memory.
  When the `with` block ends, **however it ends**, the memory is closed and unlinked. An exception goes on to whoever is outside.
- `attached(name, shape, dtype)` is for another process: it gives an array on the memory with this name. When its block ends, the memory is closed in *this* process
  and stays there for the others. Of this block, too, an exception goes on.

What one process writes into its array, every other one reads from its own. Several shared arrays may be in use at the same time. A variable may still
hold the array when its block has ended, but nobody uses it any more.
"""

import contextlib
import time
from contextlib import contextmanager
from multiprocessing import Event, Process
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 5

hints = [
    "A function with `yield` becomes a context manager by `@contextmanager`: what stands before the `yield` is done at the beginning of the block, what stands behind it at the end.",
    "If an exception ends the block, it is raised at the `yield`. `try: yield ... finally: ...` does its last part in any case.",
    "The size is in bytes: `np.dtype(dtype).itemsize` for each item, `math.prod(shape)` items. `close()` in every process, `unlink()` in one.",
]
equivalent_mutants = {
    "+ size = np.dtype(dtype).itemsize * np.prod(shape)": "SharedMemory takes NumPy's integers, too",
    "- memory.close()": "the memory is closed when it is collected, in CPython at once",
    "+ memory.unlink()": "the name may go before the memory does",
    "- try: ...": "the memory is closed when it is collected, in CPython at once",
}


@contextmanager
def shared_array(shape, dtype):
    """Give (an array of zeros in new shared memory, the name of the memory); afterwards the memory is gone."""
    ### BEGIN SOLUTION
    size = np.dtype(dtype).itemsize * int(np.prod(shape))
    memory = SharedMemory(create=True, size=size)
    try:
        yield np.ndarray(shape, dtype, buffer=memory.buf), memory.name
    finally:
        memory.close()
        memory.unlink()
    ### END SOLUTION


@contextmanager
def attached(name, shape, dtype):
    """Give an array on the shared memory with this name; afterwards the memory is closed here, and not gone."""
    ### BEGIN SOLUTION
    memory = SharedMemory(name)
    try:
        yield np.ndarray(shape, dtype, buffer=memory.buf)
    finally:
        memory.close()
    ### END SOLUTION


@given
def add_one(name, shape, dtype):
    with attached(name, shape, dtype) as array:
        array += 1


@given
def in_a_child(target, *args):
    child = Process(target=target, args=args)
    child.start()
    child.join()
    return child.exitcode


@given
def written_by_children(shape, dtype, children):
    # How each child ended; the shape and dtype of the array; whether it was all zeros, and its smallest and largest number after all children.
    with shared_array(shape, dtype) as (array, name):
        zeros = not array.any()
        codes = [in_a_child(add_one, name, shape, dtype) for _ in range(children)]
        return codes, array.shape, array.dtype.str[1:], zeros, (int(abs(array).min()), int(abs(array).max()))


@given
def use_it_once():
    try:
        with shared_array((2,), "i8") as both:
            array, name = both
            if isinstance(array, str):
                raise SystemExit(4)
            array += 1
    except BufferError:
        raise SystemExit(3) from None
    if not isinstance(name, str):
        raise SystemExit(4)


@given
def close_only_when_told(use, *arguments):
    # Ends with exit code 5 if `use` does not close the memory that it has: here nothing closes itself when it is forgotten.
    closed, close = [], SharedMemory.close
    SharedMemory.close = lambda memory: (closed.append(memory), close(memory))[-1]
    SharedMemory.__del__ = lambda memory: None
    with contextlib.suppress(ZeroDivisionError, KeyboardInterrupt):
        use(*arguments)
    if not closed:
        raise SystemExit(5)


@given
def attach(name, raising):
    with attached(name, (2,), "i8") as array:
        array += 1
        if raising == "KeyboardInterrupt":
            raise KeyboardInterrupt
        if raising:
            1 / 0
    if raising:
        raise SystemExit(8)  # the exception never came out


@given
def answer_in_the_block(name, written):
    # Writes 1, and waits within its block for a 2.
    with attached(name, (2,), "i8") as array:
        array[0] = 1
        written.set()
        for _ in range(200):
            if array[1] == 2:
                return
            time.sleep(0.01)
    raise SystemExit(6)


@given
def seen_while_both_are_in_their_blocks():
    # Whether the one who made the array sees what a child writes whose block goes on, and how the child ended, which waits for an answer.
    with shared_array((2,), "i8") as (array, name):
        written = Event()
        child = Process(target=answer_in_the_block, args=(name, written))
        child.start()
        while not written.is_set() and child.is_alive():
            time.sleep(0.01)
        seen = bool(array[0])
        array[1] = 2
        child.join()
        return seen, child.exitcode


@given
def ends_of_closing(raising):
    # The exit codes of a process that makes an array, and of one that attaches it.
    with shared_array((2,), "i8") as (array, name):
        return in_a_child(close_only_when_told, use_it_once), in_a_child(close_only_when_told, attach, name, raising)


@given
def end_of_first_use():
    return in_a_child(use_it_once)


@given
def still_there_after_the_block(raising):
    # Whether the memory is, and whether an exception came out of the block.
    came_out = False
    try:
        with shared_array((4,), "i4") as (array, name):
            array[:] = 1
            if raising == "KeyboardInterrupt":
                raise KeyboardInterrupt
            if raising:
                1 / 0
    except (ZeroDivisionError, KeyboardInterrupt):
        came_out = True
    try:
        SharedMemory(name).close()
    except FileNotFoundError:
        return False, came_out
    return True, came_out


@given
def two_at_once():
    with shared_array((2,), "i8") as (one, first), shared_array((2,), "i8") as (other, second):
        one[:] = 1
        codes = [in_a_child(add_one, first, (2,), "i8"), in_a_child(add_one, second, (2,), "i8")]
        return codes, one.tolist(), other.tolist()


@given
def two_names():
    try:
        with shared_array((2,), "i8") as (_one, first), shared_array((2,), "i8") as (_other, second):
            return {first, second}
    except FileExistsError:
        return {"the same"}
    except FileNotFoundError:
        return {"gone"}


@check("an array of this shape and dtype, all zeros")
def _(student):
    end = student.end_of_first_use()
    assert end != -11, (
        "a process that used the array was ended by SIGSEGV: within the block its memory is closed already. `yield` first, close afterwards"
    )
    assert end != 3, (
        "`close()` raised BufferError: an array of `np.frombuffer` keeps hold of the memory for as long as anybody holds the array, and a variable "
        "outside still does. `np.ndarray(..., buffer=memory.buf)` does not keep hold"
    )
    assert end != 4, "what `shared_array` gives is a pair: the array, and the name of its memory, in this order"
    for shape, dtype in ((2, 3), "f8"), ((5,), "u1"), ((1, 2, 2), "i4"), ((4,), "c16"):
        codes, its_shape, its_dtype, zeros, found = student.written_by_children(shape, dtype, 0)
        assert its_shape == shape, f"for the shape {shape} the array has the shape {its_shape}"
        assert its_dtype == dtype, f"for the dtype {dtype} the array has the dtype {its_dtype}"
        assert zeros is True, "a new array is not filled with zeros"


@check("what a child writes is seen by its parent")
def _(student):
    codes, its_shape, its_dtype, zeros, found = student.written_by_children((2, 3), "f8", 1)
    assert codes == [0], f"a child that used `attached` ended with exit code {codes[0]} in the place of 0"
    assert found != (0, 0), (
        "a child added 1 to every item, and its parent still has zeros: the two have not the same memory"
    )
    assert found == (1, 1)


@check("a second child finds the memory, too")
def _(student):
    codes, its_shape, its_dtype, zeros, found = student.written_by_children((3,), "i8", 3)
    assert codes[0] == 0
    assert codes == [0, 0, 0], (
        f"three children attached one after the other, and ended with {codes}: after the first one the memory was gone. "
        "Whoever only attaches closes it; `unlink` is for the one who made it"
    )
    assert found[1] < 1_000, (
        f"three children added 1 to whole numbers, one after the other, and {found[1]} is there: does `attached` make its array with the same dtype?"
    )
    assert found == (3, 3)


@check("the memory is gone after the block, also when an exception ends it")
def _(student):
    there, came_out = student.still_there_after_the_block(False)
    assert there is False, "after its block the memory is still there: `close` does not remove it, `unlink` does"
    there, came_out = student.still_there_after_the_block(True)
    assert there is False, (
        "an exception ended the block, and the memory is still there: what stands behind a `yield` is left out then, unless it is in `finally`"
    )
    assert came_out is True, (
        "an exception in the block never came out of it: whoever wrote the block must learn of it. `finally` cleans up and lets it go on; `except` swallows it"
    )
    there, came_out = student.still_there_after_the_block("KeyboardInterrupt")
    assert there is False, (
        "a KeyboardInterrupt ended the block, and the memory is still there: `except Exception` does not see it, and `finally` is done in any case"
    )
    assert came_out is True, "a KeyboardInterrupt in the block never came out of it"


@check("two arrays at once do not know each other")
def _(student):
    names = student.two_names()
    assert "gone" not in names, (
        "two blocks were in use, and at the end of one its memory was gone already: did it unlink the other one's? A global variable knows only the last of them"
    )
    assert len(names) == 2, (
        "while one shared array is in use, a second one cannot be made: do both want the same name? `SharedMemory` finds a new one if you give none"
    )
    codes, one, other = student.two_at_once()
    assert (codes, one, other) == ([0, 0], [2, 2], [1, 1])


@check("every process closes the memory, also when an exception ends the block")
def _(student):
    for raising in False, True, "KeyboardInterrupt":
        made, attached = student.ends_of_closing(raising)
        assert made != 5, (
            "after its block `shared_array` has not closed the memory: `unlink` removes the name, `close` gives back this process's own part"
        )
        assert attached != 8, (
            "an exception in the block of `attached` never came out of it: whoever wrote the block must learn of it. `finally` cleans up and lets it go on; `except` swallows it"
        )
        assert attached != 5 or raising, (
            "after its block `attached` has not closed the memory: every process that has it closes it"
        )
        assert attached != 5, (
            "an exception ended the block of `attached`, and the memory is not closed: what stands behind a `yield` is left out then, unless it is in `finally`"
        )
        assert (made, attached) == (0, 0)


@hidden
@check("large arrays, and single numbers")
def _(student):
    for shape, dtype in ((300, 1_000), "f8"), ((1,), "i2"):
        codes, its_shape, its_dtype, zeros, found = student.written_by_children(shape, dtype, 2)
        assert (codes, its_shape, found) == ([0, 0], shape, (2, 2))


@check("what one writes is seen by the other at once, and not only when a block ends", limit=8)
def _(student):
    seen, code = student.seen_while_both_are_in_their_blocks()
    assert seen is True, (
        "a child wrote into its array, and its parent did not see it while the child's block went on: is it a copy that is written back at the end?"
    )
    assert code == 0, (
        "a parent wrote into its array, and its child did not see it while its block went on: is it a copy that was made at the beginning?"
    )


@wrong(
    "shared memory was never unlinked",
    "`close` does not remove it, `unlink` does",
    replaced={"        memory.unlink()": "        pass"},
)
def unlink_is_forgotten(): ...


@wrong(
    "after the first one the memory was gone",
    "Whoever only attaches closes it",
    replaced={
        "        memory.unlink()": "        with contextlib.suppress(FileNotFoundError):\n            memory.unlink()",
        "yield np.ndarray(shape, dtype, buffer=memory.buf)\n    finally:\n": "yield np.ndarray(shape, dtype, buffer=memory.buf)\n    finally:\n        memory.unlink()\n",
    },
)
def whoever_attaches_unlinks(): ...


@wrong(
    "an exception ended the block, and the memory is still there",
    "unless it is in `finally`",
    replaced={
        "    try:\n        yield np.ndarray(shape, dtype, buffer=memory.buf), memory.name\n    finally:\n        memory.close()\n        memory.unlink()": "    yield np.ndarray(shape, dtype, buffer=memory.buf), memory.name\n    memory.close()\n    memory.unlink()"
    },
)
def without_finally(): ...


@wrong(
    "a KeyboardInterrupt ended the block, and the memory is still there",
    replaced={
        "    finally:\n        memory.close()\n        memory.unlink()": "    except Exception:\n        memory.close()\n        memory.unlink()\n        raise\n    else:\n        memory.close()\n        memory.unlink()"
    },
)
def whatever_is_an_exception(): ...


@wrong(
    "is it a copy that is written back at the end?",
    replaced={
        "        yield np.ndarray(shape, dtype, buffer=memory.buf)\n": "        array = np.ndarray(shape, dtype, buffer=memory.buf)\n        copy = array.copy()\n        yield copy\n        array[...] = copy\n"
    },
)
def a_copy_that_is_written_back(): ...


@wrong("buffer is too small for requested array", replaced={"np.dtype(dtype).itemsize * ": ""})
def the_size_in_items(): ...


@wrong(
    "within the block its memory is closed already",
    replaced={
        "    try:\n        yield np.ndarray(shape, dtype, buffer=memory.buf), memory.name\n    finally:\n        memory.close()\n        memory.unlink()": "    array = np.ndarray(shape, dtype, buffer=memory.buf)\n    memory.close()\n    memory.unlink()\n    yield array, memory.name"
    },
)
def given_after_it_is_closed(): ...


@wrong(
    "a child added 1 to every item, and its parent still has zeros",
    "the two have not the same memory",
    replaced={
        "yield np.ndarray(shape, dtype, buffer=memory.buf), memory.name": "yield np.ndarray(shape, dtype, buffer=memory.buf).copy(), memory.name"
    },
)
def a_copy_of_the_array(): ...


@wrong(
    "do both want the same name?",
    "✘ two arrays at once",
    replaced={"SharedMemory(create": 'SharedMemory("the_array_of_my_exercise", create'},
)
def one_name_for_all(): ...


@wrong(
    "the memory is not closed",
    "unless it is in `finally`",
    replaced={
        "    try:\n        yield np.ndarray(shape, dtype, buffer=memory.buf)\n    finally:\n        memory.close()": "    yield np.ndarray(shape, dtype, buffer=memory.buf)\n    memory.close()"
    },
)
def without_finally_where_it_is_attached(): ...


@wrong(
    "`attached` has not closed the memory",
    replaced={
        "yield np.ndarray(shape, dtype, buffer=memory.buf)\n    finally:\n        memory.close()": "yield np.ndarray(shape, dtype, buffer=memory.buf)\n    finally:\n        pass"
    },
)
def whoever_attaches_never_closes(): ...


@wrong(
    "`shared_array` has not closed the memory",
    replaced={"        memory.close()\n        memory.unlink()": "        memory.unlink()"},
)
def unlinked_and_not_closed(): ...


@wrong(
    "an exception in the block never came out of it",
    "`except` swallows it",
    replaced={
        "    finally:\n        memory.close()\n        memory.unlink()": "    except Exception:\n        pass\n    memory.close()\n    memory.unlink()"
    },
)
def an_exception_is_swallowed(): ...


@wrong(
    "an array of `np.frombuffer` keeps hold of the memory",
    replaced={
        "yield np.ndarray(shape, dtype, buffer=memory.buf), memory.name": "yield np.frombuffer(memory.buf, dtype, int(np.prod(shape))).reshape(shape), memory.name"
    },
)
def an_array_that_keeps_hold_of_the_memory(): ...


@wrong(
    "an exception in the block of `attached` never came out of it",
    replaced={
        "yield np.ndarray(shape, dtype, buffer=memory.buf)\n    finally:": "yield np.ndarray(shape, dtype, buffer=memory.buf)\n    except ZeroDivisionError:\n        pass\n    finally:"
    },
)
def whoever_attaches_swallows_an_exception(): ...


@wrong(
    "in this order",
    replaced={
        "yield np.ndarray(shape, dtype, buffer=memory.buf), memory.name": "yield memory.name, np.ndarray(shape, dtype, buffer=memory.buf)"
    },
)
def the_name_first(): ...


@wrong(
    "does `attached` make its array with the same dtype?",
    replaced={
        "yield np.ndarray(shape, dtype, buffer=memory.buf)\n": 'yield np.ndarray(shape, "f8", buffer=memory.buf)\n'
    },
)
def floats_for_all(): ...


@wrong("A global variable knows only the last of them")
def the_memory_in_a_global_variable():
    @contextmanager
    def shared_array(shape, dtype):
        global memory
        memory = SharedMemory(create=True, size=np.zeros(shape, dtype).nbytes)
        try:
            yield np.ndarray(shape, dtype, buffer=memory.buf), memory.name
        finally:
            memory.close()
            memory.unlink()

    memory = None


@wrong("is a pair: the array, and the name", replaced={"buffer=memory.buf), memory.name": "buffer=memory.buf)"})
def the_name_is_not_given(): ...


@also_right
def as_classes():
    class attached:
        def __init__(self, name, shape, dtype):
            self.memory = SharedMemory(name)
            self.shape, self.dtype = shape, dtype

        def __enter__(self):
            return np.ndarray(self.shape, self.dtype, buffer=self.memory.buf)

        def __exit__(self, *error):
            self.memory.close()

    class shared_array:
        def __init__(self, shape, dtype):
            example = np.zeros(shape, dtype)
            self.memory = SharedMemory(create=True, size=example.nbytes)
            self.array = np.ndarray(shape, dtype, buffer=self.memory.buf)

        def __enter__(self):
            return self.array, self.memory.name

        def __exit__(self, *error):
            self.memory.unlink()
            self.memory.close()


@also_right
def by_frombuffer_which_keeps_the_memory():
    @contextmanager
    def on(memory, shape, dtype):
        array = np.frombuffer(memory.buf, dtype, count=int(np.prod(shape))).reshape(shape)
        try:
            yield array
        finally:
            del array
            with contextlib.suppress(BufferError):  # somebody still holds the array, and the memory goes with it
                memory.close()

    @contextmanager
    def shared_array(shape: tuple, dtype: str):
        memory = SharedMemory(create=True, size=np.zeros(shape, dtype).nbytes)
        try:
            with on(memory, shape, dtype) as array:
                array.fill(0)
                yield array, memory.name
        finally:
            memory.unlink()

    @contextmanager
    def attached(name: str, shape: tuple, dtype: str):
        with on(SharedMemory(name=name), shape, dtype) as array:
            yield array


@also_right
def with_an_exit_stack():
    from contextlib import ExitStack
    from math import prod

    @contextmanager
    def shared_array(shape, dtype):
        with ExitStack() as stack:
            memory = SharedMemory(create=True, size=prod(shape) * np.dtype(dtype).itemsize)
            stack.callback(memory.unlink)
            stack.callback(memory.close)
            yield np.ndarray(shape, dtype, buffer=memory.buf), memory.name

    @contextmanager
    def attached(name, shape, dtype):
        with contextlib.closing(SharedMemory(name, create=False)) as memory:
            yield np.ndarray(shape=shape, dtype=dtype, buffer=memory.buf)
