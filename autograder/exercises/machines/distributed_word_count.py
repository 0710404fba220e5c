"""Count words on many machines

Write `distributed_word_count(client, paths)`, which counts the words of many files by the workers of a Dask cluster. `client` is a `dask.distributed.Client` that is connected to it: use it, start no cluster, and leave it open. `paths` are the names of the files, as
text; all workers see the same files, and a file may be named twice (then its words count twice). The function returns a dictionary: each word to the number of times that it occurs in all files. `words(text)` is given.

- **Send names, not texts**: a worker opens its files itself, and what comes back is a number for each different word.
- **A task for each file**, or a few: both workers of the cluster of the checks have something to do, at the same time.
- **A worker may be killed in the middle**, and no word is lost or counted twice. Dask runs the tasks of a dead worker once more, also those that were done if their results were on it. So a task must be a function of its arguments alone: what it leaves in a file,
  in a variable of its worker or in an actor is not undone.
"""

import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from autograder.authoring.marks import also_right, hidden, wrong
from lockstep import check, given

points = 5

hints = [
    "Begin with a function of one path, at the top level: it opens the file, reads it, and returns a `Counter` of its words. It is what a worker runs.",
    "`futures = client.map(count_file, paths)` sends the names out, `client.gather(futures)` fetches what the tasks return.",
    "Add up what came back, in the client: `total.update(counter)` adds one Counter to another. `dict(total)` makes a dictionary of it.",
]


def words(text):
    """The words of a text, in small letters."""
    return re.findall(r"\w+", text.lower())


def count_file(path):
    """How often each word occurs in one file: the task of a worker."""
    ### BEGIN SOLUTION
    with open(path, encoding="utf-8") as file:
        return Counter(words(file.read()))
    ### END SOLUTION


def distributed_word_count(client, paths):
    """How often each word occurs in all files, counted by the workers that the client is connected to."""
    ### BEGIN SOLUTION
    total = Counter()
    for counted in client.gather(client.map(count_file, paths)):
        total.update(counted)
    return dict(total)
    ### END SOLUTION


