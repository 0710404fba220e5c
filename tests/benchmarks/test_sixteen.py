"""What is measured for the lessons on 16 cores is labelled, and kept after every round: nothing is lost by what fails later."""

import json
import time

import pytest

from benchmarks import sixteen
from benchmarks.programs import course
from benchmarks.programs.reference import Reference
from lockstep.measurement.elsewhere import measured_elsewhere


@pytest.fixture
def programs(monkeypatch):
    """Programs that only wait a little, and how many runs there were; whoever is in `failing` raises."""

    class Programs:
        failing = ()
        runs = 0

    def references(folder, workers, steps, scale):
        def run(name):
            Programs.runs += 1
            time.sleep(0.001)
            if (name, workers) in Programs.failing:
                raise ValueError(name)

        return [
            Reference(name, lambda name=name: run(name), lambda: time.sleep(0.001), lambda mapped: None, sizes=(10,))
            for name in ("sums", "sorts")
        ]

    monkeypatch.setattr(sixteen, "references", references)
    monkeypatch.setattr(sixteen, "steps_of", lambda seconds: 1)
    return Programs


def measured(there=lambda: 16.0, keep=lambda data: None, seconds=0.0):
    return sixteen.measure((1, 16), 1.0, seconds, there, 14.4, keep)


def test_every_round_is_kept_at_once(programs, tmp_path):
    file, kept = tmp_path / "sixteen.json", []

    def keep(data):
        sixteen.write(file, data)
        kept.append(len(json.loads(file.read_text(encoding="utf-8"))["capacity"]))
        if len(kept) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measured(keep=keep, seconds=60.0)
    assert kept == [1, 2]
    assert [path.name for path in tmp_path.iterdir()] == ["sixteen.json"]
    data = json.loads(file.read_text(encoding="utf-8"))
    assert {key: len(runs) for key, runs in data["programs"]["sums"]["seconds"].items()} == {
        "serial": 2,
        "1": 2,
        "16": 2,
    }


def test_what_is_kept_tells_where_when_and_with_what_it_was_measured(programs, tmp_path):
    sixteen.write(tmp_path / "sixteen.json", measured())
    data = json.loads((tmp_path / "sixteen.json").read_text(encoding="utf-8"))
    assert {"cpu", "usable", "logical", "physical", "system", "python", "numpy", "lockstep", "start"} <= data[
        "machine"
    ].keys()
    assert data["date"].count("-") == 2
    assert data["capacity"] == [16.0]
    assert measured_elsewhere("sums", tmp_path / "sixteen.json").label.startswith("measured on 16 cores of ")


def test_a_program_that_fails_is_left_out_and_the_others_are_measured(programs, capsys):
    programs.failing = {("sorts", 16)}
    assert set(measured()["programs"]) == {"sums"}
    assert "sorts on 16: ValueError('sorts'): it is left out from now on" in capsys.readouterr().out


def test_a_program_that_fails_later_keeps_the_rounds_in_which_it_went_well(programs):
    rounds = []

    def keep(data):
        rounds.append(data)
        programs.failing = {("sorts", 1)}
        if len(rounds) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measured(keep=keep, seconds=60.0)
    seconds = {name: program["seconds"] for name, program in rounds[-1]["programs"].items()}
    assert {count: len(runs) for count, runs in seconds["sorts"].items()} == {"serial": 1, "1": 1, "16": 1}
    assert {len(runs) for runs in seconds["sums"].values()} == {3}


def test_a_round_without_the_cpus_does_not_count(programs, capsys):
    kept = []
    assert "programs" not in measured(there=lambda: 12.0, keep=kept.append)
    assert programs.runs == 4
    assert kept == []
    assert "a round with 12.0 CPUs does not count" in capsys.readouterr().out


def test_where_the_cpus_are_not_there_nothing_is_begun(programs, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sixteen, "WORKERS", (1, 1))
    monkeypatch.setattr("sys.argv", ["sixteen", "--there", "100", "--file", str(tmp_path / "sixteen.json")])
    assert sixteen.main() == 1
    assert "nothing was measured" in capsys.readouterr().out
    assert programs.runs == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_any_number_of_workers_shares_the_same_work(tmp_path, monkeypatch):
    # The serial program is run for one of them, and its time stands beside all.
    steps = []
    monkeypatch.setattr(course, "spin", steps.append)
    spun = []
    for workers in (1, 16):
        steps.clear()
        next(one for one in course.references(tmp_path, workers, 1, 0.1) if one.name == "run_all").serial()
        spun.append(sum(steps))
    assert spun == [80, 80]
