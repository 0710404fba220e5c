"""What a learner's process could say about itself, and what is noticed: each defence, and the attack without it."""

import pytest

from lockstep import simulate
from lockstep.simulation import runs
from lockstep.simulation.log import Log, LogError
from lockstep.student.failure import StudentRefused
from lockstep.student.session import Service, student

from .virtual import reply

TEXT = """
import multiprocessing as mp
from lockstep.standin.timed.clock import work

class Clock:
    def __init__(self, clock, *fast):
        self.clock, self.fast = clock, fast

    def __getattr__(self, name):
        real = getattr(self.clock, name)
        return (lambda: 1_000 * real()) if name in self.fast else real

def compute():
    return sum(range(1_000_000))

def fast_clock():
    import lockstep.simulation.inside.timed_machine as machine
    machine.time = Clock(machine.time, "thread_time_ns")
    return compute()

def fast_clocks():
    import lockstep.simulation.inside.timed_machine as machine
    import lockstep.simulation.inside.service as service
    service.time = Clock(machine.time, "process_time")
    machine.time = Clock(machine.time, "thread_time_ns")
    return compute()

def busy_looking():
    compute()
    workers = [mp.Process(target=work, args=(100,)) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

def honest():
    return compute()
"""


@pytest.fixture
def learner(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(TEXT)
    with student(path, limit=60) as found:
        yield found


@pytest.fixture
def told(monkeypatch):
    """What the process says, changed by what is put here on its way."""
    ask, changes = Service.ask, {}

    def asking(service, request):
        said = ask(service, request)
        return {**said, **{key: change(said[key]) for key, change in changes.items() if key in said}}

    monkeypatch.setattr(Service, "ask", asking)
    return changes


def test_more_cpu_than_the_process_says_it_used_is_noticed(learner, monkeypatch):
    with pytest.raises(StudentRefused, match=r"claim .* s of CPU, and only"):
        simulate(learner.fast_clock, cores=8)
    monkeypatch.setattr(runs.Runs, "_compare_cpu", lambda *_: None)
    assert simulate(learner.fast_clock, cores=8).work > 5, "without the defence it is believed"


def test_more_cpu_than_the_system_saw_is_noticed(learner, monkeypatch):
    with pytest.raises(StudentRefused, match=r"tells of .* s of CPU, and the system of"):
        simulate(learner.fast_clocks, cores=8)
    monkeypatch.setattr(Service, "cpu_seconds", lambda _: None)
    assert simulate(learner.fast_clocks, cores=8).work > 5, "without the defence it is believed"


def test_declared_work_does_not_make_idle_processes_busy(learner, monkeypatch):
    with pytest.raises(StudentRefused, match=r"in a check, `work` counts only with costs='ideal'"):
        simulate(learner.busy_looking, cores=8)
    monkeypatch.setattr(runs.Runs, "_compare_cpu", lambda *_: None)
    assert simulate(learner.busy_looking, cores=8).parallelism > 7, "without the defence it is believed"
    monkeypatch.undo()
    assert simulate(learner.busy_looking, cores=8, costs="ideal").parallelism == pytest.approx(8)


@pytest.mark.parametrize(
    ("was", "becomes"), [('"cores":2.0', '"cores":64.0'), ('"name":"laptop"', '"name":"ideal"'), ("65536", "1")]
)
def test_a_log_of_another_simulation_is_refused(learner, told, was, becomes):
    told["log"] = lambda text: text.replace(was, becomes, 1)
    with pytest.raises(StudentRefused, match="the log is of another simulation"):
        simulate(learner.honest, cores=2)


def test_the_makespan_is_computed_on_this_side_and_nothing_that_is_said_changes_it(learner, told):
    told["log"] = lambda text: text[:-1] + ',"makespan":1e-9,"work":1e9}'
    found = simulate(learner.honest, cores=2)
    assert found.makespan == found.log.replay().makespan > 1e-3
    assert found.parallelism == pytest.approx(1)


LOCKS = """
def main():
    lock = mp.Lock()
    with lock:
        work(1)
    process = mp.Process(target=work, args=(1,))
    process.start()
    process.join()
"""
CHANGES = {
    "a negative time": ("[1.0,", "[-1.0,"),
    "no number": ("[1.0,", "[NaN,"),
    "an operation that does not exist": ('"lock.release"', '"lock.vanish"'),
    "an object that was never made": ('["lock.release",["0#1"]', '["lock.release",["0#9"]'),
    "a process that was never started": ('["0.1"]', '["0.7"]'),
    "a version that is not ours": ('"version":', '"version":7'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_log_that_contradicts_itself_is_refused(change):
    text = reply(LOCKS)["log"]
    assert Log.of_data(text).replay().makespan == pytest.approx(2)
    was, becomes = CHANGES[change]
    assert was in text
    with pytest.raises(LogError):
        Log.of_data(text.replace(was, becomes)).replay()


def test_a_log_that_was_cut_short_is_refused():
    whole = Log.of_data(reply(LOCKS)["log"])
    for process, stretches in whole.processes.items():
        for length in range(len(stretches)):
            cut = {**whole.processes, process: stretches[:length]}
            with pytest.raises(LogError):
                Log(whole.cores, whole.costs, whole.pipe_capacity, cut).replay()


@pytest.mark.parametrize("body", ["[" * 4_000_000, "0," * 8_000_000])
def test_a_log_longer_than_any_run_is_refused_before_it_is_read(body):
    with pytest.raises(LogError, match="longer than that of any run"):
        Log.of_data(body)
