"""Views of shared memory where every interleaving is taken: `shm.buf`, and NumPy's arrays on it, whose elements are read one at a time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

from lockstep.standin.machine import not_covered
from lockstep.standin.numpy_when_used import numpy
from lockstep.standin.objects.cells import SharedArray, no_views
from lockstep.standin.shared import ask

_FORMS = {
    "|u1": "B", "|i1": "b", "|b1": "?", "<i2": "<h", "<u2": "<H", "<i4": "<i", "<u4": "<I", "<i8": "<q", "<u8": "<Q",
    "<f4": "<f", "<f8": "<d", "<f2": "<e",
}  # fmt: skip
_BASIC = (int, slice, type(Ellipsis), type(None))


class View:
    """Elements of one type in a segment: those at `offsets` (in bytes, of this shape, in the order of the last index first)."""

    def __init__(self, segment: Any, kind: str, shape: tuple[int, ...], offsets: tuple[int, ...]) -> None:
        self.segment, self.kind, self.shape, self.offsets = segment, kind, shape, offsets

    # Elements.

    def __getitem__(self, key: Any) -> Any:
        found = self._places()[key]
        if not isinstance(found, numpy().ndarray):
            return self._read(int(found))
        part = self._part(found)
        basic = all(isinstance(each, _BASIC) for each in (key if isinstance(key, tuple) else (key,)))
        return part if basic else part.copy()

    def __setitem__(self, key: Any, value: Any) -> None:
        found = self._places()[key]
        if not isinstance(found, numpy().ndarray):
            self._write(int(found), value)
            return
        self._part(found).fill_with(value)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))

    def fill(self, value: Any) -> None:
        self.fill_with(value)

    def fill_with(self, value: Any) -> None:
        """Writes an element after the other; the value is broadcast."""
        values = numpy().broadcast_to(numpy().asarray(value, dtype=self._value_type(value)), self.shape).ravel()
        for offset, each in zip(self.offsets, values, strict=True):
            self._write(offset, each)

    def copy(self, order: str = "C") -> Any:
        """A real array of the elements, which are read one after the other."""
        values = []
        for offset in self.offsets:
            element = self._read(offset)
            values.append(element)
        return numpy().array(values, dtype=self.kind).reshape(self.shape)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        found = self.copy()
        return found if dtype is None else found.astype(dtype)

    def __bytes__(self) -> bytes:
        return bytes(self.copy())

    def tobytes(self) -> bytes:
        return bytes(self)

    # What it looks like.

    @property
    def dtype(self) -> Any:
        return numpy().dtype(self.kind)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def itemsize(self) -> int:
        return int(self.dtype.itemsize)

    @property
    def nbytes(self) -> int:
        return self.size * self.itemsize

    @property
    def flat(self) -> View:
        return self.reshape(-1)

    @property
    def T(self) -> View:  # noqa: N802 - as NumPy calls it
        return self._part(self._places().T)

    def reshape(self, *shape: Any) -> View:
        return self._part(self._places().reshape(*shape))

    def ravel(self) -> View:
        return self.reshape(-1)

    def cast(self, form: str) -> View:
        return array_on(self, dtype=form)

    def release(self) -> None:
        """What it held here is nothing."""

    def __repr__(self) -> str:
        return f"<shared memory: {self.shape} {self.kind}>"

    def __reduce__(self) -> Any:
        return numpy().array, (self.copy(),)  # as a real array: a process gets a copy

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(numpy().ndarray, name):
            raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
        if name in ("sort", "partition", "itemset", "put", "resize", "setfield", "byteswap", "data", "base", "ctypes"):
            raise not_covered(f"`{name}` of an array in shared memory", "use its elements, or a copy of it")
        return getattr(self.copy(), name)  # such as sum, max, tolist

    # Arithmetic: all elements are read; in place, each is read and then written.

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **keywords: Any) -> Any:
        if out is not None and isinstance(out[0], View):
            if method != "__call__":
                raise not_covered(
                    f"`{method}` into an array in shared memory", "compute a new array, and write that into it"
                )
            return self._in_place(ufunc, inputs, out[0], keywords)
        if method == "at" and isinstance(inputs[0], View):
            return inputs[0]._at(ufunc, *(each.copy() if isinstance(each, View) else each for each in inputs[1:]))
        return getattr(ufunc, method)(*(each.copy() if isinstance(each, View) else each for each in inputs), **keywords)

    def _in_place(self, ufunc: Any, inputs: tuple[Any, ...], out: View, keywords: dict[str, Any]) -> View:
        operands = [each if isinstance(each, View) else numpy().broadcast_to(each, out.shape) for each in inputs]
        for place in itertools.product(*(range(length) for length in out.shape)):
            found = ufunc(*(each[place] for each in operands), **keywords)
            out[place] = found
        return out

    def _at(self, ufunc: Any, indices: Any, *others: Any) -> None:
        """Changes the elements at these indices, one after the other: one that is there twice is changed twice."""
        offsets = self._places()[indices]
        operands = [numpy().broadcast_to(each, offsets.shape) for each in others]
        for place in itertools.product(*(range(length) for length in offsets.shape)):
            offset = int(offsets[place])
            self._write(offset, ufunc(self._read(offset), *(each[place] for each in operands)))

    # How that is done.

    def _places(self) -> Any:
        return numpy().array(self.offsets, dtype=int).reshape(self.shape)

    def _part(self, places: Any) -> View:
        return type(self)(self.segment, self.kind, tuple(places.shape), tuple(places.ravel().tolist()))

    def _value_type(self, value: Any) -> Any:
        return self.kind if not isinstance(value, View) else None

    def _read(self, offset: int) -> Any:
        value = ask("memory.read", (self.segment,), _index(offset, self.kind), _FORMS[self.kind], offset)
        return value if self.kind == "|u1" else numpy().dtype(self.kind).type(value)

    def _write(self, offset: int, value: Any) -> None:
        converted = numpy().asarray(value).astype(self.kind).item() if self.kind != "|u1" else int(value)
        if self.kind == "|u1" and not 0 <= converted <= 255:
            raise ValueError("memoryview: invalid value for format 'B'")
        ask("memory.write", (self.segment,), _index(offset, self.kind), _FORMS[self.kind], offset, converted)


class ArrayView(View):
    """The elements of an Array without its lock, which are cells."""

    def __init__(self, array: SharedArray, kind: str, shape: tuple[int, ...], offsets: tuple[int, ...]) -> None:
        own = numpy().dtype(array.ctype)
        if kind != own.str:
            raise not_covered(
                f"an Array of {own} taken for {numpy().dtype(kind)}", f'give NumPy its type: dtype="{own}"'
            )
        self.segment, self.kind, self.shape, self.offsets = array, kind, shape, offsets

    def _read(self, offset: int) -> Any:
        return numpy().dtype(self.kind).type(self.segment[_index(offset, self.kind)])

    def _write(self, offset: int, value: Any) -> None:
        self.segment[_index(offset, self.kind)] = numpy().asarray(value).astype(self.kind).item()


def _index(offset: int, kind: str) -> int:
    return offset // int(kind[2:])


def _operator(name: str, ufunc: str, swapped: bool = False, in_place: bool = False) -> Any:
    def operate(self: View, other: Any = None) -> Any:
        found = getattr(numpy(), ufunc)
        if in_place:
            return found(self, other, out=(self,))
        return found(other, self) if swapped else found(self, other)

    operate.__name__ = name
    return operate


_UFUNCS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide", "floordiv": "floor_divide", "mod": "remainder",
    "pow": "power", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor", "matmul": "matmul",
}  # fmt: skip
for _name, _ufunc in _UFUNCS.items():
    setattr(View, f"__{_name}__", _operator(f"__{_name}__", _ufunc))
    setattr(View, f"__r{_name}__", _operator(f"__r{_name}__", _ufunc, swapped=True))
    setattr(View, f"__i{_name}__", _operator(f"__i{_name}__", _ufunc, in_place=True))
for _name, _ufunc in {
    "eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal",
}.items():  # fmt: skip
    setattr(View, f"__{_name}__", _operator(f"__{_name}__", _ufunc))
View.__hash__ = None  # type: ignore[assignment]


def view_of(segment: str, size: int) -> View:
    """All bytes of a segment."""
    return View(segment, "|u1", (size,), tuple(range(size)))


def _view(buffer: Any) -> View | None:
    """A view of the buffer, if it is shared memory. Raises TypeError for an Array with its lock, which is no buffer."""
    match buffer:
        case View():
            return buffer
        case SharedArray(lock=None) if type(buffer) is SharedArray:
            size = numpy().dtype(buffer.ctype).itemsize
            places = tuple(range(0, size * len(buffer), size))
            return ArrayView(buffer, numpy().dtype(buffer.ctype).str, (len(buffer),), places)
        case SharedArray(lock=None):
            raise no_views()
        case SharedArray():
            raise TypeError("a bytes-like object is required, not 'SynchronizedArray'")
    return None


def array_on(buffer: View, shape: Any = None, dtype: Any = float, offset: int = 0, count: int = -1) -> View:
    """As NumPy's ndarray and frombuffer on a buffer. Raises TypeError and ValueError as they do."""
    kind = numpy().dtype(dtype)
    if kind.str not in _FORMS:
        raise not_covered(f"arrays of {kind} in shared memory", "use integers or floats")
    start, end = buffer.offsets[0] + offset, buffer.offsets[-1] + buffer.itemsize
    if shape is None:
        if count < 0 and (end - start) % kind.itemsize:
            raise ValueError("buffer size must be a multiple of element size")
        shape = (count if count >= 0 else (end - start) // kind.itemsize,)
    shape = (int(shape),) if hasattr(shape, "__index__") else tuple(int(length) for length in shape)
    size = math.prod(shape)
    if offset < 0 or start + size * kind.itemsize > end:
        raise TypeError("buffer is too small for requested array")
    places = tuple(range(start, start + size * kind.itemsize, kind.itemsize))
    return type(buffer)(buffer.segment, kind.str, shape, places)


class _Arrays(type):
    """The class of `numpy.ndarray` as programs see it: also views of shared memory are such arrays."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, (numpy().ndarray, View))

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, (numpy().ndarray, View))

    def __getattr__(cls, name: str) -> Any:
        return getattr(numpy().ndarray, name)


class ndarray(metaclass=_Arrays):  # noqa: N801 - as NumPy calls it
    """As `numpy.ndarray`, also on shared memory."""

    def __new__(
        cls, shape: Any, dtype: Any = float, buffer: Any = None, offset: int = 0, strides: Any = None, order: Any = None
    ) -> Any:
        view = _view(buffer)
        if view is None:
            return numpy().ndarray(shape, dtype, buffer, offset, strides, order)
        if strides is not None or order not in (None, "C"):
            raise not_covered("strides and orders of arrays in shared memory", "use the usual order")
        return array_on(view, shape, dtype, offset)


def frombuffer(buffer: Any, dtype: Any = float, count: int = -1, offset: int = 0, **keywords: Any) -> Any:
    """As `numpy.frombuffer`, also on shared memory."""
    view = _view(buffer)
    if view is None:
        return numpy().frombuffer(buffer, dtype, count, offset, **keywords)
    return array_on(view, None, dtype, offset, count)


def asarray(a: Any, dtype: Any = None, *arguments: Any, **keywords: Any) -> Any:
    """As `numpy.asarray`: of an Array without its lock it is a view."""
    if isinstance(a, SharedArray) and a.lock is None and dtype in (None, a.ctype):
        return _view(a)
    return numpy().asarray(a, dtype, *arguments, **keywords)
