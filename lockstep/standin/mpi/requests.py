"""Requests of sends and receives that were begun, and the Status of what came."""

# ruff: noqa: N802 - the names are those of mpi4py

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lockstep.standin.machine import current, not_covered
from lockstep.standin.mpi.arrays import delivered, into_buffer
from lockstep.standin.mpi.mail import ask_from, box_of
from lockstep.standin.objects.mpi_messages import ANY_SOURCE, ANY_TAG
from lockstep.standin.operation import Message
from lockstep.standin.shared import ask


class Status:
    """As `MPI.Status`: whom a message came from, with which tag, and how many bytes it has."""

    def __init__(self) -> None:
        self.source, self.tag, self.count = ANY_SOURCE, ANY_TAG, 0

    def note(self, source: int, tag: int, size: int) -> None:
        self.source, self.tag, self.count = source, tag, size

    def Get_source(self) -> int:
        return self.source

    def Get_tag(self) -> int:
        return self.tag

    def Get_count(self, datatype: Any = None) -> int:
        return self.count // (1 if datatype is None else datatype.size)


class Request:
    """As `MPI.Request`. What waiting for it gives is kept, so that waiting again gives it again."""

    def __init__(self) -> None:
        self.done, self.value = False, None

    def wait(self, status: Status | None = None) -> Any:
        """What was received, None of what was sent."""
        if not self.done:
            answer = self._ask("")
            self.finish(answer, status)
        return self.value

    def test(self, status: Status | None = None) -> tuple[bool, Any]:
        """Is it done? And what `wait` would give."""
        if not self.done:
            answer = self._ask("?")
            if self._is_done(answer):
                self.finish(answer, status)
        return self.done, self.value

    def Wait(self, status: Status | None = None) -> bool:
        self.wait(status)
        return True

    def Test(self, status: Status | None = None) -> bool:
        done, _ = self.test(status)
        return done

    def Cancel(self) -> None:
        raise not_covered("`Request.Cancel`", "receive what was sent")

    cancel = Cancel

    def place(self) -> tuple[str, int, int]:
        """The mail it is about, its ticket there, and who sent what it sends (-1: it receives)."""
        raise NotImplementedError

    def finish(self, answer: Any, status: Status | None) -> None:
        """It is done, with this answer to having waited."""
        self.done = True

    def _ask(self, how: str) -> Any:
        """Waits, or with "?" only looks."""
        return None

    def _is_done(self, answer: Any) -> bool:
        return answer is not None

    @staticmethod
    def waitall(requests: Sequence[Request], statuses: list[Status] | None = None) -> list[Any]:
        found = []
        for number in range(len(requests)):
            value = requests[number].wait(None if statuses is None else statuses[number])
            found.append(value)
        return found

    @staticmethod
    def Waitall(requests: Sequence[Request], statuses: list[Status] | None = None) -> bool:
        Request.waitall(requests, statuses)
        return True

    @staticmethod
    def testall(requests: Sequence[Request], statuses: list[Status] | None = None) -> tuple[bool, list[Any] | None]:
        found = []
        for number in range(len(requests)):
            tested = requests[number].test(None if statuses is None else statuses[number])
            found.append(tested)
        done = all(tested for tested, _ in found)
        return done, [value for _, value in found] if done else None

    @staticmethod
    def waitany(requests: Sequence[Request], status: Status | None = None) -> tuple[int, Any]:
        open_ = [number for number in range(len(requests)) if not requests[number].done]
        if not open_:
            return -32766, None
        at_once = [number for number in open_ if requests[number].place()[1] < 0]
        if at_once:
            chosen, answer = at_once[0], None
        else:
            places = [requests[number].place() for number in open_]
            mails = tuple(dict.fromkeys([place[0] for place in places]))
            asked = tuple([(mails.index(mail), ticket, source) for mail, ticket, source in places])
            which, answer = ask("mpi.waitany", mails, asked)
            chosen = open_[which]
        requests[chosen].finish(answer, status)
        return chosen, requests[chosen].value

    @staticmethod
    def Waitany(requests: Sequence[Request], status: Status | None = None) -> int:
        number, _ = Request.waitany(requests, status)
        return number


class SendRequest(Request):
    """Of a message that was begun to be sent. `ticket` is None if it is gone already."""

    def __init__(self, me: int, to: int, ticket: int | None) -> None:
        super().__init__()
        self.me, self.to, self.ticket = me, to, ticket

    def place(self) -> tuple[str, int, int]:
        return box_of(self.to)[0], -1 if self.ticket is None else self.ticket, self.me

    def _ask(self, how: str) -> Any:
        if self.ticket is None:
            return True
        if how:
            return ask("mpi.sent?", box_of(self.to), self.me, self.ticket, self.to, True)
        ask("mpi.sent", box_of(self.to), self.me, self.ticket, self.to)
        return True

    def _is_done(self, answer: Any) -> bool:
        return answer is True


class ReceiveRequest(Request):
    """Of a message that was begun to be received, into a buffer if there is one."""

    def __init__(self, group: tuple[int, ...], me: int, source: int, ticket: int, buffer: Any = None) -> None:
        super().__init__()
        self.group, self.me, self.source, self.ticket, self.buffer = group, me, source, ticket, buffer

    def place(self) -> tuple[str, int, int]:
        return box_of(self.me)[0], self.ticket, -1

    def _ask(self, how: str) -> Any:
        if how:
            return ask_from("mpi.wait?", self.me, self.source, self.ticket, True)
        return ask_from("mpi.wait", self.me, self.source, self.ticket)

    def finish(self, answer: Any, status: Status | None) -> None:
        self.done = True
        source, tag, message = answer
        if status is not None:
            status.note(self.group.index(source), tag, message.size)
        self.value = taken(message, self.buffer)


class NoRequest(Request):
    """Of what goes to nobody or comes from nobody (PROC_NULL)."""

    def __init__(self) -> None:
        super().__init__()
        self.done = True

    def place(self) -> tuple[str, int, int]:
        return "", -1, -1


def taken(message: Message, buffer: Any) -> Any:
    """What a message brings: the object, or None and the buffer is filled."""
    value = current().unpack(message)
    if buffer is None:
        return delivered(value)
    into_buffer(value, buffer)
    return None
