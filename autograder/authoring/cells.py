"""The cells that the parts of an exercise become: the solution, the checks, an answer; each with the imports it uses."""

import ast
import textwrap
from collections.abc import Iterable

from autograder.authoring.parts import BEGIN, END, Part, Parts
from lockstep.program.names import bound_names, loaded_names


def solution_cell(parts: Parts) -> str:
    """The reference with the lines between its markers, as an instructor's notebook has it."""
    used = _loaded(parts.reference)
    return _below(_imports(parts, used), "\n\n\n".join(part.text for part in parts.reference))


def check_cell(parts: Parts) -> str:
    """Given code and checks, the hidden ones between nbgrader's markers, and the call that runs them."""
    used = _loaded([*parts.given, *parts.checks]) | {"check"}
    lines = [_imports(parts, used, of_lockstep=True), _imports(parts, used)]
    cell = f"# Checks of `{parts.path.stem}`: run this cell after yours.\n# Open it to read what must hold.\n"
    cell += "\n".join(line for line in lines if line)
    cell += "".join(f"\n\n\n{part.text}" for part in [*parts.given, *parts.visible])
    for part in parts.hidden:
        text = "\n".join(line for line in part.text.split("\n") if line.strip() != "@hidden")
        cell += f"\n### BEGIN HIDDEN TESTS\n\n{text}\n### END HIDDEN TESTS"
    return f'{cell}\n\n\ncheck.run("{parts.path.stem}")'


def program_cell(parts: Parts) -> str:
    """What is given, as an ordinary cell: the program of a puzzle."""
    texts = ["\n".join(line for line in part.text.split("\n") if line.strip() != "@given") for part in parts.given]
    used = _loaded(parts.given) - {"given"}
    imports = [_imports(parts, used), _imports(parts, used, of_lockstep=True)]
    return _below("\n".join(filter(None, imports)), "\n\n\n".join(texts))


def play_cell(name: str, call: str) -> str:
    """The cell in which a puzzle is driven."""
    return f'drive("{name}", {call})'


def answer_cell(parts: Parts, answer: Part) -> str:
    """The body of a function that holds an answer, below what it leaves out: that is as in the reference, or replaced."""
    node = answer.node
    assert isinstance(node, ast.FunctionDef)
    body = [] if _is_ellipsis(node.body) else node.body
    own = frozenset().union(*(bound_names(statement) for statement in body))
    used = loaded_names(ast.Module(body, []))
    left_out = parts.reference_text(_left_out(parts, own, used))
    for text, other in answer.replaced.items():
        left_out = left_out.replace(text, other)
    used |= loaded_names(ast.parse(left_out))
    code = [text for text in (left_out, _text(parts, node) if body else "") if text]
    return _below(_imports(parts, used - own), "\n\n\n".join(code))


def _is_ellipsis(body: list[ast.stmt]) -> bool:
    match body:
        case [ast.Expr(ast.Constant(value))]:
            return value is ...
    return False


def _text(parts: Parts, node: ast.FunctionDef) -> str:
    """The body of the function as it is written."""
    first = node.body[0]
    start = min([first.lineno, *(one.lineno for one in getattr(first, "decorator_list", []))])
    return textwrap.dedent("\n".join(parts.text.split("\n")[start - 1 : node.end_lineno]))


def _left_out(parts: Parts, own: frozenset[str], used: frozenset[str]) -> list[Part]:
    """The parts of the reference that an answer with these names does not have: what the starter has, and what is used."""
    wanted = used | {
        name for part in parts.reference if not _in_solution(parts, part) for name in bound_names(part.node)
    }
    found: list[Part] = []
    while more := [
        part
        for part in parts.reference
        if part not in found and bound_names(part.node) & wanted and not bound_names(part.node) & own
    ]:
        found += more
        wanted |= _loaded(more)
    return [part for part in parts.reference if part in found]


def _in_solution(parts: Parts, part: Part) -> bool:
    """Is the part one that learners do not get?"""
    above = [line.strip() for line in parts.text.split("\n")[: part.line]]
    return above.count(BEGIN) > above.count(END)


def _below(imports: str, code: str) -> str:
    return f"{imports}\n\n\n{code}" if imports else code


def _loaded(parts: Iterable[Part]) -> frozenset[str]:
    return frozenset().union(*(loaded_names(part.node) for part in parts))


def _imports(parts: Parts, used: frozenset[str], *, of_lockstep: bool = False) -> str:
    """The imports of the file that bind a used name: those from lockstep, or all others but the marks."""
    lines = []
    for part in parts.imports:
        node = part.node
        assert isinstance(node, ast.Import | ast.ImportFrom)
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if module.split(".")[0] == "autograder" or (module == "lockstep") != of_lockstep:
            continue
        names = [alias for alias in node.names if (alias.asname or alias.name.split(".")[0]) in used]
        if names and isinstance(node, ast.ImportFrom):
            lines.append(ast.unparse(ast.ImportFrom(node.module, names, node.level)))
        elif names:
            lines.append(ast.unparse(ast.Import(names)))
    return "\n".join(lines)
