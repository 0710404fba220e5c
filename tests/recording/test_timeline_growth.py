"""The live picture of a run that goes on: the same as of the whole, from what is new alone."""

import random
import struct
import time

import pytest

from lockstep.recording.growth import Growth
from lockstep.recording.lanes import timeline_of
from lockstep.recording.operation_log import LogWriter, announce, read
from lockstep.recording.recorder import Recording
from lockstep.recording.recording import _LIVE_SHARE, LIVE_S, _Watching


class Process:
    """One that writes a log: communications with and without waits in them, and waits alone."""

    def __init__(self, folder, key, asked=1.0):
        announce(folder, key, f"Process-{key}", asked)
        self.writer = LogWriter(folder, key, asked + 0.5)
        self.now = asked + 1.0
        self.numbers = {
            name: self.writer.number(kind, name, "", 0)
            for kind, name in (("communicating", "Queue.get"), ("waiting", "Queue.get "), ("waiting", "Lock.acquire"))
        }

    def operations(self, chance, count):
        get, waited, lock = self.numbers.values()
        for _ in range(count):
            start = self.now + chance.random()
            self.now = start + 1.0
            if chance.random() < 0.3:
                self.writer.begin(start, lock)
                self.writer.finish(start, self.now, lock)
                continue
            self.writer.begin(start, get)
            for part in range(chance.randrange(3)):
                self.writer.append(start + 0.1 + part / 3, start + 0.2 + part / 3, waited)
                yield
            self.writer.finish(start, self.now, get)
            yield


def test_a_live_picture_is_that_of_the_whole_wherever_it_is_taken(tmp_path):
    chance = random.Random(1)
    processes = [Process(tmp_path, "1"), Process(tmp_path, "2", 3.0)]
    announce(tmp_path, "3", "Process-3", 5.0)
    growth, compared = Growth(tmp_path, most=10_000), 0
    for _ in zip(*(process.operations(chance, 60) for process in processes), strict=False):
        if chance.random() < 0.3:
            now = max(process.now for process in processes)
            whole = timeline_of(read(tmp_path), now)
            live = growth.timeline(now)
            assert [lane.name for lane in live.lanes] == [lane.name for lane in whole.lanes]
            for one, other in zip(live.lanes, whole.lanes, strict=True):
                assert one.bars == other.bars
            compared += 1
    assert compared > 10
    assert {bar.kind for _, bar in live.bars()} == {"computing", "communicating", "waiting"}


def test_what_was_read_is_not_read_again(tmp_path):
    process, growth = Process(tmp_path, "1"), Growth(tmp_path)
    list(process.operations(random.Random(2), 50))
    before = growth.timeline(process.now).lanes[0].bars
    with open(tmp_path / "1.log", "r+b") as file:
        file.seek(64)
        file.write(struct.pack("<ddi4x", 1e9, 2e9, 0))
    assert read(tmp_path)[0].entries[0].start == 1e9, "whoever reads all again sees this"
    list(process.operations(random.Random(3), 5))
    after = growth.timeline(process.now).lanes[0].bars
    assert after[: len(before)] == before
    assert len(after) > len(before)


def test_a_long_run_keeps_few_bars_that_cover_all_of_its_time(tmp_path):
    chance, process = random.Random(4), Process(tmp_path, "1")
    growth = Growth(tmp_path, most=100)
    for _ in range(20):
        list(process.operations(chance, 100))
        (lane,) = growth.timeline(process.now).lanes
        assert len(lane.bars) <= 104
        assert all(one.end_s == other.start_s for one, other in zip(lane.bars, lane.bars[1:], strict=False))
        assert (lane.bars[0].start_s, lane.bars[-1].end_s) == (0, process.now - 1.0)
    assert len(lane.bars) > 20


def test_a_process_that_has_ended_grows_no_more(tmp_path):
    process, growth = Process(tmp_path, "1"), Growth(tmp_path)
    growth.timeline(5.0)
    process.writer.close(7.0)
    assert growth.timeline(8.0).seconds == growth.timeline(20.0).seconds == 6.0


def test_a_process_that_waits_within_a_communication_is_still_in_it(tmp_path):
    process = Process(tmp_path, "1")
    get, waited, _ = process.numbers.values()
    process.writer.begin(2.0, get)
    process.writer.append(3.0, 4.0, waited)
    for found in (Growth(tmp_path).timeline(6.0), timeline_of(read(tmp_path), 6.0)):
        told = [(bar.start_s, bar.kind) for bar in found.lanes[0].bars]
        assert told[2:] == [(1.0, "communicating"), (2.0, "waiting"), (3.0, "communicating")]


def test_a_wait_within_a_wait_is_that_wait(tmp_path):
    process, growth = Process(tmp_path, "1"), Growth(tmp_path)
    get, waited, lock = process.numbers.values()
    process.writer.begin(2.0, get)
    process.writer.append(3.0, 3.5, lock)
    process.writer.append(2.5, 4.0, waited)
    pictures = [growth.timeline(6.0), timeline_of(read(tmp_path), 6.0)]
    process.writer.finish(2.0, 6.0, get)
    for found in (*pictures, growth.timeline(6.0), timeline_of(read(tmp_path), 6.0)):
        told = [(bar.start_s, bar.what) for bar in found.lanes[0].bars]
        assert told[2:] == [(1.0, "Queue.get"), (1.5, "Queue.get "), (3.0, "Queue.get")]


@pytest.mark.parametrize("dear", [True, False])
def test_live_pictures_that_take_much_of_a_cpu_come_seldom(dear):
    pauses = []

    class Ended:
        """Stands for the end of a program, after five pictures."""

        def wait(self, pause):
            pauses.append(pause)
            return len(pauses) > 5

    def show(timeline, more):
        until = time.thread_time() + 0.04
        while dear and time.thread_time() < until:
            pass

    recording = Recording()
    watching = _Watching(recording, lambda timeline: timeline, show)
    watching._ended = Ended()
    with recording:
        watching._watch()
    assert pauses[0] == LIVE_S
    assert (min(pauses[1:]) > 0.04 / _LIVE_SHARE) is dear
