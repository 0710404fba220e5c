"""`python -m benchmarks.explore`: how fast `explore` is, and side by side frontrun and Harmony on the same programs.

Every measurement is a process of its own; times are CPU seconds of that process and its children, the best of some
repetitions, taken in turns, so that a busy machine hurts all alike. `--quick` leaves out the large programs.
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
from typing import Any, NamedTuple

from autograder.authoring.catalogue import read_exercises
from autograder.grading.judging import judge, read_check_cell
from benchmarks import options
from benchmarks.comparing.peers import installed
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


def _failing_checks(repetitions: int, exercises: int | None) -> Iterator[tuple[str, str, float]]:
    """Exercise, wrong answer, and the seconds of a check that shows a schedule: the best of some repetitions."""
    explored = [exercise for exercise in read_exercises().values() if "explore" in exercise.checks]
    for exercise in explored[:exercises]:
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


class Size(NamedTuple):
    """What is measured: programs with the seconds that they may take, if there is a limit; frontrun's increments and seconds;
    programs with Harmony's constants; how many exercises, None for all."""

    programs: tuple[tuple[tuple[Any, ...], float | None], ...]
    frontrun: tuple[int, float]
    harmony: tuple[tuple[str, dict[str, int], tuple[int, ...]], ...]
    exercises: int | None = None


FULL = Size(
    ((("counter", 2, 6), 0.1), (("counter", 2, 10), 1.0), (("philosophers", 6), 0.3), (("philosophers", 8), 3.0),
     (("philosophers", 10), 5.0), (("readers_writers", 2, 2), 2.0), (("bounded_buffer", 2, 2, 2), 2.0), (("peterson",), None)),
    (6, 10.0),
    (("counter", {"N": 2, "K": 6}, (2, 6)), ("philosophers", {"N": 5}, (5,)), ("philosophers", {"N": 6}, (6,)),
     ("peterson", {}, ())),
)  # fmt: skip
QUICK = FULL._replace(programs=FULL.programs[:3])
TINY = Size(((("counter", 2, 2), 0.1), (("peterson",), None)), (2, 1.0), (("counter", {"N": 2, "K": 2}, (2, 2)),), 1)
Bars = list[tuple[str, str, bool]]  # what is asked, what was measured, whether it is met


def counting(size: Size, repetitions: int) -> Bars:
    bars: Bars = []
    headings = f"{'program':24} {'interleavings':>24} {'states':>8} {'CPU s':>7} {'states/s':>9}"
    print(f"{headings} {'interl./CPU s':>14} {'peak MiB':>9}")
    for program, limit in size.programs:
        found = best(lambda program=program: ours(*program, apart=False), repetitions).told
        name = f"{program[0]} {' x '.join(map(str, program[1:]))}"
        ways = found["interleavings"]
        rate = f"{ways / found['cpu']:14.2e}" if ways else f"{'-':>14}"
        print(
            f"{name:24} {ways if ways else 'not counted':>24} {found['states']:8} {found['cpu']:7.3f} "
            f"{found['states'] / found['cpu']:9.0f} {rate} {found['peak']:9.0f}"
        )
        if limit is not None:
            bars.append((f"{name} in {limit} s", f"{found['cpu']:.3f} s", found["cpu"] <= limit))
        if program in (("counter", 2, 6), ("philosophers", 6)):
            print(f"{'':24} first failing schedule {found['failure']:.3f} s after the counts")
            bars.append(
                (f"{name}: failing schedule shown within 0.2 s", f"{found['failure']:.3f} s", found["failure"] <= 0.2)
            )
    return bars


def failing(size: Size, repetitions: int) -> Bars:
    print("\nfrom a check's start to its failing schedule, s: wrong answers of the course, in processes of their own")
    slowest: dict[str, tuple[float, str]] = {}
    for exercise, answer, seconds in _failing_checks(repetitions, size.exercises):
        slowest[exercise] = max(slowest.get(exercise, (0.0, "")), (seconds, answer))
    for exercise, (seconds, answer) in slowest.items():
        print(f"{exercise:24} {seconds:.3f}  {answer}")
    longest = max(seconds for seconds, _ in slowest.values())
    return [("the failing schedule of any wrong answer within 0.2 s", f"{longest:.3f} s", longest <= 0.2)]


def beside_frontrun(size: Size, repetitions: int) -> Bars:
    times, seconds = size.frontrun
    print(f"\nfrontrun, two threads x {times} increments, {seconds:g} s; explore, two processes x {times} increments")
    peer = frontrun(times, seconds).told
    mine = best(lambda: ours("counter", 2, times, apart=False), repetitions).told
    there, here = peer["interleavings"] / peer["cpu"], mine["interleavings"] / mine["cpu"]
    print(f"frontrun {peer['interleavings']:,} interleavings, {there:,.0f} per CPU s; explore {here:,.0f} per CPU s")
    return [("1,000 times frontrun's interleavings per CPU s", f"{here / there:,.0f} times", here >= 1_000 * there)]


def beside_harmony(size: Size, repetitions: int) -> Bars:
    bars: Bars = []
    print("\nstart to verdict and schedule, CPU s, starting Python included, best of repetitions in turns")
    print("(apart: the learner's code in a child process, whose start is included; a notebook keeps one warm)")
    print(f"{'program':24} {'Harmony':>8} {'states':>8} {'explore':>8} {'states':>8} {'ratio':>6} {'apart':>8}")
    for program, constants, arguments in size.harmony:
        measures = {
            "harmony": lambda program=program, constants=constants: harmony(program, **constants),
            "explore": lambda program=program, arguments=arguments: ours(program, *arguments, apart=False),
            "apart": lambda program=program, arguments=arguments: ours(program, *arguments),
        }
        found_by = fastest(measures, repetitions)
        a, b = found_by["harmony"], found_by["explore"]
        name = f"{program} {' x '.join(map(str, arguments))}"
        left = f"{name:24} {a.cpu:8.2f} {a.told['states'] or '?':>8} {b.cpu:8.2f} {b.told['states']:>8}"
        print(f"{left} {b.cpu / a.cpu:6.2f} {found_by['apart'].cpu:8.2f}")
        bars.append(
            (f"{name}: no slower than Harmony, start to verdict", f"{b.cpu / a.cpu:.2f} of its time", b.cpu <= a.cpu)
        )
    return bars


def main(size: Size, repetitions: int) -> None:
    fastest({"explore": lambda: ours("counter", 2, 2)}, 1)  # compiles, fills the disk cache
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}\n")
    bars = counting(size, repetitions) + failing(size, repetitions)
    for peer, part in {"frontrun": beside_frontrun, "harmony": beside_harmony}.items():
        bars += part(size, repetitions) if installed(peer) else []
    print("\nbars")
    for what, measured, met in bars:
        print(f"{'met   ' if met else 'MISSED'}  {what}: {measured}")
    print(f"\nin short: {sum(met for _, _, met in bars)} of {len(bars)} bars met")


if __name__ == "__main__":
    parser = options("explore", __doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the large programs")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--frontrun", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.frontrun:
        one_frontrun(int(chosen.frontrun[0]), float(chosen.frontrun[1]))
    elif chosen.tiny:
        main(TINY, 1)
    else:
        main(QUICK if chosen.quick else FULL, chosen.repetitions)
