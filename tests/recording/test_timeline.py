"""Timelines: the value, the way from logs to bars, and what is recorded from real processes."""

import json
import multiprocessing
import os
import subprocess
import sys
import time
from itertools import pairwise
from multiprocessing import connection, process, queues, synchronize

import pytest

from lockstep.machine.processes import descendants
from lockstep.recording.bars import Bar, Lane
from lockstep.recording.lanes import MOST_BARS, coarsened, timeline_of
from lockstep.recording.operation_log import CAPACITY, Entry, Log, LogWriter, Operation, announce, read
from lockstep.recording.patches import OPERATIONS
from lockstep.recording.recorder import Recording
from lockstep.recording.recording import record, timeline
from lockstep.recording.timeline import Timeline
from tests.recording import programs

METHODS = multiprocessing.get_all_start_methods()
GET = Operation("communicating", "Queue.get", "lesson.py", 3)
WAIT = Operation("waiting", "Queue.get", "lesson.py", 3)


def log(*entries, name="main", asked=10.0, born=10.0, died=20.0, unfinished=None, lost=0):
    return Log(name, asked, born, died, entries, unfinished, lost)


def kinds(lane):
    return [(bar.start_s, bar.end_s, bar.kind) for bar in lane.bars]


def test_time_between_operations_is_computing():
    (lane,) = timeline_of([log(Entry(12, 13, GET))], 20).lanes
    assert kinds(lane) == [(0, 2, "computing"), (2, 3, "communicating"), (3, 10, "computing")]
    assert lane.bars[1].line == "lesson.py:3"


def test_a_wait_inside_a_communication_cuts_it_in_two():
    (lane,) = timeline_of([log(Entry(12.5, 14, WAIT), Entry(12, 15, GET))], 20).lanes
    assert kinds(lane)[1:4] == [(2, 2.5, "communicating"), (2.5, 4, "waiting"), (4, 5, "communicating")]


def test_a_process_that_died_in_an_operation_was_in_it_to_the_end():
    (lane,) = timeline_of([log(unfinished=Entry(15, 15, WAIT), died=None)], 18).lanes
    assert kinds(lane)[-1] == (5, 8, "waiting")


def test_starting_up_is_shown_before_a_process_begins():
    lanes = timeline_of([log(), log(name="ForkPoolWorker-9", asked=11, born=12)], 20).lanes
    assert lanes[1].name == "Process-1"
    assert lanes[1].bars[0] == Bar(1, 2, "communicating", "starting up")


def test_a_process_ended_before_its_program_began_was_only_starting_up(tmp_path):
    announce(tmp_path, "1", "SpawnPoolWorker-2", 11.0)
    (found,) = read(tmp_path)
    assert (found.born, found.entries) == (None, ())
    lane = timeline_of([log(), found], 20).lanes[1]
    assert (lane.name, lane.bars) == ("Process-1", (Bar(1, 10, "communicating", "starting up"),))


def test_processes_are_numbered_from_one_in_each_run():
    names = ["main", "SpawnProcess-7", "Process-8:1", "mine", "ForkPoolWorker-3"]
    found = timeline_of([log(name=name) for name in names], 20).lanes
    assert [lane.name for lane in found] == ["main", "Process-1", "Process-2", "mine", "Process-3"]


def test_thousands_of_short_bars_become_a_few_that_cover_the_same_time():
    bars = [Bar(at / 1e4, (at + 1) / 1e4, "computing" if at % 3 else "waiting") for at in range(30_000)]
    few = coarsened(bars, 100)
    assert len(few) <= 201
    assert (few[0].start_s, few[-1].end_s) == (bars[0].start_s, bars[-1].end_s)
    assert all(before.end_s == after.start_s for before, after in pairwise(few))
    assert {bar.kind for bar in few} == {"computing"}, "what fills most of the time"
    assert coarsened(bars[:10], MOST_BARS) == tuple(bars[:10])


def test_lost_operations_are_told():
    assert "12 later operations were too many" in timeline_of([log(lost=12)], 20).note


def test_a_timeline_goes_through_json_and_back():
    value = Timeline((Lane("main", (Bar(0, 1, "waiting", "Lock.acquire", "In[3]:4"),)),), "simulated", 8, "note", "t")
    assert Timeline.from_json(json.loads(json.dumps(value.to_json()))) == value
    assert "(simulated)" in value.sentence()
    assert "Lock.acquire at In[3]:4" in value.sentence()


