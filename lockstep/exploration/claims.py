"""What an exploration covered, as a type: all interleavings or states, all but orders, few preemptions, a sample, a beginning."""

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
class AllButOrder:
    """Every end, crash and deadlock, and everybody in every section: orders of steps that cannot disturb each other count
    as one."""

    states: int
    complete = True

    def __str__(self) -> str:
        return f"all interleavings that differ in more than the order of independent steps ({self.states:,} states)"


@dataclass(frozen=True)
class FewPreemptions:
    """Every interleaving in which a process that could go on is interrupted at most `preemptions` times. `why`: not all."""

    preemptions: int
    states: int
    why: str
    complete = False

    def __str__(self) -> str:
        return (
            f"not all interleavings ({self.why}), but all of those in which at most {self.preemptions} times another "
            f"process goes on in the place of one that could (at most {self.preemptions} preemptions)"
        )


@dataclass(frozen=True)
class Sampled:
    """Interleavings drawn by PCT (Burckhardt et al., ASPLOS 2010), which finds a bug of this depth with a known
    chance. `why`: not all."""

    interleavings: int
    depth: int
    why: str
    complete = False

    def __str__(self) -> str:
        return (
            f"not all interleavings ({self.why}), but a sample of {self.interleavings:,} drawn at random, most of them with "
            f"few changes of process, as most bugs need no more (PCT, depth {self.depth}); others may fail"
        )


@dataclass(frozen=True)
class Beginning:
    """Only the states that take the fewest steps; `why` it went no further: "it was interrupted after 3 s"."""

    states: int
    why: str
    complete = False

    def __str__(self) -> str:
        return f"not all interleavings: only the first {self.states:,} states, since {self.why}"


Claim = AllInterleavings | AllStates | AllButOrder | FewPreemptions | Sampled | Beginning
