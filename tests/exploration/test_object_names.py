"""What a reader calls the objects of a program."""

import pytest

from lockstep.exploration.object_names import names_of


def called(line: str, *kinds: str) -> list[str]:
    created = {f"0#{number}": (kind, ("In[1]", 1)) for number, kind in enumerate(kinds, 1)}
    return list(names_of(created, lambda label, number: line).values())


@pytest.mark.parametrize(
    ("line", "kinds", "names"),
    [
        ("lock = Lock()", ["lock"], ["lock"]),
        ("total = Value('i', 0)", ["rlock", "cell"], ["total's lock", "total"]),
        ("self.n = n; self.inside = Value('i', 0)", ["rlock", "cell"], ["self.inside's lock", "self.inside"]),
        ("self.a = Semaphore(0); self.b = Semaphore(0)", ["semaphore", "semaphore"], ["self.a", "self.b"]),
        ("a, b = Lock(), Value('i', 0, lock=False)", ["lock", "cell"], ["a", "b"]),
        ("left, right = Pipe()", ["channel", "channel"], ["left's end", "right's end"]),
        ("here, there = Pipe(False)", ["channel"], ["here's end"]),
        (
            "here, there = Pipe()",
            ["channel"] * 4,
            ["here[0]'s end", "there[0]'s end", "here[1]'s end", "there[1]'s end"],
        ),
        ("r, s = mp.Pipe(duplex=False)", ["channel"] * 3, ["r[0]'s end", "r[1]'s end", "r[2]'s end"]),
        ("up, down = [Pipe() for _ in range(2)]", ["channel"] * 4, [f"channel {number}" for number in range(1, 5)]),
        ("forks = [Lock() for _ in range(2)]", ["lock", "lock"], ["forks[0]", "forks[1]"]),
        ("ready: Event = mp.Event()", ["event"], ["ready"]),
        (
            "self.size, self.items = size, Array('i', 2)",
            ["rlock", "cell", "cell"],
            ["self.items's lock", "self.items[0]", "self.items[1]"],
        ),
        ("n, self.cells = len(all), RawArray('i', 2)", ["cell", "cell"], ["self.cells[0]", "self.cells[1]"]),
        (
            "flags, turn = Array('i', 2, lock=False), Value('i', 0, lock=False)",
            ["cell"] * 3,
            ["flags[0]", "flags[1]", "turn"],
        ),
        (
            "a, b = Array('i', [7]), RawArray('i', (0, 0))",
            ["rlock", *["cell"] * 3],
            ["a's lock", "a[0]", "b[0]", "b[1]"],
        ),
        ("run(Lock())", ["lock"], ["lock 1"]),
        ("both = Condition()", ["rlock", "condition"], ["both's lock", "both"]),
    ],
)
def test_an_object_is_called_what_its_line_assigns_it_to(line, kinds, names):
    assert called(line, *kinds) == names


def test_objects_that_two_processes_made_on_one_line_are_told_apart():
    created = {"0.1#1": ("lock", ("In[1]", 3)), "0.2#1": ("lock", ("In[1]", 3)), "0#1": ("lock", ("In[1]", 1))}
    names = names_of(created, lambda label, number: {1: "shared = Lock()", 3: "own = Lock()"}[number])
    assert names == {"0.1#1": "own of Process-1", "0.2#1": "own of Process-2", "0#1": "shared"}
