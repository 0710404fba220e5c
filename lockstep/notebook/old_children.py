"""A note on children of the kernel that were started before a function was defined: they do not have it, or an old one."""

from __future__ import annotations

import ast
import gc
import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor

from lockstep.program.left_out import Definitions
from lockstep.program.names import bound_names
from lockstep.words import counted, enumerated

_SERVES = re.compile(r"Manager|^Dask Worker")  # it runs no functions, or gets each with its text when it is called


def old_children(before: Definitions, now: Definitions) -> str:
    """What to say of the children that are alive after the notebook's definitions have changed, or nothing."""
    living = [child for child in multiprocessing.active_children() if not _SERVES.search(child.name)]
    if not living or not before.cells:
        return ""
    had, has = _functions(before), _functions(now)
    known, new = set(had), {name for name, text in has.items() if had.get(name) != text}
    in_executors = _in_executors()
    workers = [child for child in living if "PoolWorker" in child.name or child.pid in in_executors]
    others = len(living) - len(workers)
    notes = []
    pool = f"Note: {counted(len(workers), 'worker')} of a pool that was opened earlier"
    one = len(workers) == 1
    if workers and new & known:
        notes.append(
            f"{pool} still {'has' if one else 'have'} the old {_named(new & known)}: close it and open a new one."
        )
    if workers and new - known:
        notes.append(
            f"{pool} {'does' if one else 'do'} not know {_named(new - known)}: close it, and open one below that."
        )
    if others and new & known:
        notes.append(
            f"Note: {counted(others, 'process')} started earlier still {'has' if others == 1 else 'have'} the "
            f"old {_named(new & known)}. To end what is left: for p in multiprocessing.active_children(): p.kill()"
        )
    return "\n".join(notes)


def _named(names: set[str]) -> str:
    return enumerated([f"`{name}`" for name in sorted(names)])


def _in_executors() -> set[int]:
    """The process ids of workers of executors. Nobody keeps a list of them."""
    executors = [one for one in gc.get_objects() if type(one) is ProcessPoolExecutor]
    return {pid for executor in executors for pid in (executor._processes or {})}


def _functions(found: Definitions) -> dict[str, str]:
    """The functions and classes by name, each with its text."""
    return {
        name: ast.unparse(node)
        for cell in found.cells
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        for name in bound_names(node)
    }
