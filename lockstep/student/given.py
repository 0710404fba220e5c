"""`@given`: an instructor's code that runs beside the learner's, shown to learners and holding no answers."""

import ast
import dis
import functools
import inspect
import linecache
import sys
import textwrap
import types
from collections.abc import Callable, Collection, Iterator
from contextvars import ContextVar
from typing import Any

from lockstep.program.source import Cell, ModuleSource
from lockstep.student.data import DataError, Reference, encode

# The `student` of the check that runs now: in it, what is called is called on the learner's side.
current_student: ContextVar[Any] = ContextVar("student", default=None)


# Each has a frame of its own before 3.12.
_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})


class GivenFunction:
    """A given function. Calling it in a check makes a call that the learner's side will carry out, elsewhere calls it."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.name = function.__name__
        self.text = _without_decorators(textwrap.dedent(_source_text(function)))
        self.imports = "\n".join(_imports(function))

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if current_student.get() is None:
            return self.function(*arguments, **keywords)
        return Reference("given", self.name, arguments)

    @property
    def reference(self) -> Reference:
        return Reference("given", self.name)

    def __reduce__(self) -> Any:
        return self.name  # child processes of a notebook have it as a plain function

    def __repr__(self) -> str:
        return f"<the given `{self.name}`>"


class _Task(GivenFunction):
    """`given.exit_with`: calling it at the top level of a cell, too, makes a call that somebody else will carry out."""

    def __init__(self, given_function: GivenFunction) -> None:
        self.__dict__.update(given_function.__dict__)
        self._known = given_function

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if current_student.get() is None and _in_cell(sys._getframe(1)):
            return functools.partial(self._known, *arguments, **keywords)
        return super().__call__(*arguments, **keywords)

    def __reduce__(self) -> Any:
        return functools.partial, (self._known,)


def _in_cell(frame: types.FrameType) -> bool:
    """Is the frame that of a module or a cell, or of a comprehension in one?"""
    while frame.f_code.co_name in _COMPREHENSIONS and frame.f_back is not None:
        frame = frame.f_back
    code = frame.f_code
    return code.co_name.startswith("<") and not code.co_flags & inspect.CO_OPTIMIZED


class Given:
    """The decorator `@given`, and the given functions by name: `given.exit_with(3)`."""

    def __init__(self) -> None:
        self._functions: dict[str, GivenFunction] = {}  # by name, for checks that run later
        self._registered: dict[str, GivenFunction] = {}  # since the cell began

    def __call__(self, function: Callable[..., Any]) -> GivenFunction:
        """Registers a function or class of the check cell; its source is what crosses."""
        made = GivenFunction(function)
        self._functions[made.name] = self._registered[made.name] = made
        return made

    def __getattr__(self, name: str) -> GivenFunction:
        if name.startswith("__") or name not in self._functions:
            known = ", ".join(sorted(self._functions)) or "none"
            raise AttributeError(f"nothing given is called `{name}`; given are: {known}")
        return _Task(self._functions[name])

    def source(self) -> ModuleSource:
        """The given functions of the cell as a module to run beside the learner's."""
        return _source(self._registered.values())

    def every_source(self) -> ModuleSource:
        """Those of all cells so far, by their names."""
        return _source(self._functions.values())

    def clear(self) -> None:
        """Forgets what was registered, as at the beginning of a cell."""
        self._registered.clear()


given = Given()


def _source(functions: Collection[GivenFunction]) -> ModuleSource:
    imports = sorted({line for function in functions for line in function.imports.splitlines()})
    cells = [Cell("given", "\n".join([*imports, *(function.text for function in functions)]))]
    return ModuleSource(tuple(cells)) if functions else ModuleSource()


def _source_text(definition: Callable[..., Any]) -> str:
    """The text of a function or a class; that of a class by its functions, for its module may have no file."""
    for part in vars(definition).values() if isinstance(definition, type) else ():
        function = getattr(part, "__func__", getattr(part, "fget", part))
        if isinstance(function, types.FunctionType):
            lines = linecache.getlines(function.__code__.co_filename)
            at = function.__code__.co_firstlineno
            for node in ast.walk(ast.parse("".join(lines))):
                if not isinstance(node, ast.ClassDef) or node.name != definition.__name__:
                    continue
                if node.lineno <= at <= (node.end_lineno or 0):
                    return "".join(lines[node.lineno - 1 : node.end_lineno])
    return inspect.getsource(definition)


def _without_decorators(text: str) -> str:
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return "\n".join(text.splitlines()[node.lineno - 1 :])


def _imports(function: Callable[..., Any]) -> Iterator[str]:
    """The imports and constants that make the function's free names mean what they mean in its cell."""
    if isinstance(function, type):
        parts: list[Any] = [value for value in vars(function).values() if isinstance(value, types.FunctionType)]
    else:
        parts = [function]
    for base in function.__bases__ if isinstance(function, type) else ():
        if base is not object and (line := _definition(base.__name__, base)):
            yield line
    for part in parts:
        for name in sorted(_free_names(part.__code__)):
            # A class in the function reads the `__name__` of the module where it runs.
            if name in part.__globals__ and not name.startswith("__"):
                line = _definition(name, part.__globals__[name])
                if line:
                    yield line


def _free_names(code: types.CodeType) -> set[str]:
    """The global names that it reads; a code's `co_names` holds its attributes, too."""
    read = {one.argval for one in dis.get_instructions(code) if one.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    nested = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return read.union(*(_free_names(inner) for inner in nested))


def _definition(name: str, value: Any) -> str:
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__} as {name}" if "." in value.__name__ else _plain_import(value.__name__, name)
    if isinstance(value, GivenFunction):
        return ""
    home = getattr(value, "__module__", None)
    called = getattr(value, "__qualname__", None)
    if isinstance(value, types.MethodType):  # multiprocessing's functions are methods of its default context
        home, called = "multiprocessing", value.__name__
    if home and called and "." not in called and home not in ("__main__", "builtins") and not isinstance(value, Given):
        return f"from {home} import {called}" + ("" if called == name else f" as {name}")
    try:
        encode(value)
    except DataError:
        return ""  # a name of the learner's module, which the given code sees there
    return f"{name} = {value!r}"


def _plain_import(module: str, name: str) -> str:
    return f"import {module}" if module == name else f"import {module} as {name}"
