"""Small fixed programs for real processes: queues, pipes, and processes themselves."""

from __future__ import annotations

MESSAGES: dict[str, str] = {
    # Queues.
    "two producers": """
def work(q, i, delay):
    time.sleep(delay)
    q.put(i)
    q.put(i + 10)
def main(a, b):
    q = mp.Queue()
    ps = [mp.Process(target=work, args=(q, i, d)) for i, d in enumerate((a, b))]
    for p in ps:
        p.start()
    items = [q.get() for _ in range(4)]
    for p in ps:
        p.join()
    return items
""",
    "two consumers": """
def work(q, delay):
    time.sleep(delay)
    sys.exit(q.get())
def main(a, b):
    q = mp.Queue()
    q.put(1)
    q.put(2)
    return both(work, a, b, q)
""",
    "empty just after a put": """
def main(a, b):
    q = mp.Queue()
    q.put(1)
    time.sleep(a)
    return q.empty(), q.qsize(), q.get()
""",
    "get_nowait just after a put": """
def main(a, b):
    q = mp.Queue()
    q.put(1)
    time.sleep(a)
    try:
        return q.get_nowait()
    except Empty:
        return "empty", q.get()
""",
    "a full queue": """
def work(q, delay):
    time.sleep(delay)
    try:
        q.put_nowait(2)
    except Full:
        sys.exit(1)
def main(a, b):
    q = mp.Queue(1)
    ps = [mp.Process(target=work, args=(q, d)) for d in (a, b)]
    for p in ps:
        p.start()
    first = q.get()
    for p in ps:
        p.join()
    return first, tuple(p.exitcode for p in ps)
""",
    "a queue with room for one": """
def work(q, delay):
    for i in range(3):
        q.put(i)
def main(a, b):
    q = mp.Queue(maxsize=1)
    p = mp.Process(target=work, args=(q, a))
    p.start()
    time.sleep(b)
    items = [q.get() for _ in range(3)]
    p.join()
    return items, q.empty()
""",
    "joined before drained": """
def work(q, delay):
    q.put("x" * 200_000)
def main(a, b):
    q = mp.Queue()
    return run(mp.Process(target=work, args=(q, a)))
""",
    "drained before joined": """
def work(q, delay):
    q.put("x" * 200_000)
def main(a, b):
    q = mp.Queue()
    p = mp.Process(target=work, args=(q, a))
    p.start()
    size = len(q.get())
    p.join()
    return size, p.exitcode
""",
    "a sentinel too few": """
def work(q, delay):
    for item in iter(q.get, None):
        pass
def main(a, b):
    q = mp.Queue()
    q.put(1)
    q.put(None)
    return both(work, a, b, q)
""",
    "a sentinel each": """
def work(q, delay):
    sys.exit(sum(iter(q.get, None)))
def main(a, b):
    q = mp.Queue()
    for item in (1, 2, None, None):
        q.put(item)
    return both(work, a, b, q)
""",
    "a simple queue": """
def work(q, delay):
    time.sleep(delay)
    q.put(q.get() + 1)
def main(a, b):
    q = mp.SimpleQueue()
    q.put(5)
    return both(work, a, b, q), q.get(), q.empty()
""",
    "tasks are joined": """
def work(q, delay):
    time.sleep(delay)
    q.get()
    q.task_done()
def main(a, b):
    q = mp.JoinableQueue()
    q.put(1)
    q.put(2)
    ps = [mp.Process(target=work, args=(q, d)) for d in (a, b)]
    for p in ps:
        p.start()
    q.join()
    for p in ps:
        p.join()
    return q.empty()
""",
    "a task done too often": """
def main(a, b):
    q = mp.JoinableQueue()
    try:
        q.task_done()
    except ValueError:
        return "too often"
""",
    "a lock through a queue": """
def main(a, b):
    s = mp.SimpleQueue()
    try:
        s.put(mp.Lock())
    except RuntimeError:
        return "only through inheritance"
""",
    "get with a time limit": """
def work(q, delay):
    time.sleep(delay)
    q.put(1)
def main(a, b):
    q = mp.Queue()
    p = mp.Process(target=work, args=(q, a))
    p.start()
    try:
        item = q.get(timeout=0.02)
    except Empty:
        item = "none yet"
    p.join()
    return item
""",
    # Pipes.
    "there and back": """
def work(c, delay):
    c.send(c.recv() + 1)
    c.close()
def main(a, b):
    here, there = mp.Pipe()
    p = mp.Process(target=work, args=(there, a))
    p.start()
    there.close()
    here.send(1)
    answers = [here.recv()]
    try:
        here.recv()
    except EOFError:
        answers.append("end")
    p.join()
    return answers
""",
    "an end that somebody keeps": """
def work(c, delay):
    c.send(1)
def main(a, b):
    reader, writer = mp.Pipe(False)
    p = mp.Process(target=work, args=(writer, a))
    p.start()
    p.join()
    reader.recv()
    return reader.recv()
""",
    "nobody reads": """
def main(a, b):
    reader, writer = mp.Pipe(duplex=False)
    reader.close()
    try:
        writer.send(1)
    except BrokenPipeError:
        return "broken"
""",
    "the wrong end": """
def main(a, b):
    reader, writer = mp.Pipe(duplex=False)
    answers = []
    for wrong in (lambda: reader.send(1), writer.recv):
        try:
            wrong()
        except OSError as error:
            answers.append(type(error).__name__)
    return answers
""",
    "poll": """
def work(c, delay):
    time.sleep(delay)
    c.send(1)
def main(a, b):
    reader, writer = mp.Pipe(False)
    p = mp.Process(target=work, args=(writer, a))
    p.start()
    ready = reader.poll(), reader.poll(b)
    p.join()
    return ready, reader.poll(), reader.recv()
""",
    "both send much before they receive": """
def work(c, delay):
    c.send("x" * 2_000_000)
    c.recv()
def main(a, b):
    here, there = mp.Pipe()
    p = mp.Process(target=work, args=(there, a))
    p.start()
    here.send("y" * 2_000_000)
    here.recv()
    p.join()
    return p.exitcode
""",
    "two writers": """
def work(c, i, delay):
    time.sleep(delay)
    c.send(i)
    c.send(i)
def main(a, b):
    reader, writer = mp.Pipe(False)
    run(*(mp.Process(target=work, args=(writer, i, d)) for i, d in enumerate((a, b))))
    return [reader.recv() for _ in range(4)]
""",
    "bytes": """
def work(c, delay):
    c.send_bytes(c.recv_bytes() + b"!")
def main(a, b):
    here, there = mp.Pipe()
    p = mp.Process(target=work, args=(there, a))
    p.start()
    here.send_bytes(b"hello")
    answer = here.recv_bytes()
    p.join()
    return answer
""",
    # Processes.
    "exit codes": """
def leaves(code):
    sys.exit(code)
def fails():
    raise ValueError
def main(a, b):
    return run(*(mp.Process(target=leaves, args=(code,)) for code in (None, 3, "text")), mp.Process(target=fails))
""",
    "globals are fresh": """
SEEN = []
def work(v, delay):
    SEEN.append(1)
    sys.exit(len(SEEN))
def main(a, b):
    before = len(SEEN)
    SEEN.append(1)
    return both(work, a, b, 0), len(SEEN) - before
""",
    "arguments are copies": """
def work(items, v, delay):
    items.append(1)
    v.value += len(items)
def main(a, b):
    items, v = [0], mp.Value("i", 0)
    return both(work, a, b, items, v), items, v.value
""",
    "a subclass with run": """
class Worker(mp.Process):
    def __init__(self, v, delay):
        super().__init__(name="worker")
        self.v, self.delay = v, delay
    def run(self):
        time.sleep(self.delay)
        self.v.value += len(self.name)
def main(a, b):
    v = mp.Value("i", 0)
    return run(Worker(v, a), Worker(v, b)), v.value
""",
    "is it alive": """
def work(e, delay):
    e.wait()
def main(a, b):
    e = mp.Event()
    p = mp.Process(target=work, args=(e, a))
    before = p.is_alive()
    p.start()
    during = p.is_alive(), p.exitcode
    e.set()
    time.sleep(b)
    after = p.is_alive()
    p.join()
    return before, during, after, p.is_alive(), p.exitcode
""",
    "terminated": """
def work(e, delay):
    e.wait()
def main(a, b):
    e = mp.Event()
    p = mp.Process(target=work, args=(e, a))
    p.start()
    time.sleep(b)
    p.terminate()
    p.join()
    return p.exitcode, p.is_alive()
""",
    "a daemon ends with main": """
def work(e, delay):
    e.wait()
def main(a, b):
    e = mp.Event()
    p = mp.Process(target=work, args=(e, a), daemon=True)
    p.start()
    return p.daemon, p.is_alive()
""",
    "a child of a child": """
def inner(v, delay):
    v.value += 1
def outer(v, delay):
    p = mp.Process(target=inner, args=(v, delay))
    p.start()
    p.join()
    sys.exit(v.value)
def main(a, b):
    v = mp.Value("i", 0)
    return both(outer, a, b, v), v.value
""",
    "join with a time limit": """
def work(v, delay):
    time.sleep(delay)
    v.value = 1
def main(a, b):
    v = mp.Value("i", 0)
    p = mp.Process(target=work, args=(v, a))
    p.start()
    p.join(0.01)
    seen = v.value
    p.join()
    return seen, v.value
""",
}
