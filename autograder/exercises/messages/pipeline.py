"""A pipeline

Write `pipeline(stages, items)`. `stages` is a list of functions, `items` a list. Every item goes through all stages, one after
the other, and the list of what comes out of the last stage is returned, in the order of `items`: for the stages
`[double, add_one]` and the items `[1, 5]` it is `[3, 11]`.

Each stage is **one** process of its own, and all of them work at the same time: while the second stage has the first
item, the first stage has the second item. They pass the items on through queues, and **every queue is bounded**: it holds at most 4
messages, so that a fast stage waits for a slow one.

An item may be of any kind, also `None`, and none is taken for a sentinel, whatever it is equal to. There may be many or none; both lists stay as they are. Without stages the items come out as they are. A stage never
raises. Threads are not needed, and the checks cannot follow them. When `pipeline` returns, all processes have ended and are joined.
"""

from multiprocessing import Process, Queue, get_context

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, explore, given, simulate, work

points = 6

hints = [
    "Between two stages there is a `Queue(4)`, and one more behind the last stage. Each process needs a function, a source, and a queue.",
    "When a stage finds the sentinel it must tell the next one: it puts a sentinel into its own queue, and then ends.",
    "If the parent puts all items first, everything is soon full, and nobody takes out what is done. The first stage can get the list of items "
    "itself, as an argument; then the parent only has to read.",
]

equivalent_mutants = {
    "+ queues = [Queue(3) for _ in stages]": "at most 4 places are wanted, and fewer are right, too",
}


def run_stage(stage, source, target):
    """The process of a stage: everything from `source` goes through `stage` and into `target`."""
    ### BEGIN SOLUTION
    for packed in source if isinstance(source, list) else iter(source.get, ()):
        target.put((stage(packed[0]),))
    target.put(())
    ### END SOLUTION


def pipeline(stages, items):
    """Send all items through all stages, each in a process of its own; return what comes out, in order."""
    ### BEGIN SOLUTION
    packed = [(item,) for item in items]
    queues = [Queue(4) for _ in stages]
    processes = [Process(target=run_stage, args=args) for args in zip(stages, [packed, *queues], queues)]
    for process in processes:
        process.start()
    result = [item for (item,) in (iter(queues[-1].get, ()) if stages else packed)]
    for process in processes:
        process.join()
    return result
    ### END SOLUTION


@given
def doubled(item):
    return 2 * item


@given
def one_more(item):
    return item + 1


@given
def kind_of(item):
    return type(item).__name__


@given
class EqualToAll:
    def __eq__(self, other):
        return True

    __hash__ = None


@given
def kinds_of_items_equal_to_all(number, stages):
    return pipeline([same] * (stages - 1) + [kind_of], [EqualToAll() for _ in range(number)])


@given
def left_of(items):
    # What is left of `items` and of the stages when the items have gone through them.
    stages = [doubled, one_more]
    pipeline(stages, items)
    return items, len(stages)


@given
def same(item):
    return item


@given
def took_a_second(item):
    work(1)
    return item


@given
def note_the_time(item):
    from time import perf_counter  # the simulated one

    return perf_counter()


@given
def how_long_ago(moment):
    from time import perf_counter

    work(1)
    return perf_counter() - moment


@given
def through(names, items):
    stages = {"doubled": doubled, "one_more": one_more, "kind_of": kind_of, "same": same, "took_a_second": took_a_second,
              "note_the_time": note_the_time, "how_long_ago": how_long_ago}  # fmt: skip
    return pipeline([stages[name] for name in names], items)


@check("it comes to its end, and every item has gone through all stages: in every interleaving")
def _(student):
    explore(student.through, ["doubled"], [5]).always(lambda found: list(found) == [10])
    found = explore(student.through, ["doubled", "one_more"], [5])
    assert not found.deadlocks or "queue.empty" not in found.operations, (
        "a stage finds its queue empty and goes home, and the item was only on its way: `empty()` does not say that there is no more. "
        "A sentinel does"
    )
    deadlocks = found.deadlocks or explore(student.through, ["doubled"] * 3, [5], budget=60_000).deadlocks
    assert not deadlocks, (
        "with one stage all end, with more of them somebody waits for ever: does a stage that finds the sentinel pass it on to the next?"
    )
    found.always(lambda result: list(result) == [11])
    explore(student.through, ["doubled", "one_more"], [1, 5], budget=60_000).always(
        lambda result: list(result) == [3, 11]
    )


