"""Values that go from one simulated process to another: pickled, and unpickled in the other's own module."""

from __future__ import annotations

import io
import pickle
import types
from typing import Any

from lockstep.program.namespaces import GIVEN, SOLUTION, Namespaces
from lockstep.standin.operation import Message
from lockstep.words import brief_value

_HEADER = 4  # bytes that a pipe spends on the length of a message
_NAMED = (type, types.FunctionType, types.MethodType, types.BuiltinMethodType)


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, namespaces: Namespaces) -> None:
        super().__init__(file, protocol=4)
        self._namespaces = namespaces

    def reducer_override(self, obj: Any) -> Any:
        # By their own module's name, which is a fresh module in every process, so pickle's check would fail.
        if isinstance(obj, (type, types.FunctionType)) and getattr(obj, "__module__", None) in (SOLUTION, GIVEN):
            module, qualname = obj.__module__, obj.__qualname__
            try:
                found = self._namespaces.find(module, qualname)
            except AttributeError:
                found = None
            if found is not obj:
                what = f"Can't pickle {obj!r}: it's not found as {qualname}"
                raise pickle.PicklingError(what)
            return _Named, (module, qualname)
        if isinstance(obj, _NAMED) and (known := self._namespaces.own_name(obj)) is not None:
            return _Named, known
        return NotImplemented


class _Named:
    """In a pickle: what is each process's own, by name, as the learner's functions are. Unpickling looks it up."""

    def __init__(self, module: str, qualname: str) -> None:
        raise TypeError(f"{module}.{qualname} is looked up by the unpickler")


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, namespaces: Namespaces) -> None:
        super().__init__(file)
        self._namespaces = namespaces

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == (_Named.__module__, _Named.__qualname__):
            return self._namespaces.find
        if module in self._namespaces.modules:
            return self._namespaces.find(module, name)
        return super().find_class(module, name)


def dump(value: Any, namespaces: Namespaces) -> bytes:
    """Raises what pickle raises, and RuntimeError for objects that go only by inheritance."""
    file = io.BytesIO()
    _Pickler(file, namespaces).dump(value)
    return file.getvalue()


def load(data: bytes, namespaces: Namespaces) -> Any:
    """A fresh copy, made of the classes of these namespaces."""
    return _Unpickler(io.BytesIO(data), namespaces).load()


class Tokens:
    """Pickles by number, so that only small integers cross to the checking side; each with a text for readers."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._pickles: list[bytes] = []
        self._told = 0
        self.texts: list[str] = []

    def message(self, value: Any, namespaces: Namespaces) -> Message:
        data = dump(value, namespaces)
        number = self._numbers.get(data)
        if number is None:
            number = self._numbers[data] = len(self._pickles)
            self._pickles.append(data)
            self.texts.append(brief_value(value))
        return Message(number, _HEADER + len(data))

    def value(self, message: Message, namespaces: Namespaces) -> Any:
        return load(self._pickles[message.token], namespaces)

    def news(self) -> list[str]:
        """The texts of the tokens since the last call."""
        told, self._told = self._told, len(self.texts)
        return self.texts[told:]
