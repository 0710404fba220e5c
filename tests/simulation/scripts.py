"""Programs written down as stretches, for tests of the engine alone."""

from __future__ import annotations

from collections.abc import Sequence

from lockstep.simulation.actors import Stretch
from lockstep.simulation.costs import IDEAL, Costs
from lockstep.simulation.engine import Engine
from lockstep.simulation.log import Script
from lockstep.standin.objects.queues import QueueValue
from lockstep.standin.operation import Creation, Message, Operation

EXIT = Operation("process.exit", (), (0, ()))


def start(child: str, daemon: bool = False) -> Operation:
    return Operation("process.start", (), (child, daemon, ()))


def join(child: str) -> Operation:
    return Operation("process.join", (), (child,))


def ended(cpu: float = 0.0) -> Stretch:
    return Stretch(cpu, EXIT)


def acquire(lock: str) -> Operation:
    return Operation("lock.acquire", (lock,), ("lock", True))


def release(lock: str) -> Operation:
    return Operation("lock.release", (lock,))


def lock(name: str) -> Creation:
    return Creation(name, "lock", None)


def queue(name: str) -> Creation:
    return Creation(name, "queue without feeders", QueueValue())


def put(name: str, limit: int = 0, size: int = 10) -> Operation:
    return Operation("queue.put", (name,), (Message(0, size), limit, True, 65_536, False))


def get(name: str) -> Operation:
    return Operation("queue.get", (name,), (True, 65_536, False))


def run(processes: dict[str, Sequence[Stretch]], cores: float, costs: Costs = IDEAL) -> Engine:
    engine = Engine(cores, costs, Script({name: tuple(done) for name, done in processes.items()}))
    engine.run()
    return engine


def fork_join(tasks: Sequence[float], before: float = 0.0, after: float = 0.0) -> dict[str, list[Stretch]]:
    """Main computes, starts a process for every task, joins them all, and computes again."""
    names = [f"0.{number}" for number in range(1, len(tasks) + 1)]
    main = [Stretch(before if number == 0 else 0.0, start(name)) for number, name in enumerate(names)]
    main += [Stretch(0.0, join(name)) for name in names]
    return {"0": [*main, ended(after)], **{name: [ended(task)] for name, task in zip(names, tasks, strict=True)}}


def work(engine: Engine) -> float:
    return sum(actor.work for actor in engine.actors.values())
