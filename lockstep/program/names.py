"""Which names a statement binds in its module, and which it loads."""

import ast
import symtable


def bound_names(node: ast.stmt) -> frozenset[str]:
    """The module-level names that executing `node` at module level may bind."""
    names: set[str] = set()
    _collect_bound(node, names)
    return frozenset(names)


def _collect_bound(node: ast.AST, names: set[str]) -> None:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            names.add(node.name)
            return
        case ast.Lambda():
            return
        case ast.Import() | ast.ImportFrom():
            names.update(alias.asname or alias.name.split(".")[0] for alias in node.names)
            return
        case ast.Name(ctx=ast.Store() | ast.Del()):
            names.add(node.id)
        case ast.ExceptHandler(name=str(name)):
            names.add(name)
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            names.add(name)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            names.update(inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
            return
    for child in ast.iter_child_nodes(node):
        _collect_bound(child, names)


def loaded_names(node: ast.AST) -> frozenset[str]:
    """Every name that stands to be loaded in `node`, locals included."""
    names = (inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load))
    return frozenset(names)


def global_names(node: ast.stmt) -> frozenset[str]:
    """The names of its module that `node` may load, when it runs or when what it defines is called; no local ones."""
    table = symtable.symtable(ast.unparse(node), "cell", "exec")
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    below = list(table.get_children())
    while below:
        scope = below.pop()
        names |= {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global()}
        below += scope.get_children()
    return frozenset(names)


def loaded_when_defined(node: ast.stmt) -> frozenset[str]:
    """The names that a definition loads at once: decorators, bases, defaults, a class body, a constant's value."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return _loaded_by_signature(node)
        case ast.ClassDef():
            now = [*node.decorator_list, *node.bases, *node.keywords]
            names = frozenset().union(*(loaded_names(part) for part in now))
            return names.union(*(loaded_when_defined(inner) for inner in node.body))
        case _:
            return loaded_names(node)


def _loaded_by_signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    arguments = node.args
    annotated = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    parts: list[ast.AST | None] = [
        *node.decorator_list,
        *arguments.defaults,
        *arguments.kw_defaults,
        node.returns,
    ]
    parts += [argument.annotation for argument in annotated if argument]
    return frozenset().union(*(loaded_names(part) for part in parts if part))


def computed_reason(name: str, where: str) -> str:
    """Why no other process can have a name that the notebook computes."""
    return f"`{name}` is computed when the notebook runs ({where}); pass it as an argument"
