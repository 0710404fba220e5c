"""The closed data format in which values cross between a learner's process and a check.

Only data crosses, never code: None, bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset,
NumPy scalars and arrays of plain dtypes, and `Reference`, a name of something that the learner's side defines.
The bytes are MessagePack (https://msgpack.org) with extension types. Decoding hostile bytes costs bounded memory
and time and raises DataError.
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgpack

FRAME_LIMIT = 64 * 2**20  # bytes of one value
DEPTH_LIMIT = 60  # containers within containers
LISTS_LIMIT = 1_000_000  # containers in one value
ITEMS_LIMIT = 8_000_000  # items of all containers of one value

_BIG_INT, _TUPLE, _DICT, _SET, _FROZENSET, _COMPLEX, _ARRAY, _SCALAR, _REFERENCE = range(1, 10)
_PLAIN_KINDS = "biufcSUMm"


class DataError(ValueError):
    """The value cannot cross, or the bytes are not a value of the format."""


@dataclass(frozen=True)
class Reference:
    """A function of the learner's side by name: itself, or, with arguments, a call of it still to be made."""

    origin: str  # "student" or "given"
    name: str
    arguments: tuple[Any, ...] | None = None


def encode(value: Any) -> bytes:
    """`value` as bytes of the closed format.

    Subclasses are flattened to the plain type. Raises DataError, naming where in the value and what to return
    instead, for anything else.
    """
    try:
        data: bytes = msgpack.packb(_plain(value, "", 0, set()), unicode_errors="surrogatepass")
    except (ValueError, OverflowError, RecursionError) as error:
        raise (error if isinstance(error, DataError) else DataError(f"it is too large to cross: {error}")) from None
    if len(data) > FRAME_LIMIT:
        raise DataError(f"it is {len(data) / 2**20:.0f} MiB as data; at most {FRAME_LIMIT // 2**20} MiB can cross")
    return data


def decode(data: bytes, *, references: bool = False) -> Any:
    """The value that `data` encodes; `references` says whether a Reference may be in it. Raises DataError."""
    if len(data) > FRAME_LIMIT:
        raise DataError(f"{len(data)} bytes are more than the {FRAME_LIMIT} that one value may have")
    try:
        return _Decoder(references).decode(data, 0)
    except DataError:
        raise
    except Exception as error:  # whatever a hostile frame makes a library raise
        raise DataError(f"not a value of the format: {type(error).__name__}: {error}"[:300]) from None


def _plain(value: Any, where: str, depth: int, above: set[int]) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        number = int(value)
        if -(2**63) <= number < 2**64:
            return number
        return msgpack.ExtType(_BIG_INT, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))
    if isinstance(value, float) and not _is_numpy(value):
        return float(value)
    if isinstance(value, str) and not _is_numpy(value):
        return str.__str__(value)
    if isinstance(value, bytes | bytearray) and not _is_numpy(value):
        return bytes(value)
    if isinstance(value, complex) and not _is_numpy(value):
        return msgpack.ExtType(_COMPLEX, struct.pack(">dd", value.real, value.imag))
    if isinstance(value, list | tuple | set | frozenset | dict | Reference):
        return _plain_container(value, where, depth, above)
    if _is_numpy(value):
        return _plain_numpy(value, where)
    raise DataError(_refusal(value, where))


def _plain_container(value: Any, where: str, depth: int, above: set[int]) -> Any:
    if id(value) in above:
        raise DataError(f"{_place(where)}contains itself; return data without cycles")
    if depth >= DEPTH_LIMIT:
        raise DataError(f"{_place(where)}is nested more than {DEPTH_LIMIT} deep")
    above.add(id(value))
    try:
        if isinstance(value, Reference):
            return _packed(_REFERENCE, _plain([value.origin, value.name, value.arguments], where, depth + 1, above))
        if isinstance(value, dict):
            pairs: list[Any] = []
            for key, item in dict.items(value):
                shown = repr(key)[:40] if isinstance(key, str | int | float | bytes) else "…"
                pairs.append(_plain(key, f"{where} key {shown}", depth + 1, above))
                pairs.append(_plain(item, f"{where}[{shown}]", depth + 1, above))
            return _packed(_DICT, pairs)
        items = [_plain(item, f"{where}[{index}]", depth + 1, above) for index, item in enumerate(value)]
    finally:
        above.discard(id(value))
    if isinstance(value, list):
        return items
    if isinstance(value, tuple):
        return _packed(_TUPLE, items)
    return _packed(_FROZENSET if isinstance(value, frozenset) else _SET, items)


def _packed(code: int, items: list[Any]) -> msgpack.ExtType:
    return msgpack.ExtType(code, msgpack.packb(items, unicode_errors="surrogatepass"))


def _plain_numpy(value: Any, where: str) -> Any:
    import numpy as np  # only where the program itself uses NumPy

    if not isinstance(value, np.ndarray | np.generic):
        raise DataError(_refusal(value, where))
    if value.dtype.kind not in _PLAIN_KINDS:
        raise DataError(f"{_place(where)}is a NumPy array of dtype {value.dtype}; return numbers, not objects")
    code = _ARRAY if isinstance(value, np.ndarray) else _SCALAR
    array = np.asarray(value)
    return _packed(code, [array.dtype.str, list(array.shape), array.tobytes()])


