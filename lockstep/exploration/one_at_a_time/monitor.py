"""What is possible so far: every way in which the calls seen up to now can have happened one at a time.

Calls take effect as late as they can: when one comes back (Lowe, "Testing for linearizability", 2017).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import NamedTuple

from lockstep.exploration.clients import Clients
from lockstep.exploration.one_at_a_time.specification import Outcome, Specification, same

REFUSED = 0  # the number of what is not possible in any way


class Way(NamedTuple):
    """One of the ways: the specification's state, and the clients whose call has happened and is not back, with what it gives."""

    state: int
    happened: tuple[tuple[int, Hashable], ...]


class Possible(NamedTuple):
    """All ways, and for each client the number of the call that it has begun (None: it is in none)."""

    ways: frozenset[Way]
    begun: tuple[int | None, ...]


class Monitor:
    """Every `Possible` that was met, by its number, and what follows from each."""

    def __init__(self, specification: Specification, clients: Clients) -> None:
        self.specification, self.clients = specification, clients
        self.met = [Possible(frozenset(), ())]
        self._outcomes: dict[Hashable, Outcome] = {}
        self._numbers: dict[Possible, int] = {self.met[REFUSED]: REFUSED}
        self._known: dict[tuple[int, int, int, Hashable], int] = {}
        self.start = self._number(Possible(frozenset([Way(specification.start, ())]), (None,) * len(clients)))

    def step(self, number: int, client: int, call: int, outcome: Outcome | None) -> int:
        """What is possible after the client has gone on in this call, which came back if there is an outcome."""
        key = (number, client, call, None if outcome is None else same(outcome))
        found = self._known.get(key)
        if found is None:
            begun = self._begun(self.met[number], client, call)
            after = begun if outcome is None else self._came_back(begun, client, key[3])
            found = self._known[key] = self._number(after)
        return found

    def gives(self, number: int, client: int, call: int) -> list[Outcome]:
        """What the call of this client gives in any of the ways, if it has happened or happens now; each once."""
        begun = self._begun(self.met[number], client, call)
        found: dict[Hashable, Outcome] = {}
        for way in begun.ways:
            if client in dict(way.happened):
                found.setdefault(dict(way.happened)[client], self._outcomes[dict(way.happened)[client]])
                continue
            for state in self._before(way, begun.begun, client):
                after = self.specification.after(state.state, self.clients[client][call])
                if after is not None:
                    found.setdefault(same(after[0]), after[0])
        return list(found.values())

    def may_rest(self, number: int, waiting: list[tuple[int, int]]) -> bool:
        """May these calls (client, call) wait for ever? In some way none of them has happened, and none can."""
        return any(
            not way.happened
            and all(self.specification.after(way.state, self.clients[client][call]) is None for client, call in waiting)
            for way in self.met[number].ways
        )

    def _begun(self, possible: Possible, client: int, call: int) -> Possible:
        begun = (*possible.begun[:client], call, *possible.begun[client + 1 :])
        return possible._replace(begun=begun)

    def _came_back(self, possible: Possible, client: int, outcome: Hashable) -> Possible:
        ways = set()
        for way in possible.ways:
            gave = dict(way.happened)
            if client in gave:
                if gave[client] == outcome:
                    ways.add(_without(way, client))
                continue
            for before in self._before(way, possible.begun, client):
                after = self._happens(before, possible.begun, client)
                if after is not None and dict(after.happened)[client] == outcome:
                    ways.add(_without(after, client))
        if not ways:
            return self.met[REFUSED]
        begun = (*possible.begun[:client], None, *possible.begun[client + 1 :])
        return Possible(frozenset(ways), begun)

    def _before(self, way: Way, begun: tuple[int | None, ...], client: int) -> Iterator[Way]:
        """The way, and those in which calls of others, that are begun and not back, happen first."""
        front, met = [way], {way}
        while front:
            here = front.pop()
            yield here
            happened = dict(here.happened)
            for other, call in enumerate(begun):
                if call is None or other == client or other in happened:
                    continue
                after = self._happens(here, begun, other)
                if after is not None and after not in met:
                    met.add(after)
                    front.append(after)

    def _happens(self, way: Way, begun: tuple[int | None, ...], client: int) -> Way | None:
        call = begun[client]
        assert call is not None
        after = self.specification.after(way.state, self.clients[client][call])
        if after is None:
            return None
        outcome, state = after
        self._outcomes[same(outcome)] = outcome
        return Way(state, tuple(sorted((*way.happened, (client, same(outcome))), key=lambda each: each[0])))

    def _number(self, possible: Possible) -> int:
        found = self._numbers.setdefault(possible, len(self.met))
        if found == len(self.met):
            self.met.append(possible)
        return found


def _without(way: Way, client: int) -> Way:
    return way._replace(happened=tuple(each for each in way.happened if each[0] != client))
