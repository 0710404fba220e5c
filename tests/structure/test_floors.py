"""The floors of the house: who may import whom, and that no two modules import each other, however indirectly."""

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.structure.test_structure import ROOT

# From below. A package imports from its own floor's packages that stand before it, and from the floors below it. Packages of
# one floor that are in one tuple stand side by side.
FLOORS = (
    ("words", "laws", "version", "workspace"),
    ("machine", "page"),
    ("standin",),
    ("program",),
    ("student",),
    ("checks", "exploration", "recording", "player", "simulation", "measurement", "mpi"),
    ("notebook",),
    ("__main__",),
)


@cache
def modules() -> dict[str, ast.Module]:
    """Name within lockstep ("exploration.findings") -> what it says."""
    files = sorted((ROOT / "lockstep").rglob("*.py"))
    names = {file: ".".join(file.relative_to(ROOT / "lockstep").with_suffix("").parts) for file in files}
    return {name.removesuffix(".__init__"): ast.parse(file.read_text()) for file, name in names.items()}


def imports(name: str) -> set[str]:
    """The modules of ours that a module imports: also inside of functions, and for types only."""
    found = set()
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {one.removeprefix("lockstep.") for one in found} & modules().keys() - {name}


def floor(name: str) -> int:
    return next(number for number, packages in enumerate(FLOORS) if name.split(".")[0] in packages)


def test_no_two_modules_import_each_other_however_indirectly():
    try:
        list(TopologicalSorter({name: imports(name) for name in modules() if name != "__init__"}).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("name", [name for name in modules() if name != "__init__"])
def test_a_module_imports_from_its_own_floor_and_from_below(name):
    assert not [other for other in imports(name) if floor(other) > floor(name)]
