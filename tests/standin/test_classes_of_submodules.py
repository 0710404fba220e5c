"""What programs take from multiprocessing's submodules, with the `ctx` that classes there want, is covered by explore."""

import textwrap

from lockstep.exploration.exploring import explore
from lockstep.student.session import student

PROGRAM = """
import ctypes
from multiprocessing import Process, get_context, sharedctypes
from multiprocessing.sharedctypes import Value
from multiprocessing.synchronize import Barrier, Condition, Event, Lock, Semaphore

class AtMost(Semaphore):
    def __init__(self, number):
        super().__init__(number, ctx=get_context())

def work(room, total, raw):
    with room:
        total.value += 1
        raw[0] += 1

def program():
    room, total = AtMost(1), Value("i", 0)
    raw, one = sharedctypes.RawArray(ctypes.c_long, 2), sharedctypes.RawValue(ctypes.c_int)
    for kind in (Lock, Event, Condition):
        kind(ctx=get_context())
    Barrier(2, ctx=get_context())
    processes = [Process(target=work, args=(room, total, raw)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return total.value + raw[0] + one.value
"""


def test_a_semaphore_of_ones_own_and_shared_ctypes_are_explored(tmp_path):
    (tmp_path / "program.py").write_text(textwrap.dedent(PROGRAM))
    with student(tmp_path / "program.py") as learner:
        assert list(explore(learner.program).results) == [4]
        assert learner.program() == 4, "as on the real machine"
