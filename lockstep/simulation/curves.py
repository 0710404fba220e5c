"""A program on several numbers of virtual cores."""

from __future__ import annotations

from dataclasses import dataclass

from lockstep.simulation.simulation import Simulation


@dataclass(frozen=True)
class Curve:
    """Simulations by rising number of cores, and the seconds of their common base.

    `has_serial`: the base is a serial function that was given; else it is the program itself on one core.
    """

    program: str
    base: float
    has_serial: bool
    points: tuple[Simulation, ...]

    @property
    def cores(self) -> tuple[int, ...]:
        return tuple(point.cores for point in self.points)

    @property
    def speedups(self) -> tuple[float, ...]:
        return tuple(point.speedup for point in self.points)

    def at(self, cores: int) -> Simulation:
        """Raises KeyError for a number that was not simulated."""
        for point in self.points:
            if point.cores == cores:
                return point
        raise KeyError(f"the curve has {', '.join(map(str, self.cores))} cores, not {cores}")

    def text(self) -> str:
        base = "a serial function" if self.has_serial else "itself on one core"
        lines = [f"{self.program}, simulated, compared with {base} ({self.base:.3g} s):"]
        lines.append("  cores  makespan  speed-up  parallelism   error")
        lines += [
            f"  {one.cores:>5}  {one.makespan:>6.3g} s  {one.speedup:>8.2f}  {one.parallelism:>11.2f}"
            f"  {f'±{one.accuracy.error:.0%}':>6}"
            for one in self.points
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.text()
