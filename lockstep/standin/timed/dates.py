"""`datetime` on a simulated machine: today is the day that the machine's clock says."""

from __future__ import annotations

import datetime as real
from collections.abc import Callable
from typing import Any, Self


def dates(clock: Callable[[], float]) -> dict[str, Any]:
    """The classes of the module whose moments are those of `clock`, in seconds since 1970."""

    class datetime(real.datetime):  # noqa: N801 - programs see its name
        """As `datetime.datetime`."""

        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> Self:
            return cls.fromtimestamp(clock(), tz)

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
            return cls.fromtimestamp(clock())

    for kind in (datetime, date):
        kind.__qualname__, kind.__module__ = kind.__name__, "datetime"  # by which every process finds its own
    return {"datetime": datetime, "date": date}
