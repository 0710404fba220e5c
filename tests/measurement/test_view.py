"""The kernel's side of the live views: what a slider does to the value, and what stays in the saved notebook."""

import itertools
import pickle
import signal
import threading
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from lockstep.measurement.campaign import campaign
from lockstep.measurement.measured_program import program_of
from lockstep.measurement.measuring import measured, request_for
from lockstep.measurement.speedup_view import SpeedupView
from lockstep.page import kernel as live
from lockstep.page.embedded_view import LARGEST
from lockstep.recording import timeline_figure as figure
from lockstep.recording.bars import Bar, Lane
from lockstep.recording.timeline import Timeline
from tests.measurement.fakes import FakeMachine, cpus_of

DATA = '<script type="application/json">'


def program(size, workers):
    if size > 1000:
        raise ValueError("too large for me")
    return size


def fake_measured(request, show):
    result = request.start()
    machine = FakeMachine(lambda workers, scale: request.program.sizes[0] / workers, request.cpus)
    for result in campaign(result, request.program, machine, np.random.default_rng(1), request.serial):
        show(result)
    return result


def fails_after(runs):
    """`measured` itself, with a program that raises after so many real runs."""

    left = itertools.count(runs, -1)

    def failing(size, workers):
        if next(left) == 0:
            raise ZeroDivisionError("mine")

    return lambda request, show: measured(replace(request, program=program_of(failing, (1,))), show)


@pytest.fixture
def view():
    return SpeedupView(request_for(program, (100,), cpus=cpus_of(2)), fake_measured)


def move(view, **values):
    view._on_message(view.widget, values, [])


def test_a_slider_measures_again_and_the_first_value_leads_to_the_newest(view):
    first = view.measure()
    assert first.latest is first
    assert view.widget.note == ""
    move(view, size=200)
    assert first.title == "program(100)", "a value stays what it was"
    assert first.latest.title == "program(200)"
    assert [result.title for result in first.history] == ["program(100)", "program(200)"]
    assert "measurement 2 of this plot" in view.widget.note
    assert ".latest" in view.widget.note
    assert view.widget.result["title"] == "program(200)"
    move(view, workers=3)
    assert first.latest.plan.workers == (1, 2, 3)
    assert first.latest.title == "program(200)", "the other slider stays where it was"


def test_trouble_of_a_slider_is_told_and_the_values_stay(view):
    first = view.measure()
    move(view, size=800)
    move(view, size=6400)
    assert view.widget.trouble == "ValueError: too large for me"
    assert first.latest.title == "program(800)"
    move(view, size=100)
    assert view.widget.trouble == ""


def test_an_error_after_a_slider_leaves_a_failed_plot_and_the_next_slider_measures_again(view):
    first = view.measure()
    move(view, size=200)
    view._measured = fails_after(3)
    move(view, size=400)
    assert view.widget.trouble == "ZeroDivisionError: mine"
    assert view.widget.result["state"] == "failed"
    assert len(view.widget.result["points"]) == 2, "what was measured stays"
    assert "Stopped by an error after 3 runs" in view.widget.result["sentence"]
    assert view.widget.note == "", "what is drawn is none of the values"
    assert [result.state for result in first.history] == ["finished", "finished"]
    view._measured = fake_measured
    move(view, size=800)
    assert (view.widget.trouble, view.widget.result["state"]) == ("", "finished")
    assert first.latest.title == "program(800)"


@pytest.mark.parametrize(
    ("runs", "told"), [(0, "stopped by an error before anything"), (1, "Stopped by an error after 1 run:")]
)
def test_an_error_in_the_cell_is_raised_and_its_plot_is_not_left_running(runs, told):
    view = SpeedupView(request_for(program, (100,), cpus=cpus_of(2)), fails_after(runs))
    with pytest.raises(ZeroDivisionError, match="mine"):
        view.measure()
    assert view.widget.result["state"] == "failed"
    assert told in view.widget.result["sentence"]
    assert view.history == []


def test_a_page_that_asks_is_answered_and_nothing_is_measured(view, monkeypatch):
    view.measure()
    sent = []
    monkeypatch.setattr(view.widget, "send", sent.append)
    move(view, hello=True)
    assert sent == [{"here": True}]
    assert len(view.history) == 1


def test_what_a_message_asks_in_another_thread_waits_for_the_main_one_and_can_be_interrupted(monkeypatch):
    waiting, done = [], []
    loop = SimpleNamespace(add_callback=lambda *call: waiting.append(call))
    monkeypatch.setattr(live, "running_shell", lambda: SimpleNamespace(kernel=SimpleNamespace(io_loop=loop)))

    def task():
        done.append((threading.current_thread(), signal.getsignal(signal.SIGINT)))
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    beside = threading.Thread(target=live.in_main_thread, args=(task,))
    beside.start()
    beside.join()
    assert not done, "a cell may be running"
    ((call, *arguments),) = waiting
    call(*arguments)
    assert done == [(threading.main_thread(), signal.default_int_handler)]
    assert signal.getsignal(signal.SIGINT) is before
    live.in_main_thread(lambda: done.append("at once"))
    assert done[-1] == "at once"


def test_a_result_with_its_history_can_be_copied_and_compared(view):
    first = view.measure()
    again = pickle.loads(pickle.dumps(first))
    assert again == first
    assert again.latest.title == first.title
    assert replace(first, title="other") != first


def test_the_saved_output_has_a_picture_words_and_data_and_asks_for_no_kernel(view, monkeypatch):
    told = []

    class Handle:
        def update(self, bundle, raw):
            told.append(bundle)

    monkeypatch.setattr("lockstep.page.embedded_view.display", lambda widget, display_id: Handle())
    result = view.in_cell()
    (bundle,) = told
    assert "<img alt=" in bundle["text/html"]
    assert bundle["text/plain"] == str(result)
    assert '"state":"finished"' in bundle["text/html"]
    assert set(bundle) == {"text/html", "text/plain"}, "a widget's own output is an error where its kernel has gone"


def test_of_more_data_than_a_notebook_should_hold_only_the_picture_is_saved(view):
    assert DATA in view.widget.bundle()["text/html"]
    view.widget.note = "<" * LARGEST
    assert DATA not in view.widget.bundle()["text/html"]


def test_the_saved_picture_of_a_timeline_has_words_and_numbers():
    value = Timeline((Lane("main <1>", (Bar(0, 0.5, "computing"), Bar(0.5, 1, "waiting", "Lock.acquire", "In[1]:2"))),))
    html = figure.html(value)
    assert 'alt="Timeline. 1 process in 1 s' in html
    assert "<td>main &lt;1&gt;</td><td>0.5</td><td>0</td><td>0.5</td>" in html
