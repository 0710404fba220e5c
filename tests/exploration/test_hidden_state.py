"""State of a process in places that pickle does not see keeps local states apart (rule d)."""

import pytest

from tests.exploration.taking import merged_and_not, race


def test_d_state_hidden_from_pickle_is_seen():
    found = race("""
        class Hidden:
            def __getstate__(self):
                return None

            def __eq__(self, other):
                return True

            __hash__ = None

        def race(v, out):
            h = Hidden()
            h.seen = v.value
            v.value
            out.value = h.seen
    """)
    assert set(found.results) == {0, 1}


@pytest.mark.parametrize(
    ("store", "load"),
    [
        ("race.__dict__['seen'] = v.value", "race.seen"),
        ("Box.seen = v.value", "Box.seen"),
        ("keep()[:] = [v.value]", "keep()[0]"),
        ("Colour.RED.seen = v.value", "Colour.RED.seen"),
        ("box.slot = v.value", "box.slot"),
        ("put(v.value)", "got()"),
        ("names['seen'] = v.value", "names['seen']"),
        ("numbers.seed(v.value)", "numbers.randrange(1000)"),
        ("current_process().name = 'ab'[v.value]", "ord(current_process().name)"),
        ("put_global(v.value)", "seen"),
        ("deque_.append(v.value)", "deque_[-1]"),
        ("cached(v.value)", "cached.cache_info().currsize * 0 + len(cached_with)"),
        ("chain(v.value)", "chained[0].__cause__.args[0]"),
        ("ordered.move_to_end(v.value)", "list(ordered)[0]"),
        ("kept_for_ever(v.value)", "[kept_for_ever(0), kept_for_ever.cache_info().currsize][1]"),
        ("remembering(v)", "remembering(v)"),
        ("kept_for_ever.seen = v.value", "kept_for_ever.seen"),
        ("names['seen'] = v.value", "seen_through['seen']"),
        ("space.seen = v.value", "space.seen"),
        ("numbers_[0] = v.value", "numbers_[0]"),
        ("of_classes[Box] = v.value", "of_classes[Box]"),
        ("chained_maps['seen'] = v.value", "chained_maps.maps[0]['seen']"),
        ("box.slot = decimal.Decimal(v.value)", "int(box.slot)"),
        ("box.slot = pathlib.PurePath(str(v.value))", "int(str(box.slot))"),
        ("box.slot = operator.itemgetter(v.value)", "box.slot([3, 4])"),
    ],
)
def test_d_state_in_odd_places_is_seen(store, load):
    definitions = f"""
        import array, collections, decimal, enum, functools, operator, pathlib, types, weakref
        import random as numbers

        class Box:
            __slots__ = ("slot",)

        class Colour(enum.Enum):
            RED = 1

        def keep(kept=[0]):
            return kept

        def closure():
            held = 0

            def put(x):
                nonlocal held
                held = x

            return put, lambda: held

        put, got = closure()
        names = {{}}
        box = Box()
        deque_ = collections.deque([5])
        ordered = collections.OrderedDict.fromkeys([0, 1])
        seen_through = types.MappingProxyType(names)
        space = types.SimpleNamespace(seen=0)
        numbers_ = array.array("i", [5])
        of_classes = weakref.WeakKeyDictionary()
        chained_maps = collections.ChainMap({{}})
        kept_for_ever = functools.cache(lambda x: x + len(cached_with))
        cached_with = []
        chained = []
        seen = 0

        @functools.lru_cache
        def cached(x):
            cached_with.append(x) if x else None
            return x

        @functools.cache
        def remembering(v):
            return v.value

        def chain(x):
            error = KeyError("outer")
            error.__cause__ = ValueError(x)
            chained.append(error)

        def put_global(x):
            global seen
            seen = x

        def race(v, out):
            {store}
            v.value
            out.value = {load}
    """
    if "seen" in store and "Box" in store:
        definitions = definitions.replace('__slots__ = ("slot",)', "seen = 0")
    if store.startswith("box"):
        assert "__slots__" in definitions
    assert len(race(definitions).results) == 2


def test_d_entered_sections_are_seen():
    program = """
        def write(v):
            v.value = 1

        def race(v):
            if v.value:
                section = inside("one")
                section.__enter__()
            v.value
            v.value

        def main():
            v = Value("i", 0)
            processes = [Process(target=write, args=(v,)), Process(target=race, args=(v,))]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
    """
    found = merged_and_not(program)
    assert found.at_once("one") == 1
