"""A note on old functions is for children that have one, and for functions whose text has changed."""

import multiprocessing
from types import SimpleNamespace

import pytest

from lockstep.notebook.old_children import old_children
from lockstep.program.left_out import Definitions
from lockstep.program.source import Cell

ADD = "def add(x):\n    return x + 1"


def defined(*texts: str) -> Definitions:
    return Definitions(tuple(Cell(f"In[{number}]", text) for number, text in enumerate(texts)))


@pytest.mark.parametrize(
    ("name", "before", "now", "told"),
    [
        ("Process-1", ADD, ADD.replace("1", "2"), "still has the old `add`"),
        ("Process-1", ADD, f"import os\n\n{ADD}", ""),
        ("Dask Worker process (from Nanny)", ADD, ADD.replace("1", "2"), ""),
        ("SyncManager-1", ADD, ADD.replace("1", "2"), ""),
    ],
)
def test_what_is_said_of_a_child_when_a_cell_has_changed(monkeypatch, name, before, now, told):
    monkeypatch.setattr(multiprocessing, "active_children", lambda: [SimpleNamespace(name=name, pid=1)])
    note = old_children(defined(before), defined(now))
    assert told in note
    assert bool(note) == bool(told)
