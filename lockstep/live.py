"""Whether live views can be shown here, in which cell, and what a cell's file is called there."""

from __future__ import annotations

import os

from IPython.core.getipython import get_ipython


def in_notebook() -> bool:
    """Whether this is a Jupyter kernel, which can show a live view."""
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def running_cell() -> int | None:
    """The number of the cell that is being run, None outside notebooks."""
    shell = get_ipython()
    return None if shell is None else int(shell.execution_count)


def cell_label(file: str) -> str:
    """A cell's file as "In[3]", any other by its name without folders."""
    shell = get_ipython()
    known = getattr(getattr(shell, "compile", None), "_filename_map", None) or {}
    return f"In[{known[file]}]" if file in known else os.path.basename(file)
