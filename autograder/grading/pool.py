"""Processes of the grader's own that judge several programs at once."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_all_start_methods, get_context
from typing import Any


def judging_pool(
    jobs: int, module: str, begin: Callable[..., None] | None = None, *arguments: Any
) -> ProcessPoolExecutor:
    """A pool of so many processes, forked where there is fork from one that has loaded `module` and nothing else.

    Each calls `begin(*arguments)` first.
    """
    method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
    context: Any = get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([module])
    return ProcessPoolExecutor(max(1, jobs), context, begin, arguments)
