"""The table of textbook programs: every verdict is the one that is known."""

from benchmarks.textbook import rows


def test_the_verdicts_on_textbook_programs_are_those_of_the_literature():
    table = rows()
    assert len(table) >= 60
    assert [(row.name, row.known, row.found) for row in table if row.known != row.found] == []