@check("more items than fit into all queues")
def _(student):
    simulate(student.through, ["doubled", "one_more"], [1, 5], cores=2, limit=8)
    try:
        found = simulate(student.through, ["doubled", "one_more"], list(range(60)), cores=2, limit=8)
    except AssertionError as failure:
        if "deadlock" not in str(failure):
            raise
        found = None
    assert found is not None, (
        "2 items come through, and with 60 everybody waits for ever: all queues are full. Who takes out what is done "
        "while the rest still goes in?"
    )
    assert found.result == [2 * item + 1 for item in range(60)]


@check("on real processes", limit=4)
def _(student):
    explore(student.through, ["doubled", "doubled"], [1]).always_ends()
    assert student.through(["doubled", "one_more"], [1, 5, 1]) == [3, 11, 3]
    items, stages = student.left_of([1, 5, 1])
    assert items == [1, 5, 1], f"pipeline changed the list `items`, which is its caller's: {items} is left of it"
    assert stages == 2, f"pipeline changed the list `stages`, which is its caller's: {stages} of 2 are left of it"
    assert student.through(["one_more", "doubled", "one_more"], list(range(30))) == [2 * item + 3 for item in range(30)]


@check("None is an item like any other", limit=3)
def _(student):
    explore(student.through, ["doubled", "doubled"], [1]).always_ends()
    found = explore(student.through, ["kind_of"], [None]).always_ends()
    assert list(found.results) != [[]], (
        "an item that is None was lost: is it taken for the sentinel? Put the items into something"
    )
    assert student.through(["same", "kind_of"], [0, None, 1]) == ["int", "NoneType", "int"]


@check("no items, or no stages", limit=3)
def _(student):
    explore(student.through, ["doubled", "doubled"], [1]).always_ends()
    assert student.through(["doubled", "one_more"], []) == []
    assert student.through([], [3, None, 1]) == [3, None, 1]


@check("each stage is one process, and they work at the same time")
def _(student):
    found = simulate(student.through, ["took_a_second"] * 3, list(range(10)), cores=3, costs="ideal")
    assert found.processes > 1, "no other process was started: each stage is one process of its own"
    assert found.busy["main"] == 0, "the parent does the work of a stage itself: each stage is one process of its own"
    loads = [load for load in found.busy.values() if load > 0]
    assert len(loads) == 3, (
        f"three stages, and {len(loads)} processes did their work: each stage is one process of its own"
    )
    assert max(loads) <= 11, f"one process did {max(loads):.0f} of the 30 seconds of work of three stages"
    assert found.makespan < 20, (
        f"10 items through 3 stages of one second each took {found.makespan:.0f} seconds, and 12 are enough: a stage should pass an item on "
        "as soon as it is done, and not wait for all"
    )


@check("a fast stage waits for a slow one")
def _(student):
    found = simulate(student.through, ["note_the_time", "how_long_ago"], list(range(40)), cores=2, costs="ideal")
    longest = max(found.result)
    assert longest < 6.5, (
        f"the second stage needs a second for each item, and items waited up to {longest:.0f} seconds for it: so many were "
        "in the queue, which should hold at most 4"
    )
    puts = [
        stretch.operation
        for done in found.log.processes.values()
        for stretch in done
        if stretch.operation and stretch.operation.kind in ("queue.put", "simplequeue.put")
    ]
    limits = sorted({put.arguments[1] if put.kind == "queue.put" else 0 for put in puts} - {1, 2, 3, 4})
    assert not limits, (
        f"every queue holds at most 4 messages, the first and the last one, too; one here {'has no bound' if limits[0] <= 0 else f'holds {limits[0]}'}"
    )


@hidden
@check("other stages and items, compared with the reference", limit=5)
def _(student, reference):
    explore(student.through, ["doubled", "doubled"], [1]).always_ends()
    for names, items in (
        (["same"] * 6, [[1], None, "a", (), 2.5]),
        (["doubled"] * 2, ["ab", [0]] * 20),
        (["kind_of"], [(), (None,)]),
    ):
        assert student.through(names, items) == reference.through(names, items)


@check("no item is taken for a sentinel, whatever it is equal to", limit=3)
def _(student):
    explore(student.through, ["doubled", "doubled"], [1]).always_ends()
    for stages in 1, 2:
        found = explore(student.kinds_of_items_equal_to_all, 1, stages)
        lost = found.deadlocks or any(len(result) == 0 for result in found.results)
        assert not lost, (
            "an item that says to everything that it is equal to it was lost, or somebody waits for ever: it is taken for the sentinel. Items may be of any kind, so "
            "whatever you take for a sentinel can be one. Put the items into something"
        )
    assert student.kinds_of_items_equal_to_all(3, 2) == ["EqualToAll"] * 3