def test_how_many_compute_at_a_time_tells_a_serial_program_from_a_parallel_one():
    busy = Lane("a", (Bar(0, 1, "computing"),))
    assert Timeline((busy, busy)).at_once() == 2.0
    assert Timeline((busy, Lane("b", (Bar(0, 1, "waiting"),)))).at_once() == 1.0
    assert Timeline(()).at_once() == 0.0
    assert Timeline((busy, Lane("b", (Bar(0, 1, "waiting"),)))).share("waiting") == 0.5


@pytest.mark.parametrize("wrong", [lambda: Bar(1, 0, "waiting"), lambda: Bar(0, 1, "thinking")])
def test_a_senseless_bar_is_refused(wrong):
    with pytest.raises(ValueError, match="a bar"):
        wrong()


def test_overlapping_bars_are_refused():
    with pytest.raises(ValueError, match="overlaps"):
        Lane("main", (Bar(0, 2, "waiting"), Bar(1, 3, "waiting")))


def test_a_log_can_be_read_while_it_is_written(tmp_path):
    announce(tmp_path, "1", "main", 1.0)
    writer = LogWriter(tmp_path, "1", 2.0)
    number = writer.number("waiting", "Lock.acquire", "lesson.py", 3)
    writer.append(3.0, 4.0, number)
    writer.begin(5.0, number)
    (found,) = read(tmp_path)
    operation = Operation("waiting", "Lock.acquire", "lesson.py", 3)
    assert found == Log("main", 1.0, 2.0, None, (Entry(3.0, 4.0, operation),), Entry(5.0, 5.0, operation), 0)
    writer.close(6.0)
    assert read(tmp_path)[0].died == 6.0


def test_a_full_log_counts_what_it_loses(tmp_path):
    announce(tmp_path, "1", "main", 1.0)
    writer = LogWriter(tmp_path, "1", 2.0)
    number = writer.number("waiting", "Lock.acquire", "", 0)
    for _ in range(CAPACITY + 3):
        writer.append(3.0, 4.0, number)
    (found,) = read(tmp_path)
    assert (len(found.entries), found.lost) == (CAPACITY, 3)


def test_a_half_written_name_is_left_for_later(tmp_path):
    announce(tmp_path, "1", "main", 1.0)
    writer = LogWriter(tmp_path, "1", 2.0)
    writer.number("waiting", "Lock.acquire", "", 0)
    names = tmp_path / "1.names"
    names.write_text(names.read_text()[:-8])
    assert read(tmp_path)[0].entries == ()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("program", [programs.pool_of_two, programs.executor_of_two])
def test_a_pool_is_recorded_under_every_start_method(method, program):
    found = record(lambda: program(multiprocessing.get_context(method), 6))
    assert found.answer == 6
    assert len(found.lanes) == 3, "the parent and two workers"
    tasks = [bar.what for lane in found.lanes[1:] for bar in lane.bars]
    assert sum(what.endswith("next task") for what in tasks) >= 6
    assert found.lanes[1].bars[0].what == "starting up"
    assert any(bar.what == "a result" for bar in found.lanes[0].bars)


def test_a_serialised_pool_keeps_its_workers_waiting():
    context = multiprocessing.get_context()
    found = record(lambda: programs.serialised(context, 6))
    spun = [
        (bar.start_s, bar.end_s)
        for lane in found.lanes[1:]
        for before, bar, after in zip(lane.bars, lane.bars[1:], lane.bars[2:], strict=False)
        if bar.kind == "computing" and before.what == "Pool: next task" and after.what == "Pool: result sent"
    ]
    spun.sort()
    assert len(spun) == 6
    assert all(before[1] <= after[0] for before, after in pairwise(spun)), "never two at a time"


@pytest.mark.parametrize("method", METHODS)
def test_a_convoy_waits_for_the_lock_at_the_learners_line(method):
    found = record(lambda: programs.convoy(multiprocessing.get_context(method), 3))
    waits = [bar for lane in found.lanes[1:] for bar in lane.bars if bar.what == "Lock.acquire"]
    assert waits
    assert {bar.kind for bar in waits} == {"waiting"}
    assert {bar.line.split("  ")[1] for bar in waits} == {"with lock:"}
    assert any(bar.what == "Process.join" for bar in found.lanes[0].bars)


def test_back_pressure_is_waiting_inside_a_put():
    found = record(lambda: programs.through_a_queue(multiprocessing.get_context(), 20))
    assert found.answer == list(range(20))
    filler = next(lane for lane in found.lanes if lane.name == "filler")
    assert any(bar.what == "Queue.put" for bar in filler.bars)
    assert any(bar.what == "Queue.get" for bar in found.lanes[0].bars)


