"""A cell's text with only some of its statements left, each at its own line."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from lockstep.program.kinds import registered


def blanked(text: str, statements: Sequence[tuple[ast.stmt, bool]], used: Collection[str]) -> str:
    """The lines of a cell that belong to the statements that are kept (statement, is it kept).

    Of imports only the names that are `used` are left, so that a child does not load plotting.
    """
    lines = text.split("\n")
    kept_lines: dict[int, str] = {}
    for node, kept in statements:
        if not kept:
            continue
        decorators = [] if registered(node) else getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        last = node.end_lineno or first
        if isinstance(node, ast.Import | ast.ImportFrom):
            trimmed = _trimmed_import(node, used)
            if trimmed:
                kept_lines[first] = "; ".join(filter(None, [kept_lines.get(first, ""), trimmed]))
        elif first in kept_lines or any(other is not node and _overlaps(other, first, last) for other, _ in statements):
            # Statements that share a line with others: written anew, which keeps the line of their first one.
            kept_lines[first] = "; ".join(filter(None, [kept_lines.get(first, ""), ast.unparse(node)]))
        else:
            for number in range(first, last + 1):
                kept_lines[number] = lines[number - 1]
    return "\n".join(kept_lines.get(number, "") for number in range(1, max(kept_lines, default=0) + 1))


def _overlaps(node: ast.stmt, first: int, last: int) -> bool:
    return node.lineno <= last and (node.end_lineno or node.lineno) >= first


def _trimmed_import(node: ast.Import | ast.ImportFrom, used: Collection[str]) -> str:
    if isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*"):
        return ast.unparse(node)
    names = list(_used_aliases(node.names, used))
    if not names:
        return ""
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(names))
    return ast.unparse(ast.ImportFrom(node.module, names, node.level))


def _used_aliases(names: list[ast.alias], used: Collection[str]) -> Iterator[ast.alias]:
    return (alias for alias in names if (alias.asname or alias.name.split(".")[0]) in used)
