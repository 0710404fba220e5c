"""`python -m benchmarks.explore`: how fast `explore` is, and side by side frontrun and Harmony on the same programs.

Every measurement is a process of its own; times are CPU seconds of that process and its children, the best of some
repetitions, taken in turns, so that a busy machine hurts all alike. `--quick` leaves out the large ones.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from autograder.build import read_exercises
from autograder.judging import judge, read_check_cell
from lockstep.player.trace import Trace
from lockstep.program.source import ModuleSource
from lockstep.student.launcher import local_launcher

PROGRAMS = Path(__file__).parent / "programs"
SLOW = 60.0  # seconds after which a run is given up


class Run(NamedTuple):
    """One run of a program in a process of its own."""

    cpu: float  # seconds, with all children
    told: dict  # what the process printed about itself


def ours(program: str, *arguments: int, apart: bool = True) -> Run:
    """`explore`, from the start of Python to the verdict; `apart`: the learner's code in its own child process."""
    how = "apart" if apart else "here"
    return _run([sys.executable, str(PROGRAMS / "explored.py"), how, program, *map(str, arguments)], _last_line)


def frontrun(times: int, seconds: float) -> Run:
    """frontrun on the same lost update with threads, for some seconds, all interleavings that it finds different."""
    command = [str(Path(sys.executable).with_name("frontrun")), sys.executable, "-m", "benchmarks.explore"]
    return _run([*command, "--frontrun", str(times), str(seconds)], _last_line)


