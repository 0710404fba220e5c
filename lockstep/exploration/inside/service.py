"""The service of `explore` in the learner's process: answers with local states, decides nothing."""

from __future__ import annotations

import time
from typing import Any

from lockstep.exploration.inside.behaviour import Behaviour, HiddenInput, Local, entry_point
from lockstep.exploration.inside.remembering import remember
from lockstep.exploration.inside.running import Program
from lockstep.exploration.wire import from_wire, to_wire
from lockstep.program.definitions import with_given
from lockstep.program.loading import Loadable
from lockstep.standin.imports.files import refuse_files
from lockstep.standin.imports.plain import cpu_count
from lockstep.standin.objects.mpi_messages import BUFFERED, UNBUFFERED

SLICE = 0.1  # seconds of one answer to many questions
EXPLORE_MAIN = Program("0")


def serve(connection: Any, programs: Any) -> None:
    """Requests: {"do": "begin", "function", "arguments", "keywords", "options"}, {"do": "extend", "pairs"}, {"do":
    "replay", "locals"}."""
    refuse_files()
    behaviour: Behaviour | None = None
    while True:
        try:
            request = connection.receive()
        except EOFError:
            return
        try:
            if request["do"] == "begin":
                if behaviour is not None:
                    behaviour.machine.close()
                behaviour = begin(request, *map(Loadable, with_given(programs.source, programs.given)))
            assert behaviour is not None
            reply = respond(behaviour, request)
        except HiddenInput as error:
            reply = {"hidden": str(error)}
        connection.send(reply)


def begin(request: dict[str, Any], program: Loadable, given: Loadable) -> Behaviour:
    """The behaviour of a program of which nothing is known yet."""
    options = {
        "feeder": request["feeder"], "pipe_capacity": request["pipe_capacity"], "cores": cpu_count(),
        "ranks": request.get("ranks", 0), "mpi": BUFFERED if request.get("buffered") else UNBUFFERED,
    }  # fmt: skip
    call_main = entry_point(request)
    if not request["merge"]:
        return Behaviour(program, given, call_main, options)
    return Behaviour(program, given, call_main, options, remember)


def respond(behaviour: Behaviour, request: dict[str, Any]) -> dict[str, Any]:
    """What is new after this request. Raises HiddenInput."""
    first = None
    if request["do"] == "begin":
        first = behaviour.start(EXPLORE_MAIN)
    elif request["do"] == "extend":
        began = time.monotonic()
        for number, answer in request["pairs"]:
            if time.monotonic() - began > SLICE:
                break  # who asked may want to stop; it asks again for the rest
            if number < 0:
                behaviour.call(*from_wire(answer))
            else:
                behaviour.extend(number, from_wire(answer))
    else:
        for number in request["locals"]:
            behaviour.replay(number)
    reply = {
        "first": first,
        "locals": [_told(local) for local in behaviour.news],
        "edges": [
            [number, to_wire(answer), to_wire(tuple(map(tuple, effects))), after, list(map(list, came_back))]
            for number, answer, effects, after, came_back in behaviour.edges
        ],
        "calls": to_wire(tuple(behaviour.calls)),
        "texts": behaviour.machine.tokens.news(),
    }
    behaviour.news, behaviour.edges, behaviour.calls = [], [], []
    return reply


def _told(local: Local) -> list[Any]:
    rest = local.rest
    ended = list(rest.ended)
    return [
        local.program.identity, local.program.daemon, rest.kind, to_wire(rest.operation), list(rest.sections),
        [list(line) for line in rest.where], ended, [list(names) for names in local.queues],
        [list(end) for end in local.ends], [list(child) for child in local.children], to_wire(local.program.ends),
        list(rest.call),
    ]  # fmt: skip
