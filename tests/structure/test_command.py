"""The command `lockstep`: copies that are the learner's own, and mistakes told in a line."""

from contextlib import suppress

import pytest

from lockstep import __main__ as command
from tests.structure.test_structure import ROOT


def run(capsys, *arguments):
    """What it said, and what it says of a mistake ("" where there is none)."""
    with suppress(SystemExit):
        command.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return said.out, said.err


def test_it_makes_copies_of_every_notebook_without_answers_and_keeps_what_was_changed(tmp_path, capsys):
    folder = tmp_path / "course"
    said, _ = run(capsys, folder, "--no-lab")
    assert said == f"Your notebooks are in {folder}\n", "a first time, all that is new is not listed"
    released = [path.relative_to(ROOT / "notebooks") for path in (ROOT / "notebooks").rglob("*.ipynb")]
    assert released
    assert all((folder / path).is_file() for path in released)
    assert not list(folder.rglob(".solutions.json"))
    (folder / released[0]).write_text("mine")
    run(capsys, folder, "--no-lab")
    assert (folder / released[0]).read_text() == "mine"
    (folder / released[1]).unlink()
    assert f"new: {folder / released[1]}" in run(capsys, folder, "--no-lab")[0]


def test_solutions_come_from_the_folder_that_is_named(tmp_path, capsys):
    run(capsys, tmp_path / "course", "--no-lab", "--solutions", ROOT / "solutions")
    assert list((tmp_path / "course").rglob(".solutions.json"))


def test_a_damaged_record_of_copies_costs_nobody_their_work(tmp_path, capsys):
    folder = tmp_path / "course"
    run(capsys, folder, "--no-lab")
    (folder / ".lockstep.json").write_text("[1, ")
    changed = folder / command.FIRST_PAGE
    changed.write_text("mine")
    run(capsys, folder, "--no-lab")
    assert changed.read_text() == "mine"
    assert changed.with_name("00-start-new.ipynb").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["file"], "file is a file, or lies in one: name a folder for your copies"),
        (["file/below"], "is a file, or lies in one"),
        (["course", "--port", "70000"], "70000 is no port: take a number from 1 to 65535"),
        (["course", "--port", "lab"], "lab is no port"),
        (["course", "--solutions", "nowhere"], "there are no notebooks in nowhere"),
        (["course", "--nobrowser"], "unrecognized arguments: --nobrowser"),
    ],
)
def test_a_mistake_is_one_clear_line_and_opens_nothing(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "_open", lambda *_: pytest.fail("opened"))
    (tmp_path / "file").write_text("mine")
    _, told = run(capsys, *arguments)
    assert said in told
    assert "Traceback" not in told
    assert (tmp_path / "file").read_text() == "mine"


def test_the_browser_is_given_the_start_page(tmp_path, monkeypatch):
    options = []
    monkeypatch.setattr("jupyterlab.labapp.main", options.extend)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    command.main([str(tmp_path / "course")])
    assert (
        f"--LabApp.default_url=/lab/tree/{command.FIRST_PAGE}" in options
    )  # of the server alone, JupyterLab takes no notice


def test_options_after_two_dashes_are_jupyterlabs(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(command, "_open", lambda *given: opened.append(given))
    command.main([str(tmp_path / "course"), "--port", "9000", "--", "--LabApp.dev_mode=False"])
    assert opened == [(tmp_path / "course", 9000, False, ["--LabApp.dev_mode=False"])]


def test_a_prefix_that_cannot_be_written_to_keeps_its_question_about_news(tmp_path):
    (tmp_path / "share").write_text("no folder")
    command.quieten(tmp_path)
    assert (tmp_path / "share").read_text() == "no folder"
