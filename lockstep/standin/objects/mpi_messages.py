"""MPI's messages between ranks: what was sent to a rank and not received yet, and what it has asked to receive.

Matching is the standard's (MPI 4.1, 3.5): messages of one sender are received in their order, and of the receives that a message
fits the one that was posted first gets it. What is left open (from whom ANY_SOURCE takes) has an outcome for each way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from lockstep.standin.declared import BLOCKED, Meaning, Teller, Wait, object_kind, one, operation
from lockstep.standin.operation import Message, Outcome, Value

ANY_SOURCE, ANY_TAG = -2, -1  # as MPICH numbers them
UNBUFFERED, BUFFERED, TIMED = "unbuffered", "buffered", "timed"
MAIL = "mail"
SENDING = "mpi.send", "mpi.isend"  # whose arguments are message, context, tag, mode, source and target
COLLECTIVE = "'"  # ends the context of messages that a collective call sends


class Letter(NamedTuple):
    """A message that nobody has received. `waits`: whoever sent it cannot be done before that; `ticket` tells it from others of
    the same source."""

    source: int
    ticket: int
    context: str
    tag: int
    message: Message
    waits: bool


class Posted(NamedTuple):
    """A receive that has been begun; `got` is (source, tag, message) once it has one, else ()."""

    ticket: int
    source: int
    context: str
    tag: int
    got: tuple[int, int, Message] | tuple[()] = ()

    def fits(self, letter: Letter) -> bool:
        return not self.got and _fits(letter, self.source, self.context, self.tag)


# The value of a rank's mail: (letters, receives, (source, ticket) of letters received whose senders have not gone on), as plain tuples.
Mail = tuple[tuple[Letter, ...], tuple[Posted, ...], tuple[tuple[int, int], ...]]
NO_MAIL: Mail = ((), (), ())


def _told(value: Value, tell: Teller) -> str:
    letters, receives, _ = _opened(value)
    told = [f"{tell.message(letter.message)} from rank {letter.source}" for letter in letters]
    waiting = [f"waiting for {sender(receive.source)}" for receive in receives if not receive.got]
    return ", ".join([*told, *waiting]) or "empty"


object_kind(MAIL, _told)


def sender(source: int) -> str:
    """Who may send it: "rank 2", "any rank"."""
    return "any rank" if source == ANY_SOURCE else f"rank {source}"


_AWAITED = Wait(
    "a message from {detail}, and nobody can go on to send one", lambda value, asked: sender(asked.arguments[0]),
    "a message",
)  # fmt: skip
_UNTAKEN = Wait(
    "its message to be received by rank {detail}, and that does not come to it", lambda value, asked: asked.arguments[2]
)


def _from_one_or_any(name: str, told: str, **declared: Any) -> Callable[[Meaning], Meaning]:
    """Declares an operation whose first argument is a rank, and one of any rank, for readers: `to_any` is its name."""

    def register(function: Meaning) -> Meaning:
        operation(name, told=told.replace("{0}", "rank {0}"), **declared)(function)
        if declared.get("between_ranks") == "taken":  # which one is taken depends on the order
            declared["between_ranks"] = "other"
        return operation(to_any(name), told=told.replace("{0}", "any rank"), **declared)(function)

    return register


def to_any(name: str) -> str:
    return f"{name} any"


@operation("mpi.send", told="send {0} to rank {5}", method="Comm.send", answers="never", passes="in", precedes=True,
           between_ranks="added")  # fmt: skip
@operation("mpi.isend", told="begin to send {0} to rank {5}", method="Comm.isend", answers="never", passes="in",
           precedes=True, between_ranks="added")  # fmt: skip
def _send(
    values: tuple[Value, ...], process: str, message: Message, context: str, tag: int, mode: str, source: int, to: int
) -> list[Outcome]:
    """The answer is the ticket to wait with until it is received, None if nobody needs to."""
    letters, receives, taken = _opened(values[0])
    waits = mode == UNBUFFERED
    used = {letter.ticket for letter in letters if letter.source == source}
    used |= {ticket for other, ticket in taken if other == source}
    ticket = next(number for number in range(len(used) + 1) if number not in used)
    letters += (Letter(source, ticket, context, tag, message, waits),)
    if mode != TIMED:  # who came first means nothing
        letters = tuple(sorted(letters, key=lambda letter: letter.source))
    return one((_settled(letters, receives, taken),), ticket if waits else None)


@operation("mpi.sent", told="finish sending to rank {2}", method="Comm.send", wait=_UNTAKEN, between_ranks="taken")
@operation("mpi.sent?", told="test whether rank {2} has received it", method="Request.test", answers="fact", looks=True,
           instead="`wait()`", between_ranks="other")  # fmt: skip
def _sent(
    values: tuple[Value, ...], process: str, source: int, ticket: int, to: int, test: bool = False
) -> list[Outcome]:
    found = []
    for mail in _ways(_opened(values[0])):
        letters, receives, taken = mail
        if (source, ticket) in taken:
            rest = tuple(each for each in taken if each != (source, ticket))
            found.append(Outcome(((letters, receives, rest),), True if test else None))
    if test and not found:
        found.append(Outcome(values, False))
    return _different(found)


@_from_one_or_any(
    "mpi.recv",
    told="receive from {0}",
    method="Comm.recv",
    answers="letter",
    follows=True,
    wait=_AWAITED,
    between_ranks="taken",
)
def _receive(values: tuple[Value, ...], process: str, source: int, context: str, tag: int) -> list[Outcome]:
    """The answer is (source, tag, message)."""
    found = []
    for mail in _ways(_opened(values[0])):
        for letter in _first_fitting(mail, source, context, tag):
            found.append(Outcome((_without(mail, letter),), (letter.source, letter.tag, letter.message)))
    return _different(found)


@_from_one_or_any(
    "mpi.irecv", told="begin to receive from {0}", method="Comm.irecv", answers="never", between_ranks="added"
)
def _post(values: tuple[Value, ...], process: str, source: int, context: str, tag: int) -> list[Outcome]:
    """The answer is the ticket to wait with."""
    letters, receives, taken = _opened(values[0])
    used = {receive.ticket for receive in receives}
    ticket = next(number for number in range(len(used) + 1) if number not in used)
    return one((_settled(letters, (*receives, Posted(ticket, source, context, tag)), taken),), ticket)


@_from_one_or_any(
    "mpi.wait",
    told="finish receiving from {0}",
    method="Request.wait",
    answers="letter",
    follows=True,
    wait=_AWAITED,
    between_ranks="taken",
)
@_from_one_or_any("mpi.wait?", told="test whether it has received from {0}", method="Request.test", answers="letter", follows=True,
                  looks=True, instead="`wait()`", between_ranks="other")  # fmt: skip
def _wait(values: tuple[Value, ...], process: str, source: int, ticket: int, test: bool = False) -> list[Outcome]:
    """The answer is (source, tag, message)."""
    found = []
    for letters, receives, taken in _ways(_opened(values[0])):
        got = next(receive.got for receive in receives if receive.ticket == ticket)
        if got:
            rest = tuple(receive for receive in receives if receive.ticket != ticket)
            found.append(Outcome(((letters, rest, taken),), tuple(got)))
    if test and not found:
        found.append(Outcome(values, None))
    return _different(found)


@operation("mpi.waitany", told="wait for the first of {0}", method="Request.waitany", answers="never", follows=True,
           wait=Wait("the first of several messages, and nobody can go on to send or receive one"), between_ranks="other")  # fmt: skip
def _waitany(values: tuple[Value, ...], process: str, requests: tuple[tuple[int, int, int], ...]) -> list[Outcome]:
    """Requests are (place of the mail among the objects, ticket, source of what was sent or -1 if it is received).

    The answer is (which of them, what its own waiting answers).
    """
    found = []
    for number, (place, ticket, source) in enumerate(requests):
        mail = values[place]
        ways = _wait((mail,), process, source, ticket) if source < 0 else _sent((mail,), process, source, ticket, 0)
        for (changed,), answer in ways:
            found.append(Outcome((*values[:place], changed, *values[place + 1 :]), (number, answer)))
    return _different(found)


@_from_one_or_any(
    "mpi.probe", told="wait for a message from {0} to come", method="Comm.probe", wait=_AWAITED, between_ranks="other"
)
@_from_one_or_any("mpi.probe?", told="look for a message from {0}", method="Comm.iprobe", looks=True,
                  instead="`probe()` or `recv()`", between_ranks="other")  # fmt: skip
def _probe(
    values: tuple[Value, ...], process: str, source: int, context: str, tag: int, test: bool = False
) -> list[Outcome]:
    """The answer is (source, tag, bytes)."""
    found = []
    for mail in _ways(_opened(values[0])):
        for letter in _first_fitting(mail, source, context, tag):
            found.append(Outcome((mail,), (letter.source, letter.tag, letter.message.size)))
    if test and not found:
        found.append(Outcome(values, None))
    return _different(found)


def _opened(value: Value) -> Mail:
    letters, receives, taken = value
    return tuple(Letter(*each) for each in letters), tuple(Posted(*each) for each in receives), taken


def _fits(letter: Letter, source: int, context: str, tag: int) -> bool:
    return letter.context == context and source in (letter.source, ANY_SOURCE) and tag in (letter.tag, ANY_TAG)


def _first_fitting(mail: Mail, source: int, context: str, tag: int) -> Iterator[Letter]:
    """The first letter of every source that such a receive may get, none of which a receive posted before it gets."""
    letters, receives, _ = mail
    sources = set()
    for letter in letters:
        if letter.source not in sources and _fits(letter, source, context, tag):
            sources.add(letter.source)
            if not any(receive.fits(letter) for receive in receives):
                yield letter


def _without(mail: Mail, letter: Letter) -> Mail:
    letters, receives, taken = mail
    if letter.waits:
        taken = tuple(sorted((*taken, (letter.source, letter.ticket))))
    return tuple(each for each in letters if each is not letter), receives, taken


def _matches(mail: Mail) -> Iterator[tuple[int, Letter, bool]]:
    """Every pair of a receive and the letter that it can get next, and whether it gets that one whatever happens."""
    letters, receives, _ = mail
    for place, receive in enumerate(receives):
        sources = set()
        for letter in letters:
            if letter.source in sources or not receive.fits(letter):
                continue
            sources.add(letter.source)
            if not any(before.fits(letter) for before in receives[:place]):
                yield place, letter, receive.source != ANY_SOURCE


def _matched(mail: Mail, place: int, letter: Letter) -> Mail:
    letters, receives, taken = _without(mail, letter)
    got = receives[place]._replace(got=(letter.source, letter.tag, letter.message))
    return letters, (*receives[:place], got, *receives[place + 1 :]), taken


def _settled(*mail: object) -> Mail:
    """With all matches made that nothing can change any more."""
    settled: Mail = mail  # type: ignore[assignment]
    while True:
        certain = next(((place, letter) for place, letter, sure in _matches(settled) if sure), None)
        if certain is None:
            return settled
        settled = _matched(settled, *certain)


def _ways(mail: Mail) -> Iterator[Mail]:
    """This mail, and all that it can become when receives that were posted for any source get what they can get."""
    met, front = {mail}, [mail]
    while front:
        here = front.pop(0)
        yield here
        for place, letter, _ in _matches(here):
            after = _settled(*_matched(here, place, letter))
            if after not in met:
                met.add(after)
                front.append(after)


def _different(outcomes: list[Outcome]) -> list[Outcome]:
    return list(dict.fromkeys(outcomes)) or BLOCKED
