"""What a reader calls a shared object: the variable that the line which made it assigns it to, else its kind and number."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping

from lockstep.standin.kinds import made_by
from lockstep.standin.objects.mpi_collectives import MEETINGS, RESULTS
from lockstep.standin.objects.mpi_messages import MAIL
from lockstep.standin.objects.processes import process_name

Place = tuple[str, int]  # a cell's label, and the number of a line in it

_ARRAYS = ("Array", "RawArray")  # they make as many cells as they hold
_ASSIGNED = re.compile(r"^\s*([A-Za-z_][\w.]*)\s*(?::[^=]+)?=(?!=)")


def names_of(created: Mapping[str, tuple[str, Place]], line: Callable[[str, int], str]) -> dict[str, str]:
    """What to call every object: by its name "process#number" its kind and where it was made; `line` gives a place's text."""
    together: dict[tuple[str, Place], list[str]] = {}
    for name, (_, place) in created.items():
        together.setdefault((_maker(name), place), []).append(name)
    found: dict[str, str] = {}
    ranks = [name for name, (kind, _) in created.items() if kind == MAIL]
    world = {name: kind for name, (kind, _) in created.items() if kind in (MEETINGS, RESULTS)}
    for (_, place), names in together.items():
        names.sort(key=_number)
        titles = _called([(_number(name), created[name][0]) for name in names], line(*place))
        found.update(zip(names, titles, strict=True))
    found.update({name: f"rank {rank}'s mail" for rank, name in enumerate(sorted(ranks, key=_number))} | world)
    makers: dict[str, set[str]] = {}
    for name, title in found.items():
        makers.setdefault(title, set()).add(_maker(name))
    return {
        name: f"{title} of {process_name(_maker(name))}" if len(makers[title]) > 1 else title
        for name, title in found.items()
    }


def _maker(name: str) -> str:
    return name.partition("#")[0]


def _number(name: str) -> int:
    return int(name.partition("#")[2])


def _called(made: list[tuple[int, str]], line: str) -> list[str]:
    """What the line calls the objects (number, kind) that one process made on it, in their order."""
    kinds = [kind for _, kind in made]
    if listed := assigned(line, kinds):
        return listed
    target = _ASSIGNED.match(line)
    base = _only_maker(line) or (target.group(1) if target else "")
    guards = "rlock" in kinds and len(set(kinds)) > 1  # the locks of the other objects
    titles = []
    for place, (number, kind) in enumerate(made):
        title = base or f"{kind} {number}"
        if base and kinds.count(kind) > 1:
            title = f"{base}[{kinds[:place].count(kind)}]"
        if base and kind.startswith("queue of "):
            title = f"{base}'s {kind.removeprefix('queue of ')}"
        titles.append(f"{title}'s lock" if base and guards and kind == "rlock" else title)
    return titles


def _only_maker(line: str) -> str:
    """The only target of the line's assignments whose value makes a shared object, "" if there is not just one."""
    makers = []
    for target, value in _pairs(line):
        calls = (ast.unparse(node.func).rpartition(".")[2] for node in ast.walk(value) if isinstance(node, ast.Call))
        if any(made_by(call) or call in _ARRAYS for call in calls):
            makers.append(target)
    return ast.unparse(makers[0]) if len(makers) == 1 and not isinstance(makers[0], ast.Tuple) else ""


def assigned(line: str, kinds: list[str]) -> list[str]:
    """What a line like `a, b = Lock(), Value("i", 0)`, `a = Lock(); b = Lock()` or `a, b = Pipe()` calls the objects of
    these kinds that it makes.

    Empty if it is no such line.
    """
    pairs = _pairs(line)
    if len(pairs) == 1 and isinstance(pairs[0][0], ast.Tuple) and set(kinds) == {"channel"}:
        return _ends([ast.unparse(end) for end in pairs[0][0].elts], pairs[0][1], len(kinds))
    names: list[str] = []
    expected: list[str] = []
    for target, value in pairs:
        several = isinstance(value, (ast.List, ast.Tuple))
        for place, call in enumerate(value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value]):
            creates = _creates(call)
            title = ast.unparse(target) + (f"[{place}]" if several else "")
            expected += creates
            names += _parts(title, creates, _constructor(call) in _ARRAYS)
    return names if expected == kinds else []


def _ends(targets: list[str], value: ast.expr, count: int) -> list[str]:
    """So many channels, each by the end that receives, of a line that may have been executed several times; empty if it made no pipe."""
    if _constructor(value) != "Pipe" or len(targets) != 2:
        return []
    assert isinstance(value, ast.Call)
    given = [*value.args, *(keyword.value for keyword in value.keywords if keyword.arg == "duplex")]
    one_way = any(isinstance(one, ast.Constant) and one.value in (False, 0) for one in given)
    receiving = targets[:1] if one_way else targets
    turns = -(-count // len(receiving))
    names = [f"{end}[{turn}]" if turns > 1 else end for turn in range(turns) for end in receiving]
    return [f"{name}'s end" for name in names[:count]]


def _pairs(line: str) -> list[tuple[ast.expr, ast.expr]]:
    """Every target of the line's assignments with its value."""
    try:
        statements = ast.parse(line.strip()).body
    except (SyntaxError, ValueError):
        return []
    return [pair for statement in statements for pair in _assignments(statement)]


def _assignments(statement: ast.stmt) -> list[tuple[ast.expr, ast.expr]]:
    """What a statement assigns to what; a tuple of targets and as many values in pairs."""
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return [(statement.target, statement.value)]
    if not isinstance(statement, ast.Assign):
        return []
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _parts(title: str, creates: list[str], several: bool) -> list[str]:
    """What a call creates, which is assigned to `title`: a guard first, and the cells of an array by their places."""
    if several:
        cells = creates.count("cell")
        return [f"{title}'s lock"] * (len(creates) - cells) + [f"{title}[{place}]" for place in range(cells)]
    return [title + ("'s lock" if len(creates) > part + 1 else "") for part in range(len(creates))]


def _constructor(call: ast.expr) -> str:
    return ast.unparse(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""


def _creates(call: ast.expr) -> list[str]:
    """The kinds of what a call creates; an array as many cells as its text says."""
    if not isinstance(call, ast.Call):
        return []
    creates = list(made_by(_constructor(call)))
    if _constructor(call) in _ARRAYS:
        size = _size(call)
        creates = ["rlock"] * (_constructor(call) == "Array") + ["cell"] * size if size else []
    if any(ast.unparse(keyword) == "lock=False" for keyword in call.keywords):
        creates = [kind for kind in creates if kind != "rlock"]
    return creates


def _size(call: ast.Call) -> int:
    """How many items an array has, as far as its text says; 0 if it does not."""
    match call.args[1:2]:
        case [ast.Constant(value=int(size))]:
            return size
        case [ast.List(elts=items) | ast.Tuple(elts=items)]:
            return len(items)
    return 0