@given
def watch(folder, client, together, fatal):
    # Writes down who opens the files of the folder; `client` is its process. The first two workers wait for each other, if they are to come together; the first
    # worker that opens its file number `fatal` is killed at this moment (0: none).
    import os
    import signal
    import sys
    import threading

    meeting, opened = threading.Barrier(2), []

    def look(event, arguments):
        name = arguments[0] if event == "open" else ""
        if not isinstance(name, str) or not name.startswith(folder) or not name.endswith(".txt"):
            return
        by_client = os.getpid() == client and threading.current_thread() is threading.main_thread()
        with open(os.path.join(folder, "opened"), "a") as file:
            file.write(f"{os.path.basename(name)[:-4]} {'client' if by_client else task_now()}\n")
        if by_client or task_now() == "?":
            return
        opened.append(name)
        if together and len(opened) <= 2:
            try:
                meeting.wait(20)
            except threading.BrokenBarrierError:
                open(os.path.join(folder, "alone"), "w").close()
        if len(opened) == fatal:
            try:
                os.close(os.open(os.path.join(folder, "killed"), os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                return
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

    sys.addaudithook(look)


@given
def task_now():
    from dask.distributed import get_worker

    try:
        return str(get_worker().get_current_task()).replace(" ", "_")
    except ValueError:
        return "?"


@given
def counted(texts, order, together=False, processes=False, fatal=0):
    # Files with these texts, in this order, counted on a cluster of two workers: what came back, who opened which file, and how large the results of tasks were.
    import logging
    import os
    import tempfile

    try:
        import dask
        from dask.distributed import Client, LocalCluster, SchedulerPlugin
    except ImportError:
        return {
            "absent": "Dask is not installed here: run `%pip install distributed` in a cell, and restart the kernel"
        }
    except OSError as error:
        return {"absent": f"Dask cannot start here: {error}"}

    class Results(SchedulerPlugin):
        def __init__(self):
            self.bytes = []

        def transition(self, key, start, finish, *arguments, **more):
            if finish == "memory" and more.get("nbytes"):
                self.bytes.append(int(more["nbytes"]))

    options = {
        "n_workers": 2,
        "threads_per_worker": 1,
        "dashboard_address": "127.0.0.1:0",
        "silence_logs": logging.CRITICAL,
    }
    results = Results()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        paths = [os.path.join(folder, f"{number}.txt") for number in range(len(texts))]
        for path, text in zip(paths, texts):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        open(os.path.join(folder, "opened"), "w").close()
        dask.config.set({"distributed.scheduler.no-workers-timeout": "10s"})  # a task that nobody may run fails
        try:
            cluster = LocalCluster(processes=processes, **options, **({"host": "127.0.0.1"} if processes else {}))
        except (OSError, RuntimeError) as error:
            return {"absent": f"Dask cannot start its workers here: {error}"}
        client = Client(cluster)
        try:
            cluster.scheduler.add_plugin(results)
            if processes:
                client.run(watch, folder, os.getpid(), together, fatal)
            else:
                watch(folder, os.getpid(), together, fatal)
            try:
                came = distributed_word_count(client, [paths[number] for number in order])
            except Exception as error:
                if not os.path.exists(os.path.join(folder, "killed")):
                    raise
                came = f"{type(error).__name__}: {error}"
            goes_on = client.status == "running" and len(cluster.workers) == 2
        finally:
            client.close()
            cluster.close()
        with open(os.path.join(folder, "opened")) as file:
            opened = [line.split() for line in file]
        return {
            "counts": dict(came) if isinstance(came, dict) else came,
            "opened": [(int(number), task) for number, task in opened],
            "bytes": results.bytes,
            "goes on": goes_on,
            "alone": os.path.exists(os.path.join(folder, "alone")),
            "killed": os.path.exists(os.path.join(folder, "killed")),
        }


@check("the words of all files", limit=60)
def _(student):
    texts = ["One fish, two fish.", "Red fish, blue fish!", "One more?"]
    found = student.counted(texts, [0, 1, 2, 1])
    if "absent" in found:
        raise OSError(found["absent"])
    counts = found["counts"]
    assert isinstance(counts, dict), (
        f"a dictionary is wanted, each word to its number, and this came back: {str(counts)[:80]}"
    )
    for word, number in counts.items():
        assert word in ("one", "fish", "two", "red", "blue", "more"), (
            f"{str(word)[:40]!r} is not what `words(text)` finds: it gives words in small letters, and no punctuation"
        )
        assert isinstance(number, int), (
            f"the number of {word!r} is {str(number)[:60]}: fetch what tasks return with `client.gather`, or `result()`"
        )
    assert counts.get("fish") not in (2, 4), (
        f'"fish" occurs twice in each of two files, of which one was named twice: 6 times in all, and the answer is {counts.get("fish")}'
    )
    assert counts.get("fish", 0) <= 6, (
        f'"fish" occurs 6 times in all, and the answer is {counts.get("fish")}: something is counted twice, or is still there from another file. A task returns what it counts, and '
        "keeps nothing"
    )
    assert counts == {"one": 2, "fish": 6, "two": 1, "red": 2, "blue": 2, "more": 1}
    assert found["goes on"] is True, (
        "the client was closed, and its caller wants to go on using it. Leaving `with client` does that, too"
    )


@check("no files", limit=60)
def _(student):
    found = student.counted([], [])
    if "absent" in found:
        raise OSError(found["absent"])
    assert found["counts"] == {}


@check("names are sent, and numbers come back", limit=60)
def _(student):
    texts = [f"the cat sat on the mat number {number} " * 600 for number in range(8)]
    found = student.counted(texts, list(range(8)), together=True)
    if "absent" in found:
        raise OSError(found["absent"])
    assert len(found["opened"]) <= 100, f"8 files were opened {len(found['opened'])} times: once each is enough"
    client = {number for number, who in found["opened"] if who == "client"}
    assert not client, (
        f"the client itself opened {len(client)} of 8 files: on a cluster their texts would go through its one wire to all workers. Send the names, and let each worker open its files"
    )
    tasks = [task for _, task in found["opened"] if task != "?"]
    by_tasks = {number for number, task in found["opened"] if task != "?"}
    assert len(by_tasks) == 8, (
        f"only {len(by_tasks)} of 8 files were opened by tasks of the client that was given: its workers do the work, and no others"
    )
    most = max(tasks.count(task) for task in tasks)
    assert most <= 4, f"one task opens {most} of 8 files: nobody shares them. Make a task for each file, or a few"
    assert not found["alone"], (
        "while one worker reads a file the other has nothing to do: give out all tasks before you wait for a result (`result()` and `gather` wait)"
    )
    largest = max(found["bytes"], default=0)
    assert largest <= 6_000, (
        f"a text has {len(texts[0]):,} letters and 7 different words, and a task returned {largest:,} bytes: count where the text is, and return a number for each word"
    )
    right = {"the": 9_600, "cat": 4_800, "sat": 4_800, "on": 4_800, "mat": 4_800, "number": 4_800}
    assert found["counts"] == right | {str(number): 600 for number in range(8)}


@check("a worker is killed in the middle, and no word is lost or counted twice", limit=60)
def _(student):
    texts = [f"alpha beta gamma file{number} " * 50 for number in range(10)]
    found = student.counted(texts, list(range(10)), processes=True, fatal=3)
    if "absent" in found:
        raise OSError(found["absent"])
    assert found["killed"] is True, (
        "no worker of the client that was given opened three of 10 files, and the one that does is killed: do its workers open the files?"
    )
    assert isinstance(found["counts"], dict), (
        f"after a worker was killed there is no dictionary, but {str(found['counts'])[:120]}. What was scattered to it, or kept on it, cannot be computed anew, and what only it may "
        "do (`workers=`) nobody else does. A task and its arguments can be given to another one: give the names to the tasks, and leave the choice to the scheduler"
    )
    alpha = found["counts"].get("alpha", 0)
    assert alpha >= 500, (
        f'"alpha" occurs 500 times, and after a worker was killed {alpha} are left: what was counted on it went with it. A task returns what it counts, and keeps nothing'
    )
    assert alpha <= 500, (
        f'"alpha" occurs 500 times, and after a worker was killed the answer is {alpha}: Dask ran its tasks once more, and what they had written the first time was still there'
    )
    assert found["counts"] == {"alpha": 500, "beta": 500, "gamma": 500} | {f"file{number}": 50 for number in range(10)}


@hidden
@check("other files, compared with the words themselves", limit=60)
def _(student):
    texts = [" ".join(f"w{i * j % 53}" for j in range(40 * i)) for i in range(12)]
    found = student.counted(texts, [*range(12), 3, 3])
    if "absent" in found:
        raise OSError(found["absent"])
    every = [word for number in [*range(12), 3, 3] for word in texts[number].split()]
    assert found["counts"] == {word: every.count(word) for word in set(every)}


@wrong("the client itself opened 8 of 8 files", "Send the names, and let each worker open its files")
def texts_are_sent():
    def count_text(text):
        return Counter(words(text))

    def distributed_word_count(client, paths):
        texts = [open(path, encoding="utf-8").read() for path in paths]
        return dict(sum(client.gather(client.map(count_text, texts)), Counter()))


@wrong("the client itself opened 8 of 8 files")
def texts_are_scattered():
    from pathlib import Path

    def count_text(text):
        return Counter(words(text))

    def distributed_word_count(client, paths):
        if not paths:
            return {}
        texts = client.scatter([Path(path).read_text(encoding="utf-8") for path in paths])
        return dict(sum(client.gather(client.map(count_text, texts)), Counter()))


@wrong("count where the text is, and return a number for each word")
def texts_come_back():
    def read(path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def distributed_word_count(client, paths):
        return dict(Counter(word for text in client.gather(client.map(read, paths)) for word in words(text)))


@wrong("count where the text is, and return a number for each word")
def lists_of_words_come_back():
    def words_of(path):
        with open(path, encoding="utf-8") as file:
            return words(file.read())

    def distributed_word_count(client, paths):
        total = Counter()
        for found in client.gather(client.map(words_of, paths)):
            total.update(found)
        return dict(total)


@wrong("one task opens 8 of 8 files: nobody shares them")
def one_task_for_all():
    def count_all(paths):
        return sum(map(count_file, paths), Counter())

    def distributed_word_count(client, paths):
        return dict(client.submit(count_all, paths).result())


@wrong("while one worker reads a file the other has nothing to do")
def one_file_after_another():
    def distributed_word_count(client, paths):
        total = Counter()
        for path in paths:
            total += client.submit(count_file, path).result()
        return dict(total)


@wrong("the client itself opened 8 of 8 files", "no worker of the client that was given opened three of 10 files")
def no_task_at_all():
    def distributed_word_count(client, paths):
        return dict(sum(map(count_file, paths), Counter()))


@wrong("what they had written the first time was still there")
def tasks_that_write_to_a_file():
    import os

    def note_file(path, notes):
        counted = count_file(path)
        with open(notes, "a", encoding="utf-8") as file:
            file.write("".join(f"{word} {number}\n" for word, number in counted.items()))

    def distributed_word_count(client, paths):
        total = Counter()
        if paths:
            notes = os.path.join(os.path.dirname(paths[0]), "notes")
            client.gather(client.map(note_file, paths, [notes] * len(paths), pure=False))
            with open(notes, encoding="utf-8") as file:
                for line in file:
                    word, number = line.split()
                    total[word] += int(number)
        return dict(total)


@wrong("what they had written the first time was still there")
def counts_in_a_queue():
    def put_file(path, queue):
        queue.put(dict(count_file(path)))

    def distributed_word_count(client, paths):
        from dask.distributed import Queue

        queue, total = Queue("counts", client=client), Counter()
        client.gather(client.map(put_file, paths, [queue] * len(paths), pure=False))
        while queue.qsize():
            total.update(queue.get())
        return dict(total)


@wrong("A task returns what it counts, and keeps nothing")
def counts_kept_by_each_worker():
    counts = Counter()

    def count_here(path):
        counts.update(count_file(path))

    def counted_here():
        return dict(counts)

    def distributed_word_count(client, paths):
        client.gather(client.map(count_here, paths, pure=False))
        return dict(sum(map(Counter, client.run(counted_here).values()), Counter()))


@wrong("only 0 of 8 files were opened by tasks of the client that was given", replaced={"client.gather(client.map(count_file, paths))": "ProcessPoolExecutor(2).map(count_file, paths)"})  # fmt: skip
def processes_of_its_own(): ...


@wrong("cannot be computed anew", "✘ a worker is killed in the middle", replaced={"client.map(count_file, paths)": "client.map(count_file, client.scatter(paths)) if paths else []"})  # fmt: skip
def names_that_only_one_worker_has(): ...


@wrong("6 times in all, and the answer is 4")
def a_file_that_is_named_twice_counts_once():
    def distributed_word_count(client, paths):
        return dict(sum(client.gather({path: client.submit(count_file, path) for path in paths}).values(), Counter()))


@wrong("6 times in all, and the answer is 2")
def counts_replaced_and_not_added():
    def distributed_word_count(client, paths):
        total = {}
        for counted in client.gather(client.map(count_file, paths)):
            total.update(dict(counted))
        return total


@wrong("'One' is not what `words(text)` finds", replaced={"words(file.read())": "file.read().split()"})
def words_between_blanks(): ...


@wrong("NoValidWorkerError", "and what only it may do (`workers=`) nobody else does")
def a_worker_for_each_file():
    def distributed_word_count(client, paths):
        workers = sorted(client.scheduler_info()["workers"])
        tasks = [
            client.submit(count_file, path, workers=workers[place % len(workers)], pure=False)
            for place, path in enumerate(paths)
        ]
        return dict(sum(client.gather(tasks), Counter()))


@wrong("the client was closed, and its caller wants to go on using it")
def a_client_that_is_left():
    def distributed_word_count(client, paths):
        with client:
            return dict(sum(client.gather(client.map(count_file, paths)), Counter()))


@wrong("is a Future, which cannot leave the process; return its .result()", replaced={"for counted in client.gather(client.map(count_file, paths)):\n        total.update(counted)\n    return dict(total)": "return client.map(count_file, paths)"})  # fmt: skip
def futures_are_returned(): ...


@also_right
def added_up_by_a_tree_of_tasks():
    def two(one, other):
        return one + other

    def distributed_word_count(client, paths):
        parts = client.map(count_file, paths)
        while len(parts) > 1:
            parts = [
                client.submit(two, *parts[n : n + 2]) if n + 1 < len(parts) else parts[n]
                for n in range(0, len(parts), 2)
            ]
        return dict(parts[0].result()) if parts else {}


@also_right
def as_they_come():
    from dask.distributed import as_completed

    def count_lines(path: str) -> dict:
        counts: dict = {}
        with open(path) as lines:
            for line in lines:
                for word in words(line):
                    counts[word] = counts.get(word, 0) + 1
        return counts

    def distributed_word_count(client, paths: list) -> dict:
        total: Counter = Counter()
        for future in as_completed([client.submit(count_lines, path, pure=False) for path in paths]):
            total.update(future.result())
        return dict(total)


@also_right
def delayed_groups_of_files():
    import dask

    def count_files(paths):
        return sum(map(count_file, paths), Counter())

    def distributed_word_count(client, paths):
        groups = [paths[n::4] for n in range(4) if paths[n::4]]
        counted = dask.compute(*[dask.delayed(count_files)(group) for group in groups], scheduler=client)
        return dict(sum(counted, Counter()))


@also_right
def a_bag():
    def distributed_word_count(client, paths):
        import dask.bag

        if not paths:
            return {}
        return dict(
            dask.bag.from_sequence(paths, npartitions=len(paths))
            .map(count_file)
            .fold(Counter.__add__, initial=Counter())
            .compute()
        )
