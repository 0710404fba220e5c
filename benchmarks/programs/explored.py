"""`python benchmarks/programs/explored.py here|apart NAME N...`: one program explored, and what it took, as JSON.

`here`: both sides in this process, so that all CPU time is seen. `apart`: the learner's code in a child process.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

FILE = Path(__file__).with_name("interleavings.py")
LIMIT = 60.0  # seconds


def apart(program: str, arguments: list[int]) -> dict[str, object]:
    from lockstep.exploration.exploring import explore
    from lockstep.student.session import student

    with student(FILE, limit=LIMIT) as learner:
        found = explore(getattr(learner, program), *arguments)
        found.failure()
    return {"states": found.states}


def here(program: str, arguments: list[int]) -> dict[str, object]:
    from lockstep.exploration.automata import Automata
    from lockstep.exploration.coverage import explored
    from lockstep.exploration.exploration import Exploration
    from lockstep.exploration.inside.local_service import LocalService
    from lockstep.program.source import ModuleSource
    from lockstep.student.data import Reference

    source = ModuleSource.of_file(FILE)
    request = {
        "function": Reference("student", program), "arguments": arguments, "keywords": {},
        "feeder": True, "pipe_capacity": 65_536, "merge": True,
    }  # fmt: skip
    service = LocalService(source)
    began = time.process_time()
    found = Exploration(explored(Automata(service), request, 300_000, {}, program))
    counted = time.process_time()
    if program == "counter":
        found.schedule(lambda total: total != arguments[0] * arguments[1])
    else:
        found.failure()
    return {
        "states": found.states,
        "interleavings": found.interleavings,
        "cpu": counted - began,
        "failure": time.process_time() - counted,
        "peak": _peak(),
    }


def _peak() -> float:
    """MiB of memory at most. Not getrusage's: that remembers the process before it became this program."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    ways: dict[str, Callable[[str, list[int]], dict[str, object]]] = {"here": here, "apart": apart}
    print(json.dumps(ways[sys.argv[1]](sys.argv[2], [int(number) for number in sys.argv[3:]])))
