"""The measuring campaign on a fake machine and a fake clock."""

import json
from dataclasses import replace

import numpy as np
import pytest

from lockstep import laws
from lockstep.measurement.campaign import campaign
from lockstep.measurement.measured_program import program_of, serial_program
from lockstep.measurement.measuring import request_for
from lockstep.measurement.plan import SERIAL, default_workers, plan_for
from lockstep.measurement.samples import WARM_UP, Sample, interval, points
from lockstep.measurement.speedup_view import changed, controls
from tests.measurement.fakes import FakeMachine, cpus_of, start_of


def count(size, workers):
    return size


def amdahl_time(serial):
    return lambda workers, scale: scale * (serial + (1 - serial) / max(1, workers))


def run(machine, workers=None, function=count, **options):
    """All snapshots of one campaign; the last is the result."""
    program = program_of(function, (100,))
    base = serial_program(lambda size: size, (100,)) if options.get("has_serial") else None
    start = start_of(machine, workers, **options)
    return list(campaign(start, program, machine, np.random.default_rng(1), base))


def test_the_speedup_of_a_program_without_noise_is_exact():
    result = run(FakeMachine(amdahl_time(0.1), cpus_of(4)))[-1]
    assert [point.workers for point in result.points] == [1, 2, 3, 4]
    assert [point.speedup for point in result.points] == pytest.approx(list(laws.amdahl([1, 2, 3, 4], 0.1)))
    assert [point.karp_flatt for point in result.points[1:]] == pytest.approx([0.1] * 3)
    (fit,) = result.fit()
    assert fit.law == "amdahl"
    assert fit.parameters["serial"].value == pytest.approx(0.1, abs=1e-3)


def test_every_round_takes_every_case_once_and_in_changing_order():
    machine = FakeMachine(amdahl_time(0.1), cpus_of(4), noise=0.01)
    result = run(machine, careful=True)[-1]
    assert result.rounds >= 9
    rounds = [machine.order[at : at + 4] for at in range(4, len(machine.order), 4)]
    assert all(sorted(order) == [1, 2, 3, 4] for order in rounds)
    assert len({tuple(order) for order in rounds}) > 3
    assert machine.order[:4] == [1, 2, 3, 4], "the warm-up begins with the base case"


def test_a_slow_spell_meets_all_cases_alike_because_ratios_are_paired_within_rounds():
    samples = []
    for number, slowness in enumerate([1, 1, 5, 5, 5], start=1):
        samples += [Sample(number, 1, 2.0 * slowness), Sample(number, 2, 1.0 * slowness)]
    two = points(samples, base=1)[1]
    assert (two.speedup, two.low, two.high) == (2.0, 2.0, 2.0)


def test_warm_up_runs_are_shown_first_and_never_counted():
    machine = FakeMachine(amdahl_time(0.0), cpus_of(2))
    snapshots = run(machine)
    assert snapshots[0].points[0].provisional
    assert len(snapshots[0].samples) == 1, "the first point is there after the first run"
    result = snapshots[-1]
    assert not any(point.provisional for point in result.points)
    assert len(result.points[1].ratios) == result.rounds
    assert points([Sample(WARM_UP, 1, 9.0), Sample(1, 1, 1.0)], 1)[0].seconds == 1.0


def test_the_first_point_is_shown_after_one_run_before_anything_is_probed_or_simulated():
    happened = []

    class Machine(FakeMachine):
        def run(self, *arguments):
            happened.append("run")
            return super().run(*arguments)

        def capacity(self, workers):
            happened.append("probe")
            return super().capacity(workers)

    machine = Machine(amdahl_time(0.1), cpus_of(2))
    for now in campaign(start_of(machine), program_of(count, (100,)), machine, np.random.default_rng(1)):
        happened.append("shown")
        assert now.to_json(intervals=False)["points"]
    assert happened[:2] == ["run", "shown"]
    assert happened[2:6] == ["run", "shown", "probe", "shown"]


def test_the_interval_holds_the_truth_and_shrinks_with_rounds():
    truth = float(laws.amdahl(2, 0.1))
    widths = {}
    for careful in (False, True):
        machine = FakeMachine(amdahl_time(0.1), cpus_of(2), noise=0.05)
        point = run(machine, careful=careful)[-1].points[1]
        assert point.low <= truth <= point.high
        widths[careful] = point.high - point.low
    assert widths[True] < widths[False]


def test_fewer_than_three_ratios_have_no_interval():
    assert interval([1.0, 2.0]) == (None, None)
    low, high = interval([1.0, 2.0, 3.0])
    assert 1.0 <= low <= 2.0 <= high <= 3.0


