"""What a request to a learner's process names, found where the process has it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from lockstep.student.data import Reference
from lockstep.words import undefined


class NotThere(BaseException):  # not an Exception, or it would count as one of the program's
    """What is asked for is not there, or cannot be called so; the text says why."""


def resolved(value: Any, find: Callable[[str, str], Any]) -> Any:
    """A copy of plain data in which every reference is what it names.

    `find(origin, name)` is asked for each. Raises NotThere where that raises AttributeError.
    """
    match value:
        case Reference(origin=origin, name=name, arguments=arguments):
            try:
                function = find(origin, name)
            except AttributeError:
                raise NotThere(undefined(name)) from None
            return function if arguments is None else partial(function, *resolved(arguments, find))
        case list() | tuple() | set() | frozenset():
            return type(value)(resolved(item, find) for item in value)
        case dict():
            return {resolved(key, find): resolved(item, find) for key, item in value.items()}
    # A program may change its arguments, and may be run more than once.
    return value.copy() if hasattr(value, "copy") else value
