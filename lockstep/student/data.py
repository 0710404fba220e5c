"""The closed data format in which values cross between a learner's process and a check.

Only data crosses, never code: None, bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset,
Fraction, Decimal, NumPy arrays of plain dtypes, and `Reference`, a name of something that the learner's side defines.
NumPy's numbers arrive as Python's, a Decimal as the Fraction that it is, which reckons with floats.
The bytes are MessagePack (https://msgpack.org) with extension types. Decoding hostile bytes costs bounded memory
and time and raises DataError.
"""

import math
import re
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgpack

from lockstep.standin.missing import reason_missing
from lockstep.student.refusal import place, refusal
from lockstep.words import whole_number

FRAME_LIMIT = 64 * 2**20  # bytes of one value
DEPTH_LIMIT = 60  # containers within containers
LISTS_LIMIT = 300_000  # containers in one value
ITEMS_LIMIT = 2_000_000  # items of all containers of one value
ARRAYS_LIMIT = 2_000_000  # items of all arrays of one value; one without items counts by its other sides
INT_LIMIT = 2**17  # bytes of one int
_COPIES_LIMIT = 3 * FRAME_LIMIT  # bytes of containers within containers, each counted anew
_EXACT_LIMIT = 1_024  # bytes of a numerator or denominator, characters of a Decimal: arithmetic with more takes long
_EXACT_SIZE = 1_000  # bytes that a Decimal of a few characters can become
_ALIKE_LIMIT = 64  # different items of a container that have one hash
_DECIMAL = re.compile(r"-?(?:\d+(?:\.\d+)?(?:E[+-]?\d{1,3})?|Infinity|NaN)")

_BIG_INT, _TUPLE, _DICT, _SET, _FROZENSET, _COMPLEX, _ARRAY, _SCALAR, _REFERENCE, _FRACTION, _EXACT = range(1, 12)
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
        data: bytes = msgpack.packb(_plain(value, "", 0, _Path()), unicode_errors="surrogatepass")
    except DataError:
        raise
    except (ValueError, OverflowError, RecursionError) as error:
        raise DataError(f"it is too large to cross: {error}") from None
    except Exception as error:  # of a class that is not what it says it is
        raise DataError(f"it cannot be read as data: {type(error).__name__}: {error}"[:300]) from None
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


class _Path(set[int]):
    """The identities of the containers around a value, and how many items have been seen so far.

    Where containers share parts, a value of a few objects can have more items than atoms in the world.
    """

    items = 0


def _plain(value: Any, where: str, depth: int, above: _Path) -> Any:
    if (reason := reason_missing(value)) is not None:
        raise DataError(reason)
    if value.__class__ is not type(value):
        raise DataError(f"what came back says that it is a {value.__class__.__name__}, and is a {type(value).__name__}")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        number = int(value)
        if -(2**63) <= number < 2**64:
            return number
        return msgpack.ExtType(_BIG_INT, _int_bytes(number, INT_LIMIT, where))
    if isinstance(value, float) and not _is_numpy(value):
        return float(value)
    if isinstance(value, str) and not _is_numpy(value):
        return str.__str__(value)
    if isinstance(value, bytes | bytearray) and not _is_numpy(value):
        return bytes(value)
    if isinstance(value, complex) and not _is_numpy(value):
        return msgpack.ExtType(_COMPLEX, struct.pack(">dd", value.real, value.imag))
    if isinstance(value, Fraction):
        parts = [_int_bytes(number, _EXACT_LIMIT, where) for number in (value.numerator, value.denominator)]
        return _packed(_FRACTION, parts)
    if isinstance(value, Decimal):
        text = Decimal.__str__(value)
        if len(text) > _EXACT_LIMIT or not _DECIMAL.fullmatch(text):
            raise DataError(f"{place(where)}is a Decimal too large or too odd to cross; return a float or an int")
        return msgpack.ExtType(_EXACT, text.encode())
    if isinstance(value, list | tuple | set | frozenset | dict | Reference):
        return _plain_container(value, where, depth, above)
    if _is_numpy(value):
        return _plain_numpy(value, where)
    raise DataError(refusal(value, where))


def _plain_container(value: Any, where: str, depth: int, above: _Path) -> Any:
    if id(value) in above:
        raise DataError(f"{place(where)}contains itself; return data without cycles")
    if depth >= DEPTH_LIMIT:
        raise DataError(f"{place(where)}is nested more than {DEPTH_LIMIT} deep")
    above.items += 1 if isinstance(value, Reference) else len(value)
    if above.items > ITEMS_LIMIT:
        raise DataError(f"it has more than {ITEMS_LIMIT:,} items, each counted as often as it is in it")
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
        kind = next(kind for kind in (list, tuple, set, frozenset) if isinstance(value, kind))
        # A subclass may say that it has other items than it has, or endlessly many.
        items = [_plain(item, f"{where}[{index}]", depth + 1, above) for index, item in enumerate(kind.__iter__(value))]
    finally:
        above.discard(id(value))
    if isinstance(value, list):
        return items
    if isinstance(value, tuple):
        return _packed(_TUPLE, items)
    return _packed(_FROZENSET if isinstance(value, frozenset) else _SET, items)