def _is_numpy(value: Any) -> bool:
    return type(value).__module__ == "numpy" or any(base.__module__ == "numpy" for base in type(value).__mro__)


_INSTEAD = {
    "generator": "return a list",
    "range": "return a list",
    "map": "return a list",
    "filter": "return a list",
    "zip": "return a list",
    "dict_keys": "return a list",
    "dict_values": "return a list",
    "dict_items": "return a list",
    "deque": "return a list",
    "function": "return what it computes",
    "Synchronized": "return its .value",
    "SynchronizedArray": "return a list of its items",
    "SharedValue": "return its .value",
    "SharedArray": "return a list of its items",
}


def _refusal(value: Any, where: str) -> str:
    name = type(value).__name__
    instead = _INSTEAD.get(name, "return plain data: numbers, text, lists, tuples, dicts, sets or NumPy arrays")
    return f"{_place(where)}is {with_article(name)}, which cannot leave the process; {instead}"


def with_article(noun: str) -> str:
    """a list, an int"""
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"


def _place(where: str) -> str:
    return f"its part {where.strip()} " if where else "it "


class _Decoder:
    """Decodes one frame and counts what it has made, so that a small frame cannot become a large value."""

    def __init__(self, references: bool) -> None:
        self.references = references
        self.lists = 0
        self.items = 0

    def decode(self, data: bytes, depth: int) -> Any:
        if depth > DEPTH_LIMIT:
            raise DataError(f"nested more than {DEPTH_LIMIT} deep")
        # Containers other than lists are extension types, which MessagePack hands over as bytes.
        return msgpack.unpackb(
            data,
            ext_hook=lambda code, body: self.extension(code, bytes(body), depth + 1),
            list_hook=self.count,
            object_pairs_hook=_no_plain_maps,
            unicode_errors="surrogatepass",
            strict_map_key=True,
            max_array_len=ITEMS_LIMIT,
            max_map_len=0,
        )

    def count(self, items: list[Any]) -> list[Any]:
        self.lists += 1
        self.items += len(items)
        if self.lists > LISTS_LIMIT or self.items > ITEMS_LIMIT:
            raise DataError(f"more than {LISTS_LIMIT} containers or {ITEMS_LIMIT} items in one value")
        return items

    def extension(self, code: int, body: bytes, depth: int) -> Any:
        if code == _BIG_INT:
            return int.from_bytes(body, "big", signed=True)
        if code == _COMPLEX:
            return complex(*struct.unpack(">dd", body))
        makers: dict[int, Callable[[list[Any]], Any]] = {
            _TUPLE: tuple,
            _DICT: _dict,
            _SET: lambda items: set(_hashable(items)),
            _FROZENSET: lambda items: frozenset(_hashable(items)),
            _ARRAY: _array,
            _SCALAR: lambda parts: _array(parts)[()],
            _REFERENCE: self.reference,
        }
        if code not in makers:
            raise DataError(f"unknown extension type {code}")
        items = self.decode(body, depth)
        if not isinstance(items, list):
            raise DataError("an extension type that does not hold a list")
        return makers[code](items)

    def reference(self, parts: list[Any]) -> Reference:
        origin, name, arguments = parts
        if not self.references or origin not in ("student", "given") or not isinstance(name, str):
            raise DataError("a reference is not allowed here")
        if arguments is not None and not isinstance(arguments, tuple):
            raise DataError("a reference with arguments that are no tuple")
        return Reference(origin, name, arguments)


def _no_plain_maps(_pairs: Any) -> Any:
    raise DataError("a plain map is not of the format")


def _dict(flat: list[Any]) -> dict[Any, Any]:
    if len(flat) % 2:
        raise DataError("a dict with a key without a value")
    return dict(zip(_hashable(flat[::2]), flat[1::2], strict=True))


def _hashable(items: list[Any]) -> list[Any]:
    # Integers that all have one hash make a set quadratic: 100,000 of them would hold the checker for minutes.
    if len(items) > 1_000 and len({hash(item) for item in items}) < len(items) // 2:
        raise DataError("keys that all have the same hash")
    return items


def _array(parts: list[Any]) -> Any:
    import numpy as np  # only where an array really came

    name, shape, body = parts
    if not isinstance(name, str) or len(name) > 20 or not isinstance(body, bytes) or not isinstance(shape, list):
        raise DataError("an array whose parts are of the wrong types")
    dtype = np.dtype(name)
    if dtype.kind not in _PLAIN_KINDS or dtype.subdtype is not None:
        raise DataError(f"an array of dtype {dtype}")
    if len(shape) > 32 or not all(type(n) is int and n >= 0 for n in shape):
        raise DataError("an array with an impossible shape")
    if math.prod(shape) * dtype.itemsize != len(body):
        raise DataError("an array whose bytes do not match its shape")
    return np.frombuffer(body, dtype=dtype).reshape(shape).copy()
