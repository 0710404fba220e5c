"""An exercise is one file: prompt, points, hints, reference, given code, checks, wrong answers, other right answers.

The file is read as text and never imported: its parts become the cells of a notebook and the material of tests.
"""

import ast
import builtins
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockstep.program.names import bound_names, loaded_names

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_LOCKSTEP_NAMES = {
    "check",
    "given",
    "raises",
    "explore",
    "simulate",
    "inside",
    "you_drive",
    "replay",
    "work",
    "speedup",
    "timeline",
}


class AuthorError(Exception):
    """A mistake of an author, with the file and the line to mend."""

    def __init__(self, path: Path | str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")


@dataclass(frozen=True)
class Answer:
    """A complete answer to an exercise; a wrong one has the words that its refusal must contain."""

    name: str
    code: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exercise:
    """The parts of one exercise file, each as the text of a cell."""

    name: str
    path: Path
    title: str
    prompt: str
    points: int
    hints: tuple[str, ...]
    solution: str  # the reference, with the lines between the markers still in it
    checks: str  # the check cell with the hidden checks in nbgrader's markers
    wrong: tuple[Answer, ...]
    also_right: tuple[Answer, ...]
    manual: bool = False

    @property
    def starter(self) -> str:
        """The solution cell as learners get it, as nbgrader's ClearSolutions makes it."""
        kept: list[str] = []
        within = False
        for line in self.solution.split("\n"):
            if line.strip() == BEGIN:
                within = True
                indent = line[: len(line) - len(line.lstrip())]
                kept += [f"{indent}# YOUR CODE HERE", f"{indent}raise NotImplementedError()"]
            elif line.strip() == END:
                within = False
            elif not within:
                kept.append(line)
        return "\n".join(kept)

    @property
    def visible_checks(self) -> str:
        """The check cell as learners get it."""
        parts = self.checks.split("### BEGIN HIDDEN TESTS\n")
        return parts[0] + "".join(part.split("### END HIDDEN TESTS\n", 1)[1] for part in parts[1:])


def wrong(*words: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Marks a function whose body is a wrong answer; its refusal must contain all of `words`."""
    return lambda function: function


def also_right(function: Callable[[], None]) -> Callable[[], None]:
    """Marks a function whose body is another right answer."""
    return function


def hidden(one: Any) -> Any:
    """Marks a check that learners do not get; only such a check may take `reference`."""
    return one


@dataclass(frozen=True)
class _Part:
    """A top-level statement of the file with its text, the comments above it included."""

    node: ast.stmt
    text: str
    marks: tuple[str, ...]  # names of its decorators


def read_exercise(path: Path) -> Exercise:
    """The exercise in `path`. Raises AuthorError with file and line for every mistake of its author."""
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise AuthorError(path, error.lineno or 1, f"it does not parse: {error.msg}") from None
    docstring = ast.get_docstring(tree)
    if not docstring:
        raise AuthorError(path, 1, "it needs a docstring: a title in its first line, then the prompt")
    title, _, prompt = docstring.partition("\n")
    parts = list(_parts(text, tree))
    imports = [part for part in parts if isinstance(part.node, ast.Import | ast.ImportFrom)]
    settings = {name: part for part in parts for name in _setting(part)}
    rest = [part for part in parts if part not in imports and part not in settings.values()]
    given = [part for part in rest if "given" in part.marks]
    visible = [part for part in rest if "check" in part.marks and "hidden" not in part.marks]
    secret = [part for part in rest if "check" in part.marks and "hidden" in part.marks]
    wrongs = [part for part in rest if "wrong" in part.marks]
    rights = [part for part in rest if "also_right" in part.marks]
    marked = [*given, *visible, *secret, *wrongs, *rights]
    reference = [part for part in rest if part not in marked]
    _verify(path, settings, reference, visible, secret, wrongs, given)
    return Exercise(
        name=path.stem,
        path=path,
        title=title.strip(),
        prompt=prompt.strip(),
        points=_literal(settings["points"]),
        hints=tuple(_literal(settings["hints"])) if "hints" in settings else (),
        solution=_with_imports(imports, reference, "\n\n\n".join(part.text for part in reference)),
        checks=_check_cell(path.stem, imports, given, visible, secret),
        wrong=tuple(_answer(part, imports, path) for part in wrongs),
        also_right=tuple(_answer(part, imports, path) for part in rights),
    )


def _parts(text: str, tree: ast.Module) -> Iterator[_Part]:
    lines = text.split("\n")
    end = tree.body[0].end_lineno or 1  # of the docstring
    for node in tree.body[1:]:
        start, end = end, node.end_lineno or end
        end = _end_with_comments(lines, end)
        own = "\n".join(lines[start:end]).strip("\n")
        decorators = getattr(node, "decorator_list", [])
        yield _Part(node, own, tuple(_decorator_name(decorator) for decorator in decorators))


def _end_with_comments(lines: list[str], end: int) -> int:
    """Indented comments after a statement's last line belong to it, and so does the marker that ends a solution."""
    for number in range(end, len(lines)):
        line = lines[number]
        if line.strip() == END or (line.startswith((" ", "\t")) and line.lstrip().startswith("#")):
            end = number + 1
        elif line.strip():
            break
    return end


def _decorator_name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.id if isinstance(called, ast.Name) else ""


def _setting(part: _Part) -> list[str]:
    if isinstance(part.node, ast.Assign) and isinstance(part.node.targets[0], ast.Name):
        name = part.node.targets[0].id
        return [name] if name in ("points", "hints") else []
    return []


def _literal(part: _Part) -> Any:
    assert isinstance(part.node, ast.Assign)
    return ast.literal_eval(part.node.value)


def _verify(
    path: Path,
    settings: dict[str, _Part],
    reference: list[_Part],
    visible: list[_Part],
    secret: list[_Part],
    wrongs: list[_Part],
    given: list[_Part],
) -> None:
    if "points" not in settings:
        raise AuthorError(path, 1, "it needs points, such as `points = 4`")
    for name, part in settings.items():
        try:
            value = _literal(part)
        except ValueError:
            raise AuthorError(path, part.node.lineno, f"`{name}` must be written as a literal") from None
        if name == "points" and (not isinstance(value, int) or value < 1):
            raise AuthorError(path, part.node.lineno, "points must be a whole number of at least 1")
    if not any(BEGIN in part.text and END in part.text for part in reference):
        line = reference[0].node.lineno if reference else 1
        raise AuthorError(path, line, f"the reference needs its solution between {BEGIN} and {END}")
    if not visible:
        raise AuthorError(path, 1, "it needs at least one check that learners can see")
    if not wrongs:
        raise AuthorError(path, 1, "it needs at least one wrong answer that its checks must refuse")
    known = _LOCKSTEP_NAMES | {name for part in given for name in bound_names(part.node)} | set(dir(builtins))
    sentences: dict[str, int] = {}
    for part in [*visible, *secret]:
        _verify_check(path, part, known, sentences)
    names: set[str] = set()
    for part in wrongs:
        assert isinstance(part.node, ast.FunctionDef)
        if part.node.name in names:
            raise AuthorError(path, part.node.lineno, f"two wrong answers are called `{part.node.name}`")
        names.add(part.node.name)
        mark = next(d for d in part.node.decorator_list if _decorator_name(d) == "wrong")
        if not isinstance(mark, ast.Call) or not mark.args:
            raise AuthorError(path, part.node.lineno, "a wrong answer needs the words that its refusal must contain")


def _verify_check(path: Path, part: _Part, known: set[str], sentences: dict[str, int]) -> None:
    node = part.node
    if not isinstance(node, ast.FunctionDef):
        raise AuthorError(path, node.lineno, "a check is a function of `student`")
    mark = next(d for d in node.decorator_list if _decorator_name(d) == "check")
    sentence = _text(mark.args[0]) if isinstance(mark, ast.Call) and mark.args else None
    if not sentence:
        raise AuthorError(path, node.lineno, 'a check needs a sentence: @check("no increment is lost")')
    if sentence in sentences:
        raise AuthorError(path, node.lineno, f"two checks say the same (the other is in line {sentences[sentence]})")
    sentences[sentence] = node.lineno
    parameters = [argument.arg for argument in node.args.args]
    allowed = [["student"], ["student", "reference"]] if "hidden" in part.marks else [["student"]]
    if parameters not in allowed:
        what = "`student`, and `reference` where it is hidden" if "hidden" in part.marks else "`student` alone"
        raise AuthorError(path, node.lineno, f"it takes {', '.join(parameters) or 'nothing'}; it may take {what}")
    bound = {name for statement in node.body for name in _bound_within(statement)} | set(parameters)
    body = ast.Module(node.body, [])
    for name in sorted(loaded_names(body) - bound - known):
        line = next(n.lineno for n in ast.walk(body) if isinstance(n, ast.Name) and n.id == name)
        raise AuthorError(path, line, f"a check cannot use `{name}`: pass it as data, or make it @given")


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _bound_within(statement: ast.stmt) -> Iterator[str]:
    yield from bound_names(statement)
    for node in ast.walk(statement):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _with_imports(imports: list[_Part], parts: list[_Part], code: str) -> str:
    used = frozenset().union(*(loaded_names(part.node) for part in parts))
    lines = _import_lines(imports, used)
    return f"{lines}\n\n\n{code}" if lines else code


def _import_lines(imports: list[_Part], used: frozenset[str], also: str = "") -> str:
    """The imports that bind a used name; `also` is a package whose imports are wanted (others of ours are not)."""
    lines = []
    for part in imports:
        node = part.node
        assert isinstance(node, ast.Import | ast.ImportFrom)
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if module.split(".")[0] == "autograder" or (module == "lockstep") != (also == "lockstep"):
            continue
        names = [alias for alias in node.names if (alias.asname or alias.name.split(".")[0]) in used]
        if names and isinstance(node, ast.ImportFrom):
            lines.append(ast.unparse(ast.ImportFrom(node.module, names, node.level)))
        elif names:
            lines.append(ast.unparse(ast.Import(names)))
    return "\n".join(lines)


def _check_cell(name: str, imports: list[_Part], given: list[_Part], visible: list[_Part], secret: list[_Part]) -> str:
    parts = [*given, *visible, *secret]
    used = frozenset().union({"check"}, *(loaded_names(part.node) for part in parts))
    lines = [_import_lines(imports, used, "lockstep"), _import_lines(imports, used)]
    cell = "\n".join(line for line in lines if line)
    cell += "".join(f"\n\n\n{part.text}" for part in [*given, *visible])
    for part in secret:
        text = "\n".join(line for line in part.text.split("\n") if line.strip() != "@hidden")
        cell += f"\n### BEGIN HIDDEN TESTS\n\n{text}\n### END HIDDEN TESTS"
    return f'{cell}\n\n\ncheck.run("{name}")'


def _answer(part: _Part, imports: list[_Part], path: Path) -> Answer:
    node = part.node
    assert isinstance(node, ast.FunctionDef)
    source = path.read_text(encoding="utf-8").split("\n")
    first = node.body[0]
    start = min([first.lineno, *(d.lineno for d in getattr(first, "decorator_list", []))])
    code = textwrap.dedent("\n".join(source[start - 1 : node.end_lineno]))
    used = loaded_names(ast.Module(node.body, []))
    own = frozenset().union(*(bound_names(statement) for statement in node.body))
    lines = _import_lines(imports, used - own)
    words: tuple[str, ...] = ()
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _decorator_name(decorator) == "wrong":
            words = tuple(ast.literal_eval(argument) for argument in decorator.args)
    return Answer(node.name, f"{lines}\n\n\n{code}" if lines else code, words)
