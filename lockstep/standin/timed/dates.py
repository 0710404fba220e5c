"""`datetime` on a simulated machine: today is the day on which every simulation begins."""

from __future__ import annotations

import datetime as real
from typing import Self

from lockstep.standin.timed import clock as virtual_time


class datetime(real.datetime):  # noqa: N801 - programs see its name
    """As `datetime.datetime`, with the moments of virtual time."""

    @classmethod
    def now(cls, tz: real.tzinfo | None = None) -> Self:
        return cls.fromtimestamp(virtual_time.date(), tz)

    @classmethod
    def today(cls) -> Self:
        return cls.now()

    @classmethod
    def utcnow(cls) -> Self:
        return cls.now(real.UTC).replace(tzinfo=None)


class date(real.date):  # noqa: N801
    """As `datetime.date`."""

    @classmethod
    def today(cls) -> Self:
        return cls.fromtimestamp(virtual_time.date())


DATES = {"datetime": datetime, "date": date}
