"""`logging` for one simulated process: loggers of its own, and nothing is shown, as with `print`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any


class ProcessLogger(logging.RootLogger):
    """As `logging.Logger`; in another process it is the one of this name there."""

    def __init__(self, name: str, level: int = logging.NOTSET) -> None:
        logging.Logger.__init__(self, name, level)

    def __reduce__(self) -> Any:
        return self.manager.named, (self.name,)  # type: ignore[attr-defined]


class _Quiet(logging.NullHandler):
    """As `logging.StreamHandler` or `logging.FileHandler`, but nobody sees it."""

    def __init__(self, *_arguments: Any, **_keywords: Any) -> None:
        super().__init__()


def own_logging(known_as: Callable[[Any, str, str], Any]) -> dict[str, Any]:
    """What the module offers to one process. `known_as(function, module, name)` makes a function known by this name."""
    root = ProcessLogger("root", logging.WARNING)
    root.addHandler(_Quiet())
    manager = logging.Manager(root)
    root.manager = manager
    manager.setLoggerClass(ProcessLogger)

    def named(name: str | None = None) -> logging.Logger:
        return root if not name or name == root.name else manager.getLogger(name)

    def configure(*, level: int | str | None = None, **_keywords: Any) -> None:
        if level is not None:
            root.setLevel(level)

    def disable(level: int = logging.CRITICAL) -> None:
        manager.disable = level

    manager.named = known_as(named, "logging", "getLogger")  # type: ignore[attr-defined]
    methods = ("debug", "info", "warning", "error", "exception", "critical", "log")
    return {
        "getLogger": named,
        "basicConfig": known_as(configure, "logging", "basicConfig"),
        "disable": known_as(disable, "logging", "disable"),
        "root": root,
        "StreamHandler": _Quiet,
        "FileHandler": _Quiet,
        **{method: getattr(root, method) for method in methods},
    }
