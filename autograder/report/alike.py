"""Submissions that look alike: winnowed fingerprints (Schleimer, Wilkerson, Aiken, SIGMOD 2003) that few others have."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from copydetect import CodeFingerprint, compare_files

_PASSAGE = 25  # characters, names being one each, of the shortest passage that is compared
_WINDOW = 8  # a common passage of _PASSAGE + _WINDOW - 1 characters is always found
_LEAST = 6  # fingerprints that two must have in common to be named
_SHARE = 0.6  # of the shorter one's own fingerprints
_COMMON = 4  # a passage that more programs have, and more than a tenth of the class, is common knowledge
_LONGEST = 60_000  # characters of a program that are compared
_MOST = 20  # pairs that are told


@dataclass(frozen=True)
class Passage:
    """A piece of a program; `alike` where the other program has it too."""

    text: str
    alike: bool


@dataclass(frozen=True)
class Pair:
    """Two students, how many passages both have, the share (0 to 1) that these are of the shorter program's, and both."""

    students: tuple[str, str]
    passages: int
    share: float
    programs: tuple[tuple[Passage, ...], tuple[Passage, ...]]


def alike(programs: Mapping[str, str], known: Iterable[str]) -> list[Pair]:
    """The pairs among the programs, by student, that have much alike, the most alike first.

    Names of variables, layout and comments make no difference. What is in one of the `known` texts, and what many have
    written, is left out before anything is compared; a program of which little remains is like no other.
    """
    prints = {student: _fingerprint(text) for student, text in programs.items()}
    left_out = {one for text in known for one in _fingerprint(text).hashes}
    counted = Counter(one for found in prints.values() for one in set(found.hashes))
    most = max(_COMMON, len(programs) // 10)
    left_out |= {one for one, times in counted.items() if times > most}
    for found in prints.values():
        found.hashes = set(found.hashes) - left_out
        found.hash_idx = {one: places for one, places in found.hash_idx.items() if one in found.hashes}
    pairs = [pair for first, second in combinations(sorted(prints), 2) if (pair := _pair(first, second, prints))]
    return sorted(pairs, key=lambda pair: (-pair.passages, -pair.share))[:_MOST]


def _fingerprint(text: str) -> CodeFingerprint:
    return CodeFingerprint("program.py", _PASSAGE, _WINDOW, language="python", fp=io.StringIO(text[:_LONGEST]))


def _pair(first: str, second: str, prints: Mapping[str, CodeFingerprint]) -> Pair | None:
    one, other = prints[first], prints[second]
    common = one.hashes & other.hashes
    smaller = min(len(one.hashes), len(other.hashes))
    if len(common) < _LEAST or len(common) < _SHARE * smaller:
        return None
    _, _, (slices, other_slices) = compare_files(one, other)
    marked = tuple(_passages(one.raw_code, slices)), tuple(_passages(other.raw_code, other_slices))
    return Pair((first, second), len(common), len(common) / smaller, marked)


def _passages(text: str, slices: "list[list[int]]") -> Iterator[Passage]:
    """The text in pieces, by the beginnings and the ends of what the other has too."""
    position = 0
    for begin, end in zip(*slices, strict=True):
        begin, end = max(position, int(begin)), min(len(text), int(end))
        if begin < end:
            yield Passage(text[position:begin], False)
            yield Passage(text[begin:end], True)
            position = end
    yield Passage(text[position:], False)
