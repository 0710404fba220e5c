"""Merging local states never changes a verdict or a count: the constructs that broke earlier versions, by name.

In every program `v` races from 0 to 1; histories alone, which forget nothing, must agree.
"""

import pytest

from lockstep.exploration.inside.interpreter_frames import READABLE
from tests.exploration.taking import RACE, local_states, merged_and_not, race, take


def test_this_interpreter_lets_frames_be_read():
    assert READABLE


def test_a_locals_changed_within_a_statement_are_not_confused():
    found = race("""
        def race(v, out):
            s = [10, 20]
            out.value = s.pop() + v.value
            out.value = s.pop() + v.value + out.value
    """)
    assert set(found.results) == {30, 31, 32}


def test_a_dictionary_popped_and_a_walrus_within_a_statement_are_not_confused():
    found = race("""
        def race(v, out):
            d = {"x": 10, "y": 100}
            out.value = d.pop("x") + v.value + (n := d.pop("y")) + v.value + n
    """)
    assert set(found.results) == {210, 211, 212}


def test_b_frames_further_out_count_too():
    found = race("""
        def look(v):
            return v.value

        def race(v, out):
            out.value = 10 * look(v) + look(v)
    """)
    assert set(found.results) == {0, 1, 11}


def test_b_peterson_spinning_inside_a_method_is_finite():
    from tests.exploration.test_bugs import PETERSON

    found = take(PETERSON, "right", 2, budget=2_000)
    assert found.interleavings is None
    assert found.claim.complete


def test_c_a_value_on_its_way_through_finally_is_not_forgotten():
    found = race("""
        def look(v):
            try:
                return v.value
            finally:
                v.value

        def race(v, out):
            out.value = look(v)
    """)
    assert set(found.results) == {0, 1}


def test_c_an_exception_on_its_way_through_finally_is_not_forgotten():
    found = race("""
        def look(v):
            try:
                if v.value:
                    raise ValueError
            finally:
                v.value

        def race(v, out):
            try:
                look(v)
                out.value = 5
            except ValueError:
                out.value = 6
    """)
    assert set(found.results) == {5, 6}


def test_c_break_and_falling_through_finally_are_told_apart():
    found = race("""
        def race(v, out):
            for n in range(2):
                try:
                    if v.value:
                        break
                finally:
                    v.value
            else:
                out.value = 7
    """)
    assert set(found.results) == {-1, 7}


def test_c_a_bare_raise_after_an_operation_raises_what_was_caught():
    found = race("""
        def look(v):
            try:
                [10, 20][v.value * 2]
                {}["x"]
            except (IndexError, KeyError):
                v.value
                raise

        def race(v, out):
            try:
                look(v)
            except IndexError:
                out.value = 8
            except KeyError:
                out.value = 9
    """)
    assert set(found.results) == {8, 9}


def test_e_instances_of_learners_classes_do_not_stop_merging():
    program = """
        class Account:
            def __init__(self):
                self.balance = Value("i", 0)

            def add(self):
                self.balance.value += 1

        def work(account, times):
            for _ in range(times):
                account.add()

        def main(times):
            account = Account()
            processes = [Process(target=work, args=(account, times)) for _ in range(2)]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            return account.balance.value
    """
    assert local_states(merged_and_not(program, 3)) < local_states(take(program, 3, merge=False)) / 3
    assert take(program, 6).interleavings == 2_704_156


@pytest.mark.parametrize(
    "wait",
    [
        "while not all(f.value for f in flags): pass",
        "while not all([f.value for f in flags]): pass",
        "while True:\n                if (lambda: flags[0].value and flags[1].value)(): break",
        "while any(not f.value for f in flags): pass",
        "while [f.value for f in flags] != [1, 1]: pass",
        "while not (flags[0].value and flags[1].value): pass",
        "while flags[0].value + flags[1].value < 2: pass",
    ],
)
def test_f_comprehensions_and_lambdas_that_spin_are_finite(wait):
    program = f"""
        def wait(flags):
            {wait}

        def main():
            flags = [Value("i", 0), Value("i", 0)]
            process = Process(target=wait, args=(flags,))
            process.start()
            for flag in flags:
                flag.value = 1
            process.join()
            return True
    """
    found = take(program, budget=1_000).always(lambda value: value)
    assert found.claim.complete
    assert found.interleavings is None


def test_an_object_that_is_asked_for_its_length_spins_finitely():
    program = """
        class Places:
            def __init__(self):
                self.puts, self.gets = Value("i", 0), Value("i", 0)

            def __len__(self):
                return self.puts.value - self.gets.value

            def get(self):
                while len(self) == 0:
                    pass
                self.gets.value += 1

        def main():
            places = Places()
            process = Process(target=places.get)
            process.start()
            places.puts.value += 1
            process.join()
            return len(places)
    """
    found = take(program, budget=1_000).always(lambda left: left == 0)
    assert found.claim.complete