def _int_bytes(number: int, limit: int, where: str) -> bytes:
    size = number.bit_length() // 8 + 1
    if size > limit:
        digits = int(number.bit_length() * math.log10(2)) + 1
        raise DataError(f"{place(where)}is {whole_number(digits)}, too large to be compared")
    return number.to_bytes(size, "big", signed=True)


def _packed(code: int, items: list[Any]) -> msgpack.ExtType:
    return msgpack.ExtType(code, msgpack.packb(items, unicode_errors="surrogatepass"))


def _plain_numpy(value: Any, where: str) -> Any:
    import numpy as np  # only where the program itself uses NumPy

    if not isinstance(value, np.ndarray | np.generic):
        raise DataError(refusal(value, where))
    if value.dtype.kind not in _PLAIN_KINDS:
        raise DataError(f"{place(where)}is a NumPy array of dtype {value.dtype}; return numbers, not objects")
    code = _ARRAY if isinstance(value, np.ndarray) else _SCALAR
    array = np.asarray(value)
    if _length(array.shape) > ARRAYS_LIMIT:
        raise DataError(f"{place(where)}is an array of shape {array.shape}, too large to cross")
    return _packed(code, [array.dtype.str, list(array.shape), array.tobytes()])


def _length(shape: Iterable[int]) -> int:
    """How many items one comes by along all sides of an array: one of a billion empty rows is as long as it says."""
    return math.prod(side for side in shape if side)


def _is_numpy(value: Any) -> bool:
    return type(value).__module__ == "numpy" or any(base.__module__ == "numpy" for base in type(value).__mro__)


class _Decoder:
    """Decodes one frame and counts what it has made, so that a small frame cannot become a large value."""

    def __init__(self, references: bool) -> None:
        self.references = references
        self.lists = 0
        self.items = 0
        self.arrays = 0
        self.copies = 0

    def decode(self, data: bytes, depth: int) -> Any:
        self.copies += len(data)
        if depth > DEPTH_LIMIT or self.copies > _COPIES_LIMIT:
            raise DataError(f"nested more than {DEPTH_LIMIT} deep, or too deep for its size")
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
        return _hashable(items)

    def extension(self, code: int, body: bytes, depth: int) -> Any:
        if code == _BIG_INT:
            return _int(body, INT_LIMIT)
        if code == _EXACT:
            if len(body) > _EXACT_LIMIT or not _DECIMAL.fullmatch(text := body.decode("ascii")):
                raise DataError("a Decimal that is none")
            self.copies += _EXACT_SIZE
            if self.copies > _COPIES_LIMIT:
                raise DataError("too many Decimals, each of which can become long")
            exact = Decimal(text)
            return Fraction(exact) if exact.is_finite() else float(exact)
        if code == _COMPLEX:
            return complex(*struct.unpack(">dd", body))
        makers: dict[int, Callable[[list[Any]], Any]] = {
            _TUPLE: tuple,
            _DICT: _dict,
            _SET: lambda items: set(_hashable(items)),
            _FROZENSET: lambda items: frozenset(_hashable(items)),
            _ARRAY: self.array,
            _SCALAR: self.array,
            _FRACTION: _fraction,
            _REFERENCE: self.reference,
        }
        if code not in makers:
            raise DataError(f"unknown extension type {code}")
        items = self.decode(body, depth)
        if not isinstance(items, list):
            raise DataError("an extension type that does not hold a list")
        return makers[code](items)

    def array(self, parts: list[Any]) -> Any:
        array = _array(parts)
        self.arrays += _length(getattr(array, "shape", ()))
        if self.arrays > ARRAYS_LIMIT:
            raise DataError(f"arrays of more than {ARRAYS_LIMIT:,} items in one value")
        return array

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
    """Raises DataError for items that differ and have one hash: 100,000 of them in a set would hold a check for minutes."""
    first: dict[int, Any] = {}
    others: dict[int, list[Any]] = {}  # by their hash, those that differ from the first that has it
    for item in items if len(items) > 1_000 else ():
        try:
            number = hash(item)
        except TypeError:  # a list, which no set can hold
            continue
        if (other := first.setdefault(number, item)) is not item and other != item:
            known = others.setdefault(number, [])
            if item not in known:
                known.append(item)
            if len(known) > _ALIKE_LIMIT:
                raise DataError(f"more than {_ALIKE_LIMIT} different items have the same hash")
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
    array = np.frombuffer(body, dtype=dtype).reshape(shape).copy()
    return array if shape else _number(array[()])


def _number(scalar: Any) -> Any:
    """Python's number or text in the place of NumPy's; times stay NumPy's."""
    converted: dict[str, Callable[[Any], Any]] = {"f": float, "c": complex, "M": lambda it: it, "m": lambda it: it}
    return converted.get(scalar.dtype.kind, lambda it: it.item())(scalar)


def _int(body: bytes, limit: int) -> int:
    if len(body) > limit:
        raise DataError(f"a number of {len(body)} bytes")
    return int.from_bytes(body, "big", signed=True)


def _fraction(parts: list[Any]) -> Fraction:
    numerator, denominator = (_int(part, _EXACT_LIMIT) for part in parts)
    return Fraction(numerator, denominator)
