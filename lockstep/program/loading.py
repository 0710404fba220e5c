"""Loads a learner's definitions as a module, one statement at a time, so that a bad one costs only itself."""

import ast
import linecache
import types
from typing import Any

from lockstep.program.children import prepare_spawned_child
from lockstep.program.definitions import Definitions, definitions
from lockstep.program.names import bound_names, computed_reason
from lockstep.program.source import ModuleSource


class _Unavailable:
    """Stands for a name that this process cannot have; any use of it raises NameError with the reason."""

    def __init__(self, reason: str) -> None:
        object.__setattr__(self, "_reason", reason)

    def _raise(self, *_arguments: Any, **_keywords: Any) -> Any:
        raise NameError(object.__getattribute__(self, "_reason"))

    __call__ = __iter__ = __len__ = __bool__ = __int__ = __float__ = __index__ = __getitem__ = __setitem__ = _raise
    __contains__ = __enter__ = __exit__ = __next__ = __getattr__ = __setattr__ = __eq__ = __ne__ = __lt__ = _raise
    __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _raise
    __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = _raise
    __matmul__ = __rmatmul__ = __and__ = __or__ = __xor__ = __hash__ = __str__ = __reduce__ = _raise

    def __repr__(self) -> str:
        return f"<{object.__getattribute__(self, '_reason')}>"


def load(source: ModuleSource, name: str, namespace: dict[str, Any] | None = None) -> types.ModuleType:
    """A new module `name` with the definitions of `source`; not yet in sys.modules.

    A definition that raises costs only itself: using its name raises NameError with the reason. So does a name that
    the notebook computes.
    """
    found = definitions(source)
    module = types.ModuleType(name)
    module.__dict__.update(namespace or {})
    execute(found, module.__dict__)
    return module


def execute(found: Definitions, namespace: dict[str, Any]) -> None:
    """Executes definitions in a module's namespace, under their own labels and line numbers."""
    for unavailable, where in found.computed.items():
        namespace[unavailable] = _Unavailable(computed_reason(unavailable, where))
    flags = 0
    for cell in found.cells:
        remember_source(cell.label, cell.source)
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                flags |= _future_flags(node)
            try:
                code = compile(ast.Module([node], []), cell.label, "exec", flags=flags, dont_inherit=True)
                exec(code, namespace)
            except (KeyboardInterrupt, MemoryError):
                raise
            except BaseException as error:
                told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
                for bound in bound_names(node):
                    namespace[bound] = _Unavailable(
                        f"`{bound}` could not be defined ({cell.label}, line {node.lineno}): {told}"
                    )


def remember_source(label: str, source: str) -> None:
    """Lets tracebacks show the lines of `source` for code whose file name is `label`."""
    linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)


def unavailable_reason(value: object) -> str | None:
    """Why a name of a loaded module cannot be used, or None if it can."""
    return repr(value)[1:-1] if type(value) is _Unavailable else None


def main_file_text(found: Definitions) -> str:
    """A Python file that defines what `found` holds, for the child processes of a notebook or a check."""
    cells = [(cell.label, cell.source) for cell in found.cells]
    return (
        '"""The definitions of a notebook, written by Lockstep for its child processes."""\n'
        "from lockstep.program.loading import define_main as _define_main\n"
        f"_define_main(globals(), {cells!r}, {found.computed!r})\n"
        "del _define_main\n"
    )


def define_main(namespace: dict[str, Any], cells: list[tuple[str, str]], computed: dict[str, str]) -> None:
    """What a file made by main_file_text calls when a child process imports it."""
    if namespace["__name__"] == "__mp_main__":
        prepare_spawned_child()
    execute(Definitions(ModuleSource.of_data(cells).cells, computed), namespace)


def _future_flags(node: ast.ImportFrom) -> int:
    import __future__

    return sum(getattr(__future__, alias.name).compiler_flag for alias in node.names)
