"""A picture of the README is never one of a busy machine: it is tried again, and refused in the end."""

import pytest

from tests.browser import readme_pictures

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BUSY, QUIET = "<p>Too busy to tell: other programs kept 1.9 of 2 CPUs busy.</p>", "<p>1.9 times as fast</p>"


@pytest.fixture
def docs(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "speedup.png").write_text("as it was")
    monkeypatch.setattr(readme_pictures, "ROOT", tmp_path)
    return tmp_path / "docs"


def test_a_busy_machine_gets_another_try(docs, monkeypatch):
    tries = iter([BUSY, QUIET])
    monkeypatch.setattr(readme_pictures, "shown", lambda *cells: next(tries))
    assert readme_pictures.main(["speedup"]) == 0
    assert (docs / "speedup.png").read_bytes().startswith(b"\x89PNG")


def test_a_machine_that_stays_busy_leaves_the_picture_as_it_was_and_says_so(docs, monkeypatch, capsys):
    monkeypatch.setattr(readme_pictures, "shown", lambda *cells: BUSY)
    assert readme_pictures.main(["speedup"]) == 1
    assert (docs / "speedup.png").read_text() == "as it was"
    assert "other programs kept the machine busy" in capsys.readouterr().out
