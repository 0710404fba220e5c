"""The machine check says what is there, and what is measured and what simulated."""

import multiprocessing

import pytest

from lockstep import machine_check
from lockstep.notebook.machine_check import _measured, _shared_memory, _tried


def test_it_names_every_start_method_and_the_one_without_asking():
    told = dict(machine_check().rows)
    assert all(method in told["Start methods"] for method in multiprocessing.get_all_start_methods())
    assert "does not work" not in told["Start methods"]
    assert "CPU" in told["CPUs"]


def test_every_part_that_takes_long_is_told_of(monkeypatch):
    told = []
    monkeypatch.setattr("lockstep.page.bar.Bar.tell", lambda bar, text, share: told.append((text, share)))
    machine_check()
    computing = [share for text, share in told if "compute" in text]
    assert len(computing) >= 3, "a quota makes one turn of it last a second"
    assert [text.rsplit()[-1] for text, _ in told[len(computing) :]] == multiprocessing.get_all_start_methods()
    shares = [share for _, share in told]
    assert shares == sorted(shares)


@pytest.mark.parametrize(
    ("count", "share", "words"),
    [(1, 1.0, "cannot be faster together"), (2, 1.5, "cannot be faster together"), (8, 8.0, "1 to 8 workers")],
)
def test_below_two_cpus_no_speed_up_is_promised(count, share, words):
    assert words in _measured(count, share)


def test_a_start_method_that_fails_is_said_to(monkeypatch):
    monkeypatch.setattr("lockstep.notebook.machine_check._nothing", _fails)
    assert _tried("fork") == "does not work here"


def _fails():
    raise SystemExit(3)


def test_scarce_shared_memory_is_said(tmp_path):
    assert "free" in _shared_memory(tmp_path)
    assert _shared_memory(tmp_path / "none") == "Where it lies, the system decides."


def test_it_shows_itself_as_a_table():
    check = type(machine_check())((("CPUs", "<2>"),))
    assert "&lt;2&gt;" in check._repr_html_()
    assert repr(check) == "CPUs: <2>"
