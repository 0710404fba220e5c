"""In words: why the calls of a history did not happen one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lockstep.exploration.one_at_a_time.conflict import Demand
from lockstep.exploration.one_at_a_time.history import Interval
from lockstep.exploration.one_at_a_time.specification import Outcome, same
from lockstep.words import brief_value, enumerated

Pair = tuple[Interval, Interval]  # the first was over before the second was called


def reasons(
    calls: Sequence[Interval], demands: Sequence[Demand], last: Interval, gives: Sequence[Outcome]
) -> list[str]:
    """Sentences, of which the first says it all. `last`: the call that came back, or waits, when nothing fits any more;
    `gives`: what it could have given then."""
    words = _Words(calls, last, gives)
    waits, said, there = (_demanded(calls, demands, kind) for kind in ("waits", "gives", "happens"))
    pairs = [(calls[each.call], calls[each.other]) for each in demands if each.kind == "before"]
    if waits:
        return [words.wait_for_ever(waits), *words.lost()]
    subjects = said or [each for each in there if each is last] or there
    first = words.in_time(subjects, pairs) if pairs else words.in_no_order(subjects)
    return [first, *(words.about_values(said, pairs) or words.lost()), words.could()]


def _demanded(calls: Sequence[Interval], demands: Sequence[Demand], kind: str) -> list[Interval]:
    found = [calls[each.call] for each in demands if each.kind == kind]
    return sorted(found, key=lambda call: (call.client, call.number))


class _Words:
    def __init__(self, calls: Sequence[Interval], last: Interval, gives: Sequence[Outcome]) -> None:
        self.calls, self.last, self.gives = calls, last, gives
        outcomes = [(each.call.method, each.outcome) for each in calls if each.outcome is not None]
        outcomes += [(last.call.method, each) for each in gives]
        self._speaking = {method for method, outcome in outcomes if outcome[:2] != ("returned", None)}
        # What comes out are values that went in: a buffer, not a counter.
        others = [each.outcome for each in calls if each.call.method == last.call.method and each is not last]
        moved = [each for each in [*others, *gives] if _telling(each)]
        self._passes = bool(moved) and all(self._given(each[1]) for each in moved if each)

    def wait_for_ever(self, waits: Sequence[Interval]) -> str:
        one = len(waits) == 1
        names = enumerated([each.named for each in waits])
        if self.gives:
            would = f"with one call at a time {'it' if one else 'one of them'} would have {self._alternatives()}"
            return f"{names} {'waits' if one else 'wait'} for ever; {would}."
        seen = "it has" if one else "they have"
        return f"{names} {'waits' if one else 'wait'} for ever, although others have seen that {seen} happened."

    def in_no_order(self, subjects: Sequence[Interval]) -> str:
        told = [self._told(each) for each in subjects]
        if len(subjects) == 1:
            return f"{told[0]}, which it does in no order of the calls."
        if len({(same(each.outcome or ()), each.call.method) for each in subjects}) == 1:
            both = "both" if len(subjects) == 2 else "all"
            what = self._what(subjects[0])
            return f"{enumerated([each.named for each in subjects])} {both} {what}, which in no order of the calls {both} do."
        return f"{enumerated(told)}, which happens in no order of the calls."

    def in_time(self, subjects: Sequence[Interval], pairs: Sequence[Pair]) -> str:
        if len(subjects) == 1 and len(pairs) == 1 and pairs[0][0] is subjects[0]:
            return f"{self._told(subjects[0])} before {pairs[0][1].named} was called."

        def name(call: Interval) -> str:
            return "it" if len(subjects) == 1 and call is subjects[0] else call.named

        over: dict[str, list[str]] = {}
        for earlier, later in sorted(pairs, key=lambda pair: (pair[1].begin, pair[0].begin)):
            over.setdefault(name(later), []).append(name(earlier))
        parts = [
            f"{enumerated(names)} {'was' if len(names) == 1 else 'were'} over before {later} was called"
            for later, names in over.items()
        ]
        return f"{enumerated([self._told(each) for each in subjects])}, although {', and '.join(parts)}."

    def about_values(self, said: Sequence[Interval], pairs: Sequence[Pair]) -> list[str]:
        """What became of the values that calls gave: they came twice, overtook others, or never went in."""
        found: dict[str, None] = {}
        for each in said:
            if not self._passes or not _telling(each.outcome):
                continue
            value = (each.outcome or ())[1]
            told, into = brief_value(value), self._given(value)
            out = sum(other.outcome is not None and self._alike(other, each) for other in self.calls)
            if not into:
                found[f"No call was given {told}."] = None
            elif out > len(into):
                found[f"{told} went in {_times(len(into))} and came out {_times(out)}."] = None
            for earlier, later in pairs:
                if later in into and earlier.call.method == later.call.method and len(earlier.call.arguments) == 1:
                    found[
                        f"{brief_value(earlier.call.arguments[0])} went in before {told}, and {told} came out first."
                    ] = None
        return list(found)

    def lost(self) -> list[str]:
        """A value that the last call could have given, of a call that is over, and that nobody got."""
        for outcome in self.gives if self._passes else ():
            into = [each for each in self._given(outcome[1]) if each.end is not None] if _telling(outcome) else []
            if into and not any(
                each.outcome is not None and same(each.outcome) == same(outcome) for each in self.calls
            ):
                return [f"{into[0].named} was over, and nobody has got {brief_value(outcome[1])}: it is lost."]
        return []

    def could(self) -> str:
        if not self.gives:
            return f"With one call at a time, {self.last.named} would have waited here."
        return f"With one call at a time, {self.last.named} could here only have {self._alternatives()}."

    def _alternatives(self) -> str:
        if self.last.call.method not in self._speaking:
            return "come back"
        values = sorted(brief_value(each[1]) for each in self.gives if each[0] == "returned")
        errors = sorted(f"ended with {each[1]}" for each in self.gives if each[0] == "raised")
        return " or ".join([*([f"returned {' or '.join(values)}"] if values else []), *errors])

    def _told(self, call: Interval) -> str:
        return f"{call.named} {self._what(call)}"

    def _what(self, call: Interval) -> str:
        assert call.outcome is not None
        if call.outcome[0] == "raised":
            return f"ended with {call.outcome[1]}"
        return f"returned {brief_value(call.outcome[1])}" if call.call.method in self._speaking else "came back"

    def _given(self, value: Any) -> list[Interval]:
        """The calls that were given this value."""
        wanted = same(("returned", value))
        return [each for each in self.calls if any(same(("returned", one)) == wanted for one in each.call.arguments)]

    @staticmethod
    def _alike(one: Interval, other: Interval) -> bool:
        return one.call.method == other.call.method and same(one.outcome or ()) == same(other.outcome or ())


def _telling(outcome: Outcome | None) -> bool:
    """Is it a value by which one recognizes where it comes from?"""
    return outcome is not None and outcome[0] == "returned" and outcome[1] is not None and type(outcome[1]) is not bool


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
