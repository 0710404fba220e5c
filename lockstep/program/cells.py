"""A cell of a program as Python: magic lines taken out, and what each of its statements binds, needs and changes."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

from lockstep.program.calling import Function, functions_of
from lockstep.program.effects import NOTHING, Effects, effects_of
from lockstep.program.global_names import GlobalNames
from lockstep.program.kinds import CALLED
from lockstep.program.meanings import MAGIC, Meanings, meanings_of
from lockstep.program.names import bound_names, loaded_when_defined

_UNWRAPPED_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
_MAGIC_LINE = re.compile(r"^\s*([%!?]|[\w\s,.\[\]'\"]+=\s*[%!])|^\s*[\w.%]+\?{1,2}\s*$")
_MAGIC_VALUE = re.compile(r"^(\s*[\w\s,.\[\]'\"]+=)\s*[%!]")


@dataclass(frozen=True)
class Facts:
    """What is known about a statement from its text alone."""

    node: ast.stmt
    binds: frozenset[str]
    needs: frozenset[str]  # every name of the module that it may load, now or when what it defines is called
    needs_now: frozenset[str]  # names loaded while the statement itself runs
    effects: Effects  # of executing the statement
    functions: tuple[Function, ...]  # what calling the names that it binds runs
    meanings: Meanings


@lru_cache(1024)  # a kernel asks for all of its cells whenever one of them runs
def analysed(source: str) -> tuple[str, tuple[Facts, ...], str]:
    """The cell as Python, its statements, and why it does not parse."""
    text, tree, problem = parsed(source)
    facts = []
    global_names = GlobalNames(text)
    for node in tree.body:
        try:
            needs = global_names.of(node)
        except SyntaxError:  # only valid in a notebook, such as `await` outside of a function
            needs = frozenset({MAGIC})
        effects = NOTHING if isinstance(node, CALLED) else effects_of(node)
        functions, meanings = tuple(functions_of(node)), meanings_of(node)
        facts.append(Facts(node, bound_names(node), needs, loaded_when_defined(node), effects, functions, meanings))
    return text, tuple(facts), problem


def parsed(source: str) -> tuple[str, ast.Module, str]:
    """The cell as Python: magic lines blanked, timing magics unwrapped; or no statements and why."""
    lines = source.replace("\r\n", "\n").replace("\x00", "").split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].lstrip().startswith("%%"):
        if not lines[first].lstrip().startswith(_UNWRAPPED_MAGICS):
            return "", ast.Module([], []), ""
        lines[first] = ""
    for _ in range(len(lines) + 1):
        text = "\n".join(lines)
        try:
            return text, ast.parse(text), ""
        except SyntaxError as error:
            at = (error.lineno or 1) - 1
            if at >= len(lines) or not _MAGIC_LINE.match(lines[at]):
                return "", ast.Module([], []), f"line {error.lineno}: {error.msg}"
            value = _MAGIC_VALUE.match(lines[at])
            lines[at] = f"{value[1]} {MAGIC}()" if value else re.match(r"\s*", lines[at]).group() + "pass"  # type: ignore[union-attr]
        except (ValueError, RecursionError, MemoryError) as error:
            return "", ast.Module([], []), str(error) or type(error).__name__
    return "", ast.Module([], []), "it does not parse"
