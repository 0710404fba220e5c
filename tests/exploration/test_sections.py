"""`at_most` is proven only of a section that processes enter; else it says which there are."""

import pytest

from lockstep.student.failure import CheckFailed
from tests.exploration.taking import take

ROOMS = """
    def enter(v):
        with inside("the room"):
            v.value += 1

    def main():
        v = Value("i", 0)
        processes = [Process(target=enter, args=(v,)) for _ in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return v.value
"""


@pytest.fixture(scope="module")
def rooms():
    return take(ROOMS)


def test_a_section_that_nobody_enters_proves_nothing(rooms):
    with pytest.raises(CheckFailed) as failed:
        rooms.at_most("the romo", 1)
    assert str(failed.value) == (
        "No process is ever inside 'the romo', so nothing is proven; the sections that processes enter are 'the room'. "
        "Mark the part of the program that is meant: `with inside('the romo'):`"
    )
    assert rooms.at_most("the room", 2) is rooms
    with pytest.raises(CheckFailed, match="2 processes can be inside 'the room' at once"):
        rooms.at_most("the room", 1)


def test_a_program_without_sections_is_told_so():
    with pytest.raises(CheckFailed, match="no process enters any section"):
        take("def main(): return 1").at_most("the room", 1)


def test_a_section_that_is_never_reached_fails_for_what_is_in_the_way():
    program = """
        def main():
            lock = Lock()
            lock.acquire()
            lock.acquire()
            with inside("the room"):
                pass
    """
    with pytest.raises(CheckFailed, match="deadlock"):
        take(program).at_most("the room", 1)


def test_what_is_no_section_or_no_number_is_refused(rooms):
    with pytest.raises(TypeError, match="a section is the name given to `inside`, a text, not 3"):
        rooms.at_most(3, 1)
    for number in ("b", 0, 1.5):
        with pytest.raises(ValueError, match=f"a number, at least 1, not {number!r}"):
            rooms.at_most("the room", number)
