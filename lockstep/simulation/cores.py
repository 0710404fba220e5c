"""Cores that processes share: who computes, at which rate, and who is finished next.

Cores are shared evenly: with n processes computing on P cores each goes at rate min(1, P / n) (processor sharing, see
Kleinrock, Queueing Systems, vol. 2, ch. 4). So all that compute receive the same service, and one heap of the service
at which each is finished is enough. Ties go by order of entry.
"""

from __future__ import annotations

import heapq

from lockstep.simulation.actors import Actor


class Cores:
    """`number` cores, which may be infinite; while more than one is busy each is slower by the fraction `contention`."""

    def __init__(self, number: float, contention: float) -> None:
        self.number, self._contention = number, contention
        self.crowded = 0.0  # seconds in which more processes than cores computed
        self._service = 0.0  # seconds of CPU that every computing process has got since the beginning
        self._ends: list[tuple[float, int, Actor, int]] = []  # the service at which it is finished, and its turn
        self._runnable = self._entered = 0

    def compute(self, actor: Actor, cpu: float) -> None:
        """From now on the actor computes, in its present turn, until it has got so many seconds."""
        self._entered += 1
        heapq.heappush(self._ends, (self._service + cpu, self._entered, actor, actor.turn))
        self._runnable += 1

    def seconds_to_finish(self) -> float:
        """Until the first of them is finished; infinite if nobody computes."""
        while self._ends and self._ends[0][3] != self._ends[0][2].turn:
            heapq.heappop(self._ends)  # it was terminated
        if not self._ends:
            return float("inf")
        return max(0.0, self._ends[0][0] - self._service) * self._slowdown()

    def pass_time(self, seconds: float) -> None:
        if self._runnable:
            self._service += seconds / self._slowdown()
            if self._runnable > self.number:
                self.crowded += seconds

    def finish(self) -> Actor:
        """Takes off the one that is finished first."""
        actor = heapq.heappop(self._ends)[2]
        self._runnable -= 1
        return actor

    def stop(self, actor: Actor, cpu: float) -> float:
        """The actor, which was to get so many seconds in this turn, stops before; how many it has got."""
        self._runnable -= 1
        end = next((end for end, _, other, turn in self._ends if other is actor and turn == actor.turn), 0.0)
        return max(0.0, cpu - max(0.0, end - self._service))

    def _slowdown(self) -> float:
        """Seconds that pass while each computing process gets a second of CPU."""
        shared = max(1.0, self._runnable / self.number)
        return shared * (1 + self._contention) if min(self._runnable, self.number) > 1 else shared
