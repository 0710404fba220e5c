"""What child processes and checks load of a unit are its functions, and not its experiments once more."""

import ast

import nbformat
import pytest

from autograder.authoring.catalogue import ROOT
from lockstep.program.definitions import definitions
from lockstep.program.source import Cell, ModuleSource

# In unit 12 an exercise's workers keep the best bound in a global name, which short experiments could have changed.
LESSONS = [path for path in sorted((ROOT / "source").glob("*/*.ipynb")) if path.stem != "12-sorting"]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_experiment_is_run_again_where_a_units_functions_are_loaded(path):
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    found = definitions(ModuleSource(tuple(Cell(cell.id, cell.source) for cell in cells)))
    statements = [one for cell in found.cells for one in ast.parse(cell.source).body]
    functions = {one.name for one in statements if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    for one in statements:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        calls = [part.func for part in ast.walk(one) if isinstance(part, ast.Call)]
        called = {function.id for function in calls if isinstance(function, ast.Name)}
        assert not called & functions, ast.unparse(one)
