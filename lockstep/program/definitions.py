"""What of a notebook's cells belongs in the module that child processes, checks and the grader load.

Functions, classes, constants and the imports that they use stay, at their cell's own line numbers; what a cell
computes, plots or prints does not.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lockstep.program.names import bound_names, global_names, loaded_when_defined
from lockstep.program.source import Cell, ModuleSource

_UNWRAPPED_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
_MAGIC_LINE = re.compile(r"^\s*([%!?]|[\w\s,.\[\]'\"]+=\s*[%!])|^\s*[\w.%]+\?{1,2}\s*$")
_CONSTANT_CALLS = {
    *("namedtuple", "NamedTuple", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "partial", "get_context"),
    *(
        "TypeVar",
        "NewType",
        "ParamSpec",
        "frozenset",
        "set",
        "tuple",
        "list",
        "dict",
        "range",
        "float",
        "int",
    ),
    *("str", "bytes", "complex", "bool", "Path", "Decimal", "Fraction", "timedelta", "auto", "compile"),
}
_CONSTANT_NODES = (
    *(ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare),
    *(
        ast.IfExp,
        ast.JoinedStr,
        ast.FormattedValue,
        ast.Subscript,
        ast.Slice,
        ast.Name,
        ast.Attribute,
        ast.Starred,
    ),
    *(ast.Lambda, ast.keyword, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context, ast.Call),
)


@dataclass(frozen=True)
class Definitions:
    """A module's cells with only definitions left, and what could not be kept."""

    cells: tuple[Cell, ...]
    computed: dict[str, str] = field(default_factory=dict)  # name that a kept function needs -> where it is computed
    unparsed: dict[str, str] = field(default_factory=dict)  # label of a cell that does not parse -> why

    @property
    def source(self) -> ModuleSource:
        return ModuleSource(self.cells)


_Names = tuple[ast.stmt, frozenset[str], frozenset[str], frozenset[str]]


@dataclass
class _Statement:
    cell: int
    node: ast.stmt
    binds: frozenset[str]
    needs: frozenset[str]  # every name it may load, now or when called
    needs_now: frozenset[str]  # names loaded while the statement itself runs
    kept: bool = False


def definitions(source: ModuleSource) -> Definitions:
    """The definitions of `source`: same labels, same line numbers, everything else blanked out."""
    texts: list[str] = []
    unparsed: dict[str, str] = {}
    statements: list[_Statement] = []
    for index, cell in enumerate(source.cells):
        text, analysed, problem = _analysed(cell.source)
        texts.append(text)
        if problem:
            unparsed[cell.label] = problem
        statements += [_Statement(index, *parts) for parts in analysed]
    _keep(statements)
    _drop_superseded(statements)
    used = _used_names(statements)
    cells = []
    for index, cell in enumerate(source.cells):
        own = [statement for statement in statements if statement.cell == index]
        text = _blanked(texts[index], own, used)
        if text.strip():
            cells.append(Cell(cell.label, text))
    return Definitions(tuple(cells), _computed(statements, source.cells), unparsed)


@lru_cache(1024)  # a kernel asks for all of its cells whenever one of them runs
def _analysed(source: str) -> tuple[str, tuple[_Names, ...], str]:
    """The cell as Python, its statements with their names, and why it does not parse."""
    text, tree, problem = parsed(source)
    names = tuple((node, bound_names(node), global_names(node), loaded_when_defined(node)) for node in tree.body)
    return text, names, problem


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
            lines[at] = re.match(r"\s*", lines[at]).group() + "pass"  # type: ignore[union-attr]
        except (ValueError, RecursionError, MemoryError) as error:
            return "", ast.Module([], []), str(error) or type(error).__name__
    return "", ast.Module([], []), "it does not parse"


def _keep(statements: list[_Statement]) -> None:
    known = set(dir(builtins)) - {"__name__"}
    for statement in statements:
        statement.kept = _is_definition(statement.node, known)
        if statement.kept:
            known |= statement.binds
        else:
            known -= statement.binds


