"""The course's parallel programs against the same work by others: `python -m benchmarks.references`.

As speed-up over the best serial program: the median and interval of paired rounds, then what the least disturbed run of
each gives, since what other programs take only adds. That is also told as a share of the measured capacity. All start
their workers within the time, but for joblib, which keeps its own between calls, and Dask, whose cluster is up before.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import options
from benchmarks.comparing.peers import installed
from benchmarks.comparing.rounds import Case, Row, ratio, side_by_side, told
from benchmarks.comparing.ways import BACKENDS, PEERS, THREADS, standing, steps_of, threads
from benchmarks.programs.course import references
from benchmarks.programs.reference import Reference
from lockstep.machine.capacity import Capacity, CapacityProbe
from lockstep.machine.others import cpu_reading, cpus_of_others
from lockstep.machine.usable import usable_cpus
from lockstep.measurement.timing import one_thread_a_process

P = 2
OURS = "ours"


def compared(reference: Reference, ways: dict[str, Any], probe: CapacityProbe, rounds: int) -> dict[str, Any]:
    """One row: the speed-up of ours and of every other way, and their shares of the capacity in the same round."""
    capacities: list[Capacity] = []

    def through(way: Any) -> Case:
        def run() -> Any:
            with way() as mapped:
                return reference.by(mapped)

        return run

    def in_threads() -> Any:
        with threads(P) as mapped:
            return reference.in_threads(mapped)

    cases: dict[str, Case] = {
        "serial": reference.serial,
        "capacity": lambda: capacities.extend(probe.measure(P, repetitions=1) for _ in range(3)),
        OURS: reference.ours,
        **{name: through(way) for name, way in ways.items()},
    }
    if reference.in_threads is not None:
        cases[THREADS] = in_threads
    times = side_by_side(cases, rounds)
    least = P * min(one.alone_s for one in capacities) / min(one.together_s for one in capacities)
    speedups = {name: ratio(times, "serial", name) for name in cases if name not in ("serial", "capacity")}
    best = {name: min(times["serial"]) / min(times[name]) for name in speedups}
    return {
        "seconds": min(times["serial"]),
        "capacity": least,
        "speed-up": speedups,
        "best": best,
        "share": best[OURS] / (least * reference.ceiling),
        "slowest": _slowest(speedups),
    }


def _slowest(speedups: dict[str, Row]) -> bool:
    """Whether ours is slower than every other, with no interval that overlaps."""
    high = speedups[OURS][2] or speedups[OURS][0]
    return all((row[1] or row[0]) > high for name, row in speedups.items() if name != OURS)


def table(scale: float, rounds: int, only: list[str]) -> str:
    """Prints a row for each program, at so many times its usual size."""
    found = {}
    with contextlib.ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        every = references(folder, P, steps_of(0.001), scale)
        chosen = [one for one in every if not only or one.name in only]
        probe = opened.enter_context(CapacityProbe(P, 0.1 * scale))
        ways: dict[str, Any] = {}
        for name, backend in BACKENDS.items():
            if name in PEERS and not installed(name):
                continue
            cluster = name == "dask"
            ways[name] = opened.enter_context(standing(backend(P))) if cluster else lambda backend=backend: backend(P)
        print(
            f"{'program':<18}{'alone':>7}{'capacity':>10}" + "".join(f"{name:>29}" for name in (OURS, *ways, THREADS))
        )
        for one in chosen:
            row = found[one.name] = compared(one, ways, probe, rounds)
            cells = "".join(
                (f"{told(row['speed-up'][name])}, {row['best'][name]:.2f}" if name in row["best"] else "").rjust(29)
                for name in (OURS, *ways, THREADS)
            )
            print(f"{one.name:<18}{row['seconds']:>5.2f} s{row['capacity']:>10.2f}{cells}", flush=True)
    for one in chosen:
        row = found[one.name]
        other = max((name for name in row["best"] if name != OURS), key=lambda name: row["best"][name])
        print(
            f"{one.name}: {row['share']:.0%} of "
            + (f"the {one.ceiling:.0%} that it can reach of " if one.ceiling < 1 else "")
            + "the measured capacity"
            + f"; the best other is {other} with {row['best'][other] / row['best'][OURS]:.2f} times our speed-up"
            + ("; surely slower than all others" if row["slowest"] else "")
            + (f" ({one.why})" if one.why else "")
        )
    shares = [row["share"] for row in found.values()]
    slowest = sum(row["slowest"] for row in found.values())
    return (
        f"references {float(np.median(shares)):.0%} of the measured capacity in the median, {min(shares):.0%} at least "
        f"(aim: 95 %), surely the slowest in {slowest} of {len(shares)} rows"
    )


def main() -> None:
    parser = options("references", __doc__)
    parser.add_argument("--rounds", type=int, default=9, help="rounds of every comparison (default: 9)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this program")
    chosen = parser.parse_args()
    print(usable_cpus().sentence())
    before = cpu_reading()
    with one_thread_a_process():
        figure = table(0.01 if chosen.tiny else 1.0, 1 if chosen.tiny else chosen.rounds, chosen.only)
    print(f"others kept {cpus_of_others(before, cpu_reading()) or 0.0:.2f} CPUs busy meanwhile")
    print(f"\nin short: {figure}")


if __name__ == "__main__":
    main()
