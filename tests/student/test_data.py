"""The closed data format: what crosses comes back the same, what must not cross is refused by name."""

import enum
import math
import struct
from collections import Counter, OrderedDict, namedtuple
from decimal import Decimal
from fractions import Fraction

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.student.data import DataError, Reference, decode, encode

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters(exclude_categories=()))
    | st.binary()
)
keys = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
hashables = st.recursive(keys, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=4), max_leaves=6)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(inner, inner)
        | st.dictionaries(hashables, inner, max_size=5)
        | st.sets(hashables, max_size=5)
    ),
    max_leaves=20,
)


def same(one: object, other: object) -> bool:
    """Equal in value and in type all the way down, with NaN equal to itself and 0.0 apart from -0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return struct.pack(">d", one) == struct.pack(">d", other) or (math.isnan(one) and math.isnan(other))
    if isinstance(one, complex):
        return same(one.real, other.real) and same(one.imag, other.imag)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return len(one) == len(other) and all(same(item, other[key]) for key, item in one.items())
    return one == other


@settings(max_examples=300, deadline=None)
@given(values)
def test_every_value_of_the_format_comes_back_the_same(value):
    assert same(decode(encode(value)), value)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_decode_to_a_value_or_a_data_error(data):
    try:
        decode(data)
    except DataError:
        pass


@settings(max_examples=200, deadline=None)
@given(values, st.integers(0, 10_000), st.integers(0, 255))
def test_a_frame_with_one_byte_changed_decodes_or_is_refused(value, position, byte):
    data = bytearray(encode(value))
    data[position % len(data)] = byte
    try:
        decode(bytes(data))
    except DataError:
        pass


@pytest.mark.parametrize("dtype", ["int8", "uint64", "float32", "complex128", "bool", "U5", "datetime64[s]"])
def test_numpy_arrays_keep_dtype_shape_and_values(dtype):
    array = np.zeros((2, 3), dtype=dtype)
    back = decode(encode(array))
    assert back.dtype == array.dtype
    assert back.shape == (2, 3)
    assert np.array_equal(back, array)
    assert back.flags.writeable


@pytest.mark.parametrize(
    ("number", "plain"),
    [
        (np.float32(1.5), 1.5),
        (np.longdouble(1.5), 1.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.complex64(1j), 1j),
        (np.str_("a"), "a"),
        (np.array(3), 3),
    ],
)
def test_numpys_numbers_arrive_as_pythons(number, plain):
    assert same(decode(encode(number)), plain)
    assert same(decode(encode([number])), [plain])


@pytest.mark.parametrize("number", [Fraction(1, 3), 10**300_000], ids=["a third", "long"])
def test_exact_numbers_stay_exact(number):
    assert same(decode(encode(number)), number)


@pytest.mark.parametrize("text", ["1.50", "-1E+300", "7", "Infinity"])
def test_a_decimal_arrives_as_an_equal_number_that_reckons_with_floats(text):
    number = decode(encode(Decimal(text)))
    assert number == Decimal(text)
    assert number - 0.25 is not None


@pytest.mark.parametrize(
    "number",
    [1 << 2_000_000, Decimal("1E+9999"), Decimal("sNaN"), Fraction(1, 1 << 100_000)],
    ids=["an int", "a Decimal", "a signalling NaN", "a Fraction"],
)
def test_numbers_that_would_take_long_to_reckon_with_are_refused(number):
    with pytest.raises(DataError, match="too large"):
        encode(number)


@pytest.mark.parametrize(
    "body", [msgpack.ExtType(1, b"\x01" * 200_000), msgpack.ExtType(11, b"1E99999"), msgpack.ExtType(11, b"9" * 2_000),
             msgpack.ExtType(10, msgpack.packb([b"\x01" * 2_000, b"\x01"])),
             msgpack.ExtType(10, msgpack.packb([b"\x01", b"\x00"]))]
)  # fmt: skip
def test_such_numbers_are_refused_from_whoever_sends_them_too(body):
    with pytest.raises(DataError):
        decode(msgpack.packb(body))


@pytest.mark.parametrize("shape", [(10**9, 0), (0, 10**5, 10**5), (3, 10**8, 0, 10**8)])
def test_an_array_without_items_is_as_long_as_its_sides(shape):
    with pytest.raises(DataError, match="too large to cross"):
        encode(np.empty(shape))
    body = msgpack.packb(["<f8", list(shape), b""])
    with pytest.raises(DataError, match="arrays of more than"):
        decode(msgpack.packb(msgpack.ExtType(7, body)))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_ordinary_arrays_without_items_cross(shape):
    assert decode(encode(np.empty(shape))).shape == shape


def test_all_arrays_of_a_value_have_a_number_of_items_together():
    with pytest.raises(DataError, match="arrays of more than"):
        decode(encode([np.zeros(1_500_000, "i1")] * 2))
    assert len(decode(encode(np.zeros(2_000_000)))) == 2_000_000


def test_decimals_that_become_a_thousand_times_as_long_are_refused_when_they_are_many():
    few = [Decimal("7E-999")] * 1_000
    assert decode(encode(few)) == few
    with pytest.raises(DataError, match="too many Decimals"):
        decode(msgpack.packb([msgpack.ExtType(11, b"1E+9")] * 250_000))


def test_a_large_value_within_many_containers_is_refused_before_it_is_copied_for_each():
    body = msgpack.packb([b"x" * 30_000_000])
    for _ in range(20):
        body = msgpack.packb([msgpack.ExtType(2, body)])
    with pytest.raises(DataError, match="too deep for its size"):
        decode(body)


def test_a_small_value_that_shares_its_parts_endlessly_is_refused_soon():
    value: object = 1
    for _ in range(50):
        value = (value, value)
    with pytest.raises(DataError, match="more than 2,000,000 items"):
        encode(value)


def test_an_exception_that_is_returned_is_told_to_be_raised():
    with pytest.raises(DataError, match=r"is a ValueError, which was returned, not raised: write `raise ValueError"):
        encode(ValueError("no"))
    with pytest.raises(DataError, match=r"part \[1\] is the class KeyError"):
        encode([1, KeyError])


def test_a_subclass_cannot_say_that_it_has_other_items_than_it_has():
    class Endless(list):
        def __iter__(self):
            return iter(int, 1)

    assert decode(encode(Endless([1, 2]))) == [1, 2]

    class Broken(int):
        def __int__(self):
            raise KeyError("broken")

    with pytest.raises(DataError, match="cannot be read as data"):
        encode(Broken(3))


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Colour.RED, 1),
        (namedtuple("P", "x y")(1, 2), (1, 2)),
        (OrderedDict(a=1), {"a": 1}),
        (Counter("aab"), {"a": 2, "b": 1}),
        (bytearray(b"x"), b"x"),
    ],
)
def test_subclasses_are_flattened_to_the_plain_type(value, plain):
    assert same(decode(encode(value)), plain)


class Learner:
    pass


loop: list[object] = []
loop.append(loop)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ((n for n in "a"), "generator.*return a list"),
        (range(3), "range.*return a list"),
        ({"a": 1}.keys(), "return a list"),
        ([1, {"x": Learner()}], r"\[1\]\['x'\] is a Learner"),
        (loop, "contains itself"),
        (np.array([Learner()]), "dtype object"),
        (len, "builtin_function"),
    ],
)
def test_what_cannot_cross_is_refused_by_name(value, words):
    with pytest.raises(DataError, match=words):
        encode(value)


def test_a_lying_class_does_not_make_an_object_data():
    class Liar:
        __class__ = int

    with pytest.raises((DataError, TypeError)):
        encode(Liar())


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


def test_deep_nesting_is_refused_on_both_sides():
    with pytest.raises(DataError, match="nested"):
        encode(nested(100))
    with pytest.raises(DataError):
        decode(b"\x91" * 100_000 + b"\x90")


def test_many_small_containers_are_refused_before_they_fill_memory():
    bomb = b"\xdd" + struct.pack(">I", 1_000_000) + b"\x90" * 1_000_000
    with pytest.raises(DataError, match="containers"):
        decode(bomb)


def test_keys_that_all_collide_are_refused():
    colliding = [n * (2**61 - 1) for n in range(5_000)]
    with pytest.raises(DataError, match="hash"):
        decode(encode(set(colliding)))


@pytest.mark.parametrize("parts", [["O", [1], b"12345678"], ["f8", [10**9], b""], ["f8", [-1], b""], ["f8", "x", b""]])
def test_arrays_that_lie_about_themselves_are_refused(parts):
    with pytest.raises(DataError):
        decode(msgpack.packb(msgpack.ExtType(7, msgpack.packb(parts))))


def test_references_cross_only_towards_the_learner():
    data = encode(Reference("given", "f", (1, [2])))
    assert decode(data, references=True) == Reference("given", "f", (1, [2]))
    with pytest.raises(DataError, match="reference"):
        decode(data)


@pytest.mark.parametrize(
    "items",
    [[i * (2**61 - 1) for i in range(2_000)], [(i * (2**61 - 1), 1) for i in range(2_000)]],
    ids=["ints", "tuples"],
)
def test_a_list_of_different_items_with_one_hash_is_refused_for_a_check_may_make_a_set_of_it(items):
    with pytest.raises(DataError, match="have the same hash"):
        decode(encode({"value": items}))


@pytest.mark.parametrize(
    "items", [[-1, -2] * 2_000, [0, 2**61 - 1] * 2_000, [0.0, -0.0, 0, False] * 1_000, [[1]] * 2_000]
)
def test_a_list_in_which_few_items_have_one_hash_crosses(items):
    assert decode(encode(items)) == items