def _is_definition(node: ast.stmt, known: set[str]) -> bool:
    match node:
        case ast.FunctionDef() | ast.ClassDef() if any(_is_of_a_check(d) for d in node.decorator_list):
            return False
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
            return True
        case ast.Assign(targets=targets, value=value):
            return all(_plain_target(target) for target in targets) and _is_constant(value, known)
        case ast.AnnAssign(target=ast.Name(), value=value):
            return value is not None and _is_constant(value, known)
        case ast.If(test=test, body=body, orelse=orelse):
            return _is_constant(test, known) and all(_is_definition(inner, known) for inner in [*body, *orelse])
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
            inner = [*body, *orelse, *finalbody, *(s for handler in handlers for s in handler.body)]
            return all(isinstance(s, ast.Pass) or _is_definition(s, known) for s in inner)
    return type(node).__name__ == "TypeAlias"


def _is_of_a_check(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id in ("check", "given")


def _plain_target(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return all(_plain_target(item) for item in target.elts)
    return isinstance(target, ast.Name)


def _is_constant(value: ast.expr, known: set[str]) -> bool:
    """Whether `value` is written down rather than computed: safe and cheap to evaluate again in a child."""
    if isinstance(value, ast.Lambda):
        return all(_is_constant(d, known) for d in [*value.args.defaults, *(d for d in value.args.kw_defaults if d)])
    if not isinstance(value, _CONSTANT_NODES):
        return False
    if isinstance(value, ast.Name) and value.id not in known:
        return False
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        if called not in _CONSTANT_CALLS:
            return False
    return all(
        _is_constant(child, known) if isinstance(child, ast.expr) else _constant_parts(child, known)
        for child in ast.iter_child_nodes(value)
    )


def _constant_parts(node: ast.AST, known: set[str]) -> bool:
    return isinstance(node, _CONSTANT_NODES) and all(
        _is_constant(child, known) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)
    )


def _drop_superseded(statements: list[_Statement]) -> None:
    """Drops a definition that a later one replaces before anything was defined with it."""
    for position, statement in enumerate(statements):
        if not statement.kept or isinstance(statement.node, ast.Import | ast.ImportFrom) or not statement.binds:
            continue
        waiting = set(statement.binds)
        for later in statements[position + 1 :]:
            if later.kept and later.needs_now & statement.binds:
                break
            if later.kept:
                waiting -= later.binds
            if not waiting:
                statement.kept = False
                break


def _used_names(statements: Iterable[_Statement]) -> set[str]:
    return {
        name
        for statement in statements
        if statement.kept and not isinstance(statement.node, ast.Import | ast.ImportFrom)
        for name in statement.needs
    }


def _computed(statements: list[_Statement], cells: tuple[Cell, ...]) -> dict[str, str]:
    kept = {name for statement in statements if statement.kept for name in statement.binds}
    wanted = _used_names(statements) - kept
    return {
        name: f"{cells[statement.cell].label}, line {statement.node.lineno}"
        for statement in statements
        if not statement.kept
        for name in sorted(statement.binds & wanted)
    }


def _blanked(text: str, statements: list[_Statement], used: set[str]) -> str:
    lines = text.split("\n")
    kept_lines: dict[int, str] = {}
    for statement in statements:
        node = statement.node
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        last = node.end_lineno or first
        if not statement.kept:
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            trimmed = _trimmed_import(node, used)
            if trimmed:
                kept_lines[first] = "; ".join(filter(None, [kept_lines.get(first, ""), trimmed]))
        elif first in kept_lines or any(o is not statement and _overlaps(o.node, first, last) for o in statements):
            # Statements that share a line with others: written anew, which keeps the line of their first one.
            kept_lines[first] = "; ".join(filter(None, [kept_lines.get(first, ""), ast.unparse(node)]))
        else:
            for number in range(first, last + 1):
                kept_lines[number] = lines[number - 1]
    return "\n".join(kept_lines.get(number, "") for number in range(1, max(kept_lines, default=0) + 1))


def _overlaps(node: ast.stmt, first: int, last: int) -> bool:
    return node.lineno <= last and (node.end_lineno or node.lineno) >= first


def _trimmed_import(node: ast.Import | ast.ImportFrom, used: set[str]) -> str:
    """The import with only the names that kept definitions use, so that a child does not load plotting."""
    if isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*"):
        return ast.unparse(node)
    names = list(_used_aliases(node.names, used))
    if not names:
        return ""
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(names))
    return ast.unparse(ast.ImportFrom(node.module, names, node.level))


def _used_aliases(names: list[ast.alias], used: set[str]) -> Iterator[ast.alias]:
    return (alias for alias in names if (alias.asname or alias.name.split(".")[0]) in used)
