"""A rank: `mpiexec -n 4 python -m lockstep.mpi.inside.rank FOLDER` calls the function that the folder's request names."""

from __future__ import annotations

import faulthandler
import importlib
import io
import os
import sys
from typing import Any

from lockstep.mpi.inside.papers import STACK_SIGNAL, Papers
from lockstep.standin.mpi.ranks import with_communicator
from lockstep.student.data import DataError
from lockstep.student.inside.belonging import join_program
from lockstep.student.inside.calls import finder, raised
from lockstep.student.inside.references import NotThere, resolved
from lockstep.student.inside.serving import GIVEN, SOLUTION

_MOST_PRINTED = 1 << 20  # bytes


class _Lines(io.TextIOBase):
    """Where a rank prints: whole lines, each with its rank, so that ranks do not tear each other's."""

    def __init__(self, file: int, rank: int) -> None:
        self._file, self._rank, self._begun, self._room = file, rank, "", _MOST_PRINTED

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *whole, self._begun = (self._begun + text).split("\n")
        for line in whole:
            self._line(line)
        return len(text)

    def finish(self) -> None:
        if self._begun:
            self.write("\n")

    def _line(self, text: str) -> None:
        data = f"{self._rank}\t{text}\n".encode("utf-8", "backslashreplace")
        if self._room > 0:
            self._room -= len(data)
            os.write(self._file, data if self._room > 0 else f"{self._rank}\t… (it prints on)\n".encode())


def main(folder: str) -> None:
    papers = Papers(folder)
    request = papers.asked()
    join_program()
    sys.path.insert(0, os.getcwd())
    from mpi4py import MPI  # not above: importing it makes the process that does so a rank

    world = MPI.COMM_WORLD
    rank = world.Get_rank()
    papers.begin(rank)
    if STACK_SIGNAL is not None:
        # Kept open for as long as the process lives: a signal handler cannot open files.
        faulthandler.register(STACK_SIGNAL, file=open(papers.stack(rank), "w"), all_threads=False)  # noqa: SIM115
    lines = _Lines(os.open(papers.output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), rank)
    sys.stdout = sys.stderr = lines
    answer = _answer(request, world, papers)
    lines.finish()
    try:
        papers.end(rank, answer)
    except DataError as error:
        answer = {"refused": str(error)}
        papers.end(rank, answer)
    if "value" not in answer:
        world.Abort(1)  # or the others would wait for it for ever


def _answer(request: dict[str, Any], world: Any, papers: Papers) -> dict[str, Any]:
    try:
        modules = {name: importlib.import_module(module) for name, module in (("student", SOLUTION), ("given", GIVEN))}
        function, arguments, keywords = resolved(
            (request["function"], request["arguments"], request["keywords"]), finder(modules)
        )
    except NotThere as error:
        return {"missing": str(error)}
    papers.loaded(world.Get_rank())
    try:
        return {"value": function(*with_communicator(function, arguments, world), **keywords)}
    except BaseException as error:
        return raised(error)


if __name__ == "__main__":
    main(sys.argv[1])
