"""Grading on a Dask cluster: the same as on one machine, also when a worker is killed; only rows of the journal come back."""

import json
import os
import shutil
import signal
import subprocess
import sys
from asyncio import CancelledError
from concurrent.futures import Future

import pytest

pytest.importorskip("distributed")

from distributed import Client, LocalCluster

from autograder.gradebook import cluster
from autograder.grading.grader import Grader
from autograder.grading.journal import Journal, row_of_data, row_to_data
from autograder.grading.work import NotGraded, Settings
from autograder.nbgrader.plugin import JOURNAL
from tests.grading.test_command import class_of, command, environment, grade, result, wait_until_it_judges
from tests.grading.test_grading import Local, work

pytestmark = pytest.mark.timeout(600)


@pytest.mark.slow
def test_four_workers_make_what_one_machine_makes_also_when_one_is_killed(course, tmp_path, monkeypatch):
    alone = type(course)(shutil.copytree(course.root, tmp_path / "alone"))
    for one in (alone, course):
        class_of(one, 6)
    grade(alone)
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    with (
        LocalCluster(n_workers=4, threads_per_worker=1, processes=True, dashboard_address=None) as four,
        Client(four) as client,
    ):
        options = ("--scheduler", four.scheduler_address)
        running = subprocess.Popen(command(course, *options), env=environment(), text=True, stdout=subprocess.PIPE)
        wait_until_it_judges(course, running)
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
        said = running.communicate()[0]
        assert running.returncode == 0, said
        assert "4 workers of a cluster" in said
        assert "6 were already" in grade(course, *options), "what the journal has is not asked of the cluster"
    assert result(course, 6) == result(alone, 6)


def test_a_worker_answers_with_rows_or_says_why_not(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "open_sandbox", lambda unsandboxed, tier=None: Local())
    monkeypatch.setattr(cluster, "_grader_here", lambda *arguments: (grader, journal))
    settings = Settings(tmp_path / "journal.sqlite", tier="D")
    grader, journal = Grader(settings, Local()), Journal(settings.journal)
    two = work("def one():\n    return 2")
    for number, sentence in enumerate(["one is one", "and stays one"]):
        row = cluster._row(cluster.judge_here(cluster._order(two, number, settings)))
        assert (row.result.sentence, row.share) == (sentence, 0.0)
    assert cluster.tier_here(True) == "D"
    other = json.loads(cluster._order(two, 0, settings)) | {"versions": ["2.7"]}
    with pytest.raises(NotGraded, match="another Python, NumPy or Lockstep"):
        cluster._row(cluster.judge_here(json.dumps(other).encode()))


def changed(**change):
    row = {"sentence": "one is one", "passed": True, "share": 1.0, "seconds": 0.1}
    rest = {"explanation": "", "detail": "", "calls": [], "output": "", "not_begun": False}
    rest |= {key: change.pop(key) for key in list(change) if key in (*rest, "evidence")}
    return row | {"rest": rest} | change


NO_ROWS = {
    "a verdict that is no verdict": changed(passed=1),
    "a share above all": changed(share=7.0),
    "a share that is no number": changed(share=float("nan")),
    "a share of nothing for a check that holds": changed(share=0.0),
    "a text that is no text": changed(explanation=["<script>"]),
    "calls that are no texts": changed(calls=[3]),
    "evidence that is no page": changed(evidence=["words", {"page": 1}]),
    "a beginning that is none": changed(not_begun="yes"),
    "a rest that is a text": changed() | {"rest": "all is well"},
    "no rest": {"sentence": "one is one", "passed": True, "share": 1.0, "seconds": 0.1},
    "a list": [],
}


@pytest.mark.parametrize("row", NO_ROWS.values(), ids=list(NO_ROWS))
def test_what_comes_from_the_cluster_and_is_no_row_is_not_graded(row):
    with pytest.raises(NotGraded, match="no result"):
        cluster._row(json.dumps({"row": row}).encode())


def test_an_answer_without_a_row_is_not_graded():
    assert cluster._row(json.dumps({"row": changed()}).encode()).share == 1.0
    for answer in (b"", b"[" * 100_000, b"null", b"{}", b'{"row": null}', "text", None):
        with pytest.raises(NotGraded, match="no result"):
            cluster._row(answer)


def test_a_row_crosses_as_it_is(tmp_path):
    settings = Settings(tmp_path / "journal.sqlite", tier="D")
    Grader(settings, Local()).grade(work("def one():\n    return 2"))
    rows = Journal(settings.journal).rows(cluster.key_of(work("def one():\n    return 2"), "D", 1.0))
    assert len(rows) == 2
    for row in rows.values():
        assert row_of_data(json.loads(json.dumps(row_to_data(row)))) == row


def test_workers_that_cannot_judge_or_differ_are_named():
    assert cluster._common_tier({"one": "B", "two": "B"}) == "B"
    for tiers, words in (
        ({}, "the scheduler has no workers"),
        ({"one": "B", "two": "C"}, "one has tier B, two has tier C"),
        ({"one": "nothing here holds a submission"}, "the worker one cannot judge: nothing here holds"),
    ):
        with pytest.raises(NotGraded, match=words):
            cluster._common_tier(tiers)


class Lost:
    """What a client has of a cluster that goes away."""

    def run(self, function, *arguments):
        raise OSError("in the middle of a word")

    def submit(self, function, *arguments, **keywords):
        raise RuntimeError("it is closed")

    def result(self):
        raise CancelledError("judge_here-1 cancelled for reason: unknown")  # which is no Exception


def test_a_cluster_that_goes_away_leaves_nobody_waiting():
    judges = object.__new__(cluster.ClusterJudges)
    judges._client, judges.settings, found = Lost(), Settings(None, tier="D"), Future()
    with pytest.raises(NotGraded, match="the cluster does not answer .*in the middle of a word.*; run again"):
        judges._asked(judges.settings)
    judges._take(Lost(), work(""), 0, found)
    for future, words in ((found, "its scheduler is gone"), (judges.judge(work(""), 0), "it is closed")):
        with pytest.raises(NotGraded, match=words):
            future.result(0)


@pytest.mark.parametrize("address", ["nonsense://", "", "host", "tcp://"])
def test_no_scheduler_is_told(tmp_path, address):
    with pytest.raises(NotGraded, match=f"no Dask scheduler answers at {address}"):
        cluster.ClusterJudges(address, Settings(tmp_path / JOURNAL))


def test_a_port_that_answers_nothing_holds_up_nobody_and_shows_nothing_of_dask(tmp_path):
    program = f"""
from autograder.gradebook import cluster
from autograder.grading.work import NotGraded, Settings
cluster._connected = lambda address: cluster._Client(address, timeout=0.5)
try:
    cluster.ClusterJudges("tcp://127.0.0.1:1", Settings({str(tmp_path)!r} + "/journal.sqlite"))
except NotGraded as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout.startswith("no Dask scheduler answers at tcp://127.0.0.1:1: ")
    assert "Traceback" not in done.stderr
