"""The result of `explore`: an immutable value that counts, judges and shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from typing import Any

from lockstep.exploration.claims import Claim
from lockstep.exploration.clients import Used
from lockstep.exploration.findings import UNPICKLABLE, End, Findings
from lockstep.exploration.one_at_a_time.judging import judged
from lockstep.exploration.one_at_a_time.refusal import Refusal
from lockstep.exploration.one_at_a_time.specification import Specification
from lockstep.exploration.search.store_buffers import BufferedSteps
from lockstep.exploration.typed import Results
from lockstep.player.standalone import save
from lockstep.player.trace import Trace, trace_to
from lockstep.standin.objects.processes import process_name
from lockstep.student.failure import CheckFailed
from lockstep.student.given import GivenFunction, current_student
from lockstep.student.session import session_of
from lockstep.words import SENTENCES, brief, brief_value


@dataclass(frozen=True, repr=False)
class Exploration:
    """What explore found: it counts, judges and shows. Counts are interleavings, and states where `interleavings` is None.

        results                     what the program returned -> in how many interleavings
        deadlocks, livelocks        in how many nobody can go on, or all go on for ever
        crashes, left_running       in how many a process raises, or is left behind when main is done
        always(f), sometimes(f)     whether f is true of what all, or some, interleavings return; raise CheckFailed with a schedule
        schedule(f), failure()      a shortest interleaving of that kind, as a Trace, or None
        play(), trace(), save(f)    the same to step through, as text, as a page

    >>> found = explore(count, 2)
    >>> found.results[2], found.deadlocks
    (2, 0)
    """

    findings: Findings = field(compare=False, hash=False)
    used: Used | None = field(default=None, compare=False, hash=False)

    @property
    def claim(self) -> Claim:
        """What was covered: all interleavings, all states, few preemptions, or a sample."""
        return self.findings.claim

    @property
    def interleavings(self) -> int | None:
        return self.findings.interleavings

    @property
    def states(self) -> int:
        return len(self.findings.states)

    @cached_property
    def results(self) -> Results:
        return self.findings.results()

    @property
    def deadlocks(self) -> int:
        return self._count(lambda end: end.deadlocked)

    @property
    def livelocks(self) -> int:
        return len(self.findings.lost | self.findings.circling)

    @property
    def crashes(self) -> int:
        return self._count(lambda end: bool(end.crashes))

    @property
    def left_running(self) -> int:
        return self._count(lambda end: end.left_running)

    def always(self, predicate: Callable[[Any], Any]) -> Exploration:
        """Every interleaving ends, and main returns a value for which `predicate` is true. Raises CheckFailed."""
        self._must_end()
        bad = {id(end): not predicate(end.returned[0]) for end in self._ends if end.returned}
        wrong = [end for end in self._ends if bad.get(id(end))]
        if wrong:
            values = sorted({brief_value(end.returned[0]) for end in wrong})
            told = ", ".join(values[:5]) + (", ..." if len(values) > 5 else "")
            if values == ["None"] and len(self.results) == 1:
                every = "" if self.interleavings == 1 else " in every interleaving"
                title = f"`{self.findings.name}` returns None{every}: its `return` is missing."
                raise self._failed(title, {end.state for end in wrong})
            self._no(lambda end: bad.get(id(end), False), f"the result is wrong ({told})")
        return self._held("always")

    def always_ends(self) -> Exploration:
        """No interleaving crashes or deadlocks, and none goes on for ever under a fair scheduler. Raises CheckFailed."""
        self._must_end()
        return self._held("always_ends")

    def _must_end(self) -> None:
        self._must_not_deadlock()
        if self.findings.grows:
            raise CheckFailed(f"{self.findings.grows}.")
        if self.findings.lost:
            crashed = self.findings.crashed_and_lost()
            if crashed:
                raise self._failed("A process ends with an exception, and others wait for it for ever:", crashed)
            title = "The processes can come to where they go on for ever and never end (livelock):"
            raise self._failed(title, self.findings.lost)
        if self.findings.circling:
            raise self._failed(*self.findings.livelock())

    def never_starves(self, section: str | None = None) -> Exploration:
        """Nobody can be kept out of `with inside(section):` for ever while others go through again and again.

        Without a section: of none of the sections; in a program without any, nobody waits for ever while others change
        something again and again. The scheduler is fair (see SEMANTICS.md). Raises CheckFailed.
        """
        self._must_not_crash()
        if section is not None and section not in self.findings.sections():
            raise CheckFailed(self._nobody_inside(section))
        found = self.findings.starving(section)
        if found is not None:
            what = f" of {section!r}" if section else ""
            others = found.circle.moving - {found.process}
            names, go = self.findings.named(others), "goes" if len(others) == 1 else "go"
            again = "through again and again" if self.findings.sections() else "on and on"
            title = f"{process_name(found.process)} can be kept out{what} for ever, while {names} {go} {again} (starvation):"
            path = self.findings.round_shown(found.circle, found.moves)
            raise CheckFailed(title, Trace(self.findings, path, title, starving=found.process))
        return self._held("never_starves")

    def never_deadlocks(self) -> Exploration:
        """In no interleaving a process crashes, or everybody who is left waits for ever. Raises CheckFailed."""
        self._must_not_deadlock()
        return self._held("never_deadlocks")

    def _must_not_deadlock(self) -> None:
        self._must_not_crash()
        self._no(lambda end: end.deadlocked, "nobody can go on (deadlock)")

    def never_crashes(self) -> Exploration:
        """No process ends by an exception. Raises CheckFailed.

        Whoever crashes never comes to where a lock is wrong, so the other verdicts ask for this first.
        """
        self._must_not_crash()
        return self._held("never_crashes")

    def _must_not_crash(self) -> None:
        self._crash("main", [end for end in self._ends if end.main_crashed])
        self._crash("a process", [end for end in self._ends if end.crashes])

    def _crash(self, who: str, ends: list[End]) -> None:
        if not ends:
            return
        error = next(text for process, text in ends[0].crashes if who != "main" or process == "0")
        if error.startswith(UNPICKLABLE):
            told = error.removeprefix(UNPICKLABLE)
            raise self._failed(f"{told[0].upper()}{told[1:]}.", {ends[0].state})
        states = {end.state for end in ends}
        self._no(lambda end: end.state in states, f"{who} ends with an exception ({brief(error, SENTENCES)})")

    def never_leaves_running(self) -> Exploration:
        """Whatever was started has exited when main is done. Raises CheckFailed."""
        self._no(lambda end: end.left_running, "a process is still running when main is done")
        return self._held("never_leaves_running")

    def sometimes(self, predicate: Callable[[Any], Any]) -> Exploration:
        """Some interleaving returns a value for which `predicate` is true. Raises CheckFailed."""
        if not any(predicate(end.returned[0]) for end in self._ends if end.returned and not end.deadlocked):
            values = ", ".join(map(brief_value, list(self.results)[:5])) or "nothing at all"
            raise CheckFailed(f"No interleaving gives such a result; it is {values}. Taken: {self.claim}.")
        return self

    def at_most(self, section: str, processes: int) -> Exploration:
        """No process crashes, some are in `with inside(section):`, and never more than so many at once.

        Raises CheckFailed; TypeError or ValueError for what is no section or no number of processes.
        """
        if not isinstance(section, str):
            raise TypeError(f"a section is the name given to `inside`, a text, not {section!r}")
        if not isinstance(processes, int) or processes < 1:
            raise ValueError(f"at most how many processes is a number, at least 1, not {processes!r}")
        self._must_not_crash()
        inside = self.findings.inside(section)
        if not inside:
            self._must_end()  # if nobody gets so far, this says why
            raise CheckFailed(self._nobody_inside(section))
        bad = {state for state, count in inside.items() if count > processes}
        if bad:
            most = max(inside.values())
            title = f"{most} processes can be inside {section!r} at once, where at most {processes} may:"
            raise self._failed(title, bad)
        return self._held("at_most")

    def one_at_a_time(self, specification: Any) -> Exploration:
        """In every interleaving the clients' calls give what they would give if each happened at one instant between its call
        and its return (linearizability), and who waits for ever would have to wait. Raises CheckFailed.

        `specification` is a plain class with the methods that clients call, made with the object's arguments; a method that
        has to wait says so with `wait_until(condition)`. Raises TypeError for what is none, and for an exploration without clients.
        """
        if self.used is None:
            raise TypeError('`one_at_a_time` needs clients: explore(Buffer, 2, clients=["put(1); put(2)", "get()"])')
        self._must_not_crash()  # what methods raise is an outcome: this is the object's making
        cls = specification.function if isinstance(specification, GivenFunction) else specification
        meant = Specification(cls, self.used.arguments, self.used.keywords)
        found = judged(self.findings, self.used.clients, meant)
        if found.reasons:
            title = found.reasons[0]
            trace = Trace(self.findings, list(found.path), "The steps:", bare=True)
            raise CheckFailed(title, Refusal(title, found.calls, found.refused, found.reasons[1:], trace))
        return self._held("one_at_a_time")

    def at_once(self, section: str) -> int:
        """The largest number of processes that are in `with inside(section):` at once in any state."""
        return max(self.findings.inside(section).values(), default=0)

    def errors_of_main(self) -> set[str]:
        """The names of the exceptions with which main ends in some interleaving."""
        told = (text for end in self._ends for process, text in end.crashes if process == "0")
        return {text.partition(":")[0] for text in told}

    def failure(self, title: str = "") -> Trace | None:
        """The shortest schedule to a deadlock, a livelock or a crash, under this title; None if there is none of these.

        As the message of a check's `assert`, it is shown as the reason.
        """
        kinds: list[tuple[str, set[int]]] = [
            ("Nobody can go on (deadlock):", {end.state for end in self._ends if end.deadlocked}),
            ("They can go on for ever and never end (livelock):", set(self.findings.lost)),
            self.findings.livelock() if self.findings.circling - self.findings.lost else ("", set()),
            ("A process ends with an exception:", {end.state for end in self._ends if end.crashes}),
        ]
        for kind, states in kinds:
            if states:
                return trace_to(self.findings, states, title or kind)
        return None

    def schedule(
        self,
        predicate: Callable[[Any], Any] = lambda value: True,
        title: str = "A shortest interleaving with this result:",
    ) -> Trace | None:
        """The shortest schedule after which main returns a value for which `predicate` is true, under this title; None
        if there is none."""
        ends = (end for end in self._ends if end.returned and not end.deadlocked)
        states = {end.state for end in ends if predicate(end.returned[0])}
        return trace_to(self.findings, states, title) if states else None

    def trace(self) -> str:
        """The shortest failing schedule as plain text, a step a line; if nothing fails, a shortest interleaving."""
        found = self.failure() or self.schedule()
        return found.text() if found else "Nothing to show: no interleaving was seen to its end."

    def play(self, goal: Callable[[Any], Any] | str | None = None) -> Any:
        """A player of the shortest failing interleaving, or of one whose result `goal` is true of (or "deadlock")."""
        from lockstep.player.widget import Player  # notebooks only: it loads anywidget

        return Player(self.findings, goal)

    def save(self, file: str | PathLike[str], goal: Callable[[Any], Any] | str | None = None) -> None:
        """Writes the player as one HTML file that needs nothing else. Raises OSError if it cannot be written."""
        save(self.findings, file, goal)

    @property
    def running_at_once(self) -> int:
        """How many processes beside main have begun and not exited in some state, at most."""
        return self.findings.running_at_once

    @property
    def processes(self) -> int:
        """How many processes main and its children start, at most."""
        return self.findings.processes()

    @property
    def operations(self) -> frozenset[str]:
        """The kinds of operations on shared objects that processes come to: "cell.read", "lock.acquire", ..."""
        return self.findings.operations()

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        buffered = ", with store buffers" if isinstance(self.findings.graph.steps, BufferedSteps) else ""
        parts = [f"{self.findings.name}{buffered}: {self.claim}"]
        if self.results and self.used is None:  # what clients' calls return is not main's result
            told = [brief_value(v) + ("" if n is None else f": {n:,}") for v, n in _in_order(self.results.items())]
            parts.append("results " + ", ".join([*told[:12], *(["..."] if len(told) > 12 else [])]))
        for name in ("deadlocks", "livelocks", "crashes", "left_running"):
            if getattr(self, name):
                unit = "interleaving" if self.interleavings is not None and name != "livelocks" else "state"
                many = "s" if getattr(self, name) > 1 else ""
                what = ""
                if name == "crashes":
                    process, error = next(end.crashes[0] for end in self._ends if end.crashes)
                    what = f" ({process_name(process)}: {brief(error, SENTENCES)})"
                parts.append(f"{name.replace('_', ' ')} in {getattr(self, name):,} {unit}{many}{what}")
        return "; ".join(parts)

    def _count(self, chosen: Callable[[End], bool]) -> int:
        return self.findings.count(end for end in self.findings.ends if chosen(end))

    @property
    def _ends(self) -> list[End]:
        return self.findings.ends

    def _nobody_inside(self, section: str) -> str:
        others = ", ".join(map(repr, self.findings.sections()))
        there = f"the sections that processes enter are {others}" if others else "no process enters any section"
        return (
            f"No process is ever inside {section!r}, so nothing is proven; {there}. "
            f"Mark the part of the program that is meant: `with inside({section!r}):`"
        )

    def _held(self, verdict: str) -> Exploration:
        """The verdict stands; where not all was taken, that is said: in a check in its line, elsewhere at once."""
        if not self.claim.complete:
            told = f"`{verdict}` holds only as far as was looked: {self.claim}"
            student = current_student.get()
            if student is None:
                print(f"{self.findings.name}: {told}")
            elif told not in (notes := session_of(student).notes):
                notes.append(told)
        return self

    def _no(self, bad: Callable[[End], bool], what: str) -> None:
        ends = [end for end in self._ends if bad(end)]
        if not ends:
            return
        states = {end.state for end in ends}
        if self.interleavings is None:
            title = f"There are interleavings in which {what}; the shortest:"
        elif self.interleavings == 1:
            title = f"{what[0].upper()}{what[1:]}, in the only interleaving:"
        else:
            count = self.findings.count(ends)
            title = f"In {count:,} of {self.interleavings:,} interleavings {what}; the shortest:"
        raise self._failed(title, states)

    def _failed(self, title: str, states: set[int]) -> CheckFailed:
        schedule = trace_to(self.findings, states, title)
        return CheckFailed(title, schedule)


def _in_order(results: Iterable[tuple[Any, int | None]]) -> list[tuple[Any, int | None]]:
    """By value, where values can be compared."""
    try:
        return sorted(results, key=lambda result: result[0])
    except TypeError:
        return list(results)
