"""Memory with store buffers: what is written without a lock reaches the others later, and locks are as ever."""

import pytest

from lockstep.exploration.exploring import explore
from lockstep.player.page_data import player_data
from lockstep.player.replaying import replayed
from lockstep.student.failure import CheckFailed
from tests.exploration.taking import take
from tests.player.rules import Rules

STORE_BUFFERING = """
    def first(x, y, read):
        x.value = 1
        read[0] = y.value

    def second(x, y, read):
        y.value = 1
        read[1] = x.value

    def main():
        x, y = RawValue("i"), RawValue("i")
        read = Array("i", [9, 9])
        processes = [Process(target=work, args=(x, y, read)) for work in (first, second)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return list(read)
"""
PETERSON = """
    class Peterson:
        def __init__(self):
            self.flag, self.turn, self.lock = RawArray("b", 2), Value("b", 0, lock=False), Lock()

        def enter(self, me, fence):
            self.flag[me] = 1
            self.turn.value = 1 - me
            if fence:
                with self.lock:
                    pass
            while self.flag[1 - me] and self.turn.value == 1 - me:
                pass

        def leave(self, me):
            self.flag[me] = 0

    def work(peterson, me, times, fence):
        for _ in range(times):
            peterson.enter(me, fence)
            with inside("section"):
                pass
            peterson.leave(me)

    def main(times, fence):
        peterson = Peterson()
        processes = [Process(target=work, args=(peterson, me, times, fence)) for me in (0, 1)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
"""
BUFFERED = "store buffers"


def test_each_may_read_what_was_before_the_other_wrote():
    assert [0, 0] not in take(STORE_BUFFERING).results
    found = take(STORE_BUFFERING, memory=BUFFERED)
    assert found.results[[0, 0]] == 114
    assert found.interleavings == 440
    assert str(found).startswith("main, with store buffers: all 440 interleavings")


def test_a_value_with_its_lock_is_as_before():
    guarded = STORE_BUFFERING.replace("RawValue", "Value")
    found, before = take(guarded, memory=BUFFERED), take(guarded)
    assert found.results == before.results
    assert found.interleavings == before.interleavings


@pytest.mark.parametrize("times", [1, 2])
def test_peterson_breaks_and_holds_with_a_fence(times):
    take(PETERSON, times, False).at_most("section", 1).always_ends()
    with pytest.raises(CheckFailed, match="2 processes can be inside 'section' at once"):
        take(PETERSON, times, False, memory=BUFFERED).at_most("section", 1)
    take(PETERSON, times, True, memory=BUFFERED).at_most("section", 1).always_ends()


def test_the_schedule_says_that_nobody_else_sees_it_yet():
    with pytest.raises(CheckFailed) as caught:
        take(STORE_BUFFERING, memory=BUFFERED).always(lambda read: read != [0, 0])
    text = str(caught.value)
    assert "store buffer of Process-1: empty -> x = 1 (nobody else sees it yet)" in text
    assert "store buffer of Process-1: x = 1 (nobody else sees it yet) -> empty" in text


def test_the_player_shows_the_buffers_and_tells_what_was_not_seen():
    data = player_data(take(STORE_BUFFERING, memory=BUFFERED).findings, lambda read: read == [0, 0])
    shown = {each["name"]: each for each in data["objects"] if not each["hidden"]}
    assert {"x", "y", "store buffer of Process-1", "store buffer of Process-2"} <= shown.keys()
    assert "store buffer of main" not in shown
    assert "store buffer of Process-1" in data["actors"]
    (story,) = data["traces"][0]["story"]
    assert story == "In step 4 Process-2 read x = 0: Process-1 had written 1, but nobody else saw it yet."


@pytest.mark.parametrize(
    ("program", "arguments"), [(STORE_BUFFERING, ()), (PETERSON, (1, False)), (PETERSON, (1, True))]
)
def test_the_rules_of_the_page_make_every_state_and_no_other(program, arguments):
    found = take(program, *arguments, memory=BUFFERED)
    assert len(Rules(player_data(found.findings)).states()) == found.states


def test_a_schedule_names_the_buffers():
    found = take(STORE_BUFFERING, memory=BUFFERED)
    wanted = [1, "store buffer of Process-1", 2, 2, 2, 1, 1, 0, 0]
    replay = replayed(found.findings, wanted)
    assert replay.value == [1, 1]
    assert "let the others see x = 1" in replay.told.text()


def test_whoever_waits_for_what_is_on_its_way_gets_it():
    text = """
        def wait(flag):
            while not flag.value:
                pass

        def main():
            flag = RawValue("i")
            process = Process(target=wait, args=(flag,))
            process.start()
            flag.value = 1
            process.join()
    """
    take(text, memory=BUFFERED).always_ends()


def test_other_memories_are_refused():
    with pytest.raises(ValueError, match="memory is 'sequential' or 'store buffers', not 'weak'"):
        explore(test_other_memories_are_refused, memory="weak")


def test_a_ring_without_a_lock_gives_what_was_put_all_the_same():
    text = """
        def put(items, last):
            for item in (1, 2):
                items[last.value] = item
                last.value += 1

        def main():
            items, last, got = RawArray("i", 2), RawValue("i"), []
            process = Process(target=put, args=(items, last))
            process.start()
            for place in range(2):
                while last.value == place:
                    pass
                got.append(items[place])
            process.join()
            return got
    """
    take(text, memory=BUFFERED).always(lambda got: got == [1, 2])


def test_a_loop_that_only_writes_has_states_with_an_end():
    text = """
        def work(mine, other):
            mine.value = 1
            while other.value:
                mine.value = 0
                mine.value = 1
            mine.value = 0

        def main():
            a, b = RawValue("i"), RawValue("i")
            processes = [Process(target=work, args=pair) for pair in ((a, b), (b, a))]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
    """
    found = take(text, memory=BUFFERED)
    assert found.claim.complete
    assert found.interleavings is None


def test_a_write_waits_while_eight_are_on_their_way():
    text = """
        def main():
            cell = RawValue("i")
            for number in range(10):
                cell.value = number
    """

    def ways(written, arrived):
        if written == 10:  # main is at its end, and its buffer empty
            return 1
        further = ways(written, arrived + 1) if arrived < written else 0
        return further + (ways(written + 1, arrived) if written - arrived < 8 else 0)

    assert take(text, memory=BUFFERED).interleavings == ways(0, 0)