@wrong(
    "does a stage that finds the sentinel pass it on to the next?",
    replaced={
        "    target.put(())": "    if last:\n        target.put(())",
        "source, target)": "source, target, last=False)",
        "Process(target=run_stage, args=args) for args in zip(stages, [packed, *queues], queues)]": 'Process(target=run_stage, args=args, kwargs={"last": args[0] is stages[-1]}) for args in zip(stages, [packed, *queues], queues)]',
    },
)
def the_sentinel_is_not_passed_on(): ...


@wrong(
    "items waited up to 40 seconds for it",
    "which should hold at most 4",
    replaced={
        "packed = [(item,) for item in items]\n    queues = [Queue(4) for _ in stages]": "queues = [Queue() for _ in range(len(stages) + 1)]",
        "zip(stages, [packed, *queues], queues)": "zip(stages, queues, queues[1:])",
        "process.start()\n    result = [item for (item,) in (iter(queues[-1].get, ()) if stages else packed)]": "process.start()\n    for task in [*((item,) for item in items), ()]:\n        queues[0].put(task)\n    result = [item for (item,) in iter(queues[-1].get, ())]",
    },
)
def queues_without_bounds(): ...


@wrong(
    "Who takes out what is done while the rest still goes in?",
    replaced={
        "packed = [(item,) for item in items]\n    queues = [Queue(4) for _ in stages]": "queues = [Queue(4) for _ in range(len(stages) + 1)]",
        "zip(stages, [packed, *queues], queues)": "zip(stages, queues, queues[1:])",
        "process.start()\n    result = [item for (item,) in (iter(queues[-1].get, ()) if stages else packed)]": "process.start()\n    for task in [*((item,) for item in items), ()]:\n        queues[0].put(task)\n    result = [item for (item,) in iter(queues[-1].get, ())]",
    },
)
def all_items_put_before_one_is_read(): ...


@wrong("it is taken for the sentinel", "✘ no item is taken for a sentinel")
def a_text_for_the_end():
    def run_stage(stage, source, target):
        for item in source if isinstance(source, list) else iter(source.get, "END"):
            target.put(stage(item))
        target.put("END")

    def pipeline(stages, items):
        queues = [Queue(4) for _ in stages]
        processes = [Process(target=run_stage, args=args) for args in zip(stages, [list(items), *queues], queues)]
        for process in processes:
            process.start()
        result = list(iter(queues[-1].get, "END")) if stages else items
        for process in processes:
            process.join()
        return result


@wrong(
    "pipeline changed the list `items`",
    replaced={"packed = [(item,) for item in items]": "packed = [(items.pop(0),) for _ in range(len(items))]"},
)
def the_items_are_used_up(): ...


@wrong(
    "pipeline changed the list `stages`",
    replaced={
        "for args in zip(stages, [packed, *queues], queues)]": "for args in zip(stages, [packed, *queues], queues)]\n    del stages[1:]"
    },
)
def the_stages_are_used_up(): ...


@wrong("an item that is None was lost: is it taken for the sentinel?")
def none_for_the_end():
    def run_stage(stage, source, target):
        for item in source if isinstance(source, list) else iter(source.get, None):
            target.put(stage(item))
        target.put(None)

    def pipeline(stages, items):
        items = [item for item in items if item is not None] if stages else items
        queues = [Queue(4) for _ in stages]
        processes = [Process(target=run_stage, args=args) for args in zip(stages, [items, *queues], queues)]
        for process in processes:
            process.start()
        result = list(iter(queues[-1].get, None)) if stages else items
        for process in processes:
            process.join()
        return result


@wrong("10 items through 3 stages of one second each took 30 seconds", "not wait for all")
def one_stage_after_the_other():
    def run_stage(stage, items, target):
        target.put([stage(item) for item in items])

    def pipeline(stages, items):
        for stage in stages:
            target = Queue(4)
            process = Process(target=run_stage, args=(stage, items, target))
            process.start()
            items = target.get()
            process.join()
        return items


@wrong("no other process was started")
def no_process_at_all():
    def pipeline(stages, items):
        for stage in stages:
            items = [stage(item) for item in items]
        return items


@wrong("three stages, and 10 processes did their work")
def a_process_for_every_item():
    def run_stages(stages, item, target):
        for stage in stages:
            item = stage(item)
        target.put(item)

    def pipeline(stages, items):
        queues = [Queue(4) for _ in items]
        processes = [Process(target=run_stages, args=(stages, *pair)) for pair in zip(items, queues)]
        for process in processes:
            process.start()
        result = [queue.get() for queue in queues]
        for process in processes:
            process.join()
        return result


