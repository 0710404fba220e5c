"""One program on the real machine, in `explore` and in `simulate`: what `main()` gives, or why it is refused."""

from __future__ import annotations

from lockstep.exploration.automata import Automata
from lockstep.exploration.coverage import explored
from lockstep.exploration.exploration import Exploration
from lockstep.exploration.inside.local_service import LocalService
from lockstep.program.source import ModuleSource
from lockstep.simulation.costs import IDEAL
from lockstep.simulation.inside.service import Simulator
from lockstep.standin.machine import NotCovered
from lockstep.student.data import Reference
from lockstep.student.failure import StudentMissing, StudentRaised, StudentRefused
from lockstep.student.launcher import local_launcher
from lockstep.student.session import Session

MAIN = Reference("student", "main")


class Refused(Exception):
    """The machine does not run the program, and says why."""


def real(source: ModuleSource) -> object:
    """In a process of its own. A NameError of the program's is a refusal: there is no other word for it in Python."""
    session = Session(source, ModuleSource(), local_launcher(), 20)
    try:
        return session.call(MAIN, (), {}, False)
    except StudentRaised as error:
        if error.types[0] == "NameError":
            raise Refused(error.message) from None
        raise
    except (StudentMissing, StudentRefused) as error:
        raise Refused(str(error)) from None
    finally:
        session.close()


def in_explore(source: ModuleSource) -> object:
    """In this process. Raises AssertionError for a program that crashes, or does different things."""
    request = {
        "function": MAIN, "arguments": [], "keywords": {}, "feeder": True, "pipe_capacity": 65_536, "merge": True,
    }  # fmt: skip
    try:
        found = Exploration(explored(Automata(LocalService(source)), request, 10_000, {}, "main"))
    except (NotCovered, StudentMissing) as error:
        raise Refused(str(error)) from None
    assert found.crashes == 0, found.trace()
    (value,) = found.results.values_returned()
    return value


def in_simulate(source: ModuleSource) -> object:
    """In this process. Raises AssertionError for a program that crashes."""
    request = {
        "function": MAIN, "arguments": [], "keywords": {}, "cores": 2, "costs": IDEAL.to_data(),
        "pipe_capacity": 65_536,
    }  # fmt: skip
    reply = Simulator(source, ModuleSource()).run(request)
    for refusal in ("not_covered", "missing"):
        if refusal in reply:
            raise Refused(reply[refusal])
    assert "value" in reply, reply
    return reply["value"]


MACHINES = {"real": real, "explore": in_explore, "simulate": in_simulate}
