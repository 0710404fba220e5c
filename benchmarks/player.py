"""How large a saved player is, and how long a browser takes to its first paint: `python -m benchmarks.player`."""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from textwrap import dedent

from playwright.sync_api import sync_playwright

from benchmarks import options
from lockstep.exploration.automata import Automata
from lockstep.exploration.exploration import Exploration
from lockstep.exploration.exploring import explored
from lockstep.exploration.inside.local_service import LocalService
from lockstep.player.page_data import player_data
from lockstep.player.standalone import page
from lockstep.program.source import ModuleSource
from lockstep.student.data import Reference

PHILOSOPHERS = """
    from multiprocessing import Lock, Process

    def eat(left, right):
        with left:
            with right:
                pass

    def main(n):
        forks = [Lock() for _ in range(n)]
        processes = [Process(target=eat, args=(forks[i], forks[(i + 1) % n])) for i in range(n)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
"""

BUFFER = """
    from multiprocessing import Condition, Process, RawValue

    def put(changed, full):
        with changed:
            while full.value == 1:
                changed.wait()
            full.value = 1
            changed.notify()

    def get(changed, full):
        with changed:
            while full.value == 0:
                changed.wait()
            full.value = 0
            changed.notify()

    def main(n):
        changed, full = Condition(), RawValue("i", 0)
        processes = [Process(target=target, args=(changed, full)) for target in (put, get) for _ in range(n)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
"""

PROGRAMS = {
    "3 philosophers": (PHILOSOPHERS, 3),
    "5 philosophers": (PHILOSOPHERS, 5),
    "bounded buffer, 2 and 2": (BUFFER, 2),
}

PAINT = """() => new Promise((resolve) => {
    const told = () => performance.getEntriesByName("first-contentful-paint")[0];
    const ask = () => told() ? resolve(told().startTime) : setTimeout(ask, 5);
    ask();
})"""


def main() -> None:
    tiny = options("player", __doc__).parse_args().tiny
    programs, repetitions = (dict([*PROGRAMS.items()][:1]), 1) if tiny else (PROGRAMS, 5)
    sizes, medians = [], []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        print("| program | states | data, bytes | page, bytes | data made, ms CPU | first paint, ms (median, best) |")
        print("|---|---|---|---|---|---|")
        for name, (text, n) in programs.items():
            source = ModuleSource.of_text(dedent(text), "program")
            request = {
                "function": Reference("student", "main"),
                "arguments": [n],
                "keywords": {},
                "feeder": True,
                "pipe_capacity": 65_536,
            }
            lines = {cell.label: cell.source.split("\n") for cell in source.cells}
            with closing(LocalService(source)) as service:
                found = Exploration(explored(Automata(service), {**request, "merge": True}, 300_000, lines, "main"))
            began = time.process_time()
            data = player_data(found.findings)
            spent = (time.process_time() - began) * 1000
            file = Path(folder) / "player.html"
            file.write_text(page(data), "utf-8")
            paints = []
            for _ in range(repetitions):
                tab = browser.new_page()
                tab.goto(file.as_uri())
                paints.append(tab.evaluate(PAINT))
                tab.close()
            sizes.append(file.stat().st_size)
            medians.append(statistics.median(paints))
            size = len(json.dumps(data, separators=(",", ":")).encode())
            paint = f"{medians[-1]:.0f}, {min(paints):.0f}"
            print(f"| {name} | {found.states:,} | {size:,} | {sizes[-1]:,} | {spent:.0f} | {paint} |")
        browser.close()
    print(f"\nin short: a page of {max(sizes):,} bytes and {max(medians):.0f} ms to its first paint at most")


if __name__ == "__main__":
    main()