def test_two_points_are_never_fitted_and_five_give_universal_scalability():
    assert run(FakeMachine(amdahl_time(0.1), cpus_of(2)))[-1].fit() == ()
    fits = run(FakeMachine(amdahl_time(0.1), cpus_of(8), noise=0.02), seconds=8.0)[-1].fit()
    assert [fit.law for fit in fits] == ["amdahl", "universal_scalability"]
    serial = fits[0].parameters["serial"]
    assert serial.low <= serial.value <= serial.high
    assert serial.low < serial.high


def test_weak_scaling_gives_more_work_and_fits_gustafson():
    asked = []
    machine = FakeMachine(lambda workers, scale: 0.2 + 0.8 * scale / workers, cpus_of(4))
    result = run(machine, scaling="weak", function=lambda size, workers: asked.append(size))[-1]
    assert set(asked) == {100, 200, 300, 400}
    assert [point.speedup for point in result.points] == pytest.approx([1, 2, 3, 4])
    assert [fit.law for fit in result.fit()] == ["gustafson"]


def test_a_serial_program_is_the_base_case_and_one_worker_is_a_point():
    machine = FakeMachine(lambda workers, scale: 1.0 if workers == SERIAL else 1.5 / workers, cpus_of(2))
    result = run(machine, has_serial=True)[-1]
    assert [(point.workers, point.speedup) for point in result.points] == [
        (1, pytest.approx(2 / 3)),
        (2, pytest.approx(4 / 3)),
    ]
    assert result.base_seconds == pytest.approx(1.0)


@pytest.mark.parametrize(("others", "busy"), [(0.3, False), (0.5, True), (1.5, True), (None, False)])
def test_other_programs_close_the_gate(others, busy):
    result = run(FakeMachine(amdahl_time(0.0), cpus_of(2), others=others))[-1]
    assert bool(result.busy) == busy
    assert ("Too busy to tell" in result.sentence()) == busy


def test_other_programs_on_a_large_machine_leave_room():
    result = run(FakeMachine(amdahl_time(0.0), cpus_of(64), others=40.0), workers=[1, 2, 4])[-1]
    assert result.busy == ""


def test_too_little_capacity_closes_the_gate_and_nothing_is_fitted():
    result = run(FakeMachine(amdahl_time(0.1), cpus_of(4), got=0.5))[-1]
    assert "got only 3.08 CPUs, where 4 should be there" in result.sentence()
    assert result.fit() == ()
    told = replace(result, simulated=((1, 1.0), (4, 3.5))).sentence()
    assert "no measured curve is drawn" in told
    assert "the curve is simulated, not measured" in told


@pytest.mark.parametrize(("serial", "busy"), [(0.02, False), (0.1, True)])
def test_what_the_runs_themselves_got_was_there_whatever_the_probe_got(serial, busy):
    """By Amdahl's law 4 workers are 3.8 times as fast as one, or 3.1 times, which is less than 80 % of 4."""
    result = run(FakeMachine(amdahl_time(serial), cpus_of(4), got=0.5))[-1]
    assert bool(result.busy) == busy
    assert bool(result.fit()) != busy
    assert result.ceiling == pytest.approx(float(amdahl_time(serial)(1, 1) / amdahl_time(serial)(4, 1))), (
        "no point lies above it"
    )


def test_an_interrupt_at_any_run_leaves_a_valid_partial_result():
    for at in range(12):
        machine = FakeMachine(amdahl_time(0.1), cpus_of(3), interrupt_at=at)
        start = start_of(machine)
        result = start
        with pytest.raises(KeyboardInterrupt):
            for result in campaign(start, program_of(count, (100,)), machine, np.random.default_rng(1)):
                pass
        assert len(result.samples) == at
        assert json.loads(json.dumps(result.to_json()))["state"] == "running"
        assert str(result)
    assert result.figure().axes


@pytest.mark.parametrize("quota", [1.0, 0.5])
def test_under_a_quota_of_one_cpu_the_sentence_says_why_and_the_rest_is_simulated(quota):
    machine = FakeMachine(lambda workers, scale: 2.0 / quota, cpus_of(2, quota))
    start = start_of(machine)
    assert start.plan.workers == (1,)
    result = list(campaign(start, program_of(count, (100,)), machine, np.random.default_rng(1)))[-1]
    result = replace(result, simulated=tuple((p, 0.9 * p) for p in range(1, 9)))
    assert result.busy == ""
    assert "no real speed-up above 1 can be measured here" in result.sentence()
    assert "quota in /sys/fs/cgroup" in result.sentence()
    assert "the curve is simulated, not measured" in result.sentence()
    assert result.horizon == 8
    assert [row["workers"] for row in result.table() if row["how"] == "simulated"] == list(range(1, 9))


