"""What a long exploration tells while it runs."""

import sys
import time
from contextlib import closing

import IPython.display
import pytest

from lockstep.exploration.automata import Automata
from lockstep.exploration.coverage import explored
from lockstep.exploration.inside.local_service import LocalService
from lockstep.exploration.progress import Progress
from lockstep.exploration.search.watch import Watch
from lockstep.page import bar
from lockstep.page.silence import silence
from lockstep.program.source import ModuleSource
from lockstep.student.data import Reference

COUNTER = """
from multiprocessing import Process, Value

def add(v):
    for _ in range(6): v.value += 1

def main():
    v = Value("i", 0)
    ps = [Process(target=add, args=(v,)) for _ in range(3)]
    for p in ps: p.start()
    for p in ps: p.join()
"""


def test_a_search_tells_states_their_rate_and_what_it_is_on_the_way_to():
    told = []
    request = {"function": Reference("student", "main"), "arguments": [], "keywords": {}, "feeder": True,
               "pipe_capacity": 65_536, "merge": True}  # fmt: skip
    watch = Watch(told=lambda seconds, states, rate, what: told.append((states, rate, what)))
    with closing(LocalService(ModuleSource.of_text(COUNTER, "program"))) as service:
        explored(Automata(service), request, 5_000, {}, "main", watch)
    assert [what.partition(" (")[0] for what in dict.fromkeys(what for *_, what in told)] == [
        "all interleavings", "those with at most 2 preemptions", "a sample"
    ]  # fmt: skip
    assert max(states for states, *_ in told) > 3_000
    assert all(rate >= 0 for _, rate, _ in told)


def test_nothing_is_told_in_the_first_second_and_then_a_line(monkeypatch):
    lines = []
    progress = Progress("two", 1_000)
    monkeypatch.setattr(progress._bar, "tell", lambda text, share: lines.append((text, share)))
    now = iter([100.9, 102.0, 102.1])
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    progress(0.9, 90, 100.0, "all interleavings")
    assert lines == []
    progress(2.0, 250, 125.0, "all interleavings")
    progress(2.1, 260, 125.0, "all interleavings")
    monkeypatch.undo()
    assert lines == [
        ("explore two, 2 s: 250 states (125 a second), 25% of the budget, on the way to all interleavings; "
         "interrupt it to see what was found so far", 0.25)
    ]  # fmt: skip


def test_a_terminal_gets_one_line_that_goes_away(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    shown = bar.Bar()
    shown.tell("a longer line", 0.5)
    shown.tell("a line", 0.6)
    shown.close()
    assert capsys.readouterr().err == "\ra longer line\ra line       \r             \r"


def test_where_nobody_looks_nothing_is_written(capsys):
    shown = bar.Bar()
    shown.tell("a line", 0.5)
    shown.close()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("share", [0.25, 7.0])
def test_a_notebook_gets_a_bar_that_goes_away(monkeypatch, share):
    pages = []

    class Handle:
        def update(self, page, raw=False):
            pages.append(page["text/html"] if raw else page.data)

    def display(page, display_id):
        pages.append(page.data)
        return Handle()

    monkeypatch.setattr(bar, "in_notebook", lambda: True)
    monkeypatch.setattr(IPython.display, "display", display)
    shown = bar.Bar()
    shown.tell("1 < 2", share)
    shown.close()
    first = f'<progress max="1" value="{min(1, share):.3f}"></progress> 1 &lt; 2' + silence(30)
    assert pages == [first, ""]
    shown.tell("1 < 2", share)
    shown.close()
    shown.close()
    assert pages == [first, "", first, ""], "in its place, and nothing is left of it"


def test_what_is_waited_for_is_told_once_it_takes_long(monkeypatch):
    told, shown = [], bar.Bar()
    monkeypatch.setattr(shown, "tell", lambda text, share: told.append((text, share)))
    for seconds in (1.0, 2.0, 30.0):
        shown.wait("simulate count", seconds, 20.0)
    assert told == [("simulate count: 2 s", 0.1), ("simulate count: 30 s", 1.5)]