@pytest.mark.skipif(sys.platform == "win32", reason="fork")
def test_a_process_that_overrides_run_is_recorded():
    found = record(programs.with_a_subclass)
    assert found.answer == 0
    assert len(found.lanes) == 2


def test_a_process_killed_while_it_waits_is_seen_waiting_to_its_end():
    found = record(lambda: programs.killed_while_waiting(multiprocessing.get_context()))
    assert found.lanes[1].bars[-1].what == "Lock.acquire"


def test_everything_is_as_before_after_a_recording():
    classes = (
        *(owner for owner, *_ in OPERATIONS),
        synchronize.SemLock,
        connection.Connection,
        queues.SimpleQueue,
    )
    before = [dict(vars(owner)) for owner in classes]
    lock = multiprocessing.Lock()
    with Recording():
        assert dict(vars(process.BaseProcess)) != before[classes.index(process.BaseProcess)]
        assert lock.acquire.__name__ == "acquiring"
    assert [dict(vars(owner)) for owner in classes] == before
    assert lock.acquire.__name__ == "acquire"


def test_locks_keep_their_meaning_while_recorded():
    with Recording():
        lock, recursive = multiprocessing.Lock(), multiprocessing.RLock()
        assert lock.acquire()
        assert not lock.acquire(False)
        assert not lock.acquire(block=False)
        assert not lock.acquire(True, 0.01)
        assert not lock.acquire(timeout=0.01)
        lock.release()
        with recursive, recursive:
            pass
        with pytest.raises(ValueError, match="released too many times"):
            lock.release()


def test_two_recordings_at_once_are_refused():
    with Recording(), pytest.raises(RuntimeError, match="already being recorded"), Recording():
        pass


def test_an_error_is_raised_after_the_picture_and_leaves_no_process():
    before = descendants()
    seen = []
    with pytest.raises(ZeroDivisionError, match="mine"):
        record(
            lambda: programs.failing(multiprocessing.get_context()),
            show=lambda value, more: seen.append((value, more)),
        )
    assert seen[-1][0].note == "The program failed."
    assert seen[-1][1] is False
    assert descendants() <= before


def test_an_interrupt_gives_what_was_recorded_and_leaves_no_process():
    before = descendants()
    found = record(lambda: programs.interrupted(multiprocessing.get_context()))
    assert "Interrupted" in found.note
    assert len(found.lanes) == 2
    assert descendants() <= before


def test_a_live_view_gets_growing_timelines_and_the_whole_at_the_end():
    seen = []

    def program():
        while len(seen) < 2:
            time.sleep(0.05)

    record(program, show=lambda value, more: seen.append((value.seconds, more)))
    assert [more for _, more in seen[:-1]] == [True] * (len(seen) - 1)
    assert seen[-1][1] is False
    assert [seconds for seconds, _ in seen] == sorted(seconds for seconds, _ in seen)


def test_a_simulated_timeline_is_shown_by_the_same_function():
    value = Timeline((Lane("main", (Bar(0, 1, "computing"),)),), "simulated", 8)
    assert timeline(value, live=False) == value
    with pytest.raises(TypeError, match="runs a function or shows a Timeline, and was given 5"):
        timeline(5)


def test_the_picture_names_processes_and_units():
    value = Timeline((Lane("main", (Bar(0, 0.5, "computing"),)), Lane("worker 1", (Bar(0.1, 0.2, "waiting"),))))
    axes = value.figure().axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["main", "worker 1"]
    assert axes.get_xlabel() == "time (ms), measured"


def test_a_spawned_child_pays_for_no_plotting_library():
    code = (
        "import sys, lockstep.recording.recorder; print([m for m in ('matplotlib', 'numpy', 'IPython', "
        "'anywidget') if m in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


def test_the_packages_can_be_called_however_they_were_loaded():
    code = (
        "import lockstep.recording.bars, lockstep.measurement.plan\n"
        "from lockstep import speedup, timeline\n"
        "print(timeline(len, (1, 2)).answer, speedup(lambda size, workers: size, 5, workers=[1]).state)"
    )
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["2", "finished"]


@pytest.mark.skipif(sys.platform == "win32", reason="fork")
def test_a_child_that_outlives_its_recording_can_still_start_processes():
    context = multiprocessing.get_context("fork")
    told, started = context.Event(), context.SimpleQueue()
    left = []

    def program():
        left.append(context.Process(target=programs.start_another_when_told, args=(told, started)))
        left[0].start()

    assert len(record(program).lanes) == 2
    told.set()
    left[0].join()
    assert left[0].exitcode == 0
    assert not started.empty()
    assert started.get() == 0
