"""The state of `numpy.random`, of which Python has one and every simulated process its own."""

from __future__ import annotations

import ctypes
import random
import sys
import types
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from lockstep.standin.imports.timed import TimedImports

_WORDS = 624  # of the Mersenne twister's state; its position comes after them


class NumpyRandom:
    """Gives the one state of `numpy.random` to the process that runs, and keeps those of the others.

    Each begins seeded with its number, as `random` does, and so does what it seeds with nothing
    (`numpy.random.default_rng()`). As long as NumPy is not loaded this does nothing.
    """

    def __init__(self) -> None:
        self._states: dict[str, Any] = {}  # of processes that have drawn or seeded
        self._bits: dict[str, Callable[[int], int]] = {}
        self._whose = ""
        self._unused: Any = None  # how the state looks as long as the process has not used it
        self._outside: tuple[Any, Any] | None = None  # what was there before

    def importing(
        self, identity: str, own: Mapping[str, types.ModuleType], made: dict[str, types.ModuleType]
    ) -> Callable[..., Any]:
        """An `__import__` for a process in virtual time, which may load NumPy."""
        importer = TimedImports(identity, own, made)

        def imported(*arguments: Any, **keywords: Any) -> Any:
            found = importer(*arguments, **keywords)
            self.give_to(identity)
            return found

        return imported

    def give_to(self, process: str) -> None:
        """From now on this process runs."""
        if process == self._whose or "numpy" not in sys.modules:
            return
        import numpy.random as numbers  # only where the program itself uses NumPy

        source: Any = numbers.bit_generator
        if self._outside is None:
            self._outside = numbers.get_state(legacy=False), source.randbits
        else:
            self._keep(numbers)
        self._whose = process
        if process not in self._bits:
            self._bits[process] = random.Random(f"lockstep numpy {process}").getrandbits
        source.randbits = self._bits[process]
        if process in self._states:
            numbers.set_state(self._states[process])
        else:
            numbers.seed(zlib.crc32(f"lockstep {process}".encode()))
            self._unused = _look(numbers)

    def restore(self) -> None:
        """As it was before the first process ran."""
        if self._outside is None:
            return
        import numpy.random as numbers  # only where the program itself uses NumPy

        source: Any = numbers.bit_generator
        state, source.randbits = self._outside
        numbers.set_state(state)
        self._whose, self._outside = "", None

    def _keep(self, numbers: Any) -> None:
        # Reading and setting a state takes far longer than looking whether it was used at all.
        if self._whose in self._states or _look(numbers) != self._unused:
            self._states[self._whose] = numbers.get_state(legacy=False)


def _look(numbers: Any) -> tuple[int, ...]:
    generator = numbers.mtrand._rand._bit_generator
    words = (ctypes.c_uint32 * (_WORDS + 1)).from_address(generator.ctypes.state_address)
    return words[0], words[1], words[_WORDS - 1], words[_WORDS]
