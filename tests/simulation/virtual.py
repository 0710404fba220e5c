"""Runs programs in virtual time inside this very process, for tests."""

from __future__ import annotations

import math
import textwrap
from typing import Any

from lockstep.program.source import ModuleSource
from lockstep.simulation.costs import IDEAL, Costs
from lockstep.simulation.inside.service import Simulator
from lockstep.simulation.log import Log
from lockstep.simulation.simulation import Failure, Simulation, simulation_of
from lockstep.student.data import Reference

HEAD = """
import multiprocessing as mp
import os
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, as_completed, wait
from lockstep.standin.timed.clock import work
"""


def reply(
    text: str,
    *arguments: Any,
    cores: int = 4,
    costs: Costs = IDEAL,
    scaled: bool = False,
    operations: int = 100_000,
    ranks: int = 0,
    seconds: float = math.inf,
) -> dict[str, Any]:
    """What the service says to `main(*arguments)` of this program."""
    source = ModuleSource.of_text(HEAD + textwrap.dedent(text))
    request = {
        "function": Reference("student", "main"),
        "arguments": list(arguments),
        "keywords": {},
        "cores": cores,
        "scaled": scaled,
        "costs": costs.to_data(),
        "pipe_capacity": 65_536,
        "operations": operations,
        "ranks": ranks,
        "seconds": seconds,
    }
    return Simulator(source, ModuleSource()).run(request)


def simulated(text: str, *arguments: Any, **options: Any) -> Simulation:
    """The simulation of `main(*arguments)`. Raises AssertionError if it raises, and Deadlock."""
    found = reply(text, *arguments, **options)
    assert "log" in found, found
    failures = tuple(Failure(*map(str, failure)) for failure in found["failures"])
    simulation = simulation_of(Log.of_data(found["log"]), "main", result=found.get("value"), failures=failures)
    assert "value" in found, found
    return simulation