def test_what_a_module_takes_from_the_standard_library_does_not_stop_merging():
    program = """
        import array, ctypes, re, struct, uuid
        from collections import ChainMap, OrderedDict
        from collections.abc import Mapping
        from dataclasses import dataclass, field
        from datetime import timedelta
        from decimal import Decimal
        from enum import Flag, auto
        from fractions import Fraction
        from functools import cache, cached_property, lru_cache, singledispatch
        from operator import attrgetter
        from pathlib import Path
        from types import MappingProxyType, SimpleNamespace

        class Mode(Flag):
            READ = auto()
            WRITE = auto()

        class Point(ctypes.Structure):
            _fields_ = [("x", ctypes.c_int)]

        @dataclass(order=True)
        class Job(Mapping):
            needs: list = field(default_factory=list)

            @cached_property
            def length(self):
                return len(self.needs)

            def __len__(self): return 0
            def __iter__(self): return iter(())
            def __getitem__(self, key): raise KeyError

        @singledispatch
        def told(x): return "object"

        @told.register
        def _(x: int): return "int"

        @lru_cache
        def squared(x): return x * x

        @cache
        def twice(x): return 2 * x

        CONSTANTS = (re.compile("a+"), struct.Struct("!I"), Decimal("1.5"), Fraction(1, 2), timedelta(1), Path("."),
                     uuid.UUID(int=1), attrgetter("x"), MappingProxyType({1: 2}), SimpleNamespace(a=1), OrderedDict(a=1),
                     ChainMap({}), array.array("i", [1]), Job([twice(3)]), told(1), {}.keys(), Mode.READ)

        def wait(v):
            while not v.value and CONSTANTS:
                pass

        def main():
            v = Value("i", 0)
            process = Process(target=wait, args=(v,))
            process.start()
            v.value = 1
            process.join()
    """
    assert take(program, budget=200).claim.complete


@pytest.mark.parametrize(
    ("zero", "one"), [("True", "1"), ("0.0", "-0.0"), ("float('nan')", "0.0"), ("'1'", "1"), ("1.0", "1"), ("()", "[]")]
)
def test_g_answers_of_different_types_are_different(zero, one):
    program = f"""
        def tell(q, x):
            q.put(x)

        def main():
            q = SimpleQueue()
            processes = [Process(target=tell, args=(q, x)) for x in ({zero}, {one})]
            for process in processes:
                process.start()
            first = q.get()
            second = q.get()
            for process in processes:
                process.join()
            return repr(first), repr(second)
    """
    assert len(merged_and_not(program).results) == 2


def test_g_returned_values_of_different_types_are_different_results():
    found = race("""
        def race(v, out):
            out.value = v.value
    """)
    assert found.results == {0: found.results[0], 1: found.results[1]}
    program = (
        "def write(v): v.value = 1\n\ndef main():\n    v = Value('i', 0)\n    p = Process(target=write, args=(v,))\n"
    )
    program += "    p.start()\n    x = v.value\n    p.join()\n    return 1 if x else True"
    found = merged_and_not(program)
    assert found.results[1] == found.results[True] == 1


def test_h_the_second_manager_of_a_with_is_evaluated_after_the_first_is_entered():
    program = """
        class Note:
            def __init__(self, seen, n):
                seen.value = n

            def __enter__(self):
                pass

            def __exit__(self, *exception):
                pass

        def race(v, lock, seen):
            with lock, Note(seen, v.value):
                pass

        def main():
            v, lock, seen = Value("i", 0), Lock(), Value("i", -1)
            process = Process(target=race, args=(v, lock, seen))
            lock.acquire()
            process.start()
            v.value = 1
            lock.release()
            process.join()
            return seen.value
    """
    assert merged_and_not(program).results == {1: 1}


def test_i_ways_that_meet_in_one_state_are_all_counted():
    found = race("""
        def race(v, out):
            for _ in range(4):
                v.value
            out.value = 3
    """)
    assert found.interleavings == 6 * 1  # the write at each place among four reads and a write; main's read comes last
    assert local_states(found) < 20


def test_i_a_schedule_tells_the_answers_of_its_own_path():
    found = take(
        RACE.replace("{definitions}", "def race(v, out):\n        v.value\n        v.value\n        v.value = 5")
    )
    schedule = found.schedule()
    values = {}
    for step in schedule.steps:
        name = step.objects[0][0]
        if step.operation.startswith("read"):
            assert step.answer == values.get(name, step.answer)
        values[name] = step.objects[0][1]


def test_for_with_else_break_continue_recursion_and_aliases_agree():
    race("""
        def down(v, n):
            return 0 if n == 0 else v.value + down(v, n - 1)

        def race(v, out):
            one = [0]
            two = one
            three = [0]
            for n in range(3):
                if v.value:
                    two = three
                    continue
                if n == 2:
                    break
            else:
                one.append(5)
            two.append(v.value)
            out.value = 100 * len(one) + 10 * len(three) + down(v, 2)
    """)


def test_a_generator_in_the_middle_is_part_of_the_state():
    found = race("""
        def looks(v):
            while True:
                yield v.value

        def race(v, out):
            a = looks(v)
            x = next(a)
            for y in a:
                break
            v.value
            out.value = 10 * x + y
    """)
    assert set(found.results) == {0, 1, 11}


def test_a_set_keeps_its_history_and_agrees():
    found = race("""
        def race(v, out):
            s = {1, 2}
            s.add(3 + v.value)
            v.value
            out.value = sum(s)
    """)
    assert set(found.results) == {6, 7}


def test_a_state_that_grows_while_spinning_weakens_the_claim():
    program = """
        def wait(flag):
            tries = 0
            while not flag.value:
                tries += 1
            if tries > 10 ** 9:
                flag.value = tries

        def main():
            flag = Value("i", 0)
            process = Process(target=wait, args=(flag,))
            process.start()
            flag.value = 1
            process.join()
            return "done"
    """
    found = take(program, budget=500)
    assert not found.claim.complete
    assert found.states <= 1_000
    assert found.interleavings is None


def test_a_call_in_the_argument_of_a_method_of_a_builtin_object_merges_as_any_other():
    found = take(
        """
        def is_set(v):
            return v.value == 1

        def work(v):
            while {True: 1}.get(is_set(v), 2) != 1:
                pass

        def main():
            v = Value("i", 0)
            p = Process(target=work, args=(v,))
            p.start()
            v.value = 1
            p.join()
        """,
        budget=100,
    )
    assert found.claim.complete
    assert local_states(found) < 10
