"""A program of ranks: main, as `mpiexec` does, starts a process for each rank and waits for all of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from lockstep.standin.machine import current
from lockstep.standin.mpi.mail import MEETINGS, RESULTS, box_of, size_of_world
from lockstep.standin.mpi.module import COMM_WORLD
from lockstep.standin.objects.mpi_collectives import MEETINGS as MEETINGS_KIND
from lockstep.standin.objects.mpi_collectives import RESULTS as RESULTS_KIND
from lockstep.standin.objects.mpi_messages import MAIL, NO_MAIL
from lockstep.standin.objects.processes import RANKS, Process
from lockstep.standin.operation import Creation, Value
from lockstep.standin.shared import ask, new_name

_COMM = "comm"


class Rank(Process):
    """A rank: it calls the program, and its result is one of main's."""

    communicators = 0  # that it has made

    def __init__(self, rank: int, function: Callable[..., Any], arguments: list[Any], keywords: dict[str, Any]) -> None:
        super().__init__(target=function, args=tuple(arguments), kwargs=keywords, name=f"rank {rank}")
        self.identity = f"{self._creator}.{RANKS + rank}"
        self.rank = rank
        self.turns: dict[str, int] = {}  # how many collective calls it has made of each communicator, where that counts

    def run(self) -> None:
        function = self._target
        assert function is not None
        arguments = with_communicator(function, self._args)
        result = function(*arguments, **self._kwargs)
        message = current().pack(result)
        ask("mpi.finalize", (RESULTS,), message, self.rank)


def with_communicator(function: Callable[..., Any], arguments: Any, world: Any = COMM_WORLD) -> tuple[Any, ...]:
    """The arguments of a program; a first parameter that is called `comm` gets the world's communicator."""
    first = next(iter(inspect.signature(function).parameters), "")
    return (world, *arguments) if first == _COMM else tuple(arguments)


def run_ranks(function: Callable[..., Any], arguments: list[Any], keywords: dict[str, Any]) -> list[Any]:
    """The results of all ranks, in their order; None of a rank that failed."""
    size = size_of_world()
    _create(MEETINGS, MEETINGS_KIND, ())
    _create(RESULTS, RESULTS_KIND, ())
    for rank in range(size):
        _create(box_of(rank)[0], MAIL, NO_MAIL)
    ranks = [Rank(rank, function, arguments, keywords) for rank in range(size)]
    for each in ranks:
        each.start()
    for each in ranks:
        each.join()
    results = dict(ask("mpi.results", (RESULTS,)))
    return [current().unpack(results[rank]) if rank in results else None for rank in range(size)]


def _create(name: str, kind: str, value: Value) -> None:
    assert new_name() == name
    current().create(Creation(name, kind, value))