def harmony(program: str, **constants: int) -> Run:
    """Harmony on the program in its language, from start to verdict; it writes a page about what it found."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(PROGRAMS / f"{program}.hny", folder)
        options = [part for name, value in constants.items() for part in ("-c", f"{name}={value}")]
        command = [str(Path(sys.executable).with_name("harmony")), "--noweb", *options, f"{program}.hny"]
        return _run(command, _harmony_states, folder)


def _run(command: list[str], read: Callable[[str], dict], folder: str | None = None) -> Run:
    # Everybody's modules are compiled once, as where they are installed, whatever this environment says.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command,
        cwd=folder,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SLOW * 5,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Run(cpu, read(done.stdout))


def _last_line(text: str) -> dict:
    found: dict = json.loads(text.strip().splitlines()[-1])
    return found


def _harmony_states(text: str) -> dict:
    found = re.search(r"(\d+) states", text)
    return {"states": int(found.group(1)) if found else None}


def _failing_checks(repetitions: int) -> Iterator[tuple[str, str, float]]:
    """Exercise, wrong answer, and the seconds of a check that shows a schedule: the best of some repetitions."""
    for exercise in read_exercises().values():
        if "explore" not in exercise.checks:
            continue
        cell = read_check_cell(exercise.checks)
        reference = ModuleSource.of_text(exercise.solution, "reference")
        for answer in exercise.wrong:
            program = ModuleSource.of_text(answer.code, "answer")
            reports = [judge(cell, program, local_launcher(), reference=reference) for _ in range(repetitions)]
            for results in zip(*(report.results for report in reports), strict=True):
                if all(isinstance(result.evidence, Trace) for result in results):
                    yield exercise.name, answer.name, min(result.seconds for result in results)


def _cpu() -> float:
    return time.process_time()


def one_frontrun(times: int, seconds: float) -> None:
    """Has frontrun take two threads that increment so often, and prints how many interleavings it took."""
    import frontrun as peer

    class Counter:
        def __init__(self) -> None:
            self.total = 0

        def add(self) -> None:
            for _ in range(times):
                now = self.total
                self.total = now + 1

    began, cpu = time.perf_counter(), _cpu()
    result = peer.explore(
        setup=Counter, workers=Counter.add, count=2, invariant=lambda counter: counter.total == 2 * times,
        stop_on_first=False, preemption_bound=None, total_timeout=seconds, reproduce_on_failure=0,
    )  # fmt: skip
    print(json.dumps({"interleavings": result.num_explored, "wall": time.perf_counter() - began, "cpu": _cpu() - cpu}))


def best(measure: Callable[[], Run], repetitions: int) -> Run:
    return min((measure() for _ in range(repetitions)), key=lambda run: run.told.get("cpu", run.cpu))


def fastest(measures: dict[str, Callable[[], Run]], repetitions: int) -> dict[str, Run]:
    """The best of some repetitions of each, taken in turns."""
    runs: dict[str, list[Run]] = {name: [] for name in measures}
    for _ in range(repetitions):
        for name, measure in measures.items():
            runs[name].append(measure())
    return {name: min(found, key=lambda run: run.cpu) for name, found in runs.items()}


def main(repetitions: int, quick: bool) -> None:
    bars: list[tuple[str, str, bool]] = []
    fastest({"explore": lambda: ours("counter", 2, 2)}, 1)  # compiles, fills the disk cache
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}\n")
    headings = f"{'program':24} {'interleavings':>24} {'states':>8} {'CPU s':>7} {'states/s':>9}"
    print(f"{headings} {'interl./CPU s':>14} {'peak MiB':>9}")
    programs = [("counter", 2, 6), ("counter", 2, 10), ("philosophers", 6), ("philosophers", 8), ("peterson",)]
    limits = {("counter", 2, 6): 0.1, ("counter", 2, 10): 1.0, ("philosophers", 6): 0.3, ("philosophers", 8): 3.0}
    for program in programs[: 3 if quick else None]:
        found = best(lambda program=program: ours(*program, apart=False), repetitions).told
        name = f"{program[0]} {' x '.join(map(str, program[1:]))}"
        ways = found["interleavings"]
        rate = f"{ways / found['cpu']:14.2e}" if ways else f"{'-':>14}"
        print(
            f"{name:24} {ways if ways else 'without number':>24} {found['states']:8} {found['cpu']:7.3f} "
            f"{found['states'] / found['cpu']:9.0f} {rate} {found['peak']:9.0f}"
        )
        if program in limits:
            bars.append((f"{name} in {limits[program]} s", f"{found['cpu']:.3f} s", found["cpu"] <= limits[program]))
        if program in (("counter", 2, 6), ("philosophers", 6)):
            print(f"{'':24} first failing schedule {found['failure']:.3f} s after the counts")
            bars.append(
                (f"{name}: failing schedule shown within 0.2 s", f"{found['failure']:.3f} s", found["failure"] <= 0.2)
            )

    print("\nfrom a check's start to its failing schedule, s: wrong answers of the course, in processes of their own")
    slowest = {}
    for exercise, answer, seconds in _failing_checks(repetitions):
        slowest[exercise] = max(slowest.get(exercise, (0.0, "")), (seconds, answer))
    for exercise, (seconds, answer) in slowest.items():
        print(f"{exercise:24} {seconds:.3f}  {answer}")
    longest = max(seconds for seconds, _ in slowest.values())
    bars.append(("the failing schedule of any wrong answer within 0.2 s", f"{longest:.3f} s", longest <= 0.2))

    print("\nfrontrun, two threads x 6 increments, 10 s; explore, two processes x 6 increments")
    peer, mine = frontrun(6, 10.0).told, best(lambda: ours("counter", 2, 6, apart=False), repetitions).told
    there, here = peer["interleavings"] / peer["cpu"], mine["interleavings"] / mine["cpu"]
    print(f"frontrun {peer['interleavings']:,} interleavings, {there:,.0f} per CPU s; explore {here:,.0f} per CPU s")
    bars.append(("1,000 times frontrun's interleavings per CPU s", f"{here / there:,.0f} times", here >= 1_000 * there))

    print("\nstart to verdict and schedule, CPU s, starting Python included, best of repetitions in turns")
    print("(apart: the learner's code in a child process, whose start is included; a notebook keeps one warm)")
    print(f"{'program':24} {'Harmony':>8} {'states':>8} {'explore':>8} {'states':>8} {'ratio':>6} {'apart':>8}")
    pairs = [
        ("counter", {"N": 2, "K": 6}, (2, 6)),
        ("philosophers", {"N": 5}, (5,)),
        ("philosophers", {"N": 6}, (6,)),
        ("peterson", {}, ()),
    ]
    for program, constants, arguments in pairs:
        measures = {
            "harmony": lambda program=program, constants=constants: harmony(program, **constants),
            "explore": lambda program=program, arguments=arguments: ours(program, *arguments, apart=False),
            "apart": lambda program=program, arguments=arguments: ours(program, *arguments),
        }
        found_by = fastest(measures, repetitions)
        a, b = found_by["harmony"], found_by["explore"]
        name = f"{program} {' x '.join(map(str, arguments))}"
        theirs, here_ = a.told["states"] or "?", b.told["states"]
        left = f"{name:24} {a.cpu:8.2f} {theirs:>8} {b.cpu:8.2f} {here_:>8}"
        print(f"{left} {b.cpu / a.cpu:6.2f} {found_by['apart'].cpu:8.2f}")
        bars.append(
            (f"{name}: no slower than Harmony, start to verdict", f"{b.cpu / a.cpu:.2f} of its time", b.cpu <= a.cpu)
        )

    print("\nbars")
    for what, measured, met in bars:
        print(f"{'met   ' if met else 'MISSED'}  {what}: {measured}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explore", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the large programs")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--frontrun", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.frontrun:
        one_frontrun(int(options.frontrun[0]), float(options.frontrun[1]))
    else:
        main(options.repetitions, options.quick)
