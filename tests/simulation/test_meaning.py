"""Objects in virtual time do what the stand-in's meaning says, wherever the meaning leaves no choice."""

import random

import pytest

from lockstep.simulation.objects import Objects
from lockstep.simulation.streams import BLOCKED
from lockstep.standin.kinds import outcomes
from lockstep.standin.objects.pipes import Channel
from lockstep.standin.objects.queues import QueueValue
from lockstep.standin.operation import Creation, Message, Operation

CAPACITY = 100
PROCESSES = ("0.1", "0.2", "0.3")


def operations(kind, numbers):
    message = Message(numbers.randrange(1_000), numbers.choice([10, 60, 200]))
    blocking = numbers.random() < 0.5
    return {
        "queue without feeders": [
            Operation("queue.put", ("o",), (message, 3, blocking, CAPACITY, False)),
            Operation("queue.get", ("o",), (blocking, CAPACITY, False)),
            Operation("queue.empty", ("o",)),
            Operation("queue.full", ("o",), (3,)),
            Operation("queue.qsize", ("o",)),
            Operation("queue.task_done", ("o",)),
        ],
        "simplequeue": [
            Operation("simplequeue.put", ("o",), (message, CAPACITY)),
            Operation("simplequeue.sent", ("o",), (CAPACITY,)),
            Operation("simplequeue.get", ("o",)),
            Operation("simplequeue.empty", ("o",)),
        ],
        "channel": [
            Operation("pipe.send", ("o",), (message, CAPACITY)),
            Operation("pipe.sent", ("o",), (CAPACITY,)),
            Operation("pipe.recv", ("o",)),
            Operation("pipe.poll", ("o",), (blocking,)),
            *([Operation("pipe.close", ("o",), ((blocking,),))] if numbers.random() < 0.2 else []),
        ],
    }[kind]


FIRST = {
    "queue without feeders": QueueValue(),
    "simplequeue": (),
    "channel": Channel((), PROCESSES, PROCESSES),
}


@pytest.mark.parametrize("kind", FIRST)
@pytest.mark.parametrize("seed", range(30))
def test_queues_and_pipes_kept_in_place_follow_the_meaning(kind, seed):
    numbers = random.Random(f"{kind} {seed}")
    objects, value = Objects(CAPACITY), FIRST[kind]
    objects.create(Creation("o", kind, value))
    blocked = went = 0
    for _ in range(200):
        operation, process = numbers.choice(operations(kind, numbers)), numbers.choice(PROCESSES)
        found = outcomes(operation, (value,), process)
        possible = objects.possible(operation, process) if operation.kind.endswith(("sent", "recv", "send")) else None
        answer, _ = objects.attempt(operation, process, 0.0)
        if objects.fed:
            objects.fed.clear()
            objects.arrive("o", 1)  # no time passes on the way
        if operation.kind == "queue.get" and answer is not BLOCKED:
            objects.arrive("o", 0)
        assert len(found) <= 1
        if not found:
            assert answer is BLOCKED
            blocked += 1
        else:
            assert answer == found[0].answer
            (value,) = found[0].values
            went += 1
        assert possible in (None, bool(found))
    assert blocked
    assert went
