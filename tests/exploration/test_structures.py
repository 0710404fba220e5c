"""Structures and characters in shared memory, and NumPy's views of an Array, on every interleaving: a field, an element at a time."""

import pytest

from lockstep.standin.machine import NotCovered
from tests.exploration.taking import merged_and_not, take

HEAD = """
import ctypes
import numpy as np

class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_int)]

def start(function, *arguments):
    processes = [Process(target=function, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

def move(point):
    point.x += 1
    point.y -= 1

def move_guarded(point):
    with point.get_lock():
        move(point)

def move_both(x, y):
    x.value += 1
    y.value -= 1

def move_first(points):
    points[0].x += 1

def add(numbers):
    np.frombuffer(numbers, dtype="i4")[0] += 1

def add_guarded(numbers):
    with numbers.get_lock():
        view = np.asarray(numbers.get_obj())
        view += 1

def shout(text):
    text.value = text.value.upper() + b"!"
"""


def main(body: str, taking=take):
    lines = "\n".join("    " + line for line in body.strip("\n").splitlines())
    return taking(f"{HEAD}\ndef main():\n{lines}\n")


def test_each_field_is_a_cell_under_one_guard():
    fields = main("point = Value(Point, 1, 2)\nstart(move, point)\nreturn point.x, point.y", merged_and_not)
    cells = main(
        "x = Value('i', 1)\ny = Value('i', 2, lock=x.get_lock())\nstart(move_both, x, y)\nreturn x.value, y.value"
    )
    assert fields.results == cells.results
    assert set(fields.results) == {(x, y) for x in (2, 3) for y in (0, 1)}


def test_with_the_guard_of_a_structure_nothing_is_lost():
    assert set(main("point = Value(Point, 1, 2)\nstart(move_guarded, point)\nreturn point.x, point.y").results) == {
        (3, 0)
    }


def test_what_is_fetched_from_an_array_of_structures_is_changed_without_its_guard():
    found = main(
        "points = Array(Point, [(1, 2), (3, 4)])\nstart(move_first, points)\nreturn points[0].x, points[1].y, len(points)"
    )
    assert set(found.results) == {(2, 4, 2), (3, 4, 2)}


def test_a_field_converts_as_ctypes_does_and_an_unknown_one_is_new_nowhere():
    assert set(main("p = RawValue(Point)\np.x = 2**31\nreturn p.x, hasattr(p, 'z')").results) == {(-(2**31), False)}
    assert main("p = Value(Point)\np.x = 'one'").crashes == 1


def test_a_structure_in_a_structure_is_refused_by_the_name_of_its_field():
    text = "class Pair(ctypes.Structure):\n    _fields_ = [('first', Point)]\nValue(Pair)"
    with pytest.raises(NotCovered, match="the field `first` of a structure in shared memory"):
        main(text)


def test_an_array_of_characters_is_bytes_as_well():
    found = main(
        "text = Array('c', b'abcd')\ntext.value = b'hi'\nstart(shout, text)\nreturn text.value, text.raw[3:], text[0]"
    )
    assert set(found.results) == {(b"HI!", b"\0", b"H"), (b"HI!!", b"!", b"H")}


@pytest.mark.parametrize(("array", "view"), [("RawArray('i', 1)", "numbers"), ("Array('i', 1)", "numbers.get_obj()")])
def test_a_view_of_an_array_loses_an_update_as_the_array_does(array, view):
    found = main(f"numbers = {array}\nstart(add, {view})\nreturn numbers[0]", merged_and_not)
    assert set(found.results) == {1, 2}


def test_a_view_changed_under_the_guard_loses_nothing_and_is_no_copy():
    assert set(main("numbers = Array('i', 2)\nstart(add_guarded, numbers)\nreturn numbers[:]").results) == {(2, 2)}


def test_a_view_with_another_type_than_the_arrays_and_an_array_with_its_lock_are_told():
    with pytest.raises(NotCovered, match="an Array of int32 taken for float64: give NumPy its type"):
        main("np.frombuffer(RawArray('i', 2))")
    assert "TypeError: a bytes-like object is required, not 'SynchronizedArray'" in str(
        main("np.frombuffer(Array('d', 2))")
    )


def test_what_cannot_leave_a_process_is_called_as_programs_call_it():
    with pytest.raises(NotCovered, match="it is a Structure, which cannot leave the process; return its fields"):
        main("return Value(Point)")
