"""NumPy, loaded when a program first uses arrays: others need not wait for it."""

from functools import cache
from importlib import import_module
from typing import Any


@cache
def numpy() -> Any:
    """The module."""
    return import_module("numpy")
