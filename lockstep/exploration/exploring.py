"""`explore`, `replay` and `you_drive`: a program on every interleaving, on one that is named, on one that is driven."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from lockstep.exploration import automata
from lockstep.exploration.automata import Automata
from lockstep.exploration.clients import Used, clients_of
from lockstep.exploration.coverage import explored
from lockstep.exploration.exploration import Exploration
from lockstep.exploration.findings import NotExplored
from lockstep.exploration.search.change import LONGEST, EndlessStep
from lockstep.exploration.search.watch import Watch
from lockstep.player.aim import Goal
from lockstep.player.replaying import Replay, replayed, schedule_of
from lockstep.standin.machine import NotCovered
from lockstep.standin.objects.processes import process_name
from lockstep.student.failure import StudentTimedOut
from lockstep.student.target import program

BUDGET = 300_000  # states
PIPE_CAPACITY = 65_536  # bytes, as on Linux
LIMIT = 60.0  # seconds that the learner's code may take in all, outside of checks

SERVICE = "lockstep.exploration.inside.service"


def explore(
    function: Any,
    *arguments: Any,
    budget: int = BUDGET,
    feeder: bool = True,
    pipe_capacity: int = PIPE_CAPACITY,
    merge: bool = True,
    limit: float | None = None,
    clients: Iterable[str] | None = None,
    **keywords: Any,
) -> Exploration:
    """Takes the program `function(*arguments, **keywords)` through all its interleavings.

    `function` is a function of a learner's module (`student.count`) or of the notebook or a file. `budget` is in
    states: over it only interleavings with few preemptions are taken, or a sample, and the claim says so. `feeder`
    and `pipe_capacity` (bytes) are those of SEMANTICS.md. `merge=False` tells local states apart by their whole
    histories. With `clients`, `function` makes an object (it is its class), and each client is a process that
    calls the object's methods, one after the other: `clients=["put(1); put(2)", "get()"]`. `limit` is in seconds of
    the learner's process; unless given, it is what is left of a check's, else 60.

    Raises NotExplored when the program uses what `explore` does not cover, or depends on what it cannot see;
    TypeError for what is no function, ValueError for options that make no sense.
    """
    if not isinstance(budget, int) or budget < 1:
        raise ValueError(f"a budget is a number of states, at least 1, not {budget!r}")
    if not isinstance(pipe_capacity, int) or pipe_capacity < 1:
        raise ValueError(f"a pipe holds at least 1 byte, not {pipe_capacity!r}")
    if limit is not None and (not isinstance(limit, (int, float)) or not limit > 0):
        raise ValueError(f"a limit is a number of seconds, more than 0, not {limit!r}")
    with (
        program(function, "explore", limit or LIMIT) as opened,
        closing(opened.session.open_service(SERVICE, limit=limit)) as service,
    ):
        positional, named = opened.arguments(arguments, keywords)
        request = {
            "function": opened.reference, "arguments": positional, "keywords": named,
            "feeder": bool(feeder), "pipe_capacity": pipe_capacity, "merge": bool(merge),
        }  # fmt: skip
        used = None
        if clients is not None:
            used = Used(clients_of(clients), arguments, keywords)
            request["clients"] = used.as_data()
        cells = (*opened.session.source.cells, *opened.session.given.cells)
        sources = {cell.label: cell.source.split("\n") for cell in cells}
        known, watch = Automata(service), Watch(service.over)
        try:
            return Exploration(explored(known, request, budget, sources, opened.name, watch), used)
        except (NotCovered, automata.HiddenInput) as error:
            raise NotExplored(str(error)) from None
        except EndlessStep as error:
            raise NotExplored(
                f"{process_name(str(error))} goes on and on without an operation on anything shared: it starts and joins "
                f"processes again and again, more than {LONGEST // 2} times"
            ) from None
        except StudentTimedOut as error:
            waited = time.monotonic() - known.asked
            told = (
                f"{error}, the last {waited:.0f} of them without an operation on anything shared: does a loop wait for what "
                f"only its own process can change, or was a `.value` forgotten?"
                if waited > 0.3 * watch.seconds
                else f"{error}: it has too much to do for `explore`; take fewer processes, or smaller numbers"
            )
            raise StudentTimedOut(told, error.stacks) from None


def replay(program: Any, *arguments: Any, schedule: Iterable[Any], **options: Any) -> Replay:
    """Runs the program in this order: one process a step, as its number (0 is main, 1 is Process-1) or its name.

    Where a step can go in several ways (whom a `notify` wakes), the item can be a pair of process and way, from 0. The
    end may be left out as far as only one process can go, and where no end can be reached any more. Takes the options
    of `explore`, and raises what it raises; raises ScheduleError for a process that does not exist or cannot go, and
    for a schedule too short or too long.
    """
    wanted = schedule_of(schedule)
    return replayed(explore(program, *arguments, **options).findings, wanted)


def you_drive(program: Any, *arguments: Any, goal: Goal = None, **options: Any) -> Any:
    """A player in which the learner chooses who goes next, until the program does what `goal` says.

    `goal` is a function of what the program returns, "deadlock" or "livelock"; without one, any failure. Takes the
    options of `explore`.
    Raises ValueError when the goal cannot be reached, or the program is too large to be driven.
    """
    from lockstep.player.widget import Player  # notebooks only: it loads anywidget

    found = explore(program, *arguments, **options)
    player = Player(found.findings, goal, puzzle=True)
    if not player.data["drivable"]:
        raise ValueError(
            f"{player.data['program']} has {found.states:,} states, too many to drive: take fewer processes or steps"
        )
    return player
