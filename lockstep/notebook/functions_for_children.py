"""`%load_ext lockstep`: a notebook's functions work in child processes under every start method."""

import atexit
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from lockstep.notebook.check_cells import check
from lockstep.notebook.old_children import old_children
from lockstep.page.tracebacks import Tracebacks
from lockstep.program.children import guard_kernel, streams_in_order, write_whole_lines_after_fork
from lockstep.program.definitions import definitions
from lockstep.program.history import executed_cells
from lockstep.program.left_out import Definitions
from lockstep.program.loading import main_file_text
from lockstep.student.given import given
from lockstep.student.launcher import local_launcher

_BEFORE = "pre_run_cell"


class NotebookExtension:
    """Follows a kernel's cells; before each one runs, writes the definitions so far for child processes."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._folder = Path(tempfile.mkdtemp(prefix="lockstep-notebook-"))
        self._written: Definitions | None = None
        self._own = Definitions(())  # without given code
        self._files = 0
        self._guardian = guard_kernel()
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)

    def before_cell(self, info: Any = None) -> None:
        """IPython's pre_run_cell event, with what is about to run."""
        check.clear()
        given.clear()
        source = executed_cells(self._shell, "" if info is None else info.raw_cell)
        found = definitions(source, given=True)
        if self._written is not None and found == self._written:
            return
        self._written = found
        own = definitions(source)
        if note := old_children(self._own, own):
            print(note)
        self._own = own
        self._files += 1
        # A new file for every change: a forkserver that has preloaded the old file must not take it for the new one.
        path = self._folder / f"notebook_{self._files}.py"
        path.write_text(main_file_text(found), encoding="utf-8", errors="surrogatepass")
        sys.modules["__main__"].__file__ = str(path)


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext lockstep`; loading it twice is the same as once."""
    if any(isinstance(getattr(one, "__self__", None), NotebookExtension) for one in shell.events.callbacks[_BEFORE]):
        return
    extension = NotebookExtension(shell)
    Tracebacks.of(shell)
    write_whole_lines_after_fork()
    for stream in streams_in_order():
        stream.begin()
        shell.events.register(_BEFORE, lambda *_, stream=stream: stream.begin())
        shell.events.register("post_run_cell", lambda _result, stream=stream: stream.settle())
    shell.events.register(_BEFORE, extension.before_cell)
    extension.before_cell()
    local_launcher().warm_up()
