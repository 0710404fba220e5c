"""Exceptions that ended a learner's processes: found in what was printed, and told in few lines."""

import re
from dataclasses import dataclass

from lockstep.words import LIBRARY, own_lines

_TRACEBACK = "Traceback (most recent call last):"
_CHAINED = ("The above exception was the direct cause", "During handling of the above exception")
_HEAD = re.compile(r"^(?:Process (?P<process>.+)|Exception in thread (?P<thread>.+?)(?: \(.*\))?):$")
_TRACKER = re.compile(
    r"[/\\]multiprocessing[/\\]resource_tracker\.py:\d+: UserWarning: "
)  # what is left is told by itself
_NOTE = "when serializing "  # pickle's, since 3.14, below the exception
_MOST = 3
_LONGEST = 1_000  # characters of a line that is read: a program can print what is meant to take long
_TOGETHER = 100  # processes that print at once
_AND = " and "

_INSIDE = re.compile(
    r"(?:Can't|cannot) (?:pickle|get) local object '?(?:<(?:function|class) )?'?(?P<name>[\w.<>]+?)'?(?: at 0x\w+)?>?'?$"
)
_NESTED = re.compile(r"Can't pickle <(?:function|class) '?\S*?(?P<name>\w+\.<locals>\.\w+)'?(?: at 0x\w+)?>")
_LAMBDA = re.compile(r"Can't pickle <function (?:\S*\.)?<lambda>")
_NO_DATA = re.compile(r"cannot pickle '(?P<kind>[\w.]+)' object")


@dataclass(frozen=True)
class Crash:
    """`name` ended by an exception: `last` is its last line, `text` the traceback without the library's frames.

    `name` may be several, where it cannot be told which of them ended by which of the exceptions in `last`.
    """

    name: str
    last: str
    text: str

    @property
    def told(self) -> str:
        ended = "were ended by exceptions" if _AND in self.name else "was ended by an exception"
        return f"{self.name} {ended}: {unpicklable(self.last) or self.last[:300]}"


def parted(output: str) -> tuple[str, list[Crash]]:
    """What a program printed, without the tracebacks of its processes and threads, and those (at most three)."""
    lines = output.split("\n")
    printed: list[str] = []
    crashes: list[Crash] = []
    position = 0
    while position < len(lines):
        if _TRACKER.search(lines[position]):
            position += 1 + (lines[position + 1 : position + 2] == ["  warnings.warn("])
            continue
        if tangled := _tangled(lines, position):
            found, position = tangled
            crashes.extend(found[: _MOST - len(crashes)])
            continue
        head = _head(lines[position])
        begin = position + 1 if head else position
        end = _end(lines, begin)
        name = (head["process"] or head["thread"]) if head else "a queue's thread"
        if end is None or not (head or LIBRARY.search(lines[begin + 1])):
            printed.append(lines[position])
            position += 1
            continue
        if len(crashes) < _MOST:
            told = [line for line in lines[begin:end] if not line.startswith(_NOTE)]
            crashes.append(Crash(name[:80], told[-1][:_LONGEST], own_lines("\n".join(told))))
        position = end
    return "\n".join(printed), crashes


def _tangled(lines: list[str], begin: int) -> tuple[list[Crash], int] | None:
    """Of processes that print their tracebacks at once, a line of this and a line of that: who they are, and where it ends."""
    names: list[str] = []
    lasts: list[str] = []
    end, at_once = begin, False
    while end < len(lines):
        line = lines[end]
        if head := _head(line):
            if len(names) == len(lasts) and names:
                break  # the next, after all of these
            if len(names) > _TOGETHER:
                return None
            at_once = at_once or bool(names)
            names.append((head["process"] or head["thread"])[:80])
        elif len(lasts) == len(names):
            break
        elif line and line != _TRACEBACK and not line.startswith((" ", *_CHAINED)):
            lasts.append(line[:_LONGEST])
        end += 1
    if not at_once or len(lasts) < len(names):
        return None
    text = own_lines("\n".join(dict.fromkeys(line for line in lines[begin:end] if not _HEAD.match(line))))
    if len(set(lasts)) == 1:
        return [Crash(name, lasts[0], text) for name in names], end
    return [Crash(_AND.join(names), "; ".join(dict.fromkeys(lasts)), text)], end


def unpicklable(message: str) -> str:
    """What to do where pickle refused a function, a class or an object; "" for any other message."""
    if _LAMBDA.search(message) or (_INSIDE.search(message) and "<lambda>" in message):
        return "a lambda cannot go to another process: write it as a function, with `def`, at the top level of a cell"
    if found := _INSIDE.search(message) or _NESTED.search(message):
        outer, name = (found["name"].replace(".<locals>", "").split(".") * 2)[-2:]
        return (
            f"a function inside a function (`{name}` in `{outer}`) cannot go to another process: "
            "write it at the top level of a cell"
        )
    if found := _NO_DATA.search(message):
        return f"a `{found['kind']}` cannot go to another process: give the process data that it can make its own from"
    return ""


def _head(line: str) -> re.Match[str] | None:
    """Who ended, where a line says that somebody did."""
    return _HEAD.match(line) if len(line) <= _LONGEST else None


def _end(lines: list[str], begin: int) -> int | None:
    """Where the traceback that begins at `begin` ends, with those it is chained to; None where there is none."""
    found = None
    while begin < len(lines) - 1 and lines[begin] == _TRACEBACK:
        end = begin + 1
        while end < len(lines) and (lines[end].startswith(" ") or not lines[end]):
            end += 1
        end = min(end + 1, len(lines))
        while end < len(lines) and lines[end].startswith(_NOTE):
            end += 1
        found = end
        following = next((i for i in range(end, len(lines)) if lines[i]), None)
        if following is None or not lines[following].startswith(_CHAINED):
            break
        begin = next((i for i in range(following + 1, len(lines)) if lines[i]), len(lines))
    return found
