"""The course's parallel programs against the same work by others: `python -m benchmarks.references`.

As speed-up over the best serial program: the median and interval of paired rounds, then what the least disturbed run of
each gives, since what other programs take only adds. That is told as a share of the measured capacity, and of what can be reached:
`Reference.reachable`, from parts that are measured in the same rounds. All start their workers within the time, but for joblib, which
keeps its own between calls, and Dask, whose cluster is up before; ours is not called slower for that.
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
from benchmarks.comparing.ways import BACKENDS, PEERS, STANDING, THREADS, pool, standing, steps_of, stop_joblib, threads
from benchmarks.programs.course import references
from benchmarks.programs.reference import Reference
from lockstep.machine.capacity import Capacity, CapacityProbe
from lockstep.machine.others import cpu_reading, cpus_of_others
from lockstep.machine.usable import usable_cpus
from lockstep.measurement.timing import one_thread_a_process

P = 2
OURS = "ours"
_PARTS = ("serial", "capacity", "start", "sends", "last")


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

    def start() -> None:
        with pool(P) as mapped:
            mapped(int, range(P))

    cases: dict[str, Case] = {
        "serial": reference.serial,
        "start": start,
        "sends": reference.sends or _nothing,
        "last": reference.last or _nothing,
        "capacity": lambda: capacities.extend(probe.measure(P, repetitions=1) for _ in range(3)),
        OURS: reference.ours,
        **{name: through(way) for name, way in ways.items()},
    }
    if reference.in_threads is not None:
        cases[THREADS] = in_threads
    times = side_by_side(cases, rounds)
    least = P * min(one.alone_s for one in capacities) / min(one.together_s for one in capacities)
    speedups = {name: ratio(times, "serial", name) for name in cases if name not in _PARTS}
    parts = {name: min(times[name]) for name in ("serial", "start", "sends", "last")}
    reachable = reference.reachable(parts["serial"], least, parts["start"], parts["sends"], parts["last"])
    best = {name: min(times["serial"]) / min(times[name]) for name in speedups}
    return {
        "seconds": min(times["serial"]),
        "capacity": least,
        "speed-up": speedups,
        "best": best,
        "share": best[OURS] / least,
        "reachable": reachable,
        "of reachable": best[OURS] / reachable,
        "parts": parts,
        "slowest": _slowest(speedups),
    }


def _slowest(speedups: dict[str, Row]) -> bool:
    """Whether ours is slower than every other that starts its workers too, with no interval that overlaps."""
    high = speedups[OURS][2] or speedups[OURS][0]
    return all((row[1] or row[0]) > high for name, row in speedups.items() if name not in (OURS, *STANDING))


def _nothing() -> None:
    """A part that there is not."""


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
        if "joblib" in ways:
            opened.callback(stop_joblib)
        names = [f"{name}, standing" if name in STANDING else name for name in (OURS, *ways, THREADS)]
        print(
            f"{'program':<21}{'alone':>7}{'capacity':>10}{'reachable':>11}" + "".join(f"{name:>29}" for name in names)
        )
        for one in chosen:
            row = found[one.name] = compared(one, ways, probe, rounds)
            cells = "".join(
                (f"{told(row['speed-up'][name])}, {row['best'][name]:.2f}" if name in row["best"] else "").rjust(29)
                for name in (OURS, *ways, THREADS)
            )
            print(
                f"{one.name:<21}{row['seconds']:>5.2f} s{row['capacity']:>10.2f}{row['reachable']:>11.2f}{cells}",
                flush=True,
            )
    for one in chosen:
        row = found[one.name]
        other = max((name for name in row["best"] if name != OURS), key=lambda name: row["best"][name])
        parts = ", ".join(
            f"{name} {row['parts'][name] * 1e3:.0f} ms"
            for name in ("start", "sends", "last")
            if row["parts"][name] > 5e-4
        )
        print(
            f"{one.name}: {row['share']:.0%} of the measured capacity, {row['of reachable']:.0%} of what can be reached"
            + (f" ({parts}" + (f"; work for {P * one.ceiling:.0f}" if one.ceiling < 1 else "") + ")")
            + f"; the best other is {other} with {row['best'][other] / row['best'][OURS]:.2f} times our speed-up"
            + ("; surely slower than all others" if row["slowest"] else "")
            + (f" ({one.why})" if one.why else "")
        )
    shares, reached = ([row[which] for row in found.values()] for which in ("share", "of reachable"))
    slowest = sum(row["slowest"] for row in found.values())
    return (
        f"references {float(np.median(reached)):.0%} of what can be reached in the median, {min(reached):.0%} at least (aim: 95 %); "
        f"{float(np.median(shares)):.0%} of the measured capacity; surely the slowest in {slowest} of {len(shares)} rows"
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
