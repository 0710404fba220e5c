"""What of a notebook's cells becomes the module that child processes load."""

import pytest

from lockstep.program.definitions import definitions
from lockstep.program.source import Cell, ModuleSource
from tests.program.loaded import load


def notebook(*cells: str) -> ModuleSource:
    return ModuleSource(tuple(Cell(f"In[{number}]", text) for number, text in enumerate(cells, 1)))


def kept(*cells: str) -> str:
    return "\n".join(cell.source for cell in definitions(notebook(*cells)).cells)


def test_functions_classes_and_constants_stay_and_computing_goes():
    text = kept("N = 3\nrows = compute()\n\ndef f():\n    return N\n\nclass A:\n    pass\nprint(f())")
    assert "N = 3" in text
    assert "def f" in text
    assert "class A" in text
    assert "compute" not in text
    assert "print" not in text


def test_definitions_keep_their_line_numbers():
    module = load(notebook("print('one')\n\n\ndef fail():\n    raise ValueError"), "solution")
    assert module.fail.__code__.co_firstlineno == 4
    assert module.fail.__code__.co_filename == "In[1]"


def test_only_imports_that_a_definition_uses_are_loaded():
    text = kept(
        "import os, matplotlib.pyplot as plt\nimport numpy as np\nplt.plot([1])\ndef f():\n    return os.getpid()"
    )
    assert text.split("\n")[0] == "import os"
    assert "matplotlib" not in text
    assert "numpy" not in text


def test_a_local_variable_does_not_keep_an_import_of_the_same_name():
    imports = "from lockstep import speedup\nimport math\n"
    text = kept(imports + "def f(speedup):\n    math = speedup\n    return [math for math in [math]]")
    assert "import" not in text
    assert "import math" in kept(imports + "def f():\n    return lambda: math.pi")
    assert "import math" in kept(imports + "class A:\n    x = math.pi")


@pytest.mark.parametrize("magic", ["%%time", "%%timeit -n 1", "%%capture out"])
def test_timing_and_capture_magics_are_unwrapped(magic):
    assert "def f" in kept(f"{magic}\ndef f():\n    return 1")


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile x.py"])
def test_cells_in_another_language_are_left_out(magic):
    assert kept(f"{magic}\ndef f(): pass") == ""


@pytest.mark.parametrize("line", ["%matplotlib inline", "!pip list 'it", "names = !ls", "x = %timeit -o 1", "f?", "?f"])
def test_a_line_magic_costs_only_its_line(line):
    assert "def f" in kept(f"{line}\ndef f():\n    return 1")


def test_a_percent_sign_within_a_string_is_no_magic():
    assert load(notebook('TEXT = """\n%d items\n"""\ndef f():\n    return TEXT'), "m").f() == "\n%d items\n"


def test_a_cell_that_does_not_parse_costs_only_itself():
    found = definitions(notebook("def f(:\n", "def g():\n    return 1"))
    assert "In[1]" in found.unparsed
    assert [cell.source for cell in found.cells] == ["", "def g():\n    return 1"]
    module = load(notebook("def f(:\n", "def g():\n    return 1\ndef h():\n    return f()"), "m")
    assert module.g() == 1
    with pytest.raises(NameError, match=r"`f` is not there: In\[1\] is no Python yet \(line 1: invalid syntax\)"):
        module.h()


def test_a_definition_that_fails_costs_only_itself():
    module = load(notebook("A = 1 + 'x'\ndef f():\n    return 1\ndef g():\n    return A + 1"), "m")
    assert module.f() == 1
    with pytest.raises(NameError, match="`A` could not be defined .*TypeError"):
        module.g()


def test_a_computed_name_is_refused_with_what_to_do():
    module = load(notebook("data = input()\n", "def total():\n    return sum(data)"), "m")
    with pytest.raises(NameError, match=r"`data` is asked for when the notebook runs \(In\[1\], line 1\); pass it"):
        module.total()


@pytest.mark.parametrize(
    "constant",
    [
        "from collections import namedtuple\nX = namedtuple('X', 'a b')",
        "from enum import Enum\nX = Enum('X', 'A B')",
        "from functools import partial\nX = partial(int, base=2)",
        "X = lambda n: n + 1",
        "from multiprocessing import get_context\nX = get_context('spawn')",
        "Y = 4\nX = Y * 2 + len",
        "Y = [1, 2]\nX = (Y[0], {'a': -1.5}, {1, 2}, f'{Y}')",
        "X: int = 3",
        "X, Y = 1, 2",
    ],
)
def test_constants_that_are_written_down_are_kept(constant):
    assert "X" in kept(f"{constant}\ndef f():\n    return X")


def test_the_last_definition_of_a_name_wins():
    text = kept("def f():\n    return 1", "def f():\n    return 2")
    assert "return 1" not in text
    assert "return 2" in text


def test_a_class_keeps_the_base_that_it_was_made_with():
    module = load(notebook("class A:\n    x = 1", "class B(A):\n    pass", "class A:\n    x = 2"), "m")
    assert (module.A.x, module.B.x) == (2, 1)


def test_statements_that_share_a_line_are_told_apart():
    module = load(notebook("N = 2; print('no'); M = N + 1\ndef f():\n    return M"), "m")
    assert module.f() == 3


def test_checks_and_given_code_are_no_part_of_the_program():
    assert kept("from lockstep import check\n@check('x')\ndef _(student):\n    pass\ncheck.run('x')") == ""


def test_code_under_main_is_not_run():
    assert "print" not in kept("def f(): pass\nif __name__ == '__main__':\n    print(f())")


@pytest.mark.parametrize(
    ("inside", "kept_whole"),
    [
        ("import json\n    server = start()", False),
        ("import json\n    if server is None:\n        start()", False),
        ("import json\n    server = start()\n    def used(x):\n        return json.dumps(x)", True),
        ("import json\n    server = None", True),
        ("import json as needed\n    server = start()", True),
    ],
    ids=["starts", "starts further in", "defines beside it", "writes down", "is read"],
)
def test_a_condition_around_an_import_is_kept_for_what_it_defines_and_not_for_what_it_starts(inside, kept_whole):
    text = kept(
        f"server = None\ndef start():\n    return 1\nif server is None:\n    {inside}\ndef f():\n    return needed"
    )
    assert ("if server is None" in text) == kept_whole


def test_a_fallback_import_is_kept():
    text = kept(
        "try:\n    import fast as engine\nexcept ImportError:\n    import json as engine\ndef f():\n    return engine"
    )
    assert load(notebook(text), "m").f().__name__ == "json"
