"""An exercise file taken apart: its top-level statements with their text, sorted by what they are."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
SETTINGS = ("points", "hints", "equivalent_mutants", "play", "fewest")


class AuthorError(Exception):
    """Mistakes of an author, a line each, with the file and the line to mend."""

    def __init__(self, path: Path | str, line: int, message: str, *others: tuple[int, str]) -> None:
        super().__init__("\n".join(f"{path}:{number}: {words}" for number, words in ((line, message), *others)))


@dataclass(frozen=True)
class Part:
    """A top-level statement with its text, the comments that belong to it included."""

    node: ast.stmt
    text: str

    @property
    def line(self) -> int:
        return self.node.lineno

    def mark(self, name: str) -> ast.expr | None:
        """Its decorator of this name, called or not."""
        decorators = getattr(self.node, "decorator_list", [])
        return next((one for one in decorators if _called(one) == name), None)

    def words(self, name: str) -> tuple[str, ...]:
        """The texts that its decorator of this name is called with."""
        mark = self.mark(name)
        arguments = mark.args if isinstance(mark, ast.Call) else []
        return tuple(one.value for one in arguments if isinstance(one, ast.Constant) and isinstance(one.value, str))

    @property
    def replaced(self) -> dict[str, str]:
        """What a wrong answer replaces in the text of the reference. Raises ValueError if it is no dict of texts."""
        mark = self.mark("wrong")
        keywords = mark.keywords if isinstance(mark, ast.Call) else []
        found: Any = next((ast.literal_eval(one.value) for one in keywords if one.arg == "replaced"), {})
        if not isinstance(found, dict) or not all(isinstance(text, str) for pair in found.items() for text in pair):
            raise ValueError("no dict of texts")
        return found


@dataclass(frozen=True)
class Parts:
    """An exercise file: `settings` are the assignments to the names of SETTINGS, `reference` is what has no mark."""

    path: Path
    text: str
    docstring: str
    imports: tuple[Part, ...]
    settings: dict[str, Part]
    given: tuple[Part, ...]
    visible: tuple[Part, ...]
    hidden: tuple[Part, ...]
    wrong: tuple[Part, ...]
    also_right: tuple[Part, ...]
    mistake: tuple[Part, ...]
    reference: tuple[Part, ...]

    @property
    def checks(self) -> tuple[Part, ...]:
        return self.visible + self.hidden

    def reference_text(self, among: Iterable[Part] | None = None) -> str:
        """The reference, or these parts of it, without the markers of its solution."""
        texts = (part.text.split("\n") for part in (self.reference if among is None else among))
        return "\n\n\n".join("\n".join(line for line in text if line.strip() not in (BEGIN, END)) for text in texts)

    def setting(self, name: str, default: Any = None) -> Any:
        """The value of a setting. Raises ValueError if it is not written as a literal."""
        if name not in self.settings:
            return default
        node = self.settings[name].node
        assert isinstance(node, ast.Assign)
        return ast.literal_eval(node.value)


def read_parts(path: Path) -> Parts:
    """The parts of the file. Raises AuthorError if it does not parse."""
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise AuthorError(path, error.lineno or 1, f"it does not parse: {error.msg}") from None
    parts = list(_parts(text, tree))
    imports = [part for part in parts if isinstance(part.node, ast.Import | ast.ImportFrom)]
    settings = {name: part for part in parts if (name := _assigned(part)) in SETTINGS}
    rest = _without(parts, [*imports, *settings.values()])
    given, checks, wrong, also_right, mistake = (
        [part for part in rest if part.mark(name)] for name in ("given", "check", "wrong", "also_right", "mistake")
    )
    hidden = [part for part in checks if part.mark("hidden")]
    return Parts(
        path=path,
        text=text,
        docstring=ast.get_docstring(tree) or "",
        imports=tuple(imports),
        settings=settings,
        given=tuple(given),
        visible=_without(checks, hidden),
        hidden=tuple(hidden),
        wrong=tuple(wrong),
        also_right=tuple(also_right),
        mistake=tuple(mistake),
        reference=_without(rest, [*given, *checks, *wrong, *also_right, *mistake]),
    )


def _without(parts: Iterable[Part], others: Iterable[Part]) -> tuple[Part, ...]:
    nodes = [part.node for part in others]
    return tuple(part for part in parts if part.node not in nodes)


def _parts(text: str, tree: ast.Module) -> Iterator[Part]:
    lines = text.split("\n")
    body = tree.body[1:] if ast.get_docstring(tree) else tree.body
    end = tree.body[0].end_lineno or 1 if body is not tree.body else 0
    for node in body:
        start, end = end, _end_with_comments(lines, node.end_lineno or 1)
        yield Part(node, "\n".join(lines[start:end]).strip("\n"))


def _end_with_comments(lines: list[str], end: int) -> int:
    """Indented comments after a statement's last line belong to it, and so does the marker that ends a solution."""
    for number in range(end, len(lines)):
        line = lines[number]
        if line.strip() == END or (line.startswith((" ", "\t")) and line.lstrip().startswith("#")):
            end = number + 1
        elif line.strip():
            break
    return end


def _called(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.id if isinstance(called, ast.Name) else ""


def _assigned(part: Part) -> str:
    match part.node:
        case ast.Assign([ast.Name(name)]):
            return name
    return ""
