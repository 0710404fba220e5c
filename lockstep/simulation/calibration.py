"""What processes, messages, locks and barriers cost on this machine, measured in under a second.

Run as a program of its own, because measuring starts processes, and from its file, as a learner's program is: a fork
server loads a main module that has one before it is asked for processes.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys

import psutil

from lockstep.simulation import probes
from lockstep.simulation.costs import Costs

_STEP = 64 << 20  # bytes of memory: within one, what starting a process costs hardly differs


def costs_of_this_machine() -> Costs:
    """Measured in a process as large as this, anew when it has grown or shrunk. Raises RuntimeError if it cannot be measured."""
    return _costs_in_steps(_own_memory() // _STEP)


@functools.cache
def _costs_in_steps(steps: int) -> Costs:
    return measured_costs(steps * _STEP + _STEP // 2)


def measured_costs(size: int = 0) -> Costs:
    """Measured now, in a process of so many bytes or of its own size. Raises RuntimeError if it cannot be measured."""
    command = [sys.executable, "-P", __file__, str(size)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=30, check=True, text=True)
        return Costs.of_data(json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        raise RuntimeError(f"this machine could not be calibrated ({error}); use costs='laptop'") from None


def measured(size: int = 0) -> Costs:
    """Measures, in a process of `size` bytes: what starting a process costs goes by that. The numbers are Costs'."""
    with probes.Neighbour() as neighbour:
        message = probes.message()
        queued = max(0.0, probes.queued_message() - message)
        neighbour.compare()
        byte = probes.byte()
        latency, queue_latency = probes.latencies()
        neighbour.compare()
        ballast = _filled(size - _own_memory())
        start, begin, child, exit_ = probes.starts()
        neighbour.compare()
        pool, result, handed = probes.pool()
        del ballast
        barrier = probes.barrier()
        neighbour.compare()
    both_ends = 2 * (message + queued)
    return Costs(
        "this machine", start=start, begin=begin, child=child, exit=exit_, message=message, queued=queued, byte=byte,
        pool=max(0.0, pool - start), result=max(0.0, result - both_ends), handed=max(0.0, handed - result),
        feed=max(0.0, queue_latency - latency - 2 * queued), switch=sys.getswitchinterval(), lock=probes.lock(),
        wake=max(0.0, latency - 2 * message), barrier=barrier, passing=barrier / 2, contention=neighbour.contention,
    )  # fmt: skip


def _own_memory() -> int:
    """Bytes of this process that it shares with no other."""
    used = psutil.Process().memory_info()
    return int(used.rss - getattr(used, "shared", 0))


def _filled(size: int) -> bytearray:
    """So many bytes, at most a gigabyte, of which every page is really there."""
    made = bytearray(min(max(0, size), 1 << 30))
    made[::4096] = bytes(len(range(0, len(made), 4096))).replace(b"\0", b"\1")
    return made


if __name__ == "__main__":
    try:
        costs = measured(*map(int, sys.argv[1:2]))
    except OSError as error:
        sys.exit(str(error))
    print(json.dumps(costs.to_data()))
