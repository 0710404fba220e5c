"""`mpiexec(f, ..., ranks=4)`: an MPI program of a notebook, run by as many real processes."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from lockstep.mpi.waiting import where
from lockstep.program.source import ModuleSource
from lockstep.student.data import Reference
from lockstep.student.failure import StudentDied, StudentMissing, StudentRaised, StudentRefused, StudentTimedOut
from lockstep.student.given import current_student
from lockstep.student.target import Program, program

LIMIT = 10.0  # seconds
MOST_RANKS = 64
_MORE = 45.0  # seconds for starting ranks and for ending them
_SERVICE = "lockstep.mpi.inside.service"
_OURS = "def rank(comm):\n    return comm.Get_rank()\n"
_HOW_TO_INSTALL = "on Linux and macOS `%pip install mpi4py mpich` in a cell, on Windows `%pip install mpi4py impi-rt`"


def mpiexec(function: Any, *arguments: Any, ranks: int = 4, limit: float = LIMIT, **keywords: Any) -> list[Any]:
    """Runs an MPI program by so many ranks, each a process of this machine; gives the list of what they return, by rank.

        function   a function of the notebook or of a file; its first parameter, if it is `comm`, is MPI.COMM_WORLD
        arguments  what every rank calls it with
        ranks      how many
        limit      seconds after which all are ended, from when all have loaded the program

    What ranks print is shown in the order in which they printed it, each line with its rank. If one raises, all are ended.

    Raises StudentTimedOut over the limit, which says where each rank is, StudentRaised if a rank raises, StudentDied if one is killed,
    StudentRefused for a result that is no data, and RuntimeError where there is no MPI.

    >>> mpiexec(sum_of_ranks, ranks=2)
    [1, 1]
    """
    if isinstance(ranks, bool) or not isinstance(ranks, int) or not 1 <= ranks <= MOST_RANKS:
        raise ValueError(f"ranks is how many processes run the program, 1 to {MOST_RANKS}, not {ranks!r}")
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 < limit < float("inf"):
        raise ValueError(f"a limit is a number of seconds, more than 0, not {limit!r}")
    with (
        program(function, "mpiexec", limit + _MORE) as opened,
        closing(opened.session.open_service(_SERVICE, limit=limit + _MORE)) as service,
    ):
        positional, named = opened.arguments(arguments, keywords)
        request = {
            "function": opened.reference, "arguments": positional, "keywords": named, "ranks": ranks, "limit": float(limit),
        }  # fmt: skip
        reply = service.ask(request)
        _show(reply)
        return _result(reply, opened, ranks, limit)


def _show(reply: Any) -> None:
    if current_student.get() is None and isinstance(reply, dict):
        for rank, line in reply.get("lines", ()):
            print(f"rank {int(rank)}: {line!s}")


def _result(reply: Any, opened: Program, ranks: int, limit: float) -> list[Any]:
    name = opened.name
    match reply:
        case {"values": list(values)} if len(values) == ranks:
            return values
        case {"absent": _} if not _is_here(opened):
            raise _not_here(opened, f"MPI is not installed here: {_HOW_TO_INSTALL}")
        case {"missing": str(why)}:
            raise StudentMissing(why)
        case {
            "raised": {"types": tuple(types), "message": str(message), "traceback": str(text)},
            "rank": int(rank),
        } if types:
            raise StudentRaised(tuple(map(str, types)), f"{message} (rank {rank})" if message else f"rank {rank}", text)
        case {"refused": str(why), "rank": int(rank)}:
            raise StudentRefused(f"what `{name}` returns on rank {rank} cannot be given back: {why}")
        case {"waiting": list(waiting)}:
            told = f"`{name}` on {ranks} ranks was still running after {limit:g} s, and was ended"
            raise StudentTimedOut(told, where(waiting, opened.session.lines))
        case {"died": int(), "said": str(said)} if "HYDU_sock" in said and not _is_here(opened):
            raise _not_here(
                opened, "MPI cannot start here: it needs sockets of its own, which this sandbox does not give"
            )
        case {"died": int(code), "said": str(said)}:
            raise StudentDied(_death(code, said))
    raise StudentRefused(f"what came back from `{name}` is not an answer")


def _is_here(opened: Program) -> bool:
    """Does a program of ours run by ranks where the learner's did? What comes from that could say anything, to be excused."""
    with closing(opened.session.beside(ModuleSource.of_text(_OURS), _MORE)) as session:
        service = session.open_service(_SERVICE)
        asked = {"function": Reference("student", "rank"), "arguments": [], "keywords": {}, "ranks": 2, "limit": LIMIT}
        try:
            return bool(service.ask(asked)["values"] == [0, 1])
        except (StudentDied, StudentRefused, StudentTimedOut, KeyError, TypeError):
            return False


def _not_here(opened: Program, why: str) -> RuntimeError:
    """A check that does without says so."""
    opened.session.notes.append(f"not tried with real ranks: {why}")
    return RuntimeError(why)


def _death(code: int, said: str) -> str:
    own = said.partition("=====")[0].strip()
    how = f"was killed by signal {code}" if 0 < code < 32 else f"ended with exit code {code} before it had a result"
    return f"a rank {how}, and all were ended" + (f": {own}" if own else "")
