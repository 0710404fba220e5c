"""Which names a statement binds in its module, and which it loads."""

import ast


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
    names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)}
    return frozenset(names | augmented(node))


def augmented(node: ast.AST) -> set[str]:
    """The names that are loaded only to be changed: x in `x += 1`."""
    changed = (inner.target for inner in ast.walk(node) if isinstance(inner, ast.AugAssign))
    return {target.id for target in changed if isinstance(target, ast.Name)}


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