@wrong(
    "the first and the last one, too; one here has no bound",
    replaced={
        "packed = [(item,) for item in items]\n    queues = [Queue(4) for _ in stages]": "queues = [Queue(), *(Queue(4) for _ in stages)]",
        "zip(stages, [packed, *queues], queues)": "zip(stages, queues, queues[1:])",
        "process.start()\n    result = [item for (item,) in (iter(queues[-1].get, ()) if stages else packed)]": "process.start()\n    for task in [*((item,) for item in items), ()]:\n        queues[0].put(task)\n    result = [item for (item,) in iter(queues[-1].get, ())]",
    },
)
def no_bound_for_the_first_queue(): ...


@wrong(
    "the parent does the work of a stage itself",
    replaced={
        "queues = [Queue(4) for _ in stages]": "queues, last = [Queue(4) for _ in stages[1:]], stages[-1:]",
        "zip(stages, [packed": "zip(stages[:-1], [packed",
        "item for (item,) in (iter(queues[-1].get, ()) if stages else packed)": "last[0](item) if last else item for (item,) in (iter(queues[-1].get, ()) if queues else packed)",
    },
)
def the_last_stage_in_the_parent(): ...


@wrong(
    "does a stage that finds the sentinel pass it on to the next?",
    replaced={
        "    target.put(())": "    if isinstance(source, list):\n        target.put(())",
        "iter(queues[-1].get, ()) if stages": "(queues[-1].get() for _ in items) if stages",
    },
)
def only_the_first_stage_tells_of_the_end(): ...


@wrong("`empty()` does not say that there is no more")
def until_the_queue_says_that_it_is_empty():
    def run_stage(stage, source, target):
        while source if isinstance(source, list) else not source.empty():
            (item,) = source.pop(0) if isinstance(source, list) else source.get()
            target.put((stage(item),))

    def pipeline(stages, items):
        queues = [Queue(4) for _ in stages]
        packed = [(item,) for item in items]
        processes = [Process(target=run_stage, args=args) for args in zip(stages, [packed, *queues], queues)]
        for process in processes:
            process.start()
        result = [queues[-1].get()[0] for _ in items] if stages else items
        for process in processes:
            process.join()
        return result


@also_right
def a_process_that_feeds_the_first_queue():
    END = "no more"

    def feed(items, target):
        for item in items:
            target.put([item])
        target.put(END)

    def run_stage(stage, source, target):
        while (packed := source.get()) != END:
            target.put([stage(packed[0])])
        target.put(END)

    def pipeline(stages, items):
        queues = [Queue(maxsize=2) for _ in range(len(stages) + 1)]
        processes = [Process(target=feed, args=(items, queues[0]))]
        processes += [Process(target=run_stage, args=(s, queues[n], queues[n + 1])) for n, s in enumerate(stages)]
        for process in processes:
            process.start()
        result = []
        while (packed := queues[-1].get()) != END:
            result += packed
        for process in processes:
            process.join()
        return result


@also_right
def counted_and_under_spawn():
    def run_stage(stage, number: int, source, target) -> None:
        for place in range(number):
            target.put(stage(source[place] if isinstance(source, list) else source.get()))

    def pipeline(stages: list, items: list) -> list:
        context = get_context("spawn")
        source, processes, queues = items, [], []  # a queue that nobody keeps goes before its process has it
        for stage in stages:
            target = context.Queue(4)
            process = context.Process(target=run_stage, args=(stage, len(items), source, target))
            process.start()
            processes.append(process)
            queues.append(target)
            source = target
        if not stages:
            return list(items)
        result = [source.get() for _ in items]
        for process in processes:
            process.join()
        return result


@also_right
def the_parent_puts_and_gets_in_turn():
    def run_stage(stage, source, target):
        while packed := source.get():
            target.put((stage(packed[0]),))
        target.put(())

    def pipeline(stages, items):
        queues = [Queue(1) for _ in range(len(stages) + 1)]
        processes = [Process(target=run_stage, args=args) for args in zip(stages, queues, queues[1:])]
        for process in processes:
            process.start()
        result, inside = [], 0
        for item in items:
            if inside > len(stages):
                result += queues[-1].get()
                inside -= 1
            queues[0].put((item,))
            inside += 1
        if inside and inside > len(stages):
            result += queues[-1].get()
        queues[0].put(())
        while packed := queues[-1].get():
            result += packed
        for process in processes:
            process.join()
        return result
