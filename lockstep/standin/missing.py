"""What stands for a name that a program's module cannot have: whatever is done with it raises the reason."""

from __future__ import annotations

from typing import Any

_BINARY = (
    "add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow", "lshift", "rshift", "and", "or", "xor",
)  # fmt: skip
_OTHER = (
    "lt", "le", "eq", "ne", "gt", "ge", "hash", "bool", "len", "length_hint", "iter", "next", "reversed", "contains",
    "getitem", "setitem", "delitem", "call", "int", "float", "complex", "index", "trunc", "round", "floor", "ceil",
    "neg", "pos", "abs", "invert", "str", "repr", "format", "bytes", "fspath", "dir", "buffer", "enter", "exit",
    "aenter", "aexit", "await", "aiter", "anext", "get", "set", "delete", "instancecheck", "subclasscheck",
    "mro_entries", "getattribute", "setattr", "delattr", "reduce", "reduce_ex", "copy", "deepcopy",
)  # fmt: skip
_OPERATORS = [*_OTHER, *(f"{side}{name}" for name in _BINARY for side in ("", "r", "i"))]


class Missing:
    """Stands for a name that is not there: every operator raises `error`, an exception class, with the `reason`.

    Nobody can keep a program from asking what an object *is*; where that would decide something, the name must not be
    bound at all.
    """

    __slots__ = ("_error", "_reason")

    def __init__(self, reason: str, error: type[BaseException] = NameError) -> None:
        object.__setattr__(self, "_reason", reason)
        object.__setattr__(self, "_error", error)


def _refuse(missing: Missing, *_arguments: Any, **_keywords: Any) -> Any:
    error = object.__getattribute__(missing, "_error")(object.__getattribute__(missing, "_reason"))
    error.of_missing = True
    raise error


def error_of_missing(error: BaseException) -> bool:
    """Has the error come from the use of a name that is not there?"""
    return getattr(error, "of_missing", False) is True


for _name in _OPERATORS:
    setattr(Missing, f"__{_name}__", _refuse)


def reason_missing(value: object) -> str | None:
    """Why a name of a loaded module is not there, or None if `value` is something."""
    return object.__getattribute__(value, "_reason") if type(value) is Missing else None
