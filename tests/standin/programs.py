"""Programs for the comparison with real processes: two workers, something shared, and a result that may race."""

_FRAME = """
def work(me, {names}):
    {work}

def main():
    {setup}
    processes = [Process(target=work, args=(me, {names})) for me in (1, 2)]
    for process in processes:
        process.start()
    {meanwhile}
    for process in processes:
        process.join()
    return {result}
"""


def _program(names: str, setup: str, work: str, result: str, meanwhile: str = "pass") -> str:
    return _FRAME.format(
        names=names, setup=setup, work=work.replace("\n", "\n    "), result=result, meanwhile=meanwhile
    )


_VALUE = 'v = Value("i", 0)'
_POINT = "import ctypes\nclass Point(ctypes.Structure): _fields_ = [('x', ctypes.c_int), ('y', ctypes.c_int)]\n"
_CLOSED = """
def closed(process):
    process.close()
    try:
        return process.is_alive()
    except ValueError as error:
        return str(error), repr(process)[-7:]
"""
_QUEUE = "q = Queue()"
_GETS = "found = [q.get(), q.get()]"
_CONDITION = 'v, c = Value("i", 0), Condition()'

PROGRAMS: dict[str, str] = {
    "add": _program("v", _VALUE, "v.value += 1", "v.value"),
    "add_locked": _program("v", _VALUE, "with v.get_lock():\n    v.value += 1", "v.value"),
    "write": _program("v", _VALUE, "v.value = me", "v.value"),
    "write_float": _program("v", 'v = Value("d", 0)', "v.value = me / 2", "v.value"),
    "write_bool": _program("v", 'v = Value("b", 0)', "v.value = me > 1", "v.value"),
    "wraps": _program("v", 'v = Value("B", 255)', "with v.get_lock():\n    v.value += 1", "v.value"),
    "raw_value": _program("v", 'v = RawValue("i", 5)', "v.value += me", "v.value"),
    "value_with_a_lock": _program("v", 'v = Value("i", 0, lock=Lock())', "v.value = v.value + 1", "v.value"),
    "value_as_manager": _program("v", _VALUE, "with v:\n    v.get_obj().value += 1", "v.value"),
    "text_into_a_value": _program(
        "v", _VALUE, "try:\n    v.value = 'x'\nexcept TypeError:\n    v.value = 9", "v.value"
    ),
    "array_elements": _program("a", 'a = Array("i", 2)', "a[me - 1] = me", "a[:]"),
    "array_swap": _program("a", 'a = Array("i", [1, 2])', "a[0], a[1] = a[1], a[0]", "list(a)"),
    "array_slices": _program("a", 'a = Array("i", 3)', "a[0:3] = [me] * 3", "a[:]"),
    "array_raw_slices": _program("a", 'a = RawArray("i", 2)', "a[:] = [me] * 2", "a[:]"),
    "array_negative": _program("a", 'a = Array("i", 3)', "a[-1] += 1", "sum(a)"),
    "array_out_of_range": _program(
        "a", 'a = Array("i", 1)', "try:\n    a[5]\nexcept IndexError:\n    a[0] += 1", "a[:]"
    ),
    "array_length": _program("a", 'a = Array("d", 4)', "a[me] = len(a)", "a[:]"),
    "closed": _CLOSED + _program("v", _VALUE, "v.value = 1", "closed(processes[0])"),
    "characters": _program("a", 'a = Array("c", b"xyz")', "a.value = a.value[me:] or b'n'", "a.value, a.raw"),
    "structure": _POINT + _program("p", "p = Value(Point, 1, 2)", "p.x += me\np.y = p.x", "p.x, p.y"),
    "structures": _POINT
    + _program(
        "a", "a = Array(Point, [(1, 2), (3, 4)])", "a[me - 1].x = me\na[0] = Point(a[1].x, me)", "a[0].x, a[0].y"
    ),
    "array_seen_by_numpy": _program(
        "a", 'a = Array("i", 2)', "import numpy\nnumpy.frombuffer(a.get_obj(), 'i4')[me - 1] += me", "a[:]"
    ),
    "lock": _program("l, v", f"l, v = Lock(), {_VALUE[4:]}", "with l:\n    v.value += 1", "v.value"),
    "try_lock": _program("l, v", f"l, v = Lock(), {_VALUE[4:]}", "if l.acquire(False):\n    v.value += 1", "v.value"),
    "try_lock_timed": _program(
        "l, v",
        f"l, v = Lock(), {_VALUE[4:]}",
        "if l.acquire(timeout=0.01):\n    v.value += 1\n    l.release()",
        "v.value",
    ),
    "lock_released_by_another": _program(
        "l, v",
        f"l, v = Lock(), {_VALUE[4:]}\n    l.acquire()",
        "if me == 1:\n    l.release()\nelse:\n    l.acquire()",
        "v.value",
    ),
    "release_of_a_free_lock": _program(
        "l, v", f"l, v = Lock(), {_VALUE[4:]}", "try:\n    l.release()\nexcept ValueError:\n    v.value = me", "v.value"
    ),
    "rlock_twice": _program(
        "l, v", f"l, v = RLock(), {_VALUE[4:]}", "with l:\n    with l:\n        v.value += 1", "v.value"
    ),
    "rlock_of_another": _program(
        "l, v",
        f"l, v = RLock(), {_VALUE[4:]}\n    l.acquire()",
        "try:\n    l.release()\nexcept AssertionError:\n    v.value = me",
        "v.value",
    ),
    "semaphore": _program("s, v", f"s, v = Semaphore(1), {_VALUE[4:]}", "with s:\n    v.value += 1", "v.value"),
    "semaphore_of_two": _program("s, v", f"s, v = Semaphore(2), {_VALUE[4:]}", "with s:\n    v.value += 1", "v.value"),
    "semaphore_value": _program(
        "s, v", f"s, v = Semaphore(3), {_VALUE[4:]}", "s.acquire()\nv.value = s.get_value()", "v.value"
    ),
    "semaphore_signal": _program(
        "s, v",
        f"s, v = Semaphore(0), {_VALUE[4:]}",
        "if me == 1:\n    v.value = 7\n    s.release()\nelse:\n    s.acquire()\n    v.value += 1",
        "v.value",
    ),
    "bounded_semaphore": _program(
        "s, v",
        f"s, v = BoundedSemaphore(1), {_VALUE[4:]}",
        "try:\n    s.release()\nexcept ValueError:\n    v.value += me",
        "v.value",
    ),
    "try_semaphore": _program(
        "s, v", f"s, v = Semaphore(1), {_VALUE[4:]}", "if s.acquire(False):\n    v.value += me", "v.value"
    ),
    "condition": _program(
        "v, c",
        _CONDITION,
        "with c:\n    if me == 1:\n        while not v.value:\n            c.wait()\n        v.value = 5\n"
        "    else:\n        v.value = 1\n        c.notify()",
        "v.value",
    ),
    "condition_wait_for": _program(
        "v, c",
        _CONDITION,
        "with c:\n    if me == 1:\n        c.wait_for(lambda: v.value)\n        v.value += 5\n    else:\n        v.value = 1\n        c.notify_all()",
        "v.value",
    ),
    "condition_timed": _program(
        "v, c",
        _CONDITION,
        "with c:\n    if me == 1:\n        v.value = 10 + c.wait(0.01)\n    else:\n        c.notify()",
        "v.value",
    ),
    "condition_unlocked": _program(
        "v, c", _CONDITION, "try:\n    c.notify()\nexcept AssertionError:\n    v.value = me", "v.value"
    ),
    "condition_wait_unlocked": _program(
        "v, c", _CONDITION, "try:\n    c.wait()\nexcept AssertionError:\n    v.value += me", "v.value"
    ),
    "condition_on_a_lock": _program(
        "v, l, c",
        'v, l = Value("i", 0), Lock()\n    c = Condition(l)',
        "with l:\n    if me == 1:\n        while not v.value:\n            c.wait()\n    else:\n        v.value = 1\n        c.notify_all()",
        "v.value",
    ),
    "event": _program(
        "v, e",
        'v, e = Value("i", 0), Event()',
        "if me == 1:\n    v.value = 3\n    e.set()\nelse:\n    e.wait()\n    v.value += 1",
        "v.value",
    ),
    "event_is_set": _program(
        "v, e",
        'v, e = Value("i", 0), Event()',
        "if me == 1:\n    e.set()\nelse:\n    v.value = 10 + e.is_set()",
        "v.value",
    ),
    "event_timed": _program(
        "v, e",
        'v, e = Value("i", 0), Event()',
        "if me == 1:\n    e.set()\nelse:\n    v.value = 10 + e.wait(0.01)",
        "v.value",
    ),
    "event_cleared": _program(
        "v, e", 'v, e = Value("i", 0), Event()', "e.set()\ne.clear()\ne.set()\nv.value += e.wait()", "v.value"
    ),
    "barrier": _program("b, v", f"b, v = Barrier(2), {_VALUE[4:]}", "v.value += 1\nb.wait()", "v.value"),
    "barrier_index": _program("b, a", 'b, a = Barrier(2), Array("i", 2)', "a[me - 1] = b.wait()", "a[:]"),
    "barrier_twice": _program(
        "b, a",
        'b, a = Barrier(2), Array("i", 2)',
        "a[me - 1] = 1\nb.wait()\nseen = a[2 - me]\nb.wait()\na[me - 1] = 5 + seen",
        "a[:]",
    ),
    "barrier_action": _program(
        "b, v",
        'v = Value("i", 4)\n    b = Barrier(2, action=v.get_lock)',
        "b.wait()\nwith v.get_lock():\n    v.value += 1",
        "v.value",
    ),
    "barrier_aborted": _program(
        "b, v",
        f"b, v = Barrier(2), {_VALUE[4:]}",
        "from threading import BrokenBarrierError\ntry:\n    if me == 1:\n        b.abort()\n    else:\n        b.wait()\nexcept BrokenBarrierError:\n    v.value = me",
        "v.value",
    ),
    "barrier_broken": _program(
        "b, v",
        f"b, v = Barrier(2), {_VALUE[4:]}",
        "if me == 1:\n    b.abort()\nelse:\n    v.value = 10 + b.broken",
        "v.value",
    ),
    "queue": _program("q", _QUEUE, "q.put(me)", "found", _GETS),
    "queue_sorted": _program(
        "q", _QUEUE, "q.put(me)\nq.put(-me)", "sorted(found)", "found = [q.get() for _ in range(4)]"
    ),
    "queue_order_of_one": _program(
        "q",
        _QUEUE,
        "q.put((me, 1))\nq.put((me, 2))",
        "[x for x in found if x[0] == 1]",
        "found = [q.get() for _ in range(4)]",
    ),
    "queue_between": _program(
        "q, v", f"q, v = Queue(), {_VALUE[4:]}", "if me == 1:\n    q.put(5)\nelse:\n    v.value = q.get()", "v.value"
    ),
    "queue_empty": _program("q", _QUEUE, "q.put(me)", "found, sorted([q.get(), q.get()])", "found = q.empty()"),
    "queue_get_nowait": _program(
        "q, v",
        f"import queue\n    q, v = Queue(), {_VALUE[4:]}",
        "import queue\nif me == 1:\n    q.put(5)\nelse:\n    try:\n        v.value = q.get(timeout=0.01)\n    except queue.Empty:\n        v.value = -1",
        "v.value, v.value == 5 or q.get()",
    ),
    "queue_full": _program(
        "q",
        "q = Queue(1)",
        "try:\n    q.put(me, False)\nexcept Exception as error:\n    assert type(error).__name__ == 'Full'",
        "q.get()",
    ),
    "queue_bounded": _program("q", "q = Queue(1)", "q.put(me)", "sorted(found)", _GETS),
    "queue_size": _program("q", _QUEUE, "q.put(me)", "found, sorted([q.get(), q.get()])", "found = q.qsize()"),
    "simple_queue": _program("q", "q = SimpleQueue()", "q.put(me)", "[q.get(), q.get()]"),
    "simple_queue_empty": _program(
        "q", "q = SimpleQueue()", "q.put(me)", "found, sorted([q.get(), q.get()])", "found = q.empty()"
    ),
    "joinable_queue": _program(
        "q, v",
        f"q, v = JoinableQueue(), {_VALUE[4:]}",
        "if me == 1:\n    for x in (1, 2):\n        q.put(x)\n    q.join()\n    v.value += 100\n"
        "else:\n    for _ in range(2):\n        v.value += q.get()\n        q.task_done()",
        "v.value",
    ),
    "task_done_too_often": _program(
        "q, v",
        f"q, v = JoinableQueue(), {_VALUE[4:]}",
        "try:\n    q.task_done()\nexcept ValueError:\n    v.value += me",
        "v.value",
    ),
    "pipe": _program(
        "a, b",
        "a, b = Pipe()",
        "if me == 1:\n    a.send(5)\nelse:\n    b.send(b.recv() + 1)",
        "found",
        "found = a.recv()",
    ),
    "pipe_one_way": _program(
        "b, v", f"a, b = Pipe(False)\n    v = {_VALUE[4:]}", "b.send(me)", "found", "found = [a.recv(), a.recv()]"
    ),
    "pipe_poll": _program(
        "b, v",
        f"a, b = Pipe(False)\n    v = {_VALUE[4:]}",
        "b.send(me)",
        "found, sorted([a.recv(), a.recv()])",
        "found = a.poll()",
    ),
    "pipe_bytes": _program(
        "b, v",
        f"a, b = Pipe(False)\n    v = {_VALUE[4:]}",
        "b.send_bytes(b'x' * me)",
        "found",
        "found = [a.recv_bytes(), a.recv_bytes()]",
    ),
    "pipe_read_only": _program(
        "a, v",
        f"a, b = Pipe(False)\n    v = {_VALUE[4:]}",
        "try:\n    a.send(1)\nexcept OSError:\n    v.value += me",
        "v.value",
    ),
    "pipe_closed": _program(
        "a, v",
        f"a, b = Pipe()\n    v = {_VALUE[4:]}",
        "a.close()\ntry:\n    a.send(1)\nexcept OSError:\n    v.value += me",
        "v.value",
    ),
    "exit_codes": _program("v", _VALUE, "import sys\nsys.exit(me)", "[process.exitcode for process in processes]"),
    "exception": _program(
        "v",
        _VALUE,
        "v.value = me\nif me == 2:\n    sys = None\n    sys.exit()",
        "v.value, [p.exitcode for p in processes]",
    ),
    "is_alive": _program("v", _VALUE, "v.value = me", "found", "found = [p.is_alive() for p in processes]"),
    "names": _program(
        "q", "q = SimpleQueue()", "q.put(current_process().name.partition('-')[0])", "sorted([q.get(), q.get()])"
    ),
    "daemons": _program("v", _VALUE, "v.value = current_process().daemon", "v.value"),
    "kwargs": (
        "def work(v, *, by):\n    v.value += by\n\n"
        'def main():\n    v = Value("i", 0)\n    process = Process(target=work, args=(v,), kwargs={"by": 3})\n'
        "    process.start()\n    process.join()\n    return v.value\n"
    ),
    "subclass": (
        "class Worker(Process):\n    def __init__(self, v):\n        super().__init__()\n        self.v = v\n\n"
        "    def run(self):\n        self.v.value = 8\n\n"
        'def main():\n    v = Value("i", 0)\n    worker = Worker(v)\n    worker.start()\n    worker.join()\n    return v.value\n'
    ),
    "context": (
        "def work(v):\n    v.value = 2\n\n"
        'def main():\n    context = get_context("fork")\n    v = context.Value("i", 0)\n    process = context.Process(target=work, args=(v,))\n'
        "    process.start()\n    process.join()\n    return v.value\n"
    ),
    "grandchild": (
        "def inner(v):\n    v.value += 1\n\ndef outer(v):\n    process = Process(target=inner, args=(v,))\n    process.start()\n"
        "    process.join()\n    v.value *= 2\n\n"
        'def main():\n    v = Value("i", 1)\n    process = Process(target=outer, args=(v,))\n    process.start()\n    process.join()\n    return v.value\n'
    ),
    "manager_dict": _program("d", "m = Manager(); d = m.dict(x=0)", "d['x'] += 1", "d['x']"),
    "manager_list": _program(
        "l", "m = Manager(); l = m.list()", "l.append(me)\nl += [0]", "sorted(l), len(l), str(l.count(0))"
    ),
    "manager_nested": _program(
        "l", "m = Manager(); l = m.list([[0], m.dict()])", "l[0].append(me)\nl[1][me] = 1", "l[0], sorted(l[1].keys())"
    ),
    "manager_value": _program(
        "v, n, k",
        'm = Manager(); v, n, k = m.Value("i", 0), m.Namespace(x=0), m.Lock()',
        "v.value += 1\nwith k:\n    n.x += 1",
        "v.value, n.x",
    ),
    "manager_queue": _program(
        "q",
        "m = Manager(); q = m.Queue(1)",
        "q.put(me)",
        "found, q.empty(), q.qsize()",
        "found = sorted([q.get(), q.get()])",
    ),
    "manager_over": _program(
        "d",
        "m = Manager(); d = m.dict(x=1); m.shutdown()",
        "try:\n    d['x']\nexcept FileNotFoundError:\n    pass\nelse:\n    raise SystemExit(3)",
        "[process.exitcode for process in processes]",
    ),
    "sentinels": _program(
        "v",
        f"from multiprocessing.connection import wait; {_VALUE}",
        "v.value = me",
        "v.value, left",
        "left = [process.sentinel for process in processes]\n"
        "    while left:\n        for sentinel in wait(left):\n            left.remove(sentinel)",
    ),
    "connections": _program(
        "w",
        "from multiprocessing.connection import wait; r, w = Pipe(False)",
        "w.send(me)",
        "found",
        "w.close(); found = []\n"
        "    while len(found) < 2:\n        found += [connection.recv() for connection in wait([r])]",
    ),
    "active_children": _program(
        "v", _VALUE, "v.value = me", "found, active_children()", "found = len(active_children()) in (0, 1, 2)"
    ),
    "terminated": (
        "def work(l):\n    l.acquire()\n\n"
        "def main():\n    l = Lock()\n    l.acquire()\n    process = Process(target=work, args=(l,))\n    process.start()\n"
        "    process.terminate()\n    process.join()\n    return process.exitcode\n"
    ),
}
