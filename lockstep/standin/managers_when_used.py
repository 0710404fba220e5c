"""`multiprocessing.managers`, loaded when a program first has a Manager: it takes as long as all that is searched in a small one."""

from functools import cache
from importlib import import_module
from typing import Any


@cache
def managers() -> Any:
    """The module."""
    return import_module("multiprocessing.managers")
