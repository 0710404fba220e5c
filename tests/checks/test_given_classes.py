"""A class can be given, in a grader too, and given code may define classes of its own."""

from autograder.grading.judging import judge, read_check_cell
from lockstep.program.source import ModuleSource
from lockstep.student.launcher import local_launcher

CELL = """
import multiprocessing
from lockstep import check, given

_END = "."

@given
class Stream:
    def __init__(self, text):
        self.text = text

    def read(self):
        return self.text + _END

    @property
    def length(self):
        return len(self.text)

@given
def nothing():
    pass

@given
def read(text):
    return Stream(text).read(), Stream(text).length

@given
def start_beside_a_class():
    class Inner:
        pass
    process = multiprocessing.get_context("spawn").Process(target=nothing)
    process.start()
    process.join()
    return process.exitcode

@check("a given class is there")
def _(student):
    assert student.read("ab") == ("ab.", 2)

@check("what stands beside a class in given code can go to another process")
def _(student):
    assert student.start_beside_a_class() == 0

check.run("classes")
"""


def test_a_class_can_be_given_and_given_code_may_hold_classes():
    report = judge(read_check_cell(CELL), ModuleSource.of_text("x = 1"), local_launcher())
    assert report.passed == 2, report.text()
