"""Mutated notebooks, 500 of them: no crash, a clear line for each that cannot be graded, no score without evidence."""

import copy
import json
import random
import sqlite3

import nbformat
import pytest
from nbgrader.utils import determine_grade

from autograder.grading import grader as grading
from autograder.grading.assembly import assemble
from autograder.grading.grader import Grader
from autograder.grading.submission import UnreadableSubmission, read_submission
from autograder.grading.unit import read_unit, work_in
from autograder.grading.work import Settings
from autograder.nbgrader import plugin
from autograder.nbgrader.plugin import outputs
from lockstep.checks.report import CheckResult

pytestmark = pytest.mark.timeout(600)

STRANGE = [
    None, True, 0, -1, 1e308, 10**40, "", "x", "\x00", "\ud800", "a" * 10_000, "\n" * 300, [], {}, [[]], {"a": {}},
    ["a", 1], "### BEGIN HIDDEN TESTS", "<script>alert(1)</script>", "double-checks", "halve", {"grade_id": "double"},
]  # fmt: skip

HALVING = ("four becomes two", "one becomes a half")  # the checks of the exercise `halve`; the others are of `double`


def paths(value, path=()):
    """The path of every value within a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


def mutated(notebook: dict, chance: random.Random) -> bytes:
    """The notebook after one to six mutations of its values, its cells or its bytes."""
    notebook = copy.deepcopy(notebook)
    for _ in range(chance.randint(1, 6)):
        cells = notebook.get("cells")
        match chance.randrange(8):
            case 0 | 1 | 2:
                change_value(notebook, chance)
            case 3 if isinstance(cells, list) and cells:
                cells.insert(chance.randrange(len(cells) + 1), copy.deepcopy(chance.choice(cells)))
            case 4 if isinstance(cells, list) and cells:
                del cells[chance.randrange(len(cells))]
            case 5 if isinstance(cells, list):
                chance.shuffle(cells)
            case 6 if isinstance(cells, list) and cells and isinstance(one := chance.choice(cells), dict):
                keys = ("grade", "solution", "locked", "task", "points", "schema_version", "checksum", "grade_id")
                one["metadata"] = {"nbgrader": {key: chance.choice(STRANGE) for key in keys}, "foreign": STRANGE[:3]}
            case 7:
                notebook["metadata"] = {"kernelspec": chance.choice([*STRANGE, {"language": "R"}]), "authors": STRANGE}
    data = bytearray(json.dumps(notebook).encode())
    match chance.randrange(10):
        case 0:
            del data[chance.randrange(len(data)) :]
        case 1:
            for _ in range(chance.randint(1, 5)):
                data[chance.randrange(len(data))] = chance.randrange(256)
        case 2:
            data = bytearray(json.dumps(notebook).encode("utf-16"))
    return bytes(data)


def change_value(notebook: dict, chance: random.Random) -> None:
    path = chance.choice([path for path in paths(notebook) if path])
    inner = notebook
    for key in path[:-1]:
        inner = inner[key]
    if isinstance(inner, dict) and chance.random() < 0.3:
        del inner[path[-1]]
    else:
        inner[path[-1]] = copy.deepcopy(chance.choice(STRANGE))


@pytest.fixture
def notebook(course):
    return json.loads(json.dumps(course.answered()))


@pytest.fixture
def stub(monkeypatch, tmp_path):
    """A grader that passes a program with the right answer's text in it, and runs nothing."""

    def check_one(check, session, reference):
        text = "\n".join(one.source for one in session.source.cells)
        wanted = "number / 2" if check.sentence in HALVING else "2 * number"
        right = session.source == reference.source or wanted in text
        return CheckResult(check.sentence, right, 0.0, "" if right else "it is wrong")

    class Nothing:
        tier = "D"

        def describe(self):
            return "tier D"

        def expect(self, cells):
            pass

    monkeypatch.setattr(grading, "check_one", check_one)
    return Grader(Settings(tmp_path / "journal.sqlite"), Nothing())


def test_five_hundred_mutated_notebooks_crash_nothing_and_score_nothing_unseen(course, notebook, stub, tmp_path):
    unit = read_unit(course.root / "source/numbers/numbers.ipynb")
    path = tmp_path / "numbers.ipynb"
    refused, full, part = 0, 0, 0
    for seed in range(500):
        path.write_bytes(mutated(notebook, random.Random(seed)))
        try:
            submission = read_submission(path)
        except UnreadableSubmission as error:
            assert_clear(str(error), seed)
            refused += 1
            continue
        for note in submission.notes:
            assert_clear(note, seed)
        made = assemble(unit, submission)
        if seed % 10 == 0:  # it takes longer than all the rest
            nbformat.validate(made)
        text = nbformat.writes(made)
        path.write_text(text, encoding="utf-8")
        assert nbformat.writes(assemble(unit, read_submission(path))) == text, seed
        works = list(work_in(unit, made))
        assert [work.cell for work in works] == list(unit.grade_cells), seed
        for work in works:
            graded = stub.grade(work)
            shown = [
                cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == work.cell.grade_id
            ]
            assert len(shown) == 1, seed
            shown[0].outputs = outputs(graded, work.cell.points, 1)
            score, most = determine_grade(shown[0])
            assert (score, most) == (work.cell.points * graded.share, work.cell.points), seed
            assert len(graded.report.results) == graded.report.total > 0
            assert (score == most) == all(result.passed for result in graded.report.results)
            assert work.cell.text == shown[0].source
            full, part = full + (score == most), part + (score < most)
    # None of the three is rare, or the mutations would show nothing.
    assert refused > 50
    assert full > 100
    assert part > 50
    judged = sqlite3.connect(tmp_path / "journal.sqlite").execute("select count(*) from results").fetchone()[0]
    assert judged > 100


def assert_clear(sentence: str, seed: int) -> None:
    assert 10 < len(sentence) < 300, (seed, sentence)
    assert "\n" not in sentence, (seed, sentence)
    assert sentence.isprintable(), (seed, sentence)
    for internal in ("Traceback", "object at 0x", "NoneType", "Error("):
        assert internal not in sentence, (seed, sentence)


@pytest.mark.slow
def test_mutated_notebooks_go_through_nbgrader_with_real_checks(course, notebook):
    plugin._grader.cache_clear()
    course.submit("intact", notebook)
    readable = []
    for seed in range(40):
        student = f"student{seed:02d}"
        path = course.submit(student, mutated(notebook, random.Random(10_000 + seed)))
        try:
            read_submission(path)
        except UnreadableSubmission:
            continue
        readable.append(student)
    assert not course.autograde(), "some cannot be read"
    assert course.scores("intact") == {"double-checks": 4.0, "halve-checks": 2.0}
    for seed in range(40):
        student = f"student{seed:02d}"
        scores = course.scores(student)
        folder = course.root / "autograded" / student / "numbers"
        if student in readable:
            made = nbformat.read(folder / "numbers.ipynb", as_version=4)
            cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in made.cells}
            for grade_id, score in scores.items():
                report, number = cells[grade_id].outputs
                assert f"{grade_id.removesuffix('-checks')}:" in report.data["text/plain"]
                assert float(number.data["text/plain"]) == score
        else:
            assert set(scores.values()) == {None}
            assert not folder.exists()
            assert any(text.startswith(f"{student}, numbers.ipynb: not graded") for text in course.messages)
