"""The journal of grading: one row a check, found again by what was judged, so that nothing is judged twice."""

import hashlib
import json
import platform
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

from autograder.grading.storage import CannotWrite, obstacle
from autograder.grading.work import NotGraded
from lockstep.checks.report import CheckResult
from lockstep.program.source import ModuleSource

_TABLE = """create table if not exists results (
    key text, number integer, exercise text, sentence text, passed integer, share real, seconds real, row text,
    checksum integer, primary key (key, number))"""
_COLUMNS = "number, sentence, passed, share, seconds, row, checksum"


@dataclass(frozen=True)
class StoredEvidence:
    """A check's evidence as it was shown."""

    words: str
    page: str

    def text(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return self.page


@dataclass(frozen=True)
class Row:
    """The result of one check and the share of its points that it earns, from 0 to 1."""

    result: CheckResult
    share: float


class Journal:
    """Rows in a SQLite file, which several processes may use at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, key: str) -> dict[int, Row]:
        """The rows of `key` by the number of their check, but for those that are not as they were written.

        Raises NotGraded if the file is damaged.
        """
        with self._open() as connection:
            found = connection.execute(f"select {_COLUMNS} from results where key = ?", (key,)).fetchall()
        rows = {}
        for number, *parts, row, checksum in found:
            if checksum == _checksum(key, number, *parts, row):
                sentence, passed, share, seconds = parts
                rows[number] = Row(_result(sentence, bool(passed), seconds, json.loads(row)), share)
        return rows

    def record(self, key: str, number: int, exercise: str, row: Row) -> None:
        """Writes one row; an earlier one of the same key and number is replaced."""
        one = row.result
        told = (one.sentence, int(one.passed), float(row.share), float(one.seconds), json.dumps(_rest(one)))
        values = (key, number, exercise, *told, _checksum(key, number, *told))
        with self._open() as connection:
            connection.execute("insert or replace into results values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def set_aside_if_damaged(self) -> Path | None:
        """Where a damaged file has been put, so that a new one can take its place; None if it is sound or not there.

        Only for who knows that nobody else uses it. Raises CannotWrite.
        """
        try:
            with self._open() as connection:
                connection.execute(f"select {_COLUMNS} from results limit 1")
                sound = connection.execute("pragma quick_check").fetchall() == [("ok",)]
        except CannotWrite:
            raise
        except NotGraded:
            sound = False
        if sound:
            return None
        aside = next(path for number in count(1) if not (path := self.path.with_suffix(f".damaged-{number}")).exists())
        return self.path.rename(aside)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=60)) as connection, connection:
                connection.execute(_TABLE)
                yield connection
        except sqlite3.Error as error:
            if what := obstacle(error):
                raise CannotWrite(f"the journal {self.path} cannot be written: {what}") from error
            raise NotGraded(
                f"the journal {self.path} cannot be used ({error}); it may be deleted: it saves time"
            ) from error


def journal_key(program: ModuleSource, text: str, reference: ModuleSource, tier: str, patience: float) -> str:
    """The hash of everything that a verdict depends on."""
    parts = [program.to_data(), text, reference.to_data(), tier, patience, versions()]
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


@cache
def versions() -> list[str]:
    """The versions of Python, NumPy and of our own code, which is hashed: its version number changes too seldom."""
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parents[2]
    folders = ("lockstep", "autograder/grading", "autograder/sandbox")
    ours = [path for folder in folders for path in root.joinpath(folder).rglob("*.py")]
    for path in sorted(ours):
        digest.update(path.read_bytes())
    return [platform.python_version(), version("numpy"), digest.hexdigest()]


def _checksum(*parts: object) -> int:
    """By it a row is known that has changed on a disk. It keeps nobody from writing one: nobody else may write there."""
    return zlib.crc32(json.dumps(parts).encode())


def row_to_data(row: Row) -> dict[str, Any]:
    """A row as JSON can hold it."""
    one = row.result
    told = {"sentence": one.sentence, "passed": one.passed, "seconds": one.seconds, "share": row.share}
    return told | {"rest": _rest(one)}


def row_of_data(data: Any) -> Row:
    """The row in such data from another machine. Raises ValueError, KeyError or TypeError for anything else."""
    rest = data["rest"]
    evidence = rest.get("evidence", ["", None])
    texts = [data["sentence"], rest["explanation"], rest["detail"], rest["output"], *rest["calls"]]
    if not all(isinstance(text, str) for text in texts) or not all(
        isinstance(verdict, bool) for verdict in (data["passed"], rest["not_begun"])
    ):
        raise ValueError("a text or a verdict of a row is none")
    words, page = evidence
    if not isinstance(words, str) or not isinstance(page, str | None):
        raise ValueError("the evidence of a row is none")
    share, seconds = float(data["share"]), float(data["seconds"])
    if not 0.0 <= share <= 1.0 or not 0.0 <= seconds < 1e6 or (share == 1.0) != data["passed"]:
        raise ValueError("the share or the seconds of a row cannot be")
    return Row(_result(data["sentence"], data["passed"], seconds, rest), share)


def _rest(one: CheckResult) -> dict[str, Any]:
    rest: dict[str, Any] = {
        "explanation": one.explanation,
        "detail": one.detail,
        "calls": list(one.calls),
        "output": one.output,
        "not_begun": one.not_begun,
    }
    if one.evidence is not None:
        page = getattr(one.evidence, "_repr_html_", None)
        rest["evidence"] = [one.evidence.text(), page() if page is not None else None]
    return rest


def _result(sentence: str, passed: bool, seconds: float, rest: dict[str, Any]) -> CheckResult:
    evidence = None
    if "evidence" in rest:
        words, page = rest["evidence"]
        evidence = StoredEvidence(words, page) if page is not None else _Words(words)
    return CheckResult(
        sentence,
        passed,
        seconds,
        rest["explanation"],
        rest["detail"],
        tuple(rest["calls"]),
        rest["output"],
        evidence,
        not_begun=rest["not_begun"],
    )


@dataclass(frozen=True)
class _Words:
    words: str

    def text(self) -> str:
        return self.words
