"""`%load_ext lockstep`: a notebook's functions work in child processes under every start method."""

import ast
import atexit
import multiprocessing
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from lockstep.notebook.check_cells import check
from lockstep.program.children import guard_kernel, wait_for_output, write_whole_lines_after_fork
from lockstep.program.definitions import Definitions, definitions
from lockstep.program.history import executed_cells
from lockstep.program.loading import main_file_text
from lockstep.program.names import bound_names
from lockstep.student.given import given
from lockstep.student.launcher import local_launcher

_BEFORE = "pre_run_cell"


class NotebookExtension:
    """Follows a kernel's cells; before each one runs, writes the definitions so far for child processes."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._folder = Path(tempfile.mkdtemp(prefix="lockstep-notebook-"))
        self._written: Definitions | None = None
        self._files = 0
        self._said: set[str] = set()
        self._guardian = guard_kernel()
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)

    def before_cell(self, info: Any = None) -> None:
        """IPython's pre_run_cell event, with what is about to run."""
        check.clear()
        given.clear()
        found = definitions(executed_cells(self._shell, "" if info is None else info.raw_cell))
        if self._written is not None and found.cells == self._written.cells:
            return
        self._say_old_definitions(found)
        self._written = found
        self._files += 1
        # A new file for every change: a forkserver that has preloaded the old file must not take it for the new one.
        path = self._folder / f"notebook_{self._files}.py"
        path.write_text(main_file_text(found), encoding="utf-8", errors="surrogatepass")
        sys.modules["__main__"].__file__ = str(path)

    def _say_old_definitions(self, found: Definitions) -> None:
        living = [process for process in multiprocessing.active_children() if process.is_alive()]
        if self._written is None or not living:
            return
        changed = sorted(_names(self._written) & (_names(found, self._written)))
        if changed:
            names = ", ".join(f"`{name}`" for name in changed)
            print(
                f"Note: {len(living)} child process{'es' if len(living) > 1 else ''} started earlier "
                f"keep{'' if len(living) > 1 else 's'} the old {names}. Close the pool and open a new one."
            )


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext lockstep`; loading it twice is the same as once."""
    if any(isinstance(getattr(one, "__self__", None), NotebookExtension) for one in shell.events.callbacks[_BEFORE]):
        return
    extension = NotebookExtension(shell)
    write_whole_lines_after_fork()
    shell.events.register(_BEFORE, extension.before_cell)
    shell.events.register("post_run_cell", lambda _result: wait_for_output())
    extension.before_cell()
    local_launcher().warm_up()


def _names(found: Definitions, without: Definitions | None = None) -> set[str]:
    """The functions and classes that `found` defines, only those in cells that `without` does not have."""

    known = set(without.cells) if without is not None else set()
    return {
        name
        for cell in found.cells
        if cell not in known
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        for name in bound_names(node)
    }
