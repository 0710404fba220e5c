"""What an exploration covered, as a type: all interleavings, all states, few preemptions, or a sample."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AllInterleavings:
    """Every interleaving was taken."""

    interleavings: int
    complete = True

    def __str__(self) -> str:
        return "the only interleaving" if self.interleavings == 1 else f"all {self.interleavings:,} interleavings"


@dataclass(frozen=True)
class AllStates:
    """Every state was visited; the program busy-waits, so its interleavings are without number."""

    states: int
    complete = True

    def __str__(self) -> str:
        return f"all {self.states:,} states (the program busy-waits, so its interleavings are without number)"


@dataclass(frozen=True)
class FewPreemptions:
    """Every interleaving in which a process that could go on is interrupted at most `preemptions` times."""

    preemptions: int
    states: int
    complete = False

    def __str__(self) -> str:
        return (
            f"all interleavings with at most {self.preemptions} preemptions (the program has too many to take them all)"
        )


@dataclass(frozen=True)
class Sampled:
    """Interleavings drawn by PCT (Burckhardt et al., ASPLOS 2010), which finds a bug of this depth with a known
    chance."""

    interleavings: int
    depth: int
    complete = False

    def __str__(self) -> str:
        return f"a sample of {self.interleavings:,} interleavings (PCT, depth {self.depth}); others may fail"


Claim = AllInterleavings | AllStates | FewPreemptions | Sampled
