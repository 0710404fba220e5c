"""Livelock and starvation under a fair scheduler: programs whose verdict is known, the words, and the circle once round."""

import pytest

from benchmarks.programs.fair import BLINKING, PROGRAMS, READ, TRY_RELEASE_RETRY, WRITE, readers_writers
from lockstep.player.page_data import player_data
from lockstep.player.story import story
from lockstep.student.failure import CheckFailed

from .taking import take


@pytest.mark.parametrize("known", PROGRAMS, ids=lambda known: known.name)
def test_a_program_ends_under_every_fair_schedule_or_not_as_the_literature_says(known):
    found = take(known.text)
    assert found.claim.complete
    if known.ends:
        assert found.always_ends().livelocks == 0
    else:
        with pytest.raises(CheckFailed, match="for ever"):
            found.always_ends()
    if known.starves:
        with pytest.raises(CheckFailed, match="can be kept out"):
            found.never_starves()
    elif known.starves is not None:
        found.never_starves()


def test_a_livelock_is_shown_once_round_and_in_words():
    found = take(TRY_RELEASE_RETRY)
    with pytest.raises(CheckFailed) as failed:
        found.always_ends()
    told = str(failed.value)
    assert told.startswith("They can go on for ever, all of them moving and none of them getting anywhere (livelock):")
    assert "--- from here on, round and round:" in told
    assert told.endswith(
        "Now all is as it was at the beginning, so steps 1 to 6 can be repeated for ever: "
        "Process-1 and Process-2 move, and get nowhere."
    )
    assert failed.value.evidence.schedule.again == 1
    assert len(failed.value.evidence.steps) == 6
    assert found.failure().text() == told


def test_the_player_goes_once_round_and_nobody_drives_there():
    found = take(TRY_RELEASE_RETRY)
    data = player_data(found.findings)
    assert data["aim"] == "a livelock"
    assert not data["drivable"]
    assert len(data["traces"][0]["steps"]) == 6
    assert (
        "can be repeated for ever"
        in story(found.findings, found.findings.path_shown(set(found.findings.livelock()[1])))[0]
    )
    assert "all of them moving and none of them getting anywhere" in data["headline"]


def test_who_waits_while_others_go_round_is_named():
    program = BLINKING.replace("lamp.value = 0", "lamp.value = 0\n    gate.release()").replace(
        "(lamp, seen)", "(lamp, seen, gate)"
    )
    program = program.replace("args=(lamp, seen)", "args=(lamp, seen, gate)").replace(
        "    p.start()", "    gate = Lock(); gate.acquire()\n    p = Process(target=work, args=(lamp, seen, gate))\n    p.start()"
        "\n    q = Process(target=wait, args=(gate,)); q.start()", 1).replace(
        "p = Process(target=work, args=(lamp, seen, gate))\n    gate", "gate", 1)  # fmt: skip
    program += "\ndef wait(gate): gate.acquire()\n"
    with pytest.raises(
        CheckFailed, match=r"main and Process-1 can go on for ever and get nowhere, while Process-2 waits"
    ):
        take(program).always_ends()


def test_starvation_names_who_is_kept_out_and_shows_the_others_once_round():
    with pytest.raises(CheckFailed) as failed:
        take(readers_writers(READ, WRITE)).never_starves("writing")
    told = str(failed.value)
    assert told.startswith(
        "Process-3 can be kept out of 'writing' for ever, while Process-1 and Process-2 go through again"
    )
    assert "Process-3 has come no further." in told
    assert "livelock" not in told


def test_a_writer_who_is_served_first_starves_readers():
    writer = "turnstile.acquire()\nroom.acquire()\nwith inside('writing'): pass\nroom.release()\nturnstile.release()"
    program = readers_writers("while not turnstile.acquire(False): pass\nturnstile.release()\n" + READ, writer)
    with pytest.raises(CheckFailed, match="Process-1 can be kept out for ever"):
        take(program).never_starves()


def test_without_sections_whoever_waits_in_vain_is_found():
    program = (
        readers_writers(READ, WRITE).replace('with inside("reading"): ', "").replace("with inside('writing'): ", "")
    )
    with pytest.raises(
        CheckFailed, match=r"^Process-3 can be kept out for ever, while Process-1 and Process-2 go on and on"
    ):
        take(program).never_starves()
    take("""
    def work(lock):
        while True:
            with lock: pass

    def main():
        lock = Lock()
        ps = [Process(target=work, args=(lock,)) for _ in range(2)]
        for p in ps: p.start()
        for p in ps: p.join()
    """).never_starves()


def test_a_section_that_is_misspelt_is_no_proof():
    with pytest.raises(CheckFailed, match="No process is ever inside 'writting'"):
        take(readers_writers(READ, WRITE)).never_starves("writting")
