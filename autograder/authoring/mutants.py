"""The mutants of a reference: the same program after one small edit of its solution, each once."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

import libcst as cst

from autograder.authoring.edits import edited
from autograder.authoring.parts import BEGIN, END


@dataclass(frozen=True)
class Mutant:
    """A changed reference. `change` names it by its first new line ("+ return 0"), or by what is left out ("- join()")."""

    code: str
    change: str
    diff: str


def mutants(solution: str) -> Iterator[Mutant]:
    """All mutants of a reference with its markers, whose lines between the markers alone are edited."""
    text, own = _unmarked(solution)
    seen = {_meaning(text)}
    for module in edited(cst.parse_module(text)):
        meaning = _meaning(module.code)
        if meaning is not None and meaning not in seen and _changed_lines(text, module.code) <= own:
            seen.add(meaning)
            yield Mutant(module.code, _change(text, module.code), _diff(text, module.code))


def _unmarked(solution: str) -> tuple[str, set[int]]:
    """The text without its markers, and the numbers, from 0, of the lines that stood between them."""
    lines: list[str] = []
    own: set[int] = set()
    within = False
    for line in solution.split("\n"):
        if line.strip() in (BEGIN, END):
            within = line.strip() == BEGIN
        else:
            own |= {len(lines)} if within else set()
            lines.append(line)
    return "\n".join(lines) + "\n", own


def _meaning(code: str) -> object:
    """Equal for programs that compile to the same ("trivial compiler equivalence"); None for what is no program."""
    try:
        return _compiled(compile(code, "mutant", "exec"))
    except (SyntaxError, ValueError):
        return None


def _compiled(code: CodeType) -> object:
    constants = [_compiled(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return (code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_exceptiontable, tuple(constants))


def _changed_lines(text: str, other: str) -> set[int]:
    matcher = difflib.SequenceMatcher(None, text.split("\n"), other.split("\n"), autojunk=False)
    return {line for tag, start, end, _, _ in matcher.get_opcodes() if tag != "equal" for line in range(start, end)}


def _change(text: str, other: str) -> str:
    """Lines that are only indented otherwise are no change, nor are comments."""
    before, after = ([line.strip() for line in code.split("\n")] for code in (text, other))
    found = [line for line in difflib.ndiff(before, after) if line[0] in "+-" and not line[2:].startswith("#")]
    lines = [line for line in found if line[0] == "+" and line != "+ pass"] or [
        line for line in found if line[0] == "-"
    ]
    return lines[0] + (" ..." if len(lines) > 1 else "")


def _diff(text: str, other: str) -> str:
    lines = list(difflib.unified_diff(text.split("\n"), other.split("\n"), lineterm="", n=2))
    return "\n".join(line for line in lines[2:] if not line.startswith("@@"))
