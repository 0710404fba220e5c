"""The service of `simulate` in the learner's process: runs a program once in virtual time and gives back the log."""

from __future__ import annotations

import contextlib
import gc
import inspect
import math
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import threadpoolctl

from lockstep.program.definitions import definitions, with_given
from lockstep.program.loading import Loadable
from lockstep.program.namespaces import SOLUTION, Namespaces
from lockstep.program.source import ModuleSource
from lockstep.program.workers import workers_parameter
from lockstep.simulation.actors import Deadlock, Late, Stretch, TooLong
from lockstep.simulation.costs import IDEAL, Costs
from lockstep.simulation.engine import OPERATIONS, Engine
from lockstep.simulation.inside.own_costs import TURNS, OwnCosts, own_costs
from lockstep.simulation.inside.timed_machine import SimulateMachine
from lockstep.simulation.log import Log, Recorder
from lockstep.simulation.phrases import Done
from lockstep.standin.machine import NotCovered, current
from lockstep.standin.mpi_when_used import run_ranks
from lockstep.standin.objects.processes import process_name
from lockstep.student.data import DataError, encode
from lockstep.student.inside.references import NotThere, resolved

_EMPTY = ModuleSource.of_text(TURNS)


def serve(connection: Any, programs: Any) -> None:
    """Requests: see `Simulator.run`. Each is answered with data."""
    connection.receive()  # whoever asks wants to know when everything is loaded
    simulator = Simulator(programs.source, programs.given)
    connection.send({"cpu": time.process_time()})
    while True:
        try:
            request = connection.receive()
        except EOFError:
            return
        connection.send({"cpu": time.process_time()} if request.get("do") == "cpu" else simulator.run(request))


class Simulator:
    """One learner's program, run as often as it is asked for."""

    def __init__(self, source: ModuleSource, given: ModuleSource) -> None:
        self._program, self._given = map(Loadable, with_given(source, given))
        self._own: OwnCosts | None = None
        self._began = time.process_time()

    def run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Simulates `function` with `arguments` and `keywords` on `cores`, with `costs` and `pipe_capacity`.

        With `scaled`, the number of cores goes to the parameter that takes workers, if it is free; with `fitting`, arguments for
        which there is no parameter are left out. The reply has "log", "declared" (seconds), "failures" of children, and
        "value", "refused" or "raised"; or "missing" or "not_covered" alone, each with its words; or, of a program that was stopped,
        "endless" with what it did and "late", whether it was because all runs together took "seconds" of CPU, not by its operations.
        """
        if self._own is None:
            self._own = measured_own_costs()
        costs = Costs.of_data(request["costs"])
        if request.get("ranks"):
            run_ranks()  # loaded before a clock runs
        machine = SimulateMachine(
            self._program, self._given, partial(_call, request), int(request["cores"]), request["pipe_capacity"],
            self._own, measured=costs.name != IDEAL.name, ranks=request.get("ranks", 0),
        )  # fmt: skip
        try:
            limit, end = request.get("operations", OPERATIONS), self._began + request.get("seconds", math.inf)
            recorded, stopped = _simulated(machine, request["cores"], costs, request["pipe_capacity"], limit, end)
        except NotCovered as error:
            return {"not_covered": str(error)}
        except NotThere as error:
            return {"missing": str(error)}
        if stopped is not None:
            return {"endless": Done.by(recorded.values()), "late": isinstance(stopped, Late)}
        log = Log(float(request["cores"]), costs, request["pipe_capacity"], recorded, machine.closed)
        return {
            "log": log.to_data(),
            "failures": machine.failures,
            "declared": machine.declared_in_all,
            **_outcome(machine),
        }


def measured_own_costs() -> OwnCosts:
    """What the stand-in and the clock themselves take, on this machine."""

    def call(namespaces: Namespaces) -> None:
        namespaces.find(SOLUTION, "turns")(100)

    machine = SimulateMachine(Loadable(definitions(_EMPTY)), Loadable(), call, 1, 65_536, OwnCosts())
    return own_costs(_simulated(machine, 1, Costs("empty", lock=1e-9), 65_536)[0]["0"])


def _simulated(
    machine: SimulateMachine,
    cores: int,
    costs: Costs,
    pipe_capacity: int,
    limit: int = OPERATIONS,
    end: float = math.inf,
) -> tuple[dict[str, tuple[Stretch, ...]], TooLong | None]:
    """What every process did, and why it was stopped: after `limit` operations, or at this moment of the process's CPU clock."""

    def watch() -> None:
        for actor in engine.actors.values():
            actor.history.clear()  # whoever reads the log makes it anew
        if time.process_time() > end:
            raise Late

    recorder, stopped = Recorder(machine), None
    engine = Engine(cores, costs, recorder, pipe_capacity=pipe_capacity, limit=limit, watch=watch)
    gc.collect()
    gc.freeze()  # what was there before is no matter of this program's, nor of those to come
    try:
        with _one_thread():  # as every process is here
            engine.run()
    except Deadlock:
        pass  # the log shows it to whoever asked
    except TooLong as error:
        stopped = error
    finally:
        machine.close()
        machine.numpy_random.restore()
    return {name: tuple(stretches) for name, stretches in recorder.processes.items()}, stopped


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        # A sandbox can hide which libraries are loaded; it has set the variables that do the same.
        with contextlib.suppress(PermissionError):
            stack.enter_context(threadpoolctl.threadpool_limits(1))
        yield


def _call(request: dict[str, Any], namespaces: Namespaces) -> Any:
    asked = (request["function"], request["arguments"], request["keywords"])
    function, arguments, keywords = resolved(asked, namespaces.named)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        signature = None
    if request.get("ranks"):
        return run_ranks()(function, arguments, keywords)
    if signature is not None:
        if request.get("scaled") and (name := _workers_parameter(signature, arguments, keywords)):
            keywords[name] = current().option("cores")
        if request.get("fitting"):
            arguments, keywords = _fitting(signature, arguments, keywords)
        try:
            signature.bind(*arguments, **keywords)
        except TypeError as error:
            raise NotThere(f"`{request['function'].name}` cannot be called with these arguments: {error}") from None
    return function(*arguments, **keywords)


def _workers_parameter(signature: inspect.Signature, arguments: Any, keywords: dict[str, Any]) -> str | None:
    """The free parameter that takes the number of workers, by its name, or else the last one without a default."""
    try:
        bound = signature.bind_partial(*arguments, **keywords).arguments
    except TypeError:
        return None
    free = [name for name in signature.parameters if name not in bound]
    required = [name for name in free if signature.parameters[name].default is inspect.Parameter.empty]
    return workers_parameter(free, required[-1] if required else None)


def _fitting(signature: inspect.Signature, arguments: Any, keywords: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Those of the arguments for which a serial function has parameters."""
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    places = sum(kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD) for kind in kinds)
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        arguments = arguments[:places]
    return arguments, {name: value for name, value in keywords.items() if name in signature.parameters}


def _outcome(machine: SimulateMachine) -> dict[str, Any]:
    if machine.error is not None:
        types, message, text = machine.error
        children = [f"{process_name(who)} ended with {kind}: {why}\n" for who, kind, why, _ in machine.failures]
        return {"raised": {"types": types, "message": message, "traceback": "".join([text, *children])}}
    try:
        encode(machine.result)
    except DataError as error:
        return {"refused": str(error)}
    return {"value": machine.result}