def test_a_simulated_curve_above_the_ideal_is_not_to_be_believed():
    result = run(FakeMachine(amdahl_time(0.1), cpus_of(2)))[-1]
    assert "Do not believe" not in replace(result, simulated=((1, 1.0), (4, 4.2), (8, 7.0))).sentence()
    told = replace(result, simulated=((1, 1.0), (4, 3.5), (8, 11.7))).sentence()
    assert "Do not believe it at 8 workers, where it lies above the ideal" in told


def test_short_runs_under_a_quota_are_told_to_burst():
    result = run(FakeMachine(lambda workers, scale: 0.2, cpus_of(2, 1.5)))[-1]
    assert "can burst above its share" in result.sentence()
    result = run(FakeMachine(lambda workers, scale: 2.0, cpus_of(2, 1.5)))[-1]
    assert "burst" not in result.sentence()


def test_a_speedup_above_the_number_of_workers_asks_for_the_base_case():
    result = run(FakeMachine(lambda workers, scale: 1.5 / workers**2, cpus_of(2)))[-1]
    assert "check the base case" in result.sentence()
    assert "check the base case" not in run(FakeMachine(amdahl_time(0), cpus_of(2)))[-1].sentence()


def test_answers_that_differ_are_told():
    result = run(FakeMachine(amdahl_time(0), cpus_of(2)), function=lambda size, workers: size // workers)[-1]
    assert "The answers differ: 100 from the base case, 50 with 2 workers" in result.sentence()
    assert run(FakeMachine(amdahl_time(0), cpus_of(2)))[-1].disagreement == ""


def test_quick_mode_says_so_and_careful_mode_is_believed():
    machine = FakeMachine(amdahl_time(0.1), cpus_of(2), noise=0.01)
    assert "Quick mode: 3 rounds" in run(machine)[-1].sentence()
    assert "Believe it: " in run(machine, careful=True)[-1].sentence()


def test_progress_counts_runs_and_tells_what_is_left():
    snapshots = run(FakeMachine(amdahl_time(0.0), cpus_of(2)))
    done = [snapshot.progress()[0] for snapshot in snapshots]
    assert done == sorted(done)
    left = [snapshot.progress()[2] for snapshot in snapshots if snapshot.progress()[2] is not None]
    assert left[0] > left[-1] == 0.0
    assert snapshots[-1].progress()[0] == snapshots[-1].progress()[1]


def test_rounds_follow_the_time_there_is():
    plan = plan_for(cpus_of(2))
    assert plan.rounds(100.0) == 1
    assert plan.rounds(2.5) == 3
    assert plan.rounds(1.0) == 4
    assert plan.rounds(0.001) == 9
    assert plan_for(cpus_of(2), careful=True).rounds(100.0) == 9
    assert plan_for(cpus_of(2), careful=True).rounds(0.001) == 31


def test_a_quick_look_stops_in_time_where_others_slow_it_down_and_a_careful_one_does_not():
    plan, careful = plan_for(cpus_of(2), seconds=3.0), plan_for(cpus_of(2), seconds=3.0, careful=True)
    assert not plan.over(3.0, 2.0)
    assert plan.over(6.0, 2.0)
    assert not careful.over(500.0, 2.0)

    class SlowedDown(FakeMachine):
        def run(self, *arguments):
            seconds, answer = super().run(*arguments)
            return (seconds if len(self.order) <= 2 else 8 * seconds), answer

    machine = SlowedDown(lambda workers, scale: 0.4 / workers, cpus_of(2))
    done = list(campaign(start_of(machine, seconds=3.0), program_of(count, (100,)), machine, np.random.default_rng(1)))[
        -1
    ]
    assert done.state == "finished"
    assert sum(sample.seconds for sample in done.samples) < 2.5 * 3.0
    assert done.rounds == done.rounds_done == 1


def test_where_answers_differ_that_is_said_first():
    found = run(FakeMachine(amdahl_time(0.1), cpus_of(2)))[-1]
    told = replace(found, disagreement="The answers differ: 3 with 1 worker, 4 with 2.").sentence()
    assert told.startswith("The answers differ")


def test_a_busy_machine_is_answered_by_the_simulated_curve():
    found = replace(
        run(FakeMachine(amdahl_time(0.1), cpus_of(4), got=0.4))[-1], simulated=((1, 0.9), (8, 5.5), (16, 5.1))
    )
    assert "Take the simulated curve for an answer: 5.50 at best, with 8 workers." in found.sentence()


def test_many_cpus_are_measured_at_enough_numbers_of_workers_for_every_law():
    assert default_workers(1) == (1,)
    assert default_workers(3) == (1, 2, 3)
    for most in range(5, 200):
        workers = default_workers(most)
        assert len(workers) >= 5
        assert workers[0] == 1
        assert workers[-1] == most


@pytest.mark.parametrize("workers", [0, [], [0, 1], "two", [1.5], [True], 2.0, [1, 2.0], np.float64(2)])
def test_senseless_workers_are_refused(workers):
    with pytest.raises(ValueError, match="workers"):
        plan_for(cpus_of(2), workers)


@pytest.mark.parametrize(
    "workers", [3, np.int64(3), np.arange(1, 4), range(1, 4), {3, 1, 2}, (n for n in (3, 2, 1, 1))]
)
def test_workers_are_any_whole_numbers(workers):
    assert plan_for(cpus_of(2), workers).workers == (1, 2, 3)
    assert all(type(count) is int for count in plan_for(cpus_of(2), np.int64(3)).workers)


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), "5"])
def test_senseless_seconds_are_refused(seconds):
    with pytest.raises(ValueError, match="time to spend on measuring, above 0"):
        plan_for(cpus_of(2), seconds=seconds)
    assert plan_for(cpus_of(2), seconds=np.float32(0.5)).seconds == 0.5


