"""The program under measure: a learner's function, and how it is called with so many workers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lockstep.program.workers import workers_parameter
from lockstep.words import brief, counted

CHUNK = ("chunk", "chunksize", "chunk_size")


@dataclass(frozen=True)
class Program:
    """A function of its sizes and of a number of workers, or of its sizes and a pool that holds the workers.

    `workers`, `pool` and `chunk` are the names of its parameters that take these, None where it has none;
    `named_sizes` the names that take the sizes, in order.
    """

    function: Callable[..., Any]
    sizes: tuple[Any, ...]
    named_sizes: tuple[str, ...]
    workers: str | None
    pool: str | None = None
    chunk: str | None = None
    chunk_size: int | None = field(default=None)

    @property
    def name(self) -> str:
        return str(getattr(self.function, "__name__", None) or type(self.function).__name__)

    def title(self) -> str:
        """The call as a learner writes it: "count_primes(50_000)"."""
        told = [f"{int(size):_}" if isinstance(size, int | np.integer) else _short(size) for size in self.sizes]
        if self.chunk is not None and self.chunk_size is not None:
            told.append(f"{self.chunk}={self.chunk_size}")
        return f"{self.name}({', '.join(told)})"

    def call(self, workers: int, pool: Any = None, scale: int = 1) -> Any:
        """Run it. `scale` multiplies the first size, for weak scaling."""
        sizes = self.scaled(scale)
        arguments: dict[str, Any] = dict(zip(self.named_sizes, sizes, strict=True))
        if self.workers is not None:
            arguments[self.workers] = workers
        if self.pool is not None:
            arguments[self.pool] = pool
        if self.chunk is not None and self.chunk_size is not None:
            arguments[self.chunk] = self.chunk_size
        return self.function(**arguments)

    def scaled(self, scale: int) -> tuple[Any, ...]:
        if scale == 1 or not self.sizes:
            return self.sizes
        first = self.sizes[0]
        return (round(first * scale) if isinstance(first, int | np.integer) else first * scale, *self.sizes[1:])

    def with_sizes(self, sizes: tuple[Any, ...], chunk_size: int | None) -> Program:
        return replace(self, sizes=sizes, chunk_size=chunk_size)


def program_of(function: Callable[..., Any], sizes: tuple[Any, ...], chunk_size: int | None = None) -> Program:
    """How `function` takes `sizes` and a number of workers.

    Workers go to the parameter that has a name for them, or else to the last one without a default; a
    parameter named `pool` takes an open pool instead. Raises TypeError, in the learner's words, when it
    does not fit.
    """
    parameters = _parameters(function)
    free = [name for name, default in parameters.items() if name not in CHUNK]
    pool = "pool" if "pool" in free else None
    workers = workers_parameter(free)
    if pool is None and workers is None:
        required = [name for name in free if parameters[name] is inspect.Parameter.empty]
        if len(required) != len(sizes) + 1:
            raise TypeError(_misfit(function, sizes, list(parameters)))
        workers = required[-1]
    takers = [name for name in free if name not in (workers, pool)]
    required = [name for name in takers if parameters[name] is inspect.Parameter.empty]
    if not len(required) <= len(sizes) <= len(takers):
        raise TypeError(_misfit(function, sizes, list(parameters)))
    chunk = next((name for name in CHUNK if name in parameters), None)
    if chunk_size is not None and chunk is None:
        raise TypeError(f"{_name(function)} has no parameter chunk, so a chunk size cannot be given")
    if chunk is not None and chunk_size is None:
        default = parameters[chunk]
        if default is inspect.Parameter.empty:
            raise TypeError(f"{_name(function)} needs a chunk size: speedup(..., {chunk}=100)")
        chunk_size = default if isinstance(default, int) else None
    return Program(function, sizes, tuple(takers[: len(sizes)]), workers, pool, chunk, chunk_size)


def serial_program(function: Callable[..., Any], sizes: tuple[Any, ...]) -> Program:
    """A base case of its own: a function of the same sizes, without workers."""
    parameters = _parameters(function)
    required = [name for name, default in parameters.items() if default is inspect.Parameter.empty]
    if not len(required) <= len(sizes) <= len(parameters):
        raise TypeError(
            f"the base case {_name(function)}({', '.join(parameters)}) is called with the sizes alone, "
            f"and there {'is' if len(sizes) == 1 else 'are'} {len(sizes)} of them"
        )
    return Program(function, sizes, tuple(parameters)[: len(sizes)], workers=None)


def _parameters(function: Callable[..., Any]) -> dict[str, Any]:
    if not callable(function):
        raise TypeError(f"speedup measures a function, and was given {_short(function)}")
    try:
        signature = inspect.signature(function)
    except ValueError:
        raise TypeError(f"{_name(function)} does not tell its parameters: wrap it in a function") from None
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {name: value.default for name, value in signature.parameters.items() if value.kind in by_name}


def _misfit(function: Callable[..., Any], sizes: tuple[Any, ...], names: list[str]) -> str:
    given = counted(len(sizes), "size")
    return (
        f"{_name(function)}({', '.join(names)}) does not take {given} and a number of workers: "
        f"define it as {_name(function)}(size, workers) and measure speedup({_name(function)}, size)"
    )


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", None) or type(function).__name__)


def _short(value: Any) -> str:
    return brief(repr(value), 24)
