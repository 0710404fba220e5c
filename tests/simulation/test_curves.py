"""A curve takes a point from the log of another only where the program could not have gone another way."""

import pytest

from lockstep import simulate
from lockstep.simulation.log import Log
from lockstep.student.session import Service, student

from .virtual import reply, simulated

FIXED = """
def worker(connection, seconds):
    work(seconds)
    connection.send(seconds)

def main(tasks):
    pipes = [mp.Pipe(False) for _ in tasks]
    processes = [mp.Process(target=worker, args=(there, seconds)) for (_, there), seconds in zip(pipes, tasks)]
    for process in processes:
        process.start()
    total = [here.recv() for here, _ in pipes]
    for process in processes:
        process.join()
    return total
"""
IN_ORDER_OF_ARRIVAL = """
def put(queue, naps, seconds):
    (time.sleep if naps else work)(seconds)
    queue.put(seconds)

def main():
    queue = mp.Queue()
    tasks = [(True, 1.5), (False, 1.0), (False, 1.0)]
    processes = [mp.Process(target=put, args=(queue, *task)) for task in tasks]
    for process in processes:
        process.start()
    told = [queue.get() for _ in processes]
    for process in processes:
        process.join()
    return told
"""
PATIENT = """
def main():
    event = mp.Event()
    process = mp.Process(target=slow, args=(event,))
    other = mp.Process(target=work, args=(1.5,))
    process.start()
    other.start()
    came = event.wait(2)
    process.join()
    other.join()
    return came

def slow(event):
    work(1.5)
    event.set()
"""
CLOCK = """
def main():
    process = mp.Process(target=work, args=(1,))
    process.start()
    work(1)
    process.join()
    return time.perf_counter()
"""
COUNTING = """
def main():
    return mp.cpu_count()
"""
SHARING = """
def add(total):
    with total.get_lock():
        total.value += 1

def main():
    total = mp.Value("i", 0)
    process = mp.Process(target=add, args=(total,))
    process.start()
    process.join()
    return total.value
"""
FUTURES = """
def main():
    with ProcessPoolExecutor(1) as pool:
        pool.submit(work, 1)
        work(1)
        return pool.submit(work, 1).cancel()
"""


def log_of(text, *arguments, cores):
    return Log.of_data(reply(text, *arguments, cores=cores)["log"])


@pytest.mark.parametrize(("first", "cores"), [(1, 2), (1, 64), (64, 1), (3, 2)])
def test_the_log_on_other_cores_is_that_of_a_run_there(first, cores):
    tasks = [3.0, 1.0, 2.0, 0.5]
    found, there = log_of(FIXED, tasks, cores=first).on(cores), log_of(FIXED, tasks, cores=cores)
    assert found == there
    assert found.replay().makespan == simulated(FIXED, tasks, cores=cores).makespan


@pytest.mark.parametrize(("program", "first", "cores"), [(IN_ORDER_OF_ARRIVAL, 3, 1), (PATIENT, 2, 1), (CLOCK, 2, 1)])
def test_a_program_that_would_get_other_answers_is_run_again(program, first, cores):
    assert simulated(program, cores=first).result != simulated(program, cores=cores).result
    log = log_of(program, cores=first)
    assert log.closed
    assert log.on(cores) is None
    assert log.on(first) == log


@pytest.mark.parametrize("program", [COUNTING, SHARING, FUTURES])
def test_a_program_that_knows_more_than_its_answers_is_run_again(program):
    assert not log_of(program, cores=2).closed
    assert log_of(program, cores=2).on(2) is None


def test_a_pool_whose_workers_take_the_same_tasks_is_not_run_again():
    pool = """
    def main():
        with mp.Pool(2) as pool:
            return pool.map(work, [3, 1, 1, 1], 1)
    """
    log = log_of(pool, cores=2)
    assert log.closed
    assert log.on(64) == log_of(pool, cores=64), "two workers and an idle main process never need a third core"


@pytest.fixture
def asked(monkeypatch):
    """The numbers of cores on which a program was really run."""
    ask, found = Service.ask, []

    def asking(service, request):
        found.extend([request["cores"]] if "cores" in request else [])
        return ask(service, request)

    monkeypatch.setattr(Service, "ask", asking)
    return found


def test_a_curve_runs_a_fixed_program_once_and_one_that_follows_the_cores_every_time(tmp_path, asked):
    path = tmp_path / "mine.py"
    head = "import multiprocessing as mp\nfrom lockstep import work\n"
    scaled = "\ndef scaled(workers):\n    with mp.Pool(workers) as pool:\n        pool.map(work, [1.0] * 8, 1)\n"
    path.write_text(head + FIXED + scaled)
    with student(path, limit=60) as mine:
        fixed = simulate.curve(mine.main, [1.0] * 8, cores=[1, 2, 4, 8], costs="ideal")
        assert asked == [1]
        assert fixed.speedups == (1, 2, 4, 8)
        assert [point.cores for point in fixed.points] == [1, 2, 4, 8]
        asked.clear()
        assert simulate.curve(mine.scaled, cores=[1, 2, 4], costs="ideal").speedups == (1, 2, 4)
        assert asked == [1, 2, 4]
