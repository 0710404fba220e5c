"""The course's own parallel programs, as learners get them, and the same work by everybody's way to run tasks.

The programs are taken from the notebooks with solutions. Each is cut once, by itself; `by` is the same work through any
map, and gets the same tasks. Where a lesson lets an addition cost `work(0.001)`, which burns CPU time whatever the
core is shared with, it is replaced by one of so many steps, so that time is time.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial, reduce
from importlib import import_module
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import nbformat

from benchmarks.comparing.ways import Map, spin
from benchmarks.programs.reference import Reference, packed
from benchmarks.programs.searches_and_grids import of_grids, of_sorting
from lockstep.program.definitions import definitions
from lockstep.program.source import Cell, ModuleSource

ROOT = Path(__file__).resolve().parents[2]


def units(folder: Path) -> dict[str, Any]:
    """The modules of the units' definitions, by the unit's name without its number, written to `folder`.

    Workers can import them that start after this, and only those: some libraries keep theirs from call to call.
    """
    sys.path.insert(0, str(folder))
    found = {}
    for path in sorted((ROOT / "source").glob("*/*.ipynb")):
        cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
        kept = definitions(ModuleSource(tuple(Cell("", cell.source) for cell in cells))).cells
        name = "unit_" + path.stem.replace("-", "_")
        (folder / f"{name}.py").write_text("\n".join(cell.source for cell in kept), encoding="utf-8")
        found[path.stem.partition("-")[2]] = name
    return found


def references(folder: Path, workers: int, steps: int, scale: float) -> list[Reference]:
    """All of them, on `workers` workers; `steps` of `spin` take 1 ms here, and at `scale` 1 each is about a second long alone."""
    names = units(folder)
    heavy = f"from benchmarks.comparing.ways import spin\n\n\ndef plus(left, right):\n    spin({steps})\n    return left + right\n"
    heavy += f"\n\ndef wanted(number):\n    spin({steps})\n    return number % 3 == 0\n"
    with (folder / f"{names['patterns']}.py").open("a", encoding="utf-8") as file:
        file.write("\n\n" + heavy)
    processes, speedup, patterns, sorting, grids = (
        import_module(names[unit]) for unit in ("processes", "speedup", "patterns", "sorting", "grids")
    )
    return [
        _run_all(processes, workers, int(800 * scale) * steps),
        _count_primes(speedup, int(25_000 * scale**0.5), workers),
        _add_squares(speedup, round(100_000_000 / 3 * scale), workers),
        *_in_shares(patterns, int(667 * scale), workers),
        _word_count(patterns, int(60_000 * scale), workers),
        *of_sorting(sorting, workers, max(1, int(steps * scale)), scale),
        *of_grids(grids, workers, scale),
    ]


def _run_all(module: Any, workers: int, steps: int) -> Reference:
    share = steps // workers
    tasks = [partial(spin, share)] * workers
    return Reference(
        "run_all",
        lambda: module.run_all(tasks),
        lambda: [task() for task in tasks],
        lambda mapped: mapped(spin, [share] * workers),
    )


def _count_primes(module: Any, limit: int, workers: int) -> Reference:
    blocks = [range(start, min(start + 100, limit)) for start in range(0, limit, 100)]
    return Reference(
        "count_primes",
        lambda: module.count_primes(limit, workers),
        lambda: module.primes_in(range(limit)),
        lambda mapped: sum(mapped(module.primes_in, blocks[::-1])),
    )


def _add_squares(module: Any, n: int, workers: int) -> Reference:
    bounds = list(pairwise([n * worker // workers for worker in range(workers + 1)]))
    return Reference(
        "add_squares",
        lambda: module.add_squares(n, workers),
        lambda: module.add_squares_serially(n),
        lambda mapped: sum(mapped(partial(_call, module.squares_between), bounds)),
        sizes=(n,),
    )


def _call(function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    return function(*arguments)


def _in_shares(module: Any, n: int, workers: int) -> list[Reference]:
    shares = module.shares(n, workers)

    def scan(mapped: Map) -> list[int]:
        totals = mapped(module.total_of, shares[:-1])
        parts = mapped(module.scan_of, list(zip([None, *accumulate(totals, module.plus)], shares, strict=True)))
        return [total for part in parts for total in part]

    def pack(mapped: Map) -> list[int]:
        return [number for part in mapped(module.kept_of, shares) for number in part]

    return [
        Reference(
            "reduce_in_shares",
            lambda: module.reduce_in_shares(n, workers),
            lambda: module.reduce_alone(n),
            lambda mapped: reduce(module.plus, mapped(module.total_of, shares)),
            sizes=(n,),
        ),
        Reference(
            "scan_in_shares",
            lambda: module.scan_in_shares(n, workers),
            lambda: module.scan_alone(n),
            scan,
            0.5,
            "its two passes add nearly every item twice, so P workers are at best P / 2 times as fast",
            (n,),
        ),
        Reference(
            "pack_in_shares", lambda: module.pack_in_shares(n, workers), lambda: module.pack_alone(n), pack, sizes=(n,)
        ),
    ]


def _word_count(module: Any, words: int, workers: int) -> Reference:
    documents = [" ".join(f"word{(i * j) % 997}" for j in range(words)) for i in range(60)]
    groups = [documents[worker::workers] for worker in range(workers)]

    def by(mapped: Map) -> dict[str, int]:
        total: Counter[str] = Counter()
        for counted in mapped(module.count_group, groups):
            total.update(counted)
        return dict(total)

    return Reference(
        "word_count",
        lambda: module.word_count(documents, workers),
        lambda: dict(module.count_group(documents)),
        by,
        why="the texts themselves travel to the workers, with every library",
        sends=packed(*groups),
    )
