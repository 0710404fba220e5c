"""The rules of an exercise file: each a function that yields the lines that break it, with words for the author."""

import ast
import builtins
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from autograder.authoring.parts import BEGIN, END, AuthorError, Part, Parts
from lockstep.program.names import bound_names, loaded_names

Mistakes = Iterator[tuple[int, str]]
UNFILLED = re.compile(r"FILL[ _]IN|\bfill_in_")  # what a skeleton leaves to its author


def require_rules(parts: Parts, rules: Iterable[Callable[[Parts], Mistakes]] = ()) -> None:
    """Raises AuthorError with every line that breaks a rule, one of an exercise's unless others are named."""
    mistakes = sorted(mistake for rule in rules or RULES for mistake in rule(parts))
    if mistakes:
        first, *others = mistakes
        raise AuthorError(parts.path, *first, *others)


def a_docstring_is_the_prompt(parts: Parts) -> Mistakes:
    if not parts.docstring:
        yield 1, "it needs a docstring: a title in its first line, then the prompt"


def nothing_is_left_to_fill_in(parts: Parts) -> Mistakes:
    for number, line in enumerate(parts.text.split("\n"), 1):
        if UNFILLED.search(line):
            yield number, f"this is still to be written: {line.strip()}"


def settings_are_literals(parts: Parts) -> Mistakes:
    for name, part in parts.settings.items():
        if not _is_literal(parts, name):
            yield part.line, f"`{name}` must be written as a literal"


def points_are_a_whole_number(parts: Parts) -> Mistakes:
    if "points" not in parts.settings:
        yield 1, "it needs points, such as `points = 4`"
    elif _is_literal(parts, "points"):
        points = parts.setting("points")
        if not isinstance(points, int) or points < 1:
            yield parts.settings["points"].line, "points must be a whole number of at least 1"


def equivalent_mutants_have_reasons(parts: Parts) -> Mistakes:
    if "equivalent_mutants" in parts.settings and _is_literal(parts, "equivalent_mutants"):
        explained = parts.setting("equivalent_mutants")
        texts = [*explained.keys(), *explained.values()] if isinstance(explained, dict) else [None]
        if not all(isinstance(text, str) and text.strip() for text in texts):
            line = parts.settings["equivalent_mutants"].line
            yield line, "`equivalent_mutants` is a dict from the change, as `mutate` prints it, to the reason"


def the_solution_stands_between_markers(parts: Parts) -> Mistakes:
    if not any(BEGIN in part.text and END in part.text for part in parts.reference):
        line = parts.reference[0].line if parts.reference else 1
        yield line, f"the reference needs its solution between {BEGIN} and {END}"


def what_is_to_be_solved_is_inside_of_functions(parts: Parts) -> Mistakes:
    for number, line in enumerate(parts.text.split("\n"), 1):
        if line.rstrip() == BEGIN:
            yield number, "outside of a function the starter would end a page that runs all its cells: indent it"


def learners_see_a_check(parts: Parts) -> Mistakes:
    if not parts.visible:
        yield 1, "it needs at least one check that learners can see"


def a_wrong_answer_is_named(parts: Parts) -> Mistakes:
    if not parts.wrong:
        yield 1, "it needs at least one wrong answer that its checks must refuse"


def wrong_answers_have_names_of_their_own(parts: Parts) -> Mistakes:
    for name, lines in _places(parts.wrong, lambda part: getattr(part.node, "name", "")).items():
        for line in lines[1:]:
            yield line, f"two wrong answers are called `{name}`"


def wrong_answers_have_words(parts: Parts) -> Mistakes:
    for part in parts.wrong:
        mark = part.mark("wrong")
        if not isinstance(mark, ast.Call) or not mark.args:
            yield part.line, "a wrong answer needs the words that its refusal must contain"
        elif len(part.words("wrong")) < len(mark.args):
            yield part.line, "the words of a refusal must be written as text"


