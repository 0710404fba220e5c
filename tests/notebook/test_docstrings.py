"""What `help(explore)` and `explore?` show: a sentence, every option, and an example that gives what it says."""

import doctest
import inspect
import re
from types import FunctionType

import pytest

import lockstep
from lockstep.exploration.exploration import Exploration
from lockstep.exploration.schedule import Schedule
from lockstep.measurement.speedup import Speedup
from lockstep.recording.timeline import Timeline
from lockstep.simulation.simulation import Simulation
from tests import documented
from tests.notebook.test_kernel import run_notebook

INSTRUMENTS = {
    name: getattr(lockstep, name)
    for name in ("explore", "replay", "you_drive", "simulate", "speedup", "timeline", "check", "predict")
}
INSTRUMENTS["simulate.curve"] = lockstep.simulate.curve
DOCUMENTED = INSTRUMENTS | {each.__name__: each for each in (Exploration, Schedule, Simulation, Speedup, Timeline)}
LONGEST = 130  # characters of a line that a notebook's help shows whole


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_example_gives_what_it_says(name, capsys):
    text = inspect.getdoc(DOCUMENTED[name])
    programs = {key: value for key, value in vars(documented).items() if isinstance(value, FunctionType)}
    names = programs | {each: getattr(lockstep, each) for each in lockstep.__all__}
    examples = doctest.DocTestParser().get_doctest(text, names, name, None, 0)
    assert examples.examples
    told = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(examples, out=told.append)
    assert not told, "".join(told)
    lockstep.check.clear()


@pytest.mark.parametrize("name", DOCUMENTED)
def test_it_begins_with_a_sentence_and_fits_a_page(name):
    lines = inspect.getdoc(DOCUMENTED[name]).split("\n")
    assert lines[0].endswith(".")
    assert lines[1] == ""
    assert max(map(len, lines)) <= LONGEST + 5
    assert "SEMANTICS" not in "\n".join(lines)


@pytest.mark.parametrize("name", [name for name, one in INSTRUMENTS.items() if isinstance(one, FunctionType)])
def test_every_option_is_told(name):
    text = inspect.getdoc(INSTRUMENTS[name])
    table = set(re.findall(r"^    (\w+)  ", text, re.MULTILINE))
    parameters = {each.name for each in inspect.signature(INSTRUMENTS[name]).parameters.values()}
    untold = parameters - table - {"function", "program", "arguments", "keywords", "named", "options"}
    if "those of simulate" in text:
        untold -= set(inspect.signature(lockstep.simulate).parameters)
    assert not untold


def test_help_shows_it_in_a_notebook():
    imports = "%load_ext lockstep\nfrom lockstep import " + ", ".join(each for each in INSTRUMENTS if "." not in each)
    cells = run_notebook(imports, *(f"help({each})" for each in INSTRUMENTS)).cells[2:]
    for name, cell in zip(INSTRUMENTS, cells, strict=False):
        shown = "".join(output.text for output in cell.outputs)
        assert inspect.getdoc(INSTRUMENTS[name]).split("\n")[0] in re.sub(r"\n\s+", " ", shown) + shown.replace(
            " |  ", ""
        )
        assert ">>>" in shown
        assert "package" not in shown.split("\n")[0]
