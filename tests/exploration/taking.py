"""Programs as text, taken through all their interleavings in this process."""

from contextlib import closing
from textwrap import dedent

from lockstep.exploration.automata import Automata
from lockstep.exploration.clients import Used, clients_of
from lockstep.exploration.exploration import Exploration
from lockstep.exploration.exploring import explored
from lockstep.exploration.inside.local_service import LocalService
from lockstep.program.source import ModuleSource
from lockstep.student.data import Reference

IMPORTS = (
    "import multiprocessing as mp\nfrom multiprocessing import *\nfrom lockstep.exploration.sections import inside\n"
)


def take(
    text: str,
    *arguments: object,
    function: str = "main",
    budget: int = 100_000,
    feeder: bool = True,
    pipe_capacity: int = 65_536,
    merge: bool = True,
    clients: list[str] | None = None,
    memory: str = "sequential",
    ranks: int = 0,
    buffered: bool = False,
) -> Exploration:
    """`explore` without a child process, for speed."""
    source = ModuleSource.of_text(IMPORTS + dedent(text), "program")
    request = {
        "function": Reference("student", function),
        "arguments": list(arguments),
        "keywords": {},
        "feeder": feeder,
        "pipe_capacity": pipe_capacity,
        "merge": merge,
        "memory": memory,
        "ranks": ranks,
        "buffered": buffered,
    }
    used = None
    if clients is not None:
        used = Used(clients_of(clients), arguments, {})
        request["clients"] = used.as_data()
    sources = {cell.label: cell.source.split("\n") for cell in source.cells}
    with closing(LocalService(source)) as service:
        return Exploration(explored(Automata(service), request, budget, sources, function), used)


def merged_and_not(text: str, *arguments: object, **options: object) -> Exploration:
    """The exploration, after checking that histories alone give the same outcomes and counts."""
    merged = take(text, *arguments, **options)
    histories = take(text, *arguments, merge=False, **options)
    assert outcome(merged) == outcome(histories)
    return merged


def outcome(found: Exploration) -> tuple:
    return (found.interleavings, found.results, found.deadlocks, found.crashes, found.left_running)


def local_states(found: Exploration) -> int:
    """How many local states all processes together have."""
    return len(found.findings.graph.automata.locals)


# A program in which `v` races from 0 to 1, and whatever `race(v, out)` does beside it.
RACE = """
    def write(v):
        v.value = 1

    {definitions}

    def main():
        v, out = Value("i", 0), Value("i", -1)
        writer, racer = Process(target=write, args=(v,)), Process(target=race, args=(v, out))
        writer.start()
        racer.start()
        writer.join()
        racer.join()
        return out.value
"""


def race(definitions: str):
    """Both explorations of a program in which `race(v, out)` runs beside a process that writes 1 into v."""
    lines = definitions.strip("\n").split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip())
    text = "\n".join("    " + line[indent:] for line in lines).strip()
    return merged_and_not(RACE.replace("{definitions}", text))