def test_sizes_of_numpy_are_sizes():
    request = request_for(count, (np.int64(1000),), scaling="weak", cpus=cpus_of(2))
    assert request.program.title() == "count(1_000)"
    assert request.program.scaled(2) == (2000,)
    stops = controls(request)["size"]
    assert stops["stops"][stops["at"]] == 1000
    assert json.dumps(stops)


def calls(function, sizes, workers, **options):
    return program_of(function, sizes, **options).call(workers)


def test_workers_and_chunk_are_found_by_name_wherever_they_stand():
    assert calls(lambda size, workers: (size, workers), (5,), 2) == (5, 2)
    assert calls(lambda workers, times: (times, workers), (5,), 2) == (5, 2)
    assert calls(lambda a, b, jobs: (a, b, jobs), (5, 6), 2) == (5, 6, 2)
    assert calls(lambda a, workers, chunk=10: (a, chunk), (5,), 2) == (5, 10)
    assert calls(lambda a, workers, chunk=10: (a, chunk), (5,), 2, chunk_size=3) == (5, 3)


def test_a_program_that_does_not_fit_is_told_how_to_be_written():
    def f(size):
        pass

    with pytest.raises(TypeError, match=r"define it as f\(size, workers\) and measure speedup\(f, size\)"):
        program_of(f, (5,))
    with pytest.raises(TypeError, match="measures a function, and was given 5"):
        program_of(5, ())
    with pytest.raises(TypeError, match="has no parameter chunk"):
        program_of(count, (5,), 10)
    with pytest.raises(TypeError, match="called with the sizes alone"):
        serial_program(count, (5,))
    with pytest.raises(TypeError, match="give it a parameter `pool`"):
        request_for(count, (5,), warm=True)
    with pytest.raises(TypeError, match=r"cpus is what usable_cpus\(\) gives.* not 2; .* workers="):
        request_for(count, (5,), cpus=2)
    with pytest.raises(TypeError, match="must be a number"):
        request_for(count, ("text",), scaling="weak")


def test_sliders_change_size_workers_and_chunk_and_nothing_else():
    request = request_for(lambda size, workers, chunk=8: size, (100,), cpus=cpus_of(2))
    stops = controls(request)
    assert stops["size"]["stops"][stops["size"]["at"]] == 100
    assert stops["chunk"]["stops"][stops["chunk"]["at"]] == 8
    assert stops["workers"]["stops"][stops["workers"]["at"]] == 2
    after = changed(changed(changed(request, {"size": 200}), {"workers": 3}), {"chunk": 64})
    assert (after.program.sizes, after.plan.workers, after.program.chunk_size) == ((200,), (1, 2, 3), 64)
    assert changed(request, {}) == request


def test_the_picture_has_axes_with_units_and_words_for_who_cannot_see_it():
    result = run(FakeMachine(amdahl_time(0.1), cpus_of(8), noise=0.02))[-1]
    axes = result.figure().axes[0]
    assert axes.get_xlabel() == "workers (processes)"
    assert axes.get_ylabel() == "speed-up (times the base case)"
    assert axes.get_legend() is not None
    assert len(result.figure()._repr_png_()) > 1000
