"""Store buffering on the real machine: what is counted is counted right; how often it happens is nobody's promise."""

import multiprocessing

import pytest

from lockstep.machine.usable import usable_cpus
from lockstep.measurement import store_buffering as module
from lockstep.measurement.store_buffering import StoreBuffering, store_buffering


def test_rounds_are_played_and_counted_and_nobody_is_left():
    found = store_buffering(rounds=50, seconds=2)
    if usable_cpus().count < 2:
        pytest.skip("there is one CPU")
    assert 0 <= found.both <= found.rounds <= 50
    assert str(found).startswith(f"In {found.both} of {found.rounds} rounds")
    assert not multiprocessing.active_children()


def test_the_share_is_told_where_it_happened():
    assert str(StoreBuffering(20_000, 90, 4)) == "In 90 of 20,000 rounds (0.45 %) both processes read 0, on 4 CPUs."
    assert str(StoreBuffering(20_000, 0, 4)) == "In 0 of 20,000 rounds both processes read 0, on 4 CPUs."


def test_on_one_cpu_it_says_that_it_cannot_show(monkeypatch):
    one = type("One", (), {"count": 1})()
    monkeypatch.setattr(module, "usable_cpus", lambda: one)
    found = store_buffering()
    assert found.rounds == 0
    assert str(found).startswith("There is one CPU here")


@pytest.mark.parametrize(("rounds", "seconds"), [(0, 1), (1, 0), (-1, 1)])
def test_no_rounds_and_no_time_make_no_sense(rounds, seconds):
    with pytest.raises(ValueError, match="at least one round and some time"):
        store_buffering(rounds, seconds)
