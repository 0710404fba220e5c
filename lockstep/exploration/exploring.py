"""`explore`, `replay` and `you_drive`: a program on every interleaving, on one that is named, on one that is driven."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from lockstep.exploration import automata
from lockstep.exploration.automata import Automata
from lockstep.exploration.clients import Used, clients_of
from lockstep.exploration.coverage import MEMORIES, SEQUENTIAL, explored
from lockstep.exploration.exploration import Exploration
from lockstep.exploration.findings import NotExplored
from lockstep.exploration.progress import Progress
from lockstep.exploration.search.change import LONGEST, EndlessStep
from lockstep.exploration.search.watch import Watch
from lockstep.player.aim import Goal
from lockstep.player.replaying import Replay, replayed, schedule_of
from lockstep.standin.machine import NotCovered
from lockstep.standin.objects.processes import process_name
from lockstep.student.failure import StudentTimedOut
from lockstep.student.given import current_student
from lockstep.student.target import program

BUDGET = 300_000  # states
PIPE_CAPACITY = 65_536  # bytes, as on Linux
MOST_RANKS = 32
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
    memory: str = SEQUENTIAL,
    ranks: int = 0,
    buffered: bool = False,
    **keywords: Any,
) -> Exploration:
    """Takes a program of processes through all its interleavings, and gives what it found as an Exploration.

        function       the program: a function of the notebook or of a file; with `clients`, a class
        arguments      what it is called with: numbers, text, lists, other functions of the program
        budget         states at most; over it, interleavings with few preemptions or a sample, and the claim says so
        limit          seconds that the program's own code may take in all; 60, in a check what is left of its limit
        clients        of an object: the calls of each process, such as ["put(1); put(2)", "get()"]
        memory         "store buffers": what is written without a lock reaches other processes later, as on x86
        ranks          of an MPI program: how many run the function; its first parameter, if it is `comm`, is MPI.COMM_WORLD, and the
                       result is the list of what the ranks return
        buffered       whether MPI keeps what is sent; False, the strictest it may be: a send waits for its receive, a collective call
                       for all ranks
        pipe_capacity  bytes that a pipe holds before whoever sends has to wait
        feeder         whether a Queue has its thread that sends, as in truth; False is smaller and less true
        merge          False: situations are the same only after the same history, which is slower

    What takes longer than a second shows how far it is, outside of checks. An interrupt gives what was found by then.

    Raises NotExplored for what it does not cover, StudentTimedOut over the limit, TypeError for what is no function, and ValueError
    for options that make no sense.

    >>> explore(count, 2)
    count: all 6 interleavings; results 1: 4, 2: 2
    """
    if not isinstance(budget, int) or budget < 1:
        raise ValueError(f"a budget is a number of states, at least 1, not {budget!r}")
    if not isinstance(pipe_capacity, int) or pipe_capacity < 1:
        raise ValueError(f"a pipe holds at least 1 byte, not {pipe_capacity!r}")
    if memory not in MEMORIES:
        raise ValueError(f"memory is {' or '.join(map(repr, MEMORIES))}, not {memory!r}")
    if not isinstance(ranks, int) or not 0 <= ranks <= MOST_RANKS or (ranks and clients is not None):
        raise ValueError(
            f"ranks is how many ranks run an MPI program, at most {MOST_RANKS}, and there are no clients; not {ranks!r}"
        )
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
            "memory": memory, "ranks": ranks, "buffered": bool(buffered),
        }  # fmt: skip
        used = None
        if clients is not None:
            used = Used(clients_of(clients), arguments, keywords)
            request["clients"] = used.as_data()
        known, progress = Automata(service), Progress(opened.name, budget)
        watch = Watch(service.over)
        if not current_student.get():
            watch = Watch(service.over, progress)
            service.hear(watch.wait)
        try:
            return Exploration(explored(known, request, budget, opened.session.lines, opened.name, watch), used)
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
        finally:
            known.close()
            progress.close()


def replay(program: Any, *arguments: Any, schedule: Iterable[Any], **options: Any) -> Replay:
    """Runs a program in one order that you name, a process for each step, and gives a Replay.

        schedule  who goes in each step: numbers (0 is main, 1 is Process-1) or names; the end may be left out as far as only one
                  process can go. Where a step can go in several ways, a pair of process and way, from 0
        options   those of explore

    Raises what explore raises, and ScheduleError for a process that does not exist or cannot go, and a schedule too short or long.

    >>> replay(count, 2, schedule=[1, 2, 1, 2]).value
    1
    """
    wanted = schedule_of(schedule)
    return replayed(explore(program, *arguments, **options).findings, wanted)


def you_drive(program: Any, *arguments: Any, goal: Goal = None, **options: Any) -> Any:
    """A player in which you choose who goes next, until the program does what the goal says.

        goal     a function of what the program returns, "deadlock" or "livelock"; without one, any failure
        options  those of explore

    Raises ValueError for a goal that cannot be reached, and for a program too large to be driven.

    >>> you_drive(count, 2, goal=lambda total: total == 1).schedule  # nothing was driven yet
    []
    """
    from lockstep.player.widget import Player  # notebooks only: it loads anywidget

    found = explore(program, *arguments, **options)
    player = Player(found.findings, goal, puzzle=True)
    if not player.data["drivable"]:
        raise ValueError(
            f"{player.data['program']} has {found.states:,} states, too many to drive: take fewer processes or steps"
        )
    return player