def wrong_answers_replace_what_is_there(parts: Parts) -> Mistakes:
    for part in parts.wrong:
        try:
            texts = part.replaced
        except ValueError:
            yield part.line, "`replaced` is a dict from a text of the reference to another"
            continue
        changed = reference = parts.reference_text()
        for text, other in texts.items():
            if (times := reference.count(text)) != 1:
                yield part.line, f"the reference has {text!r} {times} times; it can be replaced where it stands once"
            changed = changed.replace(text, other)
        try:
            ast.parse(changed)
        except SyntaxError as error:
            yield part.line, f"the reference does not parse with what is replaced: {error.msg}"


def marked_parts_are_functions(parts: Parts) -> Mistakes:
    for part in parts.checks:
        if not isinstance(part.node, ast.FunctionDef):
            yield part.line, "a check is a function of `student`"
    for part in [*parts.wrong, *parts.also_right]:
        if not isinstance(part.node, ast.FunctionDef):
            yield part.line, "an answer is the body of a function"


def a_check_has_a_sentence_of_its_own(parts: Parts) -> Mistakes:
    for part in parts.checks:
        if not _sentence(part):
            yield part.line, 'a check needs a sentence: @check("no increment is lost")'
    for sentence, lines in _places(parts.checks, _sentence).items():
        for line in lines[1:]:
            if sentence:
                yield line, f"two checks say the same (the other is in line {lines[0]})"


def a_check_takes_the_student(parts: Parts) -> Mistakes:
    for part in parts.checks:
        taken, hidden = _parameters(part), part in parts.hidden
        if taken != ["student"] and not (hidden and taken == ["student", "reference"]):
            what = "`student`, and `reference` where it is hidden" if hidden else "`student` alone"
            yield part.line, f"it takes {', '.join(taken) or 'nothing'}; it may take {what}"


def a_check_is_self_contained(parts: Parts) -> Mistakes:
    known = {name for part in parts.given for name in bound_names(part.node)} | set(dir(builtins)) | _instruments(parts)
    for part in parts.checks:
        if isinstance(part.node, ast.FunctionDef):
            body = ast.Module(part.node.body, [])
            bound = {name for statement in part.node.body for name in _bound_within(statement)} | {*_parameters(part)}
            for name in sorted(loaded_names(body) - bound - known):
                line = next(one.lineno for one in ast.walk(body) if isinstance(one, ast.Name) and one.id == name)
                yield line, f"a check cannot use `{name}`: pass it as data, or make it @given"


RULES: tuple[Callable[[Parts], Mistakes], ...] = (
    a_docstring_is_the_prompt,
    nothing_is_left_to_fill_in,
    settings_are_literals,
    points_are_a_whole_number,
    equivalent_mutants_have_reasons,
    the_solution_stands_between_markers,
    what_is_to_be_solved_is_inside_of_functions,
    learners_see_a_check,
    a_wrong_answer_is_named,
    wrong_answers_have_names_of_their_own,
    wrong_answers_have_words,
    wrong_answers_replace_what_is_there,
    marked_parts_are_functions,
    a_check_has_a_sentence_of_its_own,
    a_check_takes_the_student,
    a_check_is_self_contained,
)


def _is_literal(parts: Parts, name: str) -> bool:
    try:
        parts.setting(name)
    except ValueError:
        return False
    return True


def _places(parts: Iterable[Part], named: Callable[[Part], str]) -> dict[str, list[int]]:
    """The lines of the parts by their name."""
    places = defaultdict(list)
    for part in parts:
        places[named(part)].append(part.line)
    return places


def _sentence(part: Part) -> str:
    return "".join(part.words("check")[:1])


def _parameters(part: Part) -> list[str]:
    return [argument.arg for argument in part.node.args.args] if isinstance(part.node, ast.FunctionDef) else ["student"]


def _instruments(parts: Parts) -> set[str]:
    """The names that the file imports from lockstep."""
    nodes = [part.node for part in parts.imports]
    ours = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "lockstep"]
    return {name for node in ours for name in bound_names(node)}


def _bound_within(statement: ast.stmt) -> Iterator[str]:
    yield from bound_names(statement)
    for node in ast.walk(statement):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
