"""A warm trivial check in a child process and in each tier of sandbox: wall and CPU milliseconds, side by side.

Run as `python -m benchmarks.sandbox`. The launchers take turns, so that a busy machine slows all alike.
CPU of the launcher's side is this process's; CPU of the sandbox is that of the zygote and all that it has reaped.
"""

import contextlib
import statistics
import time

import psutil

from autograder.sandbox.launching import SandboxLauncher
from autograder.sandbox.tiers import why_not
from benchmarks import options
from lockstep.program.source import ModuleSource
from lockstep.student.launcher_forking import ForkingLauncher
from lockstep.student.session import Session, Student

SOURCE = ModuleSource.of_text("def double(number):\n    return 2 * number\n")


def measure(repetitions):
    launchers = {"child process": ForkingLauncher()}
    launchers |= {f"tier {tier}": SandboxLauncher(tier) for tier in "BC" if not why_not(tier)}
    cold, walls, here = {}, {name: [] for name in launchers}, {name: [] for name in launchers}
    with contextlib.ExitStack() as stack:
        for name, launcher in launchers.items():
            stack.callback(launcher.close)
            began = time.perf_counter()
            one_check(launcher)
            cold[name] = time.perf_counter() - began
        before = {name: sandbox_cpu(launcher) for name, launcher in launchers.items()}
        for _ in range(repetitions):
            for name, launcher in launchers.items():
                wall, cpu = time.perf_counter(), time.process_time()
                one_check(launcher)
                walls[name].append(time.perf_counter() - wall)
                here[name].append(time.process_time() - cpu)
        time.sleep(0.3)  # the last keepers are reaped with the next request
        for launcher in launchers.values():
            one_check(launcher)
        there = {name: (sandbox_cpu(launcher) - before[name]) / repetitions for name, launcher in launchers.items()}
    print(
        f"{'':14} {'cold':>8} {'best':>8} {'median':>8} {'CPU here':>9} {'CPU there':>10}   (ms, {repetitions} checks)"
    )
    for name, wall in walls.items():
        row = (cold[name], min(wall), statistics.median(wall), statistics.median(here[name]), there[name])
        print("{:14} {:8.1f} {:8.1f} {:8.1f} {:9.1f} {:10.1f}".format(name, *(1000 * number for number in row)))
    median = {name: statistics.median(wall) for name, wall in walls.items()}
    ratios = [f"{name} {median[name] / median['child process']:.2f}" for name in list(launchers)[1:]]
    print(f"\nin short: times as long as in a child process: {', '.join(ratios) or 'no tier works here'}")


def one_check(launcher):
    """What one check costs: a process, a call, a look at what is left, the end.

    What is left is not judged: outside a sandbox, /dev/shm also shows what other programs of this user leave there.
    """
    session = Session(SOURCE, ModuleSource(), launcher, 60.0)
    try:
        assert Student(session).double(21) == 42
        session.leftovers()
    finally:
        session.close()


def sandbox_cpu(launcher):
    """Seconds of the launcher's processes and of those that they have waited for."""
    outermost = psutil.Process(launcher._zygote.pid)
    processes = [outermost, *outermost.children(recursive=True)]
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def main():
    parser = options("sandbox", __doc__)
    parser.add_argument("--repetitions", type=int, default=100, help="checks in each (default: 100)")
    chosen = parser.parse_args()
    measure(2 if chosen.tiny else chosen.repetitions)


if __name__ == "__main__":
    main()
