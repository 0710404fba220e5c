"""Judges on the workers of a Dask cluster: checks and submissions go there as data, results come back as rows of the journal.

https://distributed.dask.org: it moves the work, and gives that of a worker that is gone to another.
"""

import json
import tempfile
import threading
from asyncio import CancelledError
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from distributed import Client, KilledWorker

from autograder.grading.grader import Grader, key_of, open_sandbox
from autograder.grading.jobs import Jobs
from autograder.grading.journal import Journal, Row, row_of_data, row_to_data, versions
from autograder.grading.work import GradeCell, NotGraded, Settings, Work
from autograder.sandbox.launching import DESCRIPTIONS
from lockstep.program.source import ModuleSource
from lockstep.words import counted, one_line

_LARGEST = 32 * 2**20  # bytes of a result
_ONE = threading.Lock()  # a worker judges one at a time, however many threads it has: checks are of the process


class ClusterJudges:
    """The workers of a scheduler; the journal stays here, and holds nothing of theirs but rows that it could have made."""

    def __init__(self, address: str, settings: Settings) -> None:
        """Raises NotGraded where no scheduler answers, where it has no workers, or where they differ from each other."""
        try:
            if not address:
                raise ValueError("the address is empty")
            self._client = _connected(address)
        except (OSError, ValueError) as error:
            raise NotGraded(f"no Dask scheduler answers at {address}: {error}") from error
        try:
            self.tier = _common_tier(self._asked(settings))
        except BaseException:
            self._close()
            raise
        self.jobs = Jobs(2 * len(self._client.nthreads()))  # the next one lies ready when one is done
        self.settings = replace(settings, tier=self.tier)
        self._journal = Journal(settings.journal)

    def describe(self) -> str:
        workers = len(self._client.nthreads())
        return f"{counted(workers, 'worker')} of a cluster. {DESCRIPTIONS[self.tier]}"

    def _asked(self, settings: Settings) -> dict[str, str]:
        try:
            return dict(self._client.run(tier_here, settings.unsandboxed))
        except Exception as error:  # a worker that ends meanwhile
            raise _gone(error) from error

    def judge(self, work: Work, number: int) -> Future[None]:
        found: Future[None] = Future()
        try:
            asked = self._client.submit(judge_here, _order(work, number, self.settings), pure=False)
            asked.add_done_callback(lambda answer: self._take(answer, work, number, found))
        except Exception as error:
            found.set_exception(_gone(error))
        return found

    def _take(self, answer: Any, work: Work, number: int, found: Future[None]) -> None:
        try:
            row = _row(answer.result())
            self._journal.record(key_of(work, self.tier, self.settings.patience), number, work.cell.grade_id, row)
            found.set_result(None)
        except NotGraded as error:
            found.set_exception(error)
        except KilledWorker:
            found.set_exception(BrokenExecutor("workers of the cluster were killed over it"))
        except BaseException as error:  # whatever became of the connection, or somebody waits for ever
            found.set_exception(_gone(error))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        with suppress(TimeoutError):  # of a scheduler that does not answer any more
            self._client.close(timeout=5)


class _Client(Client):
    """Dask's, which waits 40 s for the end of one that never began, and then shows a traceback."""

    def __del__(self) -> None:
        with suppress(Exception):
            Client.close(self, timeout=1)


def _connected(address: str) -> Client:
    make: Any = _Client  # which has no annotations
    client: Client = make(address, timeout=20, set_as_default=False)
    return client


def tier_here(unsandboxed: bool) -> str:
    """The tier of this worker's sandbox, or why it has none. Runs on a worker."""
    try:
        return open_sandbox(unsandboxed).tier
    except NotGraded as error:
        return str(error)


def judge_here(order: bytes) -> bytes:
    """Judges one check: the row for the journal, or why there is none. Runs on a worker."""
    asked = json.loads(order)
    answer: dict[str, Any]
    try:
        if asked["versions"] != versions():
            raise NotGraded(
                "a worker has another Python, NumPy or Lockstep than the machine that asks: install the same"
            )
        program, reference = (ModuleSource.of_data(asked[name]) for name in ("program", "reference"))
        work = Work(GradeCell(**asked["cell"]), program, reference, frozenset(asked["given"]))
        number = asked["number"]
        with _ONE:
            grader, journal = _grader_here(asked["unsandboxed"], asked["patience"], asked["tier"])
            grader.judge(work, [number])
            row = journal.rows(key_of(work, asked["tier"], asked["patience"]))[number]
        answer = {"row": row_to_data(row)}
    except NotGraded as error:
        answer = {"not graded": str(error)}
    return json.dumps(answer).encode()


@cache
def _grader_here(unsandboxed: bool, patience: float, tier: str) -> tuple[Grader, Journal]:
    """The one grader of a worker, with a journal that lasts as long: a reference need not pass again for each student."""
    place = Path(_folder_here().name, "journal.sqlite")
    return Grader(Settings(place, unsandboxed, patience, tier)), Journal(place)


def _gone(error: BaseException) -> NotGraded:
    # Dask cancels what it waits for when the connection is lost, and says nothing more of it.
    cancelled = isinstance(error, CancelledError)
    why = "its scheduler is gone" if cancelled else one_line(f"{type(error).__name__}: {error}")
    return NotGraded(f"the cluster does not answer ({why}); run again")


@cache
def _folder_here() -> "tempfile.TemporaryDirectory[str]":
    """Removed when the worker ends."""
    return tempfile.TemporaryDirectory(prefix="lockstep-journal-", ignore_cleanup_errors=True)


def _order(work: Work, number: int, settings: Settings) -> bytes:
    asked = {
        "number": number,
        "cell": vars(work.cell),
        "program": work.program.to_data(),
        "reference": work.reference.to_data(),
        "given": sorted(work.given),
        "unsandboxed": settings.unsandboxed,
        "patience": settings.patience,
        "tier": settings.tier,
        "versions": versions(),
    }
    return json.dumps(asked).encode()


def _row(answer: Any) -> Row:
    """The row in a worker's answer. Raises NotGraded for whatever is no such thing."""
    if not isinstance(answer, bytes) or len(answer) > _LARGEST:
        raise NotGraded("what came from the cluster is no result")
    try:
        told = json.loads(answer)
        if not isinstance(told, dict):
            raise TypeError("it is no object")
        if "not graded" in told:
            raise NotGraded(str(told["not graded"])[:2_000])
        return row_of_data(told["row"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotGraded(f"what came from the cluster is no result: {error}") from error


def _common_tier(tiers: dict[str, str]) -> str:
    """Raises NotGraded if there are no workers, or if not all hold a submission equally well."""
    if not tiers:
        raise NotGraded("the scheduler has no workers: start some (docs/cluster.md)")
    for worker, tier in tiers.items():
        if tier not in DESCRIPTIONS:
            raise NotGraded(f"the worker {worker} cannot judge: {tier}")
    if len(set(tiers.values())) > 1:
        told = ", ".join(f"{worker} has tier {tier}" for worker, tier in sorted(tiers.items()))
        raise NotGraded(f"the workers hold a submission unequally well: {told}")
    return next(iter(tiers.values()))
