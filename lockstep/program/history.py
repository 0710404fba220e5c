"""The cells that the running notebook has executed so far."""

from __future__ import annotations

import re
from typing import Any

from lockstep.page.kernel import running_shell
from lockstep.program.source import Cell, ModuleSource

_FORGETS = re.compile(r"^%reset\b(?!.*\b(in|out|dhist|array)\b)", re.MULTILINE)  # the whole namespace


def notebook_source() -> ModuleSource:
    """The program of the running notebook. Raises RuntimeError where there is no notebook."""
    shell = running_shell()
    if shell is None:
        raise RuntimeError("there is no notebook here; in a plain program use `with student('file.py') as s`")
    return executed_cells(shell)


def executed_cells(shell: Any, running: str | None = None) -> ModuleSource:
    """The cells that IPython's shell has executed, in the order of execution, and the one that is `running`."""
    executed = shell.history_manager.input_hist_raw
    cells = [Cell(f"In[{number}]", text) for number, text in enumerate(executed) if number and text]
    forgotten = max((place for place, cell in enumerate(cells) if _FORGETS.search(cell.source)), default=-1)
    if running is not None:
        cells.append(Cell(f"In[{len(executed)}]", running))
    return ModuleSource(tuple(cells[forgotten + 1 :]))
