"""The service behind `student.f(...)`: calls functions of the learner's module and answers with data."""

import gc
import multiprocessing
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.util import _finalizer_registry  # type: ignore[attr-defined]
from pathlib import Path
from types import CoroutineType, ModuleType
from typing import Any

from lockstep.machine.ancestry import end_services
from lockstep.standin.missing import reason_missing
from lockstep.student.data import DataError, encode
from lockstep.student.inside.references import NotThere, resolved
from lockstep.student.inside.serving import Programs, ServiceConnection

_OURS = str(Path(__file__).parents[2])  # frames of ours are left out of a learner's traceback
Find = Callable[[str, str], Any]
_TEXT_LIMIT = 20_000  # characters of a traceback that a report can use
_MESSAGE_LIMIT = 1_000  # and of an exception's message
_FEEDER, _FEEDER_PATIENCE = "QueueFeederThread", 2.0  # seconds in all for the threads of queues that are gone


def serve(connection: ServiceConnection, programs: Programs) -> None:
    find = finder(dict(zip(("student", "given"), programs.load(), strict=True)))
    while True:
        try:
            request = connection.receive()
        except EOFError:
            return
        answer = {"tidy": _tidy, "call": _call}[request["do"]](request, find)
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


def _call(request: dict[str, Any], find: Find) -> dict[str, Any]:
    try:
        asked = (request["function"], request["arguments"], request["keywords"])
        function, arguments, keywords = resolved(asked, find)
    except NotThere as error:
        return {"missing": str(error)}
    try:
        value = function(*arguments, **keywords)
    except BaseException as error:
        if isinstance(error, TypeError) and error.__traceback__ and error.__traceback__.tb_next is None:
            return {"mismatch": f"{error}"}  # raised by the call itself, before the function began
        return raised(error)
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    if type(value) is CoroutineType:
        value.close()  # or Python warns, where it is dropped, of a line of ours
    answer = {"value": value}
    if request["with_arguments"]:
        answer["arguments"] = arguments
    return answer


def finder(modules: dict[str, ModuleType]) -> Find:
    """Finds what a reference names, in these modules by their origin. It raises NotThere for a name that is missing.

    What given code defines is each time as it was, whatever the program has put in its place: that is easily done and seldom
    meant well. Whoever changes more of this process than that can still say anything.
    """
    kept = {name: value for name, value in vars(modules["given"]).items() if callable(value)}

    def find(origin: str, name: str) -> Any:
        vars(modules["given"]).update(kept)
        value = getattr(modules[origin], name)
        if (reason := reason_missing(value)) is not None:
            raise NotThere(reason)
        return value

    return find


def raised(error: BaseException) -> dict[str, Any]:
    """An exception of the learner's function as data."""
    types = tuple(kind.__name__ for kind in type(error).__mro__ if kind is not object)
    try:
        message = str(error)
    except Exception as broken:
        message = f"(its message cannot be shown: {type(broken).__name__})"
    message = message if len(message) <= _MESSAGE_LIMIT else f"{message[:_MESSAGE_LIMIT]}…"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_OURS)]
    lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames)]
    last = "".join(traceback.format_exception_only(type(error), error))
    lines.append(last if len(last) <= _TEXT_LIMIT // 2 else f"{types[0]}: {message}\n")
    return {"raised": {"types": types, "message": message, "traceback": "".join(lines)[-_TEXT_LIMIT:]}}


def _tidy(_request: dict[str, Any], _find: Find) -> dict[str, Any]:
    """Collects garbage, so that only what is really kept remains, and names the children that are known here.

    "ended": those that have ended and that nobody has joined, where a fork server is their parent: it leaves nothing of
    them that could be seen from outside. Then the services of multiprocessing are ended.
    """
    gc.collect()
    _join_feeders()
    children = list(multiprocessing.process._children)  # type: ignore[attr-defined]
    served = [child for child in children if getattr(child._popen, "method", "") == "forkserver"]
    ended = wait([child.sentinel for child in served], 0)
    end_services()
    return {
        "value": {child.pid: child.name for child in children},
        "ended": [child.pid for child in served if child.sentinel in ended],
    }


def _join_feeders() -> None:
    """Waits for the threads of queues that are gone: a queue's named semaphores go with its thread, after the queue.

    Were the resource tracker ended before, the last of them would start another. The thread of a queue that is kept goes on.
    """
    kept = {id(argument) for finalizer in list(_finalizer_registry.values()) for argument in finalizer._args or ()}
    deadline = time.monotonic() + _FEEDER_PATIENCE
    for thread in threading.enumerate():
        buffer, *_ = getattr(thread, "_args", None) or (None,)
        if thread.name == _FEEDER and id(buffer) not in kept:
            thread.join(max(0.0, deadline - time.monotonic()))
