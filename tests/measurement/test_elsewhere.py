"""What is kept of the course's programs from a larger machine is drawn beside what is measured here; without it, nothing is."""

import json
from functools import partial

import pytest

from lockstep.measurement import measuring
from lockstep.measurement.elsewhere import FILE, Elsewhere, measured_elsewhere
from lockstep.measurement.measuring import request_for, speedup
from lockstep.measurement.speedup_view import changed
from tests.lessons.drawn import asked_by_lessons
from tests.measurement.test_real_speedup import busy_loop


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A file as `make sixteen` writes it, where the course looks for it."""
    seconds = {"serial": [1.0, 0.8, 1.2], "16": [0.1, 0.125, 0.2], "2": [0.5]}
    data = {
        "machine": {"cpu": "Example <CPU> 1", "usable": 32},
        "capacity": [15.8, 15.9, 12.0],
        "programs": {"busy_loop": {"sizes": [10], "seconds": seconds}},
    }
    file = tmp_path / "sixteen.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    monkeypatch.setattr(measuring, "measured_elsewhere", partial(measured_elsewhere, file=file))
    return file


def test_the_curve_is_made_of_medians_and_labelled_with_its_machine(kept):
    found = measured_elsewhere("busy_loop", kept)
    assert found == Elsewhere("16 cores of Example <CPU> 1", (10,), ((2, 2.0), (16, 8.0)))
    assert found.label == "measured on 16 cores of Example <CPU> 1"


def test_cpus_that_are_no_cores_are_not_called_so(kept):
    data = json.loads(kept.read_text(encoding="utf-8")) | {"capacity": [9.9, 9.7]}
    kept.write_text(json.dumps(data), encoding="utf-8")
    found = measured_elsewhere("busy_loop", kept)
    assert found.label == "measured on 16 CPUs of Example <CPU> 1, as fast as 9.8 cores"


def test_a_name_that_is_not_kept_is_refused_with_those_that_are(kept):
    with pytest.raises(
        ValueError, match="no measurement of 'buzy_loop' is kept with the course; there are some of busy_loop"
    ):
        measured_elsewhere("buzy_loop", kept)


def test_where_nothing_is_kept_nothing_is_invented(tmp_path, monkeypatch):
    nowhere = partial(measured_elsewhere, file=tmp_path / "sixteen.json")
    monkeypatch.setattr(measuring, "measured_elsewhere", nowhere)
    found = speedup(busy_loop, 10, workers=[1], seconds=0.01, elsewhere="busy_loop", live=False)
    assert found.elsewhere is None
    assert found.to_json()["elsewhere"] is None
    assert "measured on" not in found.sentence() + str(found) + found.to_json()["alt"]
    assert [line.get_label() for line in found.figure().axes[0].lines if "measured on" in str(line.get_label())] == []


def test_it_is_drawn_told_and_listed_beside_what_was_measured(kept):
    found = speedup(busy_loop, 10, workers=[1], seconds=0.01, elsewhere="busy_loop", live=False)
    label = "measured on 16 cores of Example <CPU> 1"
    (curve,) = [line for line in found.figure().axes[0].lines if line.get_label() == label]
    assert list(zip(*curve.get_data(), strict=True)) == [(2, 2.0), (16, 8.0)]
    assert found.horizon >= 16
    assert found.top > 8
    assert f"The curve with triangles was {label}: 8.00 at best, with 16 workers." in found.sentence()
    assert {"workers": 16, "speedup": 8.0, "efficiency": 0.5, "how": label} in found.table()
    assert found.to_json()["elsewhere"] == {"label": label, "speedups": [[2, 2.0], [16, 8.0]]}
    assert "elsewhere" in str(found)
    assert "Measured on 16 cores of Example <CPU> 1: 2.00 with 2, 8.00 with 16." in found.to_json()["alt"]


def test_it_is_not_drawn_for_other_sizes_nor_for_weak_scaling(kept):
    request = request_for(busy_loop, (10,), workers=[1], elsewhere="busy_loop")
    assert request.start().elsewhere is not None
    assert changed(request, {"size": 20}).start().elsewhere is None
    assert request_for(busy_loop, (20,), workers=[1], elsewhere="busy_loop").start().elsewhere is None
    assert request_for(busy_loop, (10,), workers=[1], elsewhere="busy_loop", scaling="weak").start().elsewhere is None


@pytest.mark.skipif(not FILE.exists(), reason="nobody has run `make sixteen` yet")
def test_what_is_kept_is_what_the_lessons_draw_with_curves_up_to_sixteen():
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    for name in kept["programs"]:
        found = measured_elsewhere(name)
        assert found.speedups[-1][0] == 16
        assert all(speedup > 0 for _, speedup in found.speedups)
    assert asked_by_lessons()
    for name, sizes in asked_by_lessons().items():
        assert measured_elsewhere(name).sizes == sizes
