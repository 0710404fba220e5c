"""Programs whose results cannot leave their process, and one that has none."""

import ctypes
import multiprocessing


def generator():
    yield 1


def function():
    return generator


def nothing():
    return None


def inner_target():
    def add():
        pass

    multiprocessing.Process(target=add).start()


class Pair(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("name", ctypes.c_char)]


def change(pair):
    with pair.get_lock():
        pair.x += 1
        pair.name = b"b"


def structure():
    pair = multiprocessing.Value(Pair, 1, b"a")
    process = multiprocessing.Process(target=change, args=(pair,))
    process.start()
    process.join()
    return pair.x, pair.name, pair.get_obj().x
