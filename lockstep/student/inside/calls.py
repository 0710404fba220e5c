"""The service behind `student.f(...)`: calls functions of the learner's module and answers with data."""

import gc
import inspect
import multiprocessing
import sys
import traceback
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from lockstep.program.loading import unavailable_reason
from lockstep.student.data import DataError, Reference, encode
from lockstep.student.inside.serving import Programs, ServiceConnection

_OURS = str(Path(__file__).parents[2])  # frames of ours are left out of a learner's traceback
_TEXT_LIMIT = 20_000  # characters of a message or traceback that a report can use


def serve(connection: ServiceConnection, programs: Programs) -> None:
    modules = dict(zip(("student", "given"), programs.load(), strict=True))
    while True:
        try:
            request = connection.receive()
        except EOFError:
            return
        answer = {"tidy": _tidy, "call": _call, "signature": _signature}[request["do"]](request, modules)
        try:
            connection.send(answer)
        except DataError as error:
            connection.send({"refused": _why(answer, error)})
        del answer


def _why(answer: dict[str, Any], error: DataError) -> str:
    """Why an answer cannot cross, told of the value itself rather than of the answer around it."""
    try:
        encode(answer["value"])
    except DataError as own:
        return str(own)
    return str(error)


def _call(request: dict[str, Any], modules: dict[str, ModuleType]) -> dict[str, Any]:
    try:
        function = _resolve(request["function"], modules)
    except NameError as error:
        return {"missing": str(error)}
    arguments, keywords = _resolve(request["arguments"], modules), _resolve(request["keywords"], modules)
    try:
        value = function(*arguments, **keywords)
    except BaseException as error:
        if isinstance(error, TypeError) and error.__traceback__ and error.__traceback__.tb_next is None:
            return {"mismatch": f"{error}"}  # raised by the call itself, before the function began
        return _raised(error)
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    answer = {"value": value}
    if request["with_arguments"]:
        answer["arguments"] = arguments
    return answer


def _resolve(value: Any, modules: dict[str, ModuleType]) -> Any:
    match value:
        case Reference(origin=origin, name=name, arguments=arguments):
            function = _named(modules[origin], name)
            return function if arguments is None else partial(function, *_resolve(arguments, modules))
        case list():
            return [_resolve(item, modules) for item in value]
        case tuple():
            return tuple(_resolve(item, modules) for item in value)
        case dict():
            return {key: _resolve(item, modules) for key, item in value.items()}
    return value


def _named(module: ModuleType, name: str) -> Any:
    missing = object()
    value = module.__dict__.get(name, missing)
    if value is missing:
        raise NameError(f"`{name}` is not defined: run its cell, or restore its name")
    if reason := unavailable_reason(value):
        raise NameError(reason)
    return value


def _raised(error: BaseException) -> dict[str, Any]:
    types = tuple(kind.__name__ for kind in type(error).__mro__ if kind is not object)
    try:
        message = str(error)
    except Exception as broken:
        message = f"(its message cannot be shown: {type(broken).__name__})"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_OURS)]
    lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames)]
    text = "".join([*lines, *traceback.format_exception_only(type(error), error)])
    return {"raised": {"types": types, "message": message[:_TEXT_LIMIT], "traceback": text[-_TEXT_LIMIT:]}}


def _signature(request: dict[str, Any], modules: dict[str, ModuleType]) -> dict[str, Any]:
    try:
        return {"value": str(inspect.signature(_named(modules["student"], request["name"])))}
    except (NameError, TypeError, ValueError) as error:
        return {"missing": str(error)}


def _tidy(_request: dict[str, Any], _modules: dict[str, ModuleType]) -> dict[str, Any]:
    """Collects garbage, so that only what is really kept remains, and names the children that are known here."""
    gc.collect()
    children = {process.pid: process.name for process in multiprocessing.process._children}  # type: ignore[attr-defined]
    return {"value": children}
