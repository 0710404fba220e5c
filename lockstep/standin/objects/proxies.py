"""Proxies of what a Manager keeps: every call is one operation on pickled data, and what it gives is a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from lockstep.standin.declared import object_kind, one, operation
from lockstep.standin.machine import current
from lockstep.standin.managers_when_used import managers
from lockstep.standin.operation import Creation, Message, Outcome, Raised, Value
from lockstep.standin.shared import ask, new_name

CALL, PROXIED, SERVER = "proxy.call", "proxied", "server"
_NO_SERVER = Raised("FileNotFoundError", "[Errno 2] No such file or directory")
_NO_MORE = Raised("BrokenPipeError", "[Errno 32] Broken pipe")
_VALUE_OF = "#GETVALUE"

object_kind(PROXIED, lambda value, tell: tell.message(value))
object_kind(SERVER, lambda value, tell: "running" if value is True else "shut down")

# The value of a server is True, or the process that has shut it down.


def gone(server: Value, process: str) -> Raised | None:
    """What a process gets that calls what is no longer there; None while it is there."""
    if server is True:
        return None
    return _NO_MORE if server == process else _NO_SERVER


class Call(NamedTuple):
    """A method of what is kept, and its arguments."""

    method: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]

    def __repr__(self) -> str:
        if self.method in _WRITTEN:
            return _WRITTEN[self.method].format(*self.arguments)
        keywords = (f"{name}={value!r}" for name, value in self.keywords.items())
        return f".{self.method}({', '.join([*map(repr, self.arguments), *keywords])})"


_WRITTEN = {
    "__getitem__": "[{0!r}]", "__setitem__": "[{0!r}] = {1!r}", "__delitem__": "[{0!r}], deleted", "__len__": ", its length",
    "__contains__": ", has it {0!r}?", "__getattribute__": ".{0}", "__setattr__": ".{0} = {1!r}", "__repr__": ", as text",
    "__delattr__": ".{0}, deleted", _VALUE_OF: ", a copy",
}  # fmt: skip


class Reply(NamedTuple):
    """What a call gave, or the exception that it raised."""

    value: Any
    error: Exception | None = None

    def __repr__(self) -> str:
        return repr(self.error) if self.error is not None else "" if self.value is None else repr(self.value)


def perform(kept: Any, call: Call) -> Reply:
    """Calls a method of what is kept; changes it if that is the method's meaning."""
    try:
        value = kept if call.method == _VALUE_OF else getattr(kept, call.method)(*call.arguments, **call.keywords)
    except Exception as error:
        return Reply(None, error.with_traceback(None))
    if value is NotImplemented or (value is kept and call.method.startswith("__i")):
        return Reply(None)
    return Reply(list(value) if type(value) in _VIEWS else value)


_VIEWS: tuple[Any, ...] = (type({}.keys()), type({}.values()), type({}.items()))


@operation(CALL, told="{object}{0}", method="the Manager's proxy", answers="value", passes="in", follows=True,
           precedes=True, cost="call")  # fmt: skip
def _call(values: tuple[Value, ...], process: str, call: Message) -> list[Outcome]:
    """What is kept, and what is answered, only the process knows that performs the call."""
    return one(values, gone(values[-1], process))


class Proxy:
    """What a process holds of something that a Manager keeps. A copy, which may go anywhere, is the same."""

    _typeid = ""
    _forwards = ""  # the proxy of multiprocessing's whose methods it still has to get, unless it has its own
    _name: str
    _server: str

    def __new__(cls) -> Any:
        if cls._forwards:
            cls._complete(vars(managers())[cls._forwards]._exposed_)
        return super().__new__(cls)

    @classmethod
    def _complete(cls, methods: tuple[str, ...]) -> None:
        for method in methods:
            if method not in vars(cls):
                setattr(cls, method, _forward(method))
        cls._forwards = ""

    def _kept_by(self, server: str, kept: Any) -> Any:
        name = new_name()
        current().create(Creation(name, PROXIED, current().pack(kept)))
        self.__dict__.update(_name=name, _server=server)
        return self

    def _callmethod(self, methodname: str, args: tuple[Any, ...] = (), kwds: dict[str, Any] | None = None) -> Any:
        call = current().pack(Call(methodname, tuple(args), kwds or {}))
        answer = ask(CALL, (self._name, self._server), call)
        reply = current().performed(self._name, call, answer)
        if reply.error is not None:
            raise reply.error
        return reply.value

    def _getvalue(self) -> Any:
        return self._callmethod(_VALUE_OF)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return restored, (type(self), dict(self.__dict__))

    def __deepcopy__(self, memo: Any) -> Any:
        return self._getvalue()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object, typeid {self._typeid!r}>"

    def __str__(self) -> str:
        text: str = self._callmethod("__repr__")
        return text


def restored(cls: Any, attributes: dict[str, Any]) -> Any:
    """An object of the class with these attributes."""
    proxy = cls.__new__(cls)
    proxy.__dict__.update(attributes)
    return proxy


def _forward(method: str) -> Callable[..., Any]:
    def forward(self: Proxy, /, *args: Any, **kwds: Any) -> Any:
        return self._callmethod(method, args, kwds)

    forward.__name__ = method
    return forward


class ListProxy(Proxy):
    """As `multiprocessing.managers.ListProxy`."""

    _typeid, _forwards = "list", "ListProxy"

    def __iadd__(self, value: Any) -> ListProxy:
        self._callmethod("extend", (value,))
        return self

    def __imul__(self, value: Any) -> ListProxy:
        self._callmethod("__imul__", (value,))
        return self


class DictProxy(Proxy):
    """As `multiprocessing.managers.DictProxy`; it goes over the keys that there are when it begins."""

    _typeid, _forwards = "dict", "DictProxy"

    def __iter__(self) -> Iterator[Any]:
        return iter(self._callmethod("keys"))


class ArrayProxy(Proxy):
    """As `multiprocessing.managers.ArrayProxy`."""

    _typeid, _forwards = "Array", "ArrayProxy"


class ValueProxy(Proxy):
    """As `multiprocessing.managers.ValueProxy`."""

    _typeid = "Value"

    def get(self) -> Any:
        return self._callmethod("get")

    def set(self, value: Any) -> None:
        self._callmethod("set", (value,))

    @property
    def value(self) -> Any:
        return self._callmethod("get")

    @value.setter
    def value(self, value: Any) -> None:
        self._callmethod("set", (value,))


class NamespaceProxy(Proxy):
    """As `multiprocessing.managers.NamespaceProxy`."""

    _typeid = "Namespace"

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_"):
            return object.__getattribute__(self, key)
        return self._callmethod("__getattribute__", (key,))

    def __setattr__(self, key: str, value: Any) -> None:
        if key.startswith("_"):
            object.__setattr__(self, key, value)
        else:
            self._callmethod("__setattr__", (key, value))

    def __delattr__(self, key: str) -> None:
        self._callmethod("__delattr__", (key,))
